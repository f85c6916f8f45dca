/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dcg_kernel.c: the kernel's functions that the process calls. In the kernel component it has their
 * calls by number (handler.c), and what undoes their effect; in the process their stubs.
 */
#include "emit/tables.h"

#include "emit/call.h"
#include "emit/journal.h"
#include "emit/names.h"
#include "emit/print.h"
#include "emit/stub.h"

static void put_head(FILE *out, const struct dc_emit_kernel *kernel, const struct emit_call *call,
		     const char *after)
{
	const char **items = dc_arena_alloc(call->arena, (call->count + 1) * sizeof(*items));
	struct emit_piece piece;
	size_t i;

	items[0] = "void";
	for (i = 0; i < call->count; i++) {
		emit_piece_start(&piece);
		emit_put_declaration(piece.out, call->parameters[i].type, call->parameters[i].name);
		items[i] = emit_piece_end(&piece, call->arena);
	}
	emit_piece_start(&piece);
	emit_put_declaration(piece.out, kernel->prototype->result_type,
			     emit_stub_name(call->arena, kernel));
	fputc('(', piece.out);
	emit_put_list(out, emit_piece_end(&piece, call->arena), items,
		      call->count ? call->count : 1, after);
}

static void put_kernel_stub(FILE *out, const struct dc_emit_kernel *kernel,
			    const struct emit_call *call)
{
	fputc('\n', out);
	put_head(out, kernel, call, ");\n");
	put_head(out, kernel, call, ")\n");
	emit_put_stub(out, call);
	fputc('\n', out);
}

/* The label is the function's name: its own declaration, in whatever header, is not needed. */
static void put_unreachable(FILE *out, const char *name)
{
	fprintf(out,
		"\n/* The driver's text names it; it has no rule, so nothing here calls it. */\n"
		"void dcg_unreachable_%s(void) __asm__(\"%s\");\n"
		"void dcg_unreachable_%s(void)\n{\n\tdcp_bug();\n}\n",
		name, name, name);
}

static void put_unreachable_variable(FILE *out, const char *name)
{
	fprintf(out,
		"\n/* A table of the driver points to it; nothing here reads it. */\n"
		"extern const char dcg_unreachable_%s[] __asm__(\"%s\");\n"
		"const char dcg_unreachable_%s[8];\n",
		name, name, name);
}

const char *emit_kernel_calls_c(struct dc_arena *arena, const struct dc_emit_plan *plan,
				enum dc_side side)
{
	const struct dc_rules *rules = plan->marshal->rules;
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, "dcg_kernel.c", rules->sources, true);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(piece.out, "#include <%s>\n", rules->headers.at[i]);
	fprintf(piece.out, "#include \"dcg.h\"\n%s",
		side == DC_SIDE_KERNEL ? "#include \"dcg_journal.h\"\n"
				       : "#include \"runtime/process/process.h\"\n");
	if (side == DC_SIDE_KERNEL) {
		emit_put_undos(piece.out, arena, plan);
		emit_put_recoveries(piece.out, arena, plan);
	}
	for (i = 0; i < plan->kernel.len; i++) {
		const struct dc_emit_kernel *kernel = &plan->kernel.at[i];
		struct emit_call call;

		emit_call_of_kernel(arena, plan, kernel, &call);
		if (side == DC_SIDE_KERNEL)
			emit_put_run(piece.out, &call);
		else
			put_kernel_stub(piece.out, kernel, &call);
		emit_put_special(piece.out, &call, side);
		emit_call_done(&call);
	}
	for (i = 0; side == DC_SIDE_USER && i < plan->unreachable.len; i++)
		put_unreachable(piece.out, plan->unreachable.at[i]);
	for (i = 0; side == DC_SIDE_USER && i < plan->unreachable_variables.len; i++)
		put_unreachable_variable(piece.out, plan->unreachable_variables.at[i]);
	return emit_code_end(&piece, arena);
}
