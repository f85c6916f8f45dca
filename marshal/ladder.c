/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "marshal/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "marshal/touched.h"

struct finding {
	const struct dc_marshal *marshal;
	const bool *user;
	dc_touched kernel; /* fields that the driver's functions in the kernel touch */
	struct dc_ladder *ret;
};

static size_t definition_count(const struct finding *finding)
{
	return finding->marshal->source->definitions.len;
}

/* The definition of a function of the graph, as an index; or definition_count. */
static size_t definition_of(const struct finding *finding, unsigned function)
{
	const struct dc_source *source = finding->marshal->source;
	const struct dc_definition *definition =
		dc_source_find(source, finding->marshal->graph->functions.at[function].name);

	return definition ? (size_t)(definition - source->definitions.at) : source->definitions.len;
}

/* Deep: structures that are reached */

static void reach(const struct finding *finding, const char *record, bool *reached)
{
	const struct dc_layouts *layouts = &finding->marshal->source->layouts;
	const struct dc_reach *at = record ? dc_reach_find(layouts, record) : NULL;
	const struct dc_trailing_rule *trailing;
	size_t i;

	if (!at || reached[at - layouts->reach.at])
		return;
	reached[at - layouts->reach.at] = true;
	for (i = 0; i < at->to.len; i++)
		reach(finding, at->to.at[i], reached);
	dc_vec_each (trailing, &finding->marshal->annotations.trailing)
		if (!strcmp(trailing->after, record))
			reach(finding, trailing->record, reached);
}

static size_t count_reached(const struct finding *finding, const bool *reached)
{
	const struct dc_layouts *layouts = &finding->marshal->source->layouts;
	size_t i, count = 0;

	for (i = 0; i < layouts->reach.len; i++)
		if (reached[i])
			count += layouts->reach.at[i].fields;
	return count;
}

/* Adds what the parameters of a function reach. */
static void reach_parameters(const struct finding *finding, size_t definition, bool *reached)
{
	const struct dc_parameter *parameter;

	dc_vec_each (parameter, &finding->marshal->source->definitions.at[definition].parameters)
		reach(finding, parameter->value.record, reached);
}

/* Accessed, shared, crossing */

/* Whether messages carry the bytes of a structure. */
static bool is_carried(const struct finding *finding, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(finding->marshal->rules, record);

	if (rule && (rule->class == DC_TYPE_OPAQUE || rule->class == DC_TYPE_LIST ||
		     rule->class == DC_TYPE_NONE))
		return false;
	return (rule && rule->class == DC_TYPE_VALUE) ||
	       dc_marshal_is_object(finding->marshal, record);
}

/* The kernel proper may use any field of its own structures. */
static bool is_shared(const struct finding *finding, const struct dc_touched_field *field)
{
	const struct dc_layout *layout =
		dc_layout_find(&finding->marshal->source->layouts, field->record);
	bool written;

	return !layout || !layout->of_driver ||
	       dc_touched_has(&finding->kernel, field->record, field->field, &written);
}

static void count_touched(const struct finding *finding, const bool *functions,
			  struct dc_ladder_counts *ret)
{
	const struct dc_touched_field *field;
	dc_touched touched = {0};

	dc_touched_find(finding->marshal, functions, &touched);
	dc_vec_each (field, &touched) {
		bool shared = is_shared(finding, field);

		if (!strcmp(field->field, "*"))
			continue; /* all fields; each is there, too */
		ret->accessed++;
		ret->shared += shared;
		ret->crossing += shared && is_carried(finding, field->record);
	}
	dc_vec_done(&touched);
}

/* The functions in the process that a function calls without leaving it, itself included. */
static void find_called(const struct finding *finding, unsigned function, bool *called)
{
	const struct dc_graph *graph = finding->marshal->graph;
	size_t definition = definition_of(finding, function);
	const struct dc_call *call;

	if (definition == definition_count(finding) || called[definition] ||
	    !finding->user[definition])
		return;
	called[definition] = true;
	dc_vec_each (call, &graph->calls)
		if (call->caller == function && call->kind != DC_CALL_KERNEL &&
		    dc_call_counts(call))
			find_called(finding, call->callee, called);
}

/* The whole */

static void add_row(const struct finding *finding, unsigned function, bool *all_reached,
		    bool *all_called)
{
	const struct dc_layouts *layouts = &finding->marshal->source->layouts;
	bool *reached = dc_alloc(layouts->reach.len + 1, sizeof(*reached));
	bool *called = dc_alloc(definition_count(finding) + 1, sizeof(*called));
	struct dc_ladder_row row = {finding->marshal->graph->functions.at[function].name, {0}};
	struct dc_ladder_counts *sum = &finding->ret->sum;
	size_t i;

	reach_parameters(finding, definition_of(finding, function), reached);
	find_called(finding, function, called);
	row.counts.deep = count_reached(finding, reached);
	count_touched(finding, called, &row.counts);
	for (i = 0; i < layouts->reach.len; i++)
		all_reached[i] |= reached[i];
	for (i = 0; i < definition_count(finding); i++)
		all_called[i] |= called[i];
	sum->deep += row.counts.deep;
	sum->accessed += row.counts.accessed;
	sum->shared += row.counts.shared;
	sum->crossing += row.counts.crossing;
	dc_vec_push(&finding->ret->rows, row);
	free(reached);
	free(called);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dc_ladder_row *)a)->function,
		      ((const struct dc_ladder_row *)b)->function);
}

void dc_ladder_find(const struct dc_marshal *marshal, const bool *user, struct dc_ladder *ret)
{
	struct finding finding = {.marshal = marshal, .user = user, .ret = ret};
	size_t count = definition_count(&finding), i;
	bool *kernel = dc_alloc(count + 1, sizeof(*kernel));
	bool *called = dc_alloc(count + 1, sizeof(*called));
	bool *reached = dc_alloc(marshal->source->layouts.reach.len + 1, sizeof(*reached));
	unsigned function;

	*ret = (struct dc_ladder){0};
	for (i = 0; i < count; i++)
		kernel[i] = !user[i];
	dc_touched_find(marshal, kernel, &finding.kernel);
	for (function = 0; function < marshal->graph->functions.len; function++) {
		size_t definition = definition_of(&finding, function);

		if (definition < count && user[definition] &&
		    dc_graph_is_entry(marshal->graph, function))
			add_row(&finding, function, reached, called);
	}
	if (ret->rows.len)
		qsort(ret->rows.at, ret->rows.len, sizeof(*ret->rows.at), by_name);
	ret->distinct.deep = count_reached(&finding, reached);
	count_touched(&finding, called, &ret->distinct);
	dc_vec_done(&finding.kernel);
	free(kernel);
	free(called);
	free(reached);
}

void dc_ladder_done(struct dc_ladder *ladder)
{
	dc_vec_done(&ladder->rows);
}
