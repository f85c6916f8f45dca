/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From facts to the graph: which functions are compiled, what each name means, what a pointer may
 * hold, where the kernel enters, what is critical, which locks callers hold.
 *
 * Function pointers: each cell gets the set of functions that assignments, initialisers, arguments
 * and returns bring there, by iterating the flows until nothing grows (inclusion-based, one cell a
 * field of a type: "field-based" in the words of Heintze and Tardieu, PLDI 2001).
 */
#include <stdlib.h>
#include <string.h>

#include "graph/facts.h"

#define uthash_fatal(msg) abort()
#include <uthash.h>

/* Names are interned, so maps go by pointer. */
struct slot {
	const char *key;
	int value;
	UT_hash_handle hh;
};

struct map {
	struct slot *slots;
	struct dc_arena *arena;
};

static int map_get(const struct map *map, const char *key)
{
	struct slot *slot;

	HASH_FIND_PTR(map->slots, &key, slot);
	return slot ? slot->value : -1;
}

static void map_set(struct map *map, const char *key, int value)
{
	struct slot *slot = dc_arena_alloc(map->arena, sizeof(*slot));

	*slot = (struct slot){.key = key, .value = value};
	HASH_ADD_PTR(map->slots, key, slot);
}

static void map_done(struct map *map)
{
	HASH_CLEAR(hh, map->slots);
}

/* What a cell may hold. */
struct cell {
	const char *name;
	uint64_t *functions; /* a bit a function of the graph */
	bool unknown; /* and others that we cannot name */
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
	size_t words; /* of a function set */
};

static bool has_index(const dc_indices *indices, unsigned index)
{
	size_t i;

	for (i = 0; i < indices->len; i++)
		if (indices->at[i] == index)
			return true;
	return false;
}

static void add_index(dc_indices *indices, unsigned index)
{
	if (!has_index(indices, index))
		dc_vec_push(indices, index);
}

static int compare_index(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void sort_indices(dc_indices *indices)
{
	if (indices->len)
		qsort(indices->at, indices->len, sizeof(unsigned), compare_index);
}

/* Functions: all but static ones that nothing compiled refers to */

static bool mark_used(struct resolve *resolve, bool *used, const char *from, const char *to)
{
	int target = map_get(&resolve->functions, to);
	int source = from ? map_get(&resolve->functions, from) : -1;

	if (target < 0 || used[target] || (from && source >= 0 && !used[source]))
		return false;
	used[target] = true;
	return true;
}

static void find_used(struct resolve *resolve, bool *used)
{
	const struct facts *facts = resolve->facts;
	const struct fact_address *address;
	const struct fact_call *call;
	bool grown;
	size_t i;

	for (i = 0; i < facts->functions.len; i++)
		used[i] = !facts->functions.at[i].is_static;
	do {
		grown = false;
		dc_vec_each (call, &facts->calls)
			if (call->callee)
				grown |= mark_used(resolve, used, call->caller, call->callee);
		dc_vec_each (address, &facts->addresses)
			grown |= mark_used(resolve, used, address->from, address->symbol);
	} while (grown);
}

static int compare_fact_functions(const void *a, const void *b)
{
	const struct fact_function *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->symbol, right->symbol);
}

static const char *unique_name(const struct facts *facts, size_t i)
{
	const struct fact_function *at = facts->functions.at;

	if ((i && !strcmp(at[i - 1].name, at[i].name)) ||
	    (i + 1 < facts->functions.len && !strcmp(at[i].name, at[i + 1].name)))
		return at[i].symbol;
	return at[i].name;
}

static int compare_functions(const void *a, const void *b)
{
	const struct dc_function *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void index_facts(struct resolve *resolve)
{
	size_t i;

	for (i = 0; i < resolve->facts->functions.len; i++)
		map_set(&resolve->functions, resolve->facts->functions.at[i].symbol, (int)i);
}

/* Drops what is not compiled, so that later maps and names see only what is. */
static void drop_unused(struct resolve *resolve)
{
	struct facts *facts = resolve->facts;
	bool *used = dc_alloc(facts->functions.len, sizeof(*used));
	size_t i, kept = 0;

	index_facts(resolve);
	find_used(resolve, used);
	for (i = 0; i < facts->functions.len; i++)
		if (used[i])
			facts->functions.at[kept++] = facts->functions.at[i];
	facts->functions.len = kept;
	map_done(&resolve->functions);
	free(used);
}

static void make_functions(struct resolve *resolve)
{
	struct facts *facts = resolve->facts;
	struct dc_graph *graph = resolve->graph;
	size_t i;

	drop_unused(resolve);
	if (!facts->functions.len)
		return;
	qsort(facts->functions.at, facts->functions.len, sizeof(*facts->functions.at),
	      compare_fact_functions);
	for (i = 0; i < facts->functions.len; i++) {
		const struct fact_function *fact = &facts->functions.at[i];
		struct dc_function function = {
			.name = unique_name(facts, i),
			.file = fact->file,
			.first_line = fact->first_line,
			.last_line = fact->last_line,
			.loc = fact->loc,
			.sloc = fact->sloc,
			.is_static = fact->is_static,
			.signature = fact->signature,
			.critical_from = -1,
		};

		dc_vec_push(&graph->functions, function);
	}
	qsort(graph->functions.at, graph->functions.len, sizeof(*graph->functions.at),
	      compare_functions);
	for (i = 0; i < facts->functions.len; i++)
		map_set(&resolve->functions, facts->functions.at[i].symbol,
			dc_graph_function(graph, unique_name(facts, i)));
	resolve->words = (graph->functions.len + 63) / 64;
}

static void mark_addresses(struct resolve *resolve)
{
	const struct fact_address *address;

	dc_vec_each (address, &resolve->facts->addresses) {
		int function = map_get(&resolve->functions, address->symbol);

		if (function >= 0)
			resolve->graph->functions.at[function].address_taken = true;
	}
}

/* Kernel functions */

struct reach {
	struct resolve *resolve;
	bool *seen;
	bool local;
	DC_VEC(const char *) out;
};

static void reach_from(struct reach *reach, unsigned index)
{
	struct facts *facts = reach->resolve->facts;
	const struct fact_kernel_function *function = &facts->kernel_functions.at[index];
	bool is_new;
	size_t i;

	if (reach->seen[index])
		return;
	reach->seen[index] = true;
	if (!function->is_inline) {
		dc_vec_push(&reach->out, function->name);
		reach->local = false;
		return;
	}
	if (dc_family_is_local(facts->family, function->name))
		return;
	reach->local &= function->pure;
	for (i = 0; i < function->calls.len; i++)
		reach_from(reach, facts_kernel_function(facts, function->calls.at[i], &is_new));
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct dc_kernel_function make_kernel_function(struct resolve *resolve, unsigned index)
{
	struct facts *facts = resolve->facts;
	struct reach reach = {.resolve = resolve, .local = true};
	struct dc_kernel_function made = {
		.name = facts->kernel_functions.at[index].name,
		.is_inline = facts->kernel_functions.at[index].is_inline,
	};

	if (!made.is_inline)
		return made;
	reach.seen = dc_alloc(facts->kernel_functions.len, sizeof(bool));
	reach_from(&reach, index);
	made.is_local = reach.local;
	if (reach.out.len) {
		size_t bytes = reach.out.len * sizeof(*reach.out.at);

		qsort(reach.out.at, reach.out.len, sizeof(*reach.out.at), compare_strings);
		made.reaches = dc_arena_alloc(resolve->graph->arena, bytes);
		memcpy(made.reaches, reach.out.at, bytes);
		made.reaches_count = reach.out.len;
	}
	dc_vec_done(&reach.out);
	free(reach.seen);
	return made;
}

static int compare_kernel(const void *a, const void *b)
{
	const struct dc_kernel_function *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void make_kernel_functions(struct resolve *resolve)
{
	struct facts *facts = resolve->facts;
	struct dc_graph *graph = resolve->graph;
	const struct fact_call *call;
	bool is_new;
	size_t i;

	/* What is declared by the driver but defined elsewhere is a kernel function too. */
	dc_vec_each (call, &facts->calls)
		if (call->callee && map_get(&resolve->functions, call->callee) < 0) {
			unsigned index = facts_kernel_function(facts, call->callee, &is_new);

			facts->kernel_functions.at[index].called = true;
		}
	for (i = 0; i < facts->kernel_functions.len; i++)
		if (facts->kernel_functions.at[i].called &&
		    map_get(&resolve->functions, facts->kernel_functions.at[i].name) < 0)
			dc_vec_push(&graph->kernel_functions,
				    make_kernel_function(resolve, (unsigned)i));
	if (graph->kernel_functions.len)
		qsort(graph->kernel_functions.at, graph->kernel_functions.len,
		      sizeof(*graph->kernel_functions.at), compare_kernel);
	for (i = 0; i < graph->kernel_functions.len; i++)
		map_set(&resolve->kernel, graph->kernel_functions.at[i].name, (int)i);
}

/* Cells */

static struct cell *cell_at(struct resolve *resolve, const char *name)
{
	int index = map_get(&resolve->cell_index, name);

	if (index < 0) {
		index = (int)resolve->cells.len;
		dc_vec_push(&resolve->cells,
			    (struct cell){.name = name,
					  .functions = dc_arena_alloc(resolve->graph->arena,
								      resolve->words * 8 + 8)});
		map_set(&resolve->cell_index, name, index);
	}
	return &resolve->cells.at[index];
}

/* A parameter of a function that may be called through a pointer can hold anything. */
static bool parameter_is_open(struct resolve *resolve, const char *cell)
{
	const char *hash = strrchr(cell, '#');
	char *symbol;
	int function;

	if (!hash)
		return false;
	symbol = dc_printf("%.*s", (int)(hash - cell), cell);
	function = map_get(&resolve->functions, facts_name(resolve->facts, symbol));
	free(symbol);
	return function >= 0 && resolve->graph->functions.at[function].address_taken;
}

static bool flow_into(struct resolve *resolve, struct cell *to, const struct fact_value *from)
{
	bool grown = false;
	size_t i;

	if (from->source == FACT_FUNCTION) {
		int function = map_get(&resolve->functions, from->name);
		uint64_t bit;

		if (function < 0) /* a kernel function's address: not a target of ours */
			return false;
		bit = UINT64_C(1) << (function % 64);
		grown = !(to->functions[function / 64] & bit);
		to->functions[function / 64] |= bit;
	} else if (from->source == FACT_UNKNOWN) {
		grown = !to->unknown;
		to->unknown = true;
	} else {
		const char *to_name = to->name;
		struct cell *source = cell_at(resolve, from->name);

		to = cell_at(resolve, to_name); /* the array may have moved */
		for (i = 0; i < resolve->words; i++) {
			grown |= (source->functions[i] & ~to->functions[i]) != 0;
			to->functions[i] |= source->functions[i];
		}
		grown |= source->unknown && !to->unknown;
		to->unknown |= source->unknown;
	}
	return grown;
}

static void solve_flows(struct resolve *resolve)
{
	const struct fact_flow *flow;
	bool grown;
	size_t i;

	dc_vec_each (flow, &resolve->facts->flows) {
		cell_at(resolve, flow->to);
		if (flow->from.source == FACT_CELL)
			cell_at(resolve, flow->from.name);
	}
	for (i = 0; i < resolve->cells.len; i++)
		if (parameter_is_open(resolve, resolve->cells.at[i].name))
			resolve->cells.at[i].unknown = true;
	do {
		grown = false;
		dc_vec_each (flow, &resolve->facts->flows)
			grown |= flow_into(resolve, cell_at(resolve, flow->to), &flow->from);
	} while (grown);
}

/* Calls */

static unsigned by_signature(struct resolve *resolve, const char *signature, uint64_t *set)
{
	const struct dc_graph *graph = resolve->graph;
	unsigned count = 0;
	size_t i;

	for (i = 0; i < graph->functions.len; i++)
		if (graph->functions.at[i].address_taken &&
		    graph->functions.at[i].signature == signature) {
			set[i / 64] |= UINT64_C(1) << (i % 64);
			count++;
		}
	return count;
}

static void push_call(struct resolve *resolve, const struct fact_call *fact, unsigned callee,
		      enum dc_call_kind kind, enum dc_resolved_by by, bool assumed)
{
	struct dc_call call = {
		.caller = (unsigned)map_get(&resolve->functions, fact->caller),
		.callee = callee,
		.kind = kind,
		.resolved_by = by,
		.assumed = assumed,
		.in_macro = fact->in_macro,
		.line = fact->line,
	};
	size_t i;

	for (i = 0; i < fact->locks.len; i++)
		add_index(&call.locks_held, fact->locks.at[i]);
	for (i = 0; i < fact->dropped.len; i++)
		add_index(&call.locks_dropped, fact->dropped.at[i]);
	dc_vec_push(&resolve->graph->calls, call);
}

static bool is_empty(const struct resolve *resolve, const struct cell *cell)
{
	size_t i;

	for (i = 0; i < resolve->words; i++)
		if (cell->functions[i])
			return false;
	return true;
}

static void resolve_indirect(struct resolve *resolve, const struct fact_call *fact)
{
	struct cell targets = {.functions = dc_alloc(resolve->words + 1, 8)};
	uint64_t *same_type = dc_alloc(resolve->words + 1, 8);
	struct dc_indirect_site site = {
		.caller = (unsigned)map_get(&resolve->functions, fact->caller),
		.line = fact->line,
		.through = fact->through,
	};
	unsigned i;

	targets.name = facts_name(resolve->facts, "(call)");
	for (i = 0; i < fact->value_count; i++) {
		const struct fact_value *value = &resolve->facts->values.at[fact->first_value + i];
		struct cell *source;
		size_t word;

		if (value->source != FACT_CELL) {
			flow_into(resolve, &targets, value);
			continue;
		}
		source = cell_at(resolve, value->name);
		for (word = 0; word < resolve->words; word++)
			targets.functions[word] |= source->functions[word];
		targets.unknown |= source->unknown || parameter_is_open(resolve, source->name);
	}
	if (is_empty(resolve, &targets)) /* it came a way that we did not see */
		targets.unknown = true;
	site.assumed = targets.unknown;
	site.by_signature = by_signature(resolve, fact->signature, same_type);
	for (i = 0; i < resolve->graph->functions.len; i++) {
		bool field = targets.functions[i / 64] >> (i % 64) & 1;
		bool coarse = same_type[i / 64] >> (i % 64) & 1;

		if (field || coarse)
			push_call(resolve, fact, i, DC_CALL_INDIRECT,
				  field ? DC_BY_FIELD : DC_BY_SIGNATURE, !field && targets.unknown);
		site.by_field += field || (coarse && targets.unknown);
	}
	dc_vec_push(&resolve->graph->indirect, site);
	free(targets.functions);
	free(same_type);
}

static int compare_calls(const void *a, const void *b)
{
	const struct dc_call *left = a, *right = b;

	if (left->caller != right->caller)
		return left->caller < right->caller ? -1 : 1;
	if ((left->kind == DC_CALL_KERNEL) != (right->kind == DC_CALL_KERNEL))
		return left->kind == DC_CALL_KERNEL ? 1 : -1;
	if (left->callee != right->callee)
		return left->callee < right->callee ? -1 : 1;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->kind > right->kind) - (left->kind < right->kind);
}

static void make_calls(struct resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct fact_call *fact;
	struct dc_call *call;

	dc_vec_each (fact, &resolve->facts->calls) {
		int callee = -1;

		if (map_get(&resolve->functions, fact->caller) < 0)
			continue; /* not compiled */
		if (!fact->callee) {
			resolve_indirect(resolve, fact);
			continue;
		}
		callee = map_get(&resolve->functions, fact->callee);
		if (callee >= 0)
			push_call(resolve, fact, (unsigned)callee, DC_CALL_DIRECT, DC_BY_NAME,
				  false);
		else
			push_call(resolve, fact, (unsigned)map_get(&resolve->kernel, fact->callee),
				  DC_CALL_KERNEL, DC_BY_NAME, false);
	}
	if (graph->calls.len)
		qsort(graph->calls.at, graph->calls.len, sizeof(*graph->calls.at), compare_calls);
	dc_vec_each (call, &graph->calls) {
		sort_indices(&call->locks_held);
		sort_indices(&call->locks_dropped);
	}
}

/* Entry points */

/* A place outside the driver: a field of a kernel structure, an argument of a kernel function. */
static bool place_is_kernels(struct resolve *resolve, const char *place)
{
	const char *end = strpbrk(place, "#.");
	const char *owner;
	char *text;

	if (!end)
		return false;
	text = dc_printf("%.*s", (int)(end - place), place);
	owner = facts_name(resolve->facts, text);
	free(text);
	if (*end == '#')
		return map_get(&resolve->functions, owner) < 0 &&
		       map_get(&resolve->kernel, owner) >= 0;
	return !strchr(place, ':') && !strchr(place, '@') &&
	       map_get(&resolve->records, owner) < 0 && strcmp(owner, "(anonymous)") != 0;
}

static void add_entries_of_cell(struct resolve *resolve, const struct cell *cell)
{
	const struct dc_context_rule *rule = dc_family_rule(resolve->facts->family, cell->name);
	struct dc_graph *graph = resolve->graph;
	unsigned i;

	if (!rule && !place_is_kernels(resolve, cell->name))
		return;
	for (i = 0; i < graph->functions.len; i++) {
		struct dc_entry_point entry = {
			.function = i,
			.via = rule ? rule->via : cell->name,
			.context = rule ? rule->context : DC_CONTEXT_UNKNOWN,
			.known = rule != NULL,
		};

		if (!(cell->functions[i / 64] >> (i % 64) & 1))
			continue;
		if (rule && strchr(rule->via, '*'))
			entry.via = cell->name;
		dc_vec_push(&graph->entry_points, entry);
	}
}

static int compare_entries(const void *a, const void *b)
{
	const struct dc_entry_point *left = a, *right = b;

	if (left->function != right->function)
		return left->function < right->function ? -1 : 1;
	return strcmp(left->via, right->via);
}

static void make_entry_points(struct resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct dc_entry_point *entry;
	const struct cell *cell;

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
			dc_warn(resolve->diag, DC_LINE(function->file, function->first_line),
				"%s is handed to the kernel through %s, which no template knows; "
				"it "
				"is taken for critical. Add a row to graph/families/%s.json",
				function->name, entry->via, graph->family);
	}
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
		if (!has_index(&call->locks_dropped, held->at[i]))
			add_index(to, held->at[i]);
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
				add_index(to, call->locks_held.at[i]);
			if (call->callee != call->caller)
				add_kept(to, &graph->functions.at[call->caller].held, call);
			grown |= to->len > before;
		}
	} while (grown);
	dc_vec_each (function, &graph->functions)
		sort_indices(&function->held);
}

static bool any_atomic(const struct dc_graph *graph, const dc_indices *locks)
{
	size_t i;

	for (i = 0; i < locks->len; i++)
		if (dc_lock_class_atomic(graph->locks.at[locks->at[i]].class))
			return true;
	return false;
}

static void mark_atomic_calls(struct dc_graph *graph)
{
	struct dc_call *call;

	dc_vec_each (call, &graph->calls) {
		const struct dc_function *caller = &graph->functions.at[call->caller];
		dc_indices kept = {0};

		add_kept(&kept, &caller->held, call);
		call->atomic = (caller->contexts & DC_CONTEXTS_ATOMIC) != 0 || caller->critical ||
			       any_atomic(graph, &call->locks_held) || any_atomic(graph, &kept);
		dc_vec_done(&kept);
	}
}

static void make_locks(struct resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct fact_region *region;
	const struct fact_lock *fact;
	struct dc_lock *lock;

	dc_vec_each (fact, &resolve->facts->locks)
		dc_vec_push(&graph->locks,
			    (struct dc_lock){.name = *fact->name ? fact->name
								 : dc_lock_class_name(fact->class),
					     .class = fact->class});
	dc_vec_each (region, &resolve->facts->regions) {
		int function = map_get(&resolve->functions, region->function);

		if (function < 0)
			continue;
		add_index(&graph->functions.at[function].takes, region->lock);
		add_index(&graph->locks.at[region->lock].holders, (unsigned)function);
	}
	dc_vec_each (lock, &graph->locks)
		sort_indices(&lock->holders);
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

static void mark_atomic_locks(struct dc_graph *graph)
{
	unsigned i;
	size_t j;

	for (i = 0; i < graph->locks.len; i++)
		for (j = 0; j < graph->locks.at[i].holders.len; j++)
			graph->locks.at[i].in_atomic |= atomic_without(
				graph, &graph->functions.at[graph->locks.at[i].holders.at[j]], i);
}

/* Data */

static int compare_globals(const void *a, const void *b)
{
	const struct dc_global *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void make_globals(struct resolve *resolve)
{
	struct dc_graph *graph = resolve->graph;
	const struct fact_access *access;
	struct map names = {.arena = graph->arena};
	struct dc_global *global;
	size_t i;

	dc_vec_each (global, &resolve->facts->globals)
		dc_vec_push(&graph->globals, *global);
	if (graph->globals.len)
		qsort(graph->globals.at, graph->globals.len, sizeof(*graph->globals.at),
		      compare_globals);
	for (i = 0; i < graph->globals.len; i++)
		map_set(&names, graph->globals.at[i].name, (int)i);
	dc_vec_each (access, &resolve->facts->accesses) {
		int index = access->type ? -1 : map_get(&names, access->name);
		int function = map_get(&resolve->functions, access->function);

		if (index < 0 || function < 0)
			continue;
		global = &graph->globals.at[index];
		if (access->how & FACT_READ)
			add_index(&global->readers, (unsigned)function);
		if (access->how & (FACT_WRITE | FACT_ADDRESS))
			add_index(&global->writers, (unsigned)function);
	}
	map_done(&names);
	dc_vec_each (global, &graph->globals) {
		sort_indices(&global->readers);
		sort_indices(&global->writers);
	}
}

static int compare_accesses(const void *a, const void *b)
{
	const struct fact_access *left = a, *right = b;
	int order = strcmp(left->type ? left->type : "", right->type ? right->type : "");

	if (!order)
		order = strcmp(left->function, right->function);
	return order ? order : strcmp(left->name, right->name);
}

/* Fields of accesses[first, end) with a bit of how; names are sorted already. */
static const char **collect_fields(struct resolve *resolve, size_t first, size_t end, unsigned how,
				   size_t *ret_count)
{
	const struct fact_access *at = resolve->facts->accesses.at;
	const char **names = dc_arena_alloc(resolve->graph->arena, (end - first) * sizeof(*names));
	size_t i, count = 0;

	for (i = first; i < end; i++)
		if ((at[i].how & how) && (!count || names[count - 1] != at[i].name))
			names[count++] = at[i].name;
	*ret_count = count;
	return names;
}

static void make_types(struct resolve *resolve)
{
	struct facts *facts = resolve->facts;
	struct fact_access *at = facts->accesses.at;
	size_t first, end, len = facts->accesses.len;

	if (len)
		qsort(at, len, sizeof(*at), compare_accesses);
	for (first = 0; first < len; first = end) {
		struct dc_type_use use = {.type = at[first].type};
		int function = map_get(&resolve->functions, at[first].function);

		for (end = first + 1; end < len && at[end].type == at[first].type &&
				      at[end].function == at[first].function;
		     end++)
			;
		if (!use.type || function < 0)
			continue;
		use.function = (unsigned)function;
		use.reads = collect_fields(resolve, first, end, FACT_READ, &use.reads_count);
		use.writes = collect_fields(resolve, first, end, FACT_WRITE, &use.writes_count);
		use.addresses =
			collect_fields(resolve, first, end, FACT_ADDRESS, &use.addresses_count);
		dc_vec_push(&resolve->graph->types, use);
	}
}

void facts_resolve(struct dc_diag *diag, struct facts *facts, struct dc_graph *graph)
{
	struct resolve resolve = {.diag = diag, .facts = facts, .graph = graph};
	size_t i;

	resolve.functions.arena = resolve.kernel.arena = graph->arena;
	resolve.cell_index.arena = resolve.records.arena = graph->arena;
	for (i = 0; i < facts->records.len; i++)
		map_set(&resolve.records, facts->records.at[i], 1);
	locks_resolve(facts);
	make_functions(&resolve);
	mark_addresses(&resolve);
	make_kernel_functions(&resolve);
	solve_flows(&resolve);
	make_calls(&resolve);
	make_entry_points(&resolve);
	spread_contexts(graph);
	spread_critical(graph);
	make_locks(&resolve);
	spread_locks(graph);
	mark_atomic_locks(graph);
	mark_atomic_calls(graph);
	make_globals(&resolve);
	make_types(&resolve);
	map_done(&resolve.functions);
	map_done(&resolve.kernel);
	map_done(&resolve.cell_index);
	map_done(&resolve.records);
	dc_vec_done(&resolve.cells);
}
