/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each use of the kernel in the driver's source is matched with its rule. A function whose uses
 * include one without a rule, or with a rule of class "none", is pinned to the kernel.
 */
#include "marshal/uses.h"

#include <string.h>

static bool only_computes(const struct dc_graph *graph, const char *name)
{
	int function = dc_graph_kernel_function(graph, name);

	return function >= 0 && graph->kernel_functions.at[function].is_local;
}

const struct dc_rule *dc_rule_for_use(const struct dc_rules *rules, const struct dc_graph *graph,
				      const struct dc_use *use, const char **ret_name,
				      bool *ret_needs_none)
{
	const struct dc_rule *rule = dc_rules_find(rules, use->name);

	*ret_name = use->name;
	*ret_needs_none = !rule && use->kind == DC_USE_FUNCTION && only_computes(graph, use->name);
	if (use->kind != DC_USE_MACRO)
		return rule;
	/* Only a definition can replace a macro: without one the rule is about a function. */
	if (rule && (rule->define || rule->header_code || rule->class == DC_RULE_NONE))
		return rule;
	*ret_needs_none = only_computes(graph, use->inner);
	rule = dc_rules_find(rules, use->inner);
	if (rule)
		*ret_name = use->inner;
	return rule;
}

void dc_rules_gaps(const struct dc_rules *rules, const struct dc_source *source,
		   const struct dc_graph *graph, dc_rule_gaps *ret)
{
	const struct dc_definition *definition;
	const struct dc_use *use;

	dc_vec_each (definition, &source->definitions)
		dc_vec_each (use, &definition->uses) {
			struct dc_rule_gap gap = {.definition = definition, .use = use};
			bool needs_none;

			gap.rule = dc_rule_for_use(rules, graph, use, &gap.name, &needs_none);
			if (!needs_none && (!gap.rule || gap.rule->class == DC_RULE_NONE))
				dc_vec_push(ret, gap);
		}
}

const char *dc_rule_gap_reason(struct dc_arena *arena, const struct dc_rule_gap *gap)
{
	const char *through = gap->use->name == gap->name ? "" : gap->use->name;

	if (gap->rule)
		return dc_arena_printf(arena, "uses %s at %s:%u: %s", gap->name,
				       gap->definition->file, gap->use->line, gap->rule->why);
	return dc_arena_printf(arena, "uses %s%s%s at %s:%u, which has no rule", gap->name,
			       *through ? " through " : "", through, gap->definition->file,
			       gap->use->line);
}

static void add_pin(struct dc_arena *arena, dc_constraint_pins *pins, const char *function,
		    const char *reason, struct dc_constraint_place place)
{
	place.file = dc_arena_strdup(arena, place.file); /* the source is freed earlier */
	if (place.subject)
		place.subject = dc_arena_strdup(arena, place.subject);
	dc_vec_push(pins, (struct dc_constraint_pin){.function = dc_arena_strdup(arena, function),
						     .reason = reason,
						     .place = place});
}

static struct dc_constraint_place start_of(const struct dc_definition *definition, const char *code)
{
	return (struct dc_constraint_place){code, NULL, definition->file, definition->first_line};
}

/* No stub can replace the function: it stays in the kernel, and so does what refers to it. */
static void pin_uncuttable(struct dc_arena *arena, const struct dc_source *source,
			   const struct dc_definition *definition, const char *what,
			   dc_constraint_pins *pins)
{
	const struct dc_definition *caller;
	size_t i;

	add_pin(arena, pins, definition->name,
		dc_arena_printf(arena, "%s (%s:%u), so no stub can replace it", what,
				definition->file, definition->first_line),
		start_of(definition, "no-stub"));
	dc_vec_each (caller, &source->definitions)
		for (i = 0; i < caller->refers.len; i++)
			if (!strcmp(caller->refers.at[i], definition->name))
				add_pin(arena, pins, caller->name,
					dc_arena_printf(arena,
							"refers to %s, which %s, so no stub can "
							"replace it",
							definition->name, what),
					start_of(definition, "no-stub"));
}

void dc_rules_pins(struct dc_arena *arena, const struct dc_rules *rules,
		   const struct dc_source *source, const struct dc_graph *graph,
		   dc_constraint_pins *ret)
{
	const struct dc_definition *definition;
	dc_rule_gaps gaps = {0};
	size_t i;

	dc_rules_gaps(rules, source, graph, &gaps);
	for (i = 0; i < gaps.len; i++)
		if (!i || gaps.at[i].definition != gaps.at[i - 1].definition ||
		    strcmp(gaps.at[i].name, gaps.at[i - 1].name) != 0)
			add_pin(arena, ret, gaps.at[i].definition->name,
				dc_rule_gap_reason(arena, &gaps.at[i]),
				(struct dc_constraint_place){"no-rule", gaps.at[i].name,
							     gaps.at[i].definition->file,
							     gaps.at[i].use->line});
	dc_vec_each (definition, &source->definitions)
		if (definition->uncuttable)
			pin_uncuttable(arena, source, definition, definition->uncuttable, ret);
		else if (definition->is_init)
			add_pin(arena, ret, definition->name,
				dc_arena_printf(
					arena,
					"is __init (%s:%u): its memory is freed after loading",
					definition->file, definition->first_line),
				start_of(definition, "init-section"));
	dc_vec_done(&gaps);
}

void dc_rules_registers(struct dc_arena *arena, const struct dc_rules *rules,
			dc_constraint_names *ret)
{
	const struct dc_rule *rule;

	dc_vec_each (rule, &rules->rules)
		if (rule->is_register != DC_REGISTER_NO)
			dc_vec_push(ret, dc_arena_strdup(arena, rule->name));
}

static void spare(struct dc_rules *rules, const char *name, bool is_code)
{
	struct dc_rule *rule;

	dc_vec_each (rule, &rules->rules) {
		/* The preprocessor finds a macro with parameters only before a parenthesis. */
		bool has_parameters = !rule->define || rule->define[0] == '(';

		if (strcmp(rule->name, name) != 0 || rule->class == DC_RULE_NONE ||
		    rule->header_code || (has_parameters && !is_code))
			continue;
		rule->class = DC_RULE_NONE;
		rule->define = NULL;
		rule->why = "the driver declares a field or a parameter of that name, which the "
			    "macro of the process would replace";
	}
}

void dc_rules_spare_names(struct dc_rules *rules, const struct dc_source *source)
{
	size_t i;

	for (i = 0; i < source->own_names.len; i++)
		spare(rules, source->own_names.at[i], false);
	for (i = 0; i < source->own_code_names.len; i++)
		spare(rules, source->own_code_names.at[i], true);
}
