/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides the form of each function in each component: as it was written, as a stub, or left out. A
 * component has the functions that the cut put there. Their references add copies of functions that
 * are on both sides, and stubs of functions that are on the other side. Then come the other
 * decisions that the printers need: the kernel's functions that are called across, the types of
 * objects, numbers, locks.
 */
#include "emit/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit/depth.h"
#include "emit/mentions.h"
#include "emit/undo.h"
#include "marshal/proposals.h"
#include "marshal/signature.h"
#include "marshal/uses.h"

static const struct dc_sides_node *find_side(const struct dc_sides *sides, const char *name)
{
	const struct dc_sides_node *node;

	dc_vec_each (node, &sides->nodes)
		if (!strcmp(node->id, name))
			return node;
	return NULL;
}

static void mark_used(const struct dc_emit_plan *plan, const char *name, bool *used)
{
	const struct dc_definition *definition = dc_source_find(plan->source, name);
	size_t i;

	if (!definition || used[definition - plan->source->definitions.at])
		return;
	used[definition - plan->source->definitions.at] = true;
	for (i = 0; i < definition->refers.len; i++)
		mark_used(plan, definition->refers.at[i], used);
}

/* Static functions that nobody uses are not in the graph, nor in a cut; they stay in the kernel. */
static bool *find_used(const struct dc_emit_plan *plan, const bool *named)
{
	bool *used = dc_alloc(plan->count + 1, sizeof(*used));
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (named[i] || !plan->functions[i].definition->is_static)
			mark_used(plan, plan->functions[i].definition->name, used);
	for (i = 0; i < plan->source->file_refers.len; i++)
		mark_used(plan, plan->source->file_refers.at[i], used);
	return used;
}

/* The graph has every function that can run. One that only code names which never runs, under
 * `if (IS_ENABLED(CONFIG_...))` of an option that is off, is not in it, but must be declared. */
static bool can_run(const struct dc_emit_plan *plan, size_t i)
{
	return dc_graph_function(plan->marshal->graph, plan->functions[i].definition->name) >= 0;
}

static int read_sides(struct dc_diag *diag, struct dc_emit_plan *plan, const struct dc_sides *sides,
		      const char *path, const bool *used)
{
	const struct dc_sides_node *node;
	size_t i;

	dc_vec_each (node, &sides->nodes)
		if (!dc_source_find(plan->source, node->id))
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"sides: the source has no function '%s': the cut was made "
					"from another source or driver; solve again",
					node->id);
	for (i = 0; i < plan->count; i++) {
		struct dc_emit_function *function = &plan->functions[i];

		node = find_side(sides, function->definition->name);
		if (!node && (!used[i] || !can_run(plan, i)))
			continue;
		if (!node)
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"sides: '%s' (%s:%u) is missing: the cut was made from "
					"another source, or is incomplete; solve again",
					function->definition->name, function->definition->file,
					function->definition->first_line);
		function->placement = node->placement;
		function->reason = node->reason;
	}
	return 0;
}

/* Presence */

bool dc_emit_runs_on(const struct dc_emit_function *function, enum dc_side side)
{
	return function->placement == DC_PLACEMENT_BOTH ||
	       (function->placement == DC_PLACEMENT_KERNEL) == (side == DC_SIDE_KERNEL);
}

static void add_reference(struct dc_emit_plan *plan, const char *name, enum dc_side side);

/* Functions that one calls through pointers, wherever those were set. */
static void add_indirect_references(struct dc_emit_plan *plan, const char *caller,
				    enum dc_side side)
{
	const struct dc_graph *graph = plan->marshal->graph;
	int index = dc_graph_function(graph, caller);
	const struct dc_call *call;

	dc_vec_each (call, &graph->calls)
		if ((int)call->caller == index && call->kind == DC_CALL_INDIRECT &&
		    dc_call_counts(call))
			add_reference(plan, graph->functions.at[call->callee].name, side);
}

/* Adds a function as it was written to a component, and everything that it refers to. */
static void add_native(struct dc_emit_plan *plan, struct dc_emit_function *function,
		       enum dc_side side)
{
	const struct dc_definition *definition = function->definition;
	size_t i;

	if (function->on[side] == DC_NATIVE)
		return;
	function->on[side] = DC_NATIVE;
	for (i = 0; i < definition->refers.len; i++)
		add_reference(plan, definition->refers.at[i], side);
	if (!plan->all_kernel)
		add_indirect_references(plan, definition->name, side);
}

static void add_reference(struct dc_emit_plan *plan, const char *name, enum dc_side side)
{
	const struct dc_definition *definition = dc_source_find(plan->source, name);
	struct dc_emit_function *function;

	if (!definition)
		return; /* declared, never defined in this configuration */
	if (definition->of_tracepoint && side == DC_SIDE_USER)
		return;
	function = &plan->functions[definition - plan->source->definitions.at];
	if (dc_emit_runs_on(function, side))
		add_native(plan, function, side);
	else if (function->on[side] == DC_ABSENT)
		function->on[side] = DC_STUB;
}

static bool is_entry(const struct dc_emit_plan *plan, size_t i)
{
	const struct dc_graph *graph = plan->marshal->graph;
	int function = dc_graph_function(graph, plan->functions[i].definition->name);

	return function >= 0 && dc_graph_is_entry(graph, (unsigned)function);
}

static void find_presence(struct dc_emit_plan *plan, const bool *named, const bool *used)
{
	enum dc_side side;
	size_t i;

	for (side = DC_SIDE_KERNEL; side <= DC_SIDE_USER; side++) {
		for (i = 0; i < plan->count; i++) {
			struct dc_emit_function *function = &plan->functions[i];

			if (function->definition->of_tracepoint && side == DC_SIDE_USER)
				continue;
			if (function->definition->fixed && !used[i])
				function->on[side] = DC_NATIVE;
			else if (function->definition->fixed ||
				 (function->placement != DC_PLACEMENT_BOTH &&
				  dc_emit_runs_on(function, side)))
				add_native(plan, function, side);
		}
		for (i = 0; i < plan->source->file_refers.len; i++)
			add_reference(plan, plan->source->file_refers.at[i], side);
		/* The kernel calls entry points whose address the process passes to it. */
		for (i = 0; side == DC_SIDE_KERNEL && i < plan->count; i++)
			if (plan->functions[i].placement == DC_PLACEMENT_USER && is_entry(plan, i))
				add_reference(plan, plan->functions[i].definition->name, side);
		/* Macros at file scope that name functions are the kernel's, and expand to nothing
		 * on the user side. */
		for (i = 0; side == DC_SIDE_KERNEL && i < plan->count; i++)
			if (named[i])
				add_reference(plan, plan->functions[i].definition->name, side);
	}
	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].on[DC_SIDE_KERNEL] == DC_ABSENT &&
		    plan->functions[i].on[DC_SIDE_USER] == DC_ABSENT)
			add_native(plan, &plan->functions[i], DC_SIDE_KERNEL);
}

static int refuse_cut(struct dc_diag *diag, const struct dc_emit_function *function,
		      const char *what)
{
	const struct dc_definition *definition = function->definition;

	return dc_error(diag, -EINVAL, DC_LINE(definition->file, definition->first_line),
			"%s %s, so no stub can replace it; keep it and its callers in the kernel "
			"(drivercut solve --rules, or --pin %s=kernel)",
			definition->name, what, definition->name);
}

/* Reports that a function's arguments cannot cross, and proposes an annotation. */
static int refuse_crossing(struct dc_diag *diag, const struct dc_marshal *marshal,
			   const struct dc_definition *definition, const char *refusal)
{
	struct dc_proposal proposal = {.why = refusal};
	const struct dc_parameter *parameter;

	if (!dc_propose_arguments(marshal, definition, &proposal))
		dc_vec_each (parameter, &definition->parameters) {
			const char *record = dc_untracked_struct(marshal, &parameter->value);

			if (record && !proposal.row) {
				dc_propose_struct(marshal, record, definition, &proposal);
				proposal.why = refusal;
			}
		}
	if (!proposal.row)
		return dc_error(diag, -EINVAL, DC_LINE(definition->file, definition->first_line),
				"%s cannot be called across: %s; keep it with its callers "
				"(drivercut solve --rules, or --pin %s=kernel)",
				definition->name, proposal.why, definition->name);
	return dc_error(diag, -EINVAL, DC_LINE(definition->file, definition->first_line),
			"%s cannot be called across: %s; add a row to %s, \"%s\": perhaps %s "
			"(drivercut annotate lists all), or keep it with its callers "
			"(drivercut solve --rules, or --pin %s=kernel)",
			definition->name, proposal.why, marshal->path, proposal.section,
			proposal.row, definition->name);
}

bool dc_emit_is_dead(const struct dc_emit_function *function, enum dc_side side)
{
	return function->definition->fixed && function->on[side] == DC_NATIVE &&
	       !dc_emit_runs_on(function, side);
}

/* Whether a function that runs in the process refers to one. */
static bool user_refers(const struct dc_emit_plan *plan, const struct dc_definition *to)
{
	size_t i, j;

	for (i = 0; i < plan->count; i++) {
		const struct dc_definition *from = plan->functions[i].definition;

		if (!dc_emit_runs_on(&plan->functions[i], DC_SIDE_USER) ||
		    plan->functions[i].on[DC_SIDE_USER] != DC_NATIVE)
			continue;
		for (j = 0; j < from->refers.len; j++)
			if (!strcmp(from->refers.at[j], to->name))
				return true;
	}
	return false;
}

/* Whether a function whose text both components keep must be callable across all the same. */
static bool copied_text_crosses(const struct dc_emit_plan *plan,
				const struct dc_emit_function *function)
{
	if (!function->definition->fixed)
		return false;
	return function->placement == DC_PLACEMENT_USER ||
	       (function->placement == DC_PLACEMENT_KERNEL &&
		user_refers(plan, function->definition));
}

/* Whether a side calls its stub of a function, or only names it. Dead text does not call. */
static bool is_called(const struct dc_emit_plan *plan, const struct dc_emit_function *function,
		      enum dc_side side)
{
	const struct dc_graph *graph = plan->marshal->graph;
	int index = dc_graph_function(graph, function->definition->name);
	const struct dc_call *call;

	if (side == DC_SIDE_KERNEL && is_entry(plan, (size_t)(function - plan->functions)))
		return true;
	dc_vec_each (call, &graph->calls) {
		const struct dc_definition *definition;
		const struct dc_emit_function *caller;

		if (call->kind == DC_CALL_KERNEL || (int)call->callee != index ||
		    !dc_call_counts(call))
			continue;
		definition = dc_source_find(plan->source, graph->functions.at[call->caller].name);
		if (!definition)
			continue;
		caller = &plan->functions[definition - plan->source->definitions.at];
		if (caller->on[side] == DC_NATIVE && !dc_emit_is_dead(caller, side))
			return true;
	}
	return false;
}

static int find_crossings(struct dc_diag *diag, struct dc_emit_plan *plan)
{
	int err = 0;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		struct dc_emit_function *function = &plan->functions[i];
		struct dc_signature signature;

		function->crosses = (function->on[DC_SIDE_KERNEL] == DC_STUB &&
				     is_called(plan, function, DC_SIDE_KERNEL)) ||
				    (function->on[DC_SIDE_USER] == DC_STUB &&
				     is_called(plan, function, DC_SIDE_USER)) ||
				    copied_text_crosses(plan, function);
		if (!function->crosses)
			continue;
		function->is_upcall = function->placement == DC_PLACEMENT_USER;
		function->is_downcall = !function->is_upcall;
		dc_signature_of_function(plan->marshal, function->definition, &signature);
		if (function->definition->uncuttable)
			err = refuse_cut(diag, function, function->definition->uncuttable);
		else if (function->definition->is_init)
			err = refuse_cut(diag, function,
					 "is __init (its memory is freed after loading)");
		else if (signature.refusal)
			err = refuse_crossing(diag, plan->marshal, function->definition,
					      signature.refusal);
		dc_vec_done(&signature.arguments);
	}
	return err;
}

/* The kernel's functions that the process calls, and the types of objects. */

static int order_kernel(const void *a, const void *b)
{
	return strcmp(((const struct dc_emit_kernel *)a)->prototype->name,
		      ((const struct dc_emit_kernel *)b)->prototype->name);
}

/* A function of the kernel, if its rule makes it a downcall, and not the library; once. */
static void add_downcall(struct dc_emit_plan *plan, const char *name, const struct dc_rule *rule)
{
	const struct dc_prototype *prototype = dc_prototype_find(&plan->source->layouts, name);
	const struct dc_emit_kernel *at;

	if (!prototype || rule->define ||
	    (rule->class != DC_RULE_DOWNCALL && rule->class != DC_RULE_DOWNCALL_ON_CALLER))
		return;
	dc_vec_each (at, &plan->kernel)
		if (at->prototype == prototype)
			return;
	dc_vec_push(&plan->kernel, (struct dc_emit_kernel){.prototype = prototype, .rule = rule});
}

/* Functions that are not inline and that an inline function of the headers calls. */
static void add_inner(struct dc_emit_plan *plan, const char *name)
{
	const struct dc_inner_call *inner;

	dc_vec_each (inner, &plan->source->layouts.inner_calls) {
		const struct dc_rule *rule = dc_rules_find(plan->marshal->rules, inner->callee);

		if (rule && !strcmp(inner->function, name))
			add_downcall(plan, inner->callee, rule);
	}
}

static void add_kernel(struct dc_emit_plan *plan, const struct dc_use *use)
{
	const struct dc_rule *rule;
	const char *name;
	bool needs_none;

	rule = dc_rule_for_use(plan->marshal->rules, plan->marshal->graph, use, &name, &needs_none);
	if (rule && rule->header_code) /* it calls what has rules of its own */
		add_inner(plan, name);
	else if (rule)
		add_downcall(plan, name, rule);
}

/* A function without a rule that a table or dead text names: functions in the process never call
 * it, or they would use it and be pinned to the kernel. */
static void add_unreachable(struct dc_emit_plan *plan, const struct dc_prototype *prototype)
{
	const struct dc_rule *rule = dc_rules_find(plan->marshal->rules, prototype->name);
	size_t i;

	for (i = 0; i < plan->unreachable.len; i++)
		if (plan->unreachable.at[i] == prototype->name)
			return;
	if (!rule || rule->class == DC_RULE_NONE)
		dc_vec_push(&plan->unreachable, prototype->name);
}

/* A function of the kernel that text of the process names, but never runs. */
static void add_named(struct dc_emit_plan *plan, const char *name)
{
	const struct dc_prototype *prototype = dc_prototype_find(&plan->source->layouts, name);
	const struct dc_inner_call *inner;

	/* A rule may make a downcall of an inline function, too. */
	if (prototype && (!prototype->is_inline || dc_rules_find(plan->marshal->rules, name)))
		add_kernel(plan, &(struct dc_use){.kind = DC_USE_FUNCTION, .name = name});
	if (prototype && !prototype->is_inline)
		add_unreachable(plan, prototype);
	dc_vec_each (inner, &plan->source->layouts.inner_calls)
		if (prototype && prototype->is_inline && !strcmp(inner->function, name))
			add_named(plan, inner->callee);
}

static void add_variable(struct dc_emit_plan *plan, const char *name)
{
	const struct dc_rule *rule = dc_rules_find(plan->marshal->rules, name);
	size_t i;

	for (i = 0; i < plan->unreachable_variables.len; i++)
		if (plan->unreachable_variables.at[i] == name)
			return;
	if (!rule || rule->class == DC_RULE_NONE)
		dc_vec_push(&plan->unreachable_variables, name);
}

/* The text of a function that runs in the kernel and cannot be removed from the process. */
static void add_dead(struct dc_emit_plan *plan, const struct dc_definition *definition)
{
	const struct dc_use *use;

	dc_vec_each (use, &definition->uses)
		if (use->kind == DC_USE_VARIABLE)
			add_variable(plan, use->name);
		else if (use->kind == DC_USE_FUNCTION || (use->kind == DC_USE_MACRO && use->inner))
			add_named(plan, use->kind == DC_USE_MACRO ? use->inner : use->name);
}

static void find_kernel(struct dc_emit_plan *plan)
{
	const struct dc_prototype *prototype;
	const struct dc_use *use;
	size_t i;

	dc_vec_each (prototype, &plan->source->layouts.prototypes)
		if (prototype->in_table && !prototype->is_inline)
			add_named(plan, prototype->name);
	for (i = 0; i < plan->source->layouts.table_variables.len; i++)
		add_variable(plan, plan->source->layouts.table_variables.at[i]);

	for (i = 0; i < plan->count; i++)
		if (dc_emit_is_dead(&plan->functions[i], DC_SIDE_USER))
			add_dead(plan, plan->functions[i].definition);
		else if (plan->functions[i].on[DC_SIDE_USER] == DC_NATIVE)
			dc_vec_each (use, &plan->functions[i].definition->uses)
				add_kernel(plan, use);
	if (plan->kernel.len)
		qsort(plan->kernel.at, plan->kernel.len, sizeof(*plan->kernel.at), order_kernel);
}

static void find_types(struct dc_emit_plan *plan)
{
	bool *user = dc_alloc(plan->count + 1, sizeof(*user));
	size_t i;

	for (i = 0; i < plan->count; i++)
		user[i] = plan->functions[i].on[DC_SIDE_USER] == DC_NATIVE;
	dc_object_types_find(plan->marshal, user, &plan->types);
	free(user);
}

/* Numbers the functions whose address crosses: tables and assignments name them. The functions of
 * one file are neighbours, in the order of the files. */
static void number_code(struct dc_emit_plan *plan)
{
	const struct dc_graph *graph = plan->marshal->graph;
	const struct dc_source_file *file;
	size_t i;

	dc_vec_each (file, &plan->source->files)
		for (i = 0; file->is_unit && i < plan->count; i++) {
			struct dc_emit_function *function = &plan->functions[i];
			int index = dc_graph_function(graph, function->definition->name);

			if (!strcmp(function->definition->unit, file->name) && index >= 0 &&
			    graph->functions.at[index].address_taken)
				function->code = (int)plan->code_count++;
		}
}

static void find_locks(struct dc_emit_plan *plan)
{
	struct dc_emit_kernel *kernel;

	dc_vec_each (kernel, &plan->kernel) {
		const char *target = emit_lock_target(plan, kernel->prototype->name);

		kernel->target = target ? target : kernel->prototype->name;
	}
}

int dc_emit_plan_sides(struct dc_diag *diag, const struct dc_marshal *marshal,
		       const struct dc_sides *sides, const char *cut_path, struct dc_emit_plan *ret)
{
	const struct dc_source *source = marshal->source;
	struct dc_emit_plan plan = {
		.source = source,
		.marshal = marshal,
		.all_kernel = !sides,
		.functions = dc_alloc(source->definitions.len + 1, sizeof(*plan.functions)),
		.count = source->definitions.len,
	};
	bool *named = dc_alloc(plan.count + 1, sizeof(*named)), *used = NULL;
	int err = 0;
	size_t i;

	for (i = 0; i < plan.count; i++) {
		plan.functions[i].definition = &source->definitions.at[i];
		plan.functions[i].placement = DC_PLACEMENT_KERNEL;
		plan.functions[i].reason = "";
		plan.functions[i].code = -1;
	}
	err = emit_find_mentions(diag, source, named);
	if (!err)
		used = find_used(&plan, named);
	if (!err && sides)
		err = read_sides(diag, &plan, sides, cut_path, used);
	if (!err)
		find_presence(&plan, named, used);
	free(used);
	free(named);
	if (err < 0)
		dc_emit_plan_done(&plan);
	else
		*ret = plan;
	return err;
}

int dc_emit_plan_make(struct dc_diag *diag, const struct dc_marshal *marshal,
		      const struct dc_sides *sides, const char *cut_path, struct dc_emit_plan *ret)
{
	struct dc_emit_plan plan;
	int err = dc_emit_plan_sides(diag, marshal, sides, cut_path, &plan);

	if (err < 0)
		return err;
	err = find_crossings(diag, &plan);
	if (err < 0) {
		dc_emit_plan_done(&plan);
		return err;
	}
	number_code(&plan);
	if (sides) {
		emit_find_depth(&plan);
		find_kernel(&plan);
		emit_find_undos(&plan);
		find_locks(&plan);
		find_types(&plan);
	}
	*ret = plan;
	return 0;
}

void dc_emit_plan_done(struct dc_emit_plan *plan)
{
	dc_object_types_done(&plan->types);
	dc_vec_done(&plan->kernel);
	dc_vec_done(&plan->undos);
	dc_vec_done(&plan->deepest);
	dc_vec_done(&plan->unreachable);
	dc_vec_done(&plan->unreachable_variables);
	free(plan->functions);
	*plan = (struct dc_emit_plan){0};
}
