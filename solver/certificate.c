/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a proof of a sweep: at each breakpoint a flow as large as the cut, on a net made of the
 * problem itself, so that the reader (verify.c) needs nothing of the solver.
 */
#include "certificate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "cut.h"
#include "json_parts.h"
#include "sweep.h"

struct maker {
	const struct dc_problem *problem;
	struct dc_ratio lambda;
	struct dc_flow_net net; /* arcs: two a node, two an edge, follows, togethers */
	int64_t unlimited;
	bool overflow;
};

static int64_t limit(struct maker *m, int64_t count, int64_t times)
{
	int64_t product = 0;

	if (__builtin_mul_overflow(count, times, &product))
		m->overflow = true;
	return product;
}

/* More than any cut that keeps the constraints can cost: all lines and all weights. */
static int64_t more_than_all(struct maker *m)
{
	const struct dc_problem_node *node;
	const struct dc_problem_edge *edge;
	int64_t weights = 0, all = 1;

	dc_vec_each (node, &m->problem->nodes)
		weights += node->kernel_calls + node->entry_calls;
	dc_vec_each (edge, &m->problem->edges)
		weights += edge->calls + edge->down;
	if (__builtin_add_overflow(all, limit(m, weights, m->lambda.p), &all) ||
	    __builtin_add_overflow(all, limit(m, dc_problem_loc(m->problem), m->lambda.q), &all))
		m->overflow = true;
	return all;
}

static void arc(struct maker *m, size_t tail, size_t head, int64_t capacity)
{
	dc_vec_push(&m->net.arcs, (struct dc_flow_arc){(uint32_t)tail, (uint32_t)head, capacity});
}

static void add_nodes(struct maker *m)
{
	size_t i, n = m->problem->nodes.len;
	bool *pinned[2] = {dc_alloc(n, sizeof(bool)), dc_alloc(n, sizeof(bool))};
	const struct dc_problem_pin *pin;

	dc_vec_each (pin, &m->problem->pins)
		pinned[pin->side][pin->node] = true;
	for (i = 0; i < n; i++) {
		const struct dc_problem_node *node = &m->problem->nodes.at[i];
		int64_t weight = limit(m, node->kernel_calls + node->entry_calls, m->lambda.p);
		int64_t lines = limit(m, node->loc, m->lambda.q);

		arc(m, DC_FLOW_SOURCE, DC_FLOW_FIRST + i,
		    pinned[DC_SIDE_KERNEL][i] ? m->unlimited : weight);
		arc(m, DC_FLOW_FIRST + i, DC_FLOW_SINK,
		    pinned[DC_SIDE_USER][i] ? m->unlimited : lines);
	}
	free(pinned[0]);
	free(pinned[1]);
}

static void add_edges(struct maker *m)
{
	const struct dc_problem_edge *edge;

	dc_vec_each (edge, &m->problem->edges) {
		size_t from = DC_FLOW_FIRST + edge->from, to = DC_FLOW_FIRST + edge->to;
		bool copied = m->problem->nodes.at[edge->to].replicated;

		arc(m, from, to, copied ? m->unlimited : limit(m, edge->calls, m->lambda.p));
		arc(m, to, from, copied ? 0 : limit(m, edge->down, m->lambda.p));
	}
}

static void add_constraints(struct maker *m)
{
	const struct dc_problem_together *together;
	const struct dc_problem_follow *follow;
	size_t i;

	dc_vec_each (follow, &m->problem->follows) {
		bool itself = follow->from == follow->to;

		arc(m, DC_FLOW_FIRST + follow->from, DC_FLOW_FIRST + follow->to,
		    itself ? 0 : m->unlimited);
	}
	dc_vec_each (together, &m->problem->togethers) {
		for (i = 0; i < together->count; i++)
			arc(m, DC_FLOW_FIRST + together->nodes[i],
			    DC_FLOW_FIRST + together->nodes[(i + 1) % together->count],
			    together->count > 1 ? m->unlimited : 0);
	}
}

/* The maximum flow at m->lambda, one number an arc; caller frees with free(). */
static int find_flow(struct dc_diag *diag, struct maker *m, int64_t **ret_flow)
{
	int64_t value, *flow;
	bool *kept;
	int err;

	m->overflow = false;
	m->net.arcs.len = 0;
	m->net.nodes = DC_FLOW_FIRST + m->problem->nodes.len;
	m->unlimited = more_than_all(m);
	add_nodes(m);
	add_edges(m);
	add_constraints(m);
	if (m->overflow)
		return dc_error(diag, -ERANGE, DC_FILE(m->problem->name),
				"the numbers are too large for a certificate; use smaller weights");
	kept = dc_alloc(m->net.nodes, sizeof(*kept));
	flow = dc_alloc(m->net.arcs.len, sizeof(*flow));
	err = dc_flow_cut_push(diag, &m->net, DC_FLOW_LEAST, &value, kept, flow);
	free(kept);
	if (err < 0)
		free(flow);
	else
		*ret_flow = flow;
	return err;
}

static json_t *pairs_json(const int64_t *flow, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		json_t *pair = json_array();

		dc_json_add(pair, json_integer(flow[2 * i]));
		dc_json_add(pair, json_integer(flow[2 * i + 1]));
		dc_json_add(list, pair);
	}
	return list;
}

static json_t *numbers_json(const int64_t *flow, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		dc_json_add(list, json_integer(flow[i]));
	return list;
}

static json_t *flow_json(const struct dc_problem *problem, const int64_t *flow)
{
	json_t *object = json_object(), *togethers = json_array();
	const struct dc_problem_together *together;

	dc_json_set(object, "nodes", pairs_json(flow, problem->nodes.len));
	flow += 2 * problem->nodes.len;
	dc_json_set(object, "edges", pairs_json(flow, problem->edges.len));
	flow += 2 * problem->edges.len;
	dc_json_set(object, "follow", numbers_json(flow, problem->follows.len));
	flow += problem->follows.len;
	dc_vec_each (together, &problem->togethers) {
		dc_json_add(togethers, numbers_json(flow, together->count));
		flow += together->count;
	}
	dc_json_set(object, "together", togethers);
	return object;
}

/* Adds a point to the list: lambda, the cut that begins after it and the flow at it. */
static int add_point(struct dc_diag *diag, struct maker *m, const struct dc_sweep *sweep,
		     struct dc_ratio lambda, size_t cut, json_t *points)
{
	const struct dc_tally *tally = &sweep->cuts.at[cut].tally;
	json_t *point, *to_kernel = json_array();
	int64_t *flow = NULL;
	size_t i;
	int err;

	m->lambda = lambda;
	err = find_flow(diag, m, &flow);
	if (err < 0) {
		json_decref(to_kernel);
		return err;
	}
	for (i = 0; lambda.q && i < sweep->problem->nodes.len; i++)
		if (sweep->enters[i] == cut)
			dc_json_add(to_kernel, json_string(sweep->problem->nodes.at[i].id));
	point = json_object();
	dc_json_set(point, "lambda", dc_ratio_json(lambda));
	dc_json_set(point, "to_kernel", to_kernel);
	dc_json_set(point, "kernel_loc", json_integer(tally->kernel_loc));
	dc_json_set(point, "crossings", json_integer(tally->crossings));
	dc_json_set(point, "flow", flow_json(m->problem, flow));
	dc_json_add(points, point);
	free(flow);
	return 0;
}

int dc_certificate_write(struct dc_diag *diag, const char *path, const struct dc_sweep *sweep)
{
	struct maker m = {.problem = sweep->problem};
	json_t *root = dc_json_new("certificate"), *points = json_array();
	size_t i, count = sweep->breakpoints.len;
	int err;

	err = add_point(diag, &m, sweep, (struct dc_ratio){0, 1}, 0, points);
	for (i = 0; !err && i < count; i++)
		err = add_point(diag, &m, sweep, sweep->breakpoints.at[i].terms.lambda, i + 1,
				points);
	if (!err)
		err = add_point(diag, &m, sweep, DC_RATIO_INFINITE, count, points);
	if (sweep->problem->driver)
		dc_json_set(root, "driver", json_string(sweep->problem->driver));
	dc_json_set(root, "points", points);
	if (!err)
		err = dc_json_write(diag, path, root);
	json_decref(root);
	dc_vec_done(&m.net.arcs);
	return err;
}
