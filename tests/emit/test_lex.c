/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of comments, literals and directives, and the names outside them. */
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

static void test_names(void **state)
{
	static const struct {
		const char *text, *names; /* names joined by ' ' */
	} rows[] = {
		{"int a_1 = b + c2;", "int a_1 b c2"},
		{"a /* b */ c // d\ne", "a c e"},
		{"\"a\" 'b' c", "c"},
		{"#define A b\n c", "c"},
		{" \t# if a\nb # c", "b c"},
		{"0x1f 12UL 3 a", "a"},
		{"a", "a"},
		{"", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = rows[i].text, *name;
		char names[64] = "";
		bool line_start = true;
		size_t len;

		while ((name = emit_lex_name(&at, &line_start, &len)))
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%.*s",
				 *names ? " " : "", (int)len, name);
		assert_string_equal(names, rows[i].names);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
