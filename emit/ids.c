/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dcg.h, the same in both components: the numbers of functions and types. */
#include "emit/tables.h"

#include "emit/names.h"
#include "emit/print.h"
#include "emit/stub.h"

/* Declares the names of one function that the tables use. */
static void put_function(FILE *out, const struct emit_call *call)
{
	static const char *const items[] = {"struct dcrt_call *dcg",
					    "const unsigned long *dcg_args"};
	const char *name = emit_c_name(call->arena, call->plain);

	emit_put_list(out, dc_arena_printf(call->arena, "unsigned long %s(", call->run), items, 2,
		      ");\n");
	if (emit_is_special(call, DC_SIDE_KERNEL))
		fprintf(out, "extern const struct dcrt_special dcg_special_%s;\n", name);
}

static void put_externs(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_source_file *file;
	struct emit_call call;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (!plan->functions[i].crosses)
			continue;
		emit_call_of_function(arena, plan, &plan->functions[i], &call);
		put_function(out, &call);
		emit_call_done(&call);
	}
	for (i = 0; i < plan->kernel.len; i++) {
		emit_call_of_kernel(arena, plan, &plan->kernel.at[i], &call);
		put_function(out, &call);
		emit_call_done(&call);
	}
	for (i = 0; i < plan->types.len; i++) {
		if (!plan->types.at[i].variable && emit_is_forgotten(plan, &plan->types.at[i]))
			fprintf(out, "void %s(void *element);\n",
				emit_forget(arena, plan->types.at[i].name));
		if (emit_is_limited(&plan->types.at[i]))
			fprintf(out, "bool dcg_valid_%s(const void *now, const void *was);\n",
				emit_type_suffix(plan, arena, i));
	}
	dc_vec_each (file, &plan->source->files)
		if (file->is_unit)
			fprintf(out,
				"extern void *const dcg_code_%s[];\n"
				"extern void *const dcg_variables_%s[];\n",
				emit_c_name(arena, file->name), emit_c_name(arena, file->name));
	fputs("extern void *dcg_code[];\n", out);
}

const char *emit_ids_h(struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, "dcg.h", plan->source->module, false);
	fputs("#ifndef DCG_H\n#define DCG_H\n\n#include \"runtime/component/downcalls.h\"\n\n"
	      "/* clang-format off */\nenum dcg_up {\n",
	      piece.out);
	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].is_upcall)
			fprintf(piece.out, "\tDCG_UP_%s,\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	fputs("\tDCG_N_UP,\n};\n\nenum dcg_down {\n\tDCG_DOWN_FIRST = DCK_COUNT - 1,\n", piece.out);
	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].is_downcall)
			fprintf(piece.out, "\tDCG_DOWN_%s,\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	for (i = 0; i < plan->kernel.len; i++)
		fprintf(piece.out, "\tDCG_DOWN_KERNEL_%s,\n", plan->kernel.at[i].prototype->name);
	fputs("\tDCG_N_DOWN,\n};\n\nenum dcg_type {\n", piece.out);
	for (i = 0; i < plan->types.len; i++)
		fprintf(piece.out, "\t%s,\n", emit_type_name(plan, arena, i));
	fputs("\tDCG_N_TYPES,\n};\n\n", piece.out);
	put_externs(piece.out, arena, plan);
	fputs("/* clang-format on */\n\n#endif\n", piece.out);
	return emit_piece_end(&piece, arena);
}
