/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Escapes of report/text.h: what of anybody's text each format gets. */
#include "testing.h"

#include <string.h>

#include "report/report.h"
#include "report/text.h"

static const struct row {
	void (*put)(FILE *out, const char *text);
	const char *text, *expected;
} rows[] = {
	{dc_put_markup, "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
	{dc_put_markup, "\x1b[0m\n", "\xEF\xBF\xBD[0m\n"},
	{dc_put_csv, "plain text", "plain text"},
	{dc_put_csv, "a,\"b\"\n", "\"a,\"\"b\"\"\n\""},
	{dc_put_csv, "=cmd()", "\"'=cmd()\""},
	{dc_put_csv, "+1", "\"'+1\""},
	{dc_put_csv, "", ""},
	{dc_put_dot, "a\"b\\c\nd", "a\\\"b\\\\c d"},
	{dc_put_line, "a\nfn=b\r", "a fn=b "},
};

static void test_escapes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(out);
		rows[i].put(out, rows[i].text);
		fclose(out);
		assert_string_equal(text, rows[i].expected);
		free(text);
	}
}

/* Overlong forms, surrogates and half characters are not UTF-8. */
static void test_utf8(void **state)
{
	static const char *const bytes[][2] = {
		{"plain", "plain"},
		{"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
		{"\xFFz", "\xEF\xBF\xBDz"},
		{"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	};
	struct dc_arena *arena = dc_arena_new();
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		assert_string_equal(dc_utf8(arena, bytes[i][0], strlen(bytes[i][0]), &len),
				    bytes[i][1]);
		assert_int_equal(len, strlen(bytes[i][1]));
	}
	assert_string_equal(dc_utf8(arena, "a\0b", 3, &len), "a\xEF\xBF\xBD"
							     "b");
	dc_arena_free(arena);
}

static void test_times(void **state)
{
	static const struct {
		double us;
		const char *text;
	} times[] = {
		{0, "0 ns"},	  {0.25, "250 ns"}, {10, "10 us"},	  {249.619, "250 us"},
		{999.7, "1 ms"},  {10000, "10 ms"}, {1263.16, "1.26 ms"}, {1e6, "1 s"},
		{1.8e8, "180 s"}, {4e9, "4000 s"},
	};
	struct dc_arena *arena = dc_arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_string_equal(dc_time_text(arena, times[i].us), times[i].text);
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
