/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that Kbuild makes by copying NAME_shipped to NAME, for a compiler that runs before Kbuild.
 * Private to graph/. */
#ifndef DC_GRAPH_SHIPPED_H
#define DC_GRAPH_SHIPPED_H

#include <clang-c/Index.h>

#include "base/alloc.h"

typedef DC_VEC(struct CXUnsavedFile) dc_shipped_files;

/* The copies of a folder's *_shipped files that do not exist yet. A file
 * that cannot be read is left out; the compiler then reports it. Strings live in the arena. Caller
 * ends ret with dc_vec_done. */
void dc_shipped_find(struct dc_arena *arena, const char *folder, dc_shipped_files *ret);

#endif
