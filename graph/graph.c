/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the graph's enumerations, look-ups, and the test of its invariants. */
#include "graph/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const context_names[] = {
	[DC_CONTEXT_HARDIRQ] = "hardirq", [DC_CONTEXT_SOFTIRQ] = "softirq",
	[DC_CONTEXT_TIMER] = "timer",	  [DC_CONTEXT_TASKLET] = "tasklet",
	[DC_CONTEXT_NAPI] = "napi",	  [DC_CONTEXT_ATOMIC] = "atomic",
	[DC_CONTEXT_UNKNOWN] = "unknown", [DC_CONTEXT_PROCESS] = "process",
	[DC_CONTEXT_WORK] = "work",	  [DC_CONTEXT_THREAD] = "thread",
	[DC_CONTEXT_INIT] = "init",
};

static const char *const lock_classes[] = {
	[DC_LOCK_SPIN] = "spin", [DC_LOCK_MUTEX] = "mutex", [DC_LOCK_RCU] = "rcu",
	[DC_LOCK_IRQ] = "irq",	 [DC_LOCK_BH] = "bh",	    [DC_LOCK_PREEMPT] = "preempt",
};

/* Index of a name, or count. */
static unsigned find_name(const char *const *names, unsigned count, const char *name)
{
	unsigned i;

	for (i = 0; i < count && strcmp(names[i], name) != 0; i++)
		;
	return i;
}

const char *dc_context_name(enum dc_context context)
{
	return context_names[context];
}

enum dc_context dc_context_by_name(const char *name)
{
	return (enum dc_context)find_name(context_names, DC_CONTEXT_COUNT, name);
}

const char *dc_lock_class_name(enum dc_lock_class class)
{
	return lock_classes[class];
}

enum dc_lock_class dc_lock_class_by_name(const char *name)
{
	return (enum dc_lock_class)find_name(lock_classes, DC_LOCK_CLASSES, name);
}

bool dc_lock_class_atomic(enum dc_lock_class class)
{
	return class != DC_LOCK_MUTEX;
}

bool dc_indices_has(const dc_indices *indices, unsigned index)
{
	size_t i;

	for (i = 0; i < indices->len; i++)
		if (indices->at[i] == index)
			return true;
	return false;
}

void dc_indices_add(dc_indices *indices, unsigned index)
{
	if (!dc_indices_has(indices, index))
		dc_vec_push(indices, index);
}

static int compare_index(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void dc_indices_sort(dc_indices *indices)
{
	if (indices->len)
		qsort(indices->at, indices->len, sizeof(unsigned), compare_index);
}

bool dc_graph_any_atomic(const struct dc_graph *graph, const dc_indices *locks)
{
	size_t i;

	for (i = 0; i < locks->len; i++)
		if (dc_lock_class_atomic(graph->locks.at[locks->at[i]].class))
			return true;
	return false;
}

static int compare_function_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct dc_function *)element)->name);
}

static int compare_kernel_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct dc_kernel_function *)element)->name);
}

int dc_graph_function(const struct dc_graph *graph, const char *name)
{
	const struct dc_function *found = NULL;

	if (graph->functions.len)
		found = bsearch(name, graph->functions.at, graph->functions.len, sizeof(*found),
				compare_function_name);
	return found ? (int)(found - graph->functions.at) : -1;
}

void dc_graph_functions_called(const struct dc_graph *graph, const char *name, dc_indices *ret)
{
	int exact = dc_graph_function(graph, name);
	size_t len = strlen(name);
	unsigned i;

	if (exact >= 0) {
		dc_indices_add(ret, (unsigned)exact);
		return;
	}
	for (i = 0; i < graph->functions.len; i++)
		if (!strncmp(graph->functions.at[i].name, name, len) &&
		    graph->functions.at[i].name[len] == '@')
			dc_indices_add(ret, i);
}

bool dc_graph_is_entry(const struct dc_graph *graph, unsigned function)
{
	const struct dc_entry_point *point;

	dc_vec_each (point, &graph->entry_points)
		if (point->function == function)
			return true;
	return false;
}

int dc_graph_kernel_function(const struct dc_graph *graph, const char *name)
{
	const struct dc_kernel_function *found = NULL;

	if (graph->kernel_functions.len)
		found = bsearch(name, graph->kernel_functions.at, graph->kernel_functions.len,
				sizeof(*found), compare_kernel_name);
	return found ? (int)(found - graph->kernel_functions.at) : -1;
}

bool dc_kernel_function_reaches(const struct dc_kernel_function *function, const char *name)
{
	size_t i;

	if (!strcmp(function->name, name))
		return true;
	for (i = 0; i < function->reaches_count; i++)
		if (!strcmp(function->reaches[i], name))
			return true;
	return false;
}

bool dc_graph_has_edge(const struct dc_graph *graph, const char *caller, const char *callee)
{
	int from = dc_graph_function(graph, caller), to = dc_graph_function(graph, callee);
	const struct dc_call *call;

	if (from < 0)
		return false;
	dc_vec_each (call, &graph->calls) {
		if (call->caller != (unsigned)from)
			continue;
		if (call->kind == DC_CALL_KERNEL
			    ? to < 0 && dc_kernel_function_reaches(
						&graph->kernel_functions.at[call->callee], callee)
			    : to >= 0 && call->callee == (unsigned)to && dc_call_counts(call))
			return true;
	}
	return false;
}

static int broken(struct dc_diag *diag, const char *what, const char *name)
{
	return dc_error(diag, -ENOTRECOVERABLE, NULL,
			"the graph is broken, a bug of drivercut: %s: %s", what, name);
}

static bool locks_there(const struct dc_graph *graph, const dc_indices *locks)
{
	size_t i;

	for (i = 0; i < locks->len; i++)
		if (locks->at[i] >= graph->locks.len)
			return false;
	return true;
}

int dc_graph_check(struct dc_diag *diag, const struct dc_graph *graph)
{
	const struct dc_function *functions = graph->functions.at;
	const struct dc_entry_point *entry;
	const struct dc_call *call;
	size_t i;

	for (i = 1; i < graph->functions.len; i++)
		if (strcmp(functions[i - 1].name, functions[i].name) >= 0)
			return broken(diag, "functions not sorted", functions[i].name);
	for (i = 0; i < graph->functions.len; i++)
		if (!locks_there(graph, &functions[i].held) ||
		    !locks_there(graph, &functions[i].takes))
			return broken(diag, "a lock that is not there", functions[i].name);
	dc_vec_each (call, &graph->calls) {
		if (call->caller >= graph->functions.len)
			return broken(diag, "a caller that is not there", "");
		if (call->callee >= (call->kind == DC_CALL_KERNEL ? graph->kernel_functions.len
								  : graph->functions.len))
			return broken(diag, "a callee that is not there",
				      functions[call->caller].name);
		if (!locks_there(graph, &call->locks_held) ||
		    !locks_there(graph, &call->locks_dropped))
			return broken(diag, "a lock that is not there",
				      functions[call->caller].name);
		if (call->kind != DC_CALL_KERNEL && dc_call_counts(call) &&
		    functions[call->caller].critical && !functions[call->callee].critical)
			return broken(diag, "a critical function calls one that is not",
				      functions[call->callee].name);
	}
	dc_vec_each (entry, &graph->entry_points)
		if (entry->function >= graph->functions.len)
			return broken(diag, "an entry point that is not there", entry->via);
	return 0;
}

void dc_graph_free(struct dc_graph *graph)
{
	struct dc_function *function;
	struct dc_call *call;
	struct dc_lock *lock;
	struct dc_global *global;

	if (!graph)
		return;
	dc_vec_each (function, &graph->functions) {
		dc_vec_done(&function->held);
		dc_vec_done(&function->takes);
	}
	dc_vec_each (call, &graph->calls) {
		dc_vec_done(&call->locks_held);
		dc_vec_done(&call->locks_dropped);
	}
	dc_vec_each (lock, &graph->locks)
		dc_vec_done(&lock->holders);
	dc_vec_each (global, &graph->globals) {
		dc_vec_done(&global->readers);
		dc_vec_done(&global->writers);
	}
	dc_origin_done(&graph->origin);
	dc_vec_done(&graph->functions);
	dc_vec_done(&graph->kernel_functions);
	dc_vec_done(&graph->calls);
	dc_vec_done(&graph->entry_points);
	dc_vec_done(&graph->locks);
	dc_vec_done(&graph->globals);
	dc_vec_done(&graph->types);
	dc_vec_done(&graph->memory);
	dc_vec_done(&graph->indirect);
	dc_arena_free(graph->arena);
	free(graph);
}
