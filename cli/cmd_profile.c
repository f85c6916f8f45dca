/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut profile: counts the calls along each edge of the driver, from a recording that a guest
 * makes or that the user has made. Every edge that ran must be in the graph: a test of the graph.
 */
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "cli/workspace.h"
#include "cli/verbs.h"
#include "problem/charge.h"

#define WARNED_MAX 10 /* calls that the graph lacks, each with a warning of its own */

struct options {
	struct dc_driver_options driver;
	const char *operand, *output, *script, *perf_data;
	int64_t seconds;
	bool keep;
};

static bool is_driver(void *ctx, const char *function)
{
	dc_indices functions = {0};
	bool found;

	dc_graph_functions_called(ctx, function, &functions);
	found = functions.len > 0;
	dc_vec_done(&functions);
	return found;
}

/* Whether the recording is of a function tracer that does not mark the driver's functions by the
 * tag [module], as perf script does. What else is wrong with the text its reader will tell. */
static bool lacks_tags(struct dc_workspace *workspace, const struct options *options)
{
	const char *tag = dc_arena_printf(workspace->arena, "[%s]", workspace->driver.module);
	struct dc_diag quiet = {0};
	char *text;
	bool ret;

	if (!options->script || !dc_is_file(options->script) ||
	    dc_file_read(&quiet, options->script, &text, NULL) < 0)
		return false;
	ret = strstr(text, "<-") && !strstr(text, tag);
	free(text);
	return ret;
}

/* The graph: --graph's, the one made before, or one made now. A user's recording with tags needs
 * none, as the driver's source may not be here; then no edge is checked. */
static int find_graph(struct dc_workspace *workspace, const struct options *options,
		      struct dc_graph **ret)
{
	if ((options->script || options->perf_data) && !workspace->graph &&
	    !dc_is_file(dc_workspace_path(workspace, "graph.json")) &&
	    !lacks_tags(workspace, options))
		return 0;
	return dc_workspace_graph(workspace, ret);
}

static int from_user(struct dc_workspace *workspace, const struct options *options,
		     struct dc_graph *graph, struct dc_profile *ret)
{
	struct dc_profile_names whose = {workspace->driver.module, graph ? is_driver : NULL, graph};
	struct dc_diag *diag = &workspace->cli->diag;

	if (options->script)
		return dc_profile_from_script(diag, workspace->driver.name, options->script,
					      (uint64_t)options->seconds, &whose, ret);
	return dc_profile_from_perf_data(diag, workspace->driver.name, options->perf_data,
					 dc_workspace_path(workspace, "script"),
					 (uint64_t)options->seconds, &whose, ret);
}

static int from_guest(struct dc_workspace *workspace, const struct options *options,
		      struct dc_profile *ret)
{
	const char *clean[] = {"rm", "-rf", dc_workspace_path(workspace, "recording"), NULL};
	struct dc_diag *diag = &workspace->cli->diag;
	int err = dc_workspace_module(workspace);

	if (!err)
		err = dc_profile_record(diag, &workspace->driver, &workspace->kernel,
					workspace->out, ret);
	if (!err && !options->keep)
		dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = clean});
	return err;
}

/* Recall: each edge that ran must be in the graph. A guest records a build in which only what is
 * declared inline was inlined, so other paths of the graph do not explain one of its edges. */
static bool is_explained(const struct dc_charge *charge, bool from_user)
{
	return charge->kind <= (from_user ? DC_CHARGE_PARTLY : DC_CHARGE_INLINED);
}

static void add_unseen(struct dc_diag *diag, struct dc_profile *profile,
		       const struct dc_charge *charge)
{
	const struct dc_profile_edge *edge = charge->recorded;

	dc_vec_push(&profile->unseen, (struct dc_profile_pair){edge->caller, edge->callee});
	if (profile->unseen.len <= WARNED_MAX)
		dc_warn(diag, NULL,
			"%s was recorded, and the graph lacks it: either the recording is "
			"of another source, or the graph is wrong",
			dc_charge_text(profile->arena, charge));
}

static void check_edges(struct dc_diag *diag, const struct dc_graph *graph, bool from_user,
			struct dc_profile *profile)
{
	const struct dc_charge *charge;
	struct dc_charges charges;

	if (!graph)
		return;
	dc_charges_find(graph, profile, &charges);
	dc_vec_each (charge, &charges.list)
		if (!is_explained(charge, from_user))
			add_unseen(diag, profile, charge);
	if (profile->unseen.len > WARNED_MAX)
		dc_warn(diag, NULL, "the graph lacks %zu more calls; unseen_in_graph has all",
			profile->unseen.len - WARNED_MAX);
	if (charges.path_calls)
		dc_note(diag, NULL,
			"%" PRIu64 " of %" PRIu64
			" calls went through functions that were inlined, or "
			"left by a tail call; solve charges them to the graph's paths",
			charges.path_calls, charges.calls);
	dc_charges_done(&charges);
}

/* The table */

enum column { PHASE, FUNCTIONS, EDGES, KERNEL_EDGES, EVENTS, LOST, FREE, RECORDED, COLUMNS };

static uint64_t packets_per_s(uint64_t packets, uint64_t ms)
{
	return ms ? (packets * 1000 + ms / 2) / ms : 0;
}

struct seen {
	size_t functions, edges, kernel_edges;
};

/* Counts what ran in a phase; phase == the number of phases: in all of them together. */
static struct seen count_seen(const struct dc_profile *profile, size_t phase)
{
	DC_VEC(const char *) functions = {0};
	const dc_profile_edges *lists[] = {&profile->edges, &profile->entries};
	const struct dc_profile_edge *edge;
	struct seen seen = {0};
	size_t i;

	for (i = 0; i < 2; i++) {
		dc_vec_each (edge, lists[i]) {
			if (phase < profile->phases.len && !edge->by_phase[phase])
				continue;
			if (edge->kernel)
				seen.kernel_edges++;
			else if (edge->caller)
				seen.edges++;
			if (edge->caller)
				dc_vec_push(&functions, edge->caller);
			if (!edge->kernel)
				dc_vec_push(&functions, edge->callee);
		}
	}
	seen.functions = dc_texts_sort_once(functions.at, functions.len);
	dc_vec_done(&functions);
	return seen;
}

static void set_number(struct libscols_line *line, enum column column, uint64_t value)
{
	char *text = dc_printf("%" PRIu64, value);

	scols_line_set_data(line, column, text);
	free(text);
}

static void add_row(struct libscols_table *table, const struct dc_profile *profile, size_t index)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	struct seen seen = count_seen(profile, index);
	struct dc_profile_phase sum = {.name = "all", .lost = profile->lost};
	const struct dc_profile_phase *phase = &sum;
	const struct dc_profile_phase *each;

	dc_vec_each (each, &profile->phases)
		sum.events += each->events;
	if (index < profile->phases.len)
		phase = &profile->phases.at[index];
	scols_line_set_data(line, PHASE, phase->name);
	set_number(line, FUNCTIONS, seen.functions);
	set_number(line, EDGES, seen.edges);
	set_number(line, KERNEL_EDGES, seen.kernel_edges);
	set_number(line, EVENTS, phase->events);
	set_number(line, LOST, phase->lost);
	if (!phase->free_ms)
		return;
	set_number(line, FREE, packets_per_s(phase->free_packets, phase->free_ms));
	set_number(line, RECORDED, packets_per_s(phase->recorded_packets, phase->recorded_ms));
}

static void print_table(const struct dc_profile *profile)
{
	static const char *const heads[COLUMNS] = {"PHASE", "FUNCTIONS", "EDGES",     "TO-KERNEL",
						   "CALLS", "LOST",	 "PACKETS/S", "RECORDED/S"};
	struct libscols_table *table;
	size_t i;

	scols_init_debug(0);
	table = scols_new_table();
	for (i = 0; i < COLUMNS; i++)
		scols_table_new_column(table, heads[i], 0, i ? SCOLS_FL_RIGHT : 0);
	for (i = 0; i <= profile->phases.len; i++)
		add_row(table, profile, i);
	scols_print_table(table);
	scols_unref_table(table);
}

/* The verb */

static void print_recall(const struct dc_graph *graph, const struct dc_profile *profile)
{
	const struct dc_profile_edge *edge;
	const struct dc_profile_pair *pair;
	size_t edges = 0, unseen = 0;

	if (!graph)
		return;
	dc_vec_each (edge, &profile->edges)
		edges += !edge->kernel;
	dc_vec_each (pair, &profile->unseen)
		unseen += pair->caller != NULL;
	printf("\n%zu of %zu edges between the driver's functions that ran are in its graph\n",
	       edges - unseen, edges);
}

static int make_profile(struct dc_workspace *workspace, const struct options *options)
{
	const char *path =
		options->output ? options->output : dc_workspace_path(workspace, "profile.json");
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_profile profile = {0};
	struct dc_graph *graph = NULL;
	int err = find_graph(workspace, options, &graph);

	if (!err)
		err = options->script || options->perf_data
			      ? from_user(workspace, options, graph, &profile)
			      : from_guest(workspace, options, &profile);
	if (!err)
		check_edges(diag, graph, options->script || options->perf_data, &profile);
	if (!err && !dc_is_stdout(path))
		err = dc_mkdirs_for(diag, path);
	if (!err)
		err = dc_profile_write(diag, path, &profile);
	dc_cli_clear_progress();
	if (!err && workspace->cli->json && !dc_is_stdout(path)) {
		err = dc_profile_write(diag, "-", &profile);
	} else if (!err && !workspace->cli->json && !dc_is_stdout(path)) {
		print_table(&profile);
		print_recall(graph, &profile);
		printf("\n%s\n", path);
	}
	dc_profile_done(&profile);
	dc_graph_free(graph);
	return err;
}

static int run_options(struct dc_cli *cli, const struct options *options)
{
	struct dc_workspace workspace;
	int err = dc_workspace_open(cli, options->operand, &options->driver, &workspace);

	if (err < 0)
		return err;
	err = make_profile(&workspace, options);
	dc_workspace_done(&workspace);
	return err;
}

static int check_options(struct dc_cli *cli, const struct options *options)
{
	if (!options->operand)
		return dc_cli_usage(cli, &dc_verb_profile, "no driver given");
	if (options->script && options->perf_data)
		return dc_cli_usage(cli, &dc_verb_profile,
				    "--script and --perf-data exclude each other");
	if (!options->script && !options->perf_data && options->seconds)
		return dc_cli_usage(cli, &dc_verb_profile,
				    "--seconds goes with --script or --perf-data");
	return 0;
}

static const struct dc_option options[] = {
	DC_TEXT("output", 'o', struct options, output, "FILE",
		"where to write; - is standard output (out/DRIVER/profile.json)"),
	DC_TEXT("perf-data", 0, struct options, perf_data, "FILE",
		"count the calls in this perf.data, by way of `perf script`"),
	DC_TEXT("script", 0, struct options, script, "FILE",
		"count the calls in this text, which perf script or trace-cmd report printed, or "
		"the "
		"function tracer's file trace"),
	DC_COUNT("seconds", 0, struct options, seconds, "N", 1, 1000000000,
		 "a whole number from 1 to 1000000000",
		 "how long that recording ran (taken from its time stamps)"),
	DC_TEXT("graph", 0, struct options, driver.graph, "FILE",
		"the graph that names the driver's functions, and must have each edge that ran "
		"(out/DRIVER/graph.json)"),
	DC_GROUP(dc_device_option, struct options, driver),
	DC_GROUP(dc_driver_options, struct options, driver),
	DC_FLAG("keep", 0, struct options, keep,
		"keep what the guest wrote, in out/DRIVER/recording"),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {0};
	int status = dc_options_read(cli, &dc_verb_profile, argc, argv, &given);

	if (status >= 0)
		return status;
	given.operand = argv[optind];
	if (given.operand && argv[optind + 1])
		return dc_cli_usage(cli, &dc_verb_profile, "one driver at a time, not also %s",
				    argv[optind + 1]);
	status = check_options(cli, &given);
	return status ? status : dc_cli_exit(run_options(cli, &given));
}

const struct dc_verb dc_verb_profile = {
	.name = "profile",
	.run = run,
	.summary = "count the driver's calls under netperf, or read a recording",
	.usage = "DRIVER [OPTIONS]\nDRIVER --perf-data FILE [OPTIONS]",
	.about =
		"Boots a guest that runs the driver's workload under perf, and counts how often "
		"each "
		"function of the driver calls another, and the kernel calls it, in an hour of that "
		"workload. The driver needs a driver.json that names its QEMU device and weighs "
		"the phases of its workload. Or reads a recording of your own, made while the "
		"module was loaded, by one of:\n\n"
		"  perf record -a -e ftrace:function --filter 'ip == PREFIX_*' -- COMMAND\n"
		"  trace-cmd record -p function -l ':mod:MODULE' COMMAND; trace-cmd report > FILE\n"
		"  cat /sys/kernel/tracing/trace > FILE, with current_tracer function\n\n"
		"Other events, stacks and calls of others may be in it; how much is left out is "
		"noted. The module may be any build of the source: calls of functions that were "
		"inlined are charged to the graph's path to what they call. A call that the graph "
		"does not explain is warned of and listed in unseen_in_graph; solve refuses a "
		"profile with more than 5 % of them.",
	.options = options,
	.json = "print the profile instead of a table",
	.reads = "driver.json, the driver's source, the kernel in /boot; or a recording",
	.writes = "out/DRIVER/profile.json",
	.examples = "drivercut profile e1000\n"
		    "drivercut profile e1000 --perf-data perf.data -o profile.json",
	.see = "drivercut solve, sweep (use the weights)",
};
