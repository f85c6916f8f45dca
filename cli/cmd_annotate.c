/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut annotate: lists missing annotations, and the lines that each would free. A cut without
 * weights counts them: one with all constraints, then one without those of each annotation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/workspace.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "solver/cut.h"

struct row {
	const struct dc_proposal *gap;
	int64_t frees; /* lines that this one annotation would free */
};

struct missing {
	int64_t kernel_loc, all_loc; /* lines that stay in the kernel; of the driver */
	int64_t frees; /* lines that all of them together would free */
	DC_VEC(struct row) rows;
};

/* The lines that stay in the kernel if the constraints with this mark are dropped; all: those with
 * any mark. */
static int solve_without(struct dc_diag *diag, const struct dc_graph *graph,
			 const struct dc_constraints *given, unsigned mark, bool all,
			 int64_t *ret_kernel, int64_t *ret_loc)
{
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_constraints left = {0};
	struct dc_problem *problem = NULL;
	const struct dc_constraint_group *group;
	const struct dc_constraint_pin *pin;
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err;

	dc_vec_each (pin, &given->pins)
		if (!pin->proposal || (!all && pin->proposal != mark))
			dc_vec_push(&left.pins, *pin);
	dc_vec_each (group, &given->groups)
		if (!group->proposal || (!all && group->proposal != mark))
			dc_vec_push(&left.groups, *group);
	err = dc_problem_of_driver(diag, graph, NULL, DC_FIELDS_MAP, &left, &problem);
	if (!err)
		err = dc_terms_of_delay(diag, problem, (struct dc_ratio){0, 1}, 1, &terms);
	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &options, &cut);
	if (!err) {
		*ret_kernel = cut->tally.kernel_loc;
		*ret_loc = dc_problem_loc(problem);
	}
	dc_cut_free(cut);
	dc_problem_free(problem);
	dc_constraints_done(&left);
	return err;
}

static int order_rows(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->frees != right->frees)
		return left->frees > right->frees ? -1 : 1;
	if (left->gap->kind != right->gap->kind)
		return left->gap->kind < right->gap->kind ? -1 : 1;
	return strcmp(left->gap->subject, right->gap->subject);
}

static int weigh(struct dc_diag *diag, const struct dc_graph *graph,
		 const struct dc_constraints *given, const dc_proposals *gaps, struct missing *ret)
{
	int64_t kernel, loc;
	int err = solve_without(diag, graph, given, 0, false, &ret->kernel_loc, &ret->all_loc);
	unsigned i;

	if (!err)
		err = solve_without(diag, graph, given, 0, true, &kernel, &loc);
	ret->frees = err ? 0 : ret->kernel_loc - kernel;
	for (i = 0; !err && i < gaps->len; i++) {
		err = solve_without(diag, graph, given, i + 1, false, &kernel, &loc);
		if (!err)
			dc_vec_push(&ret->rows, (struct row){.gap = &gaps->at[i],
							     .frees = ret->kernel_loc - kernel});
	}
	if (ret->rows.len)
		qsort(ret->rows.at, ret->rows.len, sizeof(*ret->rows.at), order_rows);
	return err;
}

/* The number of rows to print: those that free lines, or with -v all. */
static size_t shown(const struct dc_cli *cli, const struct missing *missing)
{
	size_t count = 0;

	while (count < missing->rows.len && (cli->verbose > 0 || missing->rows.at[count].frees > 0))
		count++;
	return count;
}

static void print_rows(const struct missing *missing, size_t count)
{
	static const char *const heads[] = {">FREES LINES", "SUBJECT", "MISSING",
					    "AT",	    "~REASON", NULL};
	struct dc_table *table = dc_table_new(heads);
	size_t i;

	for (i = 0; i < count; i++) {
		const struct row *row = &missing->rows.at[i];
		char *place = dc_printf("%s:%u", row->gap->file, row->gap->line);
		char *of = dc_printf("%s%s", row->gap->kind == DC_PROPOSE_STRUCT ? "struct " : "",
				     row->gap->subject);

		dc_table_row(table);
		dc_table_int(table, row->frees);
		dc_table_text(table, of);
		dc_table_text(table, row->gap->what);
		dc_table_text(table, place);
		dc_table_text(table, row->gap->why);
		free(place);
		free(of);
	}
	dc_table_print(table);
}

static void print_proposals(const struct missing *missing, size_t count, const char *folder)
{
	static const char *const sections[] = {"trailing", "pointers", "functions"};
	size_t i, j;

	printf("\nproposals for %s/annotations.json; check each against the source:\n", folder);
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		bool first = true;

		for (j = 0; j < count; j++) {
			const struct dc_proposal *gap = missing->rows.at[j].gap;

			if (!gap->row || strcmp(gap->section, sections[i]) != 0)
				continue;
			if (first)
				printf("\"%s\":\n", sections[i]);
			first = false;
			printf("  %s\n", gap->row);
		}
	}
}

static void print_json(const struct missing *missing)
{
	static const char *const kinds[] = {"arguments", "struct", "reads", "list"};
	json_t *root = dc_json_new("annotate"), *rows = json_array();
	const struct row *at;

	dc_json_set(root, "kernel_loc", json_integer(missing->kernel_loc));
	dc_json_set(root, "frees_together", json_integer(missing->frees));
	dc_vec_each (at, &missing->rows) {
		const struct dc_proposal *gap = at->gap;
		json_t *row = json_object();

		dc_json_set(row, "kind", json_string(kinds[gap->kind]));
		dc_json_set(row, "subject", json_string(gap->subject));
		dc_json_set(row, "what", json_string(gap->what));
		dc_json_set(row, "file", json_string(gap->file));
		dc_json_set(row, "line", json_integer(gap->line));
		dc_json_set(row, "why", json_string(gap->why));
		dc_json_set(row, "sure", json_boolean(gap->sure));
		dc_json_set(row, "evidence", json_string(gap->evidence));
		dc_json_set(row, "frees", json_integer(at->frees));
		dc_json_set(row, "section", json_string(gap->section));
		dc_json_set(row, "row", gap->row ? json_loads(gap->row, 0, NULL) : json_null());
		dc_json_add(rows, row);
	}
	dc_json_set(root, "missing", rows);
	dc_cli_print_json(root);
}

static void print_missing(const struct dc_cli *cli, const struct missing *missing,
			  const char *folder)
{
	size_t count = shown(cli, missing);

	if (count)
		print_rows(missing, count);
	if (count < missing->rows.len)
		printf("%zu more free nothing alone (-v)\n", missing->rows.len - count);
	printf("%s%zu annotations are missing; %lld of %lld lines stay in the kernel, %lld of them "
	       "only because of that\n",
	       missing->rows.len ? "\n" : "", missing->rows.len, (long long)missing->kernel_loc,
	       (long long)missing->all_loc, (long long)missing->frees);
	if (count)
		print_proposals(missing, count, folder);
}

static int annotate(struct dc_workspace *workspace)
{
	struct missing missing = {0};
	struct dc_constraints given = {0};
	struct dc_graph *graph = NULL;
	dc_proposals gaps = {0};
	int err = dc_workspace_graph(workspace, &graph);

	if (!err)
		err = dc_workspace_constraints(workspace, graph, &given, &gaps);
	if (!err)
		err = weigh(&workspace->cli->diag, graph, &given, &gaps, &missing);
	if (!err && workspace->cli->json)
		print_json(&missing);
	else if (!err)
		print_missing(workspace->cli, &missing, workspace->driver.folder);
	dc_vec_done(&missing.rows);
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	dc_graph_free(graph);
	return err;
}

static const struct dc_option options[] = {
	DC_GROUP(dc_graph_option, struct dc_driver_options, family),
	DC_GROUP(dc_driver_options, struct dc_driver_options, family),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct dc_driver_options given = {0};
	struct dc_workspace workspace;
	int err, status = dc_options_read(cli, &dc_verb_annotate, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_annotate, "give one driver");
	err = dc_workspace_open(cli, argv[optind], &given, &workspace);
	if (err < 0)
		return dc_cli_exit(err);
	err = annotate(&workspace);
	dc_workspace_done(&workspace);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_annotate = {
	.name = "annotate",
	.run = run,
	.summary = "list missing annotations, and what each would free",
	.usage = "DRIVER [OPTIONS]",
	.about = "Data can cross only if its size is known. Where C does not give it (how many "
		 "elements "
		 "a pointer points to, which structure lies behind another), the functions that "
		 "use the "
		 "data stay in the kernel until DRIVER/annotations.json gives it. Lists what is "
		 "missing, "
		 "most lines first: where, why, and a row to add. Rows are guesses: check each "
		 "against "
		 "the source, as a wrong length makes a driver that copies too little. Examples of "
		 "rows:\n\n"
		 "\"functions\":\n"
		 "  {\"function\": \"read_words\", \"arguments\": [\"\", \"\", \"count\", \"1\"]}\n"
		 "      The third parameter points to `count` elements (a C expression of the\n"
		 "      parameters), the fourth to one; \"\" leaves it to the type; \"address\" is "
		 "a\n"
		 "      pointer that is only passed on.\n"
		 "  {\"function\": \"get_stats\", \"reads\": [\"net_device_stats.*\"]}\n"
		 "      Fields that it reads through pointers to bytes.\n"
		 "\"pointers\":\n"
		 "  {\"field\": \"adapter.rings\", \"count\": \"num_rings\"}\n"
		 "      A number, another field of the structure, or \"string\".\n"
		 "  {\"field\": \"port.filters\", \"list\": \"filter.node\", \"lock\": \"lock\"}\n"
		 "      The head of a list, its elements, and the mutex next to it.\n"
		 "\"trailing\":\n"
		 "  {\"struct\": \"adapter\", \"after\": \"net_device\"}\n"
		 "      The driver's structure that lies behind one of the kernel's.",
	.options = options,
	.verbose = "also list annotations that free nothing alone",
	.json = "print all of them as JSON",
	.reads = "the driver's source, annotations.json in its folder, marshal/rules",
	.writes = "nothing",
	.examples = "drivercut annotate e1000",
	.see = "drivercut explain --rules (one function), docs/formats.md",
};
