/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which calls of the graph a recorded call stands for. Functions are single letters, kernel
 * functions capitals. A graph is a list of calls, "ab" for a calls b, and of entry points, "^a"; a
 * recording is a list of calls, "ab", and of calls by the kernel, "^a". A charge is its kind and
 * its path.
 */
#include "testing.h"

#include <ctype.h>
#include <errno.h>

#include "problem/build.h"
#include "problem/charge.h"

static char names[256][2];

static const char *name_of(char letter)
{
	names[(unsigned char)letter][0] = letter;
	return names[(unsigned char)letter];
}

/* Every letter is a function but those above `last`; every capital a kernel function. */
static void make_graph(const char *text, char last, struct dc_graph *graph)
{
	const char *word;
	char letter;

	*graph = (struct dc_graph){.driver = "drv"};
	for (letter = 'a'; letter <= last; letter++)
		dc_vec_push(&graph->functions,
			    (struct dc_function){.name = name_of(letter), .critical_from = -1});
	for (letter = 'A'; letter <= 'Z'; letter++)
		dc_vec_push(&graph->kernel_functions,
			    (struct dc_kernel_function){.name = name_of(letter),
							.is_inline = letter == 'I'});
	for (letter = 'a'; letter <= last; letter++)
		for (word = text; *word; word += 2 + (word[2] == ' '))
			if (word[0] == letter)
				dc_vec_push(&graph->calls,
					    (struct dc_call){(unsigned)(letter - 'a'),
							     (unsigned)(tolower(word[1]) - 'a'),
							     isupper(word[1]) ? DC_CALL_KERNEL
									      : DC_CALL_DIRECT,
							     .resolved_by = DC_BY_NAME});
	for (word = text; *word; word += 2 + (word[2] == ' '))
		if (word[0] == '^')
			dc_vec_push(&graph->entry_points,
				    (struct dc_entry_point){(unsigned)(word[1] - 'a'), "x",
							    DC_CONTEXT_PROCESS, true});
}

static void free_graph(struct dc_graph *graph)
{
	dc_vec_done(&graph->functions);
	dc_vec_done(&graph->kernel_functions);
	dc_vec_done(&graph->calls);
	dc_vec_done(&graph->entry_points);
}

static void make_profile(const char *text, struct dc_profile *profile)
{
	const char *word;

	*profile = (struct dc_profile){.arena = dc_arena_new(), .seconds = 1};
	for (word = text; *word; word += 2 + (word[2] == ' ')) {
		struct dc_profile_edge edge = {
			.caller = word[0] == '^' ? NULL : name_of(word[0]),
			.callee = name_of(word[1]),
			.kernel = isupper(word[1]) && word[1] != 'I',
			.calls = 10,
		};

		if (edge.caller)
			dc_vec_push(&profile->edges, edge);
		else
			dc_vec_push(&profile->entries, edge);
	}
}

static char *text_of(const struct dc_graph *graph, const struct dc_charges *charges)
{
	static const char *const kinds[] = {"edge",   "inlined", "jumped",
					    "partly", "unseen",	 "stranger"};
	const struct dc_charge *charge;
	char *text = dc_strdup("");
	size_t i;

	dc_vec_each (charge, &charges->list) {
		char *longer = dc_printf("%s%s%s ", text, *text ? ", " : "", kinds[charge->kind]),
		     *longest;

		free(text);
		text = longer;
		for (i = 0; i < charge->path.len; i++) {
			longest = dc_printf("%s%s", text,
					    graph->functions.at[charge->path.at[i]].name);
			free(text);
			text = longest;
		}
	}
	return text;
}

static void test_charges(void **state)
{
	static const struct {
		const char *graph, *recorded, *charges;
	} rows[] = {
		{"ab", "ab", "edge ab"},
		{"ab bc", "ac", "inlined abc"},
		{"ab bc cd", "ad", "inlined abcd"},
		{"ab bc ac", "ac", "edge ac"},
		{"ab bd ac cd", "ad", "inlined abd"}, /* two paths: the first in order */
		{"ab bc ae ec eb", "ab ac", "edge ab, inlined aec"}, /* b was not inlined in a */
		/* b was called, and jumped to c: a called b is recorded on its own */
		{"ab bc", "ab ac", "edge ab, jumped bc"},
		{"ab bc cd", "ab ac ad", "edge ab, jumped bc, jumped cd"},
		/* b was inlined in a, but not in x */
		{"ab bc xb", "ac xb", "partly abc, edge xb"},
		{"ab ba", "aa", "inlined aba"}, /* recursion through what was inlined */
		{"ab", "ac", "unseen ac"},
		{"ab bc", "ca", "unseen ca"},
		{"ab", "za", "stranger a"},
		{"ab", "az", "stranger "},
		/* calls of the kernel */
		{"aK", "aK", "edge a"},
		{"ab bK", "aK", "inlined ab"},
		{"ab bK", "ab aK", "edge ab, jumped b"},
		{"ab", "aK", "edge a"}, /* through a pointer, or made by the compiler */
		{"ab bK xb", "aK xb", "edge a, edge xb"}, /* no guess is needed */
		{"ab", "zK", "stranger "},
		/* an inline function of the headers that the compiler kept */
		{"aI bI", "IK", "edge a, edge b"},
		{"aI ab", "Ib", "edge ab"},
		{"aI", "aI", ""},
		{"aI", "^I", ""},
		{"aI", "Ib", "stranger b"},
		/* the kernel's calls */
		{"^a ab", "^a", "edge a"},
		{"^a ab", "^a ^b", "edge a, jumped ab"},
		{"^a ab bc", "^a ^c", "edge a, jumped abc"},
		{"^a ab", "^a ^c", "edge a, unseen c"},
		{"^a ab", "^b", "unseen b"}, /* no entry point ran that calls it */
		{"^a", "^z", "stranger "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_charges charges;
		struct dc_profile profile;
		struct dc_graph graph;
		char *text;

		make_graph(rows[i].graph, 'y', &graph);
		make_profile(rows[i].recorded, &profile);
		dc_charges_find(&graph, &profile, &charges);
		text = text_of(&graph, &charges);
		if (strcmp(text, rows[i].charges) != 0)
			fail_msg("graph %s, recorded %s: %s, expected %s", rows[i].graph,
				 rows[i].recorded, text, rows[i].charges);
		free(text);
		dc_charges_done(&charges);
		dc_profile_done(&profile);
		free_graph(&graph);
	}
}

/* Names that the recording has and the graph spells otherwise. */
static void test_names(void **state)
{
	struct dc_profile profile;
	struct dc_charges charges;
	struct dc_graph graph;

	(void)state;
	make_graph("^a ac bd", 'd', &graph);
	graph.functions.at[0].name = "same@x.c";
	graph.functions.at[1].name = "same@y.c";
	graph.entry_points.at[0].via = "module_init";
	make_profile("ad ^a", &profile);
	profile.edges.at[0].caller = "same";
	profile.entries.at[0].callee = "init_module";
	dc_charges_find(&graph, &profile, &charges);
	assert_int_equal(charges.list.at[0].kind, DC_CHARGE_EDGE);
	assert_int_equal(charges.list.at[0].path.at[0], 1);
	assert_int_equal(charges.list.at[1].kind, DC_CHARGE_EDGE);
	assert_int_equal(charges.list.at[1].path.at[0], 0);
	dc_charges_done(&charges);
	dc_profile_done(&profile);
	free_graph(&graph);
}

static int build(struct caught *caught, const char *graph_text, const char *recorded,
		 uint64_t first_calls, struct dc_problem **ret)
{
	struct dc_profile profile;
	struct dc_graph graph;
	int err;

	make_graph(graph_text, 'y', &graph);
	make_profile(recorded, &profile);
	profile.edges.at[0].calls = first_calls;
	catch_start(caught);
	err = dc_problem_of_driver(&caught->diag, &graph, &profile, DC_FIELDS_MAP, NULL, ret);
	dc_profile_done(&profile);
	free_graph(&graph);
	return err;
}

static int64_t weight(const struct dc_problem *problem, const char *from, const char *to)
{
	size_t one = dc_problem_find(problem, from), two = dc_problem_find(problem, to), i;

	for (i = 0; i < problem->edges.len; i++)
		if (problem->edges.at[i].from == one && problem->edges.at[i].to == two)
			return problem->edges.at[i].calls;
	return -1;
}

/* Each call of a path weighs; calls of the kernel are of the function that makes them. */
static void test_weights(void **state)
{
	struct dc_problem *problem;
	struct caught caught;

	(void)state;
	assert_int_equal(build(&caught, "^a ab bc bK", "ac aK ^a", 10, &problem), 0);
	assert_string_equal(caught.text, "");
	assert_int_equal(weight(problem, "a", "b"), 20);
	assert_int_equal(weight(problem, "b", "c"), 10);
	assert_int_equal(weight(problem, "a", "c"), -1);
	assert_int_equal(problem->nodes.at[dc_problem_find(problem, "b")].kernel_calls, 10);
	assert_int_equal(problem->nodes.at[dc_problem_find(problem, "a")].kernel_calls, 0);
	assert_int_equal(problem->nodes.at[dc_problem_find(problem, "a")].entry_calls, 10);
	dc_problem_free(problem);
}

/* A call that ran is in the problem, whatever the graph says of it. */
static void test_missing(void **state)
{
	struct dc_problem *problem;
	struct caught caught;

	(void)state;
	assert_int_equal(build(&caught, "^a ab", "ab bc zd ^e", 10000, &problem), 0);
	assert_said(&caught, "warning: 0.299 % of the profile's calls are not in the graph of drv: "
			     "b -> c, z -> d, (kernel) -> e;");
	assert_int_equal(weight(problem, "b", "c"), 10);
	assert_int_equal(problem->togethers.len, 1);
	assert_string_equal(problem->togethers.at[0].reason,
			    "b -> c was recorded, and the graph lacks it");
	assert_int_equal(problem->pins.len, 2);
	dc_problem_free(problem);
	assert_int_equal(build(&caught, "^a ab", "ab bc", 190, &problem), 0); /* 5 % */
	dc_problem_free(problem);
	assert_int_equal(build(&caught, "^a ab", "ab ^e", 10, &problem), 0); /* another module's */
	assert_said(&caught, "warning: 50 % of the profile's calls");
	dc_problem_free(problem);
	assert_int_equal(build(&caught, "^a ab", "ab bc", 189, &problem), -EINVAL);
	assert_said(&caught, "error: 5.03 % of the profile's calls, more than 5 %, are not in the");
	assert_int_equal(caught.diag.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_charges),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
