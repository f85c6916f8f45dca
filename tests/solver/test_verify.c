/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates: true ones are accepted, every kind of false one is refused. */
#include "solver_testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/json.h"
#include "solver/certificate.h"
#include "solver/verify.h"

static const struct shape shapes[] = {
	{.nodes = 30,
	 .edges = 40,
	 .loc = 50,
	 .weight = 500,
	 .heavy_tail = true,
	 .follows = 4,
	 .togethers = 2,
	 .replicable = 4},
	{.nodes = 12, .edges = 20, .loc = 3, .weight = 4, .follows = 2, .togethers = 1},
	{.nodes = 60, .edges = 70, .loc = 90, .weight = 4000, .heavy_tail = true, .pins = 1},
};

static char certificate_path[] = "/tmp/dc-test-XXXXXX";

static struct dc_sweep *certified(struct caught *caught, const struct dc_problem *problem)
{
	struct dc_sweep *sweep;

	catch_start(caught);
	if (dc_sweep_solve(&caught->diag, problem, DC_PRICE_DEFAULT, DC_FLOW_IGRAPH, &sweep) < 0 ||
	    dc_certificate_write(&caught->diag, certificate_path, sweep) < 0)
		fail_msg("%s", caught->text);
	return sweep;
}

static void test_true_ones(void **state)
{
	struct dc_verified verified;
	struct caught caught;
	uint64_t seed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (seed = 1; seed <= 30; seed++) {
			struct dc_problem *problem = random_problem(&shapes[i], seed);
			struct dc_sweep *sweep = certified(&caught, problem);

			if (dc_verify(&caught.diag, problem, certificate_path, &verified) < 0)
				fail_msg("shape %zu seed %d: %s", i, (int)seed, caught.text);
			assert_int_equal(verified.cuts, sweep->cuts.len);
			assert_int_equal(verified.last_crossings,
					 sweep->cuts.at[sweep->cuts.len - 1].tally.crossings);
			dc_sweep_free(sweep);
			dc_problem_free(problem);
		}
	}
}

/* Ways to spoil a certificate */

static json_t *steps_of(json_t *root)
{
	return json_object_get(root, "steps");
}

static json_t *list_of(json_t *root, size_t step, const char *key)
{
	return json_object_get(json_array_get(steps_of(root), step), key);
}

static void add_to(json_t *list, size_t index, json_int_t amount)
{
	json_int_t value = json_integer_value(json_array_get(list, index));

	json_array_set_new(list, index, json_integer(value + amount));
}

/* The first step with an entry in that list. */
static json_t *some_list(json_t *root, const char *key)
{
	size_t step = 1;

	while (step < json_array_size(steps_of(root)) && !json_array_size(list_of(root, step, key)))
		step++;
	assert_true(step < json_array_size(steps_of(root)));
	return list_of(root, step, key);
}

static void more_flow(json_t *root)
{
	add_to(some_list(root, "together"), 0, 1);
}

static void no_flow(json_t *root)
{
	const char *const keys[] = {"edges", "follow", "together"};
	size_t step, k, i;

	for (step = 1; step < json_array_size(steps_of(root)); step++)
		for (k = 0; k < 3; k++)
			for (i = 0; i < json_array_size(list_of(root, step, keys[k])); i++)
				json_array_set_new(list_of(root, step, keys[k]), i,
						   json_integer(0));
}

static void negative_flow(json_t *root)
{
	add_to(some_list(root, "follow"), 0, -1000000000);
}

static void short_flow(json_t *root)
{
	json_array_remove(some_list(root, "edges"), 0);
}

static void long_flow(json_t *root)
{
	json_array_append_new(list_of(root, 1, "follow"), json_integer(0));
}

static void long_together(json_t *root)
{
	json_array_append_new(list_of(root, 1, "together"), json_integer(0));
}

static void other_lambda(json_t *root)
{
	add_to(json_object_get(json_array_get(steps_of(root), 1), "lambda"), 0, 1);
}

static void lambda_back(json_t *root)
{
	json_t *copy = json_deep_copy(json_array_get(steps_of(root), 1));

	json_object_set_new(copy, "to_kernel", json_array());
	json_array_insert_new(steps_of(root), 2, copy);
}

static void without_breakpoint(json_t *root)
{
	json_array_remove(steps_of(root), 2);
}

static void without_infinity(json_t *root)
{
	json_array_remove(steps_of(root), json_array_size(steps_of(root)) - 1);
}

static void without_zero(json_t *root)
{
	json_array_remove(steps_of(root), 0);
}

static void mover_gone(json_t *root)
{
	json_array_remove(json_object_get(json_array_get(steps_of(root), 2), "to_kernel"), 0);
}

static void mover_twice(json_t *root)
{
	json_t *first = json_object_get(json_array_get(steps_of(root), 1), "to_kernel");
	json_t *second = json_object_get(json_array_get(steps_of(root), 2), "to_kernel");

	json_array_append(second, json_array_get(first, 0));
}

static void mover_unknown(json_t *root)
{
	json_array_append_new(json_object_get(json_array_get(steps_of(root), 1), "to_kernel"),
			      json_string("nobody"));
}

static void mover_early(json_t *root)
{
	json_t *first = json_object_get(json_array_get(steps_of(root), 1), "to_kernel");
	json_t *second = json_object_get(json_array_get(steps_of(root), 2), "to_kernel");

	json_array_append(first, json_array_get(second, 0));
	json_array_remove(second, 0);
}

static void other_lines(json_t *root)
{
	json_object_set_new(json_array_get(steps_of(root), 1), "kernel_loc", json_integer(7));
}

static void other_crossings(json_t *root)
{
	json_object_set_new(json_array_get(steps_of(root), 0), "crossings", json_integer(7));
}

static void other_kind(json_t *root)
{
	json_object_set_new(root, "kind", json_string("sweep"));
}

static void no_steps(json_t *root)
{
	json_object_set_new(root, "steps", json_array());
}

static const struct {
	void (*spoil)(json_t *root);
	const char *said;
} spoiled[] = {
	{more_flow, "what flows in is not what must flow out"},
	{no_flow, "what flows in is not what must flow out"},
	{negative_flow, "expected an integer, 0 or more"},
	{long_together, "entries, but the problem needs"},
	{short_flow, "entries, but the problem needs"},
	{long_flow, "entries, but the problem needs"},
	{other_lambda, "steps[1]"},
	{lambda_back, "not above the one before it"},
	{without_breakpoint, "the cut does not keep the problem's constraints"},
	{without_infinity, "the last step must be at lambda 1/0"},
	{without_zero, "steps[0]"},
	{mover_gone, "steps[2]"},
	{mover_twice, "is in the kernel already"},
	{mover_unknown, "the problem has no node \"nobody\""},
	{mover_early, "steps[1]"},
	{other_lines, "the certificate says otherwise"},
	{other_crossings, "the certificate says otherwise"},
	{other_kind, "expected a certificate file"},
	{no_steps, "needs a step at lambda 0"},
};

static void test_false_ones(void **state)
{
	struct dc_problem *problem = random_problem(&shapes[0], 4);
	struct dc_verified verified;
	struct dc_sweep *sweep;
	struct caught caught;
	json_error_t error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++) {
		json_t *root;

		sweep = certified(&caught, problem);
		assert_true(sweep->breakpoints.len > 3);
		assert_true(sweep->breakpoints.at[0].terms.lambda.p > 0);
		dc_sweep_free(sweep);
		root = json_load_file(certificate_path, 0, &error);
		assert_non_null(root);
		spoiled[i].spoil(root);
		assert_int_equal(json_dump_file(root, certificate_path, 0), 0);
		json_decref(root);
		if (dc_verify(&caught.diag, problem, certificate_path, &verified) != -EINVAL)
			fail_msg("row %zu (%s) was accepted", i, spoiled[i].said);
		assert_said(&caught, spoiled[i].said);
	}
	dc_problem_free(problem);
}

/* A problem in which each check is the only one to see what is wrong: "free" costs nothing on
 * either side, "a" and "b" go to the kernel together, "c" by itself later. */
static const char small_problem[] =
	"{\"nodes\": [{\"id\": \"free\", \"loc\": 0}, {\"id\": \"a\", \"loc\": 10, "
	"\"entry_calls\": 10},"
	"{\"id\": \"b\", \"loc\": 10}, {\"id\": \"c\", \"loc\": 90, \"entry_calls\": 9}],"
	"\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 2}],"
	"\"together\": [{\"nodes\": [\"a\", \"b\"], \"reason\": \"r\"}]}";

static json_t *movers_at(json_t *root, size_t point)
{
	return json_object_get(json_array_get(steps_of(root), point), "to_kernel");
}

static void not_the_least(json_t *root)
{
	json_array_append_new(movers_at(root, 0), json_string("free"));
}

static void not_the_least_later(json_t *root)
{
	json_array_append_new(movers_at(root, 1), json_string("free"));
}

static void more_than_the_limit(json_t *root)
{
	add_to(list_of(root, 1, "edges"), 0, 1000);
}

static void less_than_the_limit(json_t *root)
{
	add_to(list_of(root, 1, "edges"), 0, -1000);
}

static void not_together(json_t *root)
{
	json_array_remove(movers_at(root, 1), 1);
}

static void too_early(json_t *root)
{
	json_array_append_new(movers_at(root, 1), json_string("c"));
	json_array_remove(steps_of(root), 2);
}

static void flow_lost(json_t *root)
{
	add_to(list_of(root, 1, "together"), 0, -1);
}

static void lines_at_zero(json_t *root)
{
	json_array_set_new(list_of(root, 1, "lambda"), 0, json_integer(0));
	json_array_set_new(list_of(root, 1, "edges"), 0, json_integer(0));
}

static void moved_at_infinity(json_t *root)
{
	json_array_append_new(movers_at(root, 3), json_string("free"));
}

static void never_moved(json_t *root)
{
	json_array_remove(steps_of(root), 2);
}

static void test_each_check(void **state)
{
	static const struct {
		void (*spoil)(json_t *root);
		const char *said;
	} rows[] = {
		{not_the_least, "steps[0]: free: it is not on the side that the flow proves"},
		{not_the_least_later, "steps[1]: free: it is not on the side that the flow proves"},
		{not_together, "steps[1]: the cut does not keep the problem's constraints"},
		{too_early, "steps[1]: c: what flows in is not what must flow out"},
		{flow_lost, "steps[1]: a: what flows in is not what must flow out"},
		{more_than_the_limit, "flows from a to b, outside the limits"},
		{less_than_the_limit, "flows from a to b, outside the limits"},
		{lines_at_zero, "steps[1]: a: it has lines, so it does not enter at lambda 0"},
		{moved_at_infinity, "nothing moves at infinity"},
		{never_moved, "steps[2]: c: what flows in is not what must flow out"},
	};
	struct dc_problem *problem;
	struct dc_verified verified;
	struct dc_sweep *sweep;
	struct caught caught;
	json_error_t error;
	size_t i;

	(void)state;
	catch_start(&caught);
	assert_int_equal(
		dc_problem_parse(&caught.diag, "p", small_problem, strlen(small_problem), &problem),
		0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *root;

		sweep = certified(&caught, problem);
		assert_int_equal(sweep->breakpoints.len, 2);
		dc_sweep_free(sweep);
		assert_int_equal(dc_verify(&caught.diag, problem, certificate_path, &verified), 0);
		root = json_load_file(certificate_path, 0, &error);
		assert_non_null(root);
		rows[i].spoil(root);
		assert_int_equal(json_dump_file(root, certificate_path, 0), 0);
		json_decref(root);
		assert_int_equal(dc_verify(&caught.diag, problem, certificate_path, &verified),
				 -EINVAL);
		assert_said(&caught, rows[i].said);
	}
	dc_problem_free(problem);
}

/* The certificate of another problem: one weight, one line, one constraint more. */
static void test_other_problem(void **state)
{
	struct dc_problem *problem = random_problem(&shapes[0], 4), *other;
	struct dc_sweep *sweep;
	struct dc_verified verified;
	struct caught caught;
	int i;

	(void)state;
	sweep = certified(&caught, problem);
	dc_sweep_free(sweep);
	for (i = 0; i < 3; i++) {
		other = dc_problem_copy(problem);
		if (i == 0)
			other->nodes.at[2].loc += 1;
		else if (i == 1)
			other->nodes.at[5].entry_calls += 1;
		else
			dc_problem_add_pin(other, 2, DC_SIDE_KERNEL, "pin");
		assert_int_equal(dc_problem_finish(&caught.diag, other), 0);
		assert_int_equal(dc_verify(&caught.diag, other, certificate_path, &verified),
				 -EINVAL);
		dc_problem_free(other);
	}
	dc_problem_free(problem);
}

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(certificate_path));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(certificate_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_true_ones),
		cmocka_unit_test(test_false_ones),
		cmocka_unit_test(test_each_check),
		cmocka_unit_test(test_other_problem),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
