/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers that query libclang's AST. Private to graph/. */
#ifndef DC_GRAPH_AST_H
#define DC_GRAPH_AST_H

#include <clang-c/Index.h>
#include <stdbool.h>

#include "graph/facts.h"

/* Adds the facts of one parsed unit: unit.c. */
void dc_facts_read_unit(struct dc_facts *facts, CXTranslationUnit tu);

/* Children of a cursor; end with dc_vec_done. */
typedef DC_VEC(CXCursor) dc_ast_cursors;

void dc_ast_children(CXCursor cursor, dc_ast_cursors *ret);
CXCursor dc_ast_first(CXCursor cursor); /* the first child, or the null cursor */

/* The position of a cursor; inside a macro's expansion, the position of the use. file is NULL if
 * the cursor is in no file. */
struct dc_ast_place {
	CXFile file;
	unsigned line, column;
};

struct dc_ast_place dc_ast_place(CXCursor cursor);
bool dc_ast_in_macro(CXCursor cursor);

/* Spellings, interned in the facts. */
const char *dc_ast_spelling(struct dc_facts *facts, CXCursor cursor);
const char *dc_ast_type(struct dc_facts *facts, CXType type); /* canonical */

/* Interned path of a file relative to the driver's source, or NULL: the file is not the driver's.
 */
const char *dc_ast_driver_file(struct dc_facts *facts, CXFile file);

/* Strips parentheses, implicit and explicit casts. */
CXCursor dc_ast_strip(CXCursor expr);

/* The compound statement of a function's definition, or the null cursor. */
CXCursor dc_ast_body(CXCursor function);

/* True if the body of a macro of the kernel spells the cursor's name (module_init's __inittest), so
 * that the name is not the driver's. */
bool dc_ast_name_is_generated(struct dc_facts *facts, CXCursor cursor);

/* True for names of the compiler's own functions. */
bool dc_ast_is_builtin(const char *name);

/* The function that a call names, or the null cursor: it goes through a pointer. *ret_pointer: the
 * callee expression, stripped; the null cursor if there is none. (clang_getCursorReferenced on
 * f(x)(y) returns f, which is wrong.) */
CXCursor dc_ast_callee(CXCursor call, CXCursor *ret_pointer);

/* A constant integer expression without side effects, as clang folds it. */
bool dc_ast_constant(CXCursor expr, long long *ret);

/* True if jumping into the statement is possible: a label, or a case of an outer switch. */
bool dc_ast_has_label(CXCursor stmt);

/* What a structure without a name is called that a function declares for itself. */
#define DC_AST_LOCAL "(anonymous)"

/* Name of the structure or union that has the field; the enclosing one, if it has no name. If none
 * has one: its place, "(anonymous at board.c:12)", or DC_AST_LOCAL. */
const char *dc_ast_record(struct dc_facts *facts, CXCursor field);

/* Name of a record type (typedefs and qualifiers removed), or NULL: not a record. One without a
 * name: as above. */
const char *dc_ast_record_type(struct dc_facts *facts, CXType type);

/* True for the field that clang makes of an unnamed member; the fields in it are the outer one's.
 */
bool dc_ast_is_nameless_field(struct dc_facts *facts, CXCursor field);

/* Symbol of a function (facts.h). */
const char *dc_ast_symbol(struct dc_facts *facts, CXCursor function);

/* Notes the declaration of a function or variable with external linkage that the driver uses. */
void dc_ast_note_declaration(struct dc_facts *facts, CXCursor cursor);

/* Name of the function that a declared one is an alias of (__attribute__((alias))), or NULL. */
const char *dc_ast_alias(struct dc_facts *facts, CXCursor function);

/* True if the type is a pointer to a function; *ret its canonical spelling. */
bool dc_ast_function_pointer(struct dc_facts *facts, CXType type, const char **ret);

#endif
