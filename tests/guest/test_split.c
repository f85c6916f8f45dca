/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The split driver in a guest, as solved with today's rules: its whole life beside that of the
 * stock driver, the death of its process when idle or reading, and in the middle of changes.
 * usage: test_split DRIVERCUT DRIVER [CYCLES KILLS [two]]
 * two: a life on two CPUs as well, on the host's clock: for a machine that does nothing else
 */
#include "guest_testing.h"

#include <limits.h>

#include "base/json.h"

#define FLOOR_PERCENT 30 /* of the driver's lines, in the process */

static const char *drivercut, *driver;
static const char *cycles = "1", *kills = "8";
static bool two_cpus;
static struct dc_guest_file split[DC_SPLIT_FILES];
static struct dc_guest_file native[DC_SPLIT_FILES]; /* entry points stay in the kernel */

static void build(const char *cut, const char *components, const char *out,
		  struct dc_guest_file *ret)
{
	const char *emit[] = {drivercut, "emit", driver, "--cut", cut, "-o", components, NULL};

	run(emit);
	build_split(driver, components, out, ret);
}

/* The cut that the rules allow has its lines in the process; it is emitted and built. */
static void test_build(void **state)
{
	const char *solve[] = {drivercut, "solve", driver, "--rules", "-o", "cut.json", NULL};
	struct caught caught;
	struct dc_json_doc *doc;
	struct dc_json cut;
	int64_t in_kernel, in_process;

	(void)state;
	catch_start(&caught);
	run(solve);
	assert_int_equal(dc_json_open(&caught.diag, at("cut.json"), "cut", &doc, &cut), 0);
	in_kernel = dc_json_int(&cut, "kernel_loc", 0, INT64_MAX);
	in_process = dc_json_int(&cut, "user_loc", 0, INT64_MAX);
	assert_false(dc_json_failed(doc));
	dc_json_close(doc);
	print_message("%lld lines in the kernel, %lld in the process\n", (long long)in_kernel,
		      (long long)in_process);
	assert_true(in_process * 100 >= (in_kernel + in_process) * FLOOR_PERCENT);
	build("cut.json", "emit", folder, split);
}

/* Boots with the stock driver, or a split one (its files), for a job of tests/guest/jobs. */
static void boot(const char *name, const char *job, const char *env,
		 const struct dc_guest_file *cut, unsigned cpus)
{
	const char *modules[] = {driver, "virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *nics[] = {driver, "virtio-net-pci", NULL};
	struct dc_guest_file files[DC_SPLIT_FILES + 3] = {
		{put("driver", dc_arena_printf(arena, "%s\n", driver)), "/driver"},
		{put(dc_arena_printf(arena, "%s.env", name), env),
		 dc_arena_printf(arena, "/%s.env", job)},
	};
	struct dc_guest guest = {
		.what = name,
		.kernel = &kernel,
		.folder = at(name),
		.job = test_job(dc_arena_printf(arena, "%s.sh", job)),
		.modules = cut ? modules + 1 : modules,
		.programs = programs,
		.nics = nics,
		.files = files,
		.cpus = cpus,
		.icount_shift = cpus == 1 ? 2 : DC_GUEST_WALL_CLOCK,
		.timeout_s = 3600,
		.quiet_s = 300,
	};
	struct caught caught;
	size_t i;

	for (i = 0; cut && cut[i].host; i++)
		files[2 + i] = cut[i];
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s: %s", name, caught.text);
}

/* ethtool's answers must be the stock driver's, in each cycle. */
static void test_life(void **state)
{
	static const char *const names[] = {"ethtool", "settings", "wire", "down", "changes"};
	int cycle, count = atoi(cycles);
	size_t i;

	(void)state;
	boot("stock", "life", "CYCLES=1\n", NULL, 1);
	boot("split", "life", dc_arena_printf(arena, "CYCLES=%s\n", cycles), split, 1);
	assert_non_null(strstr(text_of("stock/results/1/ethtool"),
			       dc_arena_printf(arena, "driver: %s", driver)));
	for (cycle = 1; cycle <= count; cycle++)
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			assert_string_equal(
				text_of(dc_arena_printf(arena, "split/results/%d/%s", cycle,
							names[i])),
				text_of(dc_arena_printf(arena, "stock/results/1/%s", names[i])));
	/* and it was the process that answered */
	assert_non_null(strstr(text_of("split/results/1/stats"), "session 1 "));
}

/* Two CPUs on the host's clock, where threads really meet. */
static void test_two_cpus(void **state)
{
	(void)state;
	if (!two_cpus)
		skip();
	boot("two", "life", "CYCLES=1\n", split, 2);
	assert_string_equal(text_of("two/results/1/ethtool"), text_of("stock/results/1/ethtool"));
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* The debug kernel: ten times slower, by its own clock, too. */
static bool is_slow(void)
{
	return strstr(kernel.release, "-debug");
}

static void test_kills(void **state)
{
	(void)state;
	boot("kills", "kill",
	     dc_arena_printf(arena, "KILLS=%s\n%s", kills, is_slow() ? "LIMIT_MS=10000\n" : ""),
	     split, 1);
	assert_int_equal(count_lines(text_of("kills/results/kills")), atoi(kills));
}

static void test_changes(void **state)
{
	(void)state;
	boot("changes", "change", "CHANGES='up down ring mtu reset'\n", split, 1);
	assert_int_equal(count_lines(text_of("changes/results/changes")), 5);
}

/* Recovery gives back what hangs in the rings, too: memory that is free does not get less. */
static void test_recoveries(void **state)
{
	long before_kib = 0, after_kib = 0, lost_kib;
	int count = 0;

	(void)state;
	boot("recoveries", "recover", "RECOVERIES=20\nRING=1024\n", split, 1);
	assert_int_equal(sscanf(text_of("recoveries/results/memory"), "%d %ld %ld", &count,
				&before_kib, &after_kib),
			 3);
	assert_int_equal(count, 20);
	lost_kib = (before_kib - after_kib) / count;
	print_message("%ld KiB lost in each recovery\n", lost_kib);
	assert_true(lost_kib < 1024 * 2 / 8); /* of at least 2 KiB in each descriptor */
}

/* Entry points that stay in the kernel: recovery waits for them and makes them wait, and what they
 * take from the kernel, and their device, is known as if they were in the process. */
static void test_native_entries(void **state)
{
	static const char *const entries[] = {"probe", "remove", "open", "close"};
	const char *solve[16] = {drivercut, "solve", driver, "--rules", "-o", "native.json"};
	size_t i, n = 6;

	(void)state;
	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		solve[n++] = "--pin";
		solve[n++] = dc_arena_printf(arena, "%s_%s=kernel", driver, entries[i]);
	}
	run(solve);
	build("native.json", "native-emit", at("native"), native);
	boot("natives", "change", "CHANGES='up down ring mtu reset'\n", native, 1);
	assert_int_equal(count_lines(text_of("natives/results/changes")), 5);
	boot("bind", "bind", "", native, 1);
	assert_int_equal(count_lines(text_of("bind/results/bind")), 4);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),	       cmocka_unit_test(test_life),
		cmocka_unit_test(test_two_cpus),       cmocka_unit_test(test_kills),
		cmocka_unit_test(test_changes),	       cmocka_unit_test(test_recoveries),
		cmocka_unit_test(test_native_entries),
	};
	char template[] = "/tmp/drivercut-split-XXXXXX", path[PATH_MAX];
	int status;

	if (argc < 3 || !(drivercut = realpath(argv[1], path)))
		return 99;
	driver = argv[2];
	if (argc > 4) {
		cycles = argv[3];
		kills = argv[4];
		two_cpus = argc > 5 && !strcmp(argv[5], "two");
	}
	status = guest_tests_begin(template, true);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
