/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recovery in a guest, of a small driver that holds locks and has timers and works in both halves
 * (tests/guest/hold). test_split does the same with a real driver.
 * usage: test_recovery DRIVERCUT
 */
#include "guest_testing.h"

#include <limits.h>

static const char *drivercut;

static void test_hold(void **state)
{
	const char *source = dc_arena_printf(arena, "%s/tests/guest/hold", dc_data_dir());
	const char *nics[] = {"e1000", "virtio-net-pci",
			      NULL}; /* QEMU's card; the driver is ours */
	struct dc_guest_file split[DC_SPLIT_FILES], files[DC_SPLIT_FILES + 1];
	struct dc_guest guest = {
		.what = "recovery of a small driver",
		.kernel = &kernel,
		.folder = at("guest"),
		.job = test_job("hold.sh"),
		.nics = nics,
		.files = files,
		.icount_shift = 2,
		.timeout_s = 600,
	};
	struct caught caught;
	size_t i;

	(void)state;
	run((const char *[]){"cp", "-r", source, "hold", NULL});
	run((const char *[]){drivercut, "emit", "hold", "--family", "net", "--cut", "hold/cut.json",
			     "-o", "emit", NULL});
	build_split("hold", "emit", folder, split);
	files[0] = (struct dc_guest_file){put("driver", "hold\n"), "/driver"};
	for (i = 0; i < DC_SPLIT_FILES; i++)
		files[1 + i] = split[i];
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s", caught.text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_hold)};
	char template[] = "/tmp/drivercut-recovery-XXXXXX", path[PATH_MAX];
	int status;

	if (argc != 2 || !(drivercut = realpath(argv[1], path)))
		return 99;
	status = guest_tests_begin(template, false);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
