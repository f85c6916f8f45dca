/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C names of generated symbols. Each is made in one place, so that both components agree. */
#include "emit/names.h"

#include "emit/print.h"

const char *emit_static_name(struct dc_arena *arena, const struct dc_static *local)
{
	return dc_arena_printf(arena, "dcg_static_%s_%s", emit_c_name(arena, local->function),
			       local->variable.name);
}

const char *emit_variable_name(struct dc_arena *arena, const struct dc_object_type *type)
{
	return type->local ? emit_static_name(arena, type->local) : type->variable->name;
}

const char *emit_type_name(const struct dc_emit_plan *plan, struct dc_arena *arena, size_t i)
{
	const struct dc_object_type *type = &plan->types.at[i];
	const char *name = emit_c_name(arena, type->name);

	if (!type->variable)
		return dc_arena_printf(arena, "DCG_TYPE_%s", name);
	return dc_arena_printf(arena, "DCG_VARIABLE_%s_%s",
			       emit_c_name(arena, type->variable->file), name);
}

const char *emit_type_suffix(const struct dc_emit_plan *plan, struct dc_arena *arena, size_t i)
{
	const struct dc_object_type *type = &plan->types.at[i];
	const char *name = emit_c_name(arena, type->name);

	if (!type->variable)
		return name;
	return dc_arena_printf(arena, "variable_%s_%s", emit_c_name(arena, type->variable->file),
			       name);
}

/* Untracks an object that is released, and everything that it points to. */
const char *emit_forget(struct dc_arena *arena, const char *type)
{
	return dc_arena_printf(arena, "dcg_forget_%s", emit_c_name(arena, type));
}

const char *emit_stub_name(struct dc_arena *arena, const struct dc_emit_kernel *kernel)
{
	bool renamed = kernel->prototype->is_inline || kernel->rule->define;

	return dc_arena_printf(arena, "%s%s", renamed ? "dcp_" : "", kernel->prototype->name);
}

const char *emit_own_name(struct dc_arena *arena, const struct dc_definition *definition)
{
	return dc_arena_printf(arena, "dcg_own_%s", definition->plain);
}

const char *emit_layout_name(struct dc_arena *arena, const struct dc_source_file *file)
{
	return dc_arena_printf(arena, "dcg_layout_%s.h", emit_c_name(arena, file->name));
}
