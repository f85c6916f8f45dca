/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A symbol without a rule keeps every function that uses it in the kernel. Each row counts the
 * lines of those functions, and of those that use no other such symbol: so many one rule would
 * free.
 */
#include "cli/missing_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/table.h"

/* A kernel symbol that functions on the user side use and that has no rule. */
struct missing {
	const char *name, *why;
	const struct dc_rule_gap *first;
	unsigned functions, lines; /* functions that use it, their lines */
	unsigned alone; /* lines of those that use no other symbol without a rule */
};

typedef DC_VEC(struct missing) missing_names;

static const struct dc_emit_function *function_of(const struct dc_emit_plan *plan,
						  const struct dc_definition *definition)
{
	return &plan->functions[definition - plan->source->definitions.at];
}

static bool moved(const struct dc_emit_plan *plan, const struct dc_definition *definition)
{
	return function_of(plan, definition)->placement != DC_PLACEMENT_KERNEL;
}

static struct missing *find(missing_names *all, const struct dc_rule_gap *gap)
{
	struct missing *at;

	dc_vec_each (at, all)
		if (!strcmp(at->name, gap->name))
			return at;
	dc_vec_push(all, (struct missing){.name = gap->name,
					  .first = gap,
					  .why = gap->rule ? gap->rule->why : ""});
	return &all->at[all->len - 1];
}

static unsigned loc(const struct dc_definition *definition)
{
	return definition->last_line - definition->first_line + 1;
}

/* Gaps come function by function: [from, to) are those of one. */
static void add_function(missing_names *all, const dc_rule_gaps *gaps, size_t from, size_t to)
{
	bool several = false;
	size_t i, j;

	for (i = from; i < to; i++)
		several |= strcmp(gaps->at[i].name, gaps->at[from].name) != 0;
	for (i = from; i < to; i++) {
		struct missing *at = find(all, &gaps->at[i]);

		for (j = from; j < i && strcmp(gaps->at[j].name, at->name) != 0;)
			j++;
		if (j < i)
			continue;
		at->functions++;
		at->lines += loc(gaps->at[i].definition);
		at->alone += several ? 0 : loc(gaps->at[i].definition);
	}
}

static int order_missing(const void *a, const void *b)
{
	const struct missing *left = a, *right = b;

	if (left->alone != right->alone)
		return left->alone > right->alone ? -1 : 1;
	if (left->lines != right->lines)
		return left->lines > right->lines ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void print_table(const missing_names *all)
{
	static const char *const heads[] = {"SYMBOL",	 ">FREES ALONE", ">LINES", ">FUNCTIONS",
					    "FIRST USE", "~REASON",	 NULL};
	struct dc_table *table = dc_table_new(heads);
	const struct missing *at;

	dc_vec_each (at, all) {
		char *place = dc_printf("%s:%u", at->first->definition->file, at->first->use->line);

		dc_table_row(table);
		dc_table_text(table, at->name);
		dc_table_int(table, at->alone);
		dc_table_int(table, at->lines);
		dc_table_int(table, at->functions);
		dc_table_text(table, place);
		dc_table_text(table, at->why);
		free(place);
	}
	dc_table_print(table);
}

static void print_json(const missing_names *all)
{
	json_t *root = dc_json_new("emit-check"), *rows = json_array();
	const struct missing *at;

	dc_vec_each (at, all) {
		json_t *row = json_object();

		dc_json_set(row, "name", json_string(at->name));
		dc_json_set(row, "frees_alone", json_integer(at->alone));
		dc_json_set(row, "lines", json_integer(at->lines));
		dc_json_set(row, "functions", json_integer(at->functions));
		dc_json_set(row, "file", json_string(at->first->definition->file));
		dc_json_set(row, "line", json_integer(at->first->use->line));
		dc_json_set(row, "why", json_string(at->why));
		dc_json_add(rows, row);
	}
	dc_json_set(root, "missing", rows);
	dc_cli_print_json(root);
}

/* How many kernel symbols the user side uses, by what their rules say. */
static void print_covered(const struct dc_rules *rules, const struct dc_graph *graph,
			  const struct dc_emit_plan *plan)
{
	unsigned classes[DC_RULE_CLASSES] = {0}, computes = 0;
	const struct dc_use *use;
	missing_names seen = {0};
	size_t i, known;

	for (i = 0; i < plan->count; i++) {
		if (!moved(plan, plan->functions[i].definition))
			continue;
		dc_vec_each (use, &plan->functions[i].definition->uses) {
			struct dc_rule_gap gap = {.use = use};
			bool needs_none;

			gap.rule = dc_rule_for_use(rules, graph, use, &gap.name, &needs_none);
			if (gap.rule)
				gap.name = gap.rule->name;
			known = seen.len;
			find(&seen, &gap);
			if (seen.len == known)
				continue;
			if (gap.rule)
				classes[gap.rule->class]++;
			else
				computes += needs_none;
		}
	}
	printf("%zu kernel symbols are used: %u only compute, %u are local, %u are downcalls by "
	       "any thread, %u by the calling thread, %u work only in the kernel\n",
	       seen.len, computes, classes[DC_RULE_LOCAL], classes[DC_RULE_DOWNCALL],
	       classes[DC_RULE_DOWNCALL_ON_CALLER], classes[DC_RULE_NONE]);
	dc_vec_done(&seen);
}

void dc_missing_rules_print(struct dc_workspace *workspace, const struct dc_rules *rules,
			    const struct dc_graph *graph, const struct dc_emit_plan *plan)
{
	unsigned lines = 0, stay = 0, functions = 0;
	missing_names all = {0};
	dc_rule_gaps gaps = {0};
	size_t i, from;

	dc_rules_gaps(rules, plan->source, graph, &gaps);
	for (i = 0; i < plan->count; i++)
		if (moved(plan, plan->functions[i].definition))
			lines += loc(plan->functions[i].definition);
	for (from = 0; from < gaps.len; from = i) {
		for (i = from; i < gaps.len && gaps.at[i].definition == gaps.at[from].definition;)
			i++;
		if (!moved(plan, gaps.at[from].definition))
			continue;
		functions++;
		stay += loc(gaps.at[from].definition);
		add_function(&all, &gaps, from, i);
	}
	if (all.len)
		qsort(all.at, all.len, sizeof(*all.at), order_missing);
	if (workspace->cli->json) {
		print_json(&all);
	} else {
		if (all.len)
			print_table(&all);
		printf("%s%zu symbols without a rule keep %u functions in the kernel, %u of the %u "
		       "lines that this cut moves\n",
		       all.len ? "\n" : "", all.len, functions, stay, lines);
		print_covered(rules, graph, plan);
	}
	dc_vec_done(&all);
	dc_vec_done(&gaps);
}
