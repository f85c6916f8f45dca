/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function's body: calls, locks held at each, field accesses, flows. Private to graph/. */
#ifndef DC_GRAPH_WALK_H
#define DC_GRAPH_WALK_H

#include "graph/ast.h"

/* Adds the facts of a driver function's body. */
void walk_function(struct facts *facts, CXCursor function, const char *symbol);

/* Adds the facts of a file-scope initialiser: addresses taken (the flows are values_assign's). */
void walk_initialiser(struct facts *facts, CXCursor expr);

/* Notes a kernel function that the driver calls; reads the body of an inline one. */
void walk_kernel_function(struct facts *facts, CXCursor function, bool called);

#endif
