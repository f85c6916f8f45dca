/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The all-kernel cut in a guest: what drivercut emits carries packets and answers ethtool as the
 * stock driver does. usage: test_emit DRIVERCUT */
#include "guest_testing.h"

#include <limits.h>

static const char *drivercut;

/* Boots with the stock driver, or with module; results are left in NAME/results. */
static void boot(const char *name, const char *module)
{
	const char *stock[] = {"e1000", "virtio_net", NULL}, *ours[] = {"virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const struct dc_guest_file files[] = {
		{put("driver", "e1000\n"), "/driver"}, {module, module ? "/driver.ko" : NULL}, {0}};
	struct dc_guest guest = {
		.what = "testing the all-kernel cut",
		.kernel = &kernel,
		.folder = at(name),
		.job = test_job("netperf.sh"),
		.modules = module ? ours : stock,
		.programs = programs,
		.nics = nics,
		.files = files,
		.icount_shift = 2,
	};
	struct caught caught;

	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s: %s", name, caught.text);
}

/* A netperf test carried data, and the driver under test has counted the packets that this takes:
 * at most 1514 bytes in each, or one for each transaction. How fast is no matter here: a stream has
 * two rhythms of interrupts, and the same driver falls into one or the other. */
static void check_carried(const char *name)
{
	double seconds = 0, throughput = 0, packets = 0, needed;
	char unit[32] = "";

	assert_int_equal(
		sscanf(text_of(name), "%lf %lf %31s %lf", &seconds, &throughput, unit, &packets),
		4);
	needed = seconds * throughput;
	if (strcmp(unit, "Trans/s") != 0) {
		assert_string_equal(unit, "10^6bits/s");
		needed *= 1e6 / 8 / 1514;
	}
	print_message("%s: %.1f %s, %.0f packets\n", name, throughput, unit, packets);
	assert_true(needed > 0 && packets >= needed);
}

static void test_all_kernel(void **state)
{
	static const char *const tests[] = {"stream", "maerts", "rr"};
	const char *emit[] = {drivercut, "emit", "e1000", "--all-kernel", "-o", "emit", NULL};
	const char *module = at("emit/kernel/e1000.ko");
	const char *place = dc_arena_printf(arena, "M=%s/emit/kernel", folder);
	const char *make[] = {"make", "-s", "-C", kernel.build, place, NULL};
	size_t i;

	(void)state;
	run(emit);
	run(make);
	boot("stock", NULL);
	boot("emitted", module);
	assert_string_equal(text_of("emitted/results/ethtool"), text_of("stock/results/ethtool"));
	assert_non_null(strstr(text_of("emitted/results/ethtool"), "driver: e1000"));
	for (i = 0; i < 3; i++) {
		check_carried(dc_arena_printf(arena, "stock/results/%s", tests[i]));
		check_carried(dc_arena_printf(arena, "emitted/results/%s", tests[i]));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_kernel)};
	char template[] = "/tmp/drivercut-emit-XXXXXX", path[PATH_MAX];
	int status;

	if (argc != 2 || !(drivercut = realpath(argv[1], path)))
		return 99;
	status = guest_tests_begin(template, true);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
