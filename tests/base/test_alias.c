/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other names of folders with blanks in their paths. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

#include "base/alias.h"

static void test_folders(void **state)
{
	struct dc_arena *arena = dc_arena_new();
	char folder[] = "/tmp/dc-alias-XXXXXX", *found;
	const char *blank, *alias;

	(void)state;
	assert_non_null(mkdtemp(folder));
	blank = dc_arena_printf(arena, "%s/two words", folder);
	assert_int_equal(mkdir(blank, 0700), 0);
	assert_string_equal(dc_alias_of(arena, folder), folder);
	alias = dc_alias_of(arena, blank);
	assert_null(strchr(alias, ' '));
	found = realpath(alias, NULL);
	assert_string_equal(found, blank);
	free(found);
	assert_string_equal(dc_alias_of(arena, blank), alias); /* one link for a folder */
	assert_string_equal(dc_alias_of(arena, "/no/such"), "/no/such");
	rmdir(blank);
	rmdir(folder);
	dc_arena_free(arena);
}

static void test_undo(void **state)
{
	struct dc_arena *arena = dc_arena_new();

	(void)state;
	assert_string_equal(dc_alias_undo(arena, "-I/t/at/x:/t/at", "/t/at", "/a b"),
			    "-I/a b/x:/a b");
	assert_string_equal(dc_alias_undo(arena, "-DX", "/t/at", "/a b"), "-DX");
	assert_string_equal(dc_alias_undo(arena, "/a", "/a", "/a"), "/a");
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
