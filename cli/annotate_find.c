/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds missing annotations in rounds: the rows of one are added, in memory, before the next. Then
 * it makes groups. A constraint holds a function in the kernel until its row is there; the rows
 * that each hold a function alone make up the set that frees it. The sets are taken by the lines
 * they free for each row that is not there yet, and what a set frees is then measured with its
 * rows.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/annotate.h"
#include "marshal/annotations_edit.h"
#include "marshal/uses.h"
#include "solver/cut.h"

enum { ROUNDS = 8 };

/* Inputs */

int dc_annotate_inputs_open(struct dc_workspace *workspace, const char *path,
			    struct dc_annotate_inputs *ret)
{
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_annotate_inputs inputs = {.workspace = workspace, .path = path};
	struct dc_rules annotations;
	int err = path ? dc_annotations_open(diag, path, &annotations) : 0;

	if (!err && path)
		dc_rules_done(&annotations);
	if (!err)
		err = dc_rules_open(diag, workspace->driver.family, &inputs.rules);
	if (err < 0)
		return err;
	if (!path)
		inputs.path = dc_arena_printf(workspace->arena, "%s/annotations.json",
					      workspace->driver.folder);
	err = dc_workspace_graph(workspace, &inputs.graph);
	if (!err)
		err = dc_workspace_source(workspace, inputs.graph, &inputs.source);
	if (!err)
		dc_rules_spare_names(&inputs.rules, inputs.source);
	if (err < 0)
		dc_annotate_inputs_done(&inputs);
	else
		*ret = inputs;
	return err;
}

void dc_annotate_inputs_done(struct dc_annotate_inputs *inputs)
{
	dc_source_free(inputs->source);
	dc_graph_free(inputs->graph);
	dc_rules_done(&inputs->rules);
}

int dc_annotate_read(const struct dc_annotate_inputs *inputs, const char **ret_text)
{
	char *text = NULL;
	int err = dc_is_file(inputs->path)
			  ? dc_file_read(&inputs->workspace->cli->diag, inputs->path, &text, NULL)
			  : 0;

	*ret_text = text ? dc_arena_strdup(inputs->workspace->arena, text) : NULL;
	free(text);
	return err;
}

static int open_marshal(const struct dc_annotate_inputs *inputs, const char *text,
			struct dc_marshal *ret)
{
	return dc_marshal_open_text(&inputs->workspace->cli->diag, inputs->workspace->arena,
				    &inputs->rules, inputs->source, inputs->graph, inputs->path,
				    text, ret);
}

int dc_annotate_write(const struct dc_annotate_inputs *inputs, const char *text)
{
	struct dc_marshal marshal;
	int err = open_marshal(inputs, text, &marshal);

	if (err < 0)
		return err;
	dc_marshal_done(&marshal);
	return dc_file_write(&inputs->workspace->cli->diag, inputs->path, text, strlen(text));
}

/* Constraints of one text */

static int find_constraints(const struct dc_annotate_inputs *inputs, const char *text,
			    struct dc_constraints *ret, dc_proposals *proposals)
{
	struct dc_workspace *workspace = inputs->workspace;
	struct dc_marshal marshal;
	int err = open_marshal(inputs, text, &marshal);

	if (err < 0)
		return err;
	dc_rules_pins(workspace->arena, &inputs->rules, inputs->source, inputs->graph, &ret->pins);
	dc_constraints_find(&marshal, ret, proposals);
	dc_marshal_done(&marshal);
	return 0;
}

static int solve(const struct dc_annotate_inputs *inputs, const struct dc_constraints *given,
		 int64_t *ret_kernel, int64_t *ret_all)
{
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_diag *diag = &inputs->workspace->cli->diag;
	struct dc_problem *problem = NULL;
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err = dc_problem_of_driver(diag, inputs->graph, NULL, DC_FIELDS_MAP, given, &problem);

	if (!err)
		err = dc_terms_of_delay(diag, problem, (struct dc_ratio){0, 1}, 1, &terms);
	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &options, &cut);
	if (!err) {
		*ret_kernel = cut->tally.kernel_loc;
		*ret_all = dc_problem_loc(problem);
	}
	dc_cut_free(cut);
	dc_problem_free(problem);
	return err;
}

/* Lines that stay in the kernel with these annotations. */
static int measure(const struct dc_annotate_inputs *inputs, const char *text, int64_t *ret_kernel,
		   int64_t *ret_all)
{
	struct dc_constraints given = {0};
	dc_proposals proposals = {0};
	int err = find_constraints(inputs, text, &given, &proposals);

	if (!err)
		err = solve(inputs, &given, ret_kernel, ret_all);
	dc_constraints_done(&given);
	dc_vec_done(&proposals);
	return err;
}

/* Rounds */

/* A constraint between functions (a pin: `to` is -1), and the row that removes it; -1: none does.
 */
struct held {
	int from, to;
	int row;
};

struct finding {
	const struct dc_annotate_inputs *inputs;
	struct dc_annotate *ret;
	DC_VEC(struct held) held;
	const char *text; /* with all rows so far */
	bool only_sure; /* of the proposals only those are added */
	size_t added; /* rows */
};

/* The number of a proposal among all rows, and whether it is new. */
static int find_row(const struct finding *all, const struct dc_proposal *proposal)
{
	size_t i;

	for (i = 0; i < all->ret->rows.len; i++) {
		const struct dc_proposal *at = &all->ret->rows.at[i].proposal;

		if (at->row && proposal->row
			    ? !strcmp(at->row, proposal->row)
			    : at->kind == proposal->kind && !strcmp(at->subject, proposal->subject))
			return (int)i;
	}
	return -1;
}

static bool is_declined(const struct finding *all, const struct dc_rules *annotations,
			const struct dc_proposal *proposal)
{
	const char *row =
		proposal->row ? dc_annotations_plain(all->inputs->workspace->arena, proposal->row)
			      : NULL;
	const struct dc_declined_row *declined;

	dc_vec_each (declined, &annotations->declined)
		if (row && !strcmp(declined->section, proposal->section) &&
		    !strcmp(declined->row, row))
			return true;
	return false;
}

/* Adds the proposals of a round and, to the text, their rows. Returns how many rows are new. */
static size_t add_rows(struct finding *all, const dc_proposals *proposals,
		       const struct dc_rules *annotations, unsigned round)
{
	const struct dc_proposal *proposal;
	size_t count = 0;

	dc_vec_each (proposal, proposals) {
		struct dc_annotate_row row = {.proposal = *proposal, .round = round};
		int known = find_row(all, proposal);

		/* what had no row before may have one now that others are there */
		if (known >= 0 && (all->ret->rows.at[known].proposal.row || !proposal->row))
			continue;
		row.declined = is_declined(all, annotations, proposal);
		if (known >= 0)
			all->ret->rows.at[known] = row;
		else
			dc_vec_push(&all->ret->rows, row);
		if (!proposal->row || row.declined || (all->only_sure && !proposal->sure))
			continue;
		all->text = dc_annotations_add(all->inputs->workspace->arena, all->text,
					       proposal->section, proposal->row);
		count++;
	}
	all->added += count;
	return count;
}

static void hold(struct finding *all, const char *from, const char *to, int row)
{
	dc_vec_push(&all->held,
		    (struct held){dc_graph_function(all->inputs->graph, from),
				  to ? dc_graph_function(all->inputs->graph, to) : -1, row});
}

/* Keeps what this round's constraints hold; those without a row only if it is the last. */
static void add_held(struct finding *all, const struct dc_constraints *given,
		     const dc_proposals *proposals, bool last)
{
	const struct dc_constraint_pin *pin;
	const struct dc_constraint_group *group;

#define ROW_OF(mark) ((mark) ? find_row(all, &proposals->at[(mark) - 1]) : -1)
	dc_vec_each (pin, &given->pins) {
		int row = ROW_OF(pin->proposal);

		if (last || row >= 0)
			hold(all, pin->function, NULL, row);
	}
	dc_vec_each (group, &given->groups) {
		int row = ROW_OF(group->proposal);

		if (last || row >= 0)
			hold(all, group->functions[0], group->functions[1], row);
	}
#undef ROW_OF
}

static int find_rounds(struct finding *all)
{
	unsigned round;
	size_t added = 1;
	int err = 0;

	for (round = 1; !err && added && round <= ROUNDS; round++) {
		struct dc_constraints given = {0};
		dc_proposals proposals = {0};
		struct dc_rules annotations;

		err = dc_annotations_parse(&all->inputs->workspace->cli->diag, all->inputs->path,
					   all->text, &annotations);
		if (err < 0)
			break;
		err = find_constraints(all->inputs, all->text, &given, &proposals);
		if (!err && round == 1)
			err = solve(all->inputs, &given, &all->ret->kernel_loc, &all->ret->all_loc);
		if (!err) {
			added = add_rows(all, &proposals, &annotations, round);
			add_held(all, &given, &proposals, !added);
		}
		dc_rules_done(&annotations);
		dc_constraints_done(&given);
		dc_vec_done(&proposals);
	}
	return err;
}

/* Groups */

/* The driver as a graph of what holds what in the kernel. */
struct model {
	const struct finding *all;
	struct dc_problem *problem; /* without the constraints of annotations */
	size_t functions;
	DC_VEC(struct held) edges; /* from in the kernel => to in the kernel; from -1: always */
	size_t *first; /* edges of function i are from first[i] up to first[i + 1] */
	size_t pins; /* edges from -1 come before those */
	int *work; /* functions whose edges are to be followed */
	bool *sets; /* [function * rows + row]: the row alone holds the function */
};

static int node_function(const struct model *model, size_t node)
{
	return dc_graph_function(model->all->inputs->graph, model->problem->nodes.at[node].id);
}

static void add_edge(struct model *model, int from, int to, int row)
{
	if (to >= 0)
		dc_vec_push(&model->edges, (struct held){from, to, row});
}

static void add_structure(struct model *model)
{
	const struct dc_problem_pin *pin;
	const struct dc_problem_follow *follow;
	const struct dc_problem_together *together;
	size_t i;

	dc_vec_each (pin, &model->problem->pins)
		if (pin->side == DC_SIDE_KERNEL)
			add_edge(model, -1, node_function(model, pin->node), -1);
	dc_vec_each (follow, &model->problem->follows)
		add_edge(model, node_function(model, follow->from),
			 node_function(model, follow->to), -1);
	dc_vec_each (together, &model->problem->togethers)
		for (i = 0; i < together->count; i++)
			add_edge(model, node_function(model, together->nodes[i]),
				 node_function(model, together->nodes[(i + 1) % together->count]),
				 -1);
}

static void add_annotated(struct model *model)
{
	const struct held *at;

	dc_vec_each (at, &model->all->held) {
		if (at->from < 0)
			continue;
		if (at->to < 0) {
			add_edge(model, -1, at->from, at->row);
			continue;
		}
		add_edge(model, at->from, at->to, at->row);
		add_edge(model, at->to, at->from, at->row);
	}
}

static int order_edges(const void *a, const void *b)
{
	const struct held *left = a, *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	if (left->to != right->to)
		return left->to < right->to ? -1 : 1;
	return left->row < right->row ? -1 : left->row > right->row;
}

/* Sorts the edges, each once, and finds those of each function. */
static void index_edges(struct model *model)
{
	size_t i, count = 0, function = 0;

	if (model->edges.len)
		qsort(model->edges.at, model->edges.len, sizeof(*model->edges.at), order_edges);
	for (i = 0; i < model->edges.len; i++)
		if (!count || order_edges(&model->edges.at[count - 1], &model->edges.at[i]) != 0)
			model->edges.at[count++] = model->edges.at[i];
	model->edges.len = count;
	model->first = dc_alloc(model->functions + 1, sizeof(*model->first));
	model->work = dc_alloc(model->functions + 1, sizeof(*model->work));
	for (i = 0; i < count; i++) {
		if (model->edges.at[i].from < 0)
			model->pins = i + 1;
		while (model->edges.at[i].from >= 0 && function <= (size_t)model->edges.at[i].from)
			model->first[function++] = i;
	}
	while (function <= model->functions)
		model->first[function++] = count;
}

static void follow_edges(const struct model *model, size_t from, size_t to, const bool *absent,
			 bool *kernel, size_t *work)
{
	for (; from < to; from++) {
		const struct held *at = &model->edges.at[from];

		if (kernel[at->to] || (at->row >= 0 && !absent[at->row]))
			continue;
		kernel[at->to] = true;
		model->work[(*work)++] = at->to;
	}
}

/* The functions that are in the kernel while the marked rows are absent; how many lines. */
static int64_t close_kernel(const struct model *model, const bool *absent, bool *kernel)
{
	const struct dc_function *functions = model->all->inputs->graph->functions.at;
	int64_t lines = 0;
	size_t work = 0;

	memset(kernel, 0, model->functions * sizeof(*kernel));
	follow_edges(model, 0, model->pins, absent, kernel, &work);
	while (work) {
		int function = model->work[--work];

		lines += functions[function].loc;
		follow_edges(model, model->first[function], model->first[function + 1], absent,
			     kernel, &work);
	}
	return lines;
}

static void find_sets(struct model *model)
{
	size_t rows = model->all->ret->rows.len, i, row;
	bool *absent = dc_alloc(rows + 1, sizeof(*absent));
	bool *always = dc_alloc(model->functions + 1, sizeof(*always));
	bool *kernel = dc_alloc(model->functions + 1, sizeof(*kernel));

	model->sets = dc_alloc(model->functions * rows + 1, sizeof(*model->sets));
	for (row = 0; row < rows; row++) /* rows that nobody can add */
		absent[row] = !model->all->ret->rows.at[row].proposal.row ||
			      model->all->ret->rows.at[row].declined;
	close_kernel(model, absent, always);
	for (row = 0; row < rows; row++) {
		if (absent[row])
			continue;
		absent[row] = true;
		close_kernel(model, absent, kernel);
		absent[row] = false;
		for (i = 0; i < model->functions; i++)
			model->sets[i * rows + row] = kernel[i] && !always[i];
	}
	free(absent);
	free(always);
	free(kernel);
}

/* How many rows of a function's set are absent, and how many lines the set frees. */
static int64_t gain_of(const struct model *model, const bool *set, bool *absent, int64_t before,
		       bool *kernel, size_t *ret_count)
{
	size_t rows = model->all->ret->rows.len, row;
	bool *there = dc_alloc(rows + 1, sizeof(*there));
	int64_t gain;

	*ret_count = 0;
	memcpy(there, absent, rows * sizeof(*there));
	for (row = 0; row < rows; row++) {
		*ret_count += set[row] && absent[row];
		if (set[row])
			there[row] = false;
	}
	gain = *ret_count ? before - close_kernel(model, there, kernel) : 0;
	free(there);
	return gain;
}

static bool seen_before(const struct model *model, size_t function)
{
	size_t rows = model->all->ret->rows.len, i;

	for (i = 0; i < function; i++)
		if (!memcmp(model->sets + i * rows, model->sets + function * rows,
			    rows * sizeof(*model->sets)))
			return true;
	return false;
}

/* The set that frees most lines for each row that it needs, or NULL: none frees anything. */
static const bool *best_set(const struct model *model, bool *absent, const size_t *candidates,
			    size_t count)
{
	size_t rows = model->all->ret->rows.len, i, best_needs = 1;
	bool *kernel = dc_alloc(model->functions + 1, sizeof(*kernel));
	int64_t before = close_kernel(model, absent, kernel), best_gain = 0;
	const bool *best = NULL;

	for (i = 0; i < count; i++) {
		const bool *set = model->sets + candidates[i] * rows;
		size_t needs;
		int64_t gain = gain_of(model, set, absent, before, kernel, &needs);

		if (gain > 0 && gain * (int64_t)best_needs > best_gain * (int64_t)needs) {
			best = set;
			best_gain = gain;
			best_needs = needs;
		}
	}
	free(kernel);
	return best;
}

/* Adds a group of the absent rows of a set, and measures what it frees. */
static int add_group(struct finding *all, const bool *set, bool *absent, const char **text,
		     int64_t *kernel_loc)
{
	struct dc_annotate *ret = all->ret;
	struct dc_annotate_group group = {.sure = true};
	int64_t now = *kernel_loc, loc;
	size_t row;
	int err;

	for (row = 0; row < ret->rows.len; row++) {
		const struct dc_proposal *proposal = &ret->rows.at[row].proposal;

		if (!set[row] || !absent[row])
			continue;
		absent[row] = false;
		ret->rows.at[row].group = (unsigned)ret->groups.len;
		group.sure &= proposal->sure;
		*text = dc_annotations_add(all->inputs->workspace->arena, *text, proposal->section,
					   proposal->row);
	}
	err = measure(all->inputs, *text, &now, &loc);
	group.frees = *kernel_loc - now;
	*kernel_loc = now;
	if (group.frees) /* else its rows are the beginning of the next one */
		dc_vec_push(&ret->groups, group);
	return err;
}

/* A last group that frees nothing is none. */
static void drop_last_group(struct dc_annotate *ret)
{
	struct dc_annotate_row *row;

	dc_vec_each (row, &ret->rows)
		if (row->group >= ret->groups.len)
			row->group = 0;
}

static int make_groups(struct finding *all, struct model *model, const char *text)
{
	size_t rows = all->ret->rows.len, i, count = 0;
	size_t *candidates = dc_alloc(model->functions + 1, sizeof(*candidates));
	bool *absent = dc_alloc(rows + 1, sizeof(*absent));
	int64_t kernel_loc = all->ret->kernel_loc;
	const bool *set;
	int err = 0;

	memset(absent, true, rows * sizeof(*absent));
	for (i = 0; i < model->functions; i++)
		if (!seen_before(model, i))
			candidates[count++] = i;
	dc_vec_push(&all->ret->groups, (struct dc_annotate_group){0});
	while (!err && (set = best_set(model, absent, candidates, count)))
		err = add_group(all, set, absent, &text, &kernel_loc);
	drop_last_group(all->ret);
	all->ret->frees = all->ret->kernel_loc - kernel_loc;
	free(candidates);
	free(absent);
	return err;
}

static int find_groups(struct finding *all, const char *text)
{
	struct model model = {.all = all, .functions = all->inputs->graph->functions.len};
	int err = dc_problem_of_driver(&all->inputs->workspace->cli->diag, all->inputs->graph, NULL,
				       DC_FIELDS_MAP, NULL, &model.problem);

	if (!err) {
		add_structure(&model);
		add_annotated(&model);
		index_edges(&model);
		find_sets(&model);
		err = make_groups(all, &model, text);
	}
	dc_problem_free(model.problem);
	dc_vec_done(&model.edges);
	free(model.first);
	free(model.work);
	free(model.sets);
	return err;
}

static unsigned group_rank(const struct dc_annotate_row *row)
{
	return row->group ? row->group : UINT32_MAX - (row->proposal.row != NULL);
}

static int order_rows(const void *a, const void *b)
{
	const struct dc_annotate_row *left = a, *right = b;

	if (group_rank(left) != group_rank(right))
		return group_rank(left) < group_rank(right) ? -1 : 1;
	if (left->round != right->round)
		return left->round < right->round ? -1 : 1;
	if (left->proposal.sure != right->proposal.sure)
		return left->proposal.sure ? -1 : 1;
	if (left->proposal.kind != right->proposal.kind)
		return left->proposal.kind < right->proposal.kind ? -1 : 1;
	return strcmp(left->proposal.subject, right->proposal.subject);
}

int dc_annotate_find(const struct dc_annotate_inputs *inputs, const char *text,
		     struct dc_annotate *ret)
{
	struct dc_annotate found = {0};
	struct finding all = {.inputs = inputs, .ret = &found, .text = text};
	int err = find_rounds(&all);

	if (!err)
		err = find_groups(&all, text);
	dc_vec_done(&all.held);
	if (err < 0) {
		dc_annotate_done(&found);
		return err;
	}
	if (found.rows.len)
		qsort(found.rows.at, found.rows.len, sizeof(*found.rows.at), order_rows);
	*ret = found;
	return 0;
}

int dc_annotate_add_sure(const struct dc_annotate_inputs *inputs, const char *text,
			 const char **ret_text, size_t *ret_count)
{
	struct dc_annotate found = {0};
	struct finding all = {.inputs = inputs, .ret = &found, .text = text, .only_sure = true};
	int err = find_rounds(&all);

	if (!err) {
		*ret_text = all.text;
		*ret_count = all.added;
	}
	dc_vec_done(&all.held);
	dc_annotate_done(&found);
	return err;
}

void dc_annotate_done(struct dc_annotate *found)
{
	dc_vec_done(&found->rows);
	dc_vec_done(&found->groups);
}
