/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver that verbs work on, and the files they share: OUT/DRIVER/{source,graph.json,...}. */
#ifndef DC_CLI_DRIVER_FILES_H
#define DC_CLI_DRIVER_FILES_H

#include "base/alloc.h"
#include "cli/cli.h"
#include "graph/driver.h"
#include "graph/graph.h"
#include "profile/profile.h"
#include "solver/lower.h"
#include "solver/problem.h"

struct dc_cli_driver {
	struct dc_cli *cli;
	struct dc_arena *arena;
	struct dc_driver driver;
	const char *out; /* its folder for results: out/NAME, or $DRIVERCUT_OUT/NAME */
	const char *graph, *profile; /* files to use instead of its own; NULL: its own */
	enum dc_fields fields;
	bool rules; /* functions that the rules do not let move are in the kernel */
	bool registers_by_downcall; /* with rules: else the process maps them, which crosses nothing
				     */
};

/* Finds the driver and makes its folder. Returns 0, or -errno after reporting. End it with
 * dc_cli_driver_done. */
int dc_cli_driver_open(struct dc_cli *cli, const char *operand, const char *family,
		       struct dc_cli_driver *ret);
void dc_cli_driver_done(struct dc_cli_driver *files);

/* Path of one of its files, in the arena. */
const char *dc_cli_driver_path(struct dc_cli_driver *files, const char *name);

/* The graph: files->graph, or OUT/graph.json, which is made first if it is not there. Caller frees
 * with dc_graph_free. */
int dc_cli_driver_graph(struct dc_cli_driver *files, struct dc_graph **ret);

/* The profile: files->profile, or OUT/profile.json, or the one recorded in the driver's folder.
 * *ret_path: which it was. -ENOENT after reporting: there is none. */
int dc_cli_driver_profile(struct dc_cli_driver *files, struct dc_profile *ret,
			  const char **ret_path);

/* Graph and profile to problem. Caller frees with dc_problem_free. */
int dc_cli_driver_problem(struct dc_cli_driver *files, struct dc_problem **ret);

#endif
