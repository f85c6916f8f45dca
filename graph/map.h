/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an interned name to a number. Private to graph/. */
#ifndef DC_GRAPH_MAP_H
#define DC_GRAPH_MAP_H

#include "base/alloc.h"

/* Zeroed but for arena, which entries are allocated from; end it with map_done. */
struct map {
	struct slot *slots;
	struct dc_arena *arena;
};

int map_get(const struct map *map, const char *key); /* -1: the map has no such key */
void map_set(struct map *map, const char *key, int value); /* key must be new */
void map_done(struct map *map);

#endif
