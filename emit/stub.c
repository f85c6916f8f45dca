/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stubs, which make a call to the other side: one call of the runtime, with the component's state
 * (in the kernel), the number of the function's description (descriptor.c) and the arguments as
 * they are. handler.c prints the other end.
 */
#include "emit/stub.h"

#include <string.h>

#include "emit/names.h"
#include "emit/print.h"

/* A mapped register is accessed in place, in program order. */
static void put_register(FILE *out, const struct emit_call *call)
{
	bool write = call->is_register == DC_REGISTER_WRITE;
	const char *type = call->result, *address, *value = "";

	if (call->is_register == DC_REGISTER_NO)
		return;
	address = call->parameters[emit_find_parameter(call, true)].name;
	if (write) {
		const struct emit_parameter *written =
			&call->parameters[emit_find_parameter(call, false)];

		value = written->name;
		type = written->type;
	}
	fprintf(out, "\tvolatile __typeof__(%s) *dcg_at = dcp_register_%s(%s, sizeof(*dcg_at));\n",
		type, write ? "to" : "at", address);
	if (!write)
		fprintf(out, "\t__typeof__(%s) dcg_result;\n", type);
	fputs("\n\tif (dcg_at) {\n\t\tbarrier();\n", out);
	fprintf(out, write ? "\t\t*dcg_at = %s;\n" : "\t\tdcg_result = *dcg_at;\n", value);
	fprintf(out, "\t\tbarrier();\n\t\treturn%s;\n\t}\n", write ? "" : " dcg_result");
}

/* The text before the call, which gives its result the function's type. */
static const char *returned(const struct emit_call *call)
{
	if (call->result_kind == DC_RESULT_VOID)
		return "\t";
	if (call->result_kind == DC_RESULT_POINTER || emit_is_forced(call->result))
		return dc_arena_printf(call->arena, "\treturn %s",
				       emit_cast(call->arena, call->result, ""));
	return "\treturn ";
}

void emit_put_stub(FILE *out, const struct emit_call *call)
{
	const char **args = dc_arena_alloc(call->arena, (call->count + 2) * sizeof(*args));
	size_t i, len = 0;

	if (call->up)
		args[len++] = "&dcg_dck";
	args[len++] = call->number;
	for (i = 0; i < call->count; i++)
		args[len++] = call->parameters[i].name;
	fputs("{\n", out);
	if (call->comment)
		emit_put_comment(out, call->comment);
	put_register(out, call);
	emit_put_call(out,
		      dc_arena_printf(call->arena, "%s%s(", returned(call),
				      call->up ? "dck_upcall" : "dcp_downcall"),
		      args, len, ");\n");
	fputs("}", out);
}

/* A function that is only named needs an address; its text is never reached. */
#define NAMED(end) "{\n\t/* On the other side: named here, never called */\n\t" end ";\n}"

const char *emit_stub(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_emit_function *function)
{
	struct emit_piece piece;
	struct emit_call call;

	if (!function->crosses)
		return function->placement == DC_PLACEMENT_USER ? NAMED("BUG()")
								: NAMED("dcp_bug()");
	emit_call_of_function(arena, plan, function, &call);
	emit_piece_start(&piece);
	emit_put_stub(piece.out, &call);
	emit_call_done(&call);
	return emit_code_end(&piece, arena);
}
