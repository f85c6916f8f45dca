/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that are named outside any function. */
#ifndef DC_EMIT_MENTIONS_H
#define DC_EMIT_MENTIONS_H

#include "graph/source/source.h"

/* Sets seen[i] for each of source->definitions that a file names at file scope. Returns 0, or
 * -errno after reporting that a file cannot be read. */
int emit_find_mentions(struct dc_diag *diag, const struct dc_source *source, bool *seen);

#endif
