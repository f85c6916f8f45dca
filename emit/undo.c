/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parses the calls that release what the kernel component acquires. A rule's `undo` is such a call,
 * "free_irq($0, $4)"; only functions that this driver uses count.
 */
#include "emit/undo.h"

#include <ctype.h>
#include <string.h>

static const char *trimmed(struct dc_arena *arena, const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return dc_arena_strndup(arena, text, len);
}

enum dc_undo_when emit_undo_when(const struct dc_emit_undo *undo)
{
	return undo->release_rule ? undo->release_rule->when : DC_UNDO_LAST;
}

/* Returns false if the driver does not use the function that acquires. */
static bool read_undo(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_rule *rule, struct dc_emit_undo *ret)
{
	const struct dc_layouts *layouts = &plan->source->layouts;
	const char *text = rule->undo, *open = strchr(text, '(');

	*ret = (struct dc_emit_undo){.rule = rule,
				     .acquires = dc_prototype_find(layouts, rule->name)};
	if (!ret->acquires || !open)
		return false;
	ret->name = trimmed(arena, text, (size_t)(open - text));
	ret->releases = dc_prototype_find(layouts, ret->name);
	ret->release_rule = dc_rules_find(plan->marshal->rules, ret->name);
	for (text = open + 1; *text && *text != ')' && ret->count < DC_EMIT_ARGS_MAX;) {
		size_t len = strcspn(text, ",)");

		ret->args[ret->count++] = trimmed(arena, text, len);
		text += len + (text[len] == ',');
	}
	return !ret->releases || ret->count == ret->releases->parameters.len;
}

void emit_find_undos(struct dc_emit_plan *plan)
{
	const struct dc_emit_undo *at;
	struct dc_emit_undo undo;
	const struct dc_rule *rule;

	dc_vec_each (rule, &plan->marshal->rules->rules) {
		if (!rule->undo || !read_undo(plan->marshal->arena, plan, rule, &undo))
			continue;
		dc_vec_each (at, &plan->undos)
			undo.again |= !strcmp(at->name, undo.name);
		dc_vec_push(&plan->undos, undo);
	}
}

bool emit_undo_is_wrapped(const struct dc_emit_undo *undo)
{
	return !undo->again && undo->releases && !undo->releases->is_variadic &&
	       emit_undo_when(undo) != DC_UNDO_MEMORY;
}

bool emit_acquires(const struct dc_emit_plan *plan, const struct dc_prototype *prototype)
{
	const struct dc_emit_undo *undo;

	dc_vec_each (undo, &plan->undos)
		if (undo->acquires == prototype && emit_undo_when(undo) != DC_UNDO_LOCK)
			return true;
	return false;
}

const char *emit_lock_target(const struct dc_emit_plan *plan, const char *name)
{
	struct dc_arena *arena = plan->marshal->arena;
	const struct dc_emit_undo *undo;
	const char *ret = NULL;

	dc_vec_each (undo, &plan->undos) {
		if (emit_undo_when(undo) != DC_UNDO_LOCK || undo->acquires->is_variadic)
			continue;
		if (!strcmp(undo->rule->name, name))
			ret = dc_arena_printf(arena, "dcg_acquiring_%s", name);
		else if (emit_undo_is_wrapped(undo) && !strcmp(undo->name, name))
			ret = dc_arena_printf(arena, "dcg_releasing_%s", name);
	}
	return ret;
}
