/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut explain: says why a function is on its side. Solves the problem at one delay for the
 * causes, and at all delays for the threshold.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/suggest.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/explain.h"

#define SHOWN 6

struct explain {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_workspace workspace; /* of the driver; cli is NULL if a problem was given */
	const char *function;
	struct dc_problem *given, *pinned;
	const struct dc_problem *problem; /* one of the two */
	struct dc_terms terms;
	struct dc_cut *cut;
	struct dc_sweep *sweep;
	struct dc_explanation *result;
};

static const struct dc_option options[] = {
	DC_GROUP(dc_terms_options, struct explain, options),
	DC_GROUP(dc_problem_options, struct explain, options),
	DC_GROUP(dc_result_options, struct explain, options),
	DC_GROUP(dc_pin_option, struct explain, options),
	{0},
};

static int read_options(struct explain *x, int argc, char **argv)
{
	int status, wanted;

	dc_solve_options_start(&x->options);
	status = dc_options_read(x->cli, &dc_verb_explain, argc, argv, x);
	if (status >= 0)
		return status;
	wanted = x->options.problem_path ? 1 : 2;
	if (argc - optind < wanted)
		return dc_cli_usage(x->cli, &dc_verb_explain,
				    wanted == 2 ? "name a driver and the function to explain"
						: "name the function to explain");
	if (argc - optind > wanted)
		return dc_cli_usage(x->cli, &dc_verb_explain, "unexpected argument '%s'",
				    argv[optind + wanted]);
	x->function = argv[argc - 1];
	return -1;
}

static int explain(struct explain *x)
{
	const struct dc_cut_options how = {.engine = x->options.engine, .prove = DC_PROVE_FLOW};
	struct dc_diag *diag = &x->cli->diag;
	size_t node;
	int err;

	err = dc_solve_pinned(x->cli, &x->options, x->given, &x->pinned);
	if (err < 0)
		return err;
	x->problem = x->pinned ? x->pinned : x->given;
	node = dc_problem_find(x->problem, x->function);
	if (node == DC_NO_NODE)
		return dc_error(diag, -EINVAL, DC_FILE(x->problem->name),
				"no function is called %s%s; drivercut solve -v lists them all",
				x->function, dc_suggest_function(x->problem, x->function));
	err = dc_solve_terms(x->cli, &x->options, x->problem, &x->terms);
	if (!err)
		err = dc_cut_solve(diag, x->problem, &x->terms, &how, &x->cut);
	if (!err)
		err = dc_sweep_solve(diag, x->problem, x->options.price, x->options.engine,
				     &x->sweep);
	return err ? err : dc_explain(diag, x->cut, x->sweep, node, &x->result);
}

static void print_threshold(const struct dc_explanation *e)
{
	if (e->threshold == DC_THRESHOLD_ALWAYS)
		puts("threshold  in the kernel at every delay");
	else if (e->threshold == DC_THRESHOLD_NEVER)
		puts("threshold  on the user side at every delay");
	else
		printf("threshold  in the kernel above a delay of %s\n",
		       dc_short_delay_text(e->above.delay_ns));
}

static void print_followers(const struct explain *x)
{
	const struct dc_explanation *e = x->result;
	size_t i, shown = x->cli->verbose > 0 || e->follower_count <= SHOWN ? e->follower_count
									    : SHOWN;

	if (!e->follower_count)
		return;
	printf("           these move with it: ");
	for (i = 0; i < shown; i++)
		printf("%s%s", i ? ", " : "", x->problem->nodes.at[e->followers[i]].id);
	if (shown < e->follower_count)
		printf(" and %zu more", e->follower_count - shown);
	putchar('\n');
}

static void print_moving(const struct explain *x)
{
	const struct dc_explanation *e = x->result;
	const char *side = e->other_side == DC_SIDE_KERNEL ? "the kernel" : "the user side";
	char *text, figure[32];

	if (!e->movable) {
		printf("moving it  to %s is impossible: the chain above forbids it\n", side);
		return;
	}
	text = dc_printf(
		"to %s costs %s%s lines more: %+" PRId64 " kernel lines, %+" PRId64 " crossings",
		side, dc_estimated_text(x->problem),
		dc_figure_text(dc_ratio_value(e->value_moved) - dc_ratio_value(e->value), figure),
		e->tally_moved.kernel_loc - e->tally.kernel_loc,
		e->tally_moved.crossings - e->tally.crossings);
	dc_print_labelled("moving it", text);
	free(text);
	print_followers(x);
}

static void call_cells(struct dc_table *table, const struct explain *x, const struct dc_hold *hold)
{
	dc_table_text(table, hold->outgoing ? "calls" : "called by");
	dc_table_text(table, hold->other == DC_NO_NODE ? "(the kernel proper)"
						       : x->problem->nodes.at[hold->other].id);
	dc_table_text(table, hold->other == DC_NO_NODE
				     ? "kernel"
				     : dc_placement_names[x->cut->placements[hold->other]]);
}

/* The calls of a problem without weights. */
static void print_calls(const struct explain *x)
{
	static const char *const columns[] = {"CALL", "FUNCTION", "SIDE", NULL};
	const struct dc_explanation *e = x->result;
	struct dc_table *table = dc_table_new(columns);
	size_t i;

	for (i = 0; i < e->holds.len && (x->cli->verbose > 0 || i < SHOWN); i++) {
		dc_table_row(table);
		call_cells(table, x, &e->holds.at[i]);
	}
	dc_table_print(table);
	if (i < e->holds.len)
		printf("%zu more (-v)\n", e->holds.len - i);
}

static void hold_row(struct dc_table *table, const struct explain *x, const struct dc_hold *hold)
{
	dc_table_row(table);
	call_cells(table, x, hold);
	dc_table_int(table, hold->calls);
	dc_table_int(table, hold->down);
	dc_table_int(table, hold->paid);
}

static void print_holds(const struct explain *x)
{
	static const char *const columns[] = {"CALL",	      "~FUNCTION", "SIDE", ">IF UPCALL",
					      ">IF DOWNCALL", ">CROSSING", NULL};
	const struct dc_explanation *e = x->result;
	struct dc_table *table;
	size_t i;

	if (!e->holds.len)
		return;
	putchar('\n');
	if (x->problem->weighed == DC_WEIGHTS_NONE) {
		print_calls(x);
		return;
	}
	table = dc_table_new(columns);
	for (i = 0; i < e->holds.len && (x->cli->verbose > 0 || i < SHOWN); i++)
		hold_row(table, x, &e->holds.at[i]);
	dc_table_print(table);
	if (i < e->holds.len)
		printf("%zu more (-v)\n", e->holds.len - i);
}

static void print_explanation(const struct explain *x)
{
	static const char *const sides[] = {"in the kernel", "on the user side", "on both sides"};
	const struct dc_explanation *e = x->result;
	bool weighed = x->problem->weighed != DC_WEIGHTS_NONE;
	size_t i;

	printf("%s (%" PRId64 " lines) is %s at %s%s%s\n\n", x->function,
	       x->problem->nodes.at[e->node].loc, sides[e->placement],
	       weighed ? "a delay of " : "any delay",
	       weighed ? dc_delay_text(x->terms.delay_ns) : "",
	       x->problem->weighed == DC_WEIGHTS_ESTIMATED ? ", with estimated weights" : "");
	for (i = 0; i < e->reason.count; i++)
		dc_print_labelled(i ? "" : "because", e->reason.steps[i].text);
	print_threshold(e);
	print_moving(x);
	print_holds(x);
}

static int report(const struct explain *x)
{
	const char *output = x->options.output ? x->options.output : x->cli->json ? "-" : NULL;
	json_t *root;
	int err;

	if (!output) {
		print_explanation(x);
		return 0;
	}
	root = dc_explanation_json(x->result, x->problem);
	err = dc_json_write(&x->cli->diag, output, root);
	json_decref(root);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct explain x = {.cli = cli};
	int err, exit_status = read_options(&x, argc, argv);

	if (exit_status >= 0) {
		dc_solve_options_done(&x.options);
		return exit_status;
	}
	err = dc_solve_problem(cli, &dc_verb_explain, &x.options, argc - optind - 1, argv + optind,
			       &x.workspace, &x.given);
	if (!err)
		err = explain(&x);
	if (!err)
		err = report(&x);
	dc_explanation_free(x.result);
	dc_sweep_free(x.sweep);
	dc_cut_free(x.cut);
	dc_problem_free(x.pinned);
	dc_problem_free(x.given);
	if (x.workspace.cli)
		dc_workspace_done(&x.workspace);
	dc_solve_options_done(&x.options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_explain = {
	.name = "explain",
	.run = run,
	.summary = "say why a function is on its side, and what moving it costs",
	.usage = "DRIVER FUNCTION [OPTIONS]\n--problem FILE FUNCTION [OPTIONS]",
	.about = "Shows the chain of causes that puts the function on its side, the delay above "
		 "which "
		 "it is in the kernel, what the other side would cost and which functions would "
		 "move "
		 "with it, and the calls that weigh most.",
	.options = options,
	.verbose = "show all calls and all functions that would move, not the first few",
	.json = "print the explanation as JSON",
	.reads =
		"the driver's source (once) and its profile; with --rules also annotations.json in "
		"its folder",
	.writes = "only what -o names",
	.examples = "drivercut explain e1000 e1000_set_ringparam\n"
		    "drivercut explain e1000 --rules e1000_mii_ioctl\n"
		    "drivercut explain --problem problem.json watchdog --delay 100us",
	.see = "drivercut solve, sweep",
};
