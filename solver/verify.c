/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checks a certificate against the problem alone: each flow keeps its capacities and costs as much
 * as the cut beside it, and the lines of neighbouring cuts meet where the certificate says. Shares
 * no code with what found them.
 */
#include "verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define UNLIMITED INT64_MAX

struct pipe {
	size_t tail, head; /* SOURCE, SINK or a node */
	int64_t flow, limit;
};

enum { SOURCE, SINK, FIRST };

struct checker {
	const struct dc_problem *problem;
	bool *pinned[2]; /* [side][node] */
	bool *in_kernel; /* the cut that has been reached */
	struct dc_json at; /* the point that is being checked */
	int64_t p, q; /* its lambda */
	int64_t last_p, last_q; /* that of the point before */
	size_t points;
	__int128 value; /* of its flow */
	DC_VEC(struct pipe) pipes;
	size_t *first, *of; /* pipes that touch v: of[first[v] .. first[v + 1]) */
};

/* Reading a point's flow */

static int64_t times(struct checker *c, int64_t count, int64_t factor)
{
	int64_t product = 0;

	if (__builtin_mul_overflow(count, factor, &product))
		dc_json_fault(&c->at, "lambda is too large for this problem");
	return product;
}

static int64_t flow_at(const struct dc_json *list, size_t index)
{
	struct dc_json at = dc_json_at(list, index);

	if (at.value && json_is_integer(at.value) && json_integer_value(at.value) >= 0)
		return json_integer_value(at.value);
	if (list->value)
		dc_json_fault(&at, "expected an integer, 0 or more");
	return 0;
}

static void check_length(const struct dc_json *list, size_t wanted)
{
	if (list->value && dc_json_len(list) != wanted)
		dc_json_fault(list, "%zu entries, but the problem needs %zu", dc_json_len(list),
			      wanted);
}

static void add_pipe(struct checker *c, size_t tail, size_t head, int64_t flow, int64_t most)
{
	dc_vec_push(&c->pipes, (struct pipe){tail, head, flow, most});
}

static void read_node_flows(struct checker *c, const struct dc_json *flow)
{
	struct dc_json list = dc_json_array(flow, "nodes");
	size_t i;

	check_length(&list, c->problem->nodes.len);
	for (i = 0; i < c->problem->nodes.len; i++) {
		const struct dc_problem_node *node = &c->problem->nodes.at[i];
		struct dc_json pair = dc_json_at(&list, i);
		int64_t in = times(c, node->kernel_calls + node->entry_calls, c->p);
		int64_t out = times(c, node->loc, c->q);

		check_length(&pair, 2);
		add_pipe(c, SOURCE, FIRST + i, flow_at(&pair, 0),
			 c->pinned[DC_SIDE_KERNEL][i] ? UNLIMITED : in);
		add_pipe(c, FIRST + i, SINK, flow_at(&pair, 1),
			 c->pinned[DC_SIDE_USER][i] ? UNLIMITED : out);
	}
}

static void read_edge_flows(struct checker *c, const struct dc_json *flow)
{
	struct dc_json list = dc_json_array(flow, "edges");
	size_t i;

	check_length(&list, c->problem->edges.len);
	for (i = 0; i < c->problem->edges.len; i++) {
		const struct dc_problem_edge *edge = &c->problem->edges.at[i];
		struct dc_json pair = dc_json_at(&list, i);
		bool copied = c->problem->nodes.at[edge->to].replicated;

		check_length(&pair, 2);
		add_pipe(c, FIRST + edge->from, FIRST + edge->to, flow_at(&pair, 0),
			 copied ? UNLIMITED : times(c, edge->calls, c->p));
		add_pipe(c, FIRST + edge->to, FIRST + edge->from, flow_at(&pair, 1),
			 copied ? 0 : times(c, edge->down, c->p));
	}
}

static void read_constraint_flows(struct checker *c, const struct dc_json *flow)
{
	struct dc_json follows = dc_json_array(flow, "follow");
	struct dc_json togethers = dc_json_array(flow, "together");
	size_t i, j;

	check_length(&follows, c->problem->follows.len);
	for (i = 0; i < c->problem->follows.len; i++)
		add_pipe(c, FIRST + c->problem->follows.at[i].from,
			 FIRST + c->problem->follows.at[i].to, flow_at(&follows, i), UNLIMITED);
	check_length(&togethers, c->problem->togethers.len);
	for (i = 0; i < c->problem->togethers.len; i++) {
		const struct dc_problem_together *together = &c->problem->togethers.at[i];
		struct dc_json list = dc_json_at(&togethers, i);

		check_length(&list, together->count);
		for (j = 0; j < together->count; j++)
			add_pipe(c, FIRST + together->nodes[j],
				 FIRST + together->nodes[(j + 1) % together->count],
				 flow_at(&list, j), UNLIMITED);
	}
}

/* Is it a flow? */

static void check_flow(struct checker *c)
{
	size_t i, n = c->problem->nodes.len + FIRST;
	__int128 *excess = dc_alloc(n, sizeof(*excess));
	const struct pipe *pipe;

	dc_vec_each (pipe, &c->pipes) {
		excess[pipe->tail] -= pipe->flow;
		excess[pipe->head] += pipe->flow;
		if (pipe->flow > pipe->limit)
			dc_json_fault(&c->at, "%" PRId64 " flows where %" PRId64 " is the limit",
				      pipe->flow, pipe->limit);
	}
	for (i = FIRST; i < n; i++)
		if (excess[i])
			dc_json_fault(&c->at, "what flows into %s does not flow out of it",
				      c->problem->nodes.at[i - FIRST].id);
	c->value = excess[SINK];
	free(excess);
}

/* Is it the cost of the cut? */

static __int128 cost_of(const struct checker *c, int64_t *ret_lines, int64_t *ret_crossings)
{
	const struct dc_problem_node *node;
	const struct dc_problem_edge *edge;
	int64_t lines = 0, crossings = 0;

	dc_vec_each (node, &c->problem->nodes) {
		bool kernel = c->in_kernel[node - c->problem->nodes.at];

		lines += kernel ? node->loc : 0;
		crossings += kernel ? 0 : node->kernel_calls + node->entry_calls;
	}
	dc_vec_each (edge, &c->problem->edges) {
		bool from = c->in_kernel[edge->from], to = c->in_kernel[edge->to];

		if (c->problem->nodes.at[edge->to].replicated)
			continue;
		crossings += from && !to ? edge->calls : 0;
		crossings += to && !from ? edge->down : 0;
	}
	*ret_lines = lines;
	*ret_crossings = crossings;
	return (__int128)lines * c->q + (__int128)crossings * c->p;
}

static void check_constraints(struct checker *c)
{
	const struct dc_problem *problem = c->problem;
	const struct dc_problem_together *together;
	const struct dc_problem_follow *follow;
	const struct dc_problem_edge *edge;
	const struct dc_problem_pin *pin;
	bool kept = true;
	size_t i;

	dc_vec_each (pin, &problem->pins)
		kept &= c->in_kernel[pin->node] == (pin->side == DC_SIDE_KERNEL);
	dc_vec_each (follow, &problem->follows)
		kept &= !c->in_kernel[follow->from] || c->in_kernel[follow->to];
	dc_vec_each (edge, &problem->edges)
		kept &= !problem->nodes.at[edge->to].replicated || !c->in_kernel[edge->from] ||
			c->in_kernel[edge->to];
	dc_vec_each (together, &problem->togethers)
		for (i = 1; i < together->count; i++)
			kept &= c->in_kernel[together->nodes[i]] ==
				c->in_kernel[together->nodes[0]];
	if (!kept)
		dc_json_fault(&c->at, "the cut does not keep the problem's constraints");
}

/* Is it the least side? Exactly what the source reaches in the residual graph. */

static void index_pipes(struct checker *c)
{
	size_t i, n = c->problem->nodes.len + FIRST, *next = dc_alloc(n, sizeof(*next));

	c->first = dc_alloc(n + 1, sizeof(*c->first));
	c->of = dc_alloc(2 * c->pipes.len, sizeof(*c->of));
	for (i = 0; i < c->pipes.len; i++) {
		c->first[c->pipes.at[i].tail + 1]++;
		c->first[c->pipes.at[i].head + 1]++;
	}
	for (i = 0; i < n; i++) {
		c->first[i + 1] += c->first[i];
		next[i] = c->first[i];
	}
	for (i = 0; i < c->pipes.len; i++) {
		c->of[next[c->pipes.at[i].tail]++] = i;
		c->of[next[c->pipes.at[i].head]++] = i;
	}
	free(next);
}

static void check_least(struct checker *c)
{
	size_t i, at, head = 0, tail = 0, n = c->problem->nodes.len + FIRST;
	bool *reached = dc_alloc(n, sizeof(*reached));
	size_t *queue = dc_alloc(n, sizeof(*queue));

	if (!c->first)
		index_pipes(c);
	reached[SOURCE] = true;
	queue[tail++] = SOURCE;
	while (head < tail) {
		size_t v = queue[head++];

		for (at = c->first[v]; at < c->first[v + 1]; at++) {
			const struct pipe *pipe = &c->pipes.at[c->of[at]];
			size_t w = pipe->tail == v ? pipe->head : pipe->tail;
			bool open = pipe->tail == v ? pipe->flow < pipe->limit : pipe->flow > 0;

			if (!open || reached[w])
				continue;
			reached[w] = true;
			queue[tail++] = w;
		}
	}
	for (i = FIRST; i < n; i++)
		if (reached[i] != c->in_kernel[i - FIRST])
			dc_json_fault(&c->at, "%s is not on the side that the flow proves",
				      c->problem->nodes.at[i - FIRST].id);
	free(reached);
	free(queue);
}

/* Points */

static void read_lambda(struct checker *c)
{
	struct dc_json lambda = dc_json_array(&c->at, "lambda");
	__int128 before, now;

	check_length(&lambda, 2);
	c->p = flow_at(&lambda, 0);
	c->q = flow_at(&lambda, 1);
	before = (__int128)c->last_p * c->q;
	now = (__int128)c->p * c->last_q;
	/* The first two points may both be at 0. */
	if (!c->p && !c->q)
		dc_json_fault(&lambda, "0/0 is no fraction");
	else if (c->points > 1 && before >= now && !(c->points == 2 && !c->p && c->q))
		dc_json_fault(&lambda, "not above the one before it");
	c->last_p = c->p;
	c->last_q = c->q;
}

static void move_nodes(struct checker *c)
{
	struct dc_json movers = dc_json_array(&c->at, "to_kernel");
	size_t i;

	for (i = 0; i < dc_json_len(&movers); i++) {
		const char *id = dc_json_str_at(&movers, i);
		size_t node = dc_problem_find(c->problem, id);

		if (node == DC_NO_NODE)
			dc_json_fault(&movers, "the problem has no node \"%s\"", id);
		else if (c->in_kernel[node])
			dc_json_fault(&movers, "%s is in the kernel already", id);
		else
			c->in_kernel[node] = true;
	}
	if (!dc_json_len(&movers) && c->points > 1 && c->q)
		dc_json_fault(&movers, "no node moves, so this is no breakpoint");
}

static void check_cost(struct checker *c, int64_t *ret_lines, int64_t *ret_crossings)
{
	if (cost_of(c, ret_lines, ret_crossings) != c->value)
		dc_json_fault(&c->at, "the flow's value is not the cost of the cut");
}

/* One point: the flow, then the cut before it, then the cut after it. */
static void check_point(struct checker *c, struct dc_verified *verified)
{
	int64_t lines, crossings;
	struct dc_json flow;

	c->points++;
	read_lambda(c);
	flow = dc_json_object(&c->at, "flow");
	c->pipes.len = 0;
	read_node_flows(c, &flow);
	read_edge_flows(c, &flow);
	read_constraint_flows(c, &flow);
	if (dc_json_failed(c->at.doc))
		return;
	check_flow(c);
	if (c->points > 1) {
		check_cost(c, &lines, &crossings);
		check_least(c);
	}
	move_nodes(c);
	check_constraints(c);
	if (c->points == 1)
		check_least(c);
	check_cost(c, &lines, &crossings);
	if (lines != dc_json_int(&c->at, "kernel_loc", 0, INT64_MAX) ||
	    crossings != dc_json_int(&c->at, "crossings", 0, INT64_MAX))
		dc_json_fault(&c->at,
			      "the cut has %" PRId64 " kernel lines and %" PRId64
			      " crossings, the certificate says otherwise",
			      lines, crossings);
	if (c->points == 1) {
		verified->first_kernel_loc = lines;
		verified->first_crossings = crossings;
	}
	verified->last_kernel_loc = lines;
	verified->last_crossings = crossings;
}

static void check_points(struct checker *c, const struct dc_json *root,
			 struct dc_verified *verified)
{
	struct dc_json points = dc_json_array(root, "points");
	size_t i, count = dc_json_len(&points);

	if (count < 2)
		dc_json_fault(&points, "needs a point at lambda 0 and one at infinity");
	for (i = 0; i < count && !dc_json_failed(root->doc); i++) {
		c->at = dc_json_at(&points, i);
		check_point(c, verified);
		if (i == 0 && (c->p || !c->q))
			dc_json_fault(&c->at, "the first point must be at lambda 0/1");
		if (i + 1 == count && c->q)
			dc_json_fault(&c->at, "the last point must be at lambda 1/0");
		if (i + 1 < count && !c->q)
			dc_json_fault(&c->at, "only the last point may be at infinity");
	}
	verified->cuts = count - 1;
}

static void checker_start(struct checker *c, const struct dc_problem *problem)
{
	const struct dc_problem_pin *pin;
	size_t n = problem->nodes.len;

	*c = (struct checker){.problem = problem, .last_q = 1};
	c->pinned[DC_SIDE_KERNEL] = dc_alloc(n, sizeof(bool));
	c->pinned[DC_SIDE_USER] = dc_alloc(n, sizeof(bool));
	c->in_kernel = dc_alloc(n, sizeof(bool));
	dc_vec_each (pin, &problem->pins)
		c->pinned[pin->side][pin->node] = true;
}

static void checker_done(struct checker *c)
{
	free(c->pinned[DC_SIDE_KERNEL]);
	free(c->pinned[DC_SIDE_USER]);
	free(c->in_kernel);
	free(c->first);
	free(c->of);
	dc_vec_done(&c->pipes);
}

int dc_verify(struct dc_diag *diag, const struct dc_problem *problem, const char *path,
	      struct dc_verified *ret_verified)
{
	struct dc_verified verified = {0};
	struct dc_json_doc *doc;
	struct dc_json root;
	struct checker c;
	int err = dc_json_open(diag, path, "certificate", &doc, &root);

	if (err < 0)
		return err;
	checker_start(&c, problem);
	check_points(&c, &root, &verified);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	checker_done(&c);
	dc_json_close(doc);
	if (!err)
		*ret_verified = verified;
	return err;
}
