/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/lower.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/shared_fields.h"

struct lower {
	struct dc_diag *diag;
	const struct dc_graph *graph;
	const struct dc_lower_given *given; /* or NULL */
	struct dc_problem *problem;
	size_t *nodes; /* function -> node */
	int64_t *called; /* function -> its calls in the profile */
};

static const struct dc_function *function_at(const struct lower *lower, unsigned index)
{
	return &lower->graph->functions.at[index];
}

static const char *reason(struct lower *lower, const char *fmt, ...) DC_PRINTF(2, 3);

static const char *reason(struct lower *lower, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = dc_arena_vprintf(lower->problem->arena, fmt, args);
	va_end(args);
	return text;
}

/* Weights */

static int no_such(struct lower *lower, const struct dc_profile_edge *edge)
{
	return dc_error(
		lower->diag, -EINVAL, NULL,
		"the profile has calls %s -> %s, which the graph of %s does not know: it is "
		"of another source; make both again (drivercut graph, drivercut profile)",
		edge->caller ? edge->caller : "(kernel)", edge->callee, lower->graph->driver);
}

static bool is_weightless(const struct lower *lower, const char *name)
{
	size_t i;

	for (i = 0; lower->given && i < lower->given->weightless.len; i++)
		if (!strcmp(lower->given->weightless.at[i], name))
			return true;
	return false;
}

static int add_entries(struct lower *lower, const struct dc_profile *profile)
{
	const struct dc_profile_edge *entry;

	dc_vec_each (entry, &profile->entries) {
		int function = dc_graph_function(lower->graph, entry->callee);

		/* An inline function that the compiler kept: not the driver's, see below. */
		if (function < 0 && dc_graph_kernel_function(lower->graph, entry->callee) >= 0)
			continue;
		if (function < 0)
			return no_such(lower, entry);
		lower->problem->nodes.at[lower->nodes[function]].entry_calls +=
			(int64_t)entry->calls;
		lower->called[function] += (int64_t)entry->calls;
	}
	return 0;
}

/* Calls out of an inline function that the compiler kept as one of its own: perf cannot tell which
 * of its callers made them, so each is charged. Returns false if none calls it. */
static bool charge_inline_callers(struct lower *lower, const struct dc_profile_edge *edge)
{
	int inlined = dc_graph_kernel_function(lower->graph, edge->caller);
	const struct dc_call *call;
	bool found = false;

	dc_vec_each (call, &lower->graph->calls)
		if (call->kind == DC_CALL_KERNEL && inlined >= 0 &&
		    call->callee == (unsigned)inlined) {
			lower->problem->nodes.at[lower->nodes[call->caller]].kernel_calls +=
				(int64_t)edge->calls;
			found = true;
		}
	return found;
}

static int add_edges(struct lower *lower, const struct dc_profile *profile)
{
	const struct dc_profile_edge *edge;

	dc_vec_each (edge, &profile->edges) {
		int from = dc_graph_function(lower->graph, edge->caller);
		int to = edge->kernel ? 0 : dc_graph_function(lower->graph, edge->callee);
		int64_t calls = (int64_t)edge->calls;

		if (edge->kernel && is_weightless(lower, edge->callee))
			continue;
		if (from < 0 && edge->kernel && charge_inline_callers(lower, edge))
			continue;
		if (from < 0 || to < 0 ||
		    (!edge->kernel && !dc_graph_has_edge(lower->graph, edge->caller, edge->callee)))
			return no_such(lower, edge);
		if (edge->kernel) {
			lower->problem->nodes.at[lower->nodes[from]].kernel_calls += calls;
			continue;
		}
		dc_problem_add_edge(lower->problem, lower->nodes[from], lower->nodes[to], calls,
				    calls);
		lower->called[to] += calls;
	}
	return 0;
}

/* Inline functions that no probe sees: act on the machine, call nothing that perf counted. */
static bool unseen_inline(const struct dc_kernel_function *function)
{
	return function->is_inline && !function->is_local && !function->reaches_count;
}

static void add_inlines(struct lower *lower)
{
	const struct dc_call *call;

	dc_vec_each (call, &lower->graph->calls) {
		const struct dc_kernel_function *callee;

		if (call->kind != DC_CALL_KERNEL)
			continue;
		callee = &lower->graph->kernel_functions.at[call->callee];
		if (unseen_inline(callee) && !is_weightless(lower, callee->name))
			lower->problem->nodes.at[lower->nodes[call->caller]].kernel_calls +=
				lower->called[call->caller];
	}
}

/* Edges without calls: they matter to replication and explanations. */
static void add_silent_edges(struct lower *lower)
{
	const struct dc_call *call;

	dc_vec_each (call, &lower->graph->calls)
		if (call->kind != DC_CALL_KERNEL && dc_call_counts(call))
			dc_problem_add_edge(lower->problem, lower->nodes[call->caller],
					    lower->nodes[call->callee], 0, 0);
}

/* Constraints */

static void pin(struct lower *lower, unsigned function, const char *why)
{
	dc_problem_add_pin(lower->problem, lower->nodes[function], DC_SIDE_KERNEL, why);
}

static void pin_entries(struct lower *lower)
{
	const struct dc_entry_point *entry;

	dc_vec_each (entry, &lower->graph->entry_points) {
		if (1u << entry->context & DC_CONTEXTS_ATOMIC)
			pin(lower, entry->function,
			    reason(lower, "critical root: %s, called in %s context", entry->via,
				   dc_context_name(entry->context)));
		else if (entry->context == DC_CONTEXT_INIT)
			pin(lower, entry->function,
			    reason(lower, "%s: there is no process yet, or no more", entry->via));
	}
}

/* The first lock of an atomic class among them, or NULL. */
static const struct dc_lock *atomic_lock(const struct lower *lower, const dc_indices *locks)
{
	size_t i;

	for (i = 0; i < locks->len; i++)
		if (dc_lock_class_atomic(lower->graph->locks.at[locks->at[i]].class))
			return &lower->graph->locks.at[locks->at[i]];
	return NULL;
}

static void add_call_constraint(struct lower *lower, const struct dc_call *call)
{
	const struct dc_function *caller = function_at(lower, call->caller);
	const struct dc_lock *held = atomic_lock(lower, &call->locks_held);
	size_t both[] = {lower->nodes[call->caller], lower->nodes[call->callee]};

	if (held) {
		dc_problem_add_together(lower->problem, both, 2,
					reason(lower, "%s calls it holding %s (%s:%u)",
					       caller->name, held->name, caller->file, call->line));
		return;
	}
	held = atomic_lock(lower, &caller->held);
	dc_problem_add_follow(lower->problem, both[0], both[1],
			      held && !caller->critical
				      ? reason(lower,
					       "%s calls it, itself called holding %s (%s:%u)",
					       caller->name, held->name, caller->file, call->line)
				      : reason(lower, "%s calls it in atomic context (%s:%u)",
					       caller->name, caller->file, call->line));
}

static void constrain_calls(struct lower *lower)
{
	const struct dc_call *call, *before = NULL;

	dc_vec_each (call, &lower->graph->calls) {
		if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call) || !call->atomic ||
		    call->caller == call->callee)
			continue;
		/* One reason for several calls between the same two, unless locks differ. */
		if (before && before->caller == call->caller && before->callee == call->callee &&
		    before->locks_held.len == call->locks_held.len)
			continue;
		add_call_constraint(lower, call);
		before = call;
	}
}

static const char *an_atomic_holder(const struct lower *lower, const struct dc_lock *lock)
{
	size_t i;

	for (i = 0; i < lock->holders.len; i++)
		if (function_at(lower, lock->holders.at[i])->critical)
			return function_at(lower, lock->holders.at[i])->name;
	return function_at(lower, lock->holders.at[0])->name;
}

static void keep_holders_together(struct lower *lower, const struct dc_lock *lock)
{
	size_t *nodes = dc_alloc(lock->holders.len, sizeof(*nodes));
	size_t i;

	for (i = 0; i < lock->holders.len; i++)
		nodes[i] = lower->nodes[lock->holders.at[i]];
	dc_problem_add_together(lower->problem, nodes, lock->holders.len,
				reason(lower, "all take spinlock %s", lock->name));
	free(nodes);
}

static void constrain_locks(struct lower *lower)
{
	const struct dc_lock *lock;
	size_t i;

	dc_vec_each (lock, &lower->graph->locks) {
		if (lock->class == DC_LOCK_MUTEX || !lock->holders.len)
			continue;
		if (lock->class == DC_LOCK_SPIN && !lock->in_atomic) {
			keep_holders_together(lower, lock);
			continue;
		}
		for (i = 0; i < lock->holders.len; i++)
			pin(lower, lock->holders.at[i],
			    lock->class == DC_LOCK_SPIN
				    ? reason(lower,
					     "takes spinlock %s, which atomic code takes (%s)",
					     lock->name, an_atomic_holder(lower, lock))
				    : reason(lower,
					     "has a section under %s, which a process cannot",
					     lock->name));
	}
}

/* One pin a function, for the first field. */
static void pin_field_users(struct lower *lower)
{
	bool *pinned = dc_alloc(lower->graph->functions.len, sizeof(*pinned));
	dc_shared_fields fields = {0};
	const struct dc_shared_field *field;
	size_t i;

	dc_shared_fields_find(lower->graph, &fields);
	dc_vec_each (field, &fields)
		for (i = 0; i < field->users.len; i++) {
			if (pinned[field->users.at[i]])
				continue;
			pinned[field->users.at[i]] = true;
			pin(lower, field->users.at[i],
			    reason(lower,
				   "uses %s.%s, which atomic code writes (%s), without a common "
				   "lock",
				   field->type, field->field,
				   function_at(lower, field->writer)->name));
		}
	dc_shared_fields_done(&fields);
	free(pinned);
}

static void add_given(struct lower *lower, const struct dc_lower_given *given)
{
	const struct dc_lower_group *group;
	const struct dc_lower_pin *pinned;

	dc_vec_each (pinned, &given->pins) {
		int function = dc_graph_function(lower->graph, pinned->function);

		if (function >= 0)
			pin(lower, (unsigned)function, reason(lower, "%s", pinned->reason));
	}
	dc_vec_each (group, &given->groups) {
		int one = dc_graph_function(lower->graph, group->functions[0]);
		int other = dc_graph_function(lower->graph, group->functions[1]);

		if (one >= 0 && other >= 0 && one != other)
			dc_problem_add_together(lower->problem,
						(size_t[]){lower->nodes[one], lower->nodes[other]},
						2, reason(lower, "%s", group->reason));
	}
}

/* Replication */

static bool writes_nothing(const struct dc_graph *graph, unsigned function)
{
	const struct dc_type_use *use;
	const struct dc_global *global;
	size_t i;

	dc_vec_each (use, &graph->types)
		if (use->function == function && (use->writes_count || use->addresses_count))
			return false;
	dc_vec_each (global, &graph->globals)
		for (i = 0; i < global->writers.len; i++)
			if (global->writers.at[i] == function)
				return false;
	return true;
}

static bool calls_local_only(const struct dc_graph *graph, unsigned function)
{
	const struct dc_indirect_site *site;
	const struct dc_call *call;

	dc_vec_each (call, &graph->calls)
		if (call->caller == function &&
		    (call->kind != DC_CALL_KERNEL ||
		     !graph->kernel_functions.at[call->callee].is_local))
			return false;
	dc_vec_each (site, &graph->indirect)
		if (site->caller == function)
			return false;
	return true;
}

static void mark_replicable(struct lower *lower)
{
	unsigned i;

	for (i = 0; i < lower->graph->functions.len; i++) {
		const struct dc_function *function = function_at(lower, i);
		struct dc_problem_node *node = &lower->problem->nodes.at[lower->nodes[i]];

		node->replicable = !function->address_taken && !function->takes.len &&
				   !node->kernel_calls && !dc_graph_is_entry(lower->graph, i) &&
				   calls_local_only(lower->graph, i) &&
				   writes_nothing(lower->graph, i);
	}
}

static int lower_all(struct lower *lower, const struct dc_profile *profile, enum dc_fields fields)
{
	int err = 0;
	size_t i;

	for (i = 0; i < lower->graph->functions.len; i++)
		lower->nodes[i] =
			dc_problem_add_node(lower->problem, lower->graph->functions.at[i].name,
					    lower->graph->functions.at[i].loc);
	if (profile) {
		lower->problem->seconds = (int64_t)profile->seconds;
		err = add_entries(lower, profile);
		if (!err)
			err = add_edges(lower, profile);
	}
	if (err < 0)
		return err;
	add_inlines(lower);
	add_silent_edges(lower);
	pin_entries(lower);
	constrain_calls(lower);
	constrain_locks(lower);
	if (fields == DC_FIELDS_PIN)
		pin_field_users(lower);
	if (lower->given)
		add_given(lower, lower->given);
	mark_replicable(lower);
	return dc_problem_finish(lower->diag, lower->problem);
}

int dc_lower(struct dc_diag *diag, const struct dc_graph *graph, const struct dc_profile *profile,
	     enum dc_fields fields, const struct dc_lower_given *given,
	     struct dc_problem **ret_problem)
{
	struct lower lower = {
		.diag = diag,
		.graph = graph,
		.given = given,
		.problem = dc_problem_new(graph->driver),
		.nodes = dc_alloc(graph->functions.len, sizeof(size_t)),
		.called = dc_alloc(graph->functions.len, sizeof(int64_t)),
	};
	int err;

	lower.problem->driver = dc_arena_strdup(lower.problem->arena, graph->driver);
	err = lower_all(&lower, profile, fields);
	free(lower.nodes);
	free(lower.called);
	if (err < 0)
		dc_problem_free(lower.problem);
	else
		*ret_problem = lower.problem;
	return err;
}

void dc_lower_given_done(struct dc_lower_given *given)
{
	dc_vec_done(&given->pins);
	dc_vec_done(&given->groups);
	dc_vec_done(&given->weightless);
}
