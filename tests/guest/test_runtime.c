/* SPDX-License-Identifier: GPL-2.0-only */
/* The channel in a guest, with a microdriver of our own: tests/guest/jobs/runtime.sh, on one CPU
 * that counts instructions and on two with real races. */
#include "guest_testing.h"

static int build_modules(void **state)
{
	const char *script =
		dc_arena_printf(arena, "%s/tests/runtime/echo/build.sh", dc_data_dir());
	const char *argv[] = {"sh", script, kernel.build, folder, NULL};
	struct caught caught;

	(void)state;
	catch_start(&caught);
	if (dc_proc_run(&caught.diag, "building the test microdriver",
			&(struct dc_proc){.argv = argv, .timeout_s = 900}) < 0) {
		fprintf(stderr, "%s", caught.text);
		return -1;
	}
	return 0;
}

static void run_job(unsigned cpus, int icount_shift)
{
	const struct dc_guest_file files[] = {
		{at("dcrt/dcrt.ko"), "/dcrt.ko"},
		{at("echo/dcrt_echo.ko"), "/dcrt_echo.ko"},
		{ECHO_PROGRAMS "/echo_process", "/echo_process"},
		{ECHO_PROGRAMS "/echo_run", "/echo_run"},
		{ECHO_PROGRAMS "/echo_liar", "/echo_liar"},
		{ECHO_PROGRAMS "/echo_map", "/echo_map"},
		{0},
	};
	const char *job = test_job("runtime.sh");
	struct caught caught;

	catch_start(&caught);
	if (dc_guest_run(&caught.diag,
			 &(struct dc_guest){.what = "testing the channel",
					    .kernel = &kernel,
					    .folder = folder,
					    .job = job,
					    .programs = (const char *[]){"mawk", NULL},
					    .files = files,
					    .cpus = cpus,
					    .icount_shift = icount_shift,
					    .quiet_s = 180,
					    .timeout_s = 600}) < 0)
		fail_msg("%s", caught.text);
	assert_non_null(strstr(text_of("results/passed"), "and the runtime\n"));
}

static void test_one_cpu(void **state)
{
	(void)state;
	run_job(1, 2);
}

static void test_two_cpus(void **state)
{
	(void)state;
	run_job(2, DC_GUEST_WALL_CLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_two_cpus),
	};
	char template[] = "/tmp/drivercut-runtime-XXXXXX";
	int status = guest_tests_begin(template, false);

	return status ? status
		      : guest_tests_end(cmocka_run_group_tests(tests, build_modules, NULL));
}
