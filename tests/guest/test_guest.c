/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boots real guests: the stock driver works in one, and what goes wrong in one is reported. */
#include "guest_testing.h"

#include <errno.h>

#include "guest/complaints.h"

/* The number that a job's result file begins with, behind the first space. */
static double throughput(const char *result)
{
	const char *path = dc_arena_printf(arena, "%s/results/%s", folder, result);
	double seconds = 0, found = 0;
	struct caught caught;
	char *text;

	catch_start(&caught);
	assert_int_equal(dc_file_read(&caught.diag, path, &text, NULL), 0);
	assert_int_equal(sscanf(text, "%lf %lf", &seconds, &found), 2);
	free(text);
	assert_true(seconds > 0.5 && seconds < 2);
	return found;
}

static void test_stock_driver(void **state)
{
	const char *modules[] = {"e1000", "virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const struct dc_guest_file files[] = {{put("driver", "e1000\n"), "/driver"}, {0}};
	struct caught caught;

	(void)state;
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &(struct dc_guest){.what = "testing",
							  .kernel = &kernel,
							  .folder = folder,
							  .job = test_job("netperf.sh"),
							  .modules = modules,
							  .programs = programs,
							  .nics = nics,
							  .files = files,
							  .icount_shift = 2}) < 0)
		fail_msg("%s", caught.text);
	assert_true(throughput("stream") > 50);
	assert_true(throughput("maerts") > 50);
	assert_true(throughput("rr") > 500);
}

static void test_faults(void **state)
{
	static const struct {
		const char *fault;
		unsigned quiet_s, timeout_s;
		int err;
		const char *said, *line;
	} rows[] = {
		{"fail", 60, 60, -EIO, "the job in the guest failed with status 7",
		 "dc-job: about to fail"},
		/* how far it had come by then is the host's affair */
		{"hang", 0, 15, -ETIMEDOUT, "gave no end in 15 s", "last lines were"},
		{"hang", 10, 60, -ETIMEDOUT, "said nothing for 10 s", "last lines were"},
		{"loop", 10, 60, -ETIMEDOUT, "said nothing for 10 s", "last lines were"},
		{"reboot", 60, 60, -EIO, "the guest ended before its job did",
		 "dc-job: about to reboot"},
		{"warn", 60, 60, -EIO, "the guest's kernel complained", "  WARNING: CPU: 0 PID: 1"},
		{"panic", 60, 60, -EIO, "the guest's kernel complained", "  Kernel panic"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_guest_file files[] = {{put("fault", rows[i].fault), "/fault"}, {0}};
		struct caught caught;

		catch_start(&caught);
		assert_int_equal(
			dc_guest_run(&caught.diag,
				     &(struct dc_guest){.what = "testing",
							.kernel = &kernel,
							.folder = folder,
							.job = test_job("faults.sh"),
							.files = files,
							/* a sleep must not be skipped here */
							.icount_shift = DC_GUEST_WALL_CLOCK,
							.quiet_s = rows[i].quiet_s,
							.timeout_s = rows[i].timeout_s}),
			rows[i].err);
		assert_said(&caught, rows[i].said);
		assert_said(&caught, rows[i].line);
		assert_int_equal(caught.diag.errors, 1);
		assert_false(dc_is_dir(dc_arena_printf(arena, "%s/results", folder)));
	}
}

static void test_missing_parts(void **state)
{
	const char *nothing[] = {"drivercut-no-such-thing", NULL};
	struct dc_kernel headers = {.release = "1.2.3", .build = "/lib/modules/1.2.3/build"};
	struct dc_guest guest = {.what = "testing",
				 .kernel = &kernel,
				 .folder = folder,
				 .job = test_job("faults.sh"),
				 .modules = nothing};
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_guest_run(&caught.diag, &guest), -ENXIO);
	assert_said(&caught, "has no module drivercut-no-such-thing");
	guest.modules = NULL;
	guest.programs = nothing;
	catch_start(&caught);
	assert_int_equal(dc_guest_run(&caught.diag, &guest), -ENXIO);
	assert_said(&caught, "install drivercut-no-such-thing");
	guest.kernel = &headers;
	catch_start(&caught);
	assert_int_equal(dc_guest_run(&caught.diag, &guest), -ENXIO);
	assert_said(&caught, "install linux-image-1.2.3");
}

static void test_complaints(void **state)
{
	(void)state;
	assert_true(dc_guest_is_complaint("BUG: unable to handle page fault"));
	assert_true(dc_guest_is_complaint("e1000 0000:00:10.0 eth0: NETDEV WATCHDOG: timed out"));
	assert_true(dc_guest_is_complaint(
		"DMA-API: e1000 0000:00:10.0: device driver frees DMA memory"));
	assert_true(dc_guest_is_complaint(
		"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"));
	assert_false(dc_guest_is_complaint("kmemleak: Kernel memory leak detector initialized"));
	assert_false(dc_guest_is_complaint("dc-job: BUG: no"));
	assert_false(dc_guest_is_complaint("clocksource: Long readout interval, skipping"));
	assert_false(dc_guest_is_complaint("Spectre V2 : WARNING: Unprivileged eBPF is enabled"));
	assert_true(dc_guest_has_complaint("Spectre V2 : WARNING: Unprivileged eBPF is enabled"));
	assert_true(dc_guest_has_complaint("4,1,2,-;------------[ cut here ]------------"));
	assert_false(dc_guest_has_complaint("6,1,2,-;e1000: eth0 NIC Link is Up"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complaints),
		cmocka_unit_test(test_missing_parts),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_stock_driver),
	};
	char template[] = "/tmp/drivercut-guest-XXXXXX";
	int status = guest_tests_begin(template, false);

	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
