/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generated files that belong to no file of the driver. */
#ifndef DC_EMIT_TABLES_H
#define DC_EMIT_TABLES_H

#include <stdio.h>

#include "emit/emit.h"

typedef void emit_add_file(void *ctx, const char *path, const char *text);

/* ids.c: dcg.h, the same in both components. */
const char *emit_ids_h(struct dc_arena *arena, const struct dc_emit_plan *plan);

/* tables.c: dcg_tables.c. */
const char *emit_tables_c(struct dc_arena *arena, const struct dc_emit_plan *plan,
			  enum dc_side side);

/* kernel_calls.c: dcg_kernel.c. */
const char *emit_kernel_calls_c(struct dc_arena *arena, const struct dc_emit_plan *plan,
				enum dc_side side);

/* layouts.c: dcg_layout_FILE.h, for both components; whether a file has one. */
void emit_layouts(struct dc_arena *arena, const struct dc_emit_plan *plan, emit_add_file *add,
		  void *ctx);
bool emit_has_layouts(const struct dc_emit_plan *plan, const struct dc_source_file *file);

/* adopt.c: functions that track what an object of type index points to, and stop tracking it;
 * whether a type has the first. */
void emit_put_adopt(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		    size_t index);
bool emit_adopts(const struct dc_object_type *type);
/* emit_is_forgotten - whether anything calls the second. */
bool emit_is_forgotten(const struct dc_emit_plan *plan, const struct dc_object_type *type);

/* limits.c: whether a type has limits on what the process may write, and the function that checks
 * them. */
bool emit_is_limited(const struct dc_object_type *type);
void emit_put_valid(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		    size_t index);

#endif
