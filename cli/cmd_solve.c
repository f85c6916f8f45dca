/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut solve: one cut. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/budget.h"

static const char help[] =
	"drivercut solve - the optimal cut of a driver at one crossing delay\n"
	"\n"
	"usage: drivercut solve DRIVER [OPTIONS]\n"
	"       drivercut solve --problem FILE [OPTIONS]\n"
	"\n"
	"Finds the sides that cost least, counted in kernel lines: the lines that stay in the\n"
	"kernel, plus what crosses at the price of the time it takes. Of equally good cuts it is\n"
	"the one with the smallest kernel side. The result is exact and comes with a proof.\n"
	"\n" DC_HELP_TERMS DC_HELP_PROBLEM
	"  --prove HOW        flow, lp (GLPK as well, or fail) or auto (lp up to 1000 functions)\n"
	"  --max-overhead X%  instead of a price: fewest kernel lines with crossings taking at "
	"most\n"
	"                     X % of one CPU at the delay\n"
	"  --max-kernel-loc N instead of a price: fewest crossings with at most N kernel lines\n"
	"  --time-limit S     seconds for each search under a budget, GLPK's and then the exact\n"
	"                     one that proves it (20; 0: the envelope only)\n"
	"  --json             the cut as JSON on standard output instead of a table\n"
	"  -v                 list every function with its side and the nearest reason\n"
	"\n"
	"examples:\n"
	"  drivercut solve e1000 --delay 10us -o cut.json\n"
	"  drivercut solve --problem problem.json --lambda 1/10 -v\n"
	"  drivercut solve e1000 --pin e1000_watchdog=kernel     what would that cost?\n"
	"  drivercut solve e1000 --max-overhead 1% --delay 10us\n"
	"\n"
	"See also: drivercut sweep (all delays), explain (why a function is where it is).\n";

enum { OPTION_PROVE = DC_OPTION_OWN, OPTION_OVERHEAD, OPTION_LINES, OPTION_TIME };

static const struct option longs[] = {
	DC_OPTIONS_PROBLEM,
	DC_OPTIONS_TERMS,
	{"prove", required_argument, NULL, OPTION_PROVE},
	{"max-overhead", required_argument, NULL, OPTION_OVERHEAD},
	{"max-kernel-loc", required_argument, NULL, OPTION_LINES},
	{"time-limit", required_argument, NULL, OPTION_TIME},
	{0},
};

struct solve {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_cut_options how;
	struct dc_problem *problem, *pinned; /* pinned: with --pin's, or NULL */
	struct dc_terms terms;
	struct dc_cut *free_cut, *cut; /* the same without --pin */
	bool by_overhead, by_lines; /* a budget instead of a price */
	struct dc_ratio overhead; /* share of one CPU */
	int64_t lines, time_limit_s;
	struct dc_budget_result budget;
};

/* "1%", "0.5": per cent of one CPU, as a share of it. */
static bool parse_overhead(char *text, struct dc_ratio *ret_share)
{
	struct dc_ratio percent;
	size_t len = strlen(text);

	if (len && text[len - 1] == '%')
		text[len - 1] = '\0';
	return dc_ratio_parse(text, &percent) &&
	       dc_ratio_make(percent.p, (__int128)percent.q * 100, ret_share);
}

static bool parse_prove(const char *text, enum dc_prove *ret_prove)
{
	static const char *const names[] = {"flow", "lp", "auto"};
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*ret_prove = (enum dc_prove)i;
		return true;
	}
	return false;
}

/* Takes an option of this verb alone. NULL, or what was expected instead. */
static const char *take(struct solve *s, int option)
{
	switch (option) {
	case OPTION_PROVE:
		return parse_prove(optarg, &s->how.prove) ? NULL
							  : "--prove: expected flow, lp or auto";
	case OPTION_OVERHEAD:
		s->by_overhead = true;
		return parse_overhead(optarg, &s->overhead)
			       ? NULL
			       : "--max-overhead: expected per cent of one CPU, such as 1%";
	case OPTION_LINES:
		s->by_lines = true;
		return dc_parse_count(optarg, &s->lines)
			       ? NULL
			       : "--max-kernel-loc: expected a number of lines";
	default:
		return dc_parse_count(optarg, &s->time_limit_s) && s->time_limit_s < 1000000
			       ? NULL
			       : "--time-limit: expected a number of seconds";
	}
}

/* Returns an exit status, or -1 to go on. */
static int read_options(struct solve *s, int argc, char **argv)
{
	int option, exit_status;

	dc_solve_options_start(&s->options);
	s->how.prove = DC_PROVE_AUTO;
	s->time_limit_s = 20;
	while ((option = dc_cli_option(s->cli, &dc_verb_solve, argc, argv, "o:", longs,
				       &exit_status)) >= 0) {
		const char *expected = NULL;

		if (option >= DC_OPTION_OWN)
			expected = take(s, option);
		else if (!dc_solve_option(s->cli, &dc_verb_solve, &s->options, option,
					  &exit_status))
			return exit_status;
		if (expected)
			return dc_cli_usage(s->cli, &dc_verb_solve, "%s, found '%s'", expected,
					    optarg);
	}
	s->how.engine = s->options.engine;
	if (option != -2 && s->by_overhead && s->by_lines)
		return dc_cli_usage(s->cli, &dc_verb_solve,
				    "give one of --max-overhead and --max-kernel-loc");
	return option == -2 ? exit_status : -1;
}

static int solve(struct solve *s)
{
	struct dc_diag *diag = &s->cli->diag;
	int err;

	err = dc_solve_pinned(s->cli, &dc_verb_solve, &s->options, s->problem, &s->pinned);
	if (!err)
		err = dc_solve_terms(s->cli, &s->options, s->problem, &s->terms);
	if (!err)
		err = dc_cut_solve(diag, s->problem, &s->terms, &s->how, &s->free_cut);
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

	err = dc_solve_pinned(s->cli, &dc_verb_solve, &s->options, s->problem, &s->pinned);
	problem = s->pinned ? s->pinned : s->problem;
	if (!err)
		err = dc_solve_terms(s->cli, &s->options, problem, &s->terms);
	if (!err && s->by_overhead)
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
	static const char *const columns[] = {"FUNCTION", "SIDE", ">LINES", "REASON", NULL};
	struct dc_table *table = dc_table_new(columns);
	size_t i;

	for (i = 0; i < cut->problem->nodes.len; i++) {
		dc_table_row(table);
		dc_table_text(table, cut->problem->nodes.at[i].id);
		dc_table_text(table, dc_place_names[cut->places[i]]);
		dc_table_int(table, cut->problem->nodes.at[i].loc);
		dc_table_text(table, cut->reasons[i].text[0]);
	}
	dc_table_print(table);
	putchar('\n');
}

/* What the pins cost: both cuts are optimal, so the difference is exact. */
static void print_what_if(const struct solve *s)
{
	const struct dc_tally *now = &s->cut->tally, *before = &s->free_cut->tally;
	double more = dc_ratio_value(s->cut->value) - dc_ratio_value(s->free_cut->value);

	if (!s->pinned)
		return;
	if (!dc_ratio_compare(s->cut->value, s->free_cut->value))
		printf("what if    the pins cost nothing: a cut that is as good has them\n");
	else
		printf("what if    the pins cost %.6g lines: %+" PRId64 " kernel lines, %+" PRId64
		       " crossings\n",
		       more, now->kernel_loc - before->kernel_loc,
		       now->crossings - before->crossings);
}

static void print_proof(const struct dc_cut *cut)
{
	if (cut->proved_by_lp >= 0)
		printf("proof      the cut equals a flow (%s), and GLPK's dual solution, checked "
		       "in "
		       "integers\n",
		       cut->flow_engine);
	else
		printf("proof      the cut equals a flow (%s); none by GLPK: %s\n",
		       cut->flow_engine, cut->no_lp);
}

static void print_budget(const struct solve *s)
{
	const struct dc_cut *cut = s->cut;
	const struct dc_budget_result *budget = &s->budget;
	const char *unit = s->by_lines ? "crossings" : "kernel lines";

	if (s->by_lines)
		printf("%s with at most %" PRId64 " kernel lines\n\n",
		       dc_problem_title(cut->problem), s->lines);
	else
		printf("%s with at most %.6g %% of one CPU in crossings at a delay of %s\n\n",
		       dc_problem_title(cut->problem), 100 * dc_ratio_value(s->overhead),
		       dc_delay_text(s->terms.delay_ns));
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

static void print_cut(const struct solve *s)
{
	const struct dc_cut *cut = s->cut;

	printf("%s at a delay of %s: lambda %" PRId64 "/%" PRId64 ", %" PRId64 " lines a CPU\n\n",
	       dc_problem_title(cut->problem), dc_delay_text(s->terms.delay_ns), s->terms.lambda.p,
	       s->terms.lambda.q, s->terms.price);
	if (s->cli->verbose > 0)
		print_functions(cut);
	dc_print_tally(cut->problem, &cut->tally, s->terms.delay_ns);
	printf("cost       %.8g lines: %" PRId64 " in the kernel, %.6g for crossings\n",
	       dc_ratio_value(cut->value), cut->tally.kernel_loc,
	       dc_ratio_value(s->terms.lambda) * (double)cut->tally.crossings);
	print_what_if(s);
	print_proof(cut);
}

static json_t *budget_json(const struct solve *s)
{
	json_t *budget = json_object();

	dc_json_set(budget, "minimised", json_string(s->by_lines ? "crossings" : "kernel_loc"));
	if (s->by_lines)
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

static int report(const struct solve *s)
{
	const char *output = s->options.output ? s->options.output : s->cli->json ? "-" : NULL;
	json_t *root;
	int err = 0;

	if (output) {
		root = dc_cut_json(s->cut);
		if (s->by_lines || s->by_overhead)
			dc_json_set(root, "budget", budget_json(s));
		else if (s->pinned)
			dc_json_set(root, "free_value",
				    json_real(dc_ratio_value(s->free_cut->value)));
		err = dc_json_write(&s->cli->diag, output, root);
		json_decref(root);
	}
	if (!err && !s->cli->json && (!output || strcmp(output, "-") != 0))
		s->by_lines || s->by_overhead ? print_budget(s) : print_cut(s);
	return err;
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
			       &s.problem);
	if (!err)
		err = s.by_lines || s.by_overhead ? solve_budget(&s) : solve(&s);
	if (!err)
		err = report(&s);
	if (s.cut != s.free_cut)
		dc_cut_free(s.cut);
	dc_cut_free(s.free_cut);
	dc_problem_free(s.pinned);
	dc_problem_free(s.problem);
	dc_solve_options_done(&s.options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_solve = {
	.name = "solve",
	.run = run,
	.summary = "find the optimal cut at one crossing delay",
	.help = help,
};
