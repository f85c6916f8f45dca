/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checks a certificate against the problem alone: the constraints, then group by group that the
 * flow keeps its limits and fills what it must (certificate.h says why that is enough). Shares no
 * code with what found the cuts. One walk over the problem in all.
 */
#include "verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define UNLIMITED INT64_MAX
#define UNPLACED  SIZE_MAX

/* Something that flows can pass between two nodes: an edge, a follow, one link of a together. */
struct pipe {
	size_t tail, head;
	int64_t flow, most, least;
	size_t next[2]; /* in the lists of tail and of head; UNPLACED: the last */
};

/* Problem's things by group: of[first[g] .. first[g + 1]), in the problem's order. */
struct shelf {
	size_t *first, *of;
};

struct checker {
	const struct dc_problem *problem;
	struct dc_json steps;
	struct dc_json at; /* the step that is being checked */
	size_t groups, group; /* how many; the one that is being checked */
	size_t *entered; /* node -> its group */
	bool *pinned[2]; /* [side][node] */
	__int128 *before,
		*after; /* node -> weight of what joins it to earlier and to later groups */
	struct shelf nodes, edges, follows, togethers;
	int64_t p, q; /* lambda of the group's flow */
	int64_t last_p, last_q; /* that of the step before */
	DC_VEC(struct pipe) pipes;
	size_t *pipe_of; /* node -> first in its list of pipes */
	bool *reached;
	size_t *queue, queued;
	__int128 lines, crossings; /* of the cut that has been reached */
};

/* Reading a step */

static int64_t number_at(const struct dc_json *list, size_t index)
{
	struct dc_json at = dc_json_at(list, index);

	if (at.value && json_is_integer(at.value))
		return json_integer_value(at.value);
	if (list->value)
		dc_json_fault(&at, "expected an integer");
	return 0;
}

static int64_t natural_at(const struct dc_json *list, size_t index)
{
	int64_t number = number_at(list, index);
	struct dc_json at = dc_json_at(list, index);

	if (number < 0)
		dc_json_fault(&at, "expected an integer, 0 or more");
	return number < 0 ? 0 : number;
}

static void check_length(const struct dc_json *list, size_t wanted)
{
	if (list->value && dc_json_len(list) != wanted)
		dc_json_fault(list, "%zu entries, but the problem needs %zu", dc_json_len(list),
			      wanted);
}

static void read_lambda(struct checker *c)
{
	struct dc_json lambda = dc_json_array(&c->at, "lambda");
	__int128 before, now;

	check_length(&lambda, 2);
	c->p = natural_at(&lambda, 0);
	c->q = natural_at(&lambda, 1);
	before = (__int128)c->last_p * c->q;
	now = (__int128)c->p * c->last_q;
	/* The first two steps may both be at 0. */
	if (!c->p && !c->q)
		dc_json_fault(&lambda, "0/0 is no fraction");
	else if (c->group > 0 && before >= now && !(c->group == 1 && !c->p && c->q))
		dc_json_fault(&lambda, "not above the one before it");
	if (c->group == 0 && (c->p || !c->q))
		dc_json_fault(&c->at, "the first step must be at lambda 0/1");
	if (c->group + 1 == c->groups && c->q)
		dc_json_fault(&c->at, "the last step must be at lambda 1/0");
	if (c->group + 1 < c->groups && !c->q)
		dc_json_fault(&c->at, "only the last step may be at infinity");
	c->last_p = c->p;
	c->last_q = c->q;
}

static void read_movers(struct checker *c)
{
	struct dc_json movers = dc_json_array(&c->at, "to_kernel");
	bool last = c->group + 1 == c->groups;
	size_t i;

	for (i = 0; i < dc_json_len(&movers); i++) {
		const char *id = dc_json_str_at(&movers, i);
		size_t node = dc_problem_find(c->problem, id);

		if (node == DC_NO_NODE)
			dc_json_fault(&movers, "the problem has no node \"%s\"", id);
		else if (c->entered[node] != UNPLACED)
			dc_json_fault(&movers, "%s is in the kernel already", id);
		else
			c->entered[node] = c->group;
	}
	if (!dc_json_len(&movers) && c->group && !last)
		dc_json_fault(&movers, "no node moves, so this is no breakpoint");
	if (dc_json_len(&movers) && last)
		dc_json_fault(&movers, "nothing moves at infinity");
}

/* First walk over the steps: who enters where. */
static void read_groups(struct checker *c)
{
	size_t i;

	for (i = 0; i < c->problem->nodes.len; i++)
		c->entered[i] = UNPLACED;
	for (c->group = 0; c->group < c->groups && !dc_json_failed(c->steps.doc); c->group++) {
		c->at = dc_json_at(&c->steps, c->group);
		read_lambda(c);
		read_movers(c);
	}
	for (i = 0; i < c->problem->nodes.len; i++)
		if (c->entered[i] == UNPLACED)
			c->entered[i] = c->groups - 1;
}

/* The cuts keep the constraints */

static void broken(struct checker *c, size_t group, const char *what, size_t one, size_t other)
{
	struct dc_json at = dc_json_at(&c->steps, group);

	dc_json_fault(&at, "the cut does not keep the problem's constraints: %s %s, %s", what,
		      c->problem->nodes.at[one].id, c->problem->nodes.at[other].id);
}

static void check_after(struct checker *c, const char *what, size_t from, size_t to)
{
	if (c->entered[to] > c->entered[from])
		broken(c, c->entered[from], what, from, to);
}

static void check_constraints(struct checker *c)
{
	const struct dc_problem_together *together;
	const struct dc_problem_follow *follow;
	const struct dc_problem_edge *edge;
	const struct dc_problem_pin *pin;
	size_t i;

	dc_vec_each (pin, &c->problem->pins)
		if (c->entered[pin->node] != (pin->side == DC_SIDE_KERNEL ? 0 : c->groups - 1))
			broken(c, c->entered[pin->node], "pin", pin->node, pin->node);
	dc_vec_each (follow, &c->problem->follows)
		check_after(c, "follow", follow->from, follow->to);
	dc_vec_each (edge, &c->problem->edges)
		if (c->problem->nodes.at[edge->to].replicated)
			check_after(c, "copy", edge->from, edge->to);
	dc_vec_each (together, &c->problem->togethers)
		for (i = 1; i < together->count; i++) {
			check_after(c, "together", together->nodes[0], together->nodes[i]);
			check_after(c, "together", together->nodes[i], together->nodes[0]);
		}
}

/* What belongs to which group */

static size_t shared_group(const struct checker *c, size_t one, size_t other)
{
	return c->entered[one] == c->entered[other] ? c->entered[one] : UNPLACED;
}

static size_t place_node(const struct checker *c, size_t i)
{
	return c->entered[i];
}

static size_t place_edge(const struct checker *c, size_t i)
{
	return shared_group(c, c->problem->edges.at[i].from, c->problem->edges.at[i].to);
}

static size_t place_follow(const struct checker *c, size_t i)
{
	return shared_group(c, c->problem->follows.at[i].from, c->problem->follows.at[i].to);
}

static size_t place_together(const struct checker *c, size_t i)
{
	return c->entered[c->problem->togethers.at[i].nodes[0]];
}

static void fill_shelf(const struct checker *c, size_t count,
		       size_t (*place)(const struct checker *, size_t), struct shelf *shelf)
{
	size_t i, g, *next = dc_alloc(c->groups + 1, sizeof(*next));

	shelf->first = dc_alloc(c->groups + 1, sizeof(*shelf->first));
	shelf->of = dc_alloc(count, sizeof(*shelf->of));
	for (i = 0; i < count; i++)
		if ((g = place(c, i)) != UNPLACED)
			shelf->first[g + 1]++;
	for (g = 0; g < c->groups; g++)
		next[g + 1] = shelf->first[g + 1] += shelf->first[g];
	for (i = 0; i < count; i++)
		if ((g = place(c, i)) != UNPLACED)
			shelf->of[next[g]++] = i;
	free(next);
}

static void weigh_nodes(struct checker *c)
{
	const struct dc_problem_edge *edge;
	size_t i;

	for (i = 0; i < c->problem->nodes.len; i++)
		c->before[i] = (__int128)c->problem->nodes.at[i].kernel_calls +
			       c->problem->nodes.at[i].entry_calls;
	dc_vec_each (edge, &c->problem->edges) {
		size_t from = c->entered[edge->from], to = c->entered[edge->to];

		if (c->problem->nodes.at[edge->to].replicated)
			continue;
		if (from < to) {
			c->before[edge->to] += edge->calls;
			c->after[edge->from] += edge->calls;
		} else if (to < from) {
			c->before[edge->from] += edge->down;
			c->after[edge->to] += edge->down;
		}
	}
}

/* The pipes of a group and what flows in them */

static int64_t limit(struct checker *c, int64_t count)
{
	int64_t product = 0;

	if (__builtin_mul_overflow(count, c->p, &product) || product == UNLIMITED)
		dc_json_fault(&c->at, "lambda is too large for this problem");
	return product;
}

static void add_pipe(struct checker *c, struct pipe pipe)
{
	if (pipe.flow > pipe.most || pipe.flow < pipe.least)
		dc_json_fault(&c->at, "%" PRId64 " flows from %s to %s, outside the limits",
			      pipe.flow, c->problem->nodes.at[pipe.tail].id,
			      c->problem->nodes.at[pipe.head].id);
	pipe.next[0] = c->pipe_of[pipe.tail];
	pipe.next[1] = c->pipe_of[pipe.head];
	c->pipe_of[pipe.tail] = c->pipes.len;
	c->pipe_of[pipe.head] = c->pipes.len;
	dc_vec_push(&c->pipes, pipe);
}

static void read_edges(struct checker *c)
{
	struct dc_json list = dc_json_array(&c->at, "edges");
	size_t i, first = c->edges.first[c->group], count = c->edges.first[c->group + 1] - first;

	check_length(&list, count);
	for (i = 0; i < count; i++) {
		const struct dc_problem_edge *edge = &c->problem->edges.at[c->edges.of[first + i]];
		bool copied = c->problem->nodes.at[edge->to].replicated;

		add_pipe(c, (struct pipe){.tail = edge->from,
					  .head = edge->to,
					  .flow = number_at(&list, i),
					  .most = copied ? UNLIMITED : limit(c, edge->calls),
					  .least = copied ? 0 : -limit(c, edge->down)});
	}
}

static void add_link(struct checker *c, size_t tail, size_t head, int64_t flow)
{
	if (tail != head)
		add_pipe(c, (struct pipe){
				    .tail = tail, .head = head, .flow = flow, .most = UNLIMITED});
}

static void read_follows(struct checker *c)
{
	struct dc_json list = dc_json_array(&c->at, "follow");
	size_t i, first = c->follows.first[c->group];
	size_t count = c->follows.first[c->group + 1] - first;

	check_length(&list, count);
	for (i = 0; i < count; i++) {
		const struct dc_problem_follow *follow =
			&c->problem->follows.at[c->follows.of[first + i]];

		add_link(c, follow->from, follow->to, natural_at(&list, i));
	}
}

static void read_togethers(struct checker *c)
{
	struct dc_json list = dc_json_array(&c->at, "together");
	size_t i, j, number = 0;

	for (i = c->togethers.first[c->group]; i < c->togethers.first[c->group + 1]; i++) {
		const struct dc_problem_together *together =
			&c->problem->togethers.at[c->togethers.of[i]];

		for (j = 0; j < together->count; j++)
			add_link(c, together->nodes[j], together->nodes[(j + 1) % together->count],
				 natural_at(&list, number++));
	}
	check_length(&list, number);
}

/* Nodes of a group */

/* What flows through the pipes into a node, less what flows out. */
static __int128 inflow(const struct checker *c, size_t node)
{
	size_t at = c->pipe_of[node];
	__int128 sum = 0;

	while (at != UNPLACED) {
		const struct pipe *pipe = &c->pipes.at[at];

		sum += pipe->head == node ? pipe->flow : -(__int128)pipe->flow;
		at = pipe->next[pipe->head == node];
	}
	return sum;
}

static void reach(struct checker *c, size_t node)
{
	if (c->reached[node])
		return;
	c->reached[node] = true;
	c->queue[c->queued++] = node;
}

static void wrong(struct checker *c, size_t node, const char *text)
{
	dc_json_fault(&c->at, "%s: %s", c->problem->nodes.at[node].id, text);
}

/* At a breakpoint the arcs from the source and into the sink are all full. */
static void check_full(struct checker *c, size_t node)
{
	__int128 in = c->before[node] * c->p;
	__int128 out = (__int128)c->problem->nodes.at[node].loc * c->q + c->after[node] * c->p;

	if (in + inflow(c, node) != out)
		wrong(c, node, "what flows in is not what must flow out");
	if (c->problem->nodes.at[node].loc)
		reach(c, node);
}

/* At 0 only the arcs into the sink are. */
static void check_free_of_lines(struct checker *c, size_t node)
{
	__int128 in = c->after[node] - inflow(c, node);

	if (c->problem->nodes.at[node].loc)
		wrong(c, node, "it has lines, so it does not enter at lambda 0");
	if (in < 0 || in > c->before[node])
		wrong(c, node, "what flows in is not what must flow out");
	if (in < c->before[node])
		reach(c, node);
}

/* What never enters: all arcs from the source are full; only the user side's pins take more than
 * their crossings. */
static void check_never(struct checker *c, size_t node)
{
	__int128 out = c->before[node] + inflow(c, node);

	if (out < 0 || (out > 0 && !c->pinned[DC_SIDE_USER][node]))
		wrong(c, node, "what flows in is not what must flow out");
}

static void reach_from(struct checker *c, size_t node)
{
	size_t at = c->pipe_of[node];

	while (at != UNPLACED) {
		const struct pipe *pipe = &c->pipes.at[at];
		bool back = pipe->head == node;

		if (back ? pipe->flow > pipe->least : pipe->flow < pipe->most)
			reach(c, back ? pipe->tail : pipe->head);
		at = pipe->next[back];
	}
}

/* The cut is the least: what is not reached could stay on the user side at no cost. */
static void check_least(struct checker *c)
{
	size_t i, done;

	for (done = 0; done < c->queued; done++)
		reach_from(c, c->queue[done]);
	for (i = c->nodes.first[c->group]; i < c->nodes.first[c->group + 1]; i++)
		if (!c->reached[c->nodes.of[i]])
			wrong(c, c->nodes.of[i], "it is not on the side that the flow proves");
}

/* The first group: exactly what the pins drag into the kernel. Pipes without flow do for that. */
static void check_first(struct checker *c)
{
	const struct dc_problem_pin *pin;
	size_t i, j;

	for (i = c->edges.first[0]; i < c->edges.first[1]; i++) {
		const struct dc_problem_edge *edge = &c->problem->edges.at[c->edges.of[i]];

		if (c->problem->nodes.at[edge->to].replicated)
			add_link(c, edge->from, edge->to, 0);
	}
	for (i = c->follows.first[0]; i < c->follows.first[1]; i++)
		add_link(c, c->problem->follows.at[c->follows.of[i]].from,
			 c->problem->follows.at[c->follows.of[i]].to, 0);
	for (i = c->togethers.first[0]; i < c->togethers.first[1]; i++) {
		const struct dc_problem_together *together =
			&c->problem->togethers.at[c->togethers.of[i]];

		for (j = 0; j < together->count; j++)
			add_link(c, together->nodes[j], together->nodes[(j + 1) % together->count],
				 0);
	}
	dc_vec_each (pin, &c->problem->pins)
		if (pin->side == DC_SIDE_KERNEL)
			reach(c, pin->node);
	check_least(c);
}

static void check_flow(struct checker *c)
{
	bool last = c->group + 1 == c->groups, zero = !c->p;
	size_t i;

	if (zero || last) {
		c->p = 1;
		c->q = 0;
	}
	read_edges(c);
	read_follows(c);
	read_togethers(c);
	for (i = c->nodes.first[c->group];
	     i < c->nodes.first[c->group + 1] && !dc_json_failed(c->at.doc); i++) {
		if (last)
			check_never(c, c->nodes.of[i]);
		else if (zero)
			check_free_of_lines(c, c->nodes.of[i]);
		else
			check_full(c, c->nodes.of[i]);
	}
	if (!last)
		check_least(c);
}

/* Steps */

/* The lines and crossings of the first cut. */
static void start_costs(struct checker *c)
{
	const struct dc_problem_edge *edge;
	size_t i;

	for (i = 0; i < c->problem->nodes.len; i++)
		if (c->entered[i])
			c->crossings += (__int128)c->problem->nodes.at[i].kernel_calls +
					c->problem->nodes.at[i].entry_calls;
	dc_vec_each (edge, &c->problem->edges) {
		bool from = !c->entered[edge->from], to = !c->entered[edge->to];

		if (from != to && !c->problem->nodes.at[edge->to].replicated)
			c->crossings += from ? edge->calls : edge->down;
	}
}

static void check_costs(struct checker *c)
{
	size_t i;

	for (i = c->nodes.first[c->group];
	     c->group + 1 < c->groups && i < c->nodes.first[c->group + 1]; i++) {
		size_t node = c->nodes.of[i];

		c->lines += c->problem->nodes.at[node].loc;
		if (c->group)
			c->crossings += c->after[node] - c->before[node];
	}
	if (c->lines != dc_json_int(&c->at, "kernel_loc", 0, INT64_MAX) ||
	    c->crossings != dc_json_int(&c->at, "crossings", 0, INT64_MAX))
		dc_json_fault(&c->at,
			      "the cut has %" PRId64 " kernel lines and %" PRId64
			      " crossings, the certificate says otherwise",
			      (int64_t)c->lines, (int64_t)c->crossings);
}

static void check_step(struct checker *c, struct dc_verified *verified)
{
	c->pipes.len = 0;
	c->queued = 0;
	if (c->group)
		check_flow(c);
	else
		check_first(c);
	check_costs(c);
	if (!c->group) {
		verified->first_kernel_loc = (int64_t)c->lines;
		verified->first_crossings = (int64_t)c->crossings;
	}
	verified->last_kernel_loc = (int64_t)c->lines;
	verified->last_crossings = (int64_t)c->crossings;
}

static void check_groups(struct checker *c, struct dc_verified *verified)
{
	fill_shelf(c, c->problem->nodes.len, place_node, &c->nodes);
	fill_shelf(c, c->problem->edges.len, place_edge, &c->edges);
	fill_shelf(c, c->problem->follows.len, place_follow, &c->follows);
	fill_shelf(c, c->problem->togethers.len, place_together, &c->togethers);
	weigh_nodes(c);
	start_costs(c);
	for (c->group = 0; c->group < c->groups && !dc_json_failed(c->steps.doc); c->group++) {
		struct dc_json lambda;

		c->at = dc_json_at(&c->steps, c->group);
		lambda = dc_json_array(&c->at, "lambda");
		c->p = natural_at(&lambda, 0);
		c->q = natural_at(&lambda, 1);
		check_step(c, verified);
	}
}

static void checker_start(struct checker *c, const struct dc_problem *problem)
{
	const struct dc_problem_pin *pin;
	size_t i, n = problem->nodes.len;

	*c = (struct checker){.problem = problem, .last_q = 1};
	c->pinned[DC_SIDE_KERNEL] = dc_alloc(n, sizeof(bool));
	c->pinned[DC_SIDE_USER] = dc_alloc(n, sizeof(bool));
	c->entered = dc_alloc(n, sizeof(*c->entered));
	c->before = dc_alloc(n, sizeof(*c->before));
	c->after = dc_alloc(n, sizeof(*c->after));
	c->pipe_of = dc_alloc(n, sizeof(*c->pipe_of));
	c->reached = dc_alloc(n, sizeof(*c->reached));
	c->queue = dc_alloc(n, sizeof(*c->queue));
	for (i = 0; i < n; i++)
		c->pipe_of[i] = UNPLACED;
	dc_vec_each (pin, &problem->pins)
		c->pinned[pin->side][pin->node] = true;
}

static void checker_done(struct checker *c)
{
	struct shelf *const shelves[] = {&c->nodes, &c->edges, &c->follows, &c->togethers};
	size_t i;

	for (i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++) {
		free(shelves[i]->first);
		free(shelves[i]->of);
	}
	free(c->pinned[DC_SIDE_KERNEL]);
	free(c->pinned[DC_SIDE_USER]);
	free(c->entered);
	free(c->before);
	free(c->after);
	free(c->pipe_of);
	free(c->reached);
	free(c->queue);
	dc_vec_done(&c->pipes);
}

int dc_verify(struct dc_diag *diag, const struct dc_problem *problem, const char *path,
	      struct dc_verified *ret_verified)
{
	struct dc_verified verified = {0};
	struct dc_json_doc *doc;
	struct dc_json root;
	struct checker c;
	int err = dc_json_open_rows(diag, path, "certificate", &doc, &root);

	if (err < 0)
		return err;
	checker_start(&c, problem);
	c.steps = dc_json_array(&root, "steps");
	c.groups = dc_json_len(&c.steps);
	if (c.groups < 2)
		dc_json_fault(&c.steps, "needs a step at lambda 0 and one at infinity");
	if (!dc_json_failed(doc))
		read_groups(&c);
	if (!dc_json_failed(doc))
		check_constraints(&c);
	if (!dc_json_failed(doc))
		check_groups(&c, &verified);
	verified.cuts = c.groups - 1;
	err = dc_json_failed(doc) ? -EINVAL : 0;
	checker_done(&c);
	dc_json_close(doc);
	if (!err)
		*ret_verified = verified;
	return err;
}
