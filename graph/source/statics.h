/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Static variables within functions. Private to graph/. */
#ifndef DC_GRAPH_SOURCE_STATICS_H
#define DC_GRAPH_SOURCE_STATICS_H

#include "graph/ast.h"
#include "graph/source/source.h"

/* Notes those of a body. file: the function's, or NULL if its text is not to be changed. */
void dc_source_read_statics(struct dc_facts *facts, struct dc_source *source, const char *function,
			    const char *file, CXCursor body);

#endif
