/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function's body: calls, locks held at each, field accesses, flows. Private to graph/. */
#ifndef DC_GRAPH_WALK_H
#define DC_GRAPH_WALK_H

#include "graph/ast.h"

/* Adds the facts of a driver function's body. */
void dc_walk_function(struct dc_facts *facts, CXCursor function, const char *symbol);

/* Adds the facts of a file-scope initialiser: addresses taken (the flows are dc_flow_assign's). */
void dc_walk_initialiser(struct dc_facts *facts, CXCursor expr);

/* Notes a kernel function that the driver calls; reads the body of an inline one. */
void dc_walk_kernel_function(struct dc_facts *facts, CXCursor function, bool called);

#endif
