/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of annotations as C conditions. */
#include "planned.h"

#include "emit/print.h"
#include "emit/tables.h"

static const char text[] =
	"#include <kernel.h>\n"
	"struct port {\n"
	"	struct net_device *netdev;\n"
	"	int level;\n"
	"	unsigned count, mode;\n"
	"	int (*notify)(struct port *port);\n"
	"};\n"
	"int told(struct port *port) { return port->level; }\n"
	"int up(struct port *port)\n"
	"{\n"
	"	port->level = 1; port->count = 2; port->mode = 3;\n"
	"	port->notify = told;\n"
	"	return 0;\n"
	"}\n"
	"int reader(struct port *port) { return port->count + !port->netdev->state; }\n";

static const char *valid(struct planned *planned, const char *type)
{
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	for (i = 0; i < planned->plan.types.len; i++)
		if (!strcmp(planned->plan.types.at[i].name, type))
			emit_put_valid(piece.out, planned->made.arena, &planned->plan, i);
	return emit_piece_end(&piece, planned->made.arena);
}

static void test_limits(void **state)
{
	static const struct {
		const char *limit, *expected;
	} rows[] = {
		{"\"field\": \"port.count\", \"range\": [\"1\", \"8\"]",
		 "if ((dcg_now->count != dcg_was->count) &&\n"
		 "\t\t    !(dcg_now->count >= (1) && dcg_now->count <= (8)))\n"
		 "\t\t\treturn false;\n"},
		{"\"field\": \"port.count\", \"range\": [\"0\", \"8\"]",
		 "!(dcg_now->count <= (8)))\n"},
		{"\"field\": \"port.level\", \"range\": [\"0\", \"8\"]",
		 "!(dcg_now->level >= (0) && dcg_now->level <= (8)))\n"},
		{"\"field\": \"port.count\", \"values\": [\"1\", \"A\"]",
		 "!(dcg_now->count == (1) || dcg_now->count == (A)))\n"},
		{"\"field\": \"port.notify\", \"values\": [\"told\"]",
		 "!(dcg_now->notify == dcg_code[0] /* told */))\n"},
		{"\"field\": \"port.count\", \"range\": [\"1\", \"8\"], \"unless\": \"!$->mode\"",
		 "if ((dcg_now->count != dcg_was->count || dcg_now->mode != dcg_was->mode) &&\n"
		 "\t\t    !(dcg_now->count >= (1) && dcg_now->count <= (8)) && "
		 "!(!dcg_now->mode))\n"},
		{"\"field\": \"port.count\", \"fixed\": \"$->mode\"",
		 "if (dcg_now->count != dcg_was->count && (dcg_was->mode))\n\t\t\treturn false;\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *annotations = dc_printf(
			"{" PRIVATE ", \"limits\": [{%s, \"why\": \"because\"}]}", rows[i].limit);
		struct planned planned;
		const char *text_of_valid;

		planned_make(&planned, text, annotations, " up ", "");
		if (planned.err)
			fail_msg("%s: %s", rows[i].limit, planned.made.caught.text);
		text_of_valid = valid(&planned, "net_device");
		if (!strstr(text_of_valid, rows[i].expected))
			fail_msg("%s: expected %s, got %s", rows[i].limit, rows[i].expected,
				 text_of_valid);
		assert_non_null(strstr(text_of_valid, "\nbool dcg_valid_net_device("));
		assert_non_null(strstr(text_of_valid, ": because */\n"));
		planned_done(&planned);
		free(annotations);
	}
}

/* A field that the process only reads needs no check. */
static void test_only_read(void **state)
{
	struct planned planned;

	(void)state;
	planned_make(&planned, text,
		     "{" PRIVATE ", \"limits\": [{\"field\": \"port.count\", \"range\": "
		     "[\"1\", \"8\"], \"why\": \"because\"}]}",
		     " reader ", "");
	assert_int_equal(planned.err, 0);
	assert_string_equal(valid(&planned, "net_device"), "");
	planned_done(&planned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_only_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
