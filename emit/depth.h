/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest chain of calls across. */
#ifndef DC_EMIT_DEPTH_H
#define DC_EMIT_DEPTH_H

#include "emit/emit.h"

/* Fills in plan->depth and plan->deepest; after it is known which functions cross. */
void emit_find_depth(struct dc_emit_plan *plan);

#endif
