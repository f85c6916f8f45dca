/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that release what other calls acquire, for the functions that a driver uses. */
#ifndef DC_EMIT_UNDO_H
#define DC_EMIT_UNDO_H

#include "emit/emit.h"

/* Fills plan->undos, in the order of the rules. */
void emit_find_undos(struct dc_emit_plan *plan);

enum dc_undo_when emit_undo_when(const struct dc_emit_undo *undo);

/* Whether the release is a function of its own to wrap: not of memory, whose freeing the library
 * watches, and only once for each function. */
bool emit_undo_is_wrapped(const struct dc_emit_undo *undo);

/* Whether a function acquires something that recovery releases; not a lock. */
bool emit_acquires(const struct dc_emit_plan *plan, const struct dc_prototype *prototype);

/* The wrapper that a downcall's handler calls for a function of the kernel that takes or releases a
 * lock, so that this is noted; NULL: the function does neither. */
const char *emit_lock_target(const struct dc_emit_plan *plan, const char *name);

#endif
