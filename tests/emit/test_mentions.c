/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that a file names outside any function. */
#include "marshal/small_driver.h"

#include "emit/mentions.h"

static const char text[] = "#define SHOW(f) extern int f##_shown\n"
			   "#define HIDE(x)\n"
			   "#define IN_MACRO in_macro\n"
			   "static int forward(int x);\n"
			   "int plain(int x) { return x; }\n"
			   "int shown(int x) { return forward(x); }\n"
			   "static int forward(int x) { return x; }\n"
			   "int in_comment(int x) { return x; }\n"
			   "int in_line_comment(int x) { return x; }\n"
			   "int in_string(int x) { return x; }\n"
			   "int in_macro(int x) { return x; }\n"
			   "int part(int x) { return x; }\n"
			   "int last(int x) { return x; }\n"
			   "SHOW(shown);\n"
			   "/* in_comment */\n"
			   "// in_line_comment\n"
			   "HIDE(\"in_string \\\" in_string\")\n"
			   "HIDE(part_of_a_word a_part)\n"
			   "HIDE('\\'' last)\n";

static void test_mentions(void **state)
{
	static const struct {
		const char *function;
		bool seen;
	} rows[] = {
		{"plain", false},
		{"shown", true},
		{"forward", false},
		{"in_comment", false},
		{"in_line_comment", false},
		{"in_string", false},
		{"in_macro", false},
		{"part", false},
		{"last", true},
	};
	struct small_driver made;
	bool *seen;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, text, "{}"), 0);
	seen = dc_alloc(made.source->definitions.len + 1, sizeof(*seen));
	assert_int_equal(emit_find_mentions(&made.caught.diag, made.source, seen), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_definition *definition =
			dc_source_find(made.source, rows[i].function);

		assert_non_null(definition);
		if (seen[definition - made.source->definitions.at] != rows[i].seen)
			fail_msg("%s is %s", rows[i].function, rows[i].seen ? "missed" : "seen");
	}
	free(seen);
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mentions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
