/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C names of generated symbols. */
#include "planned.h"

#include "emit/names.h"

static const char text[] =
	"#include <kernel.h>\n"
	"struct ring { int head; };\n"
	"struct port { struct net_device *netdev; struct ring *rings; int n; };\n"
	"int level = 3;\n"
	"int up(struct port *port)\n"
	"{\n"
	"	static int times;\n"
	"	return ++times + level + port->rings->head + !port->netdev->state;\n"
	"}\n";

static void test_types(void **state)
{
	static const struct {
		const char *type, *number, *suffix, *forget;
	} rows[] = {
		{"net_device", "DCG_TYPE_net_device", "net_device", "dcg_forget_net_device"},
		{"ring", "DCG_TYPE_ring", "ring", "dcg_forget_ring"},
		{"level", "DCG_VARIABLE_in_c_level", "variable_in_c_level", NULL},
		{"up.times", "DCG_VARIABLE_in_c_up_times", "variable_in_c_up_times", NULL},
	};
	struct planned planned;
	size_t i, j;

	(void)state;
	planned_make(&planned, text,
		     "{" PRIVATE ", \"pointers\": [{\"field\": \"port.rings\", \"count\": \"n\"}]}",
		     " up ", "");
	assert_int_equal(planned.err, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_emit_plan *plan = &planned.plan;
		struct dc_arena *arena = planned.made.arena;

		for (j = 0; j < plan->types.len; j++)
			if (!strcmp(plan->types.at[j].name, rows[i].type))
				break;
		if (j == plan->types.len)
			fail_msg("no type %s", rows[i].type);
		assert_string_equal(emit_type_name(plan, arena, j), rows[i].number);
		assert_string_equal(emit_type_suffix(plan, arena, j), rows[i].suffix);
		if (rows[i].forget)
			assert_string_equal(emit_forget(arena, plan->types.at[j].name),
					    rows[i].forget);
	}
	planned_done(&planned);
}

static void test_functions(void **state)
{
	struct dc_arena *arena = dc_arena_new();
	const struct dc_definition definition = {.name = "step@one.c", .plain = "step"};
	const struct dc_source_file file = {.name = "hw/one.c"};
	const struct dc_static local = {.function = "step@one.c", .variable = {.name = "times"}};
	struct dc_prototype prototype = {.name = "msleep"};
	struct dc_rule rule = {.name = "msleep"};
	const struct dc_emit_kernel kernel = {.prototype = &prototype, .rule = &rule};

	(void)state;
	assert_string_equal(emit_own_name(arena, &definition), "dcg_own_step");
	assert_string_equal(emit_layout_name(arena, &file), "dcg_layout_hw_one_c.h");
	assert_string_equal(emit_static_name(arena, &local), "dcg_static_step_one_c_times");
	assert_string_equal(emit_stub_name(arena, &kernel), "msleep");
	prototype.is_inline = true; /* a name that a macro has to lead away from */
	assert_string_equal(emit_stub_name(arena, &kernel), "dcp_msleep");
	prototype.is_inline = false;
	rule.define = "(ms) dcp_msleep(ms)";
	assert_string_equal(emit_stub_name(arena, &kernel), "dcp_msleep");
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
