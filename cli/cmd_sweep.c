/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut sweep: finds and prints the optimal cuts at all delays. One table has the delays that
 * the user asked for, the other each breakpoint.
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
#include "report/plot.h"
#include "solver/certificate.h"
#include "solver/sweep.h"

#define USUAL_DELAYS "10us,1ms,10ms,20ms,100ms,1s"
#define NAMES_SHOWN  4
#define CUTS_SHOWN   12 /* without -v */

struct sweep {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_workspace workspace; /* of the driver; cli is NULL if a problem was given */
	struct dc_problem *given, *problem; /* problem: with --pin's pins */
	struct dc_sweep *free_result, *result; /* the same without --pin; or NULL */
	const char *delays, *certificate, *plot;
	DC_VEC(struct dc_terms) rows;
};

static const struct dc_option options[] = {
	DC_TEXT("delays", 0, struct sweep, delays, "LIST", "delays to show (" USUAL_DELAYS ")"),
	DC_GROUP(dc_problem_options, struct sweep, options),
	DC_GROUP(dc_result_options, struct sweep, options),
	DC_GROUP(dc_pin_option, struct sweep, options),
	DC_TEXT("plot", 0, struct sweep, plot, "FILE",
		"draw kernel lines and overhead over the delay, as SVG (drivercut report has "
		"more)"),
	DC_TEXT("certificate", 0, struct sweep, certificate, "FILE",
		"write a proof of all cuts, which drivercut verify checks"),
	{0},
};

/* Reads --delays. */
static int read_delays(struct sweep *s)
{
	char *list = dc_strdup(s->delays), *rest = list, *one;
	int err = 0;

	while (!err && (one = strsep(&rest, ","))) {
		struct dc_ratio delay_ns;
		struct dc_terms terms;

		if (!dc_delay_parse(one, &delay_ns)) {
			dc_cli_usage(s->cli, &dc_verb_sweep,
				     "--delays: expected times such as 10us,1.5ms, found '%s'",
				     one);
			err = -EDESTADDRREQ;
			break;
		}
		err = dc_terms_of_delay(&s->cli->diag, s->problem, delay_ns, s->options.price,
					&terms);
		if (!err)
			dc_vec_push(&s->rows, terms);
	}
	free(list);
	return err;
}

static void tally_cells(struct dc_table *table, const struct dc_problem *problem,
			const struct dc_tally *tally)
{
	int64_t all = tally->kernel_loc + tally->user_loc;

	dc_table_int(table, (int64_t)tally->kernel_count);
	dc_table_int(table, tally->kernel_loc);
	dc_table_real(table, "%.1f", all ? 100.0 * (double)tally->kernel_loc / (double)all : 0.0);
	dc_table_real(table, "%.3g", (double)tally->crossings / (double)problem->seconds);
}

/* The cost in lines of the cut that is optimal at this delay. */
static double cost_at(const struct dc_sweep *sweep, const struct dc_terms *row)
{
	const struct dc_tally *tally = &sweep->cuts.at[dc_sweep_at(sweep, row->lambda)].tally;

	return (double)tally->kernel_loc + dc_ratio_value(row->lambda) * (double)tally->crossings;
}

static double pins_cost(const struct sweep *s, const struct dc_terms *row)
{
	return cost_at(s->result, row) - cost_at(s->free_result, row);
}

static void print_rows(const struct sweep *s)
{
	static const char *const all_columns[] = {">DELAY",	  ">FUNCTIONS", ">LINES",     ">%",
						  ">CROSSINGS/S", ">% CPU",	">PINS COST", NULL};
	const char *columns[8];
	struct dc_table *table;
	const struct dc_terms *row;
	char figure[32];

	memcpy(columns, all_columns, sizeof(all_columns));
	if (!s->free_result)
		columns[6] = NULL;
	table = dc_table_new(columns);
	dc_vec_each (row, &s->rows) {
		size_t at = dc_sweep_at(s->result, row->lambda);
		const struct dc_tally *tally = &s->result->cuts.at[at].tally;

		dc_table_row(table);
		dc_table_text(table, dc_delay_text(row->delay_ns));
		tally_cells(table, s->problem, tally);
		dc_table_real(table, "%.3g",
			      100 * dc_overhead(s->problem, row->delay_ns, tally->crossings));
		if (s->free_result)
			dc_table_text(table, dc_figure_text(pins_cost(s, row), figure));
	}
	dc_table_print(table);
}

/* "a, b, c and 7 more"; caller frees with free(). */
static char *movers_text(const struct sweep *s, const struct dc_breakpoint *breakpoint)
{
	size_t i, shown = s->cli->verbose > 0 || breakpoint->count <= NAMES_SHOWN + 1
				  ? breakpoint->count
				  : NAMES_SHOWN;
	char *text = dc_strdup("");

	for (i = 0; i < shown; i++) {
		char *longer = dc_printf("%s%s%s", text, i ? ", " : "",
					 s->problem->nodes.at[breakpoint->to_kernel[i]].id);

		free(text);
		text = longer;
	}
	if (shown < breakpoint->count) {
		char *longer = dc_printf("%s and %zu more", text, breakpoint->count - shown);

		free(text);
		text = longer;
	}
	return text;
}

/* The number of cuts to print: up to the longest delay of --delays, but not many; or with -v all.
 */
static size_t cuts_shown(const struct sweep *s)
{
	size_t shown = s->rows.len ? 1 : s->result->cuts.len, i;

	for (i = 0; i < s->rows.len; i++) {
		size_t at = dc_sweep_at(s->result, s->rows.at[i].lambda) + 1;

		shown = at > shown ? at : shown;
	}
	if (s->cli->verbose > 0)
		return s->result->cuts.len;
	return shown < CUTS_SHOWN ? shown : CUTS_SHOWN;
}

static void print_breakpoints(const struct sweep *s)
{
	static const char *const columns[] = {">ABOVE",	      ">FUNCTIONS",	">LINES", ">%",
					      ">CROSSINGS/S", "~TO THE KERNEL", NULL};
	struct dc_table *table = dc_table_new(columns);
	size_t i, shown = cuts_shown(s);

	for (i = 0; i < shown; i++) {
		const struct dc_breakpoint *breakpoint =
			i ? &s->result->breakpoints.at[i - 1] : NULL;
		char *movers = breakpoint ? movers_text(s, breakpoint) : dc_strdup("");

		dc_table_row(table);
		dc_table_text(table,
			      breakpoint ? dc_short_delay_text(breakpoint->terms.delay_ns) : "");
		tally_cells(table, s->problem, &s->result->cuts.at[i].tally);
		dc_table_text(table, movers);
		free(movers);
	}
	dc_table_print(table);
	if (shown < s->result->cuts.len)
		printf("\n%zu more breakpoints at longer delays (-v)\n",
		       s->result->cuts.len - shown);
}

static void print_sweep(const struct sweep *s)
{
	if (s->problem->weighed == DC_WEIGHTS_NONE) {
		printf("%s: no call has a weight, so one cut is optimal at all delays\n\n",
		       dc_problem_title(s->problem));
		dc_print_sides(&s->result->cuts.at[0].tally);
		return;
	}
	dc_print_text("%s: %zu functions, %" PRId64
		      " lines; what is in the kernel, with a CPU worth %" PRId64 " lines%s\n",
		      dc_problem_title(s->problem), s->problem->nodes.len,
		      dc_problem_loc(s->problem), s->options.price,
		      s->problem->weighed == DC_WEIGHTS_ESTIMATED
			      ? "; weights, delays and crossings are estimated"
			      : "");
	print_rows(s);
	printf("\nall delays: %zu breakpoints, found exactly with %zu max-flows\n\n",
	       s->result->breakpoints.len, s->result->flows);
	print_breakpoints(s);
}

static int plot(const struct sweep *s)
{
	char *text = NULL,
	     *title = dc_printf("%s cuts of %s over all delays, %zu breakpoints",
				s->problem->weighed == DC_WEIGHTS_ESTIMATED ? "Estimated"
									    : "Optimal",
				dc_problem_title(s->problem), s->result->breakpoints.len);
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err = -ENOMEM;

	if (out) {
		dc_plot_sweep(out, s->result, title, (double)DC_DELAY_DEFAULT_NS / 1000, true);
		err = fclose(out) ? -errno : dc_file_write(&s->cli->diag, s->plot, text, len);
	}
	free(text);
	free(title);
	return err;
}

static int report(const struct sweep *s)
{
	const char *output = s->options.output ? s->options.output : s->cli->json ? "-" : NULL;
	json_t *root;
	size_t i;
	int err = 0;

	if (output) {
		root = dc_sweep_json(s->result, s->rows.at, s->rows.len);
		for (i = 0; s->free_result && i < s->rows.len; i++)
			dc_json_set(json_array_get(json_object_get(root, "delays"), i), "pins_cost",
				    json_real(pins_cost(s, &s->rows.at[i])));
		err = dc_json_write(&s->cli->diag, output, root);
		json_decref(root);
	}
	if (!err && !s->cli->json && (!output || strcmp(output, "-") != 0))
		print_sweep(s);
	return err;
}

/* Sweeps the problem with the pins of --pin and, if there are any, without them. */
static int sweep(struct sweep *s)
{
	struct dc_diag *diag = &s->cli->diag;
	int err = dc_solve_pinned(s->cli, &s->options, s->given, &s->problem);

	if (!err && s->problem)
		err = dc_sweep_solve(diag, s->given, s->options.price, s->options.engine,
				     &s->free_result);
	else
		s->problem = s->given;
	if (!err)
		err = read_delays(s);
	return err ? err
		   : dc_sweep_solve(diag, s->problem, s->options.price, s->options.engine,
				    &s->result);
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct sweep s = {.cli = cli, .delays = USUAL_DELAYS};
	int err, exit_status;

	dc_solve_options_start(&s.options);
	exit_status = dc_options_read(cli, &dc_verb_sweep, argc, argv, &s);
	if (exit_status >= 0) {
		dc_solve_options_done(&s.options);
		return exit_status;
	}
	err = dc_solve_problem(cli, &dc_verb_sweep, &s.options, argc - optind, argv + optind,
			       &s.workspace, &s.given);
	if (!err)
		err = sweep(&s);
	if (!err && s.certificate)
		err = dc_certificate_write(&cli->diag, s.certificate, s.result);
	if (!err && s.plot)
		err = plot(&s);
	if (!err)
		err = report(&s);
	dc_sweep_free(s.result);
	dc_sweep_free(s.free_result);
	if (s.problem != s.given)
		dc_problem_free(s.problem);
	dc_problem_free(s.given);
	dc_vec_done(&s.rows);
	if (s.workspace.cli)
		dc_workspace_done(&s.workspace);
	dc_solve_options_done(&s.options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_sweep = {
	.name = "sweep",
	.run = run,
	.summary = "find the optimal cuts at all crossing delays",
	.usage = "DRIVER [OPTIONS]\n--problem FILE [OPTIONS]",
	.about = "As crossings get slower, functions move into the kernel one after another, and "
		 "none "
		 "moves back. So the cut changes at a finite number of delays, the breakpoints: "
		 "sweep "
		 "finds all of them, exactly, and shows which functions move at each. At a "
		 "breakpoint "
		 "two cuts cost the same; up to and including that delay the earlier one is "
		 "optimal.",
	.options = options,
	.verbose = "show all breakpoints, and all functions that move at each",
	.json = "print the sweep as JSON instead of tables",
	.reads =
		"the driver's source (once) and its profile; with --rules also annotations.json in "
		"its folder",
	.writes = "only what -o, --plot and --certificate name",
	.examples = "drivercut sweep e1000\n"
		    "drivercut sweep e1000 --pin e1000_watchdog=kernel\n"
		    "drivercut sweep --problem problem.json --delays 0,5us,50us -o sweep.json",
	.see = "drivercut solve (one delay), explain (one function)",
};
