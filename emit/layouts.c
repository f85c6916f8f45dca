/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers with compile-time checks that clang's offsets match this compiler's; included at the end
 * of the file that declares the structures.
 */
#include "emit/tables.h"

#include <string.h>

#include "emit/names.h"
#include "emit/print.h"

bool emit_has_layouts(const struct dc_emit_plan *plan, const struct dc_source_file *file)
{
	const struct dc_object_type *type;
	const struct dc_object_record *record;

	dc_vec_each (type, &plan->types) {
		if (type->variable && !strcmp(type->variable->file, file->name))
			return true;
		dc_vec_each (record, &type->records)
			if (!strcmp(record->unit, file->name))
				return true;
	}
	return false;
}

static void put_layout(FILE *out, struct dc_arena *arena, const struct dc_object_type *type,
		       const char *unit)
{
	const struct dc_object_record *record;
	const struct dc_object_member *member;

	if (type->variable && !strcmp(type->variable->file, unit))
		fprintf(out, "DCRT_LAYOUT(%s, %u);\n", emit_variable_name(arena, type), type->size);
	dc_vec_each (record, &type->records)
		if (!strcmp(record->unit, unit))
			fprintf(out, "\nDCRT_LAYOUT(%s, %u);\n", record->spelling, record->size);
	dc_vec_each (member, &type->members)
		if (!strcmp(member->unit, unit))
			fprintf(out, "DCRT_LAYOUT_FIELD(%s, %s, %u, %u);\n", member->spelling,
				member->path, member->offset, member->size);
}

void emit_layouts(struct dc_arena *arena, const struct dc_emit_plan *plan,
		  void (*add)(void *ctx, const char *path, const char *text), void *ctx)
{
	const struct dc_source_file *file;
	const struct dc_object_type *type;
	struct emit_piece piece;

	dc_vec_each (file, &plan->source->files) {
		const char *name = emit_layout_name(arena, file), *text;

		if (!file->is_unit || !emit_has_layouts(plan, file))
			continue;
		emit_piece_start(&piece);
		emit_head(piece.out, name, file->name, false);
		fputs("/* Included at the end of that file in both components. */\n"
		      "/* clang-format off */\n",
		      piece.out);
		dc_vec_each (type, &plan->types)
			put_layout(piece.out, arena, type, file->name);
		fputs("/* clang-format on */\n", piece.out);
		text = emit_piece_end(&piece, arena);
		add(ctx, dc_arena_printf(arena, "kernel/%s", name), text);
		add(ctx, dc_arena_printf(arena, "user/%s", name), text);
	}
}
