/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random cuts: they keep all constraints and the given kernel side, and differ. */
#include "solver_testing.h"

#include "solver/random_cut.h"

static const struct dc_cut_options plain = {.prove = DC_PROVE_FLOW};

static struct dc_cut *draw(const struct dc_cut *least, uint64_t seed)
{
	struct caught caught;
	struct dc_cut *cut;

	catch_start(&caught);
	if (dc_cut_random(&caught.diag, least, seed, &cut) < 0)
		fail_msg("%s", caught.text);
	return cut;
}

static bool is_allowed(const struct choices *choices, uint32_t sides)
{
	const struct choice *choice;

	dc_vec_each (choice, &choices->all)
		if (choice->sides == sides)
			return true;
	return false;
}

/* Returns how many of the seeds' cuts are neither the least nor all in the kernel. */
static unsigned check_problem(const struct shape *shape, uint64_t number)
{
	struct dc_problem *problem = random_problem(shape, number);
	struct choices choices;
	unsigned between = 0;
	struct dc_cut *least;
	uint64_t seed;

	all_choices(problem, &choices);
	if (choices.all.len) {
		least = solve(problem, (struct dc_ratio){1, 7}, &plain);
		for (seed = 0; seed < 8; seed++) {
			struct dc_cut *cut = draw(least, seed), *again = draw(least, seed);
			uint32_t all = ((uint32_t)1 << problem->nodes.len) - 1;
			uint32_t sides = bits_of(cut->in_kernel, problem->nodes.len);
			uint32_t base = bits_of(least->in_kernel, problem->nodes.len);
			char method[40];

			assert_true(is_allowed(&choices, sides));
			assert_int_equal(sides & base, base);
			assert_int_equal(sides, bits_of(again->in_kernel, problem->nodes.len));
			snprintf(method, sizeof(method), "drawn at random, seed %d", (int)seed);
			assert_string_equal(cut->method, method);
			between += sides != base && sides != all;
			dc_cut_free(cut);
			dc_cut_free(again);
		}
		dc_cut_free(least);
	}
	dc_vec_done(&choices.all);
	dc_problem_free(problem);
	return between;
}

static void test_allowed(void **state)
{
	const struct shape shape = {.nodes = 10,
				    .edges = 18,
				    .loc = 20,
				    .weight = 9,
				    .pins = 2,
				    .follows = 4,
				    .togethers = 2,
				    .replicable = 2};
	unsigned between = 0;
	uint64_t number;

	(void)state;
	for (number = 0; number < 200; number++)
		between += check_problem(&shape, number);
	print_message("%u cuts between the least and all\n", between);
	assert_true(between > 500);
}

/* The order in which the problem was given does not matter, and with enough seeds every closed set
 * comes out. */
static void test_reached(void **state)
{
	struct shape shape = {.nodes = 4, .edges = 5, .loc = 9, .weight = 1, .follows = 2};
	struct dc_problem *problem = random_problem(&shape, 3), *other;
	struct dc_cut *least = solve(problem, (struct dc_ratio){0, 1}, &plain), *same;
	struct choices choices;
	const struct choice *choice;
	bool seen[16] = {false};
	uint64_t seed;

	(void)state;
	shape.reversed = true;
	other = random_problem(&shape, 3);
	same = solve(other, (struct dc_ratio){0, 1}, &plain);
	for (seed = 0; seed < 2000; seed++) {
		struct dc_cut *cut = draw(least, seed), *reversed = draw(same, seed);

		assert_int_equal(bits_of(cut->in_kernel, 4), bits_of(reversed->in_kernel, 4));
		seen[bits_of(cut->in_kernel, 4)] = true;
		dc_cut_free(cut);
		dc_cut_free(reversed);
	}
	all_choices(problem, &choices);
	assert_true(choices.all.len > 4);
	dc_vec_each (choice, &choices.all)
		assert_true(seen[choice->sides]);
	dc_vec_done(&choices.all);
	dc_cut_free(least);
	dc_cut_free(same);
	dc_problem_free(problem);
	dc_problem_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
