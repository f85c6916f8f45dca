/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of comments, literals and directives. */
#include "testing.h"

#include "emit/lex.h"

static void test_skip(void **state)
{
	static const struct {
		const char *text;
		bool line_start;
		const char *rest;
	} rows[] = {
		{"word x", true, "word x"},
		{"/* a \n * b */ x", true, " x"},
		{"/* no end", true, ""},
		{"// a */ b\nx", false, "\nx"},
		{"/ 2", false, "/ 2"},
		{"\"a \\\" b\" x", false, " x"},
		{"\"no end\nx", false, "\nx"},
		{"'\\'' x", false, " x"},
		{"#define A b\nx", true, "\nx"},
		{"#define A \\\n  b\nx", true, "\nx"},
		{"#define A /* of\n two lines */ b\nx", true, "\nx"},
		{"#define A // '\nx", true, "\nx"},
		{"# x", false, "# x"},
		{"", true, ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(emit_lex_skip(rows[i].text, rows[i].line_start), rows[i].rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_skip)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
