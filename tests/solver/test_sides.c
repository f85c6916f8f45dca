/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cut that somebody gives is checked against the constraints of a problem. */
#include <errno.h>

#include "solver_testing.h"

static struct dc_sides *sides_of(const struct dc_problem *problem, uint32_t bits)
{
	struct dc_sides *sides = dc_alloc(1, sizeof(*sides));
	size_t i;

	sides->arena = dc_arena_new();
	for (i = 0; i < problem->nodes.len; i++) {
		struct dc_sides_node node = {
			.id = problem->nodes.at[i].id,
			.placement = bits >> i & 1 ? DC_PLACEMENT_KERNEL : DC_PLACEMENT_USER,
		};

		dc_vec_push(&sides->nodes, node);
	}
	return sides;
}

static int check(struct caught *caught, const struct dc_problem *problem,
		 const struct dc_sides *sides)
{
	catch_start(caught);
	return dc_sides_check(&caught->diag, problem, sides, "cut.json", "drivercut solve X");
}

/* Every choice of sides, of many problems: those that keep the constraints pass, no others. */
static void test_all_choices(void **state)
{
	const struct shape shape = {.nodes = 8,
				    .edges = 12,
				    .loc = 20,
				    .weight = 9,
				    .pins = 2,
				    .follows = 3,
				    .togethers = 2};
	unsigned passed = 0, refused = 0;
	uint64_t number;
	uint32_t bits;

	(void)state;
	for (number = 0; number < 50; number++) {
		struct dc_problem *problem = random_problem(&shape, number);

		for (bits = 0; bits < 1u << shape.nodes; bits++) {
			struct dc_sides *sides = sides_of(problem, bits);
			struct caught caught;
			int err = check(&caught, problem, sides);

			assert_int_equal(err, choice_allowed(problem, bits) ? 0 : -EINVAL);
			assert_int_equal(caught.diag.errors != 0, err != 0);
			passed += !err;
			refused += err != 0;
			dc_sides_free(sides);
		}
		dc_problem_free(problem);
	}
	assert_true(passed > 100 && refused > 100);
}

static struct dc_problem *three(void)
{
	struct dc_problem *problem = dc_problem_new("three");

	dc_problem_add_node(problem, "alpha", 1);
	dc_problem_add_node(problem, "beta", 1);
	dc_problem_add_node(problem, "gamma", 1);
	return problem;
}

static void finish(struct dc_problem *problem)
{
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_problem_finish(&caught.diag, problem), 0);
}

/* The message names the function, the reason and the next step. */
static void test_words(void **state)
{
	struct dc_problem *problem = three();
	struct dc_sides *sides;
	struct caught caught;

	(void)state;
	dc_problem_add_pin(problem, 1, DC_SIDE_KERNEL, "beta is a root");
	dc_problem_add_follow(problem, 1, 2, "beta holds a lock");
	dc_problem_add_together(problem, (size_t[]){0, 2}, 2, "they share a table");
	finish(problem);
	sides = sides_of(problem, 0);
	assert_int_equal(check(&caught, problem, sides), -EINVAL);
	assert_said(&caught, "error: sides: 'beta' must be in the kernel: beta is a root");
	assert_said(&caught, "drivercut solve X");
	assert_int_equal(caught.diag.errors, 1);
	sides->nodes.at[1].placement = DC_PLACEMENT_KERNEL;
	assert_int_equal(check(&caught, problem, sides), -EINVAL);
	assert_said(&caught, "'gamma' must be in the kernel: beta holds a lock");
	sides->nodes.at[2].placement = DC_PLACEMENT_KERNEL;
	assert_int_equal(check(&caught, problem, sides), -EINVAL);
	assert_said(&caught, "they share a table");
	sides->nodes.at[0].placement = DC_PLACEMENT_KERNEL;
	assert_int_equal(check(&caught, problem, sides), 0);
	dc_sides_free(sides);
	dc_problem_free(problem);
}

/* A function that can be copied may be on any side, and on both; another may not be on both. */
static void test_copies(void **state)
{
	struct dc_problem *problem = three();
	struct dc_sides *sides;
	struct caught caught;

	(void)state;
	dc_problem_add_edge(problem, 0, 2, 5, 5);
	problem->nodes.at[2].replicable = true;
	finish(problem);
	sides = sides_of(problem, 1); /* alpha calls gamma across: as with --pin gamma=user */
	assert_int_equal(check(&caught, problem, sides), 0);
	sides->nodes.at[2].placement = DC_PLACEMENT_BOTH;
	assert_int_equal(check(&caught, problem, sides), 0);
	sides->nodes.at[0].placement = DC_PLACEMENT_BOTH;
	assert_int_equal(check(&caught, problem, sides), -EINVAL);
	assert_said(&caught, "'alpha' cannot be on both sides");
	dc_sides_free(sides);
	dc_problem_free(problem);
}

/* Functions that only one of the two knows are no matter of this check. */
static void test_strangers(void **state)
{
	struct dc_problem *problem = three(), *more = three();
	struct dc_sides *sides;
	struct caught caught;

	(void)state;
	dc_problem_add_node(more, "delta", 1);
	dc_problem_add_follow(more, 0, 3, "follow");
	dc_problem_add_pin(more, 3, DC_SIDE_KERNEL, "pin");
	finish(problem);
	finish(more);
	sides = sides_of(problem, 7);
	assert_int_equal(check(&caught, more, sides), 0);
	dc_sides_free(sides);
	sides = sides_of(more, 0);
	assert_int_equal(check(&caught, problem, sides), 0);
	dc_sides_free(sides);
	dc_problem_free(problem);
	dc_problem_free(more);
}

/* A cut of something else is not a thousand lines of errors. */
static void test_many(void **state)
{
	struct dc_problem *problem = dc_problem_new("many");
	struct dc_sides *sides;
	struct caught caught;
	size_t i;

	(void)state;
	for (i = 0; i < 15; i++) {
		char id[24];

		snprintf(id, sizeof(id), "n%02zu", i);
		dc_problem_add_pin(problem, dc_problem_add_node(problem, id, 1), DC_SIDE_KERNEL,
				   "a root");
	}
	finish(problem);
	sides = sides_of(problem, 0);
	assert_int_equal(check(&caught, problem, sides), -EINVAL);
	assert_int_equal(caught.diag.errors, 10);
	assert_said(&caught, "and 5 more functions");
	dc_sides_free(sides);
	dc_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_choices), cmocka_unit_test(test_words),
		cmocka_unit_test(test_copies),	    cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
