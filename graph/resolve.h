/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of dc_facts_resolve, which share one state. Private to graph/resolve*.c.
 *
 * They run in the order of this file: each needs the results of those before it.
 */
#ifndef DC_GRAPH_RESOLVE_H
#define DC_GRAPH_RESOLVE_H

#include "graph/facts.h"
#include "graph/map.h"

/* The functions that a cell may hold. */
struct dc_fact_cell {
	const char *name;
	uint64_t *functions; /* a bit a function of the graph */
	bool unknown; /* and functions that the analysis cannot name */
};

/* An entry point whose context is that of the calls of a kernel function. */
struct dc_caller_context {
	unsigned function, kernel_function;
	const char *via;
};

struct dc_resolve {
	struct dc_diag *diag;
	struct dc_facts *facts;
	struct dc_graph *graph;
	struct dc_map functions; /* symbol -> function */
	struct dc_map kernel; /* symbol -> kernel function */
	struct dc_map cell_index;
	struct dc_map records; /* structures of this module alone */
	struct dc_map shared; /* structures and variables that other modules know, too */
	struct dc_map variables; /* that the driver defines */
	DC_VEC(struct dc_fact_cell) cells;
	DC_VEC(struct dc_caller_context) from_callers;
	size_t words; /* of a function set */
	bool any_spinlock; /* one is taken through a pointer that may point to any */
};

/* Turns uses of a function's second name into uses of the function: resolve_aliases.c. Before
 * anything else. */
void dc_resolve_aliases(struct dc_facts *facts);

/* graph->functions and kernel_functions, and the maps to them: resolve_functions.c */
void dc_resolve_functions(struct dc_resolve *resolve);
void dc_resolve_kernel_functions(struct dc_resolve *resolve);

/* Marks the calls that may take a lock though no template says so, before dc_locks_resolve:
 * resolve_locks.c */
void dc_resolve_unknown_locks(struct dc_resolve *resolve);

/* The functions that each pointer may hold, graph->calls and graph->indirect: resolve_calls.c */
void dc_resolve_flows(struct dc_resolve *resolve);
void dc_resolve_targets(struct dc_resolve *resolve); /* facts->targets, which locks need */
void dc_resolve_calls(struct dc_resolve *resolve);

/* Fills records, shared and variables, and says who may read what is stored in a cell: only this
 * module; the kernel, or whoever uses its structures; other modules, as this module's source tells.
 * resolve_shared.c */
enum dc_place { DC_PLACE_DRIVER, DC_PLACE_KERNEL, DC_PLACE_SHARED };

void dc_resolve_shared(struct dc_resolve *resolve);
enum dc_place dc_resolve_place(struct dc_resolve *resolve, const char *cell);

/* graph->entry_points, contexts, the critical set, locks: resolve_contexts.c */
void dc_resolve_entry_points(struct dc_resolve *resolve);
void dc_resolve_contexts(struct dc_resolve *resolve);

/* graph->globals and types: resolve_accesses.c */
void dc_resolve_accesses(struct dc_resolve *resolve);

#endif
