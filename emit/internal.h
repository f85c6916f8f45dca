/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of emit/ share. */
#ifndef DC_EMIT_INTERNAL_H
#define DC_EMIT_INTERNAL_H

#include <stdio.h>

#include "emit/emit.h"

#define DC_EMIT_ABI 1 /* DCRT_ABI of the runtime that stubs and tables are made for */

/* A change to a file's text: [start, end) becomes text. After it the source goes on at line. */
struct emit_edit {
	size_t start, end;
	const char *text;
	unsigned line;
};

typedef DC_VEC(struct emit_edit) emit_edits;

/* The text of one source file and what is done to it on one side. */
struct emit_unit {
	const struct dc_emit_plan *plan;
	struct dc_arena *arena;
	enum dc_side side;
	const struct dc_source_file *file;
	const char *label; /* of the file, for #line */
	const char *text;
	size_t len_bytes;
};

/* "e1000_main.c" -> "e1000_main_c"; "f@a.c" -> "f_a_c": part of a C name. */
const char *emit_c_name(struct dc_arena *arena, const char *text);

/* The head of a generated file: licence, origin, and with abi the refusal of another runtime. */
void emit_head(FILE *out, const char *from, bool abi);

/* Body of a stub, braces included. */
const char *emit_stub(struct dc_arena *arena, const struct dc_emit_function *function,
		      enum dc_side side);

/* What is appended to a C file: dispatch functions and tables; "" if there is nothing. */
const char *emit_tables(const struct emit_unit *unit);

/* dcg.h, the same in both components. */
const char *emit_numbers(struct dc_arena *arena, const struct dc_emit_plan *plan);

/* True if the unit has the one table of the whole driver. */
bool emit_is_home(const struct dc_emit_plan *plan, const struct dc_source_file *file);

/* The file as it stands in the unit's component. */
const char *emit_source(const struct emit_unit *unit);

#endif
