/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layouts out of libclang's AST; see layout.h. Private to graph/. */
#ifndef DC_GRAPH_LAYOUT_READ_H
#define DC_GRAPH_LAYOUT_READ_H

#include "graph/ast.h"
#include "graph/source/layout.h"

struct dc_value layout_value(struct facts *facts, CXType type);

/* Notes what a function's body touches: records, kernel functions, inline functions; what it looks
 * into as bytes. */
void layout_body(struct facts *facts, struct dc_layouts *layouts, const char *function,
		 CXCursor body);

/* Notes the kernel functions that a variable's initialiser names. */
void layout_initialiser(struct facts *facts, struct dc_layouts *layouts, CXCursor variable);

/* Notes a record, and those embedded in it. */
void layout_record(struct facts *facts, struct dc_layouts *layouts, CXType type);

void layout_finish(struct dc_layouts *layouts); /* sorts */
void layout_done(struct dc_layouts *layouts);

#endif
