/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From facts to the graph: the state that the parts share, and their order. */
#include "graph/resolve.h"

#include <stdlib.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

/* Names are interned, so maps go by pointer. */
struct slot {
	const char *key;
	int value;
	UT_hash_handle hh;
};

int map_get(const struct map *map, const char *key)
{
	struct slot *slot;

	HASH_FIND_PTR(map->slots, &key, slot);
	return slot ? slot->value : -1;
}

void map_set(struct map *map, const char *key, int value)
{
	struct slot *slot = dc_arena_alloc(map->arena, sizeof(*slot));

	*slot = (struct slot){.key = key, .value = value};
	HASH_ADD_PTR(map->slots, key, slot);
}

void map_done(struct map *map)
{
	HASH_CLEAR(hh, map->slots);
}

void facts_resolve(struct dc_diag *diag, struct facts *facts, struct dc_graph *graph)
{
	struct resolve resolve = {.diag = diag, .facts = facts, .graph = graph};
	size_t i;

	resolve.functions.arena = resolve.kernel.arena = graph->arena;
	resolve.cell_index.arena = resolve.records.arena = graph->arena;
	for (i = 0; i < facts->records.len; i++)
		map_set(&resolve.records, facts->records.at[i], 1);
	locks_resolve(facts);
	resolve_functions(&resolve);
	resolve_kernel_functions(&resolve);
	resolve_flows(&resolve);
	resolve_calls(&resolve);
	resolve_entry_points(&resolve);
	resolve_contexts(&resolve);
	resolve_data(&resolve);
	map_done(&resolve.functions);
	map_done(&resolve.kernel);
	map_done(&resolve.cell_index);
	map_done(&resolve.records);
	dc_vec_done(&resolve.cells);
	dc_vec_done(&resolve.from_callers);
}
