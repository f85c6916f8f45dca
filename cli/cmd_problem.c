/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut problem: graph and profile to problem.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/driver_files.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/cut.h"
#include "problem/shared_fields.h"

struct options {
	const char *operand, *family, *graph, *profile, *output;
	enum dc_fields fields;
	bool list_fields, rules, by_downcall;
};

/* --list-fields: what --fields pin would pin, and for what. */

static void print_fields(const struct dc_graph *graph, const dc_shared_fields *fields)
{
	static const char *const heads[] = {"FIELD", "WRITTEN IN ATOMIC CONTEXT BY",
					    "USED WITHOUT A COMMON LOCK BY", NULL};
	struct dc_table *table = dc_table_new(heads);
	const struct dc_shared_field *field;

	dc_vec_each (field, fields) {
		char *name = dc_printf("%s.%s", field->type, field->field);
		char *users = dc_printf("%s%s", graph->functions.at[field->users.at[0]].name,
					field->users.len > 1 ? ", ..." : "");

		dc_table_row(table);
		dc_table_text(table, name);
		dc_table_text(table, graph->functions.at[field->writer].name);
		dc_table_text(table, users);
		free(name);
		free(users);
	}
	dc_table_print(table);
}

static void print_fields_json(const struct dc_graph *graph, const dc_shared_fields *fields)
{
	json_t *root = dc_json_new("shared-fields"), *rows = json_array();
	const struct dc_shared_field *field;
	size_t i;

	dc_vec_each (field, fields) {
		json_t *row = json_object(), *users = json_array();

		dc_json_set(row, "type", json_string(field->type));
		dc_json_set(row, "field", json_string(field->field));
		dc_json_set(row, "writer", json_string(graph->functions.at[field->writer].name));
		for (i = 0; i < field->users.len; i++)
			dc_json_add(users,
				    json_string(graph->functions.at[field->users.at[i]].name));
		dc_json_set(row, "users", users);
		dc_json_add(rows, row);
	}
	dc_json_set(root, "fields", rows);
	dc_cli_print_json(root);
}

static int list_fields(struct dc_cli_driver *files)
{
	struct dc_graph *graph = NULL;
	dc_shared_fields fields = {0};
	int err = dc_cli_driver_graph(files, &graph);

	if (err < 0)
		return err;
	dc_shared_fields_find(graph, &fields);
	if (files->cli->json)
		print_fields_json(graph, &fields);
	else
		print_fields(graph, &fields);
	dc_shared_fields_done(&fields);
	dc_graph_free(graph);
	return 0;
}

/* What constraints leave movable: the cut when crossings cost nothing. */
static int print_movable(struct dc_cli *cli, const struct dc_problem *problem)
{
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err = dc_terms_of_delay(&cli->diag, problem, (struct dc_ratio){0, 1}, 1, &terms);

	if (!err)
		err = dc_cut_solve(&cli->diag, problem, &terms, &options, &cut);
	if (!err)
		printf("%lld of %lld lines can be in the process; constraints keep %lld in the "
		       "kernel\n",
		       (long long)cut->tally.user_loc, (long long)dc_problem_loc(problem),
		       (long long)cut->tally.kernel_loc);
	dc_cut_free(cut);
	return err;
}

static int print_summary(struct dc_cli *cli, const struct dc_problem *problem, const char *path)
{
	const struct dc_problem_node *node;
	size_t replicable = 0;
	int err;

	dc_vec_each (node, &problem->nodes)
		replicable += node->replicated;
	printf("%s: %zu functions, %lld lines, %zu edges\n", problem->driver, problem->nodes.len,
	       (long long)dc_problem_loc(problem), problem->edges.len);
	printf("%zu pins to the kernel, %zu implications, %zu groups that stay together, "
	       "%zu functions may be on both sides\n",
	       problem->pins.len, problem->follows.len, problem->togethers.len, replicable);
	err = print_movable(cli, problem);
	printf("\n%s\n", path);
	return err;
}

static int make_problem(struct dc_cli *cli, const struct options *options)
{
	struct dc_problem *problem = NULL;
	struct dc_cli_driver files;
	const char *path;
	int err = dc_cli_driver_open(cli, options->operand, options->family, &files);

	if (err < 0)
		return err;
	files.graph = options->graph;
	files.profile = options->profile;
	files.fields = options->fields;
	files.rules = options->rules;
	files.registers_by_downcall = options->by_downcall;
	if (options->list_fields) {
		err = list_fields(&files);
		dc_cli_driver_done(&files);
		return err;
	}
	path = options->output ? options->output : dc_cli_driver_path(&files, "problem.json");
	err = dc_cli_driver_problem(&files, &problem);
	if (!err)
		err = dc_problem_write(&cli->diag, path, problem);
	if (!err && cli->json && !dc_is_stdout(path))
		err = dc_problem_write(&cli->diag, "-", problem);
	else if (!err && !dc_is_stdout(path))
		err = print_summary(cli, problem, path);
	if (!err && files.gaps && !cli->json && !dc_is_stdout(path))
		printf("%zu annotations are missing: drivercut annotate %s\n", files.gaps,
		       options->operand);
	dc_problem_free(problem);
	dc_cli_driver_done(&files);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
					      {"family", required_argument, NULL, 'f'},
					      {"graph", required_argument, NULL, 'g'},
					      {"profile", required_argument, NULL, 'p'},
					      {"fields", required_argument, NULL, 'F'},
					      {"rules", no_argument, NULL, 'R'},
					      {"list-fields", no_argument, NULL, 'L'},
					      {"registers", required_argument, NULL, 'r'},
					      {0}};
	struct options options = {0};
	int option, status = 0;

	while ((option = dc_cli_option(cli, &dc_verb_problem, argc, argv, "o:", longs, &status)) >=
	       0) {
		if (option == 'o')
			options.output = optarg;
		else if (option == 'g')
			options.graph = optarg;
		else if (option == 'L')
			options.list_fields = true;
		else if (option == 'R')
			options.rules = true;
		else if (option == 'r' && !strcmp(optarg, "downcall"))
			options.by_downcall = true;
		else if (option == 'r' && strcmp(optarg, "map") != 0)
			return dc_cli_usage(cli, &dc_verb_problem,
					    "--registers: expected map or downcall, found '%s'",
					    optarg);
		else if (option == 'r')
			options.by_downcall = false;
		else if (option == 'F' && !strcmp(optarg, "pin"))
			options.fields = DC_FIELDS_PIN;
		else if (option == 'F' && strcmp(optarg, "map") != 0)
			return dc_cli_usage(cli, &dc_verb_problem,
					    "--fields: expected map or pin, found '%s'", optarg);
		else if (option == 'p')
			options.profile = optarg;
		else
			options.family = optarg;
	}
	if (option == -2)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_problem, "give one driver");
	options.operand = argv[optind];
	return dc_cli_exit(make_problem(cli, &options));
}

const struct dc_verb dc_verb_problem = {
	.name = "problem",
	.run = run,
	.summary = "join graph and profile to the problem that the solver takes",
	.help = "usage: drivercut problem DRIVER [OPTIONS]\n"
		"\n"
		"Writes problem.json: a node a function with its lines, an edge a call with its\n"
		"weight in the profile, and the constraints with their reasons (critical roots,\n"
		"atomic calls, locks). The profile is out/DRIVER/profile.json, or else the one\n"
		"recorded in the driver's folder; the graph is made if it is not there yet.\n"
		"solve, sweep and explain do this step by themselves: the file is for reading,\n"
		"for changing by hand, and for solve --problem FILE.\n"
		"\n"
		"  -o, --output FILE  where to write; - for standard output\n"
		"                     (out/DRIVER/problem.json; DRIVERCUT_OUT replaces out)\n"
		"      --graph FILE   this graph.json (out/DRIVER/graph.json)\n"
		"      --profile FILE this profile.json (out/DRIVER/profile.json, or DRIVER's "
		"own)\n"
		"      --fields RULE  fields that atomic code writes and others use without a "
		"common\n"
		"                     lock: map (memory that both sides see, the default) or pin\n"
		"                     (whoever uses them stays in the kernel)\n"
		"      --rules        what no rule or annotation lets into the process stays in "
		"the\n"
		"                     kernel (drivercut annotate says what would free it)\n"
		"      --registers HOW  with --rules, a device's registers: map (the process maps\n"
		"                     them and access crosses nothing, the default) or downcall\n"
		"      --list-fields  show those fields and stop\n"
		"      --family NAME  of a driver that is a bare folder: net, scsi, sound\n"
		"      --json         print the problem, or those fields, as JSON instead\n"
		"\n"
		"examples:\n"
		"  drivercut problem e1000 --rules -o problem.json\n"
		"  drivercut problem drivers/net/mine --family net --list-fields\n",
};
