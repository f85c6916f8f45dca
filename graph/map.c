/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table over the addresses of interned names: equal names are one string, so the address is
 * the key. */
#include "graph/map.h"

#include <stdlib.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

struct dc_map_slot {
	const char *key;
	int value;
	UT_hash_handle hh;
};

int dc_map_get(const struct dc_map *map, const char *key)
{
	struct dc_map_slot *slot;

	HASH_FIND_PTR(map->slots, &key, slot);
	return slot ? slot->value : -1;
}

void dc_map_set(struct dc_map *map, const char *key, int value)
{
	struct dc_map_slot *slot = dc_arena_alloc(map->arena, sizeof(*slot));

	*slot = (struct dc_map_slot){.key = key, .value = value};
	HASH_ADD_PTR(map->slots, key, slot);
}

void dc_map_done(struct dc_map *map)
{
	HASH_CLEAR(hh, map->slots);
}
