/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that Kbuild makes by copying NAME_shipped to NAME, for a compiler that runs before it.
 * Private to graph/. */
#ifndef DC_GRAPH_SHIPPED_H
#define DC_GRAPH_SHIPPED_H

#include <clang-c/Index.h>

#include "base/alloc.h"

typedef DC_VEC(struct CXUnsavedFile) dc_shipped_files;

/* The files that copies of a folder's *_shipped would be and that are not there. What cannot be
 * read is left out: the compiler will say what it misses. Strings live in the arena. Caller ends
 * ret with dc_vec_done. */
void dc_shipped_find(struct dc_arena *arena, const char *folder, dc_shipped_files *ret);

#endif
