/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.json; its keys are in docs/formats.md. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "graph/graph.h"

static const char *const kind_names[] = {"direct", "indirect", "kernel"};
static const char *const by_names[] = {"name", "signature", "field"};

/* Writing */

static json_t *maybe_string(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *strings(const char *const *at, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		dc_json_add(list, json_string(at[i]));
	return list;
}

static json_t *function_names(const struct dc_graph *graph, const dc_indices *indices)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < indices->len; i++)
		dc_json_add(list, json_string(graph->functions.at[indices->at[i]].name));
	return list;
}

static json_t *lock_names(const struct dc_graph *graph, const dc_indices *indices)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < indices->len; i++)
		dc_json_add(list, json_string(graph->locks.at[indices->at[i]].name));
	return list;
}

static json_t *put_function(const struct dc_graph *graph, const struct dc_function *function)
{
	json_t *row = json_object(), *contexts = json_array();
	unsigned i;

	for (i = 0; i < DC_CONTEXT_COUNT; i++)
		if (function->contexts & 1u << i)
			dc_json_add(contexts, json_string(dc_context_name((enum dc_context)i)));
	dc_json_set(row, "name", json_string(function->name));
	dc_json_set(row, "file", json_string(function->file));
	dc_json_set(row, "first_line", json_integer(function->first_line));
	dc_json_set(row, "last_line", json_integer(function->last_line));
	dc_json_set(row, "loc", json_integer(function->loc));
	dc_json_set(row, "sloc", json_integer(function->sloc));
	dc_json_set(row, "static", json_boolean(function->is_static));
	dc_json_set(row, "address_taken", json_boolean(function->address_taken));
	dc_json_set(row, "signature", json_string(function->signature));
	dc_json_set(row, "contexts", contexts);
	dc_json_set(row, "critical", json_boolean(function->critical));
	dc_json_set(row, "root", maybe_string(function->root));
	dc_json_set(row, "critical_from",
		    maybe_string(function->critical_from < 0
					 ? NULL
					 : graph->functions.at[function->critical_from].name));
	dc_json_set(row, "held", lock_names(graph, &function->held));
	dc_json_set(row, "takes", lock_names(graph, &function->takes));
	return row;
}

static json_t *put_call(const struct dc_graph *graph, const struct dc_call *call)
{
	json_t *row = json_object();
	const char *callee = call->kind == DC_CALL_KERNEL
				     ? graph->kernel_functions.at[call->callee].name
				     : graph->functions.at[call->callee].name;

	dc_json_set(row, "caller", json_string(graph->functions.at[call->caller].name));
	dc_json_set(row, "callee", json_string(callee));
	dc_json_set(row, "kind", json_string(kind_names[call->kind]));
	dc_json_set(row, "line", json_integer(call->line));
	dc_json_set(row, "resolved_by", json_string(by_names[call->resolved_by]));
	if (call->kind == DC_CALL_INDIRECT)
		dc_json_set(row, "counts", json_boolean(dc_call_counts(call)));
	dc_json_set(row, "atomic", json_boolean(call->atomic));
	dc_json_set(row, "in_macro", json_boolean(call->in_macro));
	if (call->loops)
		dc_json_set(row, "loops", json_integer(call->loops));
	if (call->branches)
		dc_json_set(row, "branches", json_integer(call->branches));
	dc_json_set(row, "locks_held", lock_names(graph, &call->locks_held));
	if (call->locks_dropped.len)
		dc_json_set(row, "locks_dropped", lock_names(graph, &call->locks_dropped));
	return row;
}

static json_t *put_kernel_function(const struct dc_graph *graph,
				   const struct dc_kernel_function *function)
{
	json_t *row = json_object();

	(void)graph;
	dc_json_set(row, "name", json_string(function->name));
	dc_json_set(row, "inline", json_boolean(function->is_inline));
	dc_json_set(row, "local", json_boolean(function->is_local));
	dc_json_set(row, "reaches", strings(function->reaches, function->reaches_count));
	return row;
}

static json_t *put_entry(const struct dc_graph *graph, const struct dc_entry_point *entry)
{
	json_t *row = json_object();

	dc_json_set(row, "function", json_string(graph->functions.at[entry->function].name));
	dc_json_set(row, "via", json_string(entry->via));
	dc_json_set(row, "context", json_string(dc_context_name(entry->context)));
	dc_json_set(row, "known", json_boolean(entry->known));
	return row;
}

static json_t *put_lock(const struct dc_graph *graph, const struct dc_lock *lock)
{
	json_t *row = json_object();

	dc_json_set(row, "name", json_string(lock->name));
	dc_json_set(row, "class", json_string(dc_lock_class_name(lock->class)));
	dc_json_set(row, "in_atomic", json_boolean(lock->in_atomic));
	dc_json_set(row, "holders", function_names(graph, &lock->holders));
	return row;
}

static json_t *put_global(const struct dc_graph *graph, const struct dc_global *global)
{
	json_t *row = json_object();

	dc_json_set(row, "name", json_string(global->name));
	dc_json_set(row, "file", json_string(global->file));
	dc_json_set(row, "line", json_integer(global->line));
	dc_json_set(row, "constant", json_boolean(global->constant));
	dc_json_set(row, "readers", function_names(graph, &global->readers));
	dc_json_set(row, "writers", function_names(graph, &global->writers));
	return row;
}

static json_t *put_type(const struct dc_graph *graph, const struct dc_type_use *use)
{
	json_t *row = json_object();

	dc_json_set(row, "type", json_string(use->type));
	dc_json_set(row, "function", json_string(graph->functions.at[use->function].name));
	dc_json_set(row, "reads", strings(use->reads, use->reads_count));
	dc_json_set(row, "writes", strings(use->writes, use->writes_count));
	dc_json_set(row, "addresses", strings(use->addresses, use->addresses_count));
	return row;
}

static json_t *put_memory(const struct dc_graph *graph, const struct dc_memory_site *site)
{
	json_t *row = json_object();

	dc_json_set(row, "function", json_string(graph->functions.at[site->function].name));
	dc_json_set(row, "callee", json_string(site->callee));
	dc_json_set(row, "line", json_integer(site->line));
	dc_json_set(row, "frees", json_boolean(site->frees));
	dc_json_set(row, "types", strings(site->types, site->types_count));
	return row;
}

static json_t *put_indirect(const struct dc_graph *graph, const struct dc_indirect_site *site)
{
	json_t *row = json_object();

	dc_json_set(row, "caller", json_string(graph->functions.at[site->caller].name));
	dc_json_set(row, "line", json_integer(site->line));
	dc_json_set(row, "through", json_string(site->through));
	dc_json_set(row, "targets_by_signature", json_integer(site->by_signature));
	dc_json_set(row, "targets_by_field", json_integer(site->by_field));
	dc_json_set(row, "assumed", json_boolean(site->assumed));
	return row;
}

#define PUT_LIST(root, key, items, put)                                                            \
	do {                                                                                       \
		json_t *list_ = json_array();                                                      \
		size_t i_;                                                                         \
		for (i_ = 0; i_ < (items)->len; i_++)                                              \
			dc_json_add(list_, put(graph, &(items)->at[i_]));                          \
		dc_json_set(root, key, list_);                                                     \
	} while (0)

int dc_graph_write(struct dc_diag *diag, const char *path, const struct dc_graph *graph)
{
	json_t *root = dc_json_new("graph");
	int err;

	dc_json_set(root, "driver", json_string(graph->driver));
	dc_json_set(root, "family", json_string(graph->family));
	dc_json_set(root, "kernel", json_string(graph->kernel));
	dc_origin_put(root, &graph->origin);
	PUT_LIST(root, "functions", &graph->functions, put_function);
	PUT_LIST(root, "calls", &graph->calls, put_call);
	PUT_LIST(root, "entry_points", &graph->entry_points, put_entry);
	PUT_LIST(root, "locks", &graph->locks, put_lock);
	PUT_LIST(root, "globals", &graph->globals, put_global);
	PUT_LIST(root, "types", &graph->types, put_type);
	PUT_LIST(root, "memory", &graph->memory, put_memory);
	PUT_LIST(root, "kernel_functions", &graph->kernel_functions, put_kernel_function);
	PUT_LIST(root, "indirect_sites", &graph->indirect, put_indirect);
	err = dc_json_write(diag, path, root);
	json_decref(root);
	return err;
}

/* Reading */

struct reader {
	struct dc_graph *graph;
	struct dc_json root;
};

static const char *keep(struct reader *reader, const char *text)
{
	return dc_arena_strdup(reader->graph->arena, text);
}

static unsigned find_function(struct reader *reader, const struct dc_json *row, const char *key)
{
	const char *name = dc_json_str(row, key);
	int index = dc_graph_function(reader->graph, name);

	if (index < 0)
		dc_json_fault(row, "%s '%s' is not in functions[]", key, name);
	return index < 0 ? 0 : (unsigned)index;
}

static unsigned find_word(const struct dc_json *row, const char *key, const char *const *words,
			  unsigned count)
{
	const char *word = dc_json_str(row, key);
	unsigned i;

	for (i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return i;
	dc_json_fault(row, "%s '%s' is not known", key, word);
	return 0;
}

static unsigned line_number(const struct dc_json *row, const char *key)
{
	return (unsigned)dc_json_int(row, key, 0, INT32_MAX);
}

static void get_functions(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "functions");
	size_t i, j;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_json contexts = dc_json_array_or_empty(&row, "contexts");
		const char *root = dc_json_str_or(&row, "root", NULL);
		struct dc_function function = {
			.name = keep(reader, dc_json_str(&row, "name")),
			.file = keep(reader, dc_json_str(&row, "file")),
			.first_line = line_number(&row, "first_line"),
			.last_line = line_number(&row, "last_line"),
			.loc = line_number(&row, "loc"),
			.sloc = line_number(&row, "sloc"),
			.is_static = dc_json_bool(&row, "static"),
			.address_taken = dc_json_bool(&row, "address_taken"),
			.signature = keep(reader, dc_json_str(&row, "signature")),
			.critical = dc_json_bool(&row, "critical"),
			.root = root ? keep(reader, root) : NULL,
			.critical_from = -1,
		};

		for (j = 0; j < dc_json_len(&contexts); j++) {
			enum dc_context context = dc_context_by_name(dc_json_str_at(&contexts, j));

			if (context == DC_CONTEXT_COUNT)
				dc_json_fault(&contexts, "unknown context");
			else
				function.contexts |= 1u << context;
		}
		if (i && strcmp(reader->graph->functions.at[i - 1].name, function.name) >= 0)
			dc_json_fault(&row, "functions must be sorted by name, each once");
		dc_vec_push(&reader->graph->functions, function);
	}
}

static void get_locks(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "locks");
	size_t i, j;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_json holders = dc_json_array_or_empty(&row, "holders");
		struct dc_lock lock = {
			.name = keep(reader, dc_json_str(&row, "name")),
			.class = dc_lock_class_by_name(dc_json_str(&row, "class")),
			.in_atomic = dc_json_bool(&row, "in_atomic"),
		};

		if (lock.class == DC_LOCK_CLASSES)
			dc_json_fault(&row, "unknown class of lock");
		for (j = 0; j < dc_json_len(&holders); j++) {
			int holder = dc_graph_function(reader->graph, dc_json_str_at(&holders, j));

			if (holder < 0)
				dc_json_fault(&holders, "[%zu] is not in functions[]", j);
			else
				dc_vec_push(&lock.holders, (unsigned)holder);
		}
		dc_vec_push(&reader->graph->locks, lock);
	}
}

static void get_lock_names(struct reader *reader, const struct dc_json *row, const char *key,
			   dc_indices *ret)
{
	struct dc_json names = dc_json_array_or_empty(row, key);
	size_t i, lock;

	for (i = 0; i < dc_json_len(&names); i++) {
		const char *name = dc_json_str_at(&names, i);

		for (lock = 0; lock < reader->graph->locks.len; lock++)
			if (!strcmp(reader->graph->locks.at[lock].name, name))
				break;
		if (lock == reader->graph->locks.len)
			dc_json_fault(&names, "'%s' is not in locks[]", name);
		else
			dc_vec_push(ret, (unsigned)lock);
	}
}

/* Members that refer to other functions and to locks; all have been read by now. */
static void get_function_links(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "functions");
	size_t i;

	for (i = 0; i < reader->graph->functions.len; i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_function *function = &reader->graph->functions.at[i];

		if (dc_json_has(&row, "critical_from"))
			function->critical_from = (int)find_function(reader, &row, "critical_from");
		get_lock_names(reader, &row, "held", &function->held);
		get_lock_names(reader, &row, "takes", &function->takes);
	}
}

static void get_strings(struct reader *reader, const struct dc_json *row, const char *key,
			const char ***ret, size_t *ret_count)
{
	struct dc_json names = dc_json_array_or_empty(row, key);
	size_t i, count = dc_json_len(&names);

	*ret = dc_arena_alloc(reader->graph->arena, count * sizeof(**ret));
	for (i = 0; i < count; i++)
		(*ret)[i] = keep(reader, dc_json_str_at(&names, i));
	*ret_count = count;
}

static void get_kernel_functions(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "kernel_functions");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_kernel_function function = {
			.name = keep(reader, dc_json_str(&row, "name")),
			.is_inline = dc_json_bool(&row, "inline"),
			.is_local = dc_json_bool(&row, "local"),
		};

		get_strings(reader, &row, "reaches", &function.reaches, &function.reaches_count);
		if (i && strcmp(reader->graph->kernel_functions.at[i - 1].name, function.name) >= 0)
			dc_json_fault(&row, "kernel_functions must be sorted by name, each once");
		dc_vec_push(&reader->graph->kernel_functions, function);
	}
}

static void get_calls(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "calls");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_call call = {
			.caller = find_function(reader, &row, "caller"),
			.kind = (enum dc_call_kind)find_word(&row, "kind", kind_names, 3),
			.resolved_by =
				(enum dc_resolved_by)find_word(&row, "resolved_by", by_names, 3),
			.atomic = dc_json_bool(&row, "atomic"),
			.in_macro = dc_json_bool_or(&row, "in_macro", false),
			.loops = (unsigned)dc_json_int_or(&row, "loops", 0, 1000, 0),
			.branches = (unsigned)dc_json_int_or(&row, "branches", 0, 1000, 0),
			.line = line_number(&row, "line"),
		};

		if (call.kind == DC_CALL_KERNEL) {
			const char *name = dc_json_str(&row, "callee");
			int index = dc_graph_kernel_function(reader->graph, name);

			if (index < 0)
				dc_json_fault(&row, "callee '%s' is not in kernel_functions[]",
					      name);
			call.callee = index < 0 ? 0 : (unsigned)index;
		} else {
			call.callee = find_function(reader, &row, "callee");
		}
		call.assumed = call.resolved_by == DC_BY_SIGNATURE &&
			       dc_json_bool_or(&row, "counts", false);
		get_lock_names(reader, &row, "locks_held", &call.locks_held);
		get_lock_names(reader, &row, "locks_dropped", &call.locks_dropped);
		dc_vec_push(&reader->graph->calls, call);
	}
}

static void get_entries(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "entry_points");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_entry_point entry = {
			.function = find_function(reader, &row, "function"),
			.via = keep(reader, dc_json_str(&row, "via")),
			.context = dc_context_by_name(dc_json_str(&row, "context")),
			.known = dc_json_bool_or(&row, "known", true),
		};

		if (entry.context == DC_CONTEXT_COUNT)
			dc_json_fault(&row, "unknown context");
		dc_vec_push(&reader->graph->entry_points, entry);
	}
}

static void get_function_list(struct reader *reader, const struct dc_json *row, const char *key,
			      dc_indices *ret)
{
	struct dc_json names = dc_json_array_or_empty(row, key);
	size_t i;

	for (i = 0; i < dc_json_len(&names); i++) {
		int index = dc_graph_function(reader->graph, dc_json_str_at(&names, i));

		if (index < 0)
			dc_json_fault(&names, "[%zu] is not in functions[]", i);
		else
			dc_vec_push(ret, (unsigned)index);
	}
}

static void get_globals(struct reader *reader)
{
	struct dc_json rows = dc_json_array_or_empty(&reader->root, "globals");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_global global = {
			.name = keep(reader, dc_json_str(&row, "name")),
			.file = keep(reader, dc_json_str(&row, "file")),
			.line = line_number(&row, "line"),
			.constant = dc_json_bool(&row, "constant"),
		};

		get_function_list(reader, &row, "readers", &global.readers);
		get_function_list(reader, &row, "writers", &global.writers);
		dc_vec_push(&reader->graph->globals, global);
	}
}

static void get_types(struct reader *reader)
{
	struct dc_json rows = dc_json_array_or_empty(&reader->root, "types");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_type_use use = {
			.type = keep(reader, dc_json_str(&row, "type")),
			.function = find_function(reader, &row, "function"),
		};

		get_strings(reader, &row, "reads", &use.reads, &use.reads_count);
		get_strings(reader, &row, "writes", &use.writes, &use.writes_count);
		get_strings(reader, &row, "addresses", &use.addresses, &use.addresses_count);
		dc_vec_push(&reader->graph->types, use);
	}
}

static void get_memory(struct reader *reader)
{
	struct dc_json rows = dc_json_array_or_empty(&reader->root, "memory");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_memory_site site = {
			.function = find_function(reader, &row, "function"),
			.callee = keep(reader, dc_json_str(&row, "callee")),
			.line = line_number(&row, "line"),
			.frees = dc_json_bool(&row, "frees"),
		};

		get_strings(reader, &row, "types", &site.types, &site.types_count);
		dc_vec_push(&reader->graph->memory, site);
	}
}

static void get_indirect(struct reader *reader)
{
	struct dc_json rows = dc_json_array_or_empty(&reader->root, "indirect_sites");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_indirect_site site = {
			.caller = find_function(reader, &row, "caller"),
			.line = line_number(&row, "line"),
			.through = keep(reader, dc_json_str(&row, "through")),
			.by_signature = line_number(&row, "targets_by_signature"),
			.by_field = line_number(&row, "targets_by_field"),
			.assumed = dc_json_bool(&row, "assumed"),
		};

		dc_vec_push(&reader->graph->indirect, site);
	}
}

int dc_graph_read(struct dc_diag *diag, const char *path, struct dc_graph **ret)
{
	struct reader reader = {0};
	struct dc_json_doc *doc;
	int err = dc_json_open(diag, path, "graph", &doc, &reader.root);

	if (err < 0)
		return err;
	reader.graph = dc_alloc(1, sizeof(*reader.graph));
	reader.graph->arena = dc_arena_new();
	reader.graph->driver = keep(&reader, dc_json_str(&reader.root, "driver"));
	reader.graph->family = keep(&reader, dc_json_str(&reader.root, "family"));
	reader.graph->kernel = keep(&reader, dc_json_str(&reader.root, "kernel"));
	dc_origin_get(reader.graph->arena, &reader.root, &reader.graph->origin);
	get_functions(&reader);
	if (!dc_json_failed(doc))
		get_locks(&reader);
	if (!dc_json_failed(doc))
		get_function_links(&reader);
	if (!dc_json_failed(doc))
		get_kernel_functions(&reader);
	if (!dc_json_failed(doc))
		get_calls(&reader);
	if (!dc_json_failed(doc)) {
		get_entries(&reader);
		get_globals(&reader);
		get_types(&reader);
		get_memory(&reader);
		get_indirect(&reader);
	}
	err = dc_json_failed(doc) ? -EINVAL : dc_graph_check(diag, reader.graph);
	dc_json_close(doc);
	if (err < 0)
		dc_graph_free(reader.graph);
	else
		*ret = reader.graph;
	return err;
}
