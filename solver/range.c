/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting a range of the order: see model.h. The range becomes a flow net of its free groups, with
 * all before it contracted into the source (kernel) and all after it into the sink (user side). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

void dc_order_start(struct dc_order *order, const struct dc_model *model)
{
	size_t i;

	order->at = dc_alloc(model->groups, sizeof(*order->at));
	order->place = dc_alloc(model->groups, sizeof(*order->place));
	for (i = 0; i < model->groups; i++)
		order->at[i] = order->place[i] = i;
}

void dc_order_done(struct dc_order *order)
{
	free(order->at);
	free(order->place);
}

/* Weights of a free group towards what is before and after its range. */
static void terminal_weights(const struct dc_range *range, size_t a, size_t b, size_t group,
			     int64_t *ret_if_user, int64_t *ret_if_kernel)
{
	const struct dc_model *model = range->model;
	const size_t *place = range->order->place;
	int64_t if_user = model->if_user[group], if_kernel = model->if_kernel[group];
	size_t i;

	for (i = model->in[group]; i < model->in[group + 1]; i++) {
		const struct dc_model_arc *arc = &model->arcs.at[model->in_arcs[i]];

		if (place[arc->tail] < a)
			if_user += arc->weight;
	}
	for (i = model->out[group]; i < model->out[group + 1]; i++) {
		const struct dc_model_arc *arc = &model->arcs.at[i];

		if (place[arc->head] >= b)
			if_kernel += arc->weight;
	}
	*ret_if_user = if_user;
	*ret_if_kernel = if_kernel;
}

int64_t dc_range_loc(const struct dc_range *range, size_t a, size_t b)
{
	int64_t sum = 0;

	for (; a < b; a++)
		sum += range->model->loc[range->order->at[a]];
	return sum;
}

int64_t dc_range_drop(const struct dc_range *range, size_t a, size_t b)
{
	int64_t sum = 0, if_user, if_kernel;
	size_t i;

	for (i = a; i < b; i++) {
		terminal_weights(range, a, b, range->order->at[i], &if_user, &if_kernel);
		sum += if_user - if_kernel;
	}
	return sum;
}

/* The cost of the arcs, in whole numbers: lines times q, weights times p. */
struct scale {
	int64_t p, q;
	bool overflow;
};

static int64_t scaled(struct scale *scale, int64_t weight, int64_t lines)
{
	int64_t cost = 0, of_lines = 0;

	if (__builtin_mul_overflow(weight, scale->p, &cost) ||
	    __builtin_mul_overflow(lines, scale->q, &of_lines) ||
	    __builtin_add_overflow(cost, of_lines, &cost))
		scale->overflow = true;
	return scale->overflow ? 0 : cost;
}

static void net_arc(struct dc_flow_net *net, size_t tail, size_t head, int64_t capacity)
{
	if (capacity)
		dc_vec_push(&net->arcs,
			    (struct dc_flow_arc){(uint32_t)tail, (uint32_t)head, capacity});
}

/* A cost that a group has on either side is paid by every cut. It is left out, of the value of the
 * cut too. */
static void net_terminals(const struct dc_range *range, size_t a, size_t b, struct scale *scale,
			  struct dc_flow_net *net, int64_t *ret_hard)
{
	int64_t sum = 0, if_user, if_kernel, gain, cost, both;
	size_t i;

	for (i = a; i < b; i++) {
		size_t group = range->order->at[i], v = DC_FLOW_FIRST + i - a;

		terminal_weights(range, a, b, group, &if_user, &if_kernel);
		gain = scaled(scale, if_user, 0);
		cost = scaled(scale, if_kernel, range->model->loc[group]);
		both = gain < cost ? gain : cost;
		cost -= both;
		net_arc(net, DC_FLOW_SOURCE, v, gain - both);
		net_arc(net, v, DC_FLOW_SINK, cost);
		if (__builtin_add_overflow(sum, cost, &sum))
			scale->overflow = true;
	}
	if (__builtin_add_overflow(sum, 1, ret_hard))
		scale->overflow = true;
}

/* hard is more than all that can reach the sink, so a minimum cut never has such an arc. */
static void net_inner(const struct dc_range *range, size_t a, size_t b, struct scale *scale,
		      struct dc_flow_net *net, int64_t hard)
{
	const struct dc_model *model = range->model;
	size_t i, at;

	for (i = a; i < b; i++) {
		size_t group = range->order->at[i];

		for (at = model->out[group]; at < model->out[group + 1]; at++) {
			const struct dc_model_arc *arc = &model->arcs.at[at];
			size_t head = range->order->place[arc->head];

			if (head < a || head >= b)
				continue;
			net_arc(net, DC_FLOW_FIRST + i - a, DC_FLOW_FIRST + head - a,
				arc->hard ? hard : scaled(scale, arc->weight, 0));
		}
	}
}

int dc_range_net(struct dc_diag *diag, const struct dc_range *range, size_t a, size_t b,
		 struct dc_ratio lambda, struct dc_flow_net *net)
{
	struct scale scale = {.p = lambda.p, .q = lambda.q};
	int64_t hard = 0;

	net->nodes = DC_FLOW_FIRST + b - a;
	net_terminals(range, a, b, &scale, net, &hard);
	net_inner(range, a, b, &scale, net, hard);
	if (!scale.overflow)
		return 0;
	dc_vec_done(&net->arcs);
	return dc_error(diag, -ERANGE, DC_FILE(range->model->problem->name),
			"lambda times the weights does not fit 63 bits; use smaller weights, or a "
			"lambda with smaller numbers");
}

/* Puts the kept groups of [a, b) first; returns where the others begin. */
static size_t partition(struct dc_order *order, size_t a, size_t b, const bool *kept)
{
	size_t *rest = dc_alloc(b - a, sizeof(*rest));
	size_t i, count = 0, middle = a;

	for (i = a; i < b; i++) {
		if (kept[DC_FLOW_FIRST + i - a])
			order->at[middle++] = order->at[i];
		else
			rest[count++] = order->at[i];
	}
	memcpy(order->at + middle, rest, count * sizeof(*rest));
	for (i = a; i < b; i++)
		order->place[order->at[i]] = i;
	free(rest);
	return middle;
}

static int64_t all_user_cost(const struct dc_flow_net *net)
{
	const struct dc_flow_arc *arc;
	int64_t sum = 0;

	dc_vec_each (arc, &net->arcs)
		if (arc->tail == DC_FLOW_SOURCE)
			sum += arc->capacity;
	return sum;
}

int dc_range_cut(struct dc_diag *diag, struct dc_range *range, size_t a, size_t b,
		 struct dc_ratio lambda, enum dc_flow_which which, size_t *ret_middle,
		 int64_t *ret_saved)
{
	struct dc_flow_net net = {0};
	int64_t value;
	bool *kept;
	int err;

	*ret_saved = 0;
	*ret_middle = a;
	if (a == b)
		return 0;
	err = dc_range_net(diag, range, a, b, lambda, &net);
	if (err < 0)
		return err;
	kept = dc_alloc(net.nodes, sizeof(*kept));
	range->flows++;
	range->used = dc_flow_engine_for(&net, range->engine);
	err = dc_flow_cut(diag, &net, range->engine, which, &value, kept);
	if (!err) {
		*ret_middle = partition(range->order, a, b, kept);
		*ret_saved = all_user_cost(&net) - value;
	}
	free(kept);
	dc_vec_done(&net.arcs);
	return err;
}
