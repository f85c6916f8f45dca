/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the partitioning problem of a driver: a node for each function, weights from the profile,
 * a constraint with its reason for whatever forbids a cut, and marks on what may have two copies.
 * See build.h for the rules. */
#include "problem/build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problem/charge.h"
#include "problem/shared_fields.h"

struct builder {
	struct dc_diag *diag;
	const struct dc_graph *graph;
	const struct dc_constraints *constraints; /* or NULL */
	struct dc_problem *problem;
	size_t *nodes; /* function -> node */
	int64_t *called; /* function -> its calls in the profile */
};

static const struct dc_function *function_at(const struct builder *builder, unsigned index)
{
	return &builder->graph->functions.at[index];
}

static const char *reason(struct builder *builder, const char *fmt, ...) DC_PRINTF(2, 3);

static const char *reason(struct builder *builder, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = dc_arena_vprintf(builder->problem->arena, fmt, args);
	va_end(args);
	return text;
}

/* Weights */

static bool is_weightless(const struct builder *builder, const char *name)
{
	size_t i;

	for (i = 0; builder->constraints && i < builder->constraints->weightless.len; i++)
		if (!strcmp(builder->constraints->weightless.at[i], name))
			return true;
	return false;
}

static void add_call(struct builder *builder, unsigned from, unsigned to, int64_t calls)
{
	dc_problem_add_edge(builder->problem, builder->nodes[from], builder->nodes[to], calls,
			    calls);
	builder->called[to] += calls;
}

static void add_charge(struct builder *builder, const struct dc_charge *charge)
{
	struct dc_problem_node *nodes = builder->problem->nodes.at;
	int64_t calls = (int64_t)charge->recorded->calls;
	const dc_indices *path = &charge->path;
	size_t i;

	if (!path->len ||
	    (charge->recorded->kernel && is_weightless(builder, charge->recorded->callee)))
		return;
	for (i = 1; i < path->len; i++)
		add_call(builder, path->at[i - 1], path->at[i], calls);
	if (charge->recorded->kernel) {
		nodes[builder->nodes[path->at[path->len - 1]]].kernel_calls += calls;
	} else if (path->len == 1) {
		nodes[builder->nodes[path->at[0]]].entry_calls += calls;
		builder->called[path->at[0]] += calls;
	}
}

static void add_charges(struct builder *builder, const struct dc_charges *charges)
{
	const struct dc_charge *charge;

	dc_vec_each (charge, &charges->list)
		add_charge(builder, charge);
}

/* Inline functions that no probe sees: act on the machine, call nothing that perf counted. */
static bool unseen_inline(const struct dc_kernel_function *function)
{
	return function->is_inline && !function->is_local && !function->reaches_count;
}

static void add_inlines(struct builder *builder)
{
	const struct dc_call *call;

	dc_vec_each (call, &builder->graph->calls) {
		const struct dc_kernel_function *callee;

		if (call->kind != DC_CALL_KERNEL)
			continue;
		callee = &builder->graph->kernel_functions.at[call->callee];
		if (unseen_inline(callee) && !is_weightless(builder, callee->name))
			builder->problem->nodes.at[builder->nodes[call->caller]].kernel_calls +=
				builder->called[call->caller];
	}
}

/* Edges without calls: they matter to replication and explanations. */
static void add_silent_edges(struct builder *builder)
{
	const struct dc_call *call;

	dc_vec_each (call, &builder->graph->calls)
		if (call->kind != DC_CALL_KERNEL && dc_call_counts(call))
			dc_problem_add_edge(builder->problem, builder->nodes[call->caller],
					    builder->nodes[call->callee], 0, 0);
}

/* Constraints */

/* The basis of a constraint at a line of a function's file; line 0: the function's first. */
static struct dc_basis basis_at(const struct builder *builder, const char *code, unsigned function,
				unsigned line, const char *subject)
{
	const struct dc_function *at = function_at(builder, function);

	return (struct dc_basis){code, subject, at->name, at->file, line ? line : at->first_line};
}

static void pin(struct builder *builder, unsigned function, const struct dc_basis *basis,
		const char *why)
{
	struct dc_problem *problem = builder->problem;

	dc_problem_add_pin(problem, builder->nodes[function], DC_SIDE_KERNEL, why);
	problem->pins.at[problem->pins.len - 1].basis = dc_problem_basis(problem, basis);
}

static void together(struct builder *builder, const size_t *nodes, size_t count,
		     const struct dc_basis *basis, const char *why)
{
	struct dc_problem *problem = builder->problem;

	dc_problem_add_together(problem, nodes, count, why);
	problem->togethers.at[problem->togethers.len - 1].basis = dc_problem_basis(problem, basis);
}

static void follow(struct builder *builder, const size_t *nodes, const struct dc_basis *basis,
		   const char *why)
{
	struct dc_problem *problem = builder->problem;

	dc_problem_add_follow(problem, nodes[0], nodes[1], why);
	problem->follows.at[problem->follows.len - 1].basis = dc_problem_basis(problem, basis);
}

static void pin_entries(struct builder *builder)
{
	const struct dc_entry_point *entry;

	dc_vec_each (entry, &builder->graph->entry_points) {
		bool is_atomic = 1u << entry->context & DC_CONTEXTS_ATOMIC;
		struct dc_basis basis =
			basis_at(builder, is_atomic ? "critical-root" : "no-process",
				 entry->function, 0, entry->via);

		if (is_atomic)
			pin(builder, entry->function, &basis,
			    reason(builder, "critical root: the kernel calls it in %s context (%s)",
				   dc_context_name(entry->context), entry->via));
		else if (entry->context == DC_CONTEXT_INIT)
			pin(builder, entry->function, &basis,
			    reason(builder, "%s runs it when there is no process", entry->via));
	}
}

/* A call that ran and is not in the graph may happen in any context, under any lock. */
static void constrain_missing(struct builder *builder, const struct dc_charge *charge)
{
	const char *text = dc_charge_text(builder->problem->arena, charge);
	const char *why = reason(builder, "%s was recorded, and the graph lacks it", text);
	const dc_indices *path = &charge->path;
	struct dc_basis basis;

	if (!path->len)
		return;
	basis = basis_at(builder, "not-in-graph", path->at[0], 0, NULL);
	if (path->len == 2)
		together(builder,
			 (size_t[]){builder->nodes[path->at[0]], builder->nodes[path->at[1]]}, 2,
			 &basis, why);
	else
		pin(builder, path->at[0], &basis, why);
}

static void constrain_missing_calls(struct builder *builder, const struct dc_charges *charges)
{
	const struct dc_charge *charge;

	dc_vec_each (charge, &charges->list)
		if (dc_charge_missing(charge))
			constrain_missing(builder, charge);
}

/* The first lock of an atomic class among them, or NULL. */
static const struct dc_lock *atomic_lock(const struct builder *builder, const dc_indices *locks)
{
	size_t i;

	for (i = 0; i < locks->len; i++)
		if (dc_lock_class_atomic(builder->graph->locks.at[locks->at[i]].class))
			return &builder->graph->locks.at[locks->at[i]];
	return NULL;
}

static void add_call_constraint(struct builder *builder, const struct dc_call *call)
{
	const struct dc_function *caller = function_at(builder, call->caller);
	const struct dc_lock *held = atomic_lock(builder, &call->locks_held);
	size_t both[] = {builder->nodes[call->caller], builder->nodes[call->callee]};
	struct dc_basis basis =
		basis_at(builder, "called-with-lock", call->caller, call->line, NULL);

	if (held) {
		basis.subject = held->name;
		together(builder, both, 2, &basis,
			 reason(builder, "%s calls %s holding %s (%s:%u)", caller->name,
				function_at(builder, call->callee)->name, held->name, caller->file,
				call->line));
		return;
	}
	held = atomic_lock(builder, &caller->held);
	if (held && !caller->critical)
		basis.subject = held->name;
	else
		basis.code = "called-in-atomic";
	follow(builder, both, &basis,
	       held && !caller->critical
		       ? reason(builder, "called by %s, which is called holding %s (%s:%u)",
				caller->name, held->name, caller->file, call->line)
		       : reason(builder, "called by %s in atomic context (%s:%u)", caller->name,
				caller->file, call->line));
}

static void constrain_calls(struct builder *builder)
{
	const struct dc_call *call, *before = NULL;

	dc_vec_each (call, &builder->graph->calls) {
		if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call) || !call->atomic ||
		    call->caller == call->callee)
			continue;
		/* One reason for several calls between the same two, unless locks differ. */
		if (before && before->caller == call->caller && before->callee == call->callee &&
		    before->locks_held.len == call->locks_held.len)
			continue;
		add_call_constraint(builder, call);
		before = call;
	}
}

static const char *forbidden_text(enum dc_lock_class class)
{
	switch (class) {
	case DC_LOCK_IRQ:
		return "disables interrupts";
	case DC_LOCK_BH:
		return "disables softirqs";
	case DC_LOCK_PREEMPT:
		return "disables preemption";
	default:
		return "reads under RCU";
	}
}

static const char *atomic_holder_name(const struct builder *builder, const struct dc_lock *lock)
{
	size_t i;

	for (i = 0; i < lock->holders.len; i++)
		if (function_at(builder, lock->holders.at[i])->critical)
			return function_at(builder, lock->holders.at[i])->name;
	return function_at(builder, lock->holders.at[0])->name;
}

static void keep_holders_together(struct builder *builder, const struct dc_lock *lock)
{
	struct dc_basis basis =
		basis_at(builder, "same-spinlock", lock->holders.at[0], 0, lock->name);
	size_t *nodes = dc_alloc(lock->holders.len, sizeof(*nodes));
	size_t i;

	for (i = 0; i < lock->holders.len; i++)
		nodes[i] = builder->nodes[lock->holders.at[i]];
	together(builder, nodes, lock->holders.len, &basis,
		 reason(builder, "both take spinlock %s", lock->name));
	free(nodes);
}

static void constrain_locks(struct builder *builder)
{
	const struct dc_lock *lock;
	size_t i;

	dc_vec_each (lock, &builder->graph->locks) {
		if (lock->class == DC_LOCK_MUTEX || !lock->holders.len)
			continue;
		if (lock->class == DC_LOCK_SPIN && !lock->in_atomic) {
			keep_holders_together(builder, lock);
			continue;
		}
		for (i = 0; i < lock->holders.len; i++) {
			struct dc_basis basis = basis_at(
				builder, lock->class == DC_LOCK_SPIN ? "spinlock" : "atomic-region",
				lock->holders.at[i], 0, lock->name);

			pin(builder, lock->holders.at[i], &basis,
			    lock->class == DC_LOCK_SPIN
				    ? reason(builder,
					     "takes spinlock %s, which %s takes in atomic context",
					     lock->name, atomic_holder_name(builder, lock))
				    : reason(builder, "%s, which no process can",
					     forbidden_text(lock->class)));
		}
	}
}

/* One pin a function, for the first field. */
static void pin_field_users(struct builder *builder)
{
	bool *pinned = dc_alloc(builder->graph->functions.len, sizeof(*pinned));
	dc_shared_fields fields = {0};
	const struct dc_shared_field *field;
	size_t i;

	dc_shared_fields_find(builder->graph, &fields);
	dc_vec_each (field, &fields)
		for (i = 0; i < field->users.len; i++) {
			struct dc_basis basis;

			if (pinned[field->users.at[i]])
				continue;
			pinned[field->users.at[i]] = true;
			basis = basis_at(builder, "shared-field", field->users.at[i], 0,
					 reason(builder, "%s.%s", field->type, field->field));
			pin(builder, field->users.at[i], &basis,
			    reason(builder,
				   "uses %s.%s, which %s writes in atomic context, with no lock "
				   "in common",
				   field->type, field->field,
				   function_at(builder, field->writer)->name));
		}
	dc_shared_fields_done(&fields);
	free(pinned);
}

/* The basis of a constraint of marshal/; what it does not say is taken from the function. */
static struct dc_basis basis_of(const struct builder *builder, unsigned function,
				const struct dc_constraint_place *place, unsigned proposal)
{
	struct dc_basis basis = basis_at(builder,
					 place->code ? place->code
					 : proposal  ? "missing-annotation"
						     : "cannot-cross",
					 function, place->line, place->subject);

	if (place->file)
		basis.file = place->file;
	return basis;
}

static void add_constraints(struct builder *builder, const struct dc_constraints *constraints)
{
	const struct dc_constraint_group *group;
	const struct dc_constraint_pin *pinned;

	dc_vec_each (pinned, &constraints->pins) {
		int function = dc_graph_function(builder->graph, pinned->function);
		struct dc_basis basis;

		if (function < 0)
			continue;
		basis = basis_of(builder, (unsigned)function, &pinned->place, pinned->proposal);
		pin(builder, (unsigned)function, &basis, pinned->reason);
	}
	dc_vec_each (group, &constraints->groups) {
		int one = dc_graph_function(builder->graph, group->functions[0]);
		int other = dc_graph_function(builder->graph, group->functions[1]);

		struct dc_basis basis;

		if (one < 0 || other < 0 || one == other)
			continue;
		basis = basis_of(builder, (unsigned)one, &group->place, group->proposal);
		together(builder, (size_t[]){builder->nodes[one], builder->nodes[other]}, 2, &basis,
			 group->reason);
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

static void mark_replicable(struct builder *builder)
{
	unsigned i;

	for (i = 0; i < builder->graph->functions.len; i++) {
		const struct dc_function *function = function_at(builder, i);
		struct dc_problem_node *node = &builder->problem->nodes.at[builder->nodes[i]];

		node->replicable = !function->address_taken && !function->takes.len &&
				   !node->kernel_calls && !dc_graph_is_entry(builder->graph, i) &&
				   calls_local_only(builder->graph, i) &&
				   writes_nothing(builder->graph, i);
	}
}

/* The weights, and what recorded calls that the graph lacks forbid. */
static int add_profile(struct builder *builder, const struct dc_profile *profile)
{
	struct dc_charges charges;
	int err;

	builder->problem->seconds = (int64_t)profile->seconds;
	dc_charges_find(builder->graph, profile, &charges);
	err = dc_charges_check(builder->diag, builder->graph, &charges);
	if (!err) {
		add_charges(builder, &charges);
		constrain_missing_calls(builder, &charges);
	}
	dc_charges_done(&charges);
	return err;
}

static int build(struct builder *builder, const struct dc_profile *profile, enum dc_fields fields)
{
	int err = 0;
	size_t i;

	for (i = 0; i < builder->graph->functions.len; i++)
		builder->nodes[i] =
			dc_problem_add_node(builder->problem, builder->graph->functions.at[i].name,
					    builder->graph->functions.at[i].loc);
	if (profile)
		err = add_profile(builder, profile);
	else
		builder->problem->weighed = DC_WEIGHTS_NONE;
	if (err < 0)
		return err;
	add_inlines(builder);
	add_silent_edges(builder);
	pin_entries(builder);
	constrain_calls(builder);
	constrain_locks(builder);
	if (fields == DC_FIELDS_PIN)
		pin_field_users(builder);
	if (builder->constraints)
		add_constraints(builder, builder->constraints);
	mark_replicable(builder);
	return dc_problem_finish(builder->diag, builder->problem);
}

int dc_problem_of_driver(struct dc_diag *diag, const struct dc_graph *graph,
			 const struct dc_profile *profile, enum dc_fields fields,
			 const struct dc_constraints *constraints, struct dc_problem **ret_problem)
{
	struct builder builder = {
		.diag = diag,
		.graph = graph,
		.constraints = constraints,
		.problem = dc_problem_new(graph->driver),
		.nodes = dc_alloc(graph->functions.len, sizeof(size_t)),
		.called = dc_alloc(graph->functions.len, sizeof(int64_t)),
	};
	int err;

	builder.problem->driver = dc_arena_strdup(builder.problem->arena, graph->driver);
	err = build(&builder, profile, fields);
	free(builder.nodes);
	free(builder.called);
	if (err < 0)
		dc_problem_free(builder.problem);
	else
		*ret_problem = builder.problem;
	return err;
}
