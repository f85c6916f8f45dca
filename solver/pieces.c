/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compact graph of the free groups, made from the model once and then from itself: each piece
 * that is cut is copied, breadth first from each of its nodes, without the links that were cut. */
#include "pieces.h"

#include <stdlib.h>

/* From the model */

/* Weights of a group towards what is before and after [a, b). */
static void take_terminals(struct dc_pieces *pieces, const struct dc_model *model,
			   const size_t *place, size_t a, size_t b, size_t group)
{
	uint32_t v = pieces->nodes - 1;
	size_t i;

	pieces->if_user[v] = model->if_user[group];
	pieces->if_kernel[v] = model->if_kernel[group];
	for (i = model->in[group]; i < model->in[group + 1]; i++) {
		const struct dc_model_arc *arc = &model->arcs.at[model->in_arcs[i]];

		if (place[arc->tail] < a)
			pieces->if_user[v] += arc->weight;
	}
	for (i = model->out[group]; i < model->out[group + 1]; i++)
		if (place[model->arcs.at[i].head] >= b)
			pieces->if_kernel[v] += model->arcs.at[i].weight;
}

/* Adds a half from the last node to `head`; the later of the two ends knows both. */
static void take_half(struct dc_pieces *pieces, uint32_t head, struct dc_link_weight weight,
		      uint32_t *next)
{
	uint32_t v = pieces->nodes - 1, half = pieces->first[v + 1]++;

	pieces->halves[half].head = head;
	pieces->weight[half] = weight;
	if (head < v) {
		uint32_t twin = next[head]++;

		pieces->halves[half].twin = twin;
		pieces->halves[twin].twin = half;
		next[v]++;
	}
}

static int64_t arc_weight(const struct dc_model_arc *arc)
{
	return arc->hard ? DC_WEIGHT_HARD : arc->weight;
}

/* The links of a group: the arcs out of it and into it, both sorted by the other end, merged. */
static void take_links(struct dc_pieces *pieces, const struct dc_model *model,
		       const uint32_t *node_of, size_t group, uint32_t *next)
{
	size_t out = model->out[group], in = model->in[group];

	while (out < model->out[group + 1] || in < model->in[group + 1]) {
		const struct dc_model_arc *leaves = &model->arcs.at[out], *enters = NULL;
		size_t other = SIZE_MAX;
		struct dc_link_weight weight = {0};

		if (in < model->in[group + 1]) {
			enters = &model->arcs.at[model->in_arcs[in]];
			other = enters->tail;
		}
		if (out < model->out[group + 1] && leaves->head <= other) {
			weight.forth = arc_weight(leaves);
			if (enters && leaves->head == other) {
				weight.back = arc_weight(enters);
				in++;
			}
			other = leaves->head;
			out++;
		} else {
			weight.back = arc_weight(enters);
			in++;
		}
		if (node_of[other] != UINT32_MAX)
			take_half(pieces, node_of[other], weight, next);
	}
}

static void room_for(struct dc_pieces *pieces, size_t nodes, size_t halves)
{
	*pieces = (struct dc_pieces){0};
	pieces->group = dc_alloc(nodes, sizeof(*pieces->group));
	pieces->loc = dc_alloc(nodes, sizeof(*pieces->loc));
	pieces->if_user = dc_alloc(nodes, sizeof(*pieces->if_user));
	pieces->if_kernel = dc_alloc(nodes, sizeof(*pieces->if_kernel));
	pieces->first = dc_alloc(nodes + 1, sizeof(*pieces->first));
	pieces->halves = dc_alloc(halves, sizeof(*pieces->halves));
	pieces->weight = dc_alloc(halves, sizeof(*pieces->weight));
	pieces->flow = dc_alloc(halves, sizeof(*pieces->flow));
}

/* The node of each group, in the order of the groups, so that links stay sorted; UINT32_MAX: none.
 * Caller frees with free(). */
static uint32_t *number_groups(const struct dc_model *model, const struct dc_order *order, size_t a,
			       size_t b)
{
	uint32_t *node_of = dc_alloc(model->groups, sizeof(*node_of)), nodes = 0;
	size_t g;

	for (g = 0; g < model->groups; g++) {
		bool taken = order->place[g] >= a && order->place[g] < b;

		node_of[g] = taken ? nodes++ : UINT32_MAX;
	}
	return node_of;
}

void dc_pieces_of_range(struct dc_pieces *pieces, const struct dc_model *model,
			const struct dc_order *order, size_t a, size_t b)
{
	uint32_t *node_of = number_groups(model, order, a, b);
	uint32_t *next = dc_alloc(b - a, sizeof(*next));
	size_t g;

	room_for(pieces, b - a, 2 * model->arcs.len);
	for (g = 0; g < model->groups; g++) {
		uint32_t v = pieces->nodes;

		if (node_of[g] == UINT32_MAX)
			continue;
		pieces->group[v] = (uint32_t)g;
		pieces->loc[v] = model->loc[g];
		pieces->nodes++;
		pieces->first[v + 1] = next[v] = pieces->first[v];
		take_terminals(pieces, model, order->place, a, b, g);
		take_links(pieces, model, node_of, g, next);
	}
	dc_vec_push(&pieces->list, (struct dc_piece){.end = pieces->nodes});
	free(node_of);
	free(next);
}

void dc_pieces_like(struct dc_pieces *pieces, const struct dc_pieces *like)
{
	room_for(pieces, like->nodes, like->first[like->nodes]);
}

void dc_pieces_clear(struct dc_pieces *pieces)
{
	pieces->nodes = 0;
	pieces->list.len = 0;
}

void dc_pieces_done(struct dc_pieces *pieces)
{
	free(pieces->group);
	free(pieces->loc);
	free(pieces->if_user);
	free(pieces->if_kernel);
	free(pieces->first);
	free(pieces->halves);
	free(pieces->weight);
	free(pieces->flow);
	dc_vec_done(&pieces->list);
}

/* From the generation before */

#define NOT_YET UINT32_MAX

struct copy {
	const struct dc_pieces *from;
	const enum dc_fate *fate;
	struct dc_pieces *to;
	uint32_t *new_node, *new_half;
};

/* The node's weights, with those of the links that are cut. */
static void copy_node(struct copy *c, uint32_t v)
{
	const struct dc_pieces *from = c->from;
	struct dc_pieces *to = c->to;
	uint32_t node = to->nodes++, h;

	c->new_node[v] = node;
	to->group[node] = v; /* until its links are copied */
	to->loc[node] = from->loc[v];
	to->if_user[node] = from->if_user[v];
	to->if_kernel[node] = from->if_kernel[v];
	for (h = from->first[v]; h < from->first[v + 1]; h++) {
		enum dc_fate other = c->fate[from->halves[h].head];

		if (other == c->fate[v])
			continue;
		if (c->fate[v] == DC_FATE_KERNEL)
			to->if_kernel[node] += from->weight[h].forth;
		else
			to->if_user[node] += from->weight[h].back;
	}
}

/* Copies the nodes that links connect with v. */
static void copy_connected(struct copy *c, uint32_t v)
{
	uint32_t head = c->to->nodes, h;

	for (copy_node(c, v); head < c->to->nodes; head++) {
		v = c->to->group[head];
		for (h = c->from->first[v]; h < c->from->first[v + 1]; h++) {
			uint32_t w = c->from->halves[h].head;

			if (c->new_node[w] == NOT_YET && c->fate[w] == c->fate[v])
				copy_node(c, w);
		}
	}
}

static void copy_links(struct copy *c, uint32_t begin)
{
	struct dc_pieces *to = c->to;
	uint32_t node, h, half = to->first[begin];

	for (node = begin; node < to->nodes; node++) {
		uint32_t v = to->group[node];

		for (h = c->from->first[v]; h < c->from->first[v + 1]; h++) {
			const struct dc_link_half *old = &c->from->halves[h];

			if (c->fate[old->head] != c->fate[v])
				continue;
			c->new_half[h] = half;
			to->weight[half] = c->from->weight[h];
			to->flow[half] = c->from->flow[h];
			to->halves[half++] =
				(struct dc_link_half){c->new_node[old->head], old->twin};
		}
		to->first[node + 1] = half;
		to->group[node] = c->from->group[v];
	}
	for (h = to->first[begin]; h < half; h++)
		to->halves[h].twin = c->new_half[to->halves[h].twin];
}

void dc_pieces_split(const struct dc_pieces *pieces, const struct dc_piece *piece,
		     const enum dc_fate *fate, struct dc_pieces *next, uint32_t *new_node,
		     uint32_t *new_half)
{
	struct copy copy = {pieces, fate, next, new_node, new_half};
	uint32_t v, begin;

	for (v = piece->begin; v < piece->end; v++)
		new_node[v] = NOT_YET;
	for (v = piece->begin; v < piece->end; v++) {
		if (fate[v] == DC_FATE_SETTLED || new_node[v] != NOT_YET)
			continue;
		begin = next->nodes;
		copy_connected(&copy, v);
		copy_links(&copy, begin);
		dc_vec_push(&next->list,
			    (struct dc_piece){begin, next->nodes,
					      piece->bounded || fate[v] == DC_FATE_KERNEL});
	}
}
