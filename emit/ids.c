/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dcg.h, the same in both components: the numbers of functions and types. */
#include "emit/tables.h"

#include "emit/names.h"
#include "emit/print.h"

static void put_externs(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_source_file *file;
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].crosses)
			fprintf(out, "int dcg_run_%s(struct dcrt_call *dcg);\n",
				emit_c_name(arena, plan->functions[i].definition->name));
	for (i = 0; i < plan->types.len; i++)
		if (!plan->types.at[i].variable)
			fprintf(out, "void %s(void *element);\n",
				emit_forget(arena, plan->types.at[i].name));
	for (i = 0; i < plan->kernel.len; i++)
		fprintf(out, "int dcg_kernel_%s(struct dcrt_call *dcg);\n",
			plan->kernel.at[i].prototype->name);
	dc_vec_each (file, &plan->source->files)
		if (file->is_unit)
			fprintf(out,
				"extern void *const dcg_code_%s[];\n"
				"extern void *const dcg_variables_%s[];\n",
				emit_c_name(arena, file->name), emit_c_name(arena, file->name));
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
