/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut graph: source to graph.json, and a table of what is in it. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "graph/graph.h"

static int graph_of(struct dc_cli *cli, const char *operand, const char *family, const char *commands,
		    const char *output)
{
	struct dc_arena *arena = dc_arena_new();
	struct dc_graph *graph = NULL;
	struct dc_driver driver;
	int err = dc_driver_open(&cli->diag, arena, operand, family, &driver);

	if (err < 0) {
		dc_arena_free(arena);
		return err;
	}
	err = dc_driver_fetch(&cli->diag, arena, &driver, dc_arena_printf(arena, "out/%s", driver.name));
	if (!err)
		err = dc_graph_extract(&cli->diag, &driver, commands, &graph);
	if (!err)
		err = dc_graph_write(&cli->diag, output ? output : dc_arena_printf(arena, "out/%s/graph.json", driver.name), graph);
	dc_graph_free(graph);
	dc_driver_done(&driver);
	dc_arena_free(arena);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
						{"family", required_argument, NULL, 'f'},
						{"compile-commands", required_argument, NULL, 'c'},
						{0}};
	const char *output = NULL, *family = NULL, *commands = NULL;
	int option, status;

	while ((option = dc_cli_option(cli, &dc_verb_graph, argc, argv, "o:", options, &status)) >= 0) {
		if (option == 'o')
			output = optarg;
		else if (option == 'f')
			family = optarg;
		else
			commands = optarg;
	}
	if (option == -2)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_graph, "needs one driver");
	return dc_cli_exit(graph_of(cli, argv[optind], family, commands, output));
}

const struct dc_verb dc_verb_graph = {
	"graph", run, "read a driver's source: functions, calls, contexts, locks", "",
};
