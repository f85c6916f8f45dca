/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Larger problems: properties that hold at any size, and GLPK at every breakpoint. */
#include "solver_testing.h"

#include <jansson.h>

static const struct shape hundred = {.nodes = 100,
				     .edges = 100,
				     .heavy_tail = true,
				     .loc = 90,
				     .weight = 4000,
				     .follows = 8,
				     .togethers = 3,
				     .replicable = 6};

static const struct dc_cut_options plain = {.engine = DC_FLOW_BOTH, .prove = DC_PROVE_FLOW};

/* At each breakpoint: a cut on its own is the cut of the sweep, and GLPK proves it. */
static void test_glpk_at_breakpoints(void **state)
{
	static const struct dc_cut_options options = {.engine = DC_FLOW_IGRAPH,
						      .prove = DC_PROVE_LP};
	uint64_t seed;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 3; seed++) {
		struct dc_problem *problem = random_problem(&hundred, seed);
		struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_BOTH);

		assert_true(sweep->breakpoints.len >= 20);
		for (i = 0; i < sweep->breakpoints.len; i++) {
			struct dc_cut *cut =
				solve(problem, sweep->breakpoints.at[i].terms.lambda, &options);
			bool in_kernel[128];

			dc_sweep_sides(sweep, i, in_kernel);
			assert_memory_equal(in_kernel, cut->in_kernel, problem->nodes.len);
			assert_true(cut->proved_by_lp == cut->proved_by_flow);
			dc_cut_free(cut);
		}
		print_message("seed %d: %zu breakpoints, %zu flows\n", (int)seed,
			      sweep->breakpoints.len, sweep->flows);
		dc_sweep_free(sweep);
		dc_problem_free(problem);
	}
}

/* Sparse, so that cuts fall apart into many pieces, with few different numbers, so that pieces go
 * to the kernel at the same lambda, and groups without lines are tied; and dense, so that one piece
 * stays large and its flows start from the ones before. Each cut is also found on its own. */
static void test_pieces(void **state)
{
	static const struct shape shapes[] = {
		{.nodes = 400, .edges = 250, .loc = 4, .weight = 5, .pins = 9, .follows = 20},
		{.nodes = 400, .edges = 500, .loc = 3, .weight = 3, .follows = 9, .togethers = 9},
		{.nodes = 200, .edges = 1500, .heavy_tail = true, .loc = 90, .weight = 1 << 24},
		{.nodes = 200, .edges = 4000, .loc = 90, .weight = 1 << 20, .pins = 3},
	};
	size_t i, j;
	bool in_kernel[400];

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct dc_problem *problem = random_problem(&shapes[i], 11 + i);
		struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_BOTH);
		struct dc_sweep *other = sweep_of(problem, DC_FLOW_IGRAPH);

		assert_true(sweep->breakpoints.len > 0);
		assert_int_equal(sweep->breakpoints.len, other->breakpoints.len);
		for (j = 0; j < sweep->breakpoints.len; j++) {
			struct dc_ratio lambda = sweep->breakpoints.at[j].terms.lambda;
			struct dc_cut *cut = solve(problem, lambda, &plain);

			dc_sweep_sides(sweep, j, in_kernel);
			assert_memory_equal(in_kernel, cut->in_kernel, problem->nodes.len);
			dc_sweep_sides(other, j, in_kernel);
			assert_memory_equal(in_kernel, cut->in_kernel, problem->nodes.len);
			dc_cut_free(cut);
		}
		dc_sweep_free(sweep);
		dc_sweep_free(other);
		dc_problem_free(problem);
	}
}

/* A plain list of lambdas, each cut on its own. */
static void test_list_of_lambdas(void **state)
{
	struct dc_problem *problem = random_problem(&hundred, 7);
	struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_AUTO);
	int64_t p;

	(void)state;
	for (p = 0; p < 400; p++) {
		struct dc_ratio lambda;
		struct dc_cut *cut;
		bool in_kernel[128];

		assert_true(dc_ratio_make(p * p, 1 + 7919 * (p % 13), &lambda));
		cut = solve(problem, lambda, &plain);
		dc_sweep_sides(sweep, dc_sweep_at(sweep, lambda), in_kernel);
		assert_memory_equal(in_kernel, cut->in_kernel, problem->nodes.len);
		dc_cut_free(cut);
	}
	dc_sweep_free(sweep);
	dc_problem_free(problem);
}

static char *documents(const struct dc_problem *problem)
{
	struct dc_cut *cut = solve(problem, (struct dc_ratio){1, 50}, &plain);
	struct dc_sweep *sweep = sweep_of(problem, DC_FLOW_AUTO);
	json_t *one = dc_cut_json(cut), *other = dc_sweep_json(sweep, &cut->terms, 1);
	char *text = json_dumps(one, 0), *rest = json_dumps(other, 0);
	char *both = dc_printf("%s\n%s", text, rest);

	json_decref(one);
	json_decref(other);
	free(text);
	free(rest);
	dc_cut_free(cut);
	dc_sweep_free(sweep);
	return both;
}

/* Everything added in the opposite order: the same bytes come out. */
static void test_any_order(void **state)
{
	struct shape reversed = hundred;
	uint64_t seed;

	(void)state;
	reversed.reversed = true;
	for (seed = 1; seed <= 20; seed++) {
		struct dc_problem *there = random_problem(&hundred, seed);
		struct dc_problem *back = random_problem(&reversed, seed);
		char *one = documents(there), *other = documents(back);

		assert_string_equal(one, other);
		free(one);
		free(other);
		dc_problem_free(there);
		dc_problem_free(back);
	}
}

/* The same problem with other names, which also sort otherwise. */
static struct dc_problem *renamed(const struct dc_problem *problem, size_t *new_number)
{
	struct dc_problem *copy = dc_problem_copy(problem), *result;
	struct caught caught;
	size_t i;

	catch_start(&caught);
	result = dc_problem_new("renamed");
	for (i = 0; i < copy->nodes.len; i++) {
		char id[24];
		size_t node;

		snprintf(id, sizeof(id), "x%02zu", i * 37 % copy->nodes.len);
		node = dc_problem_add_node(result, id, copy->nodes.at[i].loc);
		result->nodes.at[node].kernel_calls = copy->nodes.at[i].kernel_calls;
		result->nodes.at[node].entry_calls = copy->nodes.at[i].entry_calls;
		result->nodes.at[node].replicable = copy->nodes.at[i].replicable;
	}
	for (i = 0; i < copy->edges.len; i++)
		dc_problem_add_edge(result, copy->edges.at[i].from, copy->edges.at[i].to,
				    copy->edges.at[i].calls, copy->edges.at[i].down);
	for (i = 0; i < copy->follows.len; i++)
		dc_problem_add_follow(result, copy->follows.at[i].from, copy->follows.at[i].to,
				      "f");
	for (i = 0; i < copy->togethers.len; i++)
		dc_problem_add_together(result, copy->togethers.at[i].nodes,
					copy->togethers.at[i].count, "t");
	assert_int_equal(dc_problem_finish(&caught.diag, result), 0);
	for (i = 0; i < copy->nodes.len; i++) {
		char id[24];

		snprintf(id, sizeof(id), "x%02zu", i * 37 % copy->nodes.len);
		new_number[i] = dc_problem_find(result, id);
	}
	dc_problem_free(copy);
	return result;
}

static void test_relabelling(void **state)
{
	uint64_t seed;
	size_t i, at[128];

	(void)state;
	for (seed = 1; seed <= 10; seed++) {
		struct dc_problem *problem = random_problem(&hundred, seed);
		struct dc_problem *other = renamed(problem, at);
		struct dc_sweep *a = sweep_of(problem, DC_FLOW_AUTO);
		struct dc_sweep *b = sweep_of(other, DC_FLOW_AUTO);

		assert_int_equal(a->breakpoints.len, b->breakpoints.len);
		for (i = 0; i < problem->nodes.len; i++)
			assert_int_equal(a->enters[i], b->enters[at[i]]);
		dc_sweep_free(a);
		dc_sweep_free(b);
		dc_problem_free(problem);
		dc_problem_free(other);
	}
}

/* Raising any weight, or any function's lines, never lowers the value. */
static void test_monotone_weights(void **state)
{
	static const struct dc_ratio lambda = {1, 40};
	struct dc_problem *problem = random_problem(&hundred, 3);
	struct dc_cut *before = solve(problem, lambda, &plain);
	struct caught caught;
	size_t i;

	(void)state;
	for (i = 0; i < problem->edges.len + problem->nodes.len; i++) {
		struct dc_problem *more = dc_problem_copy(problem);
		struct dc_cut *after;

		if (i < more->edges.len)
			more->edges.at[i].calls += 1000;
		else
			more->nodes.at[i - more->edges.len].loc += 17;
		catch_start(&caught);
		assert_int_equal(dc_problem_finish(&caught.diag, more), 0);
		after = solve(more, lambda, &plain);
		assert_true(dc_ratio_compare(after->value, before->value) >= 0);
		dc_cut_free(after);
		dc_problem_free(more);
	}
	dc_cut_free(before);
	dc_problem_free(problem);
}

static struct dc_ratio value_with_pin(const struct dc_problem *problem, size_t node,
				      enum dc_side side, struct dc_ratio lambda)
{
	struct dc_problem *pinned = dc_problem_copy(problem);
	struct dc_ratio value;
	struct caught caught;
	struct dc_cut *cut;

	catch_start(&caught);
	dc_problem_add_pin(pinned, node, side, "what if");
	assert_int_equal(dc_problem_finish(&caught.diag, pinned), 0);
	cut = solve(pinned, lambda, &plain);
	value = cut->value;
	dc_cut_free(cut);
	dc_problem_free(pinned);
	return value;
}

/* A pin that agrees with the cut costs 0, one that does not costs something. A replicated function
 * with callers on both sides agrees with neither, so it is left out. */
static void test_agreeing_pin(void **state)
{
	static const struct dc_ratio lambda = {1, 30};
	struct dc_problem *problem = random_problem(&hundred, 5);
	struct dc_cut *cut = solve(problem, lambda, &plain);
	size_t i;

	(void)state;
	for (i = 0; i < problem->nodes.len; i++) {
		bool kernel = cut->in_kernel[i];

		if (problem->nodes.at[i].replicated)
			continue;
		assert_int_equal(
			dc_ratio_compare(value_with_pin(problem, i,
							kernel ? DC_SIDE_KERNEL : DC_SIDE_USER,
							lambda),
					 cut->value),
			0);
		/* The least kernel side was chosen: leaving the kernel always costs. */
		if (kernel)
			assert_true(
				dc_ratio_compare(value_with_pin(problem, i, DC_SIDE_USER, lambda),
						 cut->value) > 0);
	}
	dc_cut_free(cut);
	dc_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glpk_at_breakpoints), cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_list_of_lambdas),	    cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_relabelling),	    cmocka_unit_test(test_monotone_weights),
		cmocka_unit_test(test_agreeing_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
