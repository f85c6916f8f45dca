/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One C file, parsed once for all that reads it. Private to graph/. */
#ifndef DC_GRAPH_PARSE_H
#define DC_GRAPH_PARSE_H

#include <clang-c/Index.h>
#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "graph/driver/kbuild.h"

struct dc_parsed {
	CXIndex index;
	CXTranslationUnit tu;
};

/*
 * dc_parse - parses a unit with the flags that its compiler gets.
 * @source   folder of the driver, for errors that have no file
 * @detailed record macro expansions: the text's readers need them, the graph's do not
 * Returns 0 (end ret with dc_parsed_done), or -EINVAL after reporting every error of the compiler
 * with file:line:col; -ENOENT: the build has to generate the file first.
 */
int dc_parse(struct dc_diag *diag, struct dc_arena *arena, const char *source,
	     const struct dc_unit *unit, bool detailed, struct dc_parsed *ret);
void dc_parsed_done(struct dc_parsed *parsed);

#endif
