/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A split driver whose user component is a twin, in a guest: its whole life (tests/guest/life.sh),
 * with the stock driver's answers. usage: test_twin_guest DRIVERCUT */
#include "testing.h"

#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver.h"
#include "guest/guest.h"

static struct dc_arena *arena;
static struct dc_kernel kernel;
static const char *folder, *drivercut;

static const char *at(const char *name)
{
	return dc_arena_printf(arena, "%s/%s", folder, name);
}

static const char *put(const char *name, const char *text)
{
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_file_write(&caught.diag, at(name), text, strlen(text)), 0);
	return at(name);
}

static const char *result(const char *life, const char *name)
{
	struct caught caught;
	const char *kept;
	char *text;

	catch_start(&caught);
	if (dc_file_read(&caught.diag, at(dc_arena_printf(arena, "%s/results/1/%s", life, name)),
			 &text, NULL) < 0)
		fail_msg("%s", caught.text);
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}

static void run(const char *const *argv)
{
	struct caught caught;

	catch_start(&caught);
	if (dc_proc_run(&caught.diag, argv[0],
			&(struct dc_proc){.argv = argv, .dir = folder, .timeout_s = 300}) < 0)
		fail_msg("%s", caught.text);
}

static void build_module(const char *place)
{
	const char *m = dc_arena_printf(arena, "M=%s", at(place));
	const char *symbols =
		dc_arena_printf(arena, "KBUILD_EXTRA_SYMBOLS=%s", at("dcrt/Module.symvers"));

	run((const char *[]){"make", "-s", "-C", kernel.build, m, symbols, NULL});
}

/* The cut at 10 us with all that rules allow in the user component. */
static void build(void)
{
	const char *script = dc_arena_printf(arena, "%s/runtime/kernel/build.sh", dc_data_dir());

	run((const char *[]){drivercut, "problem", "e1000", "--rules", "-o", "problem.json", NULL});
	run((const char *[]){drivercut, "solve", "--problem", "problem.json", "-o", "cut.json",
			     NULL});
	run((const char *[]){drivercut, "emit", "e1000", "--cut", "cut.json", "-o", "emit", NULL});
	run((const char *[]){"sh", script, kernel.build, at("dcrt"), NULL});
	build_module("emit/kernel");
	build_module("emit/twin");
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
		.job = dc_arena_printf(arena, "%s/tests/guest/life.sh", dc_data_dir()),
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
	struct caught caught;
	int failed;

	catch_start(&caught);
	arena = dc_arena_new();
	if (argc != 2 || !(drivercut = realpath(argv[1], path)))
		return 99;
	if (dc_kernel_find(&caught.diag, arena, &kernel) < 0 || !kernel.image ||
	    access("/usr/bin/qemu-system-x86_64", X_OK) != 0 ||
	    access("/usr/src/linux-source-6.1.tar.xz", R_OK) != 0)
		return 77;
	folder = mkdtemp(template);
	if (!folder)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!getenv("DC_KEEP"))
		dc_proc_run(&caught.diag, "cleaning up",
			    &(struct dc_proc){.argv = (const char *[]){"rm", "-rf", folder, NULL}});
	dc_arena_free(arena);
	return failed;
}
