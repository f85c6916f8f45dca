/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Explains one node: its reason, the lambda above which it is in the kernel, its edges, and the cut
 * with the node pinned to the other side, solved anew.
 */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cut.h"
#include "json_parts.h"
#include "sweep.h"

static void find_threshold(struct dc_explanation *e, const struct dc_sweep *sweep)
{
	size_t enters = sweep->enters[e->node];

	if (!enters) {
		e->threshold = DC_THRESHOLD_ALWAYS;
	} else if (enters == DC_NEVER) {
		e->threshold = DC_THRESHOLD_NEVER;
	} else {
		e->threshold = DC_THRESHOLD_ABOVE;
		e->above = sweep->breakpoints.at[enters - 1].terms;
	}
}

static int order_holds(const void *a, const void *b)
{
	const struct dc_hold *x = a, *y = b;
	int64_t of_x = x->calls + x->down, of_y = y->calls + y->down;

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	if (x->other != y->other)
		return x->other < y->other ? -1 : 1;
	return x->outgoing - y->outgoing;
}

static int64_t paid_now(const struct dc_cut *cut, const struct dc_problem_edge *edge)
{
	bool from = cut->in_kernel[edge->from], to = cut->in_kernel[edge->to];

	if (cut->problem->nodes.at[edge->to].replicated || from == to)
		return 0;
	return from ? edge->calls : edge->down;
}

static void find_holds(struct dc_explanation *e, const struct dc_cut *cut)
{
	const struct dc_problem_node *node = &cut->problem->nodes.at[e->node];
	bool user = !cut->in_kernel[e->node];
	const struct dc_problem_edge *edge;

	dc_vec_each (edge, &cut->problem->edges) {
		bool outgoing = edge->from == e->node;

		if (!outgoing && edge->to != e->node)
			continue;
		dc_vec_push(&e->holds, (struct dc_hold){.other = outgoing ? edge->to : edge->from,
							.outgoing = outgoing,
							.calls = edge->calls,
							.down = edge->down,
							.paid = paid_now(cut, edge)});
	}
	if (node->entry_calls)
		dc_vec_push(&e->holds, (struct dc_hold){.other = DC_NO_NODE,
							.calls = node->entry_calls,
							.paid = user ? node->entry_calls : 0});
	if (node->kernel_calls)
		dc_vec_push(&e->holds, (struct dc_hold){.other = DC_NO_NODE,
							.outgoing = true,
							.down = node->kernel_calls,
							.paid = user ? node->kernel_calls : 0});
	if (e->holds.len)
		qsort(e->holds.at, e->holds.len, sizeof(*e->holds.at), order_holds);
}

static void find_followers(struct dc_explanation *e, const struct dc_cut *cut,
			   const struct dc_cut *moved)
{
	size_t i, n = cut->problem->nodes.len, *list = dc_arena_alloc(e->arena, n * sizeof(*list));

	for (i = 0; i < n; i++)
		if (i != e->node && cut->in_kernel[i] != moved->in_kernel[i])
			list[e->follower_count++] = i;
	e->followers = list;
}

/* Solves again with the node pinned to the other side. */
static int try_other_side(struct dc_diag *diag, struct dc_explanation *e, const struct dc_cut *cut)
{
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_problem *pinned = dc_problem_copy(cut->problem);
	struct dc_diag silent = {0};
	struct dc_cut *moved = NULL;
	int err;

	dc_problem_add_pin(pinned, e->node, e->other_side, "what if");
	err = dc_problem_finish(diag, pinned);
	/* -EINVAL is the answer "it cannot be moved": nothing to report. */
	if (!err)
		err = dc_cut_solve(&silent, pinned, &cut->terms, &options, &moved);
	if (!err) {
		e->movable = true;
		e->value_moved = moved->value;
		e->tally_moved = moved->tally;
		find_followers(e, cut, moved);
		dc_cut_free(moved);
	} else if (err != -EINVAL) {
		dc_error(diag, err, DC_FILE(cut->problem->name),
			 "cannot solve with %s on the other side: numbers too large",
			 cut->problem->nodes.at[e->node].id);
	}
	dc_problem_free(pinned);
	return err == -EINVAL ? 0 : err;
}

static struct dc_reason copy_reason(struct dc_arena *arena, const struct dc_reason *from)
{
	struct dc_step *steps = dc_arena_alloc(arena, from->count * sizeof(*steps));
	size_t i;

	for (i = 0; i < from->count; i++) {
		steps[i] = from->steps[i];
		steps[i].text = dc_arena_strdup(arena, from->steps[i].text);
	}
	return (struct dc_reason){steps, from->count};
}

int dc_explain(struct dc_diag *diag, const struct dc_cut *cut, const struct dc_sweep *sweep,
	       size_t node, struct dc_explanation **ret_explanation)
{
	struct dc_explanation *e = dc_alloc(1, sizeof(*e));
	int err;

	e->arena = dc_arena_new();
	e->node = node;
	e->placement = cut->placements[node];
	e->reason = copy_reason(e->arena, &cut->reasons[node]);
	e->other_side = cut->in_kernel[node] ? DC_SIDE_USER : DC_SIDE_KERNEL;
	e->value = cut->value;
	e->tally = cut->tally;
	find_threshold(e, sweep);
	find_holds(e, cut);
	err = try_other_side(diag, e, cut);
	if (err < 0)
		dc_explanation_free(e);
	else
		*ret_explanation = e;
	return err;
}

void dc_explanation_free(struct dc_explanation *explanation)
{
	if (!explanation)
		return;
	dc_vec_done(&explanation->holds);
	dc_arena_free(explanation->arena);
	free(explanation);
}

/* JSON */

static json_t *threshold_json(const struct dc_explanation *e)
{
	static const char *const names[] = {"always", "above", "never"};
	json_t *object = json_object();

	dc_json_set(object, "in_kernel", json_string(names[e->threshold]));
	if (e->threshold == DC_THRESHOLD_ABOVE) {
		dc_json_set(object, "lambda", dc_ratio_json(e->above.lambda));
		dc_json_set(object, "delay_ns", dc_ratio_number_json(e->above.delay_ns));
	}
	return object;
}

static json_t *moved_json(const struct dc_explanation *e, const struct dc_problem *problem)
{
	json_t *object = json_object(), *list = json_array();
	size_t i;

	dc_json_set(object, "side", json_string(dc_placement_names[e->other_side]));
	dc_json_set(object, "possible", json_boolean(e->movable));
	if (e->movable) {
		dc_json_set(object, "value", dc_ratio_number_json(e->value_moved));
		dc_tally_json(object, &e->tally_moved);
	}
	for (i = 0; i < e->follower_count; i++)
		dc_json_add(list, json_string(problem->nodes.at[e->followers[i]].id));
	dc_json_set(object, "followers", list);
	return object;
}

static json_t *holds_json(const struct dc_explanation *e, const struct dc_problem *problem)
{
	const struct dc_hold *hold;
	json_t *list = json_array();

	dc_vec_each (hold, &e->holds) {
		json_t *one = json_object();

		dc_json_set(one, hold->outgoing ? "callee" : "caller",
			    hold->other == DC_NO_NODE
				    ? json_null()
				    : json_string(problem->nodes.at[hold->other].id));
		dc_json_set(one, "calls", json_integer(hold->calls));
		dc_json_set(one, "down", json_integer(hold->down));
		dc_json_set(one, "crossing_now", json_integer(hold->paid));
		dc_json_add(list, one);
	}
	return list;
}

json_t *dc_explanation_json(const struct dc_explanation *e, const struct dc_problem *problem)
{
	json_t *root = dc_json_new("explanation"), *reasons = json_array();
	size_t i;

	for (i = 0; i < e->reason.count; i++)
		dc_json_add(reasons, json_string(e->reason.steps[i].text));
	dc_json_set(root, "function", json_string(problem->nodes.at[e->node].id));
	dc_problem_set_weighed(root, problem);
	dc_json_set(root, "loc", json_integer(problem->nodes.at[e->node].loc));
	dc_json_set(root, "side", json_string(dc_placement_names[e->placement]));
	dc_json_set(root, "reasons", reasons);
	dc_json_set(root, "causes", dc_reason_json(problem, &e->reason));
	dc_json_set(root, "threshold", threshold_json(e));
	dc_json_set(root, "value", dc_ratio_number_json(e->value));
	dc_json_set(root, "moved", moved_json(e, problem));
	dc_json_set(root, "edges", holds_json(e, problem));
	return root;
}
