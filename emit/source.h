/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the driver as it is in one component. */
#ifndef DC_EMIT_SOURCE_H
#define DC_EMIT_SOURCE_H

#include "emit/emit.h"

/* The text of a file, for one side. */
struct emit_unit {
	const struct dc_emit_plan *plan;
	struct dc_arena *arena;
	enum dc_side side;
	const struct dc_source_file *file;
	const char *label; /* of the file, for #line */
	const char *text;
	size_t len_bytes;
	size_t generated; /* lines; emit_source adds them */
};

/* The whole file: upstream's text with stubs in it, then the generated tail. */
const char *emit_source(struct emit_unit *unit);

/* unit_tail.c: the generated tail: handlers, addresses of static functions and variables; or "". */
const char *emit_unit_tail(const struct emit_unit *unit);

/* Whether the file has functions in the process that nothing names: see dc_emit_is_dead. */
bool emit_has_unnamed(const struct emit_unit *unit);

/* guard.c: whether a function is guarded, and the function that calls its own text. head: its
 * declaration, as in the source. */
bool emit_is_guarded(const struct dc_emit_plan *plan, const struct dc_emit_function *function);
const char *emit_guard(struct dc_arena *arena, const struct dc_emit_plan *plan,
		       const struct dc_definition *definition, const char *head);

#endif
