/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Charges recorded calls to the graph. A call between functions that no edge joins went through
 * functions that the compiler inlined or jumped out of; the search is for the shortest path of such
 * functions.
 */
#include "problem/charge.h"

#include <errno.h>
#include <string.h>

#define NONE	  (-1)
#define SOURCE	  (-2)
#define NAMED_MAX 5 /* calls that a message names */

/* One search: from the sources along calls of the graph to a goal. */
struct finder {
	const struct dc_graph *graph;
	const struct dc_profile *profile;
	struct dc_charges *charges;
	size_t *first; /* function -> its first call in the graph; one more, the end */
	bool *called; /* function -> the recording shows calls of it */
	bool *shown; /* function -> the recording shows the searched caller calling it */
	bool *goal;
	int *before; /* function -> the function before it on the path, SOURCE, NONE */
	dc_indices sources, queue;
};

/* Every module has aliases of its init and exit functions, which perf may print instead. */
static const char *entry_of_alias(const char *name)
{
	if (!strcmp(name, "init_module"))
		return "module_init";
	return strcmp(name, "cleanup_module") ? NULL : "module_exit";
}

/* The functions of the graph that a recorded name stands for: static functions may share one. */
static void find_named(const struct dc_graph *graph, const char *name, dc_indices *ret)
{
	const char *via = entry_of_alias(name);
	const struct dc_entry_point *entry;

	dc_graph_functions_called(graph, name, ret);
	if (ret->len || !via)
		return;
	dc_vec_each (entry, &graph->entry_points)
		if (!strcmp(entry->via, via))
			dc_indices_add(ret, entry->function);
}

static void mark(const struct dc_graph *graph, const char *name, bool *marks)
{
	dc_indices functions = {0};
	size_t i;

	find_named(graph, name, &functions);
	for (i = 0; i < functions.len; i++)
		marks[functions.at[i]] = true;
	dc_vec_done(&functions);
}

static void mark_called(struct finder *finder)
{
	const struct dc_profile_edge *edge;

	dc_vec_each (edge, &finder->profile->edges)
		if (!edge->kernel)
			mark(finder->graph, edge->callee, finder->called);
	dc_vec_each (edge, &finder->profile->entries)
		mark(finder->graph, edge->callee, finder->called);
}

/* Marks what the recording shows the caller of one call to have called. */
static void mark_shown(struct finder *finder, const struct dc_profile_edge *recorded)
{
	const dc_profile_edges *list =
		recorded->caller ? &finder->profile->edges : &finder->profile->entries;
	const struct dc_profile_edge *edge;

	memset(finder->shown, 0, finder->graph->functions.len * sizeof(bool));
	dc_vec_each (edge, list)
		if (!edge->kernel && (!recorded->caller || !strcmp(edge->caller, recorded->caller)))
			mark(finder->graph, edge->callee, finder->shown);
}

static void index_calls(struct finder *finder)
{
	size_t i, count = finder->graph->functions.len, at = 0;

	for (i = 0; i <= count; i++) {
		while (at < finder->graph->calls.len && finder->graph->calls.at[at].caller < i)
			at++;
		finder->first[i] = at;
	}
}

static bool is_kernel_call(const struct dc_call *call)
{
	return call->kind == DC_CALL_KERNEL;
}

/* Those that call an inline function of the kernel's headers, which the compiler kept as one of its
 * own. None: it is no such function. */
static void find_inline_callers(const struct dc_graph *graph, const char *name, dc_indices *ret)
{
	int kernel = dc_graph_kernel_function(graph, name);
	const struct dc_call *call;

	dc_vec_each (call, &graph->calls)
		if (kernel >= 0 && is_kernel_call(call) && call->callee == (unsigned)kernel)
			dc_indices_add(ret, call->caller);
}

/* Marks the functions that call a kernel function. */
static void mark_users(struct finder *finder, const char *name)
{
	const struct dc_graph *graph = finder->graph;
	const struct dc_call *call;

	dc_vec_each (call, &graph->calls)
		if (is_kernel_call(call) && !finder->goal[call->caller] &&
		    dc_kernel_function_reaches(&graph->kernel_functions.at[call->callee], name))
			finder->goal[call->caller] = true;
}

/* The entry points of the graph that the recording shows are where its other entries came from. */
static void find_entries(struct finder *finder)
{
	unsigned i;

	for (i = 0; i < finder->graph->functions.len; i++)
		if (finder->shown[i] && dc_graph_is_entry(finder->graph, i))
			dc_vec_push(&finder->sources, i);
}

/* Paths */

static bool may_pass(const struct finder *finder, unsigned function, enum dc_charge_kind kind)
{
	return kind != DC_CHARGE_EDGE && (!finder->called[function] || kind == DC_CHARGE_PARTLY ||
					  (kind == DC_CHARGE_JUMPED && finder->shown[function]));
}

/* The path to a goal, by way of `last`. The calls up to the last function on it that the recording
 * shows as called by the same caller are charged by its own count. */
static void take_path(const struct finder *finder, unsigned last, unsigned goal, bool to_kernel,
		      dc_indices *ret)
{
	size_t i;
	int at = to_kernel && finder->shown[goal] ? SOURCE : (int)last;

	dc_vec_push(ret, goal);
	for (; at >= 0; at = finder->shown[at] ? SOURCE : finder->before[at])
		dc_vec_push(ret, (unsigned)at);
	for (i = 0; i < ret->len / 2; i++) {
		unsigned swap = ret->at[i];

		ret->at[i] = ret->at[ret->len - 1 - i];
		ret->at[ret->len - 1 - i] = swap;
	}
}

static void start_search(struct finder *finder)
{
	size_t i;

	finder->queue.len = 0;
	for (i = 0; i < finder->graph->functions.len; i++)
		finder->before[i] = NONE;
	for (i = 0; i < finder->sources.len; i++) {
		finder->before[finder->sources.at[i]] = SOURCE;
		dc_vec_push(&finder->queue, finder->sources.at[i]);
	}
}

/* Follows the calls of one function. Returns the goal among its callees, or NONE. */
static int follow_calls(struct finder *finder, unsigned from, enum dc_charge_kind kind,
			bool to_kernel)
{
	size_t i;

	for (i = finder->first[from]; i < finder->first[from + 1]; i++) {
		const struct dc_call *call = &finder->graph->calls.at[i];
		unsigned to = call->callee;
		bool passes;

		if (is_kernel_call(call) || !dc_call_counts(call))
			continue;
		passes = may_pass(finder, to, kind);
		if (finder->goal[to] && (!to_kernel || passes))
			return (int)to;
		if (!passes || finder->before[to] != NONE)
			continue;
		finder->before[to] = (int)from;
		dc_vec_push(&finder->queue, to);
	}
	return NONE;
}

/* Breadth first from the sources, through functions that kind allows. A goal is a callee or, if
 * to_kernel, a function on the way. Returns whether there is a path. */
static bool search(struct finder *finder, enum dc_charge_kind kind, bool to_kernel, dc_indices *ret)
{
	size_t i;

	start_search(finder);
	for (i = 0; i < finder->queue.len; i++) {
		unsigned from = finder->queue.at[i];
		int goal = follow_calls(finder, from, kind, to_kernel);

		if (goal < 0)
			continue;
		take_path(finder, from, (unsigned)goal, to_kernel, ret);
		return true;
	}
	return false;
}

/* Tries one kind after the other. Returns the one that found a path, or DC_CHARGE_UNSEEN. */
static enum dc_charge_kind find_path(struct finder *finder, const struct dc_profile_edge *recorded,
				     enum dc_charge_kind first, enum dc_charge_kind last,
				     dc_indices *ret)
{
	enum dc_charge_kind kind;

	mark_shown(finder, recorded);
	for (kind = first; kind <= last; kind++)
		if (search(finder, kind, recorded->kernel, ret))
			return kind;
	return DC_CHARGE_UNSEEN;
}

/* Calls */

/* Moves a path into the list of charges. */
static void add(struct finder *finder, const struct dc_profile_edge *recorded,
		enum dc_charge_kind kind, dc_indices *path)
{
	struct dc_charge charge = {recorded, kind, *path};

	dc_vec_push(&finder->charges->list, charge);
	*path = (dc_indices){0};
}

static void count(struct finder *finder, const struct dc_profile_edge *recorded,
		  enum dc_charge_kind kind)
{
	finder->charges->calls += recorded->calls;
	if (kind == DC_CHARGE_STRANGER || (kind == DC_CHARGE_UNSEEN && recorded->caller))
		finder->charges->foreign_calls += recorded->calls;
	if (kind >= DC_CHARGE_UNSEEN)
		finder->charges->missing_calls += recorded->calls;
	else if (kind != DC_CHARGE_EDGE)
		finder->charges->path_calls += recorded->calls;
}

static void add_counted(struct finder *finder, const struct dc_profile_edge *recorded,
			enum dc_charge_kind kind, dc_indices *path)
{
	count(finder, recorded, kind);
	add(finder, recorded, kind, path);
}

static void set_goals(struct finder *finder, const dc_indices *functions)
{
	size_t i;

	for (i = 0; i < functions->len; i++)
		finder->goal[functions->at[i]] = true;
}

/* Finds who is called and makes it the goal. Returns false if that settles the call: the graph does
 * not know the callee. An inline function of the kernel's headers that the compiler kept is part of
 * its caller, whose calls of it do not count. */
static bool take_callee(struct finder *finder, const struct dc_profile_edge *recorded,
			dc_indices *ret)
{
	dc_indices none = {0};

	find_named(finder->graph, recorded->callee, ret);
	set_goals(finder, ret);
	if (!ret->len && dc_graph_kernel_function(finder->graph, recorded->callee) < 0)
		add_counted(finder, recorded, DC_CHARGE_STRANGER, &none);
	return ret->len > 0;
}

static void charge_call(struct finder *finder, const struct dc_profile_edge *recorded)
{
	dc_indices callees = {0}, path = {0};
	enum dc_charge_kind kind = DC_CHARGE_UNSEEN;
	bool named;

	if (!take_callee(finder, recorded, &callees))
		return;
	find_named(finder->graph, recorded->caller, &finder->sources);
	named = finder->sources.len > 0;
	if (!named)
		find_inline_callers(finder->graph, recorded->caller, &finder->sources);
	if (finder->sources.len)
		kind = find_path(finder, recorded, DC_CHARGE_EDGE, DC_CHARGE_PARTLY, &path);
	if (kind == DC_CHARGE_UNSEEN && named)
		dc_vec_push(&path, finder->sources.at[0]);
	else if (kind == DC_CHARGE_UNSEEN)
		kind = DC_CHARGE_STRANGER;
	if (kind >= DC_CHARGE_UNSEEN)
		dc_vec_push(&path, callees.at[0]);
	add_counted(finder, recorded, kind, &path);
	dc_vec_done(&callees);
}

/* A recorded call by the kernel of a function that is not an entry point: an entry point made it
 * with a jump (a tail call). */
static void charge_entry(struct finder *finder, const struct dc_profile_edge *recorded)
{
	dc_indices callees = {0}, path = {0};
	enum dc_charge_kind kind;
	size_t i;

	if (!take_callee(finder, recorded, &callees))
		return;
	for (i = 0; !path.len && i < callees.len; i++)
		if (dc_graph_is_entry(finder->graph, callees.at[i]))
			dc_vec_push(&path, callees.at[i]);
	kind = path.len ? DC_CHARGE_EDGE : DC_CHARGE_UNSEEN;
	if (kind == DC_CHARGE_UNSEEN) {
		mark_shown(finder, recorded);
		find_entries(finder);
		kind = find_path(finder, recorded, DC_CHARGE_JUMPED, DC_CHARGE_PARTLY, &path);
	}
	if (kind == DC_CHARGE_UNSEEN)
		dc_vec_push(&path, callees.at[0]);
	add_counted(finder, recorded, kind, &path);
	dc_vec_done(&callees);
}

/* Calls out of an inline function of the kernel's headers: the recording cannot tell which of its
 * callers made them, so each is charged. */
static void charge_inline_callers(struct finder *finder, const struct dc_profile_edge *recorded)
{
	dc_indices path = {0};
	size_t i;

	find_inline_callers(finder->graph, recorded->caller, &finder->sources);
	count(finder, recorded, finder->sources.len ? DC_CHARGE_EDGE : DC_CHARGE_STRANGER);
	for (i = 0; i < finder->sources.len; i++) {
		dc_vec_push(&path, finder->sources.at[i]);
		add(finder, recorded, DC_CHARGE_EDGE, &path);
	}
	if (!finder->sources.len)
		add(finder, recorded, DC_CHARGE_STRANGER, &path);
}

/* A call that no path explains is the caller's own: it may be made through a pointer, or by the
 * compiler (memset). */
static void charge_kernel_call(struct finder *finder, const struct dc_profile_edge *recorded)
{
	enum dc_charge_kind kind = DC_CHARGE_EDGE;
	dc_indices path = {0};
	size_t i;

	find_named(finder->graph, recorded->caller, &finder->sources);
	if (!finder->sources.len) {
		charge_inline_callers(finder, recorded);
		return;
	}
	mark_users(finder, recorded->callee);
	for (i = 0; !path.len && i < finder->sources.len; i++)
		if (finder->goal[finder->sources.at[i]])
			dc_vec_push(&path, finder->sources.at[i]);
	if (!path.len)
		kind = find_path(finder, recorded, DC_CHARGE_INLINED, DC_CHARGE_JUMPED, &path);
	if (kind == DC_CHARGE_UNSEEN) {
		dc_vec_push(&path, finder->sources.at[0]);
		kind = DC_CHARGE_EDGE;
	}
	add_counted(finder, recorded, kind, &path);
}

static void charge(struct finder *finder, const struct dc_profile_edge *recorded)
{
	memset(finder->goal, 0, finder->graph->functions.len * sizeof(bool));
	finder->sources.len = 0;
	if (!recorded->caller)
		charge_entry(finder, recorded);
	else if (recorded->kernel)
		charge_kernel_call(finder, recorded);
	else
		charge_call(finder, recorded);
}

void dc_charges_find(const struct dc_graph *graph, const struct dc_profile *profile,
		     struct dc_charges *ret)
{
	size_t count = graph->functions.len;
	struct finder finder = {
		.graph = graph,
		.profile = profile,
		.charges = ret,
		.first = dc_alloc(count + 1, sizeof(*finder.first)),
		.called = dc_alloc(count + 1, sizeof(bool)),
		.shown = dc_alloc(count + 1, sizeof(bool)),
		.goal = dc_alloc(count + 1, sizeof(bool)),
		.before = dc_alloc(count + 1, sizeof(*finder.before)),
	};
	const struct dc_profile_edge *edge;

	*ret = (struct dc_charges){0};
	index_calls(&finder);
	mark_called(&finder);
	dc_vec_each (edge, &profile->edges)
		charge(&finder, edge);
	dc_vec_each (edge, &profile->entries)
		charge(&finder, edge);
	dc_vec_done(&finder.sources);
	dc_vec_done(&finder.queue);
	free(finder.first);
	free(finder.called);
	free(finder.shown);
	free(finder.goal);
	free(finder.before);
}

void dc_charges_done(struct dc_charges *charges)
{
	struct dc_charge *charge;

	dc_vec_each (charge, &charges->list)
		dc_vec_done(&charge->path);
	dc_vec_done(&charges->list);
	*charges = (struct dc_charges){0};
}

/* Words */

const char *dc_charge_text(struct dc_arena *arena, const struct dc_charge *charge)
{
	const struct dc_profile_edge *edge = charge->recorded;

	return dc_arena_printf(arena, "%s -> %s", edge->caller ? edge->caller : "(kernel)",
			       edge->callee);
}

/* The calls that are missing, the first few by name. */
static const char *missing_text(struct dc_arena *arena, const struct dc_charges *charges)
{
	const struct dc_charge *charge;
	const char *text = "";
	size_t count = 0;

	dc_vec_each (charge, &charges->list) {
		if (!dc_charge_missing(charge) || count++ >= NAMED_MAX)
			continue;
		text = dc_arena_printf(arena, "%s%s%s", text, *text ? ", " : "",
				       dc_charge_text(arena, charge));
	}
	if (count > NAMED_MAX)
		text = dc_arena_printf(arena, "%s and %zu more", text, count - NAMED_MAX);
	return text;
}

int dc_charges_check(struct dc_diag *diag, const struct dc_graph *graph,
		     const struct dc_charges *charges)
{
	double calls = (double)charges->calls;
	double percent = 100 * (double)charges->missing_calls / calls;
	struct dc_arena *arena;
	const char *text;
	int err = 0;

	if (!charges->missing_calls)
		return 0;
	arena = dc_arena_new();
	text = missing_text(arena, charges);
	if (100 * (double)charges->foreign_calls / calls > DC_CHARGES_FOREIGN_MAX_PERCENT)
		err = dc_error(diag, -EINVAL, NULL,
			       "%.3g %% of the profile's calls, more than %d %%, are not in the "
			       "graph of %s: %s; it is of another source; make both again "
			       "(drivercut graph, drivercut profile)",
			       percent, DC_CHARGES_FOREIGN_MAX_PERCENT, graph->driver, text);
	else
		dc_warn(diag, NULL,
			"%.3g %% of the profile's calls are not in the graph of %s: %s; if the "
			"profile is of this source, the graph is wrong there; to be safe, what "
			"they "
			"call stays on its caller's side, or in the kernel if the caller is not "
			"known",
			percent, graph->driver, text);
	dc_arena_free(arena);
	return err;
}
