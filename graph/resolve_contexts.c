/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the entry points of the kernel, and spreads contexts, locks and the critical set from them
 * along the edges that count. */
#include <stdlib.h>
#include <string.h>

#include "graph/resolve.h"

/* Entry points */

static bool is_registered_by(struct dc_resolve *resolve, const struct dc_registered *by)
{
	const char *name = dc_facts_name(resolve->facts, by->name);
	const char *const *used;

	if (by->is_function)
		return dc_map_get(&resolve->kernel, name) >= 0;
	dc_vec_each (used, &resolve->facts->uses)
		if (*used == name)
			return true;
	return false;
}

/* The context that a rule gives, the structure registered as this driver does. */
static enum dc_context context_of(struct dc_resolve *resolve, const struct dc_context_rule *rule)
{
	enum dc_context context = DC_CONTEXT_COUNT;
	size_t i;

	for (i = 0; i < rule->registered_count; i++) {
		const struct dc_registered *by = &rule->registered[i];

		if (!is_registered_by(resolve, by))
			continue;
		if (context == DC_CONTEXT_COUNT || (1u << by->context & DC_CONTEXTS_ATOMIC))
			context = by->context;
	}
	return context == DC_CONTEXT_COUNT ? rule->context : context;
}

/* rule->place is FUNCTION#ARGUMENT */
static void note_from_caller(struct dc_resolve *resolve, const struct dc_context_rule *rule,
			     unsigned function)
{
	char *name = dc_printf("%.*s", (int)strcspn(rule->place, "#"), rule->place);
	int kernel = dc_map_get(&resolve->kernel, dc_facts_name(resolve->facts, name));

	free(name);
	if (kernel >= 0)
		dc_vec_push(&resolve->from_callers,
			    (struct dc_caller_context){function, (unsigned)kernel, rule->via});
}

/* The rule for a function that other modules may call by its name; NULL: nothing is known. */
static const struct dc_context_rule *rule_of_export(struct dc_resolve *resolve, unsigned function)
{
	char *place = dc_printf(DC_FAMILY_EXPORT, resolve->graph->functions.at[function].name);
	const struct dc_context_rule *rule = dc_family_rule(resolve->facts->family, place);

	free(place);
	return rule;
}

static void add_entry(struct dc_resolve *resolve, const struct dc_fact_cell *cell,
		      const struct dc_context_rule *rule, unsigned function)
{
	struct dc_entry_point entry = {.function = function, .via = cell->name};

	if (rule && rule->context == DC_CONTEXT_UNKNOWN) {
		entry.via = rule->via;
		rule = rule_of_export(resolve, function);
	} else if (rule && !strchr(rule->via, '*')) {
		entry.via = rule->via;
	}
	entry.context = rule ? context_of(resolve, rule) : DC_CONTEXT_UNKNOWN;
	entry.known = rule != NULL;
	if (rule && rule->from_caller)
		note_from_caller(resolve, rule, function);
	dc_vec_push(&resolve->graph->entry_points, entry);
}

static void add_entries_of_cell(struct dc_resolve *resolve, const struct dc_fact_cell *cell)
{
	const struct dc_context_rule *rule = dc_family_rule(resolve->facts->family, cell->name);
	unsigned i;

	if (!rule && dc_resolve_place(resolve, cell->name) == DC_PLACE_DRIVER)
		return;
	for (i = 0; i < resolve->graph->functions.len; i++)
		if (cell->functions[i / 64] >> (i % 64) & 1)
			add_entry(resolve, cell, rule, i);
}

static int compare_entries(const void *a, const void *b)
{
	const struct dc_entry_point *left = a, *right = b;

	if (left->function != right->function)
		return left->function < right->function ? -1 : 1;
	return strcmp(left->via, right->via);
}

/* One warning for all functions that are exported. */
static void warn_of_exports(struct dc_resolve *resolve)
{
	const struct dc_graph *graph = resolve->graph;
	const struct dc_function *first = NULL, *function;
	const struct dc_entry_point *entry;
	const char *names = NULL;
	size_t count = 0;

	dc_vec_each (entry, &graph->entry_points) {
		if (entry->known || strcmp(entry->via, DC_FAMILY_EXPORTED) != 0)
			continue;
		function = &graph->functions.at[entry->function];
		first = first ? first : function;
		if (count++ < 3)
			names = dc_arena_printf(graph->arena, "%s%s%s", names ? names : "",
						names ? ", " : "", function->name);
	}
	if (count)
		dc_warn(resolve->diag, DC_LINE(first->file, first->first_line),
			"%zu functions are exported to other modules (%s%s), which may call them "
			"in "
			"any context; they are treated as critical. Rows \"exports\" in a "
			"families.json "
			"of the driver's folder can say more",
			count, names, count > 3 ? ", ..." : "");
}

static void warn_of_entry(struct dc_resolve *resolve, const struct dc_entry_point *entry)
{
	const struct dc_function *function = &resolve->graph->functions.at[entry->function];
	const struct dc_pos *pos = DC_LINE(function->file, function->first_line);

	if (!strcmp(entry->via, DC_FAMILY_EXPORTED))
		return;
	if (dc_resolve_place(resolve, entry->via) == DC_PLACE_SHARED)
		dc_warn(resolve->diag, pos,
			"%s is passed to another module through %s, for which no template has a "
			"row; "
			"it is treated as critical. Add a row to a families.json of the driver's "
			"folder",
			function->name, entry->via);
	else
		dc_warn(resolve->diag, pos,
			"%s is passed to the kernel through %s, for which no template has a row; "
			"it "
			"is treated as critical. Add a row to a file of graph/families (%s) or to "
			"a "
			"families.json of the driver's folder",
			function->name, entry->via, resolve->graph->family);
}

void dc_resolve_entry_points(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_entry_point *entry;
	const struct dc_fact_cell *cell;

	dc_vec_each (cell, &resolve->cells)
		add_entries_of_cell(resolve, cell);
	if (graph->entry_points.len)
		qsort(graph->entry_points.at, graph->entry_points.len,
		      sizeof(*graph->entry_points.at), compare_entries);
	dc_vec_each (entry, &graph->entry_points) {
		struct dc_function *function = &graph->functions.at[entry->function];

		function->contexts |= 1u << entry->context;
		if (!(1u << entry->context & DC_CONTEXTS_ATOMIC))
			continue;
		if (!function->root)
			function->root = entry->via;
		if (!entry->known)
			warn_of_entry(resolve, entry);
	}
	warn_of_exports(resolve);
}

/* Contexts, the critical set, locks: along the edges that count */

static void spread_contexts(struct dc_graph *graph)
{
	const struct dc_call *call;
	bool grown;

	do {
		grown = false;
		dc_vec_each (call, &graph->calls) {
			struct dc_function *caller = &graph->functions.at[call->caller], *callee;

			if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call))
				continue;
			callee = &graph->functions.at[call->callee];
			grown |= (caller->contexts & ~callee->contexts) != 0;
			callee->contexts |= caller->contexts;
		}
	} while (grown);
}

/* Breadth first, so that the chain to a root is a shortest one. */
static void spread_critical(struct dc_graph *graph)
{
	dc_indices queue = {0};
	size_t head, i;

	for (i = 0; i < graph->functions.len; i++)
		if (graph->functions.at[i].root) {
			graph->functions.at[i].critical = true;
			dc_vec_push(&queue, (unsigned)i);
		}
	for (head = 0; head < queue.len; head++) {
		const struct dc_call *call;

		dc_vec_each (call, &graph->calls) {
			struct dc_function *callee;

			if (call->caller != queue.at[head] || call->kind == DC_CALL_KERNEL ||
			    !dc_call_counts(call))
				continue;
			callee = &graph->functions.at[call->callee];
			if (callee->critical)
				continue;
			callee->critical = true;
			callee->critical_from = (int)call->caller;
			dc_vec_push(&queue, call->callee);
		}
	}
	dc_vec_done(&queue);
}

/* Adds the callers' locks that are still held at the call. */
static void add_kept(dc_indices *to, const dc_indices *held, const struct dc_call *call)
{
	size_t i;

	for (i = 0; i < held->len; i++)
		if (!dc_indices_has(&call->locks_dropped, held->at[i]))
			dc_indices_add(to, held->at[i]);
}

static void spread_locks(struct dc_graph *graph)
{
	const struct dc_call *call;
	struct dc_function *function;
	bool grown;
	size_t i;

	do {
		grown = false;
		dc_vec_each (call, &graph->calls) {
			dc_indices *to;
			size_t before;

			if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call))
				continue;
			to = &graph->functions.at[call->callee].held;
			before = to->len;
			for (i = 0; i < call->locks_held.len; i++)
				dc_indices_add(to, call->locks_held.at[i]);
			if (call->callee != call->caller)
				add_kept(to, &graph->functions.at[call->caller].held, call);
			grown |= to->len > before;
		}
	} while (grown);
	dc_vec_each (function, &graph->functions)
		dc_indices_sort(&function->held);
}

static void mark_atomic_calls(struct dc_graph *graph)
{
	struct dc_call *call;

	dc_vec_each (call, &graph->calls) {
		const struct dc_function *caller = &graph->functions.at[call->caller];
		dc_indices kept = {0};

		add_kept(&kept, &caller->held, call);
		call->atomic = (caller->contexts & DC_CONTEXTS_ATOMIC) != 0 || caller->critical ||
			       dc_graph_any_atomic(graph, &call->locks_held) ||
			       dc_graph_any_atomic(graph, &kept);
		dc_vec_done(&kept);
	}
}

/* The function of a lock that comes in through a parameter, "FUNCTION#N"; NULL: another lock. */
static const char *function_of_parameter(struct dc_facts *facts, const char *lock,
					 unsigned *ret_parameter)
{
	const char *mark = strrchr(lock, '#');

	if (!mark || lock[0] == '*')
		return NULL;
	*ret_parameter = (unsigned)atoi(mark + 1);
	return dc_facts_namef(facts, "%.*s", (int)(mark - lock), lock);
}

/* The lock that a call passes as an argument; NULL: none is known. */
static const char *passed_lock(const struct dc_facts *facts, const struct dc_fact_call *call,
			       unsigned argument)
{
	unsigned i;

	for (i = 0; i < call->lock_count; i++)
		if (facts->lock_arguments.at[call->first_lock + i].argument == argument)
			return facts->lock_arguments.at[call->first_lock + i].object;
	return NULL;
}

static bool add_holder(struct dc_resolve *resolve, unsigned function, unsigned lock, int depth);

/* Makes a function a holder of all locks that callers pass for a parameter. */
static bool add_callers_locks(struct dc_resolve *resolve, unsigned function, const char *symbol,
			      unsigned parameter, enum dc_lock_class class, int depth)
{
	int callee = dc_map_get(&resolve->functions, symbol);
	const struct dc_fact_call *call;
	bool known = false;

	if (callee < 0 || depth > 8 || resolve->graph->functions.at[callee].address_taken)
		return false;
	dc_vec_each (call, &resolve->facts->calls) {
		const char *object;

		if (call->callee != symbol)
			continue;
		object = passed_lock(resolve->facts, call, parameter);
		if (!object || !add_holder(resolve, function,
					   dc_facts_lock(resolve->facts, object, class), depth + 1))
			return false;
		known = true;
	}
	return known;
}

/* Notes that a function has a region of a lock. False: it may be any lock of its class. */
static bool add_holder(struct dc_resolve *resolve, unsigned function, unsigned lock, int depth)
{
	struct dc_graph *graph = resolve->graph;
	const char *symbol;
	unsigned parameter;

	if (lock >= graph->locks.len)
		return false;
	dc_indices_add(&graph->functions.at[function].takes, lock);
	dc_indices_add(&graph->locks.at[lock].holders, function);
	symbol = function_of_parameter(resolve->facts, graph->locks.at[lock].name, &parameter);
	if (symbol)
		return add_callers_locks(resolve, function, symbol, parameter,
					 graph->locks.at[lock].class, depth);
	return graph->locks.at[lock].name[0] != '*';
}

static void warn_of_any_lock(struct dc_resolve *resolve, unsigned function, unsigned lock)
{
	const struct dc_function *holder = &resolve->graph->functions.at[function];
	const char *name = resolve->graph->locks.at[lock].name;

	if (!resolve->any_spinlock)
		dc_warn(resolve->diag, DC_LINE(holder->file, holder->first_line),
			"%s takes a spinlock through a pointer (%s); it may be any spinlock, so "
			"all "
			"functions that take one stay in the kernel",
			holder->name, name[0] == '*' && name[1] ? name + 1 : name);
	resolve->any_spinlock = true;
}

static void make_locks(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_fact_region *region;
	const struct dc_fact_lock *fact;
	struct dc_lock *lock;

	dc_vec_each (fact, &resolve->facts->locks)
		dc_vec_push(&graph->locks,
			    (struct dc_lock){.name = *fact->name ? fact->name
								 : dc_lock_class_name(fact->class),
					     .class = fact->class});
	dc_vec_each (region, &resolve->facts->regions) {
		int function = dc_map_get(&resolve->functions, region->function);

		if (function >= 0 && !add_holder(resolve, (unsigned)function, region->lock, 0) &&
		    graph->locks.at[region->lock].class == DC_LOCK_SPIN)
			warn_of_any_lock(resolve, (unsigned)function, region->lock);
	}
	dc_vec_each (lock, &graph->locks)
		dc_indices_sort(&lock->holders);
}

/* Whether a function may be called where sleeping is forbidden, apart from one lock. */
static bool atomic_without(const struct dc_graph *graph, const struct dc_function *function,
			   unsigned lock)
{
	size_t i;

	for (i = 0; i < function->held.len; i++)
		if (function->held.at[i] != lock &&
		    dc_lock_class_atomic(graph->locks.at[function->held.at[i]].class))
			return true;
	return function->critical;
}

/* A lock without an object, or in an object of the kernel or of another module: those take it where
 * they like. */
static bool is_kernels(struct dc_resolve *resolve, const char *lock)
{
	return !*lock || dc_resolve_place(resolve, lock) != DC_PLACE_DRIVER;
}

/* A spinlock that cannot be named may be any, one that interrupts take among them. */
static void mark_atomic_locks(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	unsigned i;
	size_t j;

	for (i = 0; i < graph->locks.len; i++)
		for (j = 0; j < graph->locks.at[i].holders.len; j++)
			graph->locks.at[i].in_atomic |= atomic_without(
				graph, &graph->functions.at[graph->locks.at[i].holders.at[j]], i);
	for (i = 0; i < graph->locks.len; i++)
		graph->locks.at[i].in_atomic |=
			graph->locks.at[i].class == DC_LOCK_SPIN &&
			(resolve->any_spinlock ||
			 is_kernels(resolve, resolve->facts->locks.at[i].name));
}

static bool called_atomically(const struct dc_graph *graph, unsigned kernel_function)
{
	const struct dc_call *call;

	dc_vec_each (call, &graph->calls)
		if (call->kind == DC_CALL_KERNEL && call->callee == kernel_function && call->atomic)
			return true;
	return false;
}

/* Makes atomic what a function of the kernel calls in the context of an atomic caller. Returns
 * true if something changed: there may be more now. */
static bool enter_from_callers(struct dc_resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_caller_context *from;
	struct dc_entry_point *entry;
	bool changed = false;

	dc_vec_each (from, &resolve->from_callers) {
		struct dc_function *function = &graph->functions.at[from->function];

		if (!called_atomically(graph, from->kernel_function))
			continue;
		dc_vec_each (entry, &graph->entry_points)
			if (entry->function == from->function && entry->via == from->via &&
			    entry->context != DC_CONTEXT_ATOMIC) {
				entry->context = DC_CONTEXT_ATOMIC;
				function->contexts |= 1u << DC_CONTEXT_ATOMIC;
				function->root = function->root ? function->root : from->via;
				changed = true;
			}
	}
	return changed;
}

void dc_resolve_contexts(struct dc_resolve *resolve)
{
	make_locks(resolve);
	do {
		spread_contexts(resolve->graph);
		spread_critical(resolve->graph);
		spread_locks(resolve->graph);
		mark_atomic_calls(resolve->graph);
	} while (enter_from_callers(resolve));
	mark_atomic_locks(resolve);
}
