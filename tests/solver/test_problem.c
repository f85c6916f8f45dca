/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of problem.json, fractions, and what the solver says of bad input. */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "solver/cut.h"
#include "solver/problem.h"

static int parse(struct caught *caught, const char *text, struct dc_problem **ret_problem)
{
	catch_start(caught);
	return dc_problem_parse(&caught->diag, "p.json", text, strlen(text), ret_problem);
}

#define TWO "{\"nodes\": [{\"id\": \"a\", \"loc\": 1}, {\"id\": \"b\", \"loc\": 2}], "

static void test_bad_input(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"", "not valid JSON"},
		{"{\"nodes\": [", "p.json:1: error: not valid JSON"},
		{"{\"schema\": 1, \"nodes\": []}",
		 "schema 1 is no longer read: schema 2 has other keys"},
		{"{\"schema\": 3, \"nodes\": []}", "schema 3, but this drivercut reads schema 2"},
		{"{\"kind\": \"cut\", \"nodes\": []}",
		 "this is a cut file, expected a problem file"},
		{"{}", "nodes: missing"},
		{"{\"nodes\": [{\"id\": \"a\"}]}", "nodes[0].loc: missing"},
		{"{\"nodes\": [{\"loc\": 1}]}", "nodes[0].id: missing"},
		{"{\"nodes\": [{\"id\": \"\", \"loc\": 1}]}", "an id that is not empty"},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": -1}]}", "nodes[0].loc: -1 is below 0"},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 1.5}]}", "expected an integer"},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 99999999999999999999}]}", "too big"},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 1}, {\"id\": \"a\", \"loc\": 1}]}",
		 "nodes[1]: a second node with the id \"a\""},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 4611686018427387904}]}",
		 "the lines add up to more than"},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 1, \"replicable\": true, \"kernel_calls\": "
		 "2}]}",
		 "node a cannot be replicable and have kernel_calls"},
		{TWO "\"seconds\": 0}", "seconds: 0 is below 1"},
		{TWO "\"edges\": [{\"from\": \"a\", \"to\": \"c\", \"calls\": 1}]}",
		 "edges[0].to: no node has the id \"c\""},
		{TWO "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": -1}]}",
		 "edges[0].calls: -1 is below 0"},
		{TWO "\"edges\": [{\"from\": \"a\", \"to\": \"b\"}]}", "edges[0].calls: missing"},
		{TWO "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 1, \"down\": -2}]}",
		 "edges[0].down: -2 is below 0"},
		{TWO
		 "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 2000000000000000000}]}",
		 "the weights add up to more than"},
		{TWO "\"kernel\": [{\"node\": \"z\", \"reason\": \"r\"}]}",
		 "kernel[0].node: no node has the id \"z\""},
		{TWO "\"user\": [{\"node\": \"a\"}]}", "user[0].reason: missing"},
		{TWO "\"follow\": [{\"from\": \"z\", \"to\": \"a\", \"reason\": \"r\"}]}",
		 "follow[0].from: no node has the id \"z\""},
		{TWO "\"together\": [{\"nodes\": [], \"reason\": \"r\"}]}",
		 "together[0].nodes: empty"},
		{TWO "\"together\": [{\"nodes\": [\"a\", \"a\"], \"reason\": \"r\"}]}",
		 "together[0].nodes[1]: \"a\" is named twice"},
		{TWO "\"together\": [{\"nodes\": [\"a\", \"z\"], \"reason\": \"r\"}]}",
		 "together[0].nodes[1]: no node has the id \"z\""},
		{"{\"nodes\": [{\"id\": \"a\", \"loc\": 1, \"replicable\": true}, {\"id\": \"b\", "
		 "\"loc\": 2}], "
		 "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 0}]}",
		 "node a cannot be replicable: it calls b, which is not"},
	};
	struct dc_problem *problem;
	struct caught caught;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(parse(&caught, rows[i].text, &problem) < 0);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
	}
}

/* Parallel edges add up, an edge to itself is dropped, the order of things does not matter. */
static void test_merge(void **state)
{
	static const char text[] = "{\"nodes\": [{\"id\": \"b\", \"loc\": 2}, {\"id\": \"a\", "
				   "\"loc\": 1}], \"edges\": ["
				   "{\"from\": \"b\", \"to\": \"b\", \"calls\": 9}, {\"from\": "
				   "\"b\", \"to\": \"a\", \"calls\": 3},"
				   "{\"from\": \"b\", \"to\": \"a\", \"calls\": 4, \"down\": 1}],"
				   "\"kernel\": [{\"node\": \"b\", \"reason\": \"r\"}, {\"node\": "
				   "\"b\", \"reason\": \"r\"},"
				   "{\"node\": \"b\", \"reason\": \"q\"}]}";
	struct dc_problem *problem;
	struct caught caught;

	(void)state;
	assert_int_equal(parse(&caught, text, &problem), 0);
	assert_string_equal(problem->nodes.at[0].id, "a");
	assert_int_equal(problem->edges.len, 1);
	assert_int_equal(problem->edges.at[0].from, 1);
	assert_int_equal(problem->edges.at[0].calls, 7);
	assert_int_equal(problem->edges.at[0].down, 4);
	assert_int_equal(problem->pins.len, 2);
	assert_int_equal(dc_problem_find(problem, "b"), 1);
	assert_true(dc_problem_find(problem, "c") == DC_NO_NODE);
	assert_int_equal(dc_problem_loc(problem), 3);
	dc_problem_free(problem);
	dc_problem_free(NULL);
}

static char *written(struct caught *caught, const struct dc_problem *problem)
{
	char path[] = "/tmp/dc-test-XXXXXX", *text;

	close(mkstemp(path));
	assert_int_equal(dc_problem_write(&caught->diag, path, problem), 0);
	assert_int_equal(dc_file_read(&caught->diag, path, &text, NULL), 0);
	unlink(path);
	return text;
}

static void test_round_trip(void **state)
{
	static const char text[] =
		"{\"driver\": \"d\", \"seconds\": 7, \"nodes\": [{\"id\": \"a\", \"loc\": 1, "
		"\"kernel_calls\": 3},"
		"{\"id\": \"b\", \"loc\": 2, \"entry_calls\": 4}, {\"id\": \"c\", \"loc\": 0, "
		"\"replicable\": true}],"
		"\"edges\": [{\"from\": \"a\", \"to\": \"c\", \"calls\": 3, \"down\": 0}],"
		"\"kernel\": [{\"node\": \"a\", \"reason\": \"r\"}], \"user\": [{\"node\": \"b\", "
		"\"reason\": \"s\"}],"
		"\"follow\": [{\"from\": \"a\", \"to\": \"c\", \"reason\": \"t\"}],"
		"\"together\": [{\"nodes\": [\"c\", \"a\"], \"reason\": \"u\"}]}";
	struct dc_problem *problem, *again;
	struct caught caught;
	char *first, *second;

	(void)state;
	assert_int_equal(parse(&caught, text, &problem), 0);
	first = written(&caught, problem);
	assert_int_equal(parse(&caught, first, &again), 0);
	second = written(&caught, again);
	assert_string_equal(first, second);
	assert_true(strstr(first, "\"seconds\": 7") != NULL);
	assert_true(strstr(first, "\"nodes\": [\"a\", \"c\"]") != NULL);
	dc_problem_free(again);
	again = dc_problem_copy(problem);
	assert_int_equal(dc_problem_finish(&caught.diag, again), 0);
	free(second);
	second = written(&caught, again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	dc_problem_free(problem);
	dc_problem_free(again);
}

/* A file that was cut off anywhere is refused, with one message. */
static void test_truncated(void **state)
{
	static const char text[] =
		TWO "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 10}],"
		    "\"kernel\": [{\"node\": \"a\", \"reason\": \"r\"}],"
		    "\"together\": [{\"nodes\": [\"a\", \"b\"], \"reason\": \"s\"}]}";
	struct dc_problem *problem;
	struct caught caught;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text) - 1; len++) {
		char *part = strndup(text, len);

		assert_int_equal(parse(&caught, part, &problem), -EINVAL);
		assert_int_equal(caught.diag.errors, 1);
		free(part);
	}
	assert_int_equal(parse(&caught, text, &problem), 0);
	dc_problem_free(problem);
}

/* A pin, or a together, takes the mark away; and then that of the callers. */
static void test_marks(void **state)
{
	static const char text[] = "{\"nodes\": [{\"id\": \"a\", \"loc\": 1, \"replicable\": true},"
				   "{\"id\": \"b\", \"loc\": 1, \"replicable\": true}, {\"id\": "
				   "\"c\", \"loc\": 1, \"replicable\": true}],"
				   "\"edges\": [{\"from\": \"a\", \"to\": \"b\", \"calls\": 1}],"
				   "\"user\": [{\"node\": \"b\", \"reason\": \"r\"}]}";
	struct dc_problem *problem;
	struct caught caught;

	(void)state;
	assert_int_equal(parse(&caught, text, &problem), 0);
	assert_false(problem->nodes.at[0].replicated);
	assert_false(problem->nodes.at[1].replicated);
	assert_true(problem->nodes.at[2].replicated);
	dc_problem_free(problem);
}

static void test_ratios(void **state)
{
	static const struct {
		const char *text;
		int64_t p, q; /* q -1: refused */
	} rows[] =
		{
			{"1/10", 1, 10},   {"4/6", 2, 3},
			{"7", 7, 1},	   {"0.25", 1, 4},
			{"1.5/0.5", 3, 1}, {"0", 0, 1},
			{"0/5", 0, 1},	   {"1/0", 0, -1},
			{"", 0, -1},	   {"-1", 0, -1},
			{"1/", 0, -1},	   {"1/2/3", 0, -1},
			{"x", 0, -1},	   {".", 0, -1},
			{"1e3", 0, -1},	   {"9223372036854775808", 0, -1},
			{"1.0.0", 0, -1},  {"1 ", 0, -1},
		},
	  delays[] = {
		  {"10us", 10000, 1},  {"10µs", 10000, 1},    {"1.5ms", 1500000, 1},
		  {"250ns", 250, 1},   {"2s", 2000000000, 1}, {"0", 0, 1},
		  {"0.5ns", 1, 2},     {"10", 0, -1},	      {"us", 0, -1},
		  {"10 us", 10000, 1}, {"10m", 0, -1},	      {"-1us", 0, -1},
	  };
	struct dc_ratio ratio;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dc_ratio_parse(rows[i].text, &ratio), rows[i].q > 0);
		if (rows[i].q > 0)
			assert_true(ratio.p == rows[i].p && ratio.q == rows[i].q);
	}
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		assert_int_equal(dc_delay_parse(delays[i].text, &ratio), delays[i].q > 0);
		if (delays[i].q > 0)
			assert_true(ratio.p == delays[i].p && ratio.q == delays[i].q);
	}
	assert_true(dc_lambda_of_delay((struct dc_ratio){10000, 1}, 10000, 1, &ratio));
	assert_true(ratio.p == 1 && ratio.q == 10);
	assert_true(dc_lambda_of_delay((struct dc_ratio){20000000, 1}, 10000, 7, &ratio));
	assert_true(ratio.p == 200 && ratio.q == 7);
	assert_true(dc_delay_of_lambda(ratio, 10000, 7, &ratio));
	assert_true(ratio.p == 20000000 && ratio.q == 1);
	assert_false(dc_lambda_of_delay((struct dc_ratio){INT64_MAX, 1}, INT64_MAX, 5, &ratio));
	assert_true(dc_ratio_compare((struct dc_ratio){INT64_MAX, INT64_MAX - 1},
				     (struct dc_ratio){INT64_MAX - 1, INT64_MAX - 2}) < 0);
	assert_true(dc_ratio_compare(DC_RATIO_INFINITE, (struct dc_ratio){INT64_MAX, 1}) > 0);
}

static int solve(struct caught *caught, const char *text, struct dc_ratio lambda,
		 enum dc_flow_engine engine)
{
	const struct dc_cut_options options = {.engine = engine, .prove = DC_PROVE_FLOW};
	struct dc_problem *problem;
	struct dc_terms terms;
	struct dc_cut *cut;
	int err = parse(caught, text, &problem);

	assert_int_equal(err, 0);
	err = dc_terms_of_lambda(&caught->diag, problem, lambda, 10000, &terms);
	if (!err)
		err = dc_cut_solve(&caught->diag, problem, &terms, &options, &cut);
	if (!err)
		dc_cut_free(cut);
	dc_problem_free(problem);
	return err;
}

/* The whole chain, from the node that is forced to both sides to both pins. */
static void test_contradiction(void **state)
{
	static const char text[] =
		"{\"nodes\": [{\"id\": \"irq\", \"loc\": 1}, {\"id\": \"mid\", \"loc\": 1}, "
		"{\"id\": \"peer\", \"loc\": 1},"
		"{\"id\": \"leaf\", \"loc\": 1}], \"kernel\": [{\"node\": \"irq\", \"reason\": "
		"\"hard irq\"}],"
		"\"user\": [{\"node\": \"leaf\", \"reason\": \"does file I/O\"}],"
		"\"follow\": [{\"from\": \"irq\", \"to\": \"mid\", \"reason\": \"atomic call at "
		"m.c:3\"},"
		"{\"from\": \"peer\", \"to\": \"leaf\", \"reason\": \"under tx_lock\"}],"
		"\"together\": [{\"nodes\": [\"mid\", \"peer\"], \"reason\": \"holders of "
		"tx_lock\"}]}";
	static const char *const said[] = {
		"p.json:0: error:",
		"is forced to both sides",
		"leaf: follows peer into the kernel: under tx_lock",
		"peer: on the same side as mid: holders of tx_lock",
		"mid: follows irq into the kernel: atomic call at m.c:3",
		"irq: pinned to the kernel: hard irq",
		"leaf: pinned to the user side: does file I/O",
	};
	struct caught caught;
	size_t i;

	(void)state;
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1, 1}, DC_FLOW_AUTO), -EINVAL);
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_said(&caught, said[i]);
	assert_int_equal(caught.diag.errors, 1);
}

/* Above 2^53 igraph is refused and our own flow taken; above 2^62 both are. */
static void test_large_numbers(void **state)
{
	static const char text[] =
		"{\"nodes\": [{\"id\": \"a\", \"loc\": 4503599627370496},"
		"{\"id\": \"b\", \"loc\": 4503599627370496, \"entry_calls\": 9007199254740993}]}";
	struct caught caught;

	(void)state;
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1, 1}, DC_FLOW_IGRAPH), -ERANGE);
	assert_said(&caught, "no longer exact; use --flow push");
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1, 1}, DC_FLOW_PUSH), 0);
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1, 1}, DC_FLOW_AUTO), 0);
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1000, 1}, DC_FLOW_PUSH), -ERANGE);
	assert_said(&caught, "numbers");
	assert_int_equal(solve(&caught, text, (struct dc_ratio){1, 3000}, DC_FLOW_PUSH), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_input),     cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_merge),	      cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_marks),	      cmocka_unit_test(test_ratios),
		cmocka_unit_test(test_contradiction), cmocka_unit_test(test_large_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
