/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of generated files: an output stream and the forms that all of them share. */
#ifndef DC_EMIT_PRINT_H
#define DC_EMIT_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/alloc.h"

/* DCRT_ABI of the runtime that stubs and tables are made for; a test compares them
 * (tests/emit/test_runtime.c). */
#define DC_EMIT_ABI 5

/* Text that grows: write to out. */
struct emit_piece {
	FILE *out;
	char *text;
	size_t len_bytes;
};

void emit_piece_start(struct emit_piece *piece);

/* The text, in the arena; the stream is closed. */
const char *emit_piece_end(struct emit_piece *piece, struct dc_arena *arena);

/* The same for code: lines that are too long are marked so that the formatter leaves them alone. */
const char *emit_code_end(struct emit_piece *piece, struct dc_arena *arena);

size_t emit_count_lines(const char *text, size_t len_bytes);

/* "e1000_main.c" -> "e1000_main_c"; "f@a.c" -> "f_a_c": part of a C name. */
const char *emit_c_name(struct dc_arena *arena, const char *text);

/* The head of a generated file: licence and origin; with abi it refuses another runtime. name: of
 * the generated file; the kernel wants another form of comment for the licence of a header. */
void emit_head(FILE *out, const char *name, const char *from, bool abi);

/* An indented comment, on one line if it fits. */
void emit_put_comment(FILE *out, const char *text);

/* A list in parentheses: what comes before it ("\tint f("), its items, what comes after it
 * (");\n"). Its lines are broken as the formatter breaks those of a declaration; emit_put_call: of
 * a call. */
void emit_put_list(FILE *out, const char *before, const char *const *items, size_t count,
		   const char *after);
void emit_put_call(FILE *out, const char *before, const char *const *items, size_t count,
		   const char *after);
/* A row of a table: what comes before its members ("\t{"), the members (".a = 1, .b = 2"), and its
 * name in a comment; NULL: the members are on lines of their own. */
void emit_put_row(FILE *out, struct dc_arena *arena, const char *before, const char *row,
		  const char *name);
/* As emit_put_list: the head of a function, up to its brace. second: or NULL */
void emit_put_head(FILE *out, const char *before, const char *first, const char *second);

/* Whether sparse may mind a cast to or from the type: gfp_t and others that end in _t. */
bool emit_is_forced(const char *type);

/* "(TYPE)VALUE" of an unsigned long; sparse shall not mind. */
const char *emit_cast(struct dc_arena *arena, const char *type, const char *value);

/* "TYPE NAME", also of a pointer to a function. */
void emit_put_declaration(FILE *out, const char *type, const char *name);

#endif
