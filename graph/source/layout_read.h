/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layouts out of libclang's AST; see layout.h. Private to graph/. */
#ifndef DC_GRAPH_LAYOUT_READ_H
#define DC_GRAPH_LAYOUT_READ_H

#include "graph/ast.h"
#include "graph/source/layout.h"

struct dc_value dc_layout_value(struct dc_facts *facts, CXType type);

/* Notes what a function's body touches: records, kernel functions, inline functions; what it looks
 * into as bytes. */
void dc_layout_body(struct dc_facts *facts, struct dc_layouts *layouts, const char *function,
		    CXCursor body);

/* Notes the kernel functions and variables that a variable's initialiser names. generated: a macro
 * of the kernel made the variable (module_param); only the variables that it names count. */
void dc_layout_initialiser(struct dc_facts *facts, struct dc_layouts *layouts, CXCursor variable,
			   bool generated);

/* Notes a record, and those embedded in it. */
void dc_layout_record(struct dc_facts *facts, struct dc_layouts *layouts, CXType type);

void dc_layout_finish(struct dc_layouts *layouts); /* sorts */
void dc_layout_done(struct dc_layouts *layouts);

#endif
