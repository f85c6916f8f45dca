/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A workspace: the driver that a verb works on, and the folder with its files that verbs share,
 * OUT/DRIVER/{source/,graph.json,source.json,profile.json,problem.json,cut.json,emit/,run/}.
 */
#ifndef DC_CLI_WORKSPACE_H
#define DC_CLI_WORKSPACE_H

#include "base/alloc.h"
#include "cli/cli.h"
#include "graph/driver/driver.h"
#include "graph/graph.h"
#include "graph/source/source.h"
#include "marshal/constraints.h"
#include "profile/profile.h"
#include "problem/build.h"
#include "solver/problem.h"

/* A driver and its files, as far as the command line names them; NULL: it does not. */
struct dc_driver_options {
	const char *family, *module; /* instead of what driver.json or the source says */
	const char *kernel; /* version, release or build tree, as dc_kernel_find has it */
	const char *device; /* QEMU's model instead of what driver.json says; "none" */
	const char *commands; /* a compile_commands.json to take instead of asking Kbuild */
	const char *graph, *profile; /* files to use instead of its own */
};

/* Options of verbs that read a driver: --family, --module, --kernel, --compile-commands; --graph;
 * --profile; --device. */
extern const struct dc_option dc_driver_options[], dc_graph_option[], dc_profile_option[],
	dc_device_option[];

struct dc_workspace {
	struct dc_cli *cli;
	struct dc_arena *arena;
	struct dc_driver driver;
	const char *wanted; /* the kernel that the user names, or NULL */
	struct dc_kernel kernel; /* dc_workspace_kernel finds it; until then release is NULL */
	/* Its folder for results: out/NAME, or $DRIVERCUT_OUT/NAME; with another kernel than the
	 * default out/NAME-VERSION. */
	const char *out;
	const char *graph, *profile; /* files to use instead of its own; NULL: its own */
	const char *commands; /* the user's compile_commands.json; NULL: Kbuild is asked */
	const char *operands; /* as the user typed them: "my/igb --family net" */
	enum dc_fields fields;
	size_t gaps; /* set by dc_workspace_problem: annotations that are missing */
	bool estimate; /* take guessed weights instead of a profile */
	bool rules; /* add the constraints that follow from rules and annotations */
	bool registers_by_downcall; /* with rules: the process does not map device registers */
};

/* Finds the driver, checks its annotations.json as far as that goes without the source, and makes
 * its folder. Returns 0, or -errno after reporting. End it with
 * dc_workspace_done. */
int dc_workspace_open(struct dc_cli *cli, const char *operand,
		      const struct dc_driver_options *options, struct dc_workspace *ret);
void dc_workspace_done(struct dc_workspace *workspace);

/* A command of drivercut for this driver as the user would type it, for advice:
 * "drivercut profile my/igb --family net"; in the arena. */
const char *dc_workspace_command(struct dc_workspace *workspace, const char *verb);

/* Path of one of its files, in the arena. */
const char *dc_workspace_path(struct dc_workspace *workspace, const char *name);

/* Makes sure that workspace->kernel is known, and so the package of the driver's source. Returns 0,
 * or -errno after reporting. */
int dc_workspace_kernel(struct dc_workspace *workspace);

/* Makes sure that the driver's source is here, and fills workspace->driver.source: dc_driver_fetch,
 * or the driver's own folder if the user's compile commands name files there. Finds the kernel,
 * too. */
int dc_workspace_fetch(struct dc_workspace *workspace);

/* Makes sure that driver.module is the name of the module's file: of a folder that does not say,
 * the only module that Kbuild makes. Fetches the source. */
int dc_workspace_module(struct dc_workspace *workspace);

/*
 * The graph: workspace->graph, or OUT/graph.json. The latter is made, and OUT/source.json with it,
 * if it is missing, or if it was made of something else than what is there now: other source or
 * flags, another folder, module, family or kernel (a note says which). Caller frees with
 * dc_graph_free.
 */
int dc_workspace_graph(struct dc_workspace *workspace, struct dc_graph **ret);

/* The text: OUT/source.json, made likewise. graph: what dc_workspace_graph returned; the two files
 * must be of the same reading. Caller frees with dc_source_free. */
int dc_workspace_source(struct dc_workspace *workspace, const struct dc_graph *graph,
			struct dc_source **ret);

/* The profile: workspace->profile, or OUT/profile.json, or the one recorded in the driver's folder.
 * *ret_path: which it was; NULL, and an empty profile, if there is none. */
int dc_workspace_profile(struct dc_workspace *workspace, struct dc_profile *ret,
			 const char **ret_path);

/* Constraints that follow from the source by rules and annotations, and the annotations that are
 * missing. Strings live in the workspace's arena; caller ends pins, groups and gaps with
 * dc_vec_done. */
int dc_workspace_constraints(struct dc_workspace *workspace, const struct dc_graph *graph,
			     struct dc_constraints *ret, dc_proposals *gaps);

/* Graph and profile to problem. Without a profile all calls weigh nothing, and a note says so.
 * Caller frees with dc_problem_free. */
int dc_workspace_problem(struct dc_workspace *workspace, struct dc_problem **ret);

/* OUT/cut.json, in the arena; if it is not there, the cut that the rules allow at the default delay
 * is made first. */
int dc_workspace_cut(struct dc_workspace *workspace, const char **ret_path);

/* The components of a cut, in a folder; nothing is printed. cut: its file; NULL: OUT/cut.json, as
 * dc_workspace_cut. */
int dc_workspace_emit(struct dc_workspace *workspace, const char *cut, const char *folder);

#endif
