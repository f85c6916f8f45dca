/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C names of generated symbols. All live in the arena. */
#ifndef DC_EMIT_NAMES_H
#define DC_EMIT_NAMES_H

#include "emit/emit.h"

/* "dcg_static_FUNCTION_NAME": the linker's name of a static variable of a function. */
const char *emit_static_name(struct dc_arena *arena, const struct dc_static *local);

/* The variable that is the only object of a type, as C code at the end of its file names it. */
const char *emit_variable_name(struct dc_arena *arena, const struct dc_object_type *type);

/* "DCG_TYPE_NAME", "DCG_VARIABLE_FILE_NAME": the number of type i. */
const char *emit_type_name(const struct dc_emit_plan *plan, struct dc_arena *arena, size_t i);

/* "net_device", "variable_FILE_NAME": what type i is called in the names of its tables. */
const char *emit_type_suffix(const struct dc_emit_plan *plan, struct dc_arena *arena, size_t i);

/* "dcg_forget_TYPE": the function that stops tracking an object of a type. */
const char *emit_forget(struct dc_arena *arena, const char *type);

/* The name by which user code calls a function of the kernel: dcg_rules.h renames inline functions
 * and macros. */
const char *emit_stub_name(struct dc_arena *arena, const struct dc_emit_kernel *kernel);

/* "dcg_own_FUNCTION": the driver's own text of a guarded function (guard.c). */
const char *emit_own_name(struct dc_arena *arena, const struct dc_definition *definition);

/* "dcg_layout_FILE.h": the header that confirms the layouts of a file's structures. */
const char *emit_layout_name(struct dc_arena *arena, const struct dc_source_file *file);

#endif
