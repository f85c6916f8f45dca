/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts under a budget, against every choice of sides, and the bound against GLPK's relaxation. */
#include "solver_testing.h"

#include <errno.h>
#include <math.h>

#include "solver/budget.h"

static const struct shape shape = {.nodes = 10,
				   .edges = 14,
				   .loc = 40,
				   .weight = 300,
				   .heavy_tail = true,
				   .follows = 1,
				   .replicable = 1};
static const struct shape hundred = {.nodes = 60,
				     .edges = 70,
				     .loc = 90,
				     .weight = 4000,
				     .heavy_tail = true,
				     .follows = 3,
				     .togethers = 2};
static const struct dc_terms terms = {.lambda = {1, 10}, .delay_ns = {10000, 1}, .price = 10000};

/* The least that keeps the budget, by force; -1: nothing does. */
static int64_t by_force(const struct choices *choices, const struct dc_budget *budget)
{
	bool crossings = budget->kind == DC_BUDGET_CROSSINGS;
	const struct choice *choice;
	int64_t best = -1;

	dc_vec_each (choice, &choices->all) {
		int64_t limited = crossings ? choice->weight : choice->lines;
		int64_t other = crossings ? choice->lines : choice->weight;

		if (limited <= budget->most && (best < 0 || other < best))
			best = other;
	}
	return best;
}

static void check_budget(const struct dc_sweep *sweep, const struct choices *choices,
			 const struct dc_budget *budget)
{
	int64_t best = by_force(choices, budget);
	struct dc_budget_result result;
	struct caught caught;

	catch_start(&caught);
	if (best < 0) {
		assert_int_equal(dc_budget_solve(&caught.diag, sweep, &terms, budget, 10, &result),
				 -ERANGE);
		assert_said(&caught, "or less: the constraints alone");
		return;
	}
	assert_int_equal(dc_budget_solve(&caught.diag, sweep, &terms, budget, 0, &result), 0);
	assert_true(result.bound <= best && best <= result.reached);
	assert_true(!result.proved_by || best == result.reached);
	dc_budget_done(&result);
	assert_int_equal(dc_budget_solve(&caught.diag, sweep, &terms, budget, 10, &result), 0);
	assert_non_null(result.proved_by);
	assert_int_equal(result.reached, best);
	assert_int_equal(result.bound, best);
	assert_int_equal(budget->kind == DC_BUDGET_LINES ? result.cut->tally.crossings
							 : result.cut->tally.kernel_loc,
			 best);
	dc_budget_done(&result);
}

static void test_by_force(void **state)
{
	uint64_t seed;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 12; seed++) {
		struct dc_problem *problem = random_problem(&shape, seed);
		struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_AUTO);
		struct choices choices;

		all_choices(problem, &choices);
		for (i = 0; i < 8; i++) {
			check_budget(sweep, &choices,
				     &(struct dc_budget){DC_BUDGET_LINES, (int64_t)i * 31});
			check_budget(
				sweep, &choices,
				&(struct dc_budget){DC_BUDGET_CROSSINGS, (int64_t)(i * i) * 23});
		}
		dc_vec_done(&choices.all);
		dc_sweep_free(sweep);
		dc_problem_free(problem);
	}
}

/* The theorem: the LP relaxation of a budget is the straight line between two cuts. And a larger
 * budget never costs more. */
static void test_interpolation(void **state)
{
	struct dc_problem *problem = random_problem(&hundred, 2);
	struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_AUTO);
	const struct dc_tally *first = &sweep->cuts.at[0].tally;
	const struct dc_tally *last = &sweep->cuts.at[sweep->cuts.len - 1].tally;
	int kind, step;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		int64_t low = kind ? first->kernel_loc : last->crossings;
		int64_t high = kind ? last->kernel_loc : first->crossings, before = INT64_MAX;

		for (step = 0; step <= 20; step++) {
			struct dc_budget budget = {kind ? DC_BUDGET_LINES : DC_BUDGET_CROSSINGS,
						   low + (high - low) * step / 20};
			struct dc_budget_result result;
			struct caught caught;
			double relaxed, line;

			catch_start(&caught);
			assert_int_equal(
				dc_budget_solve(&caught.diag, sweep, &terms, &budget, 0, &result),
				0);
			assert_true(dc_budget_relaxation(&caught.diag, problem, &budget, &relaxed));
			line = dc_ratio_value(result.interpolated);
			if (fabs(relaxed - line) > 1e-6 * (1 + fabs(line)))
				fail_msg("kind %d step %d: LP %.9g, envelope %.9g", kind, step,
					 relaxed, line);
			assert_true(result.reached <= before);
			before = result.reached;
			dc_budget_done(&result);
		}
	}
	dc_sweep_free(sweep);
	dc_problem_free(problem);
}

/* A table of budgets with the searches: each one proved, none above the one before. */
static void test_table(void **state)
{
	struct dc_problem *problem = random_problem(&hundred, 4);
	struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_AUTO);
	const struct dc_tally *first = &sweep->cuts.at[0].tally;
	const struct dc_tally *last = &sweep->cuts.at[sweep->cuts.len - 1].tally;
	int step, kind, searched = 0;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		int64_t low = kind ? first->kernel_loc : last->crossings;
		int64_t high = kind ? last->kernel_loc : first->crossings, before = INT64_MAX;

		for (step = 0; step <= 8; step++) {
			struct dc_budget budget = {kind ? DC_BUDGET_LINES : DC_BUDGET_CROSSINGS,
						   low + (high - low) * step / 8};
			struct dc_budget_result result;
			struct caught caught;

			catch_start(&caught);
			assert_int_equal(
				dc_budget_solve(&caught.diag, sweep, &terms, &budget, 20, &result),
				0);
			assert_non_null(result.proved_by);
			assert_true(result.reached <= before);
			before = result.reached;
			searched += result.places > 0;
			dc_budget_done(&result);
		}
	}
	assert_true(searched > 5);
	dc_sweep_free(sweep);
	dc_problem_free(problem);
}

static void test_overhead(void **state)
{
	struct dc_problem *problem = dc_problem_new("p");
	const struct dc_ratio ten_us = {10000, 1}, per_cent = {1, 100}, zero = {0, 1};

	(void)state;
	assert_int_equal(dc_budget_crossings(problem, ten_us, per_cent), 1000);
	problem->seconds = 7;
	assert_int_equal(dc_budget_crossings(problem, ten_us, per_cent), 7000);
	assert_int_equal(dc_budget_crossings(problem, (struct dc_ratio){30000, 1}, per_cent), 2333);
	assert_true(dc_budget_crossings(problem, zero, per_cent) == INT64_MAX);
	assert_int_equal(dc_budget_crossings(problem, ten_us, zero), 0);
	dc_problem_free(problem);
}

/* Numbers that GLPK's doubles do not hold: it claims nothing, but the exact search ends. */
static void test_large_numbers(void **state)
{
	static const int64_t huge = (int64_t)1 << 54;
	struct dc_problem *problem = dc_problem_new("p");
	const struct dc_budget budget = {DC_BUDGET_LINES, huge + 5};
	struct dc_budget_result result;
	struct dc_sweep *sweep;
	struct caught caught;
	size_t i;

	(void)state;
	catch_start(&caught);
	for (i = 0; i < 3; i++) {
		size_t node = dc_problem_add_node(problem, i ? i > 1 ? "c" : "b" : "a", huge + 1);

		problem->nodes.at[node].entry_calls = 3;
	}
	assert_int_equal(dc_problem_finish(&caught.diag, problem), 0);
	sweep = sweep_of(problem, DC_FLOW_AUTO);
	assert_int_equal(dc_budget_solve(&caught.diag, sweep, &terms, &budget, 0, &result), 0);
	assert_null(result.proved_by);
	assert_int_equal(result.reached, 9);
	assert_true(result.bound < 9);
	dc_budget_done(&result);
	assert_int_equal(dc_budget_solve(&caught.diag, sweep, &terms, &budget, 5, &result), 0);
	assert_false(result.claimed);
	assert_string_equal(result.proved_by, "exact search in integers");
	assert_int_equal(result.reached, 6);
	dc_budget_done(&result);
	dc_sweep_free(sweep);
	dc_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_force),      cmocka_unit_test(test_interpolation),
		cmocka_unit_test(test_table),	      cmocka_unit_test(test_overhead),
		cmocka_unit_test(test_large_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
