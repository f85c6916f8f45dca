/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a proof of a sweep: a flow for each group of nodes that enter the kernel side together, on
 * a net made of the problem itself, so that the reader (verify.c) needs nothing of the solver.
 */
#include "certificate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "cut.h"
#include "json_parts.h"
#include "sweep.h"

/* Things of the problem by group: of[first[g] .. first[g + 1]) are those within group g, in the
 * problem's order. */
struct by_group {
	size_t *first, *of;
};

struct maker {
	const struct dc_problem *problem;
	const struct dc_sweep *sweep;
	size_t groups;
	size_t *group; /* node -> the cut that it enters with; the last: it never enters */
	size_t *place; /* node -> its number within its group */
	int64_t *before, *after; /* node -> weight of its arcs from the source and into the sink */
	struct by_group nodes, edges, follows, togethers;
	struct dc_ratio lambda;
	struct dc_flow_net net; /* of a group: arcs as add_nodes, add_edges, ... order them */
	int64_t unlimited;
	bool overflow;
};

#define NO_GROUP SIZE_MAX

/* The group of a thing whose two ends are given; NO_GROUP if they differ. */
static size_t common(const struct maker *m, size_t one, size_t other)
{
	return m->group[one] == m->group[other] ? m->group[one] : NO_GROUP;
}

static size_t group_of_node(const struct maker *m, size_t i)
{
	return m->group[i];
}

static size_t group_of_edge(const struct maker *m, size_t i)
{
	return common(m, m->problem->edges.at[i].from, m->problem->edges.at[i].to);
}

static size_t group_of_follow(const struct maker *m, size_t i)
{
	return common(m, m->problem->follows.at[i].from, m->problem->follows.at[i].to);
}

static size_t group_of_together(const struct maker *m, size_t i)
{
	return m->group[m->problem->togethers.at[i].nodes[0]];
}

static void sort_by_group(const struct maker *m, size_t count,
			  size_t (*group_of)(const struct maker *, size_t), struct by_group *ret)
{
	size_t i, g, *next = dc_alloc(m->groups + 1, sizeof(*next));

	ret->first = dc_alloc(m->groups + 1, sizeof(*ret->first));
	ret->of = dc_alloc(count, sizeof(*ret->of));
	for (i = 0; i < count; i++) {
		g = group_of(m, i);
		if (g != NO_GROUP)
			ret->first[g + 1]++;
	}
	for (g = 0; g < m->groups; g++)
		next[g + 1] = ret->first[g + 1] += ret->first[g];
	for (i = 0; i < count; i++) {
		g = group_of(m, i);
		if (g != NO_GROUP)
			ret->of[next[g]++] = i;
	}
	free(next);
}

static size_t count_of(const struct by_group *list, size_t group)
{
	return list->first[group + 1] - list->first[group];
}

/* What a node's arcs from the source and into the sink weigh, within its group. */
static void weigh(struct maker *m)
{
	const struct dc_problem_edge *edge;
	size_t i, n = m->problem->nodes.len;

	m->before = dc_alloc(n, sizeof(*m->before));
	m->after = dc_alloc(n, sizeof(*m->after));
	for (i = 0; i < n; i++)
		m->before[i] =
			m->problem->nodes.at[i].kernel_calls + m->problem->nodes.at[i].entry_calls;
	dc_vec_each (edge, &m->problem->edges) {
		bool from_first = m->group[edge->from] < m->group[edge->to];
		int64_t weight = from_first ? edge->calls : edge->down;

		if (m->problem->nodes.at[edge->to].replicated ||
		    m->group[edge->from] == m->group[edge->to])
			continue;
		m->before[from_first ? edge->to : edge->from] += weight;
		m->after[from_first ? edge->from : edge->to] += weight;
	}
}

static void maker_start(struct maker *m, const struct dc_sweep *sweep)
{
	const struct dc_problem *problem = sweep->problem;
	size_t i, n = problem->nodes.len;

	*m = (struct maker){.problem = problem, .sweep = sweep, .groups = sweep->cuts.len + 1};
	m->group = dc_alloc(n, sizeof(*m->group));
	m->place = dc_alloc(n, sizeof(*m->place));
	for (i = 0; i < n; i++)
		m->group[i] = sweep->enters[i] == DC_NEVER ? m->groups - 1 : sweep->enters[i];
	sort_by_group(m, n, group_of_node, &m->nodes);
	sort_by_group(m, problem->edges.len, group_of_edge, &m->edges);
	sort_by_group(m, problem->follows.len, group_of_follow, &m->follows);
	sort_by_group(m, problem->togethers.len, group_of_together, &m->togethers);
	for (i = 0; i < n; i++)
		m->place[m->nodes.of[i]] = i - m->nodes.first[m->group[m->nodes.of[i]]];
	weigh(m);
}

static void maker_done(struct maker *m)
{
	struct by_group *const lists[] = {&m->nodes, &m->edges, &m->follows, &m->togethers};
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		free(lists[i]->first);
		free(lists[i]->of);
	}
	free(m->group);
	free(m->place);
	free(m->before);
	free(m->after);
	dc_vec_done(&m->net.arcs);
}

/* The net of a group */

static int64_t times(struct maker *m, int64_t count, int64_t factor)
{
	int64_t product = 0;

	if (__builtin_mul_overflow(count, factor, &product))
		m->overflow = true;
	return product;
}

static int64_t sum(struct maker *m, int64_t one, int64_t other)
{
	int64_t total = 0;

	if (__builtin_add_overflow(one, other, &total))
		m->overflow = true;
	return total;
}

static void arc(struct maker *m, size_t tail, size_t head, int64_t capacity)
{
	dc_vec_push(&m->net.arcs, (struct dc_flow_arc){(uint32_t)tail, (uint32_t)head, capacity});
}

static size_t vertex(const struct maker *m, size_t node)
{
	return DC_FLOW_FIRST + m->place[node];
}

/* Two arcs a node, and `unlimited`: more than all that leaves the source. */
static void add_nodes(struct maker *m, size_t group)
{
	size_t i;

	m->unlimited = 1;
	for (i = m->nodes.first[group]; i < m->nodes.first[group + 1]; i++) {
		size_t node = m->nodes.of[i];
		int64_t in = times(m, m->before[node], m->lambda.p);
		int64_t lines = times(m, m->problem->nodes.at[node].loc, m->lambda.q);

		arc(m, DC_FLOW_SOURCE, vertex(m, node), in);
		arc(m, vertex(m, node), DC_FLOW_SINK,
		    sum(m, lines, times(m, m->after[node], m->lambda.p)));
		m->unlimited = sum(m, m->unlimited, in);
	}
}

static void lift_user_pins(struct maker *m, size_t group)
{
	const struct dc_problem_pin *pin;

	if (group + 1 < m->groups)
		return;
	dc_vec_each (pin, &m->problem->pins)
		if (pin->side == DC_SIDE_USER)
			m->net.arcs.at[2 * m->place[pin->node] + 1].capacity = m->unlimited;
}

/* Two arcs an edge. */
static void add_edges(struct maker *m, size_t group)
{
	size_t i;

	for (i = m->edges.first[group]; i < m->edges.first[group + 1]; i++) {
		const struct dc_problem_edge *edge = &m->problem->edges.at[m->edges.of[i]];
		size_t from = vertex(m, edge->from), to = vertex(m, edge->to);
		bool copied = m->problem->nodes.at[edge->to].replicated;

		arc(m, from, to, copied ? m->unlimited : times(m, edge->calls, m->lambda.p));
		arc(m, to, from, copied ? 0 : times(m, edge->down, m->lambda.p));
	}
}

/* An arc a follow, and as many as it has nodes a together. */
static void add_constraints(struct maker *m, size_t group)
{
	size_t i, j;

	for (i = m->follows.first[group]; i < m->follows.first[group + 1]; i++) {
		const struct dc_problem_follow *follow = &m->problem->follows.at[m->follows.of[i]];

		arc(m, vertex(m, follow->from), vertex(m, follow->to),
		    follow->from == follow->to ? 0 : m->unlimited);
	}
	for (i = m->togethers.first[group]; i < m->togethers.first[group + 1]; i++) {
		const struct dc_problem_together *together =
			&m->problem->togethers.at[m->togethers.of[i]];

		for (j = 0; j < together->count; j++)
			arc(m, vertex(m, together->nodes[j]),
			    vertex(m, together->nodes[(j + 1) % together->count]),
			    together->count > 1 ? m->unlimited : 0);
	}
}

/* A maximum flow within the group, one number an arc; caller frees with free(). */
static int find_flow(struct dc_diag *diag, struct maker *m, size_t group, int64_t **ret_flow)
{
	int64_t value, *flow;
	bool *kept;
	int err;

	m->overflow = false;
	m->net.arcs.len = 0;
	m->net.nodes = DC_FLOW_FIRST + count_of(&m->nodes, group);
	add_nodes(m, group);
	lift_user_pins(m, group);
	add_edges(m, group);
	add_constraints(m, group);
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

/* The steps in JSON */

static json_t *numbers_json(const int64_t *flow, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		dc_json_add(list, json_integer(flow[i]));
	return list;
}

static int add_flows(struct dc_diag *diag, struct maker *m, size_t group, json_t *step)
{
	json_t *edges = json_array();
	int64_t *flow = NULL, *at;
	size_t i;
	int err = find_flow(diag, m, group, &flow);

	if (err < 0) {
		json_decref(edges);
		return err;
	}
	at = flow + 2 * count_of(&m->nodes, group);
	for (i = 0; i < count_of(&m->edges, group); i++, at += 2)
		dc_json_add(edges, json_integer(at[0] - at[1]));
	dc_json_set(step, "edges", edges);
	dc_json_set(step, "follow", numbers_json(at, count_of(&m->follows, group)));
	at += count_of(&m->follows, group);
	dc_json_set(step, "together", numbers_json(at, (size_t)(flow + m->net.arcs.len - at)));
	free(flow);
	return 0;
}

/* Adds the step of a group: its lambda, the cut that holds above it, and the flow. */
static int add_step(struct dc_diag *diag, struct maker *m, size_t group, json_t *steps)
{
	static const struct dc_ratio zero = {0, 1};
	bool last = group + 1 == m->groups;
	struct dc_ratio lambda = !group ? zero
				 : last ? DC_RATIO_INFINITE
					: m->sweep->breakpoints.at[group - 1].terms.lambda;
	const struct dc_tally *tally = &m->sweep->cuts.at[last ? group - 1 : group].tally;
	json_t *step = json_object(), *to_kernel = json_array();
	size_t i;

	dc_json_set(step, "lambda", dc_ratio_json(lambda));
	for (i = m->nodes.first[group]; !last && i < m->nodes.first[group + 1]; i++)
		dc_json_add(to_kernel, json_string(m->problem->nodes.at[m->nodes.of[i]].id));
	dc_json_set(step, "to_kernel", to_kernel);
	dc_json_set(step, "kernel_loc", json_integer(tally->kernel_loc));
	dc_json_set(step, "crossings", json_integer(tally->crossings));
	dc_json_add(steps, step);
	m->lambda = lambda.p ? lambda : DC_RATIO_INFINITE;
	return group ? add_flows(diag, m, group, step) : 0;
}

int dc_certificate_write(struct dc_diag *diag, const char *path, const struct dc_sweep *sweep)
{
	json_t *root = dc_json_new("certificate"), *steps = json_array();
	struct maker m;
	size_t i;
	int err = 0;

	maker_start(&m, sweep);
	for (i = 0; !err && i < m.groups; i++)
		err = add_step(diag, &m, i, steps);
	if (sweep->problem->driver)
		dc_json_set(root, "driver", json_string(sweep->problem->driver));
	dc_json_set(root, "steps", steps);
	if (!err)
		err = dc_json_write(diag, path, root);
	json_decref(root);
	maker_done(&m);
	return err;
}
