/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut sweep: the optimal cuts at all delays. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/plot_sweep.h"
#include "cli/solve_options.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/certificate.h"
#include "solver/sweep.h"

static const char help[] =
	"drivercut sweep - the optimal cuts at all crossing delays\n"
	"\n"
	"usage: drivercut sweep DRIVER [OPTIONS]\n"
	"       drivercut sweep --problem FILE [OPTIONS]\n"
	"\n"
	"As crossings get slower the kernel side grows, function by function, and never loses "
	"one.\n"
	"So there are only so many delays at which the cut changes: sweep finds them all, "
	"exactly,\n"
	"and shows which functions move at each.\n"
	"\n"
	"  --plot FILE        draw kernel lines and overhead against the delay, as SVG\n"
	"  --delays LIST      delays to show (1us,10us,100us,1ms,10ms,20ms: the "
	"paper's)\n"
	"  --certificate FILE write a proof of all cuts, which drivercut verify "
	"checks\n" DC_HELP_PROBLEM
	"  --json             the sweep as JSON on standard output instead of tables\n"
	"  -v                 all breakpoints, and all functions that move at each\n"
	"\n"
	"examples:\n"
	"  drivercut sweep e1000\n"
	"  drivercut sweep --problem problem.json --delays 0,5us,50us -o sweep.json\n"
	"\n"
	"A breakpoint's delay is where two cuts cost the same; up to and with it the one before "
	"it\n"
	"holds. See also: drivercut solve (one delay), explain (one function).\n";

enum { OPTION_DELAYS = DC_OPTION_OWN, OPTION_CERTIFICATE, OPTION_PLOT };

#define PAPER_DELAYS "1us,10us,100us,1ms,10ms,20ms"
#define NAMES_SHOWN  4

static const struct option longs[] = {
	DC_OPTIONS_PROBLEM,
	{"delays", required_argument, NULL, OPTION_DELAYS},
	{"certificate", required_argument, NULL, OPTION_CERTIFICATE},
	{"plot", required_argument, NULL, OPTION_PLOT},
	{0},
};

struct sweep {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_problem *problem;
	struct dc_sweep *result;
	const char *delays, *certificate, *plot;
	DC_VEC(struct dc_terms) rows;
};

static int read_options(struct sweep *s, int argc, char **argv)
{
	int option, exit_status;

	dc_solve_options_start(&s->options);
	s->delays = PAPER_DELAYS;
	while ((option = dc_cli_option(s->cli, &dc_verb_sweep, argc, argv, "o:", longs,
				       &exit_status)) >= 0) {
		if (option == OPTION_DELAYS)
			s->delays = optarg;
		else if (option == OPTION_PLOT)
			s->plot = optarg;
		else if (option == OPTION_CERTIFICATE)
			s->certificate = optarg;
		else if (!dc_solve_option(s->cli, &dc_verb_sweep, &s->options, option,
					  &exit_status))
			return exit_status;
	}
	return option == -2 ? exit_status : -1;
}

/* The rows that --delays asks for. */
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
	dc_table_int(table, tally->user_loc);
	dc_table_real(table, "%.1f", all ? 100.0 * (double)tally->kernel_loc / (double)all : 0.0);
	dc_table_int(table, tally->replicated_loc);
	dc_table_real(table, "%.6g", (double)tally->crossings / (double)problem->seconds);
}

static void print_rows(const struct sweep *s)
{
	static const char *const columns[] = {">DELAY",	      ">KERNEL FUNCTIONS", ">KERNEL LINES",
					      ">USER LINES",  ">KERNEL %",	   ">REPLICATED",
					      ">CROSSINGS/S", ">OVERHEAD % CPU",   NULL};
	struct dc_table *table = dc_table_new(columns);
	const struct dc_terms *row;

	dc_vec_each (row, &s->rows) {
		size_t at = dc_sweep_at(s->result, row->lambda);
		const struct dc_tally *tally = &s->result->cuts.at[at].tally;

		dc_table_row(table);
		dc_table_text(table, dc_delay_text(row->delay_ns));
		tally_cells(table, s->problem, tally);
		dc_table_real(table, "%.4g",
			      100 * dc_overhead(s->problem, row->delay_ns, tally->crossings));
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

/* Cuts up to the longest delay asked for; with -v all. */
static size_t cuts_shown(const struct sweep *s)
{
	size_t shown = s->rows.len ? 1 : s->result->cuts.len, i;

	for (i = 0; i < s->rows.len; i++) {
		size_t at = dc_sweep_at(s->result, s->rows.at[i].lambda) + 1;

		shown = at > shown ? at : shown;
	}
	return s->cli->verbose > 0 ? s->result->cuts.len : shown;
}

static void print_breakpoints(const struct sweep *s)
{
	static const char *const columns[] = {">ABOVE",	      ">KERNEL FUNCTIONS", ">KERNEL LINES",
					      ">USER LINES",  ">KERNEL %",	   ">REPLICATED",
					      ">CROSSINGS/S", "TO THE KERNEL",	   NULL};
	struct dc_table *table = dc_table_new(columns);
	size_t i, shown = cuts_shown(s);

	for (i = 0; i < shown; i++) {
		const struct dc_breakpoint *breakpoint =
			i ? &s->result->breakpoints.at[i - 1] : NULL;
		char *movers = breakpoint ? movers_text(s, breakpoint) : dc_strdup("");

		dc_table_row(table);
		dc_table_text(table, breakpoint ? dc_delay_text(breakpoint->terms.delay_ns) : "");
		tally_cells(table, s->problem, &s->result->cuts.at[i].tally);
		dc_table_text(table, movers);
		free(movers);
	}
	dc_table_print(table);
	if (shown < s->result->cuts.len)
		printf("\n%zu more breakpoints at longer delays; -v shows them\n",
		       s->result->cuts.len - shown);
}

static void print_sweep(const struct sweep *s)
{
	printf("%s: %zu functions, %" PRId64 " lines; %" PRId64 " lines a CPU\n\n",
	       dc_problem_title(s->problem), s->problem->nodes.len, dc_problem_loc(s->problem),
	       s->options.price);
	print_rows(s);
	printf("\nall delays: %zu breakpoints, found exactly with %zu max-flows\n\n",
	       s->result->breakpoints.len, s->result->flows);
	print_breakpoints(s);
}

static int report(const struct sweep *s)
{
	const char *output = s->options.output ? s->options.output : s->cli->json ? "-" : NULL;
	json_t *root;
	int err = 0;

	if (output) {
		root = dc_sweep_json(s->result, s->rows.at, s->rows.len);
		err = dc_json_write(&s->cli->diag, output, root);
		json_decref(root);
	}
	if (!err && !s->cli->json && (!output || strcmp(output, "-") != 0))
		print_sweep(s);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct sweep s = {.cli = cli};
	int err, exit_status = read_options(&s, argc, argv);

	if (exit_status >= 0)
		return exit_status;
	err = dc_solve_problem(cli, &dc_verb_sweep, &s.options, argc - optind, argv + optind,
			       &s.problem);
	if (!err)
		err = read_delays(&s);
	if (!err)
		err = dc_sweep_solve(&cli->diag, s.problem, s.options.price, s.options.engine,
				     &s.result);
	if (!err && s.certificate)
		err = dc_certificate_write(&cli->diag, s.certificate, s.result);
	if (!err && s.plot)
		err = dc_plot_sweep(&cli->diag, s.result, s.plot);
	if (!err)
		err = report(&s);
	dc_sweep_free(s.result);
	dc_problem_free(s.problem);
	dc_vec_done(&s.rows);
	dc_solve_options_done(&s.options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_sweep = {
	.name = "sweep",
	.run = run,
	.summary = "find every delay at which the optimal cut changes, and all the cuts",
	.help = help,
};
