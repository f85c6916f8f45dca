/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module that is built of the process's sources, to measure without a process. */
#ifndef DC_EMIT_TWIN_H
#define DC_EMIT_TWIN_H

#include "emit/runtime.h"
#include "emit/tables.h"

/* twin/dcg_twin.h, twin/Kbuild, and the files that include those of user/. */
const char *emit_twin_names(struct dc_arena *arena, const struct dc_emit_plan *plan);
const char *emit_twin_kbuild(struct dc_arena *arena, const struct dc_emit_plan *plan,
			     const struct emit_runtime *runtime);
void emit_twin_wrappers(struct dc_arena *arena, const struct dc_emit_plan *plan,
			const struct emit_runtime *runtime, emit_add_file *add, void *ctx);

#endif
