/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut compare: lists the functions that move between two cuts. Both lists of functions are
 * sorted by name, so one walk over both finds those that moved, appeared or went.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/table.h"
#include "cli/verbs.h"

struct limits {
	bool exit_code;
	int64_t new_lines; /* -1: no limit */
};

static const struct dc_option options[] = {
	DC_FLAG("exit-code", 0, struct limits, exit_code,
		"exit with status 1 if any function moves, appears or goes"),
	DC_COUNT("max-new-kernel-lines", 0, struct limits, new_lines, "N", 0, INT64_MAX,
		 "a number of lines",
		 "exit with status 1 if the second cut has more than N kernel lines above the "
		 "first"),
	{0},
};

struct move {
	const char *id, *from, *to, *reason;
	int64_t weights[2]; /* of its calls in both; -1: not recorded */
};

typedef DC_VEC(struct move) moves_t;

static const char *reason_of(const struct dc_sides_node *node)
{
	return *node->reason ? node->reason : "no reason recorded";
}

/* Walks both sorted lists at once. */
static void find_moves(const struct dc_sides *a, const struct dc_sides *b, moves_t *moves)
{
	size_t i = 0, j = 0;

	while (i < a->nodes.len || j < b->nodes.len) {
		const struct dc_sides_node *x = i < a->nodes.len ? &a->nodes.at[i] : NULL;
		const struct dc_sides_node *y = j < b->nodes.len ? &b->nodes.at[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->id, y->id);

		i += order <= 0;
		j += order >= 0;
		if (x && order < 0)
			dc_vec_push(moves, (struct move){x->id,
							 dc_placement_names[x->placement],
							 "(gone)",
							 "only in the first file",
							 {x->weight, -1}});
		else if (y && order > 0)
			dc_vec_push(moves, (struct move){y->id,
							 "(new)",
							 dc_placement_names[y->placement],
							 reason_of(y),
							 {-1, y->weight}});
		else if (x && y && x->placement != y->placement)
			dc_vec_push(moves, (struct move){y->id,
							 dc_placement_names[x->placement],
							 dc_placement_names[y->placement],
							 reason_of(y),
							 {x->weight, y->weight}});
	}
}

static void cut_row(struct dc_table *table, const char *path, const struct dc_sides *sides)
{
	int64_t all = sides->kernel_loc + sides->user_loc;
	char *name = dc_printf("%s%s", path, sides->is_estimated ? " (estimated weights)" : "");

	dc_table_row(table);
	dc_table_text(table, name);
	free(name);
	dc_table_real(table, "%.3g", dc_ratio_value(sides->lambda));
	dc_table_int(table, sides->kernel_loc);
	dc_table_int(table, sides->user_loc);
	dc_table_real(table, "%.1f", all ? 100.0 * (double)sides->kernel_loc / (double)all : 0.0);
	dc_table_int(table, sides->replicated_loc);
	dc_table_int(table, sides->crossings);
}

/* Counts the functions whose calls weigh more or less in the second: the profiles differ. */
static size_t count_reweighted(const struct dc_sides *a, const struct dc_sides *b)
{
	size_t i = 0, j = 0, count = 0;

	while (i < a->nodes.len && j < b->nodes.len) {
		const struct dc_sides_node *x = &a->nodes.at[i], *y = &b->nodes.at[j];
		int order = strcmp(x->id, y->id);

		count += !order && x->weight >= 0 && y->weight >= 0 && x->weight != y->weight;
		i += order <= 0;
		j += order >= 0;
	}
	return count;
}

/* Says whether price or profile differ, either of which can move functions. */
static void print_why(struct dc_sides **cuts)
{
	size_t reweighted = count_reweighted(cuts[0], cuts[1]);

	putchar('\n');
	if (dc_ratio_compare(cuts[0]->lambda, cuts[1]->lambda))
		printf("the price of a crossing differs: lambda %.3g and %.3g\n",
		       dc_ratio_value(cuts[0]->lambda), dc_ratio_value(cuts[1]->lambda));
	if (reweighted)
		printf("the profiles differ: %zu functions have other call counts\n", reweighted);
}

static void weight_cell(struct dc_table *table, int64_t weight)
{
	if (weight < 0)
		dc_table_text(table, "");
	else
		dc_table_int(table, weight);
}

static void print_moves(const moves_t *moves)
{
	static const char *const columns[] = {"FUNCTION", "FROM",    "TO", ">CALLS",
					      ">NOW",	  "~REASON", NULL};
	struct dc_table *table;
	const struct move *move;

	if (!moves->len) {
		puts("\nno function moves");
		return;
	}
	printf("\n%zu functions move:\n\n", moves->len);
	table = dc_table_new(columns);
	dc_vec_each (move, moves) {
		dc_table_row(table);
		dc_table_text(table, move->id);
		dc_table_text(table, move->from);
		dc_table_text(table, move->to);
		weight_cell(table, move->weights[0]);
		weight_cell(table, move->weights[1]);
		dc_table_text(table, move->reason);
	}
	dc_table_print(table);
}

static void print_comparison(char **paths, struct dc_sides **cuts, const moves_t *moves)
{
	static const char *const columns[] = {"~CUT",	     ">LAMBDA",	  ">KERNEL LINES",
					      ">USER LINES", ">KERNEL %", ">REPLICATED",
					      ">CROSSINGS",  NULL};
	struct dc_table *table = dc_table_new(columns);

	cut_row(table, paths[0], cuts[0]);
	cut_row(table, paths[1], cuts[1]);
	dc_table_print(table);
	print_why(cuts);
	print_moves(moves);
}

static int write_comparison(struct dc_cli *cli, struct dc_sides **cuts, const moves_t *moves)
{
	json_t *root = dc_json_new("comparison"), *list = json_array();
	const struct move *move;
	int err;

	dc_vec_each (move, moves) {
		json_t *one = json_object();

		dc_json_set(one, "function", json_string(move->id));
		dc_json_set(one, "from", json_string(move->from));
		dc_json_set(one, "to", json_string(move->to));
		dc_json_set(one, "reason", json_string(move->reason));
		if (move->weights[0] >= 0 && move->weights[1] >= 0)
			dc_json_set(one, "weights",
				    json_pack("[I, I]", (json_int_t)move->weights[0],
					      (json_int_t)move->weights[1]));
		dc_json_add(list, one);
	}
	dc_json_set(root, "kernel_loc",
		    json_pack("[I, I]", (json_int_t)cuts[0]->kernel_loc,
			      (json_int_t)cuts[1]->kernel_loc));
	dc_json_set(root, "crossings",
		    json_pack("[I, I]", (json_int_t)cuts[0]->crossings,
			      (json_int_t)cuts[1]->crossings));
	dc_json_set(root, "reweighted",
		    json_integer((json_int_t)count_reweighted(cuts[0], cuts[1])));
	dc_json_set(root, "moves", list);
	err = dc_json_write(&cli->diag, "-", root);
	json_decref(root);
	return err;
}

/* Cuts of two drivers can be compared, but hardly on purpose. */
static void warn_of_drivers(struct dc_cli *cli, struct dc_sides **cuts)
{
	const char *a = cuts[0]->driver, *b = cuts[1]->driver;

	if (a && b && strcmp(a, b) != 0)
		dc_warn(&cli->diag, NULL, "these are cuts of two drivers, %s and %s", a, b);
}

/* The exit status that the limits ask for; says which one was passed. */
static int check_limits(struct dc_cli *cli, const struct limits *limits, struct dc_sides **cuts,
			const moves_t *moves)
{
	int64_t more = cuts[1]->kernel_loc - cuts[0]->kernel_loc;

	if (limits->new_lines >= 0 && more > limits->new_lines) {
		dc_error(&cli->diag, 0, NULL,
			 "the second cut has %" PRId64 " more kernel lines; --max-new-kernel-lines "
			 "allows %" PRId64,
			 more, limits->new_lines);
		return DC_EXIT_INPUT;
	}
	return limits->exit_code && moves->len ? DC_EXIT_INPUT : DC_EXIT_DONE;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct limits limits = {.new_lines = -1};
	struct dc_sides *cuts[2] = {NULL, NULL};
	moves_t moves = {0};
	int err, status = dc_options_read(cli, &dc_verb_compare, argc, argv, &limits);

	if (status >= 0)
		return status;
	if (argc - optind != 2)
		return dc_cli_usage(cli, &dc_verb_compare,
				    "name two files that drivercut solve wrote");
	err = dc_sides_read(&cli->diag, argv[optind], &cuts[0]);
	if (!err)
		err = dc_sides_read(&cli->diag, argv[optind + 1], &cuts[1]);
	if (!err) {
		warn_of_drivers(cli, cuts);
		find_moves(cuts[0], cuts[1], &moves);
		if (cli->json)
			err = write_comparison(cli, cuts, &moves);
		else
			print_comparison(argv + optind, cuts, &moves);
		cli->answered = cli->json && !err;
	}
	status = err ? dc_cli_exit(err) : check_limits(cli, &limits, cuts, &moves);
	dc_vec_done(&moves);
	dc_sides_free(cuts[0]);
	dc_sides_free(cuts[1]);
	return status;
}

const struct dc_verb dc_verb_compare = {
	.name = "compare",
	.run = run,
	.summary = "list the functions that move between two cuts, and why",
	.usage = "A.json B.json [OPTIONS]",
	.about = "Takes two files that drivercut solve wrote, for two delays, two profiles or two "
		 "versions of a driver. Lists each function that is on another side in the second, "
		 "with "
		 "the nearest reason for that side.",
	.options = options,
	.json = "print the comparison as JSON",
	.reads = "the two files",
	.writes = "nothing",
	.exit = "1 if a limit of --exit-code or --max-new-kernel-lines is passed, or a file is "
		"wrong",
	.examples = "drivercut solve e1000 --delay 1us -o a.json\n"
		    "drivercut solve e1000 --delay 1ms -o b.json\n"
		    "drivercut compare a.json b.json\n"
		    "drivercut compare before.json after.json --max-new-kernel-lines 0    # in CI",
	.see = "drivercut solve, explain, report --against; docs/ci-recipe.md",
};
