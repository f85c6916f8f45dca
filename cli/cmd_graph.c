/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut graph: reads the source, writes graph.json, and prints how many lines may run where. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/workspace.h"
#include "cli/table.h"
#include "cli/verbs.h"

struct options {
	struct dc_driver_options driver;
	const char *operand, *output;
};

struct share {
	size_t functions, lines;
};

static void add_share(struct share *share, const struct dc_function *function)
{
	share->functions++;
	share->lines += function->loc;
}

/* The critical root that calls this critical function, directly or not. */
static size_t root_of(const struct dc_graph *graph, size_t function)
{
	while (graph->functions.at[function].critical_from >= 0)
		function = (size_t)graph->functions.at[function].critical_from;
	return function;
}

static const char *context_of_root(const struct dc_graph *graph, unsigned function)
{
	const struct dc_entry_point *entry;

	dc_vec_each (entry, &graph->entry_points)
		if (entry->function == function && (1u << entry->context & DC_CONTEXTS_ATOMIC))
			return dc_context_name(entry->context);
	return "";
}

static bool is_init(const struct dc_function *function)
{
	return function->contexts & 1u << DC_CONTEXT_INIT;
}

static void put_share(struct dc_table *table, const char *why, const char *context,
		      const struct share *share, size_t all_lines)
{
	dc_table_row(table);
	dc_table_text(table, why);
	dc_table_text(table, context);
	dc_table_int(table, (int64_t)share->functions);
	dc_table_int(table, (int64_t)share->lines);
	dc_table_real(table, "%.1f",
		      all_lines ? 100.0 * (double)share->lines / (double)all_lines : 0);
}

static void put_roots(struct dc_table *table, const struct dc_graph *graph, size_t all_lines)
{
	struct share *shares = dc_alloc(graph->functions.len, sizeof(*shares));
	size_t i;

	for (i = 0; i < graph->functions.len; i++)
		if (graph->functions.at[i].critical)
			add_share(&shares[root_of(graph, i)], &graph->functions.at[i]);
	for (i = 0; i < graph->functions.len; i++) {
		const struct dc_function *root = &graph->functions.at[i];
		char *why;

		if (!root->root)
			continue;
		why = dc_printf("%s (%s) and its callees", root->name, root->root);
		put_share(table, why, context_of_root(graph, (unsigned)i), &shares[i], all_lines);
		free(why);
	}
	free(shares);
}

/* Prints the driver's lines by where they may run; the rows add up to all lines. */
static void print_shares(const struct dc_graph *graph)
{
	static const char *const heads[] = {"~WHY", "CONTEXT", ">FUNCTIONS", ">LINES", ">%", NULL};
	struct share critical = {0}, locked = {0}, init = {0}, movable = {0}, all = {0};
	struct dc_table *table = dc_table_new(heads);
	const struct dc_function *function;

	dc_vec_each (function, &graph->functions) {
		add_share(&all, function);
		if (function->critical)
			add_share(&critical, function);
		else if (dc_graph_any_atomic(graph, &function->held) ||
			 dc_graph_any_atomic(graph, &function->takes))
			add_share(&locked, function);
		else if (function->contexts == 1u << DC_CONTEXT_INIT || is_init(function))
			add_share(&init, function);
		else
			add_share(&movable, function);
	}
	put_roots(table, graph, all.lines);
	put_share(table, "critical, together", "", &critical, all.lines);
	put_share(table, "others that take a spinlock or are called under one", "", &locked,
		  all.lines);
	put_share(table, "loading and unloading the module", "", &init, all.lines);
	put_share(table, "the rest, free to move", "", &movable, all.lines);
	put_share(table, "all", "", &all, all.lines);
	dc_table_print(table);
}

static size_t count_calls(const struct dc_graph *graph, enum dc_call_kind kind, bool coarse)
{
	const struct dc_call *call, *before = NULL;
	size_t count = 0;

	dc_vec_each (call, &graph->calls) {
		if (call->kind != kind || (!coarse && !dc_call_counts(call)))
			continue;
		count +=
			!before || before->caller != call->caller || before->callee != call->callee;
		before = call;
	}
	return count;
}

static void print_counts(const struct dc_graph *graph)
{
	size_t taken = 0, one = 0, by_type = 0, by_field = 0;
	const struct dc_indirect_site *site;
	const struct dc_function *function;

	dc_vec_each (function, &graph->functions)
		taken += function->address_taken;
	dc_vec_each (site, &graph->indirect) {
		by_type += site->by_signature;
		by_field += site->by_field;
		one += site->by_field == 1;
	}
	putchar('\n');
	dc_print_text(
		"%zu direct calls between its functions (caller and callee counted once), %zu to "
		"kernel functions",
		count_calls(graph, DC_CALL_DIRECT, false),
		count_calls(graph, DC_CALL_KERNEL, false));
	dc_print_text("%zu functions whose address is taken; %zu calls through pointers, %zu of "
		      "them with one target;\n%.1f targets each by structure field, %.1f by type "
		      "signature",
		      taken, graph->indirect.len, one,
		      graph->indirect.len ? (double)by_field / (double)graph->indirect.len : 0,
		      graph->indirect.len ? (double)by_type / (double)graph->indirect.len : 0);
}

static int make_graph(struct dc_cli *cli, const struct options *options)
{
	struct dc_source *source = NULL;
	struct dc_graph *graph = NULL;
	struct dc_workspace workspace;
	const char *path;
	int err = dc_workspace_open(cli, options->operand, &options->driver, &workspace);

	if (err < 0)
		return err;
	path = options->output ? options->output : dc_workspace_path(&workspace, "graph.json");
	err = dc_workspace_fetch(&workspace);
	if (!err)
		err = dc_graph_extract(&cli->diag, &workspace.driver, &workspace.kernel,
				       workspace.commands, &graph,
				       options->output ? NULL : &source);
	if (!err && source)
		err = dc_source_write(&cli->diag, dc_workspace_path(&workspace, "source.json"),
				      source);
	if (!err)
		err = dc_graph_write(&cli->diag, path, graph);
	dc_cli_clear_progress();
	if (!err && cli->json && !dc_is_stdout(path)) {
		err = dc_graph_write(&cli->diag, "-", graph);
	} else if (!err && !dc_is_stdout(path)) {
		printf("%s: %s, kernel %s\n\n", workspace.driver.name, workspace.driver.title,
		       graph->kernel);
		print_shares(graph);
		print_counts(graph);
		printf("\n%s\n", path);
	}
	dc_source_free(source);
	dc_graph_free(graph);
	dc_workspace_done(&workspace);
	return err;
}

static const struct dc_option options[] = {
	DC_TEXT("output", 'o', struct options, output, "FILE",
		"where to write; - is standard output (out/DRIVER/graph.json)"),
	DC_GROUP(dc_driver_options, struct options, driver),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {0};
	int status = dc_options_read(cli, &dc_verb_graph, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_graph, "give one driver");
	given.operand = argv[optind];
	return dc_cli_exit(make_graph(cli, &given));
}

const struct dc_verb dc_verb_graph = {
	.name = "graph",
	.run = run,
	.summary = "read a driver's source: functions, calls, contexts, locks",
	.usage = "DRIVER [OPTIONS]",
	.about =
		"Reads all C files of a driver with libclang, using the flags that Kbuild gives "
		"them: "
		"each function with its lines, each call (direct, through a pointer, to the "
		"kernel), "
		"the entry points with their contexts, the functions that are critical and their "
		"roots, the locks held at each call, and the fields and globals that each function "
		"reads and writes.\n\n"
		"DRIVER is a driver folder (e1000), the name of one in drivers/, or any folder "
		"with a "
		"Kbuild file or Makefile. The kernel is Debian's 6.1, or 6.12 where only that is "
		"installed; --kernel, or the environment variable DRIVERCUT_KERNEL, names another.",
	.options = options,
	.json = "print the graph instead of tables",
	.reads = "the driver's source, the kernel's headers, graph/families/FAMILY.json",
	.writes = "out/DRIVER/graph.json and source.json (the text and the data of the driver, for "
		  "solve "
		  "--rules, emit and annotate); both record what they were made of",
	.examples = "drivercut graph e1000\n"
		    "drivercut graph path/to/my/driver -o graph.json",
	.see = "drivercut solve (cuts it), profile (counts its calls)",
};
