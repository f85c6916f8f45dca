/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut solve: finds one cut. With --pin it solves twice, as the difference in cost is the
 * price of the pins; with a budget it sweeps first, as the envelope of all cuts bounds the search.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/budget.h"
#include "solver/random_cut.h"

struct solve {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_cut_options how;
	struct dc_workspace workspace; /* of the driver; cli is NULL if a problem was given */
	struct dc_problem *problem, *pinned; /* pinned: with --pin's, or NULL */
	struct dc_terms terms;
	struct dc_cut *free_cut, *cut; /* the same without --pin */
	struct dc_ratio overhead; /* a budget instead of a price: share of one CPU; q 0: none */
	int64_t lines; /* a budget instead of a price; -1: none */
	int64_t time_limit_s;
	int64_t seed; /* of --random-cut; -1: none */
	struct dc_budget_result budget;
};

static bool has_budget(const struct solve *s)
{
	return s->overhead.q || s->lines >= 0;
}

/* "1%", "0.5": per cent of one CPU, as a share of it. */
static bool parse_overhead(const char *text, void *ret_share)
{
	char *number = dc_strdup(text);
	struct dc_ratio percent;
	size_t len = strlen(number);
	bool is_right;

	if (len && number[len - 1] == '%')
		number[len - 1] = '\0';
	is_right = dc_ratio_parse(number, &percent) &&
		   dc_ratio_make(percent.p, (__int128)percent.q * 100, ret_share);
	free(number);
	return is_right;
}

static const char *const prove_names[] = {"flow", "lp", "auto", NULL};

static const struct dc_option options[] = {
	DC_GROUP(dc_terms_options, struct solve, options),
	DC_GROUP(dc_problem_options, struct solve, options),
	DC_GROUP(dc_result_options, struct solve, options),
	DC_GROUP(dc_pin_option, struct solve, options),
	DC_PARSED("max-overhead", struct solve, overhead, "X%", parse_overhead,
		  "per cent of one CPU, such as 1%",
		  "instead of a price: the fewest kernel lines whose crossings take at most X % of "
		  "one CPU"),
	DC_COUNT("max-kernel-loc", 0, struct solve, lines, "N", 0, INT64_MAX, "a number of lines",
		 "instead of a price: the fewest crossings with at most N kernel lines"),
	DC_CHOICE("prove", struct solve, how.prove, "HOW", prove_names, "flow, lp or auto",
		  "how the cut is proved optimal: flow, lp (GLPK too, or fail), or auto (lp up to "
		  "1000 functions)"),
	DC_COUNT("time-limit", 0, struct solve, time_limit_s, "S", 0, 999999, "a number of seconds",
		 "how long each search under a budget may take, GLPK's and the exact one after it "
		 "(20; 0: none)"),
	DC_COUNT(
		"random-cut", 0, struct solve, seed, "SEED", 0, INT64_MAX, "a number",
		"instead of the optimal cut: one drawn at random that has at least its functions "
		"in "
		"the kernel and keeps all constraints; the same SEED draws the same cut (for tests "
		"of emit and run)"),
	{0},
};

/* Returns an exit status, or -1 to go on. */
static int read_options(struct solve *s, int argc, char **argv)
{
	int status;

	dc_solve_options_start(&s->options);
	s->how.prove = DC_PROVE_AUTO;
	s->time_limit_s = 20;
	s->lines = s->seed = -1;
	status = dc_options_read(s->cli, &dc_verb_solve, argc, argv, s);
	s->how.engine = s->options.engine;
	if (status < 0 && s->overhead.q && s->lines >= 0)
		return dc_cli_usage(s->cli, &dc_verb_solve,
				    "give one of --max-overhead and --max-kernel-loc");
	if (status < 0 && s->seed >= 0 && (has_budget(s) || s->options.pins.len))
		return dc_cli_usage(s->cli, &dc_verb_solve,
				    "--random-cut takes neither a budget nor --pin");
	return status;
}

static int solve(struct solve *s)
{
	struct dc_diag *diag = &s->cli->diag;
	int err;

	err = dc_solve_pinned(s->cli, &s->options, s->problem, &s->pinned);
	if (!err)
		err = dc_solve_terms(s->cli, &s->options, s->problem, &s->terms);
	if (!err)
		err = dc_cut_solve(diag, s->problem, &s->terms, &s->how, &s->free_cut);
	if (!err && s->seed >= 0)
		return dc_cut_random(diag, s->free_cut, (uint64_t)s->seed, &s->cut);
	if (err < 0 || !s->pinned) {
		s->cut = s->free_cut;
		return err;
	}
	return dc_cut_solve(diag, s->pinned, &s->terms, &s->how, &s->cut);
}

static int solve_budget(struct solve *s)
{
	struct dc_diag *diag = &s->cli->diag;
	struct dc_budget budget = {DC_BUDGET_LINES, s->lines};
	const struct dc_problem *problem;
	struct dc_sweep *sweep = NULL;
	int err;

	err = dc_solve_pinned(s->cli, &s->options, s->problem, &s->pinned);
	problem = s->pinned ? s->pinned : s->problem;
	if (!err)
		err = dc_solve_terms(s->cli, &s->options, problem, &s->terms);
	if (!err && s->overhead.q)
		budget = (struct dc_budget){
			DC_BUDGET_CROSSINGS,
			dc_budget_crossings(problem, s->terms.delay_ns, s->overhead)};
	if (!err)
		err = dc_sweep_solve(diag, problem, s->options.price, s->options.engine, &sweep);
	if (!err)
		err = dc_budget_solve(diag, sweep, &s->terms, &budget, (unsigned)s->time_limit_s,
				      &s->budget);
	dc_sweep_free(sweep);
	s->cut = s->budget.cut;
	return err;
}

static void print_functions(const struct dc_cut *cut)
{
	static const char *const columns[] = {"FUNCTION", "SIDE", ">LINES", "~REASON", NULL};
	struct dc_table *table = dc_table_new(columns);
	size_t i;

	for (i = 0; i < cut->problem->nodes.len; i++) {
		dc_table_row(table);
		dc_table_text(table, cut->problem->nodes.at[i].id);
		dc_table_text(table, dc_placement_names[cut->placements[i]]);
		dc_table_int(table, cut->problem->nodes.at[i].loc);
		dc_table_text(table, cut->reasons[i].steps[0].text);
	}
	dc_table_print(table);
	putchar('\n');
}

/* Prints the price of the pins. It is exact, as both cuts are optimal. */
static void print_what_if(const struct solve *s)
{
	const struct dc_tally *now = &s->cut->tally, *before = &s->free_cut->tally;
	double more = dc_ratio_value(s->cut->value) - dc_ratio_value(s->free_cut->value);
	char figure[32];

	if (!s->pinned)
		return;
	if (!dc_ratio_compare(s->cut->value, s->free_cut->value))
		printf("what if    the pins cost nothing: another optimal cut satisfies them\n");
	else
		printf("what if    the pins cost %s lines: %+" PRId64 " kernel lines, %+" PRId64
		       " crossings\n",
		       dc_figure_text(more, figure), now->kernel_loc - before->kernel_loc,
		       now->crossings - before->crossings);
}

static void print_proof(const struct dc_cut *cut)
{
	char *text;

	if (cut->method)
		text = dc_printf("none: %s", cut->method);
	else if (cut->proved_by_lp >= 0)
		text = dc_printf("the cut equals a flow (%s), and GLPK's dual solution, checked in "
				 "integers",
				 cut->flow_engine);
	else
		text = dc_printf("the cut equals a flow (%s); none by GLPK: %s", cut->flow_engine,
				 cut->no_lp);
	dc_print_labelled("proof", text);
	free(text);
}

static const char *weights_text(const struct dc_problem *problem)
{
	return problem->weighed == DC_WEIGHTS_ESTIMATED ? " with estimated weights" : "";
}

static void print_budget(const struct solve *s)
{
	const struct dc_cut *cut = s->cut;
	const struct dc_budget_result *budget = &s->budget;
	const char *unit = s->lines >= 0 ? "crossings" : "kernel lines";

	if (s->lines >= 0)
		printf("%s%s with at most %" PRId64 " kernel lines\n\n",
		       dc_problem_title(cut->problem), weights_text(cut->problem), s->lines);
	else
		printf("%s%s with at most %.6g %% of one CPU in crossings at a delay of %s\n\n",
		       dc_problem_title(cut->problem), weights_text(cut->problem),
		       100 * dc_ratio_value(s->overhead), dc_delay_text(s->terms.delay_ns));
	if (s->cli->verbose > 0)
		print_functions(cut);
	dc_print_tally(cut->problem, &cut->tally, s->terms.delay_ns);
	printf("envelope   %" PRId64 " %s, and none can have less than %.6g\n",
	       budget->from_envelope, unit, dc_ratio_value(budget->interpolated));
	if (budget->proved_by)
		printf("optimal    %" PRId64 " %s: %s, proved by %s\n", budget->reached, unit,
		       budget->method, budget->proved_by);
	else
		printf("%s %" PRId64 " %s, proved to be at most %" PRId64
		       " above the optimum: %s\n",
		       budget->claimed ? "optimal (GLPK, gap 0)" : "reached   ", budget->reached,
		       unit, budget->reached - budget->bound, budget->method);
}

/* Without weights neither delay nor price matter. */
static void print_unweighed(const struct solve *s)
{
	const struct dc_cut *cut = s->cut;

	printf("%s: what must stay in the kernel%s, whatever the load\n\n",
	       dc_problem_title(cut->problem), s->options.rules ? " with today's rules" : "");
	if (s->cli->verbose > 0)
		print_functions(cut);
	dc_print_sides(&cut->tally);
	print_what_if(s);
	print_proof(cut);
}

static void print_cut(const struct solve *s)
{
	const struct dc_cut *cut = s->cut;
	char all[32], crossings[32];

	if (cut->problem->weighed == DC_WEIGHTS_NONE) {
		print_unweighed(s);
		return;
	}
	printf("%s%s at a delay of %s: lambda %" PRId64 "/%" PRId64 ", %" PRId64 " lines a CPU\n\n",
	       dc_problem_title(cut->problem), weights_text(cut->problem),
	       dc_delay_text(s->terms.delay_ns), s->terms.lambda.p, s->terms.lambda.q,
	       s->terms.price);
	if (s->cli->verbose > 0)
		print_functions(cut);
	dc_print_tally(cut->problem, &cut->tally, s->terms.delay_ns);
	printf("cost       %s%s lines: %" PRId64 " in the kernel, %s for crossings\n",
	       dc_estimated_text(cut->problem), dc_figure_text(dc_ratio_value(cut->value), all),
	       cut->tally.kernel_loc,
	       dc_figure_text(dc_ratio_value(s->terms.lambda) * (double)cut->tally.crossings,
			      crossings));
	print_what_if(s);
	print_proof(cut);
}

static json_t *budget_json(const struct solve *s)
{
	json_t *budget = json_object();

	dc_json_set(budget, "minimised", json_string(s->lines >= 0 ? "crossings" : "kernel_loc"));
	if (s->lines >= 0)
		dc_json_set(budget, "max_kernel_loc", json_integer(s->lines));
	else
		dc_json_set(budget, "max_overhead", json_real(dc_ratio_value(s->overhead)));
	dc_json_set(budget, "reached", json_integer(s->budget.reached));
	dc_json_set(budget, "envelope", json_integer(s->budget.from_envelope));
	dc_json_set(budget, "bound", json_integer(s->budget.bound));
	dc_json_set(budget, "optimal", json_boolean(s->budget.proved_by != NULL));
	dc_json_set(budget, "proved_by",
		    s->budget.proved_by ? json_string(s->budget.proved_by) : json_null());
	dc_json_set(budget, "glpk_gap_0", json_boolean(s->budget.claimed));
	dc_json_set(budget, "found_by", json_string(s->budget.method));
	return budget;
}

static int write_cut(const struct solve *s, const char *path)
{
	json_t *root = dc_cut_json(s->cut);
	int err;

	if (has_budget(s))
		dc_json_set(root, "budget", budget_json(s));
	else if (s->pinned)
		dc_json_set(root, "free_value", json_real(dc_ratio_value(s->free_cut->value)));
	err = dc_json_write(&s->cli->diag, path, root);
	json_decref(root);
	return err;
}

/* The file for the cut: that of -o, or with --rules the one that emit and run take; or NULL. */
static const char *output_path(struct solve *s)
{
	if (s->options.output)
		return s->options.output;
	return s->workspace.cli && s->options.rules ? dc_workspace_path(&s->workspace, "cut.json")
						    : NULL;
}

static int report(struct solve *s)
{
	const char *path = output_path(s);
	bool is_stdout = path && dc_is_stdout(path);
	int err = path ? write_cut(s, path) : 0;

	if (err < 0 || is_stdout)
		return err;
	if (s->cli->json)
		return write_cut(s, "-");
	if (has_budget(s))
		print_budget(s);
	else
		print_cut(s);
	if (path)
		printf("\n%s\n", path);
	return 0;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct solve s = {.cli = cli};
	int err, exit_status = read_options(&s, argc, argv);

	if (exit_status >= 0) {
		dc_solve_options_done(&s.options);
		return exit_status;
	}
	err = dc_solve_problem(cli, &dc_verb_solve, &s.options, argc - optind, argv + optind,
			       &s.workspace, &s.problem);
	if (!err)
		err = has_budget(&s) ? solve_budget(&s) : solve(&s);
	if (!err)
		err = report(&s);
	if (s.cut != s.free_cut)
		dc_cut_free(s.cut);
	dc_cut_free(s.free_cut);
	dc_problem_free(s.pinned);
	dc_problem_free(s.problem);
	if (s.workspace.cli)
		dc_workspace_done(&s.workspace);
	dc_solve_options_done(&s.options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_solve = {
	.name = "solve",
	.run = run,
	.summary = "find the optimal cut of a driver at one crossing delay",
	.usage = "DRIVER [OPTIONS]\n--problem FILE [OPTIONS]",
	.about =
		"Puts each function in the kernel or in the process, so that the cost is least: "
		"the "
		"lines that stay in the kernel, plus the price of the time that crossings take. Of "
		"equally good cuts it is the one with the fewest kernel lines. The result is exact "
		"and comes with a proof.\n\n"
		"DRIVER is a driver folder (e1000), the name of one in drivers/, or any folder "
		"with "
		"a Kbuild file or Makefile. Without a profile of it no call has a weight; the cut "
		"then shows what must stay in the kernel whatever the load.",
	.options = options,
	.verbose = "also list all functions, each with its side and the nearest reason",
	.json = "print the cut as JSON instead of a table",
	.reads = "the driver's source (once), its profile if there is one; with --rules also "
		 "annotations.json in its folder",
	.writes =
		"with --rules out/DRIVER/cut.json, which emit and run take; otherwise only what -o "
		"names",
	.examples = "drivercut solve e1000 --delay 10us -o cut.json\n"
		    "drivercut solve path/to/my/driver --rules\n"
		    "drivercut solve e1000 --pin e1000_watchdog=kernel    # what would that cost?\n"
		    "drivercut solve e1000 --max-overhead 1%\n"
		    "drivercut solve e1000 --rules --random-cut 7 -o random.json\n"
		    "drivercut solve --problem problem.json --lambda 1/10 -v",
	.see = "drivercut sweep (all delays), explain (why a function is where it is)",
};
