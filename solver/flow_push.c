/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our own max-flow in 64-bit integers: push-relabel, highest label first, with lists of nodes per
 * level (so a gap is closed in the time of the nodes it strands), and exact distances at the start
 * and every so often after it (Cherkassky and Goldberg 1997).
 *
 * Two phases. The first finds a maximum preflow, and with it the minimum cut nearest to the sink;
 * when the least source side or the flow itself is wanted, the second sends what is stranded back
 * to the source, by the same pushes with labels counted from the source.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define NONE UINT32_MAX

struct half {
	uint32_t head;
	uint32_t twin; /* the same arc seen from its head */
	int64_t left; /* residual capacity */
};

struct push {
	uint32_t nodes, root; /* labels count the arcs to root */
	uint32_t *first; /* halves of v: first[v] .. first[v + 1] */
	uint32_t *current;
	struct half *halves;
	uint32_t *place; /* of each arc of the net among the halves */
	int64_t *excess;
	uint32_t *label; /* nodes: root cannot be reached */
	uint32_t *active; /* per level: list of nodes with excess */
	uint32_t *next_active;
	uint32_t *level; /* per level: all nodes of that label, doubly linked */
	uint32_t *next, *prev;
	uint32_t highest_active, highest;
	uint32_t *queue;
	size_t work, work_limit;
};

static uint32_t *new_numbers(size_t count)
{
	return dc_alloc(count, sizeof(uint32_t));
}

static void add_half(struct push *p, uint32_t *fill, const struct dc_flow_net *net, size_t i)
{
	const struct dc_flow_arc *arc = &net->arcs.at[i];
	uint32_t forth = fill[arc->tail]++, back = fill[arc->head]++;

	p->halves[forth] = (struct half){arc->head, back, arc->capacity};
	p->halves[back] = (struct half){arc->tail, forth, 0};
	p->place[i] = forth;
}

static void push_start(struct push *p, const struct dc_flow_net *net)
{
	uint32_t *fill = new_numbers(net->nodes);
	size_t i;

	*p = (struct push){.nodes = (uint32_t)net->nodes};
	p->first = new_numbers(net->nodes + 1);
	for (i = 0; i < net->arcs.len; i++) {
		p->first[net->arcs.at[i].tail + 1]++;
		p->first[net->arcs.at[i].head + 1]++;
	}
	for (i = 0; i < net->nodes; i++) {
		p->first[i + 1] += p->first[i];
		fill[i] = p->first[i];
	}
	p->halves = dc_alloc(2 * net->arcs.len, sizeof(*p->halves));
	p->place = new_numbers(net->arcs.len);
	for (i = 0; i < net->arcs.len; i++)
		add_half(p, fill, net, i);
	free(fill);
	p->excess = dc_alloc(net->nodes, sizeof(*p->excess));
	p->current = new_numbers(net->nodes);
	p->label = new_numbers(net->nodes);
	p->active = new_numbers(net->nodes + 1);
	p->next_active = new_numbers(net->nodes);
	p->level = new_numbers(net->nodes + 1);
	p->next = new_numbers(net->nodes);
	p->prev = new_numbers(net->nodes);
	p->queue = new_numbers(net->nodes);
	p->work_limit = 6 * net->nodes + net->arcs.len;
}

static void push_done(struct push *p)
{
	free(p->first);
	free(p->halves);
	free(p->place);
	free(p->excess);
	free(p->current);
	free(p->label);
	free(p->active);
	free(p->next_active);
	free(p->level);
	free(p->next);
	free(p->prev);
	free(p->queue);
}

/* Lists */

static void activate(struct push *p, uint32_t v)
{
	uint32_t label = p->label[v];

	p->next_active[v] = p->active[label];
	p->active[label] = v;
	if (label > p->highest_active)
		p->highest_active = label;
}

static void level_add(struct push *p, uint32_t v)
{
	uint32_t label = p->label[v], head = p->level[label];

	p->next[v] = head;
	p->prev[v] = NONE;
	if (head != NONE)
		p->prev[head] = v;
	p->level[label] = v;
	if (label > p->highest)
		p->highest = label;
}

static void level_remove(struct push *p, uint32_t v)
{
	if (p->prev[v] != NONE)
		p->next[p->prev[v]] = p->next[v];
	else
		p->level[p->label[v]] = p->next[v];
	if (p->next[v] != NONE)
		p->prev[p->next[v]] = p->prev[v];
}

/* Labels v, reached at that distance from the root, and enters it in the lists. */
static void reach(struct push *p, uint32_t v, uint32_t label)
{
	p->label[v] = label;
	p->current[v] = p->first[v];
	if (v == DC_FLOW_SOURCE || v == DC_FLOW_SINK)
		return;
	level_add(p, v);
	if (p->excess[v] > 0)
		activate(p, v);
}

/* Labels := exact distances to the root in the residual graph. */
static void relabel_all(struct push *p)
{
	uint32_t head = 0, tail = 0, v, h;

	for (v = 0; v < p->nodes; v++)
		p->label[v] = p->nodes;
	memset(p->active, 0xff, (p->nodes + 1) * sizeof(*p->active));
	memset(p->level, 0xff, (p->nodes + 1) * sizeof(*p->level));
	p->highest = p->highest_active = 0;
	p->work = 0;
	reach(p, p->root, 0);
	p->queue[tail++] = p->root;
	while (head < tail) {
		v = p->queue[head++];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (p->label[w] < p->nodes || !p->halves[p->halves[h].twin].left)
				continue;
			if (w == DC_FLOW_SOURCE || w == DC_FLOW_SINK)
				continue;
			reach(p, w, p->label[v] + 1);
			p->queue[tail++] = w;
		}
	}
}

/* No node is left at this label: no node above it reaches the root any more. */
static void close_gap(struct push *p, uint32_t label)
{
	uint32_t v;

	for (label++; label <= p->highest; label++) {
		for (v = p->level[label]; v != NONE; v = p->next[v])
			p->label[v] = p->nodes;
		p->level[label] = p->active[label] = NONE;
	}
}

static void relabel(struct push *p, uint32_t v)
{
	uint32_t old = p->label[v], least = p->nodes, h;

	level_remove(p, v);
	p->label[v] = p->nodes;
	p->work += 12 + p->first[v + 1] - p->first[v];
	if (p->level[old] == NONE) {
		uint32_t top = old - 1;

		close_gap(p, old);
		p->highest = p->highest_active = top;
		return;
	}
	for (h = p->first[v]; h < p->first[v + 1]; h++) {
		if (p->halves[h].left && p->label[p->halves[h].head] < least) {
			least = p->label[p->halves[h].head];
			p->current[v] = h;
		}
	}
	if (least + 1 >= p->nodes)
		return;
	p->label[v] = least + 1;
	level_add(p, v);
}

static void push_half(struct push *p, uint32_t v, struct half *half)
{
	int64_t amount = p->excess[v] < half->left ? p->excess[v] : half->left;
	uint32_t w = half->head;

	if (w != DC_FLOW_SOURCE && w != DC_FLOW_SINK && !p->excess[w])
		activate(p, w);
	half->left -= amount;
	p->halves[half->twin].left += amount;
	p->excess[v] -= amount;
	p->excess[w] += amount;
}

/* Pushes and relabels v until its excess is gone or it cannot reach the root. */
static void discharge(struct push *p, uint32_t v)
{
	while (p->excess[v] > 0 && p->label[v] < p->nodes) {
		uint32_t end = p->first[v + 1];

		for (; p->current[v] < end; p->current[v]++) {
			struct half *half = &p->halves[p->current[v]];

			if (!half->left || p->label[v] != p->label[half->head] + 1)
				continue;
			push_half(p, v, half);
			if (!p->excess[v])
				return;
		}
		relabel(p, v);
	}
}

/* Sends all excess that can get there to the root. */
static void drain(struct push *p, uint32_t root)
{
	p->root = root;
	relabel_all(p);
	while (p->highest_active > 0) {
		uint32_t v = p->active[p->highest_active];

		if (v == NONE) {
			p->highest_active--;
			continue;
		}
		p->active[p->highest_active] = p->next_active[v];
		discharge(p, v);
		if (p->work > p->work_limit)
			relabel_all(p);
	}
}

static void saturate_source(struct push *p)
{
	uint32_t h;

	for (h = p->first[DC_FLOW_SOURCE]; h < p->first[DC_FLOW_SOURCE + 1]; h++) {
		struct half *half = &p->halves[h];

		p->excess[half->head] += half->left;
		p->excess[DC_FLOW_SOURCE] -= half->left;
		p->halves[half->twin].left += half->left;
		half->left = 0;
	}
}

/* The greatest source side: what cannot reach the sink. */
static void greatest_side(struct push *p, bool *kept)
{
	uint32_t v;

	p->root = DC_FLOW_SINK;
	relabel_all(p);
	for (v = 0; v < p->nodes; v++)
		kept[v] = p->label[v] == p->nodes;
	kept[DC_FLOW_SOURCE] = true;
}

/* The least source side: what the source reaches. */
static void least_side(struct push *p, bool *kept)
{
	uint32_t head = 0, tail = 0, h;

	memset(kept, 0, p->nodes * sizeof(*kept));
	kept[DC_FLOW_SOURCE] = true;
	p->queue[tail++] = DC_FLOW_SOURCE;
	while (head < tail) {
		uint32_t v = p->queue[head++];

		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (kept[w] || !p->halves[h].left)
				continue;
			kept[w] = true;
			p->queue[tail++] = w;
		}
	}
}

static bool fits(const struct dc_flow_net *net)
{
	const struct dc_flow_arc *arc;
	int64_t sum = 0;

	if (net->nodes >= NONE / 2 || net->arcs.len >= NONE / 2)
		return false;
	dc_vec_each (arc, &net->arcs)
		if (__builtin_add_overflow(sum, arc->capacity, &sum))
			return false;
	return sum <= INT64_MAX / 2;
}

static int cut_with_flow(struct dc_diag *diag, const struct dc_flow_net *net,
			 enum dc_flow_which which, int64_t *ret_value, bool *kept, int64_t *flow)
{
	struct push p;
	size_t i;

	push_start(&p, net);
	saturate_source(&p);
	drain(&p, DC_FLOW_SINK);
	if (flow)
		drain(&p, DC_FLOW_SOURCE);
	if (which == DC_FLOW_LEAST)
		least_side(&p, kept);
	else
		greatest_side(&p, kept);
	*ret_value = p.excess[DC_FLOW_SINK];
	for (i = 0; flow && i < net->arcs.len; i++)
		flow[i] = net->arcs.at[i].capacity - p.halves[p.place[i]].left;
	push_done(&p);
	if (dc_flow_capacity(net, kept) != *ret_value)
		return dc_error(diag, -ENOTRECOVERABLE, NULL,
				"our max-flow and its cut differ; use --flow igraph and report it");
	return 0;
}

static uint32_t turned(uint32_t v)
{
	if (v == DC_FLOW_SOURCE)
		return DC_FLOW_SINK;
	return v == DC_FLOW_SINK ? DC_FLOW_SOURCE : v;
}

/* The least source side without the second phase: what the greatest source side of the net with
 * all arcs turned round leaves. */
static int cut_turned(struct dc_diag *diag, const struct dc_flow_net *net, int64_t *ret_value,
		      bool *kept)
{
	struct dc_flow_net back = {.nodes = net->nodes};
	const struct dc_flow_arc *arc;
	size_t v;
	int err;

	dc_vec_each (arc, &net->arcs)
		dc_vec_push(&back.arcs, (struct dc_flow_arc){turned(arc->head), turned(arc->tail),
							     arc->capacity});
	err = cut_with_flow(diag, &back, DC_FLOW_GREATEST, ret_value, kept, NULL);
	for (v = 0; v < net->nodes; v++)
		kept[v] = !kept[v];
	kept[DC_FLOW_SOURCE] = true;
	kept[DC_FLOW_SINK] = false;
	dc_vec_done(&back.arcs);
	return err;
}

int dc_flow_cut_push(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_which which,
		     int64_t *ret_value, bool *kept, int64_t *flow)
{
	if (!fits(net))
		return dc_error(diag, -ERANGE, NULL,
				"the capacities add up to 2^62 or more; use a lambda, weights or a "
				"price with smaller numbers");
	if (which == DC_FLOW_LEAST && !flow)
		return cut_turned(diag, net, ret_value, kept);
	return cut_with_flow(diag, net, which, ret_value, kept, flow);
}
