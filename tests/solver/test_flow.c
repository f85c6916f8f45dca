/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our max-flow on nets of every kind: its value and both of its sides are igraph's, and the flow
 * that it gives is a flow. */
#include "solver_testing.h"

#include "solver/flow.h"
#include "solver/preflow.h"

/* A random net. */
struct kind {
	const char *name;
	size_t nodes, arcs;
	size_t capacity; /* above the greatest */
	size_t width; /* arcs lead from one level of so many nodes to the next; 0: anywhere */
	size_t terminals; /* one arc of so many is at the source or at the sink */
};

static const struct kind kinds[] = {
	{.name = "tiny", .nodes = 5, .arcs = 12, .capacity = 4, .terminals = 2},
	{.name = "anywhere", .nodes = 60, .arcs = 300, .capacity = 50, .terminals = 4},
	{.name = "ties", .nodes = 60, .arcs = 200, .capacity = 2, .terminals = 3},
	{.name = "few terminals", .nodes = 300, .arcs = 1500, .capacity = 1000, .terminals = 60},
	{.name = "levels",
	 .nodes = 800,
	 .arcs = 2400,
	 .capacity = 10000,
	 .width = 8,
	 .terminals = 50},
	{.name = "large numbers",
	 .nodes = 40,
	 .arcs = 200,
	 .capacity = (size_t)1 << 44,
	 .terminals = 4},
};

/* Arcs of all kinds: also from a node to itself, into the source, out of the sink, and from the
 * source to the sink. */
static void make_net(const struct kind *kind, uint64_t seed, struct dc_flow_net *net)
{
	size_t i;

	seed = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;
	*net = (struct dc_flow_net){.nodes = kind->nodes};
	for (i = 0; i < kind->arcs; i++) {
		size_t tail = below(&seed, kind->nodes), head = below(&seed, kind->nodes);

		if (kind->width)
			head = (tail / kind->width + 1) * kind->width + below(&seed, kind->width);
		if (!below(&seed, kind->terminals)) {
			if (below(&seed, 2))
				tail = DC_FLOW_SOURCE;
			else
				head = DC_FLOW_SINK;
		}
		if (head >= kind->nodes)
			head = DC_FLOW_SINK;
		dc_vec_push(&net->arcs,
			    (struct dc_flow_arc){(uint32_t)tail, (uint32_t)head,
						 (int64_t)below(&seed, kind->capacity)});
	}
}

/* Each arc carries no more than it can, no node keeps anything, and as much arrives as the cut has.
 */
static void check_flow(const struct dc_flow_net *net, const int64_t *flow, int64_t value)
{
	int64_t *kept = dc_alloc(net->nodes, sizeof(*kept));
	size_t i, v;

	for (i = 0; i < net->arcs.len; i++) {
		const struct dc_flow_arc *arc = &net->arcs.at[i];

		assert_true(flow[i] >= 0 && flow[i] <= arc->capacity);
		kept[arc->tail] -= flow[i];
		kept[arc->head] += flow[i];
	}
	assert_int_equal(kept[DC_FLOW_SOURCE], -value);
	assert_int_equal(kept[DC_FLOW_SINK], value);
	for (v = DC_FLOW_FIRST; v < net->nodes; v++)
		assert_int_equal(kept[v], 0);
	free(kept);
}

static void compare(const struct dc_flow_net *net, enum dc_flow_which which)
{
	bool *ours = dc_alloc(net->nodes, sizeof(*ours)),
	     *theirs = dc_alloc(net->nodes, sizeof(*theirs));
	int64_t *flow = dc_alloc(net->arcs.len, sizeof(*flow)), value, other;
	struct dc_diag diag = {0};

	assert_int_equal(dc_flow_cut_push(&diag, net, which, &value, ours, NULL), 0);
	assert_int_equal(dc_flow_cut_igraph(&diag, net, which, &other, theirs), 0);
	assert_int_equal(value, other);
	assert_memory_equal(ours, theirs, net->nodes * sizeof(*ours));
	memset(ours, 0, net->nodes * sizeof(*ours));
	assert_int_equal(dc_flow_cut_push(&diag, net, which, &value, ours, flow), 0);
	assert_int_equal(value, other);
	assert_memory_equal(ours, theirs, net->nodes * sizeof(*ours));
	check_flow(net, flow, value);
	free(ours);
	free(theirs);
	free(flow);
}

static void test_igraph_agrees(void **state)
{
	struct dc_flow_net net;
	uint64_t seed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (seed = 1; seed <= 60; seed++) {
			make_net(&kinds[i], seed, &net);
			compare(&net, DC_FLOW_LEAST);
			compare(&net, DC_FLOW_GREATEST);
			dc_vec_done(&net.arcs);
		}
}

/* Two thickets of nodes with many links, joined by a few of little capacity. */
struct thickets {
	struct dc_preflow preflow;
	uint32_t *first, nodes;
};

static const uint32_t steps[] = {1, 7, 31,
				 57}; /* each node has links so far on, within its thicket */

#define BRIDGES 20
#define EXCESS	30 /* nodes with it, and as many with room */
#define STEPS	(sizeof(steps) / sizeof(steps[0]))

static void add_link(struct thickets *t, uint32_t *fill, uint32_t a, uint32_t b, int64_t capacity)
{
	uint32_t forth = fill[a]++, back = fill[b]++;

	t->preflow.halves[forth] = (struct dc_half){b, back, {capacity, capacity}};
	t->preflow.halves[back] = (struct dc_half){a, forth, {capacity, capacity}};
}

/* Nodes below `left` are in the one, the others in the other. */
static void thickets_start(struct thickets *t, uint32_t left, uint32_t right, int64_t bottleneck)
{
	uint32_t v, *fill = dc_alloc(left + right, sizeof(*fill));
	size_t i;

	t->nodes = left + right;
	t->first = dc_alloc(t->nodes + 1, sizeof(*t->first));
	for (v = 0; v < t->nodes; v++) {
		fill[v] = t->first[v];
		t->first[v + 1] = t->first[v] + 2 * STEPS +
				  (v < BRIDGES || (v >= left && v < left + BRIDGES));
	}
	dc_preflow_start(&t->preflow, t->nodes, t->first[t->nodes]);
	t->preflow.first = t->first;
	for (v = 0; v < t->nodes; v++)
		for (i = 0; i < STEPS; i++)
			add_link(t, fill, v,
				 v < left ? (v + steps[i]) % left
					  : left + (v - left + steps[i]) % right,
				 1000);
	for (v = 0; v < BRIDGES; v++)
		add_link(t, fill, v, left + v, bottleneck);
	free(fill);
}

static void thickets_done(struct thickets *t)
{
	dc_preflow_done(&t->preflow);
	free(t->first);
}

static int64_t sum(const struct thickets *t, bool room)
{
	int64_t all = 0;
	uint32_t v;

	for (v = 0; v < t->nodes; v++) {
		int64_t excess = t->preflow.nodes[v].excess;

		if (room ? excess < 0 : excess > 0)
			all += excess;
	}
	return all;
}

/* Where excess is stuck, pushes turn; where all of it moves, they do not. Either way the cut is
 * that of the bridges, or there is none. */
static void test_turns(void **state)
{
	static const struct {
		int64_t bridge, stuck;
		bool turns;
	} cases[] = {{3, 900 * EXCESS - 3 * BRIDGES, true}, {10000, 0, false}};
	const uint32_t left = 900, right = 60;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct thickets t;
		bool least[960], greatest[960], cut = cases[i].stuck > 0;
		uint32_t v;

		thickets_start(&t, left, right, cases[i].bridge);
		for (v = 0; v < EXCESS; v++) {
			t.preflow.nodes[left - 1 - v].excess = 900;
			t.preflow.nodes[t.nodes - 1 - v].excess = -900;
		}
		dc_preflow_run(&t.preflow, 0, t.nodes);
		assert_int_equal(t.preflow.turns > 0, cases[i].turns);
		assert_int_equal(sum(&t, false), cases[i].stuck);
		assert_int_equal(sum(&t, true), -cases[i].stuck);
		dc_preflow_least(&t.preflow, least);
		dc_preflow_greatest(&t.preflow, greatest);
		for (v = 0; v < t.nodes; v++) {
			assert_int_equal(least[v], cut && v < left);
			assert_int_equal(greatest[v], !cut || v < left);
		}
		thickets_done(&t);
	}
}

/* Draining moves one kind only: what the other has too much of stays where it is. */
static void test_drain(void **state)
{
	unsigned way;

	(void)state;
	for (way = 0; way < 2; way++) {
		int64_t sign = way ? -1 : 1;
		struct thickets t;

		thickets_start(&t, 60, 900, 1000);
		t.preflow.nodes[10].excess = sign * 7;
		t.preflow.nodes[90].excess = sign * -20;
		dc_preflow_drain(&t.preflow, 0, t.nodes, way == 1);
		assert_int_equal(t.preflow.nodes[10].excess, 0);
		assert_int_equal(t.preflow.nodes[90].excess, sign * -13);
		thickets_done(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igraph_agrees),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
