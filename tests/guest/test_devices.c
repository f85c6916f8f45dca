/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The driver folders of the tool that name a device: the driver's stock module takes that device of
 * QEMU's. One guest has all devices and all modules.
 */
#include "guest_testing.h"

#include <glob.h>

#define SLOT_FIRST 0x04 /* of the PCI bus; QEMU's own and the guest's disk are elsewhere */

static DC_VEC(struct dc_driver) drivers;

static void open_drivers(const char *pattern)
{
	struct caught caught;
	glob_t found;
	size_t i;

	catch_start(&caught);
	assert_int_equal(
		glob(dc_arena_printf(arena, "%s/%s", dc_data_dir(), pattern), 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		char *operand = found.gl_pathv[i];
		struct dc_driver driver;

		*strrchr(operand, '/') = '\0';
		if (dc_driver_open(&caught.diag, arena, operand, NULL, &driver) < 0)
			fail_msg("%s", caught.text);
		if (dc_driver_has_device(&driver))
			dc_vec_push(&drivers, driver);
		else
			dc_driver_done(&driver);
	}
	globfree(&found);
}

/* "SLOT MODULE" in the form in which the job writes it: sysfs has '_' for '-'. */
static const char *expected_line(const struct dc_driver *driver, size_t i)
{
	char *line = dc_arena_printf(arena, "%02zx %s\n", SLOT_FIRST + i, driver->module), *at;

	for (at = line; (at = strchr(at, '-'));)
		*at = '_';
	return line;
}

static void boot(void)
{
	DC_VEC(const char *) args = {0};
	DC_VEC(const char *) modules = {0};
	struct dc_guest guest = {
		.what = "testing devices",
		.kernel = &kernel,
		.folder = folder,
		.job = test_job("devices.sh"),
		.icount_shift = DC_GUEST_WALL_CLOCK,
	};
	const struct dc_driver *driver;
	struct caught caught;
	size_t slot = SLOT_FIRST;

	dc_vec_each (driver, &drivers) {
		dc_vec_push(&args, "-device");
		dc_vec_push(&args,
			    dc_arena_printf(arena, "%s,addr=%#zx", driver->qemu_device, slot++));
		dc_vec_push(&modules, driver->module);
	}
	dc_vec_push(&args, NULL);
	dc_vec_push(&modules, NULL);
	guest.qemu_args = args.at;
	guest.modules = modules.at;
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s", caught.text);
	dc_vec_done(&args);
	dc_vec_done(&modules);
}

static void test_taken(void **state)
{
	const char *taken;
	size_t i, missing = 0;

	(void)state;
	open_drivers("e1000/driver.json");
	open_drivers("drivers/*/driver.json");
	assert_true(drivers.len > 1);
	boot();
	taken = text_of("results/taken");
	for (i = 0; i < drivers.len; i++) {
		const struct dc_driver *driver = &drivers.at[i];

		if (strstr(taken, expected_line(driver, i)))
			continue;
		missing++;
		print_error("%s/driver.json: the module %s does not take QEMU's %s\n",
			    driver->folder, driver->module, driver->qemu_device);
	}
	assert_int_equal(missing, 0);
	for (i = 0; i < drivers.len; i++)
		dc_driver_done(&drivers.at[i]);
	dc_vec_done(&drivers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_taken)};
	char template[] = "/tmp/drivercut-devices-XXXXXX";
	int status = guest_tests_begin(template, false);

	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
