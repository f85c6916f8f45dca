/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The all-kernel cut in a guest: what drivercut emits carries packets and answers ethtool as the
 * stock driver does. usage: test_emit_guest DRIVERCUT */
#include "testing.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver.h"
#include "guest/guest.h"

static struct dc_arena *arena;
static struct dc_kernel kernel;
static const char *folder, *drivercut;

static const char *in_folder(const char *name)
{
	return dc_arena_printf(arena, "%s/%s", folder, name);
}

static const char *read_text(const char *name)
{
	struct caught caught;
	const char *kept;
	char *text;

	catch_start(&caught);
	if (dc_file_read(&caught.diag, in_folder(name), &text, NULL) < 0)
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

/* Boots with the stock driver, or with module; results are left in NAME/results. */
static void boot(const char *name, const char *module)
{
	const char *stock[] = {"e1000", "virtio_net", NULL}, *ours[] = {"virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const struct dc_guest_file files[] = {
		{in_folder("driver"), "/driver"}, {module, module ? "/driver.ko" : NULL}, {0}};
	struct dc_guest guest = {
		.what = "testing the all-kernel cut",
		.kernel = &kernel,
		.folder = in_folder(name),
		.job = dc_arena_printf(arena, "%s/tests/guest/netperf.sh", dc_data_dir()),
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
		sscanf(read_text(name), "%lf %lf %31s %lf", &seconds, &throughput, unit, &packets),
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
	const char *module = in_folder("emit/kernel/e1000.ko");
	const char *place = dc_arena_printf(arena, "M=%s/emit/kernel", folder);
	const char *make[] = {"make", "-s", "-C", kernel.build, place, NULL};
	struct caught caught;
	size_t i;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_file_write(&caught.diag, in_folder("driver"), "e1000\n", 6), 0);
	run(emit);
	run(make);
	boot("stock", NULL);
	boot("emitted", module);
	assert_string_equal(read_text("emitted/results/ethtool"),
			    read_text("stock/results/ethtool"));
	assert_non_null(strstr(read_text("emitted/results/ethtool"), "driver: e1000"));
	for (i = 0; i < 3; i++) {
		check_carried(dc_arena_printf(arena, "stock/results/%s", tests[i]));
		check_carried(dc_arena_printf(arena, "emitted/results/%s", tests[i]));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_kernel)};
	char template[] = "/tmp/drivercut-emit-XXXXXX", path[PATH_MAX];
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
	dc_proc_run(&caught.diag, "cleaning up",
		    &(struct dc_proc){.argv = (const char *[]){"rm", "-rf", folder, NULL}});
	dc_arena_free(arena);
	return failed;
}
