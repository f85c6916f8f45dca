/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds why each node is on its side, nearest cause first.
 *
 * A forced node has the chain of constraints that ends at a pin. A free node in the kernel is there
 * for its price if moving it alone to the user side would cost more; if it would cost less, a
 * constraint keeps it there (another kernel node takes it along), and the reasons of that node
 * follow. A free node on the user side is there because its lines would cost more than they save.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "cut_parts.h"
#include "model.h"

struct finder {
	const struct dc_model *model;
	struct dc_cut *cut;
	int64_t *if_user, *if_kernel; /* weight each node pays on either side, the others fixed */
	bool *on_chain;
	DC_VEC(size_t) chain; /* the nodes that are on it */
};

static void weigh_nodes(struct finder *f)
{
	const struct dc_problem *problem = f->model->problem;
	const bool *in_kernel = f->cut->in_kernel;
	const struct dc_problem_edge *edge;
	size_t i;

	for (i = 0; i < problem->nodes.len; i++)
		f->if_user[i] =
			problem->nodes.at[i].kernel_calls + problem->nodes.at[i].entry_calls;
	dc_vec_each (edge, &problem->edges) {
		if (problem->nodes.at[edge->to].replicated)
			continue;
		if (in_kernel[edge->to])
			f->if_user[edge->from] += edge->down;
		else
			f->if_kernel[edge->from] += edge->calls;
		if (in_kernel[edge->from])
			f->if_user[edge->to] += edge->calls;
		else
			f->if_kernel[edge->to] += edge->down;
	}
}

/* A node in the kernel that the constraint takes `node` along with; DC_NO_NODE: none. */
static size_t holder(const struct finder *f, size_t node, const struct dc_link *link)
{
	const struct dc_problem *problem = f->model->problem;
	size_t i, from;

	if (link->kind == DC_CAUSE_TOGETHER) {
		const struct dc_problem_together *together = &problem->togethers.at[link->ref];

		for (i = 0; i < together->count; i++)
			if (together->nodes[i] != node && !f->on_chain[together->nodes[i]])
				return together->nodes[i];
		return DC_NO_NODE;
	}
	if (link->out)
		return DC_NO_NODE;
	from = link->kind == DC_CAUSE_FOLLOW ? problem->follows.at[link->ref].from
					     : problem->edges.at[link->ref].from;
	return f->cut->in_kernel[from] && !f->on_chain[from] ? from : DC_NO_NODE;
}

/* The constraint that holds a free kernel node, or a cause of kind NONE. */
static struct dc_cause holding_cause(const struct finder *f, size_t node)
{
	const struct dc_links *links = &f->model->links;
	size_t at;

	for (at = links->first[node]; at < links->first[node + 1]; at++) {
		const struct dc_link *link = &links->of[at];
		size_t via = holder(f, node, link);

		if (via != DC_NO_NODE)
			return (struct dc_cause){link->kind, link->ref, via, 0};
	}
	return (struct dc_cause){0};
}

/* Does the node cost more on the user side than in the kernel, all others fixed? */
static bool worth_its_lines(const struct finder *f, size_t node)
{
	struct dc_ratio lambda = f->cut->terms.lambda;

	return dc_scaled_cost(lambda, 0, f->if_user[node]) >
	       dc_scaled_cost(lambda, f->model->problem->nodes.at[node].loc, f->if_kernel[node]);
}

/* How often that many crossings of the workload happen. */
static const char *rate_text(const struct finder *f, int64_t crossings)
{
	double rate = (double)crossings / (double)f->model->problem->seconds;
	bool hourly = rate > 0 && rate < 1;

	if (hourly)
		rate *= 3600;
	return dc_arena_printf(f->cut->arena, "%.3g crossing%s %s", rate, rate == 1 ? "" : "s",
			       hourly ? "an hour" : "a second");
}

/* What a free node's place costs, in words. */
static const char *price_text(const struct finder *f, size_t node)
{
	double lambda = dc_ratio_value(f->cut->terms.lambda);
	int64_t loc = f->model->problem->nodes.at[node].loc;
	int64_t saved = f->if_user[node] - f->if_kernel[node]; /* by having it in the kernel */
	struct dc_arena *arena = f->cut->arena;

	if (f->cut->in_kernel[node])
		return dc_arena_printf(arena,
				       "its %" PRId64 " lines save %s there, worth %.3g lines", loc,
				       rate_text(f, saved), lambda * (double)saved);
	if (saved > 0 && lambda * (double)saved < 0.01)
		return dc_arena_printf(
			arena, "moving it to the kernel adds %" PRId64 " lines and saves only %s",
			loc, rate_text(f, saved));
	if (saved > 0)
		return dc_arena_printf(arena,
				       "moving it to the kernel adds %" PRId64
				       " lines and saves crossings worth only %.2g lines",
				       loc, lambda * (double)saved);
	if (!f->if_user[node])
		return dc_arena_printf(arena, "its %" PRId64 " lines make no crossings there", loc);
	return dc_arena_printf(
		arena, "its %" PRId64 " lines make %s there, and would make no fewer in the kernel",
		loc, rate_text(f, f->if_user[node]));
}

/* The last step of a free node's reason. */
static struct dc_step price_step(const struct finder *f, size_t first, size_t node)
{
	struct dc_step step = {.text = price_text(f, node), .node = node, .via = node};

	step.basis.code = f->cut->in_kernel[node] ? "cheaper-in-kernel" : "cheaper-in-process";
	if (f->model->problem->weighed == DC_WEIGHTS_ESTIMATED)
		step.text = dc_arena_printf(f->cut->arena, "%s (estimated)", step.text);
	if (node != first)
		step.text = dc_arena_printf(f->cut->arena, "%s: %s",
					    f->model->problem->nodes.at[node].id, step.text);
	return step;
}

static void free_chain(struct finder *f, size_t first, dc_steps *steps)
{
	size_t node = first;

	for (;;) {
		struct dc_cause cause = {0};

		f->on_chain[node] = true;
		dc_vec_push(&f->chain, node);
		if (f->cut->in_kernel[node] && !worth_its_lines(f, node))
			cause = holding_cause(f, node);
		if (cause.kind == DC_CAUSE_NONE)
			break;
		dc_vec_push(steps, dc_cause_step(f->model->problem, f->cut->arena, &cause,
						 DC_SIDE_KERNEL, node, first));
		node = cause.via;
	}
	dc_vec_push(steps, price_step(f, first, node));
	while (f->chain.len)
		f->on_chain[f->chain.at[--f->chain.len]] = false;
}

static struct dc_reason find_reason(struct finder *f, size_t node)
{
	enum dc_side side = f->cut->in_kernel[node] ? DC_SIDE_KERNEL : DC_SIDE_USER;
	dc_steps steps = {0};
	struct dc_step *copy;
	size_t count;

	if (f->model->forced[side][node].kind != DC_CAUSE_NONE)
		dc_model_chain(f->model, f->cut->arena, node, side, &steps);
	else
		free_chain(f, node, &steps);
	count = steps.len;
	copy = dc_arena_alloc(f->cut->arena, count * sizeof(*copy));
	memcpy(copy, steps.at, count * sizeof(*copy));
	dc_vec_done(&steps);
	return (struct dc_reason){copy, count};
}

void dc_reasons_find(const struct dc_model *model, struct dc_cut *cut)
{
	size_t i, n = model->problem->nodes.len;
	struct finder f = {.model = model, .cut = cut};

	f.if_user = dc_alloc(n, sizeof(*f.if_user));
	f.if_kernel = dc_alloc(n, sizeof(*f.if_kernel));
	f.on_chain = dc_alloc(n, sizeof(*f.on_chain));
	weigh_nodes(&f);
	cut->reasons = dc_arena_alloc(cut->arena, n * sizeof(*cut->reasons));
	for (i = 0; i < n; i++)
		cut->reasons[i] = find_reason(&f, i);
	free(f.if_user);
	free(f.if_kernel);
	free(f.on_chain);
	dc_vec_done(&f.chain);
}

void dc_reasons_of_choice(const struct dc_model *model, struct dc_cut *cut,
			  const char *const chosen[2])
{
	struct finder f = {.model = model, .cut = cut};
	size_t i, n = model->problem->nodes.len;

	cut->reasons = dc_arena_alloc(cut->arena, n * sizeof(*cut->reasons));
	for (i = 0; i < n; i++) {
		enum dc_side side = cut->in_kernel[i] ? DC_SIDE_KERNEL : DC_SIDE_USER;
		struct dc_reason *reason = &cut->reasons[i];
		struct dc_step *step;

		if (model->forced[side][i].kind != DC_CAUSE_NONE) {
			*reason = find_reason(&f, i);
			continue;
		}
		step = dc_arena_alloc(cut->arena, sizeof(*step));
		*step = (struct dc_step){chosen[side], i, i, {.code = "budget"}};
		*reason = (struct dc_reason){step, 1};
	}
}
