/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Function pointers: where they are stored and what flows there. Private to graph/. */
#ifndef DC_GRAPH_VALUES_H
#define DC_GRAPH_VALUES_H

#include "graph/ast.h"

/* The cell an lvalue or a call's result stands for, or NULL: not one that we know.
 * function: symbol of the function the expression is in (borrowed), NULL at file scope. */
const char *values_cell(struct facts *facts, const char *function, CXCursor expr);

/* Appends what the expression's value may be, seen as a function pointer. */
void values_of(struct facts *facts, const char *function, CXCursor expr, fact_values *ret);

/* Adds the flows of `cell = expr`, expr possibly a brace-enclosed initialiser of the given type.
 * cell may be NULL: then only fields of nested initialisers get flows. */
void values_assign(struct facts *facts, const char *function, const char *cell, CXType type,
		   CXCursor expr);

/* Cell of a variable or parameter declaration. */
const char *values_variable(struct facts *facts, const char *function, CXCursor variable);

#endif
