/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds #if and #endif in a function's text, which the AST does not show. Private to graph/. */
#ifndef DC_GRAPH_SOURCE_TEXT_H
#define DC_GRAPH_SOURCE_TEXT_H

#include "graph/source/source.h"

/* Marks functions whose text cannot be cut because an #if begins or ends within it. Returns 0, or
 * -errno after reporting: a file cannot be read. */
int dc_source_check_text(struct dc_diag *diag, struct dc_source *source);

#endif
