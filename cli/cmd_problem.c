/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut problem: joins graph, profile and constraints to problem.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/workspace.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/cut.h"
#include "problem/shared_fields.h"

struct options {
	struct dc_driver_options driver;
	const char *operand, *output;
	enum dc_fields fields;
	enum registers { REGISTERS_MAP, REGISTERS_DOWNCALL } registers;
	bool list_fields, rules, estimate;
};

/* --list-fields: the fields whose users --fields pin would keep in the kernel. */

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

static int list_fields(struct dc_workspace *workspace)
{
	struct dc_graph *graph = NULL;
	dc_shared_fields fields = {0};
	int err = dc_workspace_graph(workspace, &graph);

	if (err < 0)
		return err;
	dc_shared_fields_find(graph, &fields);
	if (workspace->cli->json)
		print_fields_json(graph, &fields);
	else
		print_fields(graph, &fields);
	dc_shared_fields_done(&fields);
	dc_graph_free(graph);
	return 0;
}

/* Prints how many lines the constraints allow to move: the cut if crossings cost nothing. */
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
	printf("%s: %zu functions, %lld lines, %zu edges%s\n", problem->driver, problem->nodes.len,
	       (long long)dc_problem_loc(problem), problem->edges.len,
	       problem->weighed == DC_WEIGHTS_ESTIMATED ? ", estimated weights" : "");
	dc_print_text("%zu pins to the kernel, %zu implications, %zu groups that stay together, "
		      "%zu functions may be on both sides",
		      problem->pins.len, problem->follows.len, problem->togethers.len, replicable);
	err = print_movable(cli, problem);
	printf("\n%s\n", path);
	return err;
}

static int make_problem(struct dc_cli *cli, const struct options *options)
{
	struct dc_problem *problem = NULL;
	struct dc_workspace workspace;
	const char *path;
	int err = dc_workspace_open(cli, options->operand, &options->driver, &workspace);

	if (err < 0)
		return err;
	workspace.fields = options->fields;
	workspace.rules = options->rules;
	workspace.estimate = options->estimate;
	workspace.registers_by_downcall = options->registers == REGISTERS_DOWNCALL;
	if (options->list_fields) {
		err = list_fields(&workspace);
		dc_workspace_done(&workspace);
		return err;
	}
	path = options->output ? options->output : dc_workspace_path(&workspace, "problem.json");
	err = dc_workspace_problem(&workspace, &problem);
	if (!err)
		err = dc_problem_write(&cli->diag, path, problem);
	if (!err && cli->json && !dc_is_stdout(path))
		err = dc_problem_write(&cli->diag, "-", problem);
	else if (!err && !dc_is_stdout(path))
		err = print_summary(cli, problem, path);
	if (!err && workspace.gaps && !cli->json && !dc_is_stdout(path))
		printf("%zu annotations are missing: %s\n", workspace.gaps,
		       dc_workspace_command(&workspace, "annotate"));
	dc_problem_free(problem);
	dc_workspace_done(&workspace);
	return err;
}

static const char *const field_names[] = {"map", "pin", NULL};
static const char *const register_names[] = {"map", "downcall", NULL};

static const struct dc_option options[] = {
	DC_TEXT("output", 'o', struct options, output, "FILE",
		"where to write; - is standard output (out/DRIVER/problem.json)"),
	DC_FLAG("rules", 0, struct options, rules,
		"keep a function in the kernel if it uses anything that no rule or annotation "
		"describes (drivercut annotate lists what to add)"),
	DC_GROUP(dc_graph_option, struct options, driver),
	DC_GROUP(dc_profile_option, struct options, driver),
	DC_FLAG("estimate", 0, struct options, estimate,
		"instead of a profile: guess how often each call is made, from the contexts of "
		"entry "
		"points, loops and branches"),
	DC_GROUP(dc_driver_options, struct options, driver),
	DC_CHOICE(
		"fields", struct options, fields, "RULE", field_names, "map or pin",
		"fields that atomic code writes and other code uses without a common lock: map "
		"(both sides map the memory, the default) or pin (their users stay in the kernel)"),
	DC_FLAG("list-fields", 0, struct options, list_fields,
		"list those fields, and write nothing"),
	DC_CHOICE("registers", struct options, registers, "HOW", register_names, "map or downcall",
		  "with --rules, how the process accesses device registers: map (it maps them, and "
		  "an access is no crossing, the default) or downcall"),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {0};
	int status = dc_options_read(cli, &dc_verb_problem, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_problem, "give one driver");
	if (given.estimate && given.driver.profile)
		return dc_cli_usage(cli, &dc_verb_problem, "give one of --profile and --estimate");
	given.operand = argv[optind];
	return dc_cli_exit(make_problem(cli, &given));
}

const struct dc_verb dc_verb_problem = {
	.name = "problem",
	.run = run,
	.summary = "join graph and profile to the problem that the solver takes",
	.usage = "DRIVER [OPTIONS]",
	.about = "A node is a function with its lines, an edge is a call with its count in the "
		 "profile, and each constraint has its reason (critical roots, atomic calls, "
		 "locks). "
		 "solve, sweep and explain do this step themselves; the file is for reading, for "
		 "editing, and for solve --problem FILE.",
	.options = options,
	.json = "print the problem, or the fields, as JSON",
	.reads =
		"the driver's source (once) and its profile; with --rules also annotations.json in "
		"its folder",
	.writes = "out/DRIVER/problem.json, and out/DRIVER/graph.json if there is none",
	.examples = "drivercut problem e1000 --rules -o problem.json\n"
		    "drivercut problem path/to/my/driver --list-fields",
	.see = "drivercut solve, docs/formats.md",
};
