/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A split driver whose user component is a twin, in a guest: its whole life
 * (tests/guest/jobs/life.sh), with the stock driver's answers. usage: test_twin DRIVERCUT */
#include "guest_testing.h"

#include <limits.h>

static const char *drivercut;

static const char *result(const char *life, const char *name)
{
	return text_of(dc_arena_printf(arena, "%s/results/1/%s", life, name));
}

/* The cut at 10 us with all that rules allow in the user component; the twin is made of its text.
 */
static void build(void)
{
	struct dc_guest_file files[DC_SPLIT_FILES]; /* with a process; not what is booted */

	run((const char *[]){drivercut, "solve", "e1000", "--rules", "-o", "cut.json", NULL});
	run((const char *[]){drivercut, "emit", "e1000", "--cut", "cut.json", "-o", "emit", NULL});
	build_split("e1000", "emit", folder, files);
	build_twin();
}

static void live(const char *life, bool split)
{
	const char *modules[] = {"e1000", "virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const char *load = "/dcrt.ko\n/e1000_twin.ko\n/e1000.ko\n";
	const struct dc_guest_file files[] = {
		{put("driver", "e1000\n"), "/driver"},
		{put("life.env", "CYCLES=1\n"), "/life.env"},
		{split ? put("load", load) : NULL, split ? "/load" : NULL},
		{at("dcrt/dcrt.ko"), "/dcrt.ko"},
		{at("emit/twin/e1000_twin.ko"), "/e1000_twin.ko"},
		{at("emit/kernel/e1000.ko"), "/e1000.ko"},
		{0}};
	const struct dc_guest guest = {
		.what = "a driver and its twin",
		.kernel = &kernel,
		.folder = at(life),
		.job = test_job("life.sh"),
		.modules = split ? modules + 1 : modules,
		.programs = programs,
		.nics = nics,
		.files = files,
		.icount_shift = 2,
		.timeout_s = 1200,
	};
	struct caught caught;

	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s", caught.text);
}

/* Value of "WORD N" in the counters. */
static long long counted(const char *stats, const char *word)
{
	const char *found = strstr(stats, word);
	long long value = -1;

	assert_non_null(found);
	assert_int_equal(sscanf(found + strlen(word), "%lld", &value), 1);
	return value;
}

static void test_life(void **state)
{
	static const char *const names[] = {"ethtool", "settings", "wire", "down", "changes"};
	const char *stats;
	size_t i;

	(void)state;
	build();
	live("stock", false);
	live("twin", true);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(result("twin", names[i]), result("stock", names[i]));
	stats = result("twin", "stats");
	assert_int_equal(counted(stats, "threads "), 0);
	assert_int_equal(counted(stats, "attached "), 1);
	assert_int_equal(counted(stats, "bad_messages "), 0);
	assert_int_equal(counted(stats, "up e1000_probe calls "), 1);
	assert_true(counted(stats, "down readl calls ") > 1000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_life)};
	char template[] = "/tmp/drivercut-twin-XXXXXX", path[PATH_MAX];
	int status;

	if (argc != 2 || !(drivercut = realpath(argv[1], path)))
		return 99;
	status = guest_tests_begin(template, true);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
