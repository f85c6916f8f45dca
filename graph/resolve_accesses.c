/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which functions use which globals, which fields of which types, and which memory. */
#include <stdlib.h>
#include <string.h>

#include "graph/ast.h"
#include "graph/resolve.h"

/* Data */

static int compare_globals(const void *a, const void *b)
{
	const struct dc_global *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void make_globals(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_fact_access *access;
	struct dc_map names = {.arena = graph->arena};
	struct dc_global *global;
	size_t i;

	dc_vec_each (global, &resolve->facts->globals)
		dc_vec_push(&graph->globals, *global);
	if (graph->globals.len)
		qsort(graph->globals.at, graph->globals.len, sizeof(*graph->globals.at),
		      compare_globals);
	for (i = 0; i < graph->globals.len; i++)
		dc_map_set(&names, graph->globals.at[i].name, (int)i);
	dc_vec_each (access, &resolve->facts->accesses) {
		int index = access->type ? -1 : dc_map_get(&names, access->name);
		int function = dc_map_get(&resolve->functions, access->function);

		if (index < 0 || function < 0)
			continue;
		global = &graph->globals.at[index];
		if (access->how & DC_FACT_READ)
			dc_indices_add(&global->readers, (unsigned)function);
		if (access->how & (DC_FACT_WRITE | DC_FACT_ADDRESS))
			dc_indices_add(&global->writers, (unsigned)function);
	}
	dc_map_done(&names);
	dc_vec_each (global, &graph->globals) {
		dc_indices_sort(&global->readers);
		dc_indices_sort(&global->writers);
	}
}

static int compare_accesses(const void *a, const void *b)
{
	const struct dc_fact_access *left = a, *right = b;
	int order = strcmp(left->type ? left->type : "", right->type ? right->type : "");

	if (!order)
		order = strcmp(left->function, right->function);
	return order ? order : strcmp(left->name, right->name);
}

/* Fields of accesses[first, end) with a bit of how; names are sorted already. */
static const char **collect_fields(struct dc_resolve *resolve, size_t first, size_t end,
				   unsigned how, size_t *ret_count)
{
	const struct dc_fact_access *at = resolve->facts->accesses.at;
	const char **names = dc_arena_alloc(resolve->graph->arena, (end - first) * sizeof(*names));
	size_t i, count = 0;

	for (i = first; i < end; i++)
		if ((at[i].how & how) && (!count || names[count - 1] != at[i].name))
			names[count++] = at[i].name;
	*ret_count = count;
	return names;
}

static void make_types(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	struct dc_fact_access *at = facts->accesses.at;
	size_t first, end, len = facts->accesses.len;

	if (len)
		qsort(at, len, sizeof(*at), compare_accesses);
	for (first = 0; first < len; first = end) {
		struct dc_type_use use = {.type = at[first].type};
		int function = dc_map_get(&resolve->functions, at[first].function);

		for (end = first + 1; end < len && at[end].type == at[first].type &&
				      at[end].function == at[first].function;
		     end++)
			;
		if (!use.type || !strcmp(use.type, DC_AST_LOCAL) || function < 0)
			continue;
		use.function = (unsigned)function;
		use.reads = collect_fields(resolve, first, end, DC_FACT_READ, &use.reads_count);
		use.writes = collect_fields(resolve, first, end, DC_FACT_WRITE, &use.writes_count);
		use.addresses =
			collect_fields(resolve, first, end, DC_FACT_ADDRESS, &use.addresses_count);
		dc_vec_push(&resolve->graph->types, use);
	}
}

static int compare_memory(const void *a, const void *b)
{
	const struct dc_memory_site *left = a, *right = b;

	if (left->function != right->function)
		return left->function < right->function ? -1 : 1;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return strcmp(left->callee, right->callee);
}

static void make_memory(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_fact_memory *fact;

	dc_vec_each (fact, &resolve->facts->memory) {
		int function = dc_map_get(&resolve->functions, fact->function);
		struct dc_memory_site site = {
			.function = (unsigned)function,
			.line = fact->line,
			.callee = fact->callee,
			.frees = fact->frees,
			.types = dc_arena_alloc(graph->arena, sizeof(fact->types)),
		};

		if (function < 0)
			continue;
		while (site.types_count < 2 && fact->types[site.types_count]) {
			site.types[site.types_count] = fact->types[site.types_count];
			site.types_count++;
		}
		dc_vec_push(&graph->memory, site);
	}
	if (graph->memory.len)
		qsort(graph->memory.at, graph->memory.len, sizeof(*graph->memory.at),
		      compare_memory);
}

void dc_resolve_accesses(struct dc_resolve *resolve)
{
	make_globals(resolve);
	make_types(resolve);
	make_memory(resolve);
}
