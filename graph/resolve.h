/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of facts_resolve, which share one state. Private to graph/resolve*.c.
 *
 * They run in the order in which they stand here: each needs what those before it have filled in.
 */
#ifndef DC_GRAPH_RESOLVE_H
#define DC_GRAPH_RESOLVE_H

#include "graph/facts.h"
#include "graph/map.h"

/* What a cell may hold. */
struct cell {
	const char *name;
	uint64_t *functions; /* a bit a function of the graph */
	bool unknown; /* and others that we cannot name */
};

/* An entry point whose context is that of the calls of a kernel function. */
struct from_caller {
	unsigned function, kernel_function;
	const char *via;
};

struct resolve {
	struct dc_diag *diag;
	struct facts *facts;
	struct dc_graph *graph;
	struct map functions; /* symbol -> function */
	struct map kernel; /* symbol -> kernel function */
	struct map cell_index;
	struct map records; /* of the driver */
	DC_VEC(struct cell) cells;
	DC_VEC(struct from_caller) from_callers;
	size_t words; /* of a function set */
};

/* graph->functions and kernel_functions, and the maps to them: resolve_functions.c */
void resolve_functions(struct resolve *resolve);
void resolve_kernel_functions(struct resolve *resolve);

/* What each pointer may hold, and with it graph->calls and indirect: resolve_calls.c */
void resolve_flows(struct resolve *resolve);
void resolve_calls(struct resolve *resolve);

/* graph->entry_points, contexts, the critical set, locks: resolve_contexts.c */
void resolve_entry_points(struct resolve *resolve);
void resolve_contexts(struct resolve *resolve);

/* graph->globals and types: resolve_data.c */
void resolve_data(struct resolve *resolve);

#endif
