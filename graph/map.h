/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an interned name to a number. Private to graph/. */
#ifndef DC_GRAPH_MAP_H
#define DC_GRAPH_MAP_H

#include "base/alloc.h"

/* Zeroed but for arena, which entries are allocated from; end it with dc_map_done. */
struct dc_map {
	struct dc_map_slot *slots;
	struct dc_arena *arena;
};

int dc_map_get(const struct dc_map *map, const char *key); /* -1: the map has no such key */
void dc_map_set(struct dc_map *map, const char *key, int value); /* key must be new */
void dc_map_done(struct dc_map *map);

#endif
