/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Function pointers: the cells that hold them, and the assignments to these. Private to graph/. */
#ifndef DC_GRAPH_VALUES_H
#define DC_GRAPH_VALUES_H

#include "graph/ast.h"

/* The cell of an lvalue or of a call's result; NULL: none is known.
 * function: symbol of the function the expression is in (borrowed), NULL at file scope. */
const char *dc_flow_cell(struct dc_facts *facts, const char *function, CXCursor expr);

/* The cell that a lock argument names; "*CELL" for the lock that a pointer points to, "*" for any.
 */
const char *dc_flow_lock(struct dc_facts *facts, const char *function, CXCursor argument);

/* The same for a lock of an inline function of the kernel (callee) that a call calls: one of its
 * parameters is the call's argument. */
const char *dc_flow_inline_lock(struct dc_facts *facts, const char *function, CXCursor call,
				CXCursor callee, const struct dc_fact_inline_lock *lock);

/* Appends what the expression's value may be, seen as a function pointer. */
void dc_flow_values(struct dc_facts *facts, const char *function, CXCursor expr,
		    dc_fact_values *ret);

/* Adds the flows of `cell = expr`, expr possibly a brace-enclosed initialiser of the given type.
 * cell may be NULL: then only fields of nested initialisers get flows. */
void dc_flow_assign(struct dc_facts *facts, const char *function, const char *cell, CXType type,
		    CXCursor expr);

/* Cell of a variable or parameter declaration. */
const char *dc_flow_variable(struct dc_facts *facts, const char *function, CXCursor variable);

#endif
