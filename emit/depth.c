/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many calls across can be open within one another: the longest path of the call graph, where
 * an edge between the sides counts one, and all else nothing. A function of the process makes one
 * more downcall, of the kernel or of the library.
 *
 * The nodes are functions, one for each side that has the function's text. Their values grow from
 * zero until nothing changes. On a cycle with a crossing in it they would for ever, and end at the
 * limit. Call-backs from functions of the kernel are not in the graph: the runtime makes room for
 * them when they come.
 */
#include "emit/depth.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define LIMIT (DC_EMIT_DEPTH_MAX + 1) /* more than there can be room for */

struct node {
	unsigned value; /* calls that are opened from here */
	size_t next; /* the node that value is due to, or NONE */
};

#define NONE ((size_t)-1)

struct work {
	const struct dc_emit_plan *plan;
	const struct dc_graph *graph;
	size_t *of; /* index in the plan by index in the graph, or NONE */
	struct node *nodes; /* 2 * index in the plan + side */
};

static size_t *map_functions(const struct dc_emit_plan *plan, const struct dc_graph *graph)
{
	size_t *of = dc_alloc(graph->functions.len + 1, sizeof(*of)), i;

	for (i = 0; i < graph->functions.len; i++)
		of[i] = NONE;
	for (i = 0; i < plan->count; i++) {
		int at = dc_graph_function(graph, plan->functions[i].definition->name);

		if (at >= 0)
			of[at] = i;
	}
	return of;
}

/* Returns true if the caller's value has grown. */
static bool follow(struct work *work, const struct dc_call *call, enum dc_side side)
{
	size_t from = work->of[call->caller], to = work->of[call->callee];
	const struct dc_emit_function *functions = work->plan->functions;
	enum dc_side other = side;
	struct node *node, *next;
	unsigned value;

	if (from == NONE || to == NONE || !dc_emit_runs_on(&functions[from], side))
		return false;
	if (!dc_emit_runs_on(&functions[to], side))
		other = side == DC_SIDE_KERNEL ? DC_SIDE_USER : DC_SIDE_KERNEL;
	node = &work->nodes[2 * from + side];
	next = &work->nodes[2 * to + other];
	value = next->value + (other != side);
	if (value <= node->value || node->value == LIMIT)
		return false;
	node->value = value < LIMIT ? value : LIMIT;
	node->next = (size_t)(next - work->nodes);
	return true;
}

static bool follow_all(struct work *work)
{
	const struct dc_call *call;
	bool grew = false;

	dc_vec_each (call, &work->graph->calls) {
		if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call))
			continue;
		grew |= follow(work, call, DC_SIDE_KERNEL);
		grew |= follow(work, call, DC_SIDE_USER);
	}
	return grew;
}

/* Sets *ret_start to where the longest path begins. The kernel enters the process by an upcall. */
static unsigned find_deepest(const struct work *work, size_t *ret_start)
{
	unsigned most = 0, value;
	size_t i;

	*ret_start = NONE;
	for (i = 0; i < work->plan->count; i++) {
		const struct dc_emit_function *function = &work->plan->functions[i];
		enum dc_side side =
			dc_emit_runs_on(function, DC_SIDE_KERNEL) ? DC_SIDE_KERNEL : DC_SIDE_USER;

		value = work->nodes[2 * i + side].value + (side == DC_SIDE_USER);
		if (side == DC_SIDE_USER && !function->is_upcall)
			continue;
		if (value > most) {
			most = value;
			*ret_start = 2 * i + side;
		}
	}
	return most < LIMIT ? most : LIMIT;
}

/* The functions at which the path crosses, up to the first that comes twice. */
static void name_path(const struct work *work, size_t at, dc_emit_path *ret)
{
	bool *seen = dc_alloc(2 * work->plan->count + 1, sizeof(*seen));
	size_t before = NONE;

	while (at != NONE) {
		const char *name = work->plan->functions[at / 2].definition->name;

		if (before == NONE || before % 2 != at % 2)
			dc_vec_push(ret, name);
		if (seen[at])
			break;
		seen[at] = true;
		before = at;
		at = work->nodes[at].next;
	}
	free(seen);
}

void emit_find_depth(struct dc_emit_plan *plan)
{
	struct work work = {
		.plan = plan,
		.graph = plan->marshal->graph,
		.of = map_functions(plan, plan->marshal->graph),
		.nodes = dc_alloc(2 * plan->count + 1, sizeof(*work.nodes)),
	};
	size_t i;

	for (i = 0; i < 2 * plan->count; i++)
		work.nodes[i] = (struct node){.value = i % 2 == DC_SIDE_USER, .next = NONE};
	while (follow_all(&work))
		;
	plan->depth = find_deepest(&work, &i);
	name_path(&work, i, &plan->deepest);
	free(work.of);
	free(work.nodes);
}
