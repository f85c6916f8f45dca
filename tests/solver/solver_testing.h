/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers of the solver's tests: random problems, and every choice of sides tried one by one. */
#ifndef DC_SOLVER_TESTING_H
#define DC_SOLVER_TESTING_H

#include "testing.h"

#include "solver/cut.h"
#include "solver/problem.h"
#include "solver/sweep.h"

static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A number below limit. */
static inline size_t below(uint64_t *seed, size_t limit)
{
	return (size_t)((next_random(seed) >> 16) % limit);
}

struct shape {
	size_t nodes, edges;
	size_t loc, weight; /* above the greatest; small ones make ties and zeros */
	bool heavy_tail; /* few weights are large */
	size_t pins, follows, togethers;
	size_t replicable; /* the last so many nodes are */
	bool reversed; /* the same problem, everything added in the opposite order */
};

static inline size_t node_named(struct dc_problem *problem, size_t number)
{
	char id[24];

	snprintf(id, sizeof(id), "n%02zu", number);
	return dc_problem_find(problem, id);
}

static inline void add_nodes(struct dc_problem *problem, const struct shape *shape, uint64_t *seed)
{
	size_t i, plain = shape->nodes - shape->replicable;
	struct {
		int64_t loc, kernel_calls, entry_calls;
	} made[4096];

	assert_true(shape->nodes <= 4096);
	for (i = 0; i < shape->nodes; i++) {
		made[i].loc = (int64_t)below(seed, shape->loc);
		made[i].kernel_calls = (int64_t)(below(seed, 3) ? 0 : below(seed, shape->weight));
		made[i].entry_calls = (int64_t)(below(seed, 3) ? 0 : below(seed, shape->weight));
		if (shape->heavy_tail)
			made[i].entry_calls >>= below(seed, 14);
	}
	for (i = 0; i < shape->nodes; i++) {
		size_t which = shape->reversed ? shape->nodes - 1 - i : i, at;
		char id[24];

		snprintf(id, sizeof(id), "n%02zu", which);
		at = dc_problem_add_node(problem, id, made[which].loc);
		problem->nodes.at[at].replicable = which >= plain;
		problem->nodes.at[at].kernel_calls = which >= plain ? 0 : made[which].kernel_calls;
		problem->nodes.at[at].entry_calls = made[which].entry_calls;
	}
}

/* A random thing to add: two nodes and a number. */
struct pair {
	size_t a, b;
	int64_t forth, back;
};

static inline void draw_pairs(const struct shape *shape, uint64_t *seed, struct pair *pairs,
			      size_t count, bool edges)
{
	size_t i, plain = shape->nodes - shape->replicable;

	for (i = 0; i < count; i++) {
		pairs[i].a = below(seed, edges ? plain : shape->nodes);
		pairs[i].b = below(seed, shape->nodes);
		pairs[i].forth = (int64_t)below(seed, shape->weight);
		if (shape->heavy_tail)
			pairs[i].forth >>= below(seed, 14);
		pairs[i].back =
			below(seed, 2) ? pairs[i].forth : (int64_t)below(seed, shape->weight);
	}
}

enum what { EDGES, PINS, FOLLOWS, TOGETHERS };

static inline void add_pair(struct dc_problem *problem, const struct pair *pair, enum what what)
{
	size_t a = node_named(problem, pair->a), b = node_named(problem, pair->b);

	switch (what) {
	case EDGES:
		dc_problem_add_edge(problem, a, b, pair->forth, pair->back);
		break;
	case PINS:
		dc_problem_add_pin(problem, a, pair->a % 2 ? DC_SIDE_KERNEL : DC_SIDE_USER, "pin");
		break;
	case FOLLOWS:
		dc_problem_add_follow(problem, a, b, "follow");
		break;
	case TOGETHERS:
		if (a != b)
			dc_problem_add_together(problem, (size_t[]){a, b}, 2, "together");
		break;
	}
}

static inline void add_pairs(struct dc_problem *problem, const struct shape *shape, uint64_t *seed,
			     size_t count, enum what what)
{
	struct pair *pairs = dc_alloc(count, sizeof(*pairs));
	size_t i;

	draw_pairs(shape, seed, pairs, count, what == EDGES);
	for (i = 0; i < count; i++)
		add_pair(problem, &pairs[shape->reversed ? count - 1 - i : i], what);
	free(pairs);
}

static inline struct dc_problem *random_problem(const struct shape *shape, uint64_t seed)
{
	struct dc_problem *problem = dc_problem_new("random");
	struct caught caught;

	catch_start(&caught);
	seed = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;
	add_nodes(problem, shape, &seed);
	add_pairs(problem, shape, &seed, shape->edges, EDGES);
	add_pairs(problem, shape, &seed, shape->pins, PINS);
	add_pairs(problem, shape, &seed, shape->follows, FOLLOWS);
	add_pairs(problem, shape, &seed, shape->togethers, TOGETHERS);
	if (dc_problem_finish(&caught.diag, problem) < 0)
		fail_msg("%s", caught.text);
	return problem;
}

/* One choice of sides: bit v says that node v is in the kernel. */
struct choice {
	uint32_t sides;
	int64_t lines, weight;
};

struct choices {
	DC_VEC(struct choice) all; /* that keep the constraints */
};

static inline bool choice_allowed(const struct dc_problem *problem, uint32_t sides)
{
	const struct dc_problem_together *together;
	const struct dc_problem_follow *follow;
	const struct dc_problem_edge *edge;
	const struct dc_problem_pin *pin;
	size_t i;

	dc_vec_each (pin, &problem->pins)
		if ((sides >> pin->node & 1) != (pin->side == DC_SIDE_KERNEL))
			return false;
	dc_vec_each (follow, &problem->follows)
		if ((sides >> follow->from & 1) && !(sides >> follow->to & 1))
			return false;
	dc_vec_each (together, &problem->togethers)
		for (i = 1; i < together->count; i++)
			if ((sides >> together->nodes[i] & 1) != (sides >> together->nodes[0] & 1))
				return false;
	dc_vec_each (edge, &problem->edges)
		if (problem->nodes.at[edge->to].replicated && (sides >> edge->from & 1) &&
		    !(sides >> edge->to & 1))
			return false;
	return true;
}

static inline struct choice measure_choice(const struct dc_problem *problem, uint32_t sides)
{
	struct choice choice = {.sides = sides};
	const struct dc_problem_edge *edge;
	size_t i;

	for (i = 0; i < problem->nodes.len; i++) {
		const struct dc_problem_node *node = &problem->nodes.at[i];

		if (sides >> i & 1)
			choice.lines += node->loc;
		else
			choice.weight += node->kernel_calls + node->entry_calls;
	}
	dc_vec_each (edge, &problem->edges) {
		if (problem->nodes.at[edge->to].replicated)
			continue;
		if ((sides >> edge->from & 1) && !(sides >> edge->to & 1))
			choice.weight += edge->calls;
		if (!(sides >> edge->from & 1) && (sides >> edge->to & 1))
			choice.weight += edge->down;
	}
	return choice;
}

static inline void all_choices(const struct dc_problem *problem, struct choices *choices)
{
	uint32_t sides;

	assert_true(problem->nodes.len <= 16);
	*choices = (struct choices){0};
	for (sides = 0; sides < (uint32_t)1 << problem->nodes.len; sides++)
		if (choice_allowed(problem, sides))
			dc_vec_push(&choices->all, measure_choice(problem, sides));
}

/* The least cost times lambda.q, and the least and the greatest of the sides that have it. */
struct best {
	__int128 cost;
	uint32_t least, greatest;
};

static inline struct best best_choice(const struct choices *choices, struct dc_ratio lambda)
{
	const struct choice *choice;
	struct best best = {.cost = -1};

	dc_vec_each (choice, &choices->all) {
		__int128 cost =
			(__int128)choice->lines * lambda.q + (__int128)choice->weight * lambda.p;

		if (best.cost < 0 || cost < best.cost)
			best = (struct best){cost, choice->sides, choice->sides};
		if (cost > best.cost)
			continue;
		best.least &= choice->sides;
		best.greatest |= choice->sides;
	}
	return best;
}

static inline uint32_t bits_of(const bool *in_kernel, size_t count)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < count && i < 32; i++)
		bits |= (uint32_t)in_kernel[i] << i;
	return bits;
}

/* The solver's result; if there is none, the test fails with its message. Free as the API says. */
static inline struct dc_cut *solve(const struct dc_problem *problem, struct dc_ratio lambda,
				   const struct dc_cut_options *options)
{
	struct dc_terms terms;
	struct caught caught;
	struct dc_cut *cut;

	catch_start(&caught);
	if (dc_terms_of_lambda(&caught.diag, problem, lambda, DC_PRICE_DEFAULT, &terms) < 0 ||
	    dc_cut_solve(&caught.diag, problem, &terms, options, &cut) < 0)
		fail_msg("%s", caught.text);
	return cut;
}

static inline struct dc_sweep *sweep_of(const struct dc_problem *problem,
					enum dc_flow_engine engine)
{
	struct dc_sweep *sweep;
	struct caught caught;

	catch_start(&caught);
	if (dc_sweep_solve(&caught.diag, problem, DC_PRICE_DEFAULT, engine, &sweep) < 0)
		fail_msg("%s", caught.text);
	return sweep;
}

#endif
