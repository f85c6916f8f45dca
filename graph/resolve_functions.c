/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which functions are compiled, what they are called, and what kernel functions they use. */
#include <stdlib.h>
#include <string.h>

#include "graph/resolve.h"

/* Functions: all but static ones that nothing compiled refers to */

static bool mark_used(struct dc_resolve *resolve, bool *used, const char *from, const char *to)
{
	int target = dc_map_get(&resolve->functions, to);
	int source = from ? dc_map_get(&resolve->functions, from) : -1;

	if (target < 0 || used[target] || (from && source >= 0 && !used[source]))
		return false;
	used[target] = true;
	return true;
}

static void find_used(struct dc_resolve *resolve, bool *used)
{
	const struct dc_facts *facts = resolve->facts;
	const struct dc_fact_address *address;
	const struct dc_fact_call *call;
	bool grown;
	size_t i;

	for (i = 0; i < facts->functions.len; i++)
		used[i] = !facts->functions.at[i].is_static;
	do {
		grown = false;
		dc_vec_each (call, &facts->calls)
			if (call->callee)
				grown |= mark_used(resolve, used, call->caller, call->callee);
		dc_vec_each (address, &facts->addresses)
			grown |= mark_used(resolve, used, address->from, address->symbol);
	} while (grown);
}

static int compare_fact_functions(const void *a, const void *b)
{
	const struct dc_fact_function *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->symbol, right->symbol);
}

static const char *unique_name(const struct dc_facts *facts, size_t i)
{
	const struct dc_fact_function *at = facts->functions.at;

	if ((i && !strcmp(at[i - 1].name, at[i].name)) ||
	    (i + 1 < facts->functions.len && !strcmp(at[i].name, at[i + 1].name)))
		return at[i].symbol;
	return at[i].name;
}

static int compare_functions(const void *a, const void *b)
{
	const struct dc_function *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void index_facts(struct dc_resolve *resolve)
{
	size_t i;

	for (i = 0; i < resolve->facts->functions.len; i++)
		dc_map_set(&resolve->functions, resolve->facts->functions.at[i].symbol, (int)i);
}

/* Drops what is not compiled, so that later maps and names see only what is. */
static void drop_unused(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	bool *used = dc_alloc(facts->functions.len, sizeof(*used));
	size_t i, kept = 0;

	index_facts(resolve);
	find_used(resolve, used);
	for (i = 0; i < facts->functions.len; i++)
		if (used[i])
			facts->functions.at[kept++] = facts->functions.at[i];
	facts->functions.len = kept;
	dc_map_done(&resolve->functions);
	free(used);
}

static void make_functions(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	struct dc_graph *graph = resolve->graph;
	size_t i;

	drop_unused(resolve);
	if (!facts->functions.len)
		return;
	qsort(facts->functions.at, facts->functions.len, sizeof(*facts->functions.at),
	      compare_fact_functions);
	for (i = 0; i < facts->functions.len; i++) {
		const struct dc_fact_function *fact = &facts->functions.at[i];
		struct dc_function function = {
			.name = unique_name(facts, i),
			.file = fact->file,
			.first_line = fact->first_line,
			.last_line = fact->last_line,
			.loc = fact->loc,
			.sloc = fact->sloc,
			.is_static = fact->is_static,
			.signature = fact->signature,
			.critical_from = -1,
		};

		dc_vec_push(&graph->functions, function);
	}
	qsort(graph->functions.at, graph->functions.len, sizeof(*graph->functions.at),
	      compare_functions);
	for (i = 0; i < facts->functions.len; i++)
		dc_map_set(&resolve->functions, facts->functions.at[i].symbol,
			   dc_graph_function(graph, unique_name(facts, i)));
	resolve->words = (graph->functions.len + 63) / 64;
}

static void mark_addresses(struct dc_resolve *resolve)
{
	const struct dc_fact_address *address;

	dc_vec_each (address, &resolve->facts->addresses) {
		int function = dc_map_get(&resolve->functions, address->symbol);

		if (function >= 0)
			resolve->graph->functions.at[function].address_taken = true;
	}
}

/* Kernel functions */

struct reach {
	struct dc_resolve *resolve;
	bool *seen;
	bool local;
	DC_VEC(const char *) out;
};

static void reach_from(struct reach *reach, unsigned index)
{
	struct dc_facts *facts = reach->resolve->facts;
	const struct dc_fact_kernel_function *function = &facts->kernel_functions.at[index];
	bool is_new;
	size_t i;

	if (reach->seen[index])
		return;
	reach->seen[index] = true;
	if (!function->is_inline) {
		dc_vec_push(&reach->out, function->name);
		reach->local = false;
		return;
	}
	if (dc_family_is_local(facts->family, function->name))
		return;
	reach->local &= function->pure;
	for (i = 0; i < function->calls.len; i++)
		reach_from(reach, dc_facts_kernel_function(facts, function->calls.at[i], &is_new));
}

static struct dc_kernel_function make_kernel_function(struct dc_resolve *resolve, unsigned index)
{
	struct dc_facts *facts = resolve->facts;
	struct reach reach = {.resolve = resolve, .local = true};
	struct dc_kernel_function made = {
		.name = facts->kernel_functions.at[index].name,
		.is_inline = facts->kernel_functions.at[index].is_inline,
	};

	if (!made.is_inline)
		return made;
	reach.seen = dc_alloc(facts->kernel_functions.len, sizeof(bool));
	reach_from(&reach, index);
	made.is_local = reach.local;
	if (reach.out.len) {
		size_t bytes = reach.out.len * sizeof(*reach.out.at);

		qsort(reach.out.at, reach.out.len, sizeof(*reach.out.at), dc_order_texts);
		made.reaches = dc_arena_alloc(resolve->graph->arena, bytes);
		memcpy(made.reaches, reach.out.at, bytes);
		made.reaches_count = reach.out.len;
	}
	dc_vec_done(&reach.out);
	free(reach.seen);
	return made;
}

static int compare_kernel(const void *a, const void *b)
{
	const struct dc_kernel_function *left = a, *right = b;

	return strcmp(left->name, right->name);
}

void dc_resolve_kernel_functions(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	struct dc_graph *graph = resolve->graph;
	const struct dc_fact_call *call;
	bool is_new;
	size_t i;

	/* A function that the driver declares but does not define counts as a kernel function. */
	dc_vec_each (call, &facts->calls)
		if (call->callee && dc_map_get(&resolve->functions, call->callee) < 0) {
			unsigned index = dc_facts_kernel_function(facts, call->callee, &is_new);

			facts->kernel_functions.at[index].called = true;
		}
	for (i = 0; i < facts->kernel_functions.len; i++)
		if (facts->kernel_functions.at[i].called &&
		    dc_map_get(&resolve->functions, facts->kernel_functions.at[i].name) < 0)
			dc_vec_push(&graph->kernel_functions,
				    make_kernel_function(resolve, (unsigned)i));
	if (graph->kernel_functions.len)
		qsort(graph->kernel_functions.at, graph->kernel_functions.len,
		      sizeof(*graph->kernel_functions.at), compare_kernel);
	for (i = 0; i < graph->kernel_functions.len; i++)
		dc_map_set(&resolve->kernel, graph->kernel_functions.at[i].name, (int)i);
}

void dc_resolve_functions(struct dc_resolve *resolve)
{
	make_functions(resolve);
	mark_addresses(resolve);
}
