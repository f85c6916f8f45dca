/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut profile: how often each edge of the driver is taken. */
#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "cli/driver_files.h"
#include "cli/verbs.h"

struct options {
	const char *operand, *family, *output, *script, *perf_data, *graph;
	uint64_t seconds;
	bool keep;
};

static bool is_driver(void *ctx, const char *function)
{
	return dc_graph_function(ctx, function) >= 0;
}

static bool has_edge(void *ctx, const char *caller, const char *callee)
{
	return dc_graph_has_edge(ctx, caller, callee);
}

/* The graph: --graph's, the one made before, or one made now. A user's recording may do without,
 * for a driver whose source is not here: then the tags [module] tell, and nothing is checked. */
static int find_graph(struct dc_cli_driver *files, const struct options *options,
		      struct dc_graph **ret)
{
	bool from_user = options->script || options->perf_data;

	files->graph = options->graph;
	if (from_user && !options->graph && !dc_is_file(dc_cli_driver_path(files, "graph.json")))
		return 0;
	return dc_cli_driver_graph(files, ret);
}

static int from_user(struct dc_cli_driver *files, const struct options *options,
		     struct dc_graph *graph, struct dc_profile *ret)
{
	struct dc_profile_names whose = {files->driver.module, graph ? is_driver : NULL, graph};
	struct dc_diag *diag = &files->cli->diag;

	if (options->script)
		return dc_profile_from_script(diag, files->driver.name, options->script,
					      options->seconds, &whose, ret);
	return dc_profile_from_perf_data(diag, files->driver.name, options->perf_data,
					 dc_cli_driver_path(files, "script"), options->seconds,
					 &whose, ret);
}

static int from_guest(struct dc_cli_driver *files, const struct options *options,
		      struct dc_profile *ret)
{
	const char *clean[] = {"rm", "-rf", dc_cli_driver_path(files, "recording"), NULL};
	struct dc_diag *diag = &files->cli->diag;
	struct dc_kernel kernel;
	int err = dc_kernel_find(diag, files->arena, &kernel);

	if (!err)
		err = dc_driver_fetch(diag, files->arena, &files->driver, files->out);
	if (!err)
		err = dc_profile_record(diag, &files->driver, &kernel, files->out, ret);
	if (!err && !options->keep)
		dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = clean});
	return err;
}

/* Recall: what ran must be in the graph. */
static void check_edges(struct dc_diag *diag, struct dc_graph *graph, struct dc_profile *profile)
{
	const struct dc_profile_pair *pair;

	if (!graph || !dc_profile_check_edges(profile, has_edge, graph))
		return;
	dc_vec_each (pair, &profile->unseen)
		dc_warn(diag, NULL, "%s called %s, an edge that the graph lacks", pair->caller,
			pair->callee);
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

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What ran in a phase; phase == the number of phases: in any. */
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
	if (functions.len)
		qsort(functions.at, functions.len, sizeof(char *), compare_strings);
	for (i = 0; i < functions.len; i++)
		seen.functions += !i || strcmp(functions.at[i], functions.at[i - 1]) != 0;
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
	size_t edges = 0;

	if (!graph)
		return;
	dc_vec_each (edge, &profile->edges)
		edges += !edge->kernel;
	printf("\n%zu of %zu edges between the driver's functions that ran are in its graph\n",
	       edges - profile->unseen.len, edges);
}

static int make_profile(struct dc_cli_driver *files, const struct options *options)
{
	const char *path =
		options->output ? options->output : dc_cli_driver_path(files, "profile.json");
	struct dc_diag *diag = &files->cli->diag;
	struct dc_profile profile = {0};
	struct dc_graph *graph = NULL;
	int err = find_graph(files, options, &graph);

	if (!err)
		err = options->script || options->perf_data
			      ? from_user(files, options, graph, &profile)
			      : from_guest(files, options, &profile);
	if (!err)
		check_edges(diag, graph, &profile);
	if (!err && !dc_is_stdout(path))
		err = dc_mkdirs_for(diag, path);
	if (!err)
		err = dc_profile_write(diag, path, &profile);
	dc_cli_clear_progress();
	if (!err && files->cli->json && !dc_is_stdout(path)) {
		err = dc_profile_write(diag, "-", &profile);
	} else if (!err && !files->cli->json && !dc_is_stdout(path)) {
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
	struct dc_cli_driver files;
	int err = dc_cli_driver_open(cli, options->operand, options->family, &files);

	if (err < 0)
		return err;
	err = make_profile(&files, options);
	dc_cli_driver_done(&files);
	return err;
}

static int parse_seconds(struct dc_cli *cli, const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || !*ret || *ret > 1000000000)
		return dc_cli_usage(cli, &dc_verb_profile,
				    "--seconds %s: expected a whole number from 1 to 1000000000",
				    text);
	return 0;
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

static int run(struct dc_cli *cli, int argc, char **argv)
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'},
		{"family", required_argument, NULL, 'f'},
		{"script", required_argument, NULL, 's'},
		{"perf-data", required_argument, NULL, 'p'},
		{"seconds", required_argument, NULL, 'n'},
		{"graph", required_argument, NULL, 'g'},
		{"keep", no_argument, NULL, 'k'},
		{0},
	};
	struct options options = {0};
	int option, status = 0;

	while ((option = dc_cli_option(cli, &dc_verb_profile, argc, argv, "o:", longs, &status)) >=
	       0) {
		if (option == 'o')
			options.output = optarg;
		else if (option == 'f')
			options.family = optarg;
		else if (option == 's')
			options.script = optarg;
		else if (option == 'p')
			options.perf_data = optarg;
		else if (option == 'g')
			options.graph = optarg;
		else if (option == 'k')
			options.keep = true;
		else if ((status = parse_seconds(cli, optarg, &options.seconds)))
			return status;
	}
	if (option == -2)
		return status;
	options.operand = argv[optind];
	if (options.operand && argv[optind + 1])
		return dc_cli_usage(cli, &dc_verb_profile, "one driver at a time, not also %s",
				    argv[optind + 1]);
	status = check_options(cli, &options);
	return status ? status : dc_cli_exit(run_options(cli, &options));
}

const struct dc_verb dc_verb_profile = {
	.name = "profile",
	.run = run,
	.summary = "count the driver's calls under netperf, or read a perf recording",
	.help = "usage: drivercut profile DRIVER [OPTIONS]\n"
		"\n"
		"Boots a guest that runs the driver's workload under perf, and writes how often\n"
		"each of the driver's functions calls which, and is called by the kernel, in an\n"
		"hour of that workload. Or counts the calls in a recording of your own, made with\n"
		"    perf record -a -e ftrace:function --filter 'ip == PREFIX_*' -- COMMAND\n"
		"while the module was loaded.\n"
		"\n"
		"  -o, --output FILE   where to write; - for standard output\n"
		"                      (out/DRIVER/profile.json; DRIVERCUT_OUT replaces out)\n"
		"      --script FILE   count the calls in the text of `perf script`\n"
		"      --perf-data FILE  run `perf script` on perf.data first\n"
		"      --seconds N     what such a recording covers (its time stamps tell)\n"
		"      --graph FILE    the graph that tells whose functions are the driver's, and "
		"that\n"
		"                      every edge that ran must be in (out/DRIVER/graph.json)\n"
		"      --family NAME   of a driver that is a bare folder\n"
		"      --keep          keep what the guest wrote, in out/DRIVER/recording\n"
		"      --json          print the profile instead of a table\n"
		"\n"
		"examples:\n"
		"  drivercut profile e1000\n"
		"  drivercut profile e1000 --perf-data perf.data -o profile.json\n",
};
