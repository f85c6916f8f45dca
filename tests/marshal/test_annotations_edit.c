/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows added to a person's file: everything else stays as it was written. */
#include "marshal/small_driver.h"

#include "marshal/annotations_edit.h"

static void test_add(void **state)
{
	static const struct {
		const char *before, *section, *row, *after;
	} cases[] = {
		{NULL, "pointers", "{\"field\":\"a.b\",\"count\":\"1\"}",
		 "{\n  \"schema\": 2,\n  \"kind\": \"annotations\",\n  \"pointers\": [\n    "
		 "{\"field\": \"a.b\", \"count\": \"1\"}\n  ]\n}\n"},
		{"{}", "pointers", "{\"field\": \"a.b\"}",
		 "{\n  \"pointers\": [\n    {\"field\": \"a.b\"}\n  ]\n}"},
		{"{\"pointers\": []}\n", "pointers", "{\"field\": \"a.b\"}",
		 "{\"pointers\": [\n    {\"field\": \"a.b\"}\n  ]}\n"},
		{"{\"pointers\": [ {\"field\": \"]x\"} ], \"z\": 1}", "pointers",
		 "{\"field\": \"a.b\"}",
		 "{\"pointers\": [ {\"field\": \"]x\"}, {\"field\": \"a.b\"} ], \"z\": 1}"},
		{"{\n \"pointers\": [\n\t{\"field\": \"x\"}\n ],\n \"limits\": []\n}\n", "pointers",
		 "{\"field\": \"a.b\"}",
		 "{\n \"pointers\": [\n\t{\"field\": \"x\"},\n\t{\"field\": \"a.b\"}\n ],\n "
		 "\"limits\": []\n}\n"},
		/* the row is there */
		{"{\"pointers\": [{\"count\": \"1\",  \"field\": \"a.b\"}]}", "pointers",
		 "{\"field\": \"a.b\", \"count\": \"1\"}",
		 "{\"pointers\": [{\"count\": \"1\",  \"field\": \"a.b\"}]}"},
		/* a function has one row */
		{"{\"functions\": [{\"function\": \"f\", \"retry\": true}, {\"function\": \"g\"}]}",
		 "functions", "{\"function\": \"f\", \"arguments\": [\"1\"]}",
		 "{\"functions\": [{\"function\": \"f\", \"retry\": true, \"arguments\": [\"1\"]}, "
		 "{\"function\": \"g\"}]}"},
		{"{\"functions\": [{\"function\": \"f\", \"reads\": [\"a.*\"]}]}", "functions",
		 "{\"function\": \"f\", \"reads\": [\"b.*\", \"a.*\"]}",
		 "{\"functions\": [{\"function\": \"f\", \"reads\": [\"a.*\", \"b.*\"]}]}"},
		{"{\"note\": \"{\\\"functions\\\": [\", \"functions\": [{\"function\": \"g\"}]}",
		 "functions", "{\"function\": \"f\"}",
		 "{\"note\": \"{\\\"functions\\\": [\", \"functions\": [{\"function\": \"g\"}, "
		 "{\"function\": \"f\"}]}"},
	};
	struct dc_arena *arena = dc_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *once =
			dc_annotations_add(arena, cases[i].before, cases[i].section, cases[i].row);

		assert_string_equal(once, cases[i].after);
		assert_string_equal(dc_annotations_add(arena, once, cases[i].section, cases[i].row),
				    once);
	}
	assert_null(dc_annotations_add(arena, "{}", "pointers", "[1]"));
	assert_null(dc_annotations_add(arena, "{}", "pointers", "{"));
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_add)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
