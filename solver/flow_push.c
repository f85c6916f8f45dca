/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our own max-flow (preflow.h) on a net with a source and a sink: what the source can send to a
 * node is the node's excess, and what the node can send to the sink is its room.
 *
 * When the flow itself is wanted, a second phase undoes what cannot be part of one: excess that is
 * stuck returns to nodes that have sent as much, and room that was moved returns to where it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "preflow.h"

#define NONE UINT32_MAX

struct push {
	const struct dc_flow_net *net;
	struct dc_preflow preflow;
	uint32_t *first; /* see preflow.h */
	uint32_t *place; /* of each arc of the net among the halves; NONE: at a terminal */
	int64_t *from_source, *to_sink; /* capacity of each node's arcs */
};

/* An arc into the source or out of the sink has no part in any minimum cut. */
static bool is_useless(const struct dc_flow_arc *arc)
{
	return arc->tail == DC_FLOW_SINK || arc->head == DC_FLOW_SOURCE || arc->tail == arc->head;
}

static bool is_inner(const struct dc_flow_arc *arc)
{
	return !is_useless(arc) && arc->tail != DC_FLOW_SOURCE && arc->head != DC_FLOW_SINK;
}

static void add_half(struct push *p, uint32_t *fill, size_t i)
{
	const struct dc_flow_arc *arc = &p->net->arcs.at[i];
	uint32_t forth = fill[arc->tail]++, back = fill[arc->head]++;

	p->preflow.halves[forth] = (struct dc_half){arc->head, back, {arc->capacity, 0}};
	p->preflow.halves[back] = (struct dc_half){arc->tail, forth, {0, arc->capacity}};
	p->place[i] = forth;
}

static void add_halves(struct push *p)
{
	const struct dc_flow_net *net = p->net;
	uint32_t *fill = dc_alloc(net->nodes, sizeof(*fill));
	size_t i;

	for (i = 0; i < net->arcs.len; i++) {
		if (!is_inner(&net->arcs.at[i]))
			continue;
		p->first[net->arcs.at[i].tail + 1]++;
		p->first[net->arcs.at[i].head + 1]++;
	}
	for (i = 0; i < net->nodes; i++) {
		p->first[i + 1] += p->first[i];
		fill[i] = p->first[i];
	}
	dc_preflow_start(&p->preflow, net->nodes, p->first[net->nodes]);
	p->preflow.first = p->first;
	for (i = 0; i < net->arcs.len; i++) {
		p->place[i] = NONE;
		if (is_inner(&net->arcs.at[i]))
			add_half(p, fill, i);
	}
	free(fill);
}

/* The flow from the source over v to the sink, before any push. */
static int64_t through(const struct push *p, size_t v)
{
	return p->from_source[v] < p->to_sink[v] ? p->from_source[v] : p->to_sink[v];
}

/* The excess of v at the start; below 0: its room. */
static int64_t supply(const struct push *p, size_t v)
{
	return p->from_source[v] - p->to_sink[v];
}

static void add_terminals(struct push *p)
{
	const struct dc_flow_arc *arc;
	size_t v;

	dc_vec_each (arc, &p->net->arcs) {
		if (arc->tail == DC_FLOW_SOURCE && !is_useless(arc))
			p->from_source[arc->head] += arc->capacity;
		else if (arc->head == DC_FLOW_SINK && !is_useless(arc))
			p->to_sink[arc->tail] += arc->capacity;
	}
	for (v = DC_FLOW_FIRST; v < p->net->nodes; v++)
		p->preflow.nodes[v].excess = supply(p, v);
}

static void push_start(struct push *p, const struct dc_flow_net *net)
{
	*p = (struct push){.net = net};
	p->first = dc_alloc(net->nodes + 1, sizeof(*p->first));
	p->place = dc_alloc(net->arcs.len, sizeof(*p->place));
	p->from_source = dc_alloc(net->nodes, sizeof(*p->from_source));
	p->to_sink = dc_alloc(net->nodes, sizeof(*p->to_sink));
	add_halves(p);
	add_terminals(p);
}

static void push_done(struct push *p)
{
	dc_preflow_done(&p->preflow);
	free(p->first);
	free(p->place);
	free(p->from_source);
	free(p->to_sink);
}

/* After a run */

/* An arc from the source to the sink counts at the sink: from_source[DC_FLOW_SINK]. */
static int64_t value_of(const struct push *p)
{
	int64_t value = p->from_source[DC_FLOW_SINK];
	size_t v;

	for (v = DC_FLOW_FIRST; v < p->net->nodes; v++) {
		int64_t stuck = p->preflow.nodes[v].excess;

		value += p->from_source[v] - (stuck > 0 ? stuck : 0);
	}
	return value;
}

/*
 * Excess on the source side returns to nodes there that sent as much, room on the other side to
 * nodes there that had as much. All arcs from the one side to the other are full, so what returns
 * stays on its side.
 */
static void undo_stuck(struct push *p, const bool *kept)
{
	struct dc_preflow_node *nodes = p->preflow.nodes;
	uint32_t v, end = (uint32_t)p->net->nodes;
	int64_t *room = dc_alloc(end, sizeof(*room));

	for (v = DC_FLOW_FIRST; v < end; v++) {
		int64_t had = supply(p, v);

		room[v] = kept[v] ? 0 : nodes[v].excess - (had < 0 ? had : 0);
		nodes[v].excess = kept[v] ? nodes[v].excess - (had > 0 ? had : 0) : 0;
	}
	dc_preflow_drain(&p->preflow, DC_FLOW_FIRST, end, false);
	for (v = DC_FLOW_FIRST; v < end; v++)
		nodes[v].excess = room[v];
	dc_preflow_drain(&p->preflow, DC_FLOW_FIRST, end, true);
	free(room);
}

/* Takes as much of the rest as the arc has capacity. */
static int64_t take(int64_t *rest, int64_t capacity)
{
	int64_t amount = *rest < capacity ? *rest : capacity;

	*rest -= amount;
	return amount;
}

/* The arcs of the terminals carry what the others need. */
static void read_flow(const struct push *p, int64_t *flow)
{
	int64_t *from_source = dc_alloc(p->net->nodes, sizeof(*from_source));
	int64_t *to_sink = dc_alloc(p->net->nodes, sizeof(*to_sink));
	const struct dc_flow_arc *arc;
	size_t i, v;

	for (i = 0; i < p->net->arcs.len; i++) {
		arc = &p->net->arcs.at[i];
		flow[i] = 0;
		if (p->place[i] == NONE)
			continue;
		flow[i] = arc->capacity - p->preflow.halves[p->place[i]].left[0];
		from_source[arc->tail] += flow[i];
		from_source[arc->head] -= flow[i];
	}
	for (v = DC_FLOW_FIRST; v < p->net->nodes; v++) {
		int64_t sends = from_source[v];

		from_source[v] = through(p, v) + (sends > 0 ? sends : 0);
		to_sink[v] = through(p, v) - (sends < 0 ? sends : 0);
	}
	from_source[DC_FLOW_SINK] = p->from_source[DC_FLOW_SINK];
	for (i = 0; i < p->net->arcs.len; i++) {
		arc = &p->net->arcs.at[i];
		if (is_useless(arc) || is_inner(arc))
			continue;
		flow[i] = arc->tail == DC_FLOW_SOURCE ? take(&from_source[arc->head], arc->capacity)
						      : take(&to_sink[arc->tail], arc->capacity);
	}
	free(from_source);
	free(to_sink);
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

int dc_flow_cut_push(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_which which,
		     int64_t *ret_value, bool *kept, int64_t *flow)
{
	struct push p;

	if (!fits(net))
		return dc_error(diag, -ERANGE, NULL,
				"the capacities add up to 2^62 or more; use a lambda, weights or a "
				"price with smaller numbers");
	push_start(&p, net);
	dc_preflow_run(&p.preflow, DC_FLOW_FIRST, (uint32_t)net->nodes);
	if (which == DC_FLOW_LEAST)
		dc_preflow_least(&p.preflow, kept);
	else
		dc_preflow_greatest(&p.preflow, kept);
	kept[DC_FLOW_SOURCE] = true;
	kept[DC_FLOW_SINK] = false;
	*ret_value = value_of(&p);
	if (flow) {
		undo_stuck(&p, kept);
		read_flow(&p, flow);
	}
	push_done(&p);
	if (dc_flow_capacity(net, kept) != *ret_value)
		return dc_error(diag, -ENOTRECOVERABLE, NULL,
				"our max-flow and its cut differ; use --flow igraph and report it");
	return 0;
}
