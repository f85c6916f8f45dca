/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut annotate: lists missing annotations in groups, each with the lines that it frees, the
 * row to add and what shows it; --write adds the rows that the source shows, --ask asks for the
 * others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/annotate.h"
#include "cli/table.h"
#include "cli/verbs.h"

struct annotate_options {
	struct dc_driver_options driver;
	const char *file;
	bool write, ask;
};

/* Counts */

struct counts {
	size_t sure, guesses, none, declined;
};

static struct counts count_rows(const struct dc_annotate *found)
{
	const struct dc_annotate_row *row;
	struct counts counts = {0};

	dc_vec_each (row, &found->rows) {
		if (row->declined)
			counts.declined++;
		else if (!row->proposal.row)
			counts.none++;
		else if (row->proposal.sure)
			counts.sure++;
		else
			counts.guesses++;
	}
	return counts;
}

/* Text */

static void print_row(const struct dc_cli *cli, const struct dc_annotate_row *row)
{
	const struct dc_proposal *gap = &row->proposal;

	if (gap->row)
		printf("  %-5s  \"%s\": %s\n", gap->sure ? "sure" : "guess", gap->section,
		       gap->row);
	else
		printf("  none   %s%s\n", gap->kind == DC_PROPOSE_STRUCT ? "struct " : "",
		       gap->subject);
	printf("         %s\n", gap->evidence);
	if (cli->verbose > 0)
		printf("         needed because %s\n", gap->why);
}

static void print_groups(const struct dc_cli *cli, const struct dc_annotate *found, bool written)
{
	const struct dc_annotate_row *row;
	unsigned group = 0;
	bool rest = false;

	dc_vec_each (row, &found->rows) {
		if (row->declined || (!row->group && cli->verbose <= 0) ||
		    (written && row->proposal.sure))
			continue;
		if (row->group && row->group != group) {
			group = row->group;
			printf("%u: frees %lld lines\n", group,
			       (long long)found->groups.at[group].frees);
		} else if (!row->group && !rest) {
			rest = true;
			printf("free nothing now:\n");
		}
		print_row(cli, row);
	}
}

static void print_advice(struct dc_workspace *workspace, const struct dc_annotate *found)
{
	struct counts counts = count_rows(found);
	const char *command = dc_workspace_command(workspace, "annotate");

	dc_print_text("%s%zu annotations are missing; %lld of %lld lines stay in the kernel, %lld "
		      "of them only because of that",
		      found->rows.len ? "\n" : "", found->rows.len - counts.declined,
		      (long long)found->kernel_loc, (long long)found->all_loc,
		      (long long)found->frees);
	if (counts.sure)
		printf("sure rows: %zu; to add them: %s --write\n", counts.sure, command);
	if (counts.guesses)
		printf("guesses: %zu; to answer them one by one: %s --ask\n", counts.guesses,
		       command);
	if (counts.none)
		printf("without a row to propose: %zu (-v)\n", counts.none);
	if (counts.declined)
		printf("declined: %zu (\"declined\" in the file)\n", counts.declined);
}

/* JSON */

static json_t *json_row(const struct dc_annotate_row *row)
{
	static const char *const kinds[] = {"arguments", "struct", "reads", "list"};
	const struct dc_proposal *gap = &row->proposal;
	json_t *ret = json_object();

	dc_json_set(ret, "kind", json_string(kinds[gap->kind]));
	dc_json_set(ret, "subject", json_string(gap->subject));
	dc_json_set(ret, "what", json_string(gap->what));
	dc_json_set(ret, "file", json_string(gap->file));
	dc_json_set(ret, "line", json_integer(gap->line));
	dc_json_set(ret, "why", json_string(gap->why));
	dc_json_set(ret, "section", json_string(gap->section));
	dc_json_set(ret, "row", gap->row ? json_loads(gap->row, 0, NULL) : json_null());
	dc_json_set(ret, "sure", json_boolean(gap->sure && gap->row));
	dc_json_set(ret, "evidence", json_string(gap->evidence));
	dc_json_set(ret, "group", row->group ? json_integer(row->group) : json_null());
	dc_json_set(ret, "round", json_integer(row->round));
	dc_json_set(ret, "declined", json_boolean(row->declined));
	return ret;
}

static void print_json(const struct dc_annotate *found, size_t added)
{
	json_t *root = dc_json_new("annotate"), *rows = json_array(), *groups = json_array();
	const struct dc_annotate_row *row;
	size_t i;

	dc_json_set(root, "kernel_loc", json_integer(found->kernel_loc));
	dc_json_set(root, "frees_together", json_integer(found->frees));
	dc_json_set(root, "added", json_integer((json_int_t)added));
	for (i = 1; i < found->groups.len; i++) {
		json_t *group = json_object();

		dc_json_set(group, "group", json_integer((json_int_t)i));
		dc_json_set(group, "frees", json_integer(found->groups.at[i].frees));
		dc_json_set(group, "sure", json_boolean(found->groups.at[i].sure));
		dc_json_add(groups, group);
	}
	dc_json_set(root, "groups", groups);
	dc_vec_each (row, &found->rows)
		dc_json_add(rows, json_row(row));
	dc_json_set(root, "missing", rows);
	dc_cli_print_json(root);
}

/* The verb */

static int write_sure(const struct dc_annotate_inputs *inputs, size_t *ret_added)
{
	const char *text, *more;
	int err = dc_annotate_read(inputs, &text);

	if (!err)
		err = dc_annotate_add_sure(inputs, text, &more, ret_added);
	if (!err && *ret_added)
		err = dc_annotate_write(inputs, more);
	return err;
}

static int list(const struct dc_annotate_inputs *inputs, bool written, size_t added)
{
	struct dc_cli *cli = inputs->workspace->cli;
	struct dc_annotate found;
	const char *text;
	int err = dc_annotate_read(inputs, &text);

	if (!err)
		err = dc_annotate_find(inputs, text, &found);
	if (err < 0)
		return err;
	if (cli->json) {
		print_json(&found, added);
	} else {
		if (written)
			printf("%zu row%s added to %s\n%s", added, added == 1 ? "" : "s",
			       inputs->path, found.rows.len ? "\n" : "");
		print_groups(cli, &found, written);
		print_advice(inputs->workspace, &found);
	}
	dc_annotate_done(&found);
	return 0;
}

static int annotate(struct dc_workspace *workspace, const struct annotate_options *given)
{
	struct dc_annotate_inputs inputs;
	size_t added = 0;
	int err = dc_annotate_inputs_open(workspace, given->file, &inputs);

	if (err < 0)
		return err;
	if (given->write)
		err = write_sure(&inputs, &added);
	if (!err && given->ask)
		err = dc_annotate_ask(&inputs);
	else if (!err)
		err = list(&inputs, given->write, added);
	dc_annotate_inputs_done(&inputs);
	return err;
}

static const struct dc_option options[] = {
	DC_FLAG("write", 0, struct annotate_options, write,
		"add the rows that are sure to the file, and list the others"),
	DC_FLAG("ask", 0, struct annotate_options, ask,
		"put the guesses to you, one at a time, with the source; answers are kept at once"),
	DC_TEXT("annotations", 0, struct annotate_options, file, "FILE",
		"read and write this file (annotations.json in the driver's folder)"),
	DC_GROUP(dc_graph_option, struct annotate_options, driver),
	DC_GROUP(dc_driver_options, struct annotate_options, driver),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct annotate_options given = {0};
	struct dc_workspace workspace;
	int err, status = dc_options_read(cli, &dc_verb_annotate, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_annotate, "give one driver");
	if (given.ask && cli->json)
		return dc_cli_usage(cli, &dc_verb_annotate,
				    "--ask talks to a person; leave out --json");
	err = dc_workspace_open(cli, argv[optind], &given.driver, &workspace);
	if (err < 0)
		return dc_cli_exit(err);
	err = annotate(&workspace, &given);
	dc_workspace_done(&workspace);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_annotate = {
	.name = "annotate",
	.run = run,
	.summary = "list missing annotations, and what each would free",
	.usage = "DRIVER [OPTIONS]",
	.about =
		"Data can cross only if its size is known. Where C does not give it (how many "
		"elements "
		"a pointer points to, which structure lies behind another), the functions that "
		"use the "
		"data stay in the kernel until DRIVER/annotations.json gives it. Lists what is "
		"missing in groups, in the order in which to add them: the lines that the group "
		"frees, each row to add, and the place that shows it. A row is sure if the source "
		"shows it: constant indices, loops over a parameter, allocations, what all callers "
		"pass. Others are guesses: check each against the source, as a wrong length makes "
		"a "
		"driver that copies too little or too much. Nothing is proposed for registers and "
		"for memory that the device uses. Examples of rows:\n\n"
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
	.verbose = "also list what frees nothing, what has no row, and why each is needed",
	.json = "print all of them as JSON",
	.reads = "the driver's source, annotations.json in its folder, marshal/rules",
	.writes = "with --write and --ask: the file of annotations",
	.examples = "drivercut annotate e1000\n"
		    "drivercut annotate path/to/driver --write --ask",
	.see = "drivercut explain --rules (one function), docs/formats.md",
};
