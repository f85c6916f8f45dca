/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the driver in one component: what is replaced, removed and noted, and #line. */
#include "planned.h"

#include "base/file.h"
#include "emit/source.h"

static const char text[] = "#include <kernel.h>\n" /* 1 */
			   "struct port { int state; };\n"
			   "static int first(int x);\n"
			   "int stays(int x) { return x; }\n"
			   "\n" /* 5 */
			   "/* About first. */\n"
			   "static int first(int x)\n"
			   "{\n"
			   "	return x;\n"
			   "}\n" /* 10 */
			   "\n"
			   "static int second(int x)\n"
			   "{\n"
			   "	return first(x);\n"
			   "}\n" /* 15 */
			   "\n"
			   "int moved(int x) { return second(x); }\n"
			   "int also(int x);\n"
			   "int between(int x) { return moved(x) + also(x); }\n"
			   "static int alone(int x) { return x; }\n"
			   "int also(int x) { return alone(x); }\n"; /* 20 */

static const char *emitted_text(struct planned *planned, enum dc_side side, const char *from)
{
	struct emit_unit unit = {
		.plan = &planned->plan,
		.arena = planned->made.arena,
		.side = side,
		.file = &planned->made.source->files.at[0],
		.label = "src/in.c",
		.text = from,
		.len_bytes = strlen(from),
	};

	return emit_source(&unit);
}

static const char *emitted(struct planned *planned, enum dc_side side)
{
	return emitted_text(planned, side, text);
}

static void test_kernel(void **state)
{
	static const struct {
		const char *words;
		bool there;
	} rows[] = {
		{"// SPDX-License-Identifier: GPL-2.0-only\n", true},
		{"#line 1 \"src/in.c\"\n#include <kernel.h>\n", true},
		{"int stays(int x) { return x; }\n", true},
		/* a forward of a function that is left out goes with it */
		{"static int first(int x);\n", false},
		{"/* About first. */", false},
		/* neighbours are one run, noted once */
		{"/* first .. second: user/in.c */\n\n#line 17 \"src/in.c\"\nint moved(int x) {\n"
		 "\t/* In the process */\n",
		 true},
		{"return second(x)", false},
		{"/* alone: user/in.c */\n\n#line 21 \"src/in.c\"\nint also(int x) {\n", true},
		{"int also(int x);\n"
		 "int between(int x) { return moved(x) + also(x); }\n",
		 true},
		{"dcg_run_between", false},
	};
	struct planned planned;
	const char *out;
	size_t i;

	(void)state;
	planned_make(&planned, text, "{}", " first second moved alone also ", "");
	if (planned.err)
		fail_msg("%s", planned.made.caught.text);
	out = emitted(&planned, DC_SIDE_KERNEL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!!strstr(out, rows[i].words) != rows[i].there)
			fail_msg("%s: %s in\n%s", rows[i].words, rows[i].there ? "not" : "is", out);
	planned_done(&planned);
}

static void test_process(void **state)
{
	struct planned planned;
	const char *out;

	(void)state;
	planned_make(&planned, text, "{}", " first second moved alone also ", "");
	out = emitted(&planned, DC_SIDE_USER);
	assert_non_null(strstr(out, "#include \"dcg_rules.h\"\n"));
	assert_non_null(strstr(out, "/* About first. */\nstatic int first(int x)\n"));
	assert_non_null(strstr(out, "/* stays: kernel/in.c */\n"));
	assert_non_null(strstr(out, "unsigned long dcg_run_moved(struct dcrt_call *dcg, "));
	planned_done(&planned);
}

static const char defines[] = "#include <kernel.h>\n"
			      "int level(int x)\n"
			      "{\n"
			      "	/*\n"
			      "#define NOT_A_MACRO\n"
			      "	*/\n"
			      "#define LEVEL \\\n"
			      "	8\n"
			      "#pragma unknown\n"
			      "	return LEVEL + x;\n"
			      "}\n"
			      "\n"
			      "static int gone(int x)\n"
			      "{\n"
			      "#ifdef LEVEL\n"
			      "#define MORE 1\n"
			      "#endif\n"
			      "	return x + MORE;\n"
			      "}\n"
			      "\n"
			      "static int plain(int x)\n"
			      "{\n"
			      "#ifdef LEVEL\n"
			      "	x++;\n"
			      "#endif\n"
			      "	return gone(x);\n"
			      "}\n"
			      "\n"
			      "int stays(int x) { return LEVEL + level(x) + MORE; }\n"
			      "int user(int x) { return plain(x); }\n";

/* The macros of a text that is replaced or left out stay, with the conditions around them. */
static void test_macros(void **state)
{
	struct planned planned;
	const char *out;

	(void)state;
	planned_make(&planned, defines, "{}", " level gone plain user ", "");
	if (planned.err)
		fail_msg("%s", planned.made.caught.text);
	out = emitted_text(&planned, DC_SIDE_KERNEL, defines);
	assert_non_null(strstr(out, "}\n#define LEVEL \\\n\t8\n#line 12 \"src/in.c\"\n\n"
				    "/* gone .. plain: user/in.c */\n\n"
				    "#ifdef LEVEL\n#define MORE 1\n#endif\n#line 29 "
				    "\"src/in.c\"\nint stays(int x)"));
	assert_null(strstr(out, "NOT_A_MACRO"));
	assert_null(strstr(out, "pragma"));
	planned_done(&planned);
}

static void test_all_kernel(void **state)
{
	struct planned planned;

	(void)state;
	planned_make(&planned, text, "{}", NULL, NULL);
	assert_non_null(strstr(emitted(&planned, DC_SIDE_KERNEL), text));
	planned_done(&planned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_all_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
