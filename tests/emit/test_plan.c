/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of each function in each component, and plans that are refused. */
#include "planned.h"

#include <errno.h>

static const char text[] = "#include <kernel.h>\n"
			   "struct port { struct net_device *netdev; int state; };\n"
			   "static int leaf(int x) { return x + 1; }\n"
			   "static int shared(int x) { return leaf(x); }\n"
			   "static int alone(int x) { return x; }\n"
			   "int down(struct port *port) { return shared(port->state); }\n"
			   "int up(struct port *port) { return down(port) + shared(2); }\n"
			   "int top(struct port *port) { return up(port) + alone(1); }\n"
			   "static int (*table[])(struct port *) = {up};\n"
			   "int through(struct port *port) { return table[0](port); }\n";

#define TRAILING "{" PRIVATE "}"

/* Per function: its form in the kernel component, then in the process ('-' left out, 'n' as it was
 * written, 's' a stub), and '^' an upcall, 'v' a downcall. */
static void test_forms(void **state)
{
	static const struct {
		const char *user, *both, *function, *forms;
	} rows[] = {
		{" up ", " shared leaf ", "top", "n-"},
		{" up ", " shared leaf ", "up", "sn^"},
		{" up ", " shared leaf ", "down", "nsv"},
		{" up ", " shared leaf ", "shared", "nn"},
		{" up ", " shared leaf ", "leaf", "nn"},
		{" up ", " shared leaf ", "alone", "n-"},
		{" up ", "", "shared", "nsv"},
		{" up ", "", "leaf", "n-"},
		{" up down ", "", "down", "-n"},
		{" up down shared leaf ", "", "shared", "-n"},
		{" top up down shared leaf alone through ", "", "alone", "-n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_emit_function *function;
		struct planned planned;
		char forms[4] = "";

		planned_make(&planned, text, TRAILING, rows[i].user, rows[i].both);
		if (planned.err)
			fail_msg("%s: %s", rows[i].user, planned.made.caught.text);
		function = planned_function(&planned, rows[i].function);
		forms[0] = "-ns"[function->on[DC_SIDE_KERNEL]];
		forms[1] = "-ns"[function->on[DC_SIDE_USER]];
		if (function->crosses)
			forms[2] = function->is_upcall ? '^' : 'v';
		if (strcmp(forms, rows[i].forms) != 0)
			fail_msg("%s with%sin the process: %s, expected %s", rows[i].function,
				 rows[i].user, forms, rows[i].forms);
		planned_done(&planned);
	}
}

static void test_all_kernel(void **state)
{
	struct planned planned;
	size_t i;

	(void)state;
	planned_make(&planned, text, TRAILING, NULL, NULL);
	assert_int_equal(planned.err, 0);
	assert_true(planned.plan.all_kernel);
	for (i = 0; i < planned.plan.count; i++) {
		assert_int_equal(planned.plan.functions[i].on[DC_SIDE_KERNEL], DC_NATIVE);
		assert_false(planned.plan.functions[i].crosses);
	}
	planned_done(&planned);
}

/* Only functions whose address is taken have a number. */
static void test_code(void **state)
{
	struct planned planned;

	(void)state;
	planned_make(&planned, text, TRAILING, " up ", "");
	assert_int_equal(planned.plan.code_count, 1);
	assert_int_equal(planned_function(&planned, "up")->code, 0);
	assert_int_equal(planned_function(&planned, "down")->code, -1);
	planned_done(&planned);
}

static const char hard[] = "#include <kernel.h>\n"
			   "struct loose { int x; };\n"
			   "static int many(int x, ...) { return x; }\n"
			   "static int sum(int *data, int count) { return data[count - 1]; }\n"
			   "static int look(struct loose *loose) { return loose->x; }\n"
			   "int caller(int x)\n"
			   "{\n"
			   "	struct loose loose = {x};\n"
			   "	return many(x, 1) + sum(&x, 1) + look(&loose);\n"
			   "}\n";

static void test_refused(void **state)
{
	static const struct {
		const char *user, *said;
	} rows[] = {
		{" many ",
		 "in.c:3: error: many takes a variable number of arguments, so no stub can "
		 "replace it; keep it and its callers in the kernel (drivercut solve "
		 "--rules, or --pin many=kernel)"},
		{" sum ",
		 "in.c:4: error: sum cannot be called across: its parameter 'data' (in.c:4) "
		 "points to memory of unknown length"},
		{" sum ",
		 "\"functions\": perhaps {\"function\": \"sum\", \"arguments\": [\"count\"]} "
		 "(drivercut annotate lists all)"},
		{" look ",
		 "in.c:5: error: look cannot be called across: its parameter 'loose' (in.c:5) "
		 "points to struct loose of the driver, which does not cross"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct planned planned;

		planned_make(&planned, hard, "{}", rows[i].user, "");
		assert_int_equal(planned.err, -EINVAL);
		assert_said(&planned.made.caught, rows[i].said);
		planned_done(&planned);
	}
}

/* A cut of another source. */
static void test_other_source(void **state)
{
	struct dc_sides_node stranger = {.id = "stranger", .reason = ""};
	struct dc_sides sides = {0}, none = {0};
	struct dc_emit_plan plan;
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, hard, "{}"), 0);
	dc_vec_push(&sides.nodes, stranger);
	assert_int_equal(
		dc_emit_plan_make(&made.caught.diag, &made.marshal, &sides, "cut.json", &plan),
		-EINVAL);
	assert_said(&made.caught,
		    "cut.json:0: error: sides: the source has no function 'stranger'");
	assert_int_equal(
		dc_emit_plan_make(&made.caught.diag, &made.marshal, &none, "cut.json", &plan),
		-EINVAL);
	assert_said(&made.caught, "sides: 'caller' (in.c:6) is missing");
	dc_vec_done(&sides.nodes);
	small_driver_done(&made);
}

/* A function that a macro made has its text in both components. The copy in the process is dead:
 * what it calls need not be callable from there. */
static void test_dead_text(void **state)
{
	static const char made[] =
		"#include <kernel.h>\n"
		"#define MAKE(name) int name(int x) { return put(x, (int *)0); }\n"
		"static int put(int x, int *raw) { return raw ? *raw : x; }\n"
		"MAKE(twice)\n"
		"int user(int x) { return x; }\n"
		"int caller(int x) { return twice(x); }\n";
	const struct dc_emit_function *twice;
	struct planned planned;

	(void)state;
	planned_make(&planned, made, "{}", " user ", "");
	if (planned.err)
		fail_msg("%s", planned.made.caught.text);
	twice = planned_function(&planned, "twice");
	assert_int_equal(twice->on[DC_SIDE_USER], DC_NATIVE);
	assert_true(dc_emit_is_dead(twice, DC_SIDE_USER));
	assert_false(dc_emit_is_dead(twice, DC_SIDE_KERNEL));
	assert_false(dc_emit_is_dead(planned_function(&planned, "user"), DC_SIDE_USER));
	assert_int_equal(planned_function(&planned, "put")->on[DC_SIDE_USER], DC_STUB);
	assert_false(planned_function(&planned, "put")->crosses);
	planned_done(&planned);
	/* called from the process it is not dead, and cannot be cut */
	planned_make(&planned, made, "{}", " user caller ", "");
	assert_int_equal(planned.err, -EINVAL);
	assert_said(&planned.made.caught, "so no stub can replace it");
	planned_done(&planned);
}

/* Functions of the kernel that only tables name: those without a rule cannot be called. */
static void test_unreachable(void **state)
{
	static const char tables[] = "#include <kernel.h>\n"
				     "struct table table = {rtnl_lock, kernel_run};\n"
				     "int user(int x) { return x; }\n";
	struct planned planned;

	(void)state;
	planned_make(&planned, tables, "{}", " user ", "");
	assert_int_equal(planned.err, 0);
	assert_int_equal(planned.plan.unreachable.len, 1);
	assert_string_equal(planned.plan.unreachable.at[0], "kernel_run");
	assert_int_equal(planned.plan.kernel.len, 1);
	assert_string_equal(planned.plan.kernel.at[0].prototype->name, "rtnl_lock");
	assert_non_null(
		strstr(dc_emit_names(planned.made.arena, &planned.made.rules, &planned.plan),
		       "\nkernel_run\n"));
	planned_done(&planned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),	     cmocka_unit_test(test_all_kernel),
		cmocka_unit_test(test_code),	     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_other_source), cmocka_unit_test(test_dead_text),
		cmocka_unit_test(test_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
