/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest chain of calls across, in small call graphs. */
#include "planned.h"

/* Functions that each call what the row says, all of them entered by the kernel. */
#define F(name, calls) "int " name "(int n)\n{\n\treturn n ? " calls " : 0;\n}\n"
#define DECLARED       "int a(int n);\nint b(int n);\nint c(int n);\nint d(int n);\n"

static void test_depth(void **state)
{
	static const struct {
		const char *name, *text, *user, *both;
		unsigned depth; /* more than the most: without end */
		const char *path; /* of the functions at which it crosses */
	} rows[] = {
		{"no process", DECLARED F("a", "b(n)") F("b", "1"), " ", "", 0, ""},
		{"one upcall, and a downcall of the library", DECLARED F("a", "b(n)") F("b", "1"),
		 " b ", "", 2, "a b"},
		{"up and down twice",
		 DECLARED F("a", "b(n)") F("b", "c(n)") F("c", "d(n)") F("d", "1"), " b d ", "", 4,
		 "a b c d"},
		{"the longer of two ways",
		 DECLARED F("a", "d(n) + b(n)") F("b", "c(n)") F("c", "d(n)") F("d", "1"), " b d ",
		 "", 4, "a b c d"},
		{"a copy on both sides does not cross",
		 DECLARED F("a", "b(n)") F("b", "c(n)") F("c", "d(n)") F("d", "1"), " b d ", " c ",
		 2, "a b"},
		{"a loop on one side", DECLARED F("a", "b(n)") F("b", "c(n)") F("c", "b(n - 1)"),
		 " b c ", "", 2, "a b"},
		{"a loop across", DECLARED F("a", "b(n)") F("b", "c(n)") F("c", "b(n - 1)"), " b ",
		 "", DC_EMIT_DEPTH_MAX + 1, "b c b"},
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct planned planned;
		char path[64] = "";

		planned_make(&planned, rows[i].text, "{}", rows[i].user, rows[i].both);
		assert_int_equal(planned.err, 0);
		for (k = 0; k < planned.plan.deepest.len; k++)
			snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s%s",
				 k ? " " : "", planned.plan.deepest.at[k]);
		if (planned.plan.depth != rows[i].depth || strcmp(path, rows[i].path) != 0)
			fail_msg("%s: %u, by '%s'", rows[i].name, planned.plan.depth, path);
		planned_done(&planned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_depth)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
