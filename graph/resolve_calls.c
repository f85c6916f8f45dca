/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the functions that a pointer may hold: each cell gets the set of functions that
 * assignments, initialisers, arguments and returns bring there, by iterating the flows until
 * nothing grows (inclusion-based, one cell a field of a type: "field-based" in the words of Heintze
 * and Tardieu, PLDI 2001).
 */
#include <stdlib.h>
#include <string.h>

#include "graph/resolve.h"

/* Cells */

static struct dc_fact_cell *cell_at(struct dc_resolve *resolve, const char *name)
{
	int index = dc_map_get(&resolve->cell_index, name);

	if (index < 0) {
		index = (int)resolve->cells.len;
		dc_vec_push(
			&resolve->cells,
			(struct dc_fact_cell){.name = name,
					      .functions = dc_arena_alloc(resolve->graph->arena,
									  resolve->words * 8 + 8)});
		dc_map_set(&resolve->cell_index, name, index);
	}
	return &resolve->cells.at[index];
}

/* A parameter of a function that may be called through a pointer can hold anything. */
static bool parameter_is_open(struct dc_resolve *resolve, const char *cell)
{
	const char *hash = strrchr(cell, '#');
	char *symbol;
	int function;

	if (!hash)
		return false;
	symbol = dc_printf("%.*s", (int)(hash - cell), cell);
	function = dc_map_get(&resolve->functions, dc_facts_name(resolve->facts, symbol));
	free(symbol);
	return function >= 0 && resolve->graph->functions.at[function].address_taken;
}

static bool flow_into(struct dc_resolve *resolve, struct dc_fact_cell *to,
		      const struct dc_fact_value *from)
{
	bool grown = false;
	size_t i;

	if (from->source == DC_FACT_FUNCTION) {
		int function = dc_map_get(&resolve->functions, from->name);
		uint64_t bit;

		if (function < 0) /* a kernel function's address: not a target of ours */
			return false;
		bit = UINT64_C(1) << (function % 64);
		grown = !(to->functions[function / 64] & bit);
		to->functions[function / 64] |= bit;
	} else if (from->source == DC_FACT_UNKNOWN) {
		grown = !to->unknown;
		to->unknown = true;
	} else {
		const char *to_name = to->name;
		struct dc_fact_cell *source = cell_at(resolve, from->name);

		to = cell_at(resolve, to_name); /* the array may have moved */
		for (i = 0; i < resolve->words; i++) {
			grown |= (source->functions[i] & ~to->functions[i]) != 0;
			to->functions[i] |= source->functions[i];
		}
		grown |= source->unknown && !to->unknown;
		to->unknown |= source->unknown;
	}
	return grown;
}

void dc_resolve_flows(struct dc_resolve *resolve)
{
	const struct dc_fact_flow *flow;
	bool grown;
	size_t i;

	dc_vec_each (flow, &resolve->facts->flows) {
		cell_at(resolve, flow->to);
		if (flow->from.source == DC_FACT_CELL)
			cell_at(resolve, flow->from.name);
	}
	for (i = 0; i < resolve->cells.len; i++)
		if (parameter_is_open(resolve, resolve->cells.at[i].name))
			resolve->cells.at[i].unknown = true;
	do {
		grown = false;
		dc_vec_each (flow, &resolve->facts->flows)
			grown |= flow_into(resolve, cell_at(resolve, flow->to), &flow->from);
	} while (grown);
}

/* Calls */

static unsigned by_signature(struct dc_resolve *resolve, const char *signature, uint64_t *set)
{
	const struct dc_graph *graph = resolve->graph;
	unsigned count = 0;
	size_t i;

	for (i = 0; i < graph->functions.len; i++)
		if (graph->functions.at[i].address_taken &&
		    graph->functions.at[i].signature == signature) {
			set[i / 64] |= UINT64_C(1) << (i % 64);
			count++;
		}
	return count;
}

static void push_call(struct dc_resolve *resolve, const struct dc_fact_call *fact, unsigned callee,
		      enum dc_call_kind kind, enum dc_resolved_by by, bool assumed)
{
	struct dc_call call = {
		.caller = (unsigned)dc_map_get(&resolve->functions, fact->caller),
		.callee = callee,
		.kind = kind,
		.resolved_by = by,
		.assumed = assumed,
		.in_macro = fact->in_macro,
		.loops = fact->loops,
		.branches = fact->branches,
		.line = fact->line,
	};
	size_t i;

	for (i = 0; i < fact->locks.len; i++)
		dc_indices_add(&call.locks_held, fact->locks.at[i]);
	for (i = 0; i < fact->dropped.len; i++)
		dc_indices_add(&call.locks_dropped, fact->dropped.at[i]);
	dc_vec_push(&resolve->graph->calls, call);
}

static bool is_empty(const struct dc_resolve *resolve, const struct dc_fact_cell *cell)
{
	size_t i;

	for (i = 0; i < resolve->words; i++)
		if (cell->functions[i])
			return false;
	return true;
}

/* The functions that a call through a pointer may call, a bit each: those that the assignments
 * bring there, those of the pointer's type. Returns true if the assignments do not tell all. */
static bool find_targets(struct dc_resolve *resolve, const struct dc_fact_call *fact,
			 uint64_t *by_field, uint64_t *same_type, unsigned *ret_same_type)
{
	struct dc_fact_cell targets = {.name = dc_facts_name(resolve->facts, "(call)"),
				       .functions = by_field};
	unsigned i;

	for (i = 0; i < fact->value_count; i++) {
		const struct dc_fact_value *value =
			&resolve->facts->values.at[fact->first_value + i];
		struct dc_fact_cell *source;
		size_t word;

		if (value->source != DC_FACT_CELL) {
			flow_into(resolve, &targets, value);
			continue;
		}
		source = cell_at(resolve, value->name);
		for (word = 0; word < resolve->words; word++)
			targets.functions[word] |= source->functions[word];
		targets.unknown |= source->unknown || parameter_is_open(resolve, source->name);
	}
	*ret_same_type = by_signature(resolve, fact->signature, same_type);
	/* an empty set: it came a way that we did not see */
	return targets.unknown || is_empty(resolve, &targets);
}

static bool bit(const uint64_t *set, size_t index)
{
	return set[index / 64] >> (index % 64) & 1;
}

static void resolve_indirect(struct dc_resolve *resolve, const struct dc_fact_call *fact)
{
	uint64_t *by_field = dc_alloc(resolve->words + 1, 8);
	uint64_t *same_type = dc_alloc(resolve->words + 1, 8);
	struct dc_indirect_site site = {
		.caller = (unsigned)dc_map_get(&resolve->functions, fact->caller),
		.line = fact->line,
		.through = fact->through,
	};
	unsigned i;

	site.assumed = find_targets(resolve, fact, by_field, same_type, &site.by_signature);
	for (i = 0; i < resolve->graph->functions.len; i++) {
		bool field = bit(by_field, i), coarse = bit(same_type, i);

		if (field || coarse)
			push_call(resolve, fact, i, DC_CALL_INDIRECT,
				  field ? DC_BY_FIELD : DC_BY_SIGNATURE, !field && site.assumed);
		site.by_field += field || (coarse && site.assumed);
	}
	dc_vec_push(&resolve->graph->indirect, site);
	free(by_field);
	free(same_type);
}

static void note_targets(struct dc_resolve *resolve, struct dc_fact_call *fact)
{
	const struct dc_facts *facts = resolve->facts;
	uint64_t *by_field = dc_alloc(resolve->words + 1, 8);
	uint64_t *same_type = dc_alloc(resolve->words + 1, 8);
	unsigned count;
	size_t i;

	fact->first_target = (unsigned)facts->targets.len;
	fact->any_target = find_targets(resolve, fact, by_field, same_type, &count);
	for (i = 0; i < facts->functions.len; i++) {
		const char *symbol = facts->functions.at[i].symbol;
		int function = dc_map_get(&resolve->functions, symbol);

		if (function >= 0 && (bit(by_field, (size_t)function) ||
				      (fact->any_target && bit(same_type, (size_t)function))))
			dc_vec_push(&resolve->facts->targets, symbol);
	}
	fact->target_count = (unsigned)facts->targets.len - fact->first_target;
	free(by_field);
	free(same_type);
}

void dc_resolve_targets(struct dc_resolve *resolve)
{
	struct dc_fact_call *fact;

	dc_vec_each (fact, &resolve->facts->calls)
		if (!fact->callee)
			note_targets(resolve, fact);
}

static int compare_calls(const void *a, const void *b)
{
	const struct dc_call *left = a, *right = b;

	if (left->caller != right->caller)
		return left->caller < right->caller ? -1 : 1;
	if ((left->kind == DC_CALL_KERNEL) != (right->kind == DC_CALL_KERNEL))
		return left->kind == DC_CALL_KERNEL ? 1 : -1;
	if (left->callee != right->callee)
		return left->callee < right->callee ? -1 : 1;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->kind > right->kind) - (left->kind < right->kind);
}

void dc_resolve_calls(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_fact_call *fact;
	struct dc_call *call;

	dc_vec_each (fact, &resolve->facts->calls) {
		int callee = -1;

		if (dc_map_get(&resolve->functions, fact->caller) < 0)
			continue; /* not compiled */
		if (!fact->callee) {
			resolve_indirect(resolve, fact);
			continue;
		}
		callee = dc_map_get(&resolve->functions, fact->callee);
		if (callee >= 0)
			push_call(resolve, fact, (unsigned)callee, DC_CALL_DIRECT, DC_BY_NAME,
				  false);
		else
			push_call(resolve, fact,
				  (unsigned)dc_map_get(&resolve->kernel, fact->callee),
				  DC_CALL_KERNEL, DC_BY_NAME, false);
	}
	if (graph->calls.len)
		qsort(graph->calls.at, graph->calls.len, sizeof(*graph->calls.at), compare_calls);
	dc_vec_each (call, &graph->calls) {
		dc_indices_sort(&call->locks_held);
		dc_indices_sort(&call->locks_dropped);
	}
}
