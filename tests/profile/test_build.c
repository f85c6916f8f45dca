/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The profiling build of a module that shares its folder with others: they are not built, as one of
 * them cannot be. usage: test_build DATA-FOLDER */
#include "testing.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "profile/profile.h"

static const char *data;

static void run(const char *command)
{
	assert_int_equal(system(command), 0);
}

static void test_siblings(void **state)
{
	char folder[] = "/tmp/dc-build-XXXXXX";
	struct dc_arena *arena = dc_arena_new();
	struct dc_driver driver = {0};
	struct dc_kernel kernel;
	const char *out, *module;
	struct caught caught;

	(void)state;
	catch_start(&caught);
	if (dc_kernel_find(&caught.diag, arena, NULL, &kernel) < 0)
		skip();
	assert_non_null(mkdtemp(folder));
	run(dc_arena_printf(arena, "cp -r %s/tests/emit/builds/* %s", data, folder));
	assert_int_equal(dc_driver_open(&caught.diag, arena,
					dc_arena_printf(arena, "%s/siblings", folder), "linux",
					&driver),
			 0);
	driver.only = driver.module = "sib-one";
	out = dc_arena_printf(arena, "%s/out", folder);
	if (dc_driver_fetch(&caught.diag, arena, &driver, out) < 0 ||
	    dc_profile_build(&caught.diag, arena, &driver, &kernel, out, &module) < 0)
		fail_msg("%s", caught.text);
	assert_true(dc_is_file(module));
	assert_non_null(strstr(module, "/sib-one.ko"));
	run(dc_arena_printf(arena, "nm %s | grep -q dcprof_f_sum", module));
	assert_false(dc_is_file(dc_arena_printf(arena, "%s/profiling/sib-two.ko", out)));
	dc_driver_done(&driver);
	run(dc_arena_printf(arena, "rm -rf %s", folder));
	dc_arena_free(arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_siblings)};

	if (argc != 2)
		return 99;
	data = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
