/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runtime's files, as runtime/files.txt lists them. */
#ifndef DC_EMIT_RUNTIME_H
#define DC_EMIT_RUNTIME_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"

/* A C file below runtime/, and the binaries that it is part of. */
struct emit_runtime_file {
	const char *path; /* below runtime/ */
	bool module, component, process, twin;
};

struct emit_runtime {
	DC_VEC(struct emit_runtime_file) files; /* in the order of the list */
};

/* emit_runtime_read - reads the list. Returns 0, -EINVAL for a row that names no binary or one that
 * does not exist, or what reading the file returned. ret: paths die with the arena; end it with
 * dc_vec_done(&ret->files), also after an error. */
int emit_runtime_read(struct dc_diag *diag, struct dc_arena *arena, struct emit_runtime *ret);

bool emit_runtime_is_c(const struct emit_runtime_file *file); /* not a header */

#endif
