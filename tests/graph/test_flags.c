/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags of a driver's own makefile: which they are, where their folders are, and how a makefile
 * of ours spells them. */
#include "testing.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "graph/driver/flags.h"

static void paths_are_tidied(void **state)
{
	static const char *const cases[][2] = {
		{"/a/b/../c", "/a/c"}, {"/a/./b//c/", "/a/b/c"}, {"/a/../../b", "/b"},
		{"/..", "/"},	       {"/a/b/..", "/a"},	 {"/a/..b/.c", "/a/..b/.c"},
	};
	struct dc_arena *arena = dc_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(dc_path_tidy(arena, cases[i][0]), cases[i][1]);
	dc_arena_free(arena);
}

#define TREE "/usr/src/linux-headers-6.1-common"

/* A unit as Kbuild compiles it, with flags of the driver among the kernel's. */
static const char *words[] = {
	"-nostdinc",
	"-I" TREE "/include",
	"-I./include",
	"-include",
	TREE "/include/linux/kconfig.h",
	"-D__KERNEL__",
	"-DMODULE",
	"-DKBUILD_MODNAME=\"one_two\"",
	"-O2",
	"-I/d/src/include",
	"-I",
	"/d/src/a/..",
	"-I/other/tree",
	"-DSTEP=2",
	"-D",
	"NAME=\"a b\"",
	"-UDEBUG",
	"-include",
	"/d/src/config.h",
};

static struct dc_unit make_unit(void)
{
	return (struct dc_unit){.file = "/d/src/main.c",
				.dir = "/usr/src/linux-headers-6.1-amd64",
				.argv = words,
				.argc = sizeof(words) / sizeof(words[0])};
}

static void flags_are_the_drivers(void **state)
{
	static const char *const expected[] = {
		"-Iinclude",	  "-I.",     "-I/other/tree",	"-DSTEP=2",
		"-DNAME=\"a b\"", "-UDEBUG", "-includeconfig.h"};
	struct dc_arena *arena = dc_arena_new();
	struct dc_unit unit = make_unit();
	dc_flags flags = {0};
	size_t i;

	(void)state;
	dc_unit_own_flags(arena, &unit, "/d/src", &flags);
	assert_int_equal(flags.len, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < flags.len; i++)
		assert_string_equal(flags.at[i], expected[i]);
	assert_string_equal(dc_unit_define(arena, &unit, "KBUILD_MODNAME"), "one_two");
	assert_null(dc_unit_define(arena, &unit, "KBUILD"));
	assert_true(dc_unit_is_kernels(&unit, TREE "/include/linux/fs.h"));
	assert_false(dc_unit_is_kernels(&unit, "/other/tree/x.h"));
	dc_vec_done(&flags);
	dc_arena_free(arena);
}

static void words_are_quoted(void **state)
{
	struct dc_arena *arena = dc_arena_new();

	(void)state;
	assert_string_equal(dc_flag_word(arena, "-Iinclude", "$(src)/"), "-I$(src)/include");
	assert_string_equal(dc_flag_word(arena, "-I/x", "$(src)/"), "-I/x");
	assert_string_equal(dc_flag_word(arena, "-includeconfig.h", "$(src)/"),
			    "-include $(src)/config.h");
	assert_string_equal(dc_flag_word(arena, "-DN=\"it's $5 #1\"", ""),
			    "-D'N=\"it'\\''s $$5 \\#1\"'");
	dc_arena_free(arena);
}

static void kbuild_has_one_module(void **state)
{
	static const char *const two[] = {"main", "sub/part"}, *const one[] = {"main"};
	struct dc_arena *arena = dc_arena_new();

	(void)state;
	assert_string_equal(dc_module_kbuild(arena, "snd-x", two, 2),
			    "obj-m := snd-x.o\nsnd-x-y := \\\n\tmain.o sub/part.o\n");
	assert_string_equal(dc_module_kbuild(arena, "main", one, 1), "obj-m := main.o\n");
	assert_string_equal(dc_module_kbuild(arena, "x", one, 1),
			    "obj-m := x.o\nx-y := \\\n\tmain.o\n");
	dc_arena_free(arena);
}

/* $(srctree)/drivers/... is not beside the headers, but around the user's folder; $(src)/.. of a
 * copy is the user's. */
static void folders_are_found(void **state)
{
	char root[] = "/tmp/dc-flags-XXXXXX";
	struct dc_arena *arena = dc_arena_new();
	struct caught caught;
	static const char *const below[] = {"", "/net", "/net/mine", "/common"};
	const char *folder, *argv[3], *made[4];
	struct dc_unit unit = {.argv = argv, .argc = 3};
	dc_units units = {0};
	size_t i;

	(void)state;
	catch_start(&caught);
	assert_non_null(mkdtemp(root));
	for (i = 0; i < 4; i++) {
		made[i] = dc_arena_printf(arena, "%s/drivers%s", root, below[i]);
		assert_int_equal(dc_mkdirs(&caught.diag, made[i]), 0);
	}
	folder = made[2];
	argv[0] = "-I/no/such/tree/drivers/common";
	argv[1] = "-I/copy/source/../include";
	argv[2] = "-I/no/such/tree/nowhere";
	dc_vec_push(&units, unit);
	dc_units_mend(arena, folder, "/copy/source", &units);
	assert_string_equal(units.at[0].argv[0],
			    dc_arena_printf(arena, "-I%s/drivers/common", root));
	assert_string_equal(units.at[0].argv[1],
			    dc_arena_printf(arena, "-I%s/drivers/net/include", root));
	assert_string_equal(units.at[0].argv[2], argv[2]);
	dc_vec_done(&units);
	for (i = 4; i-- > 0;)
		rmdir(made[i]);
	rmdir(root);
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_tidied),  cmocka_unit_test(flags_are_the_drivers),
		cmocka_unit_test(words_are_quoted),  cmocka_unit_test(kbuild_has_one_module),
		cmocka_unit_test(folders_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
