/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table over the addresses of interned names: equal names are one string, so the address is
 * the key. */
#include "graph/map.h"

#include <stdlib.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

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
