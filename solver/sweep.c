/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All optimal cuts: the thresholds of all groups (thresholds.h) become breakpoints, the breakpoints
 * lists of nodes that move, and each cut learns which nodes are tied to it. See sweep.h.
 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "sweep_tally.h"
#include "model.h"
#include "thresholds.h"

struct span {
	size_t a, b;
};

struct sweeper {
	struct dc_diag *diag;
	struct dc_sweep *sweep;
	struct dc_model model;
	struct dc_order order;
	struct dc_range range;
	struct dc_thresholds thresholds; /* of the groups */
};

/* The first end */

/* Moves the groups without lines, which take none with lines along, to the front; returns where
 * they end. */
static size_t gather_weightless(struct sweeper *s)
{
	const struct dc_model *model = &s->model;
	bool *heavy = dc_alloc(model->groups, sizeof(*heavy));
	size_t *queue = dc_alloc(model->groups, sizeof(*queue));
	size_t g, i, head = 0, tail = 0, end = 0;

	for (g = 0; g < model->groups; g++) {
		heavy[g] = model->loc[g] > 0;
		if (heavy[g])
			queue[tail++] = g;
	}
	while (head < tail) {
		g = queue[head++];
		for (i = model->in[g]; i < model->in[g + 1]; i++) {
			const struct dc_model_arc *arc = &model->arcs.at[model->in_arcs[i]];

			if (!arc->hard || heavy[arc->tail])
				continue;
			heavy[arc->tail] = true;
			queue[tail++] = arc->tail;
		}
	}
	for (g = 0; g < model->groups; g++)
		if (!heavy[g])
			s->order.at[end++] = g;
	for (g = 0, i = end; g < model->groups; g++)
		if (heavy[g])
			s->order.at[i++] = g;
	for (i = 0; i < model->groups; i++)
		s->order.place[s->order.at[i]] = i;
	free(heavy);
	free(queue);
	return end;
}

/* Between them */

/* The lambdas at which groups go to the kernel become breakpoints: sorted, each once. */
static int order_ratios(const void *a, const void *b)
{
	const struct dc_ratio *x = a, *y = b;

	return dc_ratio_compare(*x, *y);
}

static void add_breakpoints(struct sweeper *s)
{
	struct dc_sweep *sweep = s->sweep;
	const struct dc_ratio *lambda = s->thresholds.finite.at;
	size_t i, count = s->thresholds.finite.len;

	if (count)
		qsort(s->thresholds.finite.at, count, sizeof(*lambda), order_ratios);
	for (i = 0; i < count; i++)
		if (!i || dc_ratio_compare(lambda[i - 1], lambda[i]) != 0)
			dc_vec_push(&sweep->breakpoints,
				    (struct dc_breakpoint){
					    .terms = {.lambda = lambda[i], .price = sweep->price}});
}

/* Right after lambda 0 the least cut of least weight among the groups without lines; from there on
 * the groups with lines join. */
static int find_breakpoints(struct sweeper *s)
{
	size_t i, weightless = gather_weightless(s), first;
	int64_t saved;
	int err;

	dc_thresholds_start(&s->thresholds, &s->model);
	err = dc_range_cut(s->diag, &s->range, 0, weightless, DC_RATIO_INFINITE, DC_FLOW_LEAST,
			   &first, &saved);
	if (err < 0)
		return err;
	for (i = 0; i < first; i++)
		dc_threshold_set(&s->thresholds, s->order.at[i], (struct dc_ratio){0, 1});
	err = dc_thresholds_find(s->diag, &s->range, first, s->model.groups, &s->thresholds);
	if (!err)
		add_breakpoints(s);
	return err;
}

/* Groups to nodes */

/* The first cut that has each group in the kernel; caller frees with free(). */
static size_t *group_enters(const struct sweeper *s)
{
	size_t *enters = dc_alloc(s->model.groups, sizeof(*enters));
	size_t i;

	for (i = 0; i < s->model.groups; i++)
		enters[i] = s->thresholds.of[i].q ? dc_sweep_at(s->sweep, s->thresholds.of[i]) + 1
						  : DC_NEVER;
	return enters;
}

static void fill_enters(struct sweeper *s)
{
	struct dc_sweep *sweep = s->sweep;
	size_t i, n = sweep->problem->nodes.len, *of_group = group_enters(s);

	sweep->enters = dc_arena_alloc(sweep->arena, n * sizeof(*sweep->enters));
	for (i = 0; i < n; i++) {
		size_t group = s->model.group[i];

		if (group == DC_GROUP_KERNEL)
			sweep->enters[i] = 0;
		else
			sweep->enters[i] = group == DC_GROUP_USER ? DC_NEVER : of_group[group];
	}
	free(of_group);
}

static void fill_movers(struct dc_sweep *sweep)
{
	size_t i, n = sweep->problem->nodes.len;
	struct dc_breakpoint *breakpoint;
	size_t **lists = dc_alloc(sweep->breakpoints.len, sizeof(*lists));

	for (i = 0; i < n; i++)
		if (sweep->enters[i] && sweep->enters[i] != DC_NEVER)
			sweep->breakpoints.at[sweep->enters[i] - 1].count++;
	dc_vec_each (breakpoint, &sweep->breakpoints) {
		size_t *list = dc_arena_alloc(sweep->arena, breakpoint->count * sizeof(*list));

		breakpoint->to_kernel = lists[breakpoint - sweep->breakpoints.at] = list;
	}
	for (i = 0; i < n; i++)
		if (sweep->enters[i] && sweep->enters[i] != DC_NEVER)
			*lists[sweep->enters[i] - 1]++ = i;
	free(lists);
}

/* A delay is exact like its lambda, unless that takes more than 63 bits: then it is rounded to
 * whole nanoseconds, and the exact lambda is what counts. */
static void fill_terms(struct dc_sweep *sweep)
{
	struct dc_breakpoint *breakpoint;
	double delay_ns;

	dc_vec_each (breakpoint, &sweep->breakpoints) {
		struct dc_terms *terms = &breakpoint->terms;

		if (dc_delay_of_lambda(terms->lambda, sweep->price, sweep->problem->seconds,
				       &terms->delay_ns))
			continue;
		delay_ns = dc_ratio_value(terms->lambda) * 1e9 * (double)sweep->problem->seconds /
			   (double)sweep->price;
		terms->delay_ns = delay_ns < 9e18 ? (struct dc_ratio){(int64_t)(delay_ns + 0.5), 1}
						  : DC_RATIO_INFINITE;
	}
}

/* Ties: supersets of the same cost differ in nodes without lines only (lambda > 0). */

static void tied_nodes(struct sweeper *s, struct dc_sweep_cut *cut, size_t a, size_t b)
{
	DC_VEC(size_t) nodes = {0};
	size_t i, *list;

	for (i = 0; a < b && i < s->model.problem->nodes.len; i++) {
		size_t group = s->model.group[i], place;

		if (group == DC_GROUP_KERNEL || group == DC_GROUP_USER)
			continue;
		place = s->order.place[group];
		if (place >= a && place < b)
			dc_vec_push(&nodes, i);
	}
	list = dc_arena_alloc(s->sweep->arena, nodes.len * sizeof(*list));
	if (nodes.len)
		memcpy(list, nodes.at, nodes.len * sizeof(*list));
	cut->tied = list;
	cut->tied_count = nodes.len;
	dc_vec_done(&nodes);
}

/* Orders the groups: those of the cut, the other weightless ones, the rest. Returns in *ret_span
 * where the second part lies. */
static void order_for_ties(struct sweeper *s, const bool *weightless, const size_t *enters,
			   size_t number, struct span *ret_span)
{
	size_t next[3] = {0}, g, part;

	for (g = 0; g < s->model.groups; g++) {
		next[1] += enters[g] <= number;
		next[2] += enters[g] <= number || weightless[g];
	}
	*ret_span = (struct span){next[1], next[2]};
	for (g = 0; g < s->model.groups; g++) {
		part = enters[g] <= number ? 0 : weightless[g] ? 1 : 2;
		s->order.place[g] = next[part]++;
		s->order.at[s->order.place[g]] = g;
	}
}

static int find_tied(struct sweeper *s, const bool *weightless, const size_t *enters, size_t number)
{
	const struct dc_sweep *sweep = s->sweep;
	size_t middle;
	struct span span;
	int64_t saved;
	int err = 0;

	order_for_ties(s, weightless, enters, number, &span);
	middle = span.b;
	/* A cut that holds at lambda 0 only: there weights do not count, and all of them are tied.
	 */
	if (number || !sweep->breakpoints.len || sweep->breakpoints.at[0].terms.lambda.p)
		err = dc_range_cut(s->diag, &s->range, span.a, span.b, DC_RATIO_INFINITE,
				   DC_FLOW_GREATEST, &middle, &saved);
	if (!err)
		tied_nodes(s, &s->sweep->cuts.at[number], span.a, middle);
	return err;
}

/* A group may be tied to a cut only if all without lines that it takes along are; hard arcs to
 * groups with lines rule it out unless those are in the kernel already, so look cut by cut. */
static void mark_weightless(struct sweeper *s, const size_t *enters, size_t number,
			    bool *weightless)
{
	const struct dc_model *model = &s->model;
	bool changed = true;
	size_t i;

	for (i = 0; i < model->groups; i++)
		weightless[i] = !model->loc[i];
	while (changed) {
		changed = false;
		for (i = 0; i < model->arcs.len; i++) {
			const struct dc_model_arc *arc = &model->arcs.at[i];

			if (!arc->hard || !weightless[arc->tail] || weightless[arc->head] ||
			    enters[arc->head] <= number)
				continue;
			weightless[arc->tail] = false;
			changed = true;
		}
	}
}

static bool has_weightless(const struct dc_model *model)
{
	size_t i;

	for (i = 0; i < model->groups; i++)
		if (!model->loc[i])
			return true;
	return false;
}

static int find_ties(struct sweeper *s)
{
	bool *weightless;
	size_t i, *enters;
	int err = 0;

	if (!has_weightless(&s->model))
		return 0;
	enters = group_enters(s);
	weightless = dc_alloc(s->model.groups, sizeof(*weightless));
	for (i = 0; !err && i < s->sweep->cuts.len; i++) {
		mark_weightless(s, enters, i, weightless);
		err = find_tied(s, weightless, enters, i);
	}
	free(enters);
	free(weightless);
	return err;
}

static void sweeper_done(struct sweeper *s)
{
	dc_order_done(&s->order);
	dc_model_done(&s->model);
	dc_thresholds_done(&s->thresholds);
}

int dc_sweep_solve(struct dc_diag *diag, const struct dc_problem *problem, int64_t price,
		   enum dc_flow_engine engine, struct dc_sweep **ret_sweep)
{
	struct sweeper s = {.diag = diag};
	int err;

	err = dc_model_start(diag, &s.model, problem);
	if (err < 0)
		return err;
	s.sweep = dc_alloc(1, sizeof(*s.sweep));
	*s.sweep = (struct dc_sweep){.arena = dc_arena_new(), .problem = problem, .price = price};
	dc_order_start(&s.order, &s.model);
	s.range = (struct dc_range){.model = &s.model, .order = &s.order, .engine = engine};
	err = find_breakpoints(&s);
	s.sweep->flows = s.range.flows + s.thresholds.flows;
	if (!err) {
		fill_terms(s.sweep);
		fill_enters(&s);
		fill_movers(s.sweep);
		dc_sweep_tallies(s.sweep);
		err = find_ties(&s);
	}
	sweeper_done(&s);
	if (err < 0)
		dc_sweep_free(s.sweep);
	else
		*ret_sweep = s.sweep;
	return err;
}

void dc_sweep_free(struct dc_sweep *sweep)
{
	if (!sweep)
		return;
	dc_vec_done(&sweep->breakpoints);
	dc_vec_done(&sweep->cuts);
	dc_arena_free(sweep->arena);
	free(sweep);
}

size_t dc_sweep_at(const struct dc_sweep *sweep, struct dc_ratio lambda)
{
	size_t low = 0, high = sweep->breakpoints.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dc_ratio_compare(sweep->breakpoints.at[middle].terms.lambda, lambda) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dc_sweep_sides(const struct dc_sweep *sweep, size_t cut, bool *in_kernel)
{
	size_t i;

	for (i = 0; i < sweep->problem->nodes.len; i++)
		in_kernel[i] = sweep->enters[i] <= cut;
}
