/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dcg_tables.c: the tables that runtime/dcrt.h describes: functions that are called across, types
 * of objects with their fields and pointers, addresses. Offsets and sizes are the numbers that
 * clang computes with the driver's compiler flags.
 */
#include "emit/tables.h"

#include <stdlib.h>
#include <string.h>

#include "emit/names.h"
#include "emit/print.h"
#include "emit/stub.h"

static void put_functions(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			  enum dc_side side, bool up)
{
	struct emit_call call;
	size_t i;

	fprintf(out, "\nstatic const struct dcrt_function dcg_%s[] = {\n", up ? "up" : "down");
	if (!up)
		fputs("\tDCK_DOWN_TABLE,\n", out);
	for (i = 0; i < plan->count; i++) {
		if (!(up ? plan->functions[i].is_upcall : plan->functions[i].is_downcall))
			continue;
		emit_call_of_function(arena, plan, &plan->functions[i], &call);
		emit_put_descriptor(out, &call, side);
		emit_call_done(&call);
	}
	for (i = 0; !up && i < plan->kernel.len; i++) {
		emit_call_of_kernel(arena, plan, &plan->kernel.at[i], &call);
		emit_put_descriptor(out, &call, side);
		emit_call_done(&call);
	}
	fputs("};\n", out);
}

/* Members that are 0 are left out: .kind = DCRT_PLAIN, and then .target, which no one reads. */
static void put_fields(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		       size_t index, enum dc_side side)
{
	static const char *const kinds[] = {
		"",
		", .kind = DCRT_ADDRESS, .target = DCRT_ANY_TYPE",
		", .kind = DCRT_CODE, .target = DCRT_ANY_TYPE",
	};
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_field *field;

	if (!type->fields.len)
		return;
	fprintf(out, "\nstatic struct dcrt_field dcg_fields_%s[] = {\n",
		emit_type_suffix(plan, arena, index));
	dc_vec_each (field, &type->fields)
		emit_put_row(out, arena, "\t{",
			     dc_arena_printf(
				     arena, ".offset = %u, .size = %u, .count = %u%s%s%s",
				     field->offset, field->size, field->count, kinds[field->kind],
				     field->user_writes ? ", .user_writes = true" : "",
				     field->limited && side == DC_SIDE_KERNEL ? ", .checked = true"
									      : ""),
			     field->name);
	fputs("};\n", out);
}

static void put_links(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      size_t index)
{
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_link *link;

	if (!type->links.len)
		return;
	fprintf(out, "\nstatic const struct dcrt_link dcg_links_%s[] = {\n",
		emit_type_suffix(plan, arena, index));
	dc_vec_each (link, &type->links) {
		fprintf(out, "\t{.offset = %u, .target = %s", link->offset,
			emit_type_name(plan, arena, link->target));
		if (link->inside)
			fprintf(out, ", .inside = %u", link->inside);
		fprintf(out, "}, /* %s */\n", link->name);
	}
	fputs("};\n", out);
}

static void put_type(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan, size_t i,
		     enum dc_side side)
{
	const struct dc_object_type *type = &plan->types.at[i];
	const char *suffix = emit_type_suffix(plan, arena, i);
	struct emit_piece piece;

	emit_piece_start(&piece);
	fprintf(piece.out, ".name = \"%s\", .size = %u", type->name, type->size);
	if (type->fields.len)
		fprintf(piece.out, ", .n_fields = %zu, .fields = dcg_fields_%s", type->fields.len,
			suffix);
	if (type->links.len)
		fprintf(piece.out, ", .n_links = %zu, .links = dcg_links_%s", type->links.len,
			suffix);
	if (side == DC_SIDE_KERNEL && emit_adopts(type))
		fprintf(piece.out, ", .adopt = dcg_adopt_%s", suffix);
	if (side == DC_SIDE_KERNEL && emit_is_limited(type))
		fprintf(piece.out, ", .valid = dcg_valid_%s", suffix);
	fprintf(out, "\t[%s] = {\n", emit_type_name(plan, arena, i));
	emit_put_row(out, arena, "\t\t", emit_piece_end(&piece, arena), NULL);
}

static void put_types(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      enum dc_side side)
{
	size_t i;

	for (i = 0; i < plan->types.len; i++) {
		put_fields(out, arena, plan, i, side);
		put_links(out, arena, plan, i);
		if (side != DC_SIDE_KERNEL)
			continue;
		emit_put_adopt(out, arena, plan, i);
	}
	fputs("\nstatic struct dcrt_type dcg_types[] = {\n", out);
	for (i = 0; i < plan->types.len; i++)
		put_type(out, arena, plan, i, side);
	fputs("};\n", out);
}

static size_t count_code(const struct dc_emit_plan *plan, const struct dc_source_file *file)
{
	size_t i, count = 0;

	for (i = 0; i < plan->count; i++)
		count += plan->functions[i].code >= 0 &&
			 !strcmp(plan->functions[i].definition->unit, file->name);
	return count;
}

/* A chain without end gets the runtime's usual room, which grows when it has to. */
static unsigned room_for_calls(const struct dc_emit_plan *plan)
{
	return plan->depth > DC_EMIT_DEPTH_MAX ? 0 : plan->depth;
}

/* Addresses that are static in their file are collected when the component starts. */
static void put_setup(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      enum dc_side side)
{
	const struct dc_source_file *file;
	size_t total = 0, i;

	fputs("\nvoid dcg_setup(void)\n{\n", out);
	dc_vec_each (file, &plan->source->files) {
		size_t count = file->is_unit ? count_code(plan, file) : 0;

		if (count)
			fprintf(out, "\tmemcpy(&dcg_code[%zu], dcg_code_%s, %zu);\n", total,
				emit_c_name(arena, file->name), count * sizeof(void *));
		total += count;
	}
	dc_vec_each (file, &plan->source->files) {
		size_t place = 0;

		for (i = 0; i < plan->types.len; i++) {
			const struct dc_variable *variable = plan->types.at[i].variable;

			if (variable && !strcmp(variable->file, file->name))
				fprintf(out,
					"\tdcg_types[%s].variable =\n\t\tdcg_variables_%s[%zu];\n",
					emit_type_name(plan, arena, i),
					emit_c_name(arena, file->name), place++);
		}
	}
	fprintf(out,
		"}\n"
		"\nconst struct dcrt_driver dcg_driver = {\n"
		"\t.abi = DCRT_ABI,\n"
		"\t.name = \"%s\",\n"
		"\t.up = dcg_up,\n"
		"\t.down = dcg_down,\n"
		"\t.serve = %s,\n"
		"\t.n_up = DCG_N_UP,\n"
		"\t.n_down = DCG_N_DOWN,\n"
		"\t.types = dcg_types,\n"
		"\t.n_types = DCG_N_TYPES,\n"
		"\t.objects = 1024,\n"
		"\t.depth = %u,\n"
		"\t.code = dcg_code,\n"
		"\t.n_code = %zu,\n"
		"%s"
		"};\n",
		plan->source->module, side == DC_SIDE_KERNEL ? "dck_serve" : "dcp_serve",
		room_for_calls(plan), total, side == DC_SIDE_KERNEL ? "\t.ctx = &dcg_dck,\n" : "");
}

const char *emit_tables_c(struct dc_arena *arena, const struct dc_emit_plan *plan,
			  enum dc_side side)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	emit_head(piece.out, "dcg_tables.c", plan->source->module, true);
	fprintf(piece.out,
		"#include \"dcg.h\"\n#include \"runtime/%s\"\n\n/* clang-format off */\n",
		side == DC_SIDE_KERNEL ? "component/component.h" : "process/process.h");
	put_functions(piece.out, arena, plan, side, true);
	put_functions(piece.out, arena, plan, side, false);
	fprintf(piece.out, "\nvoid *dcg_code[%zu];\n", plan->code_count + 1);
	put_types(piece.out, arena, plan, side);
	put_setup(piece.out, arena, plan, side);
	fputs("/* clang-format on */\n", piece.out);
	return emit_piece_end(&piece, arena);
}
