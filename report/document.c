/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document that the page shows. Functions, files and calls refer to each other by index, as the
 * page holds all of them.
 */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "report/report.h"
#include "report/text.h"
#include "solver/json_parts.h"

static json_t *index_json(size_t index)
{
	return json_integer((json_int_t)index);
}

static json_t *files_json(const struct dc_report *report)
{
	const struct dc_function *function;
	json_t *list = json_array();

	if (!report->graph)
		return list;
	dc_vec_each (function, &report->graph->functions) {
		size_t i = 0;

		while (i < json_array_size(list) &&
		       strcmp(json_string_value(json_array_get(list, i)), function->file) != 0)
			i++;
		if (i == json_array_size(list))
			dc_json_add(list, json_string(function->file));
	}
	return list;
}

static json_t *file_index(const json_t *files, const char *name)
{
	size_t i;

	for (i = 0; i < json_array_size(files); i++)
		if (!strcmp(json_string_value(json_array_get(files, i)), name))
			return index_json(i);
	return json_null();
}

static json_t *contexts_json(const struct dc_function *function)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < DC_CONTEXT_COUNT; i++)
		if (function->contexts & 1u << i)
			dc_json_add(list, json_string(dc_context_name((enum dc_context)i)));
	return list;
}

static json_t *entries_json(const struct dc_report *report, const struct dc_function *function)
{
	const struct dc_entry_point *entry;
	json_t *list = json_array();

	dc_vec_each (entry, &report->graph->entry_points)
		if (&report->graph->functions.at[entry->function] == function)
			dc_json_add(list, json_string(entry->via));
	return list;
}

/* True if constraints alone decide the side. */
static bool is_forced(const struct dc_reason *reason)
{
	const struct dc_step *last = &reason->steps[reason->count - 1];

	return strcmp(last->basis.code, "cheaper-in-kernel") != 0 &&
	       strcmp(last->basis.code, "cheaper-in-process") != 0;
}

static json_t *steps_json(const struct dc_reason *reason)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < reason->count; i++) {
		const struct dc_step *step = &reason->steps[i];
		json_t *one = json_object();

		dc_json_set(one, "text", json_string(step->text));
		dc_json_set(one, "node", index_json(step->node));
		dc_json_set(one, "via", index_json(step->via));
		dc_basis_json(one, &step->basis);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *function_json(const struct dc_report *report, size_t node, const json_t *files)
{
	const struct dc_problem_node *at = &report->problem->nodes.at[node];
	const struct dc_function *function = dc_report_function(report, node);
	const struct dc_reason *reason = dc_report_reason(report, node);
	size_t enters = report->sweep->enters[node];
	json_t *one = json_object();

	dc_json_set(one, "name", json_string(at->id));
	dc_json_set(one, "loc", json_integer(at->loc));
	dc_json_set(one, "side", json_string(dc_placement_names[report->cut->placements[node]]));
	dc_json_set(one, "enters", enters == DC_NEVER ? json_null() : index_json(enters));
	dc_json_set(one, "forced", json_boolean(is_forced(reason)));
	dc_json_set(one, "replicated", json_boolean(at->replicated));
	dc_json_set(one, "entry_calls", json_integer(at->entry_calls));
	dc_json_set(one, "kernel_calls", json_integer(at->kernel_calls));
	dc_json_set(one, "steps", steps_json(reason));
	if (!function)
		return one;
	dc_json_set(one, "file", file_index(files, function->file));
	dc_json_set(one, "line", json_integer(function->first_line));
	dc_json_set(one, "last", json_integer(function->last_line));
	dc_json_set(one, "contexts", contexts_json(function));
	dc_json_set(one, "entry", entries_json(report, function));
	return one;
}

static json_t *functions_json(const struct dc_report *report, const json_t *files)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < report->problem->nodes.len; i++)
		dc_json_add(list, function_json(report, i, files));
	return list;
}

static json_t *edges_json(const struct dc_problem *problem)
{
	const struct dc_problem_edge *edge;
	json_t *list = json_array();

	dc_vec_each (edge, &problem->edges)
		dc_json_add(list,
			    json_pack("[I, I, I, I]", (json_int_t)edge->from, (json_int_t)edge->to,
				      (json_int_t)edge->calls, (json_int_t)edge->down));
	return list;
}

static json_t *constraint_json(const char *text, const struct dc_basis *basis, const char *code)
{
	json_t *one = json_object();

	dc_json_set(one, "text", json_string(text));
	dc_basis_json(one, basis);
	if (!basis->code)
		dc_json_set(one, "code", json_string(code));
	return one;
}

static json_t *follows_json(const struct dc_problem *problem)
{
	const struct dc_problem_follow *follow;
	json_t *list = json_array();

	dc_vec_each (follow, &problem->follows) {
		json_t *one = constraint_json(follow->reason, &follow->basis, "follow");

		dc_json_set(one, "from", index_json(follow->from));
		dc_json_set(one, "to", index_json(follow->to));
		dc_json_add(list, one);
	}
	return list;
}

static json_t *togethers_json(const struct dc_problem *problem)
{
	const struct dc_problem_together *together;
	json_t *list = json_array();
	size_t i;

	dc_vec_each (together, &problem->togethers) {
		json_t *one = constraint_json(together->reason, &together->basis, "together");
		json_t *nodes = json_array();

		for (i = 0; i < together->count; i++)
			dc_json_add(nodes, index_json(together->nodes[i]));
		dc_json_set(one, "nodes", nodes);
		dc_json_add(list, one);
	}
	return list;
}

/* The node of a function of the graph, or NULL: the problem has none of that name. */
static json_t *node_json(const struct dc_report *report, unsigned function)
{
	size_t node = dc_problem_find(report->problem, report->graph->functions.at[function].name);

	return node == DC_NO_NODE ? NULL : index_json(node);
}

/* Calls between functions with their lines, for links in the source. */
static json_t *calls_json(const struct dc_report *report)
{
	const struct dc_call *call;
	json_t *list = json_array();

	if (!report->graph)
		return list;
	dc_vec_each (call, &report->graph->calls) {
		json_t *caller, *callee, *row;

		if (call->kind == DC_CALL_KERNEL || !dc_call_counts(call))
			continue;
		caller = node_json(report, call->caller);
		callee = node_json(report, call->callee);
		if (caller && callee) {
			row = json_array();
			dc_json_add(row, json_incref(caller));
			dc_json_add(row, json_incref(callee));
			dc_json_add(row, json_integer(call->line));
			dc_json_add(list, row);
		}
		json_decref(caller);
		json_decref(callee);
	}
	return list;
}

static json_t *breakpoints_json(const struct dc_sweep *sweep)
{
	const struct dc_breakpoint *breakpoint;
	json_t *list = json_array();
	size_t i;

	dc_vec_each (breakpoint, &sweep->breakpoints) {
		json_t *one = json_object(), *nodes = json_array();

		dc_json_set(one, "delay_ns", dc_ratio_number_json(breakpoint->terms.delay_ns));
		for (i = 0; i < breakpoint->count; i++)
			dc_json_add(nodes, index_json(breakpoint->to_kernel[i]));
		dc_json_set(one, "to_kernel", nodes);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *cuts_json(const struct dc_sweep *sweep)
{
	const struct dc_sweep_cut *cut;
	json_t *list = json_array();

	dc_vec_each (cut, &sweep->cuts) {
		json_t *one = json_object();

		dc_tally_json(one, &cut->tally);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *missing_json(const struct dc_report *report)
{
	const struct dc_worth *worth;
	json_t *list = json_array();

	dc_vec_each (worth, &report->worths) {
		json_t *one = json_object();

		dc_json_set(one, "code", json_string(worth->code));
		dc_json_set(one, "subject", json_string(worth->subject));
		if (worth->file)
			dc_json_set(one, "file", json_string(worth->file));
		dc_json_set(one, "line", json_integer(worth->line));
		dc_json_set(one, "frees", json_integer(worth->lines));
		dc_json_add(list, one);
	}
	return list;
}

static json_t *source_json(const struct dc_report *report)
{
	const struct dc_report_file *file;
	json_t *object = json_object();

	dc_vec_each (file, &report->files)
		dc_json_set(object, file->name, json_stringn(file->text, file->len_bytes));
	return object;
}

static void set_head(json_t *root, const struct dc_report *report)
{
	const struct dc_cut *cut = report->cut;

	dc_json_set(root, "drivercut", json_string(report->version));
	dc_json_set(root, "driver", json_string(report->title));
	if (report->graph && report->graph->kernel)
		dc_json_set(root, "kernel", json_string(report->graph->kernel));
	dc_json_set(root, "rules", json_boolean(report->rules));
	dc_json_set(root, "weighed", json_string(dc_weights_names[report->problem->weighed]));
	dc_json_set(root, "seconds", json_integer(report->problem->seconds));
	dc_json_set(root, "price", json_integer(report->sweep->price));
	dc_json_set(root, "loc", json_integer(dc_problem_loc(report->problem)));
	dc_json_set(root, "delay_ns", dc_ratio_number_json(cut->terms.delay_ns));
	dc_tally_json(root, &cut->tally);
}

json_t *dc_report_json(const struct dc_report *report)
{
	json_t *root = dc_json_new("report"), *files = files_json(report);

	set_head(root, report);
	dc_json_set(root, "functions", functions_json(report, files));
	dc_json_set(root, "files", files);
	dc_json_set(root, "edges", edges_json(report->problem));
	dc_json_set(root, "follow", follows_json(report->problem));
	dc_json_set(root, "together", togethers_json(report->problem));
	dc_json_set(root, "calls", calls_json(report));
	dc_json_set(root, "breakpoints", breakpoints_json(report->sweep));
	dc_json_set(root, "cuts", cuts_json(report->sweep));
	dc_json_set(root, "missing", missing_json(report));
	dc_json_set(root, "missing_together", json_integer(report->worth_together));
	dc_json_set(root, "source", source_json(report));
	return root;
}
