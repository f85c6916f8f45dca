/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers are weighed before their callees: a depth-first walk over the calls, from the entry
 * points, gives an order in which only calls back into a recursion go the wrong way. Those are left
 * out.
 */
#include "problem/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOP_TURNS   8.0
#define BRANCH_TAKEN 0.5
#define MOST_CALLS   1e12 /* deeply nested loops add up */

struct estimate {
	const struct dc_graph *graph;
	size_t *first_call; /* function -> its first call in sorted[]; one more at the end */
	const struct dc_call **sorted; /* calls that count, by caller */
	double *calls; /* function -> how often it is called */
	size_t *order; /* functions, each before its callees */
	size_t ordered; /* so many are in order[], which fills from its end */
	bool *seen;
	bool *done; /* its callees are in order[] */
};

static double calls_of_context(enum dc_context context)
{
	switch (context) {
	case DC_CONTEXT_HARDIRQ:
	case DC_CONTEXT_SOFTIRQ:
	case DC_CONTEXT_TASKLET:
	case DC_CONTEXT_NAPI:
	case DC_CONTEXT_ATOMIC:
		return DC_ESTIMATE_BUSY;
	case DC_CONTEXT_TIMER:
	case DC_CONTEXT_WORK:
	case DC_CONTEXT_THREAD:
		return DC_ESTIMATE_TIMER;
	case DC_CONTEXT_INIT:
		return DC_ESTIMATE_INIT;
	default:
		return DC_ESTIMATE_CALLED;
	}
}

static void add_entries(struct estimate *estimate)
{
	const struct dc_entry_point *entry;

	dc_vec_each (entry, &estimate->graph->entry_points) {
		double calls = calls_of_context(entry->context);

		if (calls > estimate->calls[entry->function])
			estimate->calls[entry->function] = calls;
	}
}

static bool counts(const struct dc_call *call)
{
	return call->kind != DC_CALL_INDIRECT || dc_call_counts(call);
}

/* Calls by caller, in the graph's order. */
static void sort_calls(struct estimate *estimate)
{
	const struct dc_graph *graph = estimate->graph;
	size_t functions = graph->functions.len, i, *next;
	const struct dc_call *call;

	estimate->first_call = dc_alloc(functions + 1, sizeof(size_t));
	estimate->sorted = dc_alloc(graph->calls.len + 1, sizeof(call));
	next = dc_alloc(functions + 1, sizeof(size_t));
	dc_vec_each (call, &graph->calls)
		estimate->first_call[call->caller + 1] += counts(call);
	for (i = 0; i < functions; i++)
		estimate->first_call[i + 1] += estimate->first_call[i];
	memcpy(next, estimate->first_call, (functions + 1) * sizeof(size_t));
	dc_vec_each (call, &graph->calls)
		if (counts(call))
			estimate->sorted[next[call->caller]++] = call;
	free(next);
}

static void visit(struct estimate *estimate, size_t function)
{
	size_t i;

	if (estimate->seen[function])
		return;
	estimate->seen[function] = true;
	for (i = estimate->first_call[function]; i < estimate->first_call[function + 1]; i++)
		if (estimate->sorted[i]->kind != DC_CALL_KERNEL)
			visit(estimate, estimate->sorted[i]->callee);
	estimate->order[--estimate->ordered] = function;
}

/* How many targets the call through a pointer at this place has; 1 for other calls. */
static double targets(const struct estimate *estimate, const struct dc_call *call)
{
	double count = 0;
	size_t i;

	if (call->kind != DC_CALL_INDIRECT)
		return 1;
	for (i = estimate->first_call[call->caller]; i < estimate->first_call[call->caller + 1];
	     i++)
		count += estimate->sorted[i]->kind == DC_CALL_INDIRECT &&
			 estimate->sorted[i]->line == call->line;
	return count;
}

static double calls_at(const struct estimate *estimate, const struct dc_call *call)
{
	double calls = estimate->calls[call->caller] * pow(LOOP_TURNS, call->loops) *
		       pow(BRANCH_TAKEN, call->branches) / targets(estimate, call);

	return calls < MOST_CALLS ? calls : MOST_CALLS;
}

/* An edge whose estimate rounds to no call is left out, as one that never ran. */
static void push_edge(dc_profile_edges *edges, const char *caller, const char *callee, bool kernel,
		      double calls)
{
	struct dc_profile_edge *last = edges->len ? &edges->at[edges->len - 1] : NULL;
	uint64_t count = (uint64_t)llround(calls);

	if (!count)
		return;
	if (last && last->caller == caller && last->callee == callee)
		last->calls += count;
	else
		dc_vec_push(edges, (struct dc_profile_edge){.caller = caller,
							    .callee = callee,
							    .kernel = kernel,
							    .calls = count});
}

/* The calls of a function, whose own count is complete. */
static void spread(struct estimate *estimate, size_t function, struct dc_profile *ret)
{
	const struct dc_graph *graph = estimate->graph;
	size_t i;

	estimate->done[function] = true;
	for (i = estimate->first_call[function]; i < estimate->first_call[function + 1]; i++) {
		const struct dc_call *call = estimate->sorted[i];
		const char *caller = graph->functions.at[function].name;
		double calls = calls_at(estimate, call);

		if (call->kind == DC_CALL_KERNEL) {
			const struct dc_kernel_function *callee =
				&graph->kernel_functions.at[call->callee];

			if (!callee->is_inline)
				push_edge(&ret->edges, caller, callee->name, true, calls);
			continue;
		}
		push_edge(&ret->edges, caller, graph->functions.at[call->callee].name, false,
			  calls);
		if (!estimate->done[call->callee])
			estimate->calls[call->callee] += calls;
	}
}

void dc_estimate(const struct dc_graph *graph, struct dc_profile *ret)
{
	size_t functions = graph->functions.len, i;
	struct estimate estimate = {
		.graph = graph,
		.calls = dc_alloc(functions + 1, sizeof(double)),
		.order = dc_alloc(functions + 1, sizeof(size_t)),
		.ordered = functions,
		.seen = dc_alloc(functions + 1, sizeof(bool)),
		.done = dc_alloc(functions + 1, sizeof(bool)),
	};

	*ret = (struct dc_profile){
		.arena = dc_arena_new(), .driver = graph->driver, .seconds = 3600};
	add_entries(&estimate);
	sort_calls(&estimate);
	for (i = 0; i < functions; i++)
		push_edge(&ret->entries, NULL, graph->functions.at[i].name, false,
			  estimate.calls[i]);
	for (i = functions; i-- > 0;)
		visit(&estimate, i);
	for (i = 0; i < functions; i++)
		spread(&estimate, estimate.order[i], ret);
	free(estimate.first_call);
	free(estimate.sorted);
	free(estimate.calls);
	free(estimate.order);
	free(estimate.seen);
	free(estimate.done);
}
