/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts and sweeps against every choice of sides, tried one by one. */
#include "solver_testing.h"

#include <errno.h>

static const struct dc_ratio lambdas[] = {{0, 1}, {1, 100}, {1, 7}, {1, 2},  {1, 1},
					  {3, 2}, {2, 1},   {5, 1}, {100, 1}};

#define LAMBDAS (sizeof(lambdas) / sizeof(lambdas[0]))

static const struct dc_cut_options plain = {.engine = DC_FLOW_BOTH, .prove = DC_PROVE_FLOW};

static void check_cut(const struct dc_problem *problem, const struct choices *choices,
		      struct dc_ratio lambda, const struct dc_cut_options *options)
{
	struct dc_cut *cut = solve(problem, lambda, options);
	struct best best = best_choice(choices, lambda);
	const struct dc_tally *tally = &cut->tally;

	assert_true(cut->proved_by_flow == best.cost);
	assert_int_equal(bits_of(cut->in_kernel, problem->nodes.len), best.least);
	assert_int_equal(tally->kernel_loc + tally->user_loc, dc_problem_loc(problem));
	assert_int_equal(tally->kernel_count + tally->user_count, problem->nodes.len);
	assert_true((__int128)tally->kernel_loc * lambda.q +
			    (__int128)tally->crossings * lambda.p ==
		    best.cost);
	if (options->prove == DC_PROVE_LP)
		assert_true(cut->proved_by_lp == best.cost);
	dc_cut_free(cut);
}

/* The problem has no choice at all: the solver must say so, with a chain. */
static void check_contradiction(const struct dc_problem *problem)
{
	struct dc_terms terms = {.lambda = {1, 1}, .delay_ns = {1, 1}, .price = 1};
	struct caught caught;
	struct dc_cut *cut;

	catch_start(&caught);
	assert_int_equal(dc_cut_solve(&caught.diag, problem, &terms, &plain, &cut), -EINVAL);
	assert_said(&caught, "is forced to both sides");
	assert_said(&caught, "pinned to the kernel: pin");
	assert_said(&caught, "pinned to the user side: pin");
}

static void check_places(const struct dc_problem *problem, struct dc_ratio lambda)
{
	struct dc_cut *cut = solve(problem, lambda, &plain);
	const struct dc_problem_edge *edge;
	size_t i, both = 0;

	for (i = 0; i < problem->nodes.len; i++) {
		bool user_caller = false;

		dc_vec_each (edge, &problem->edges)
			user_caller |= edge->to == i && !cut->in_kernel[edge->from];
		if (problem->nodes.at[i].replicated && cut->in_kernel[i] && user_caller)
			both++;
		assert_int_equal(cut->placements[i] == DC_PLACEMENT_USER, !cut->in_kernel[i]);
		assert_int_equal(cut->placements[i] == DC_PLACEMENT_BOTH,
				 problem->nodes.at[i].replicated && cut->in_kernel[i] &&
					 user_caller);
	}
	assert_int_equal(cut->tally.replicated_count, both);
	dc_cut_free(cut);
}

static int64_t weight_of(const struct choices *choices, uint32_t sides)
{
	const struct choice *choice;

	dc_vec_each (choice, &choices->all)
		if (choice->sides == sides)
			return choice->weight;
	return -1;
}

/* Envelope by force: is lambda a point where the slope of the best line changes? At 0, where the
 * envelope begins, the question is whether the least side is still the best right after it. */
static bool bends_at(const struct choices *choices, struct dc_ratio lambda)
{
	struct best best = best_choice(choices, lambda);
	const struct choice *choice;
	int64_t low = INT64_MAX, high = -1;

	dc_vec_each (choice, &choices->all) {
		__int128 cost =
			(__int128)choice->lines * lambda.q + (__int128)choice->weight * lambda.p;

		if (cost != best.cost)
			continue;
		low = choice->weight < low ? choice->weight : low;
		high = choice->weight > high ? choice->weight : high;
	}
	if (!lambda.p)
		return low != weight_of(choices, best.least);
	return low != high;
}

/* Every lambda where two lines meet that bends the envelope must be among the breakpoints. */
static void check_complete(const struct choices *choices, const struct dc_sweep *sweep)
{
	const struct choice *a, *b;
	struct dc_ratio lambda;
	size_t at;

	dc_vec_each (a, &choices->all) {
		dc_vec_each (b, &choices->all) {
			if (a->weight <= b->weight || a->lines > b->lines)
				continue;
			assert_true(
				dc_ratio_make(b->lines - a->lines, a->weight - b->weight, &lambda));
			if (!bends_at(choices, lambda))
				continue;
			at = dc_sweep_at(sweep, lambda);
			assert_true(at < sweep->breakpoints.len);
			assert_int_equal(
				dc_ratio_compare(sweep->breakpoints.at[at].terms.lambda, lambda),
				0);
		}
	}
}

static uint32_t sweep_bits(const struct dc_sweep *sweep, size_t cut, bool with_tied)
{
	const struct dc_sweep_cut *of = &sweep->cuts.at[cut];
	bool in_kernel[32] = {0};
	size_t i;

	dc_sweep_sides(sweep, cut, in_kernel);
	for (i = 0; with_tied && i < of->tied_count; i++)
		in_kernel[of->tied[i]] = true;
	return bits_of(in_kernel, sweep->problem->nodes.len);
}

static void check_tallies(const struct dc_sweep *sweep)
{
	size_t i;

	for (i = 0; i < sweep->cuts.len; i++) {
		struct dc_tally tally;
		bool in_kernel[4096];

		dc_sweep_sides(sweep, i, in_kernel);
		dc_tally_sides(sweep->problem, in_kernel, &tally, NULL);
		assert_memory_equal(&tally, &sweep->cuts.at[i].tally, sizeof(tally));
	}
}

static void check_sweep(const struct dc_problem *problem, const struct choices *choices)
{
	struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_BOTH);
	size_t i;

	assert_int_equal(sweep->cuts.len, sweep->breakpoints.len + 1);
	check_complete(choices, sweep);
	check_tallies(sweep);
	for (i = 0; i < sweep->breakpoints.len; i++) {
		struct dc_ratio lambda = sweep->breakpoints.at[i].terms.lambda;
		struct best best = best_choice(choices, lambda);

		assert_true(bends_at(choices, lambda));
		assert_true(sweep->breakpoints.at[i].count > 0);
		if (i)
			assert_true(dc_ratio_compare(sweep->breakpoints.at[i - 1].terms.lambda,
						     lambda) < 0);
		assert_int_equal(best.least, sweep_bits(sweep, i, false));
		assert_int_equal(best.greatest, sweep_bits(sweep, lambda.p ? i + 1 : 0, true));
	}
	for (i = 0; i < LAMBDAS; i++) {
		size_t at = dc_sweep_at(sweep, lambdas[i]);
		struct best best = best_choice(choices, lambdas[i]);
		bool bends = !lambdas[i].p || bends_at(choices, lambdas[i]);

		assert_int_equal(best.least, sweep_bits(sweep, at, false));
		if (!bends)
			assert_int_equal(best.greatest, sweep_bits(sweep, at, true));
	}
	assert_true(sweep->flows <= 2 * sweep->breakpoints.len + sweep->cuts.len + 2);
	dc_sweep_free(sweep);
}

static void check_problem(const struct dc_problem *problem, const struct dc_cut_options *options)
{
	struct choices choices;
	size_t i;

	all_choices(problem, &choices);
	if (!choices.all.len) {
		check_contradiction(problem);
		return;
	}
	for (i = 0; i < LAMBDAS; i++)
		check_cut(problem, &choices, lambdas[i], options);
	check_places(problem, lambdas[4]);
	check_sweep(problem, &choices);
	dc_vec_done(&choices.all);
}

/* Seeded random problems of many shapes; the row and the seed are printed when one fails. */
static const struct shape shapes[] = {
	{.nodes = 1, .edges = 0, .loc = 2, .weight = 3},
	{.nodes = 4, .edges = 6, .loc = 3, .weight = 3},
	{.nodes = 5, .edges = 3, .loc = 2, .weight = 2, .pins = 1},
	{.nodes = 6, .edges = 14, .loc = 4, .weight = 4, .pins = 2, .follows = 2},
	{.nodes = 7, .edges = 14, .loc = 20, .weight = 30, .pins = 1, .togethers = 2},
	{.nodes = 8, .edges = 20, .loc = 6, .weight = 5, .pins = 2, .follows = 3, .togethers = 2},
	{.nodes = 8, .edges = 20, .loc = 6, .weight = 9, .pins = 1, .replicable = 3},
	{.nodes = 8, .edges = 16, .loc = 2, .weight = 9, .follows = 3, .replicable = 2},
	{.nodes = 9,
	 .edges = 24,
	 .loc = 9,
	 .weight = 1000,
	 .follows = 3,
	 .togethers = 1,
	 .replicable = 2},
	{.nodes = 10, .edges = 30, .loc = 300, .weight = 5000, .pins = 1},
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void test_random(void **state)
{
	size_t i;
	uint64_t seed;

	(void)state;
	for (i = 0; i < SHAPES; i++) {
		for (seed = 1; seed <= (shapes[i].nodes < 9 ? 150 : 25); seed++) {
			struct dc_problem *problem = random_problem(&shapes[i], seed);

			check_problem(problem, &plain);
			dc_problem_free(problem);
		}
	}
}

static void test_random_twelve(void **state)
{
	static const struct shape shape = {.nodes = 12,
					   .edges = 30,
					   .loc = 12,
					   .weight = 20,
					   .pins = 2,
					   .follows = 3,
					   .togethers = 2,
					   .replicable = 2};
	uint64_t seed;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 60; seed++) {
		struct dc_problem *problem = random_problem(&shape, seed);
		struct choices choices;

		all_choices(problem, &choices);
		for (i = 0; choices.all.len && i < LAMBDAS; i++)
			check_cut(problem, &choices, lambdas[i], &plain);
		if (!choices.all.len)
			check_contradiction(problem);
		dc_vec_done(&choices.all);
		dc_problem_free(problem);
	}
}

/* GLPK's dual, in integers, equals the cut. */
static void test_lp_proof(void **state)
{
	static const struct dc_cut_options options = {.engine = DC_FLOW_IGRAPH,
						      .prove = DC_PROVE_LP};
	size_t i;
	uint64_t seed;

	(void)state;
	for (i = 0; i < SHAPES; i++) {
		for (seed = 1000; seed < 1010; seed++) {
			struct dc_problem *problem = random_problem(&shapes[i], seed);

			check_problem(problem, &options);
			dc_problem_free(problem);
		}
	}
}

/* Every graph of four nodes with an edge or none for each ordered pair. */
static struct dc_problem *small_graph(unsigned edges, unsigned loc)
{
	struct dc_problem *problem = dc_problem_new("small");
	static const char *const ids[] = {"a", "b", "c", "d"};
	struct caught caught;
	size_t i, j;

	catch_start(&caught);
	for (i = 0; i < 4; i++)
		dc_problem_add_node(problem, ids[i], loc >> (2 * i) & 3);
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4; j++) {
			if (i == j)
				continue;
			if (edges & 1)
				dc_problem_add_edge(problem, i, j, 2 + (int64_t)j, 1);
			edges >>= 1;
		}
	}
	dc_problem_add_pin(problem, 0, DC_SIDE_KERNEL, "pin");
	if (loc & 1)
		dc_problem_add_pin(problem, 3, DC_SIDE_USER, "pin");
	assert_int_equal(dc_problem_finish(&caught.diag, problem), 0);
	return problem;
}

static void test_all_small(void **state)
{
	static const struct dc_cut_options quick = {
		.engine = DC_FLOW_IGRAPH, .prove = DC_PROVE_FLOW, .no_reasons = true};
	unsigned edges, loc;

	(void)state;
	for (edges = 0; edges < 1 << 12; edges++) {
		loc = edges * 2654435761u >> 24;
		struct dc_problem *problem = small_graph(edges, loc);
		struct choices choices;

		all_choices(problem, &choices);
		check_cut(problem, &choices, lambdas[edges % LAMBDAS], &quick);
		check_sweep(problem, &choices);
		dc_vec_done(&choices.all);
		dc_problem_free(problem);
	}
}

/* `count` functions that the kernel calls `weight` times each. */
static struct dc_problem *row_of(size_t count, int64_t weight)
{
	struct dc_problem *problem = dc_problem_new("row");
	struct caught caught;
	size_t i;

	catch_start(&caught);
	for (i = 0; i < count; i++) {
		char id[24];
		size_t node;

		snprintf(id, sizeof(id), "f%05zu", i);
		node = dc_problem_add_node(problem, id, 10);
		problem->nodes.at[node].entry_calls = weight;
	}
	assert_int_equal(dc_problem_finish(&caught.diag, problem), 0);
	return problem;
}

/* A cut says which engine found it and which proof it has, and GLPK's or none when asked. */
static void test_what_proved(void **state)
{
	static const int64_t huge = (int64_t)1 << 54;
	static const struct {
		size_t count;
		int64_t weight;
		enum dc_flow_engine engine;
		enum dc_prove prove;
		const char *used, *no_lp;
	} rows[] = {
		{3, 7, DC_FLOW_AUTO, DC_PROVE_AUTO, "igraph", NULL},
		{3, 7, DC_FLOW_PUSH, DC_PROVE_LP, "push", NULL},
		{3, 7, DC_FLOW_BOTH, DC_PROVE_FLOW, "both", "not asked for"},
		{3, huge, DC_FLOW_AUTO, DC_PROVE_AUTO, "push", "too large for its doubles"},
		{1001, 7, DC_FLOW_AUTO, DC_PROVE_AUTO, "igraph", "1001 nodes, more than 1000"},
		{1001, 7, DC_FLOW_AUTO, DC_PROVE_LP, "igraph", NULL},
		{5100, 7, DC_FLOW_AUTO, DC_PROVE_AUTO, "push", "5100 nodes, more than 1000"},
		{0, 0, DC_FLOW_PUSH, DC_PROVE_AUTO, "none needed", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dc_cut_options options = {.engine = rows[i].engine,
						       .prove = rows[i].prove};
		struct dc_problem *problem = row_of(rows[i].count, rows[i].weight);
		struct dc_cut *cut = solve(problem, (struct dc_ratio){1, 1}, &options);

		assert_string_equal(cut->flow_engine, rows[i].used);
		assert_int_equal(!cut->no_lp, !rows[i].no_lp);
		assert_int_equal(cut->proved_by_lp >= 0, !rows[i].no_lp);
		if (rows[i].no_lp && !strstr(cut->no_lp, rows[i].no_lp))
			fail_msg("row %zu: %s", i, cut->no_lp);
		dc_cut_free(cut);
		dc_problem_free(problem);
	}
}

static void test_lp_or_error(void **state)
{
	static const struct dc_cut_options options = {.prove = DC_PROVE_LP};
	struct dc_terms terms = {.lambda = {1, 1}, .delay_ns = {1, 1}, .price = 1};
	struct dc_problem *problem = row_of(3, (int64_t)1 << 54);
	struct caught caught;
	struct dc_cut *cut;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_cut_solve(&caught.diag, problem, &terms, &options, &cut), -ERANGE);
	assert_said(&caught, "GLPK does not prove this cut: the numbers are too large");
	dc_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),	    cmocka_unit_test(test_random_twelve),
		cmocka_unit_test(test_lp_proof),    cmocka_unit_test(test_all_small),
		cmocka_unit_test(test_what_proved), cmocka_unit_test(test_lp_or_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
