/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields that code in atomic context writes and other code uses without a lock in common: a copy on
 * the user side would miss the writes. Either such a field lives in memory that both sides map, or
 * whoever uses it stays in the kernel.
 *
 * Seen by structure type, not by object: two objects of one type are one. Two functions have a
 * lock in common if both take it or are called with it held. Taking a field's address (bit
 * operations, locks, embedded objects) is not a use: such operations act on the kernel's copy.
 */
#ifndef DC_SOLVER_SHARED_FIELDS_H
#define DC_SOLVER_SHARED_FIELDS_H

#include "graph/graph.h"

struct dc_shared_field {
	const char *type, *field; /* borrowed from the graph */
	unsigned writer; /* the first function that writes it in atomic context */
	dc_indices users; /* functions that are not critical and share no lock with a writer */
};

typedef DC_VEC(struct dc_shared_field) dc_shared_fields;

/* All of them, sorted by type and field. End it with dc_shared_fields_done. */
void dc_shared_fields_find(const struct dc_graph *graph, dc_shared_fields *ret);
void dc_shared_fields_done(dc_shared_fields *fields);

#endif
