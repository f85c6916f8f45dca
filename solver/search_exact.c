/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Branch and bound under a budget, in integers from end to end, so that its end is a proof.
 *
 * A place in the tree is an order of the groups with two marks (model.h): those before a are in the
 * kernel, those from b on are on the user side. The rest is bounded as the whole problem is:
 * two cuts on either side of the budget, and the straight line between them once one flow has shown
 * that no cut is below it. Rounded up, for the result is an integer. If that does not rule the
 * place out, the largest group between the two cuts is put on one side, then on the other, with
 * what its hard arcs take along.
 */
#include <stdlib.h>
#include <time.h>

#include "cut.h"
#include "cut_parts.h"
#include "model.h"
#include "search.h"

#define DEEPEST 4000 /* a tree deeper than this is left unfinished */

struct point {
	size_t end; /* the order up to here is in the kernel */
	int64_t lines, weight;
};

struct exact {
	struct dc_search *search;
	const struct dc_model *model;
	struct dc_order order;
	struct dc_range range;
	struct dc_diag silent;
	double deadline_s;
	bool stopped; /* out of time, or of numbers */
	bool *taken; /* per group: moves along; all false between moves */
	size_t *list;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool keeps(const struct exact *x, const struct point *point)
{
	bool crossings = x->search->budget.kind == DC_BUDGET_CROSSINGS;

	return (crossings ? point->weight : point->lines) <= x->search->budget.most;
}

/* Takes the point if it keeps the budget and is the best so far. */
static void offer(struct exact *x, const struct point *point)
{
	bool crossings = x->search->budget.kind == DC_BUDGET_CROSSINGS;
	int64_t reached = crossings ? point->lines : point->weight;

	if (!keeps(x, point) || reached >= x->search->below)
		return;
	x->search->below = reached;
	x->search->found = true;
	dc_model_sides(x->model, &x->order, point->end, x->search->in_kernel);
}

static struct point measure(struct exact *x, size_t end)
{
	const struct dc_model *model = x->model;
	struct point point = {end, model->kernel_loc, model->weight};
	const struct dc_model_arc *arc;
	size_t g;

	for (g = 0; g < model->groups; g++) {
		bool kernel = x->order.place[g] < end;

		point.lines += kernel ? model->loc[g] : 0;
		point.weight += kernel ? model->if_kernel[g] : model->if_user[g];
	}
	dc_vec_each (arc, &model->arcs)
		if (x->order.place[arc->tail] < end && x->order.place[arc->head] >= end)
			point.weight += arc->weight;
	offer(x, &point);
	return point;
}

static bool cut(struct exact *x, size_t a, size_t b, struct dc_ratio lambda, size_t *ret_middle,
		int64_t *ret_saved)
{
	if (dc_range_cut(&x->silent, &x->range, a, b, lambda, DC_FLOW_LEAST, ret_middle,
			 ret_saved) < 0)
		x->stopped = true;
	return !x->stopped;
}

/* The bound that the line through the point gives: no cut is below it. */
static __int128 bound(const struct exact *x, const struct point *low, struct dc_ratio lambda)
{
	__int128 most = x->search->budget.most, over, under;

	if (x->search->budget.kind == DC_BUDGET_CROSSINGS) {
		over = (__int128)low->lines * lambda.q + (low->weight - most) * lambda.p;
		under = lambda.q;
	} else {
		over = (__int128)low->weight * lambda.p + (low->lines - most) * lambda.q;
		under = lambda.p;
	}
	return over <= 0 ? 0 : (over + under - 1) / under;
}

/*
 * Moves low and high, cuts on either side of the budget, to two neighbours of the envelope. True if
 * something better than the best so far may lie between them.
 */
static bool narrow(struct exact *x, struct point *low, struct point *high)
{
	bool lines = x->search->budget.kind == DC_BUDGET_LINES;
	struct dc_ratio lambda;
	int64_t saved;
	size_t middle;

	for (;;) {
		struct point point;

		if (high->lines <= low->lines || high->weight >= low->weight)
			return false; /* the better of the two has been offered */
		if (!dc_ratio_make(high->lines - low->lines, low->weight - high->weight, &lambda) ||
		    !cut(x, low->end, high->end, lambda, &middle, &saved))
			return false;
		if (!saved)
			return bound(x, low, lambda) < x->search->below;
		point = measure(x, middle);
		*(keeps(x, &point) == lines ? low : high) = point;
	}
}

/* The group to decide next: the largest between two cuts. */
static size_t choose(const struct exact *x, size_t a, size_t b)
{
	size_t best = x->order.at[a];

	for (; a < b; a++)
		if (x->model->loc[x->order.at[a]] > x->model->loc[best])
			best = x->order.at[a];
	return best;
}

/* Marks what goes to a side of [a, b) with the group; false if that side cannot have it. */
static bool take_along(struct exact *x, size_t a, size_t b, size_t group, bool to_kernel,
		       size_t *ret_count)
{
	const struct dc_model *model = x->model;
	const size_t *first = to_kernel ? model->out : model->in;
	size_t head = 0, count = 0, i;
	bool possible = true;

	x->taken[group] = true;
	x->list[count++] = group;
	while (head < count) {
		size_t g = x->list[head++];

		for (i = first[g]; i < first[g + 1]; i++) {
			size_t at = to_kernel ? i : model->in_arcs[i];
			const struct dc_model_arc *arc = &model->arcs.at[at];
			size_t other = to_kernel ? arc->head : arc->tail;

			if (!arc->hard || x->taken[other])
				continue;
			if (x->order.place[other] < a || x->order.place[other] >= b) {
				possible &= (x->order.place[other] < a) == to_kernel;
				continue;
			}
			x->taken[other] = true;
			x->list[count++] = other;
		}
	}
	*ret_count = count;
	return possible;
}

/* Puts what is taken first in [a, b), or last, and forgets it. */
static void move(struct exact *x, size_t a, size_t b, bool first, size_t count)
{
	size_t next[2] = {first ? a + count : a, first ? a : b - count}, i;

	for (i = a; i < b; i++) {
		size_t group = x->order.at[i];

		x->list[next[x->taken[group]]++] = group;
	}
	for (i = a; i < b; i++) {
		x->order.at[i] = x->list[i];
		x->order.place[x->list[i]] = i;
		x->taken[x->list[i]] = false;
	}
}

static void visit(struct exact *x, size_t a, size_t b, unsigned depth);

static void branch(struct exact *x, size_t a, size_t b, size_t group, bool to_kernel,
		   unsigned depth)
{
	size_t count;
	bool possible = take_along(x, a, b, group, to_kernel, &count);

	move(x, a, b, to_kernel, count);
	if (possible)
		visit(x, to_kernel ? a + count : a, to_kernel ? b : b - count, depth + 1);
}

static void visit(struct exact *x, size_t a, size_t b, unsigned depth)
{
	bool lines = x->search->budget.kind == DC_BUDGET_LINES;
	struct point low, high;
	size_t middle, group;
	int64_t saved;

	if (x->stopped || depth > DEEPEST || now_s() > x->deadline_s) {
		x->stopped = true;
		return;
	}
	x->search->places++;
	low = measure(x, a);
	if (!cut(x, a, b, DC_RATIO_INFINITE, &middle, &saved))
		return;
	high = measure(x, middle);
	/* One of the two is the best of all here, or none keeps the budget. */
	if (keeps(x, &low) != lines || keeps(x, &high) == lines)
		return;
	if (!narrow(x, &low, &high) || x->search->below <= x->search->at_least)
		return;
	group = choose(x, low.end, high.end);
	branch(x, a, b, group, true, depth);
	branch(x, a, b, group, false, depth);
}

void dc_search_exact(const struct dc_model *model, struct dc_search *search)
{
	struct exact x = {.search = search, .model = model};

	dc_order_start(&x.order, model);
	x.range = (struct dc_range){.model = model, .order = &x.order, .engine = DC_FLOW_PUSH};
	x.deadline_s = now_s() + search->time_limit_s;
	x.taken = dc_alloc(model->groups, sizeof(*x.taken));
	x.list = dc_alloc(model->groups, sizeof(*x.list));
	visit(&x, 0, model->groups, 0);
	search->ended = !x.stopped;
	free(x.taken);
	free(x.list);
	dc_order_done(&x.order);
}
