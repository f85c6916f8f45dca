/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that release what others acquire, as the rules have them. */
#include "planned.h"

#include "emit/journal.h"
#include "emit/undo.h"

static const char text[] = "#include <kernel.h>\n"
			   "int use(struct napi_struct *napi)\n"
			   "{\n"
			   "	rtnl_lock(); rtnl_unlock(); free_irq(3, napi); napi_enable(napi);\n"
			   "	return request_irq(3, (void *)0, 0, \"a\", napi);\n"
			   "}\n";

static const struct dc_emit_undo *undo_of(const struct planned *planned, const char *acquires)
{
	const struct dc_emit_undo *undo;

	dc_vec_each (undo, &planned->plan.undos)
		if (!strcmp(undo->rule->name, acquires))
			return undo;
	return NULL;
}

static void test_undos(void **state)
{
	static const struct {
		const char *acquires, *name, *args; /* args joined by '|' */
		enum dc_undo_when when;
		bool used; /* the driver uses the function that releases */
		bool wrapped;
	} rows[] = {
		{"request_irq", "free_irq", "$0|$4", DC_UNDO_FIRST, true, true},
		{"rtnl_lock", "rtnl_unlock", "", DC_UNDO_LOCK, true, true},
		{"napi_enable", "napi_disable", "$0", DC_UNDO_STOP, false, false},
	};
	struct planned planned;
	size_t i, j;

	(void)state;
	planned_make(&planned, text, "{}", " ", "");
	assert_int_equal(planned.err, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_emit_undo *undo = undo_of(&planned, rows[i].acquires);
		char args[64] = "";

		if (!undo)
			fail_msg("no undo of %s", rows[i].acquires);
		for (j = 0; j < undo->count; j++)
			snprintf(args + strlen(args), sizeof(args) - strlen(args), "%s%s",
				 j ? "|" : "", undo->args[j]);
		assert_string_equal(undo->name, rows[i].name);
		assert_string_equal(args, rows[i].args);
		assert_int_equal(emit_undo_when(undo), rows[i].when);
		assert_int_equal(!!undo->releases, rows[i].used);
		assert_int_equal(emit_undo_is_wrapped(undo), rows[i].wrapped);
	}
	/* a function that the driver does not use acquires nothing */
	assert_null(undo_of(&planned, "request_threaded_irq"));
	planned_done(&planned);
}

/* Only the functions of locks have wrappers that handlers call. */
static void test_lock_targets(void **state)
{
	struct planned planned;

	(void)state;
	planned_make(&planned, text, "{}", " ", "");
	assert_string_equal(emit_lock_target(&planned.plan, "rtnl_lock"),
			    "dcg_acquiring_rtnl_lock");
	assert_string_equal(emit_lock_target(&planned.plan, "rtnl_unlock"),
			    "dcg_releasing_rtnl_unlock");
	assert_null(emit_lock_target(&planned.plan, "request_irq"));
	assert_null(emit_lock_target(&planned.plan, "free_irq"));
	planned_done(&planned);
}

/* A state (there or not) is noted as released after the call, too: the call may wait for another
 * thread's. */
static void test_released_twice(void **state)
{
	static const char both[] =
		"#include <kernel.h>\n"
		"void use(struct napi_struct *napi)\n"
		"{\n"
		"	napi_enable(napi); napi_disable(napi);\n"
		"	request_irq(3, (void *)0, 0, \"a\", napi); free_irq(3, napi);\n"
		"}\n";
	struct planned planned;
	const char *header;

	(void)state;
	planned_make(&planned, both, "{}", " ", "");
	assert_int_equal(planned.err, 0);
	header = emit_journal_h(planned.made.arena, &planned.plan);
	assert_non_null(strstr(header,
			       "\tnapi_disable(a0);\n"
			       "\tdck_releasing(&dcg_release_napi_disable, (unsigned long)a0);\n"
			       "}\n"));
	assert_non_null(strstr(header, "free_irq(a0, a1);\n}\n"));
	planned_done(&planned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undos),
		cmocka_unit_test(test_released_twice),
		cmocka_unit_test(test_lock_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
