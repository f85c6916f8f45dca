/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut profile: how often each edge of the driver is taken. */
#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"
#include "cli/verbs.h"
#include "graph/driver.h"
#include "profile/profile.h"

struct options {
	const char *operand, *family, *output, *script, *perf_data, *graph;
	uint64_t seconds;
	bool keep;
};

/* What the driver's functions are called, out of graph.json. */
struct names {
	struct dc_json_doc *doc;
	DC_VEC(const char *) sorted;
};

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_driver(void *ctx, const char *function)
{
	const struct names *names = ctx;

	return names->sorted.len && bsearch(&function, names->sorted.at, names->sorted.len,
					    sizeof(function), compare_strings) != NULL;
}

static int read_names(struct dc_cli *cli, const char *path, struct names *names)
{
	struct dc_json root, functions;
	size_t i;
	int err = dc_json_open(&cli->diag, path, "graph", &names->doc, &root);

	if (err < 0)
		return err;
	functions = dc_json_array(&root, "functions");
	for (i = 0; i < dc_json_len(&functions); i++) {
		struct dc_json at = dc_json_at(&functions, i);
		const char *name = dc_json_str(&at, "name");

		dc_vec_push(&names->sorted, name);
	}
	if (names->sorted.len)
		qsort(names->sorted.at, names->sorted.len, sizeof(char *), compare_strings);
	return dc_json_failed(names->doc) ? -EINVAL : 0;
}

static int from_user(struct dc_cli *cli, const struct options *options,
		     const struct dc_driver *driver, const char *out, struct dc_profile *ret)
{
	struct dc_arena *arena = dc_arena_new();
	const char *graph =
		options->graph ? options->graph : dc_arena_printf(arena, "%s/graph.json", out);
	struct names names = {0};
	struct dc_profile_names whose = {driver->module, is_driver, &names};
	int err = 0;

	/* Without a graph the tags [module] in the text tell. */
	if (options->graph || dc_is_file(graph))
		err = read_names(cli, graph, &names);
	if (!err && options->script)
		err = dc_profile_from_script(&cli->diag, driver->name, options->script,
					     options->seconds, &whose, ret);
	else if (!err)
		err = dc_profile_from_perf_data(&cli->diag, driver->name, options->perf_data,
						dc_arena_printf(arena, "%s/script", out),
						options->seconds, &whose, ret);
	dc_vec_done(&names.sorted);
	dc_json_close(names.doc);
	dc_arena_free(arena);
	return err;
}

static int from_guest(struct dc_cli *cli, struct dc_arena *arena, const struct options *options,
		      struct dc_driver *driver, const char *out, struct dc_profile *ret)
{
	const char *recording = dc_arena_printf(arena, "%s/recording", out);
	const char *clean[] = {"rm", "-rf", recording, NULL};
	struct dc_kernel kernel;
	int err = dc_kernel_find(&cli->diag, arena, &kernel);

	if (!err)
		err = dc_driver_fetch(&cli->diag, arena, driver, out);
	if (!err)
		err = dc_profile_record(&cli->diag, driver, &kernel, out, ret);
	if (!err && !options->keep)
		dc_proc_run(&cli->diag, "cleaning up", &(struct dc_proc){.argv = clean});
	return err;
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

static int run_options(struct dc_cli *cli, const struct options *options)
{
	const char *base = getenv("DRIVERCUT_OUT");
	struct dc_arena *arena = dc_arena_new();
	struct dc_profile profile = {0};
	struct dc_driver driver;
	const char *out, *path;
	int err = dc_driver_open(&cli->diag, arena, options->operand, options->family, &driver);

	if (err < 0) {
		dc_arena_free(arena);
		return err;
	}
	out = dc_arena_printf(arena, "%s/%s", base && *base ? base : "out", driver.name);
	path = options->output ? options->output : dc_arena_printf(arena, "%s/profile.json", out);
	err = dc_mkdirs(&cli->diag, out);
	if (!err && (options->script || options->perf_data))
		err = from_user(cli, options, &driver, out, &profile);
	else if (!err)
		err = from_guest(cli, arena, options, &driver, out, &profile);
	if (!err && strcmp(path, "-") != 0)
		err = dc_mkdirs_for(&cli->diag, path);
	if (!err)
		err = dc_profile_write(&cli->diag, path, &profile);
	dc_cli_clear_progress();
	if (!err && cli->json && strcmp(path, "-") != 0)
		err = dc_profile_write(&cli->diag, "-", &profile);
	else if (!err && !cli->json && strcmp(path, "-") != 0) {
		print_table(&profile);
		printf("\n%s\n", path);
	}
	dc_profile_done(&profile);
	dc_driver_done(&driver);
	dc_arena_free(arena);
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
	if (!options->script && !options->perf_data && (options->seconds || options->graph))
		return dc_cli_usage(cli, &dc_verb_profile,
				    "--seconds and --graph go with --script or --perf-data");
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
		"      --graph FILE    whose functions are the driver's, for a recording without\n"
		"                      [MODULE] behind them (out/DRIVER/graph.json)\n"
		"      --family NAME   of a driver that is a bare folder\n"
		"      --keep          keep what the guest wrote, in out/DRIVER/recording\n"
		"      --json          print the profile instead of a table\n",
};
