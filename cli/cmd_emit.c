/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut emit: writes both components of a cut. Reads everything first, plans, renders all files
 * in memory and writes them last, so that a failure leaves no file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/workspace.h"
#include "cli/interface.h"
#include "cli/ladder.h"
#include "cli/missing_rules.h"
#include "cli/verbs.h"
#include "emit/package.h"
#include "marshal/constraints.h"
#include "marshal/recovery_gaps.h"
#include "marshal/uses.h"
#include "problem/build.h"
#include "solver/cut.h"

struct options {
	struct dc_driver_options driver;
	const char *cut, *output, *version;
	bool all_kernel, check, fields, interface, package, quiet;
};

static void print_lines(const char *side, const struct dc_emit_lines *lines)
{
	printf("%s  lines: %zu driver, %zu generated, %zu runtime\n", side, lines->driver,
	       lines->generated, lines->runtime);
}

static void print_summary(const struct dc_emit_plan *plan, const struct dc_emit_files *files,
			  const char *folder, bool package)
{
	const char *below = package ? "/driver" : "";
	size_t natives[2] = {0}, stubs[2] = {0}, i;
	unsigned side;

	for (i = 0; i < plan->count; i++)
		for (side = 0; side < 2; side++) {
			natives[side] += plan->functions[i].on[side] == DC_NATIVE;
			stubs[side] += plan->functions[i].on[side] == DC_STUB;
		}
	printf("kernel  %3zu functions, %3zu stubs  %s%s/kernel\n", natives[DC_SIDE_KERNEL],
	       stubs[DC_SIDE_KERNEL], folder, below);
	print_lines("kernel", &files->lines[DC_SIDE_KERNEL]);
	if (plan->all_kernel) {
		puts("no user program: all functions are in the kernel");
	} else {
		printf("user    %3zu functions, %3zu stubs  %s%s/user\n", natives[DC_SIDE_USER],
		       stubs[DC_SIDE_USER], folder, below);
		print_lines("user  ", &files->lines[DC_SIDE_USER]);
	}
	if (package)
		printf("\nnext: cd %s && dpkg-buildpackage -b -us -uc, or ./install.sh as root "
		       "(%s/README)\n",
		       folder, folder);
}

static json_t *lines_json(const struct dc_emit_lines *lines)
{
	json_t *row = json_object();

	dc_json_set(row, "driver", json_integer((json_int_t)lines->driver));
	dc_json_set(row, "generated", json_integer((json_int_t)lines->generated));
	dc_json_set(row, "runtime", json_integer((json_int_t)lines->runtime));
	return row;
}

static void print_json(const struct dc_emit_plan *plan, const struct dc_emit_files *files,
		       const char *folder)
{
	static const char *const names[] = {"absent", "native", "stub"};
	json_t *root = dc_json_new("emit"), *rows = json_array();
	size_t i;

	dc_json_set(root, "folder", json_string(folder));
	for (i = 0; i < plan->count; i++) {
		const struct dc_emit_function *function = &plan->functions[i];
		json_t *row = json_object();

		dc_json_set(row, "function", json_string(function->definition->name));
		dc_json_set(row, "kernel", json_string(names[function->on[DC_SIDE_KERNEL]]));
		dc_json_set(row, "user", json_string(names[function->on[DC_SIDE_USER]]));
		dc_json_add(rows, row);
	}
	dc_json_set(root, "functions", rows);
	dc_json_set(root, "lines",
		    json_pack("{s:o, s:o}", "kernel", lines_json(&files->lines[DC_SIDE_KERNEL]),
			      "user", lines_json(&files->lines[DC_SIDE_USER])));
	dc_cli_print_json(root);
}

/* Reads the cut to emit; *ret is NULL for --all-kernel. */
static int read_cut(struct dc_workspace *workspace, const struct options *options,
		    const char **ret_path, struct dc_sides **ret)
{
	struct dc_diag *diag = &workspace->cli->diag;
	int err = 0;

	*ret_path = options->cut;
	if (options->all_kernel)
		return 0;
	if (!options->cut && options->check)
		return dc_error(diag, -EINVAL, NULL,
				"--check needs a cut: %s -o FILE, then --cut FILE",
				dc_workspace_command(workspace, "solve"));
	if (!options->cut)
		err = dc_workspace_cut(workspace, ret_path);
	if (!err)
		err = dc_sides_read(diag, *ret_path, ret);
	if (!err && (*ret)->driver && strcmp((*ret)->driver, workspace->driver.name) != 0)
		err = dc_error(diag, -EINVAL, DC_FILE(*ret_path), "this is a cut of %s, not of %s",
			       (*ret)->driver, workspace->driver.name);
	return err;
}

/* All inputs, in the order in which they are read. */
struct work {
	const char *path; /* of the cut */
	struct dc_sides *sides;
	struct dc_graph *graph;
	struct dc_rules rules;
	struct dc_source *source;
	struct dc_marshal marshal;
	struct dc_emit_plan plan;
};

/* A cut that comes from a file may be older than the constraints are, or made without them. */
static int check_cut(struct dc_workspace *workspace, const struct work *work)
{
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_constraints constraints = {0};
	struct dc_problem *problem = NULL;
	dc_proposals gaps = {0};
	int err;

	dc_rules_pins(workspace->arena, &work->rules, work->source, work->graph, &constraints.pins);
	dc_constraints_find(&work->marshal, &constraints, &gaps);
	err = dc_problem_of_driver(diag, work->graph, NULL, DC_FIELDS_MAP, &constraints, &problem);
	if (!err)
		err = dc_sides_check(diag, problem, work->sides, work->path,
				     dc_arena_printf(workspace->arena, "%s --rules",
						     dc_workspace_command(workspace, "solve")));
	dc_problem_free(problem);
	dc_constraints_done(&constraints);
	dc_vec_done(&gaps);
	return err;
}

static int read_work(struct dc_workspace *workspace, const struct options *options,
		     struct work *ret)
{
	struct dc_diag *diag = &workspace->cli->diag;
	int err = read_cut(workspace, options, &ret->path, &ret->sides);

	if (!err)
		err = dc_workspace_graph(workspace, &ret->graph);
	if (!err)
		err = dc_rules_open(diag, workspace->driver.family, &ret->rules);
	if (!err)
		err = dc_workspace_source(workspace, ret->graph, &ret->source);
	if (!err) {
		dc_rules_spare_names(&ret->rules, ret->source);
		err = dc_marshal_open(diag, workspace->arena, &ret->rules, ret->source, ret->graph,
				      workspace->driver.folder, &ret->marshal);
	}
	if (!err)
		err = (options->check && !options->interface ? dc_emit_plan_sides
							     : dc_emit_plan_make)(
			diag, &ret->marshal, ret->sides, ret->path, &ret->plan);
	if (!err && ret->sides && !options->check)
		err = check_cut(workspace, ret);
	return err;
}

static void work_done(struct work *work)
{
	dc_emit_plan_done(&work->plan);
	if (work->marshal.arena)
		dc_marshal_done(&work->marshal);
	dc_source_free(work->source);
	dc_rules_done(&work->rules);
	dc_graph_free(work->graph);
	dc_sides_free(work->sides);
}

static const char *output_folder(struct dc_workspace *workspace, const struct options *options)
{
	if (options->output)
		return options->output;
	return dc_workspace_path(workspace, options->package ? "package" : "emit");
}

static int write_components(struct dc_workspace *workspace, const struct options *options,
			    const struct work *work)
{
	const char *label = workspace->driver.package_path ? workspace->driver.package_path : "";
	const char *folder = output_folder(workspace, options);
	struct dc_emit_files emitted = {0};
	int err = dc_emit_render(
		&workspace->cli->diag, &work->plan,
		dc_emit_redefines(workspace->arena, &work->rules, work->source, work->graph),
		dc_emit_names(workspace->arena, &work->rules, &work->plan), label, &emitted);

	if (!err && options->package)
		err = dc_emit_package(&workspace->cli->diag, &work->plan,
				      options->version ? options->version : DC_VERSION, &emitted);
	if (!err)
		err = dc_emit_write(&workspace->cli->diag, &emitted, folder);
	if (!err && options->quiet)
		dc_progress(&workspace->cli->diag, "wrote the components to %s", folder);
	else if (!err && workspace->cli->json)
		print_json(&work->plan, &emitted, folder);
	else if (!err)
		print_summary(&work->plan, &emitted, folder, options->package);
	dc_emit_files_done(&emitted);
	return err;
}

/* A restarted process has the initial values of its static variables. */
static void warn_of_statics(struct dc_diag *diag, const struct dc_emit_plan *plan)
{
	const struct dc_static *at;

	dc_vec_each (at, &plan->source->statics) {
		const struct dc_definition *definition = dc_source_find(plan->source, at->function);

		if (definition && at->is_assigned && !at->crosses &&
		    plan->functions[definition - plan->source->definitions.at].on[DC_SIDE_USER] ==
			    DC_NATIVE)
			dc_warn(diag, DC_LINE(definition->file, at->line),
				"the static variable '%s' of %s is in the process; a restart of it "
				"resets the variable",
				at->variable.name, at->function);
	}
}

/* Functions that call each other across can do so again and again. */
static void warn_of_depth(struct dc_diag *diag, const struct dc_emit_plan *plan)
{
	const struct dc_definition *first;
	char *path = NULL;
	size_t i;

	if (plan->depth <= DC_EMIT_DEPTH_MAX || !plan->deepest.len)
		return;
	for (i = 0; i < plan->deepest.len; i++) {
		char *longer = dc_printf("%s%s%s", path ? path : "", path ? ", " : "",
					 plan->deepest.at[i]);

		free(path);
		path = longer;
	}
	first = dc_source_find(plan->source, plan->deepest.at[0]);
	dc_warn(diag, DC_LINE(first->file, first->first_line),
		"calls between the sides may nest without end (%s); the runtime ends the process "
		"at the call number %u",
		path, DC_EMIT_DEPTH_MAX + 1);
	free(path);
}

static int emit_all(struct dc_workspace *workspace, const struct options *options)
{
	struct work work = {0};
	int err = 0;

	if (!options->check) /* before the work, which takes seconds */
		err = dc_emit_folder_check(&workspace->cli->diag,
					   output_folder(workspace, options));
	if (!err)
		err = read_work(workspace, options, &work);
	if (!err && options->fields)
		err = dc_ladder_print(workspace, &work.plan);
	else if (!err && options->interface)
		dc_interface_print(workspace, &work.plan);
	else if (!err && options->check)
		dc_missing_rules_print(workspace, &work.rules, work.graph, &work.plan);
	else if (!err)
		err = write_components(workspace, options, &work);
	if (!err) {
		warn_of_statics(&workspace->cli->diag, &work.plan);
		warn_of_depth(&workspace->cli->diag, &work.plan);
		if (!options->all_kernel)
			dc_recovery_gaps_warn(&workspace->cli->diag, &work.marshal);
	}
	work_done(&work);
	return err;
}

int dc_workspace_emit(struct dc_workspace *workspace, const char *cut, const char *folder)
{
	struct options options = {.cut = cut, .output = folder, .quiet = true};

	return emit_all(workspace, &options);
}

static const struct dc_option options[] = {
	DC_TEXT("output", 'o', struct options, output, "DIR", "where to write (out/DRIVER/emit)"),
	DC_TEXT("cut", 0, struct options, cut, "FILE",
		"emit this cut.json (out/DRIVER/cut.json, which is made first if there is none, as "
		"by "
		"drivercut solve DRIVER --rules)"),
	DC_FLAG("all-kernel", 0, struct options, all_kernel,
		"no cut and no process: DIR/kernel is the original driver, and nothing else is "
		"written"),
	DC_FLAG("package", 0, struct options, package,
		"write a package for a real machine to DIR (out/DRIVER/package): both components "
		"as a DKMS source tree in DIR/driver, the runtime in DIR/dcrt, and what makes "
		"Debian packages of them; DIR/README says how to install and remove it"),
	DC_TEXT("package-version", 0, struct options, version, "VERSION",
		"with --package: its version, to be raised with each upgrade (" DC_VERSION ")"),
	DC_FLAG("check", 0, struct options, check,
		"write nothing; list kernel symbols without a rule that the user side of --cut "
		"uses, "
		"most-used first"),
	DC_FLAG("fields", 0, struct options, fields,
		"with --check: instead count the fields of structures of each entry point in the "
		"process: DEEP COPY, those of all structures that its parameters reach by "
		"pointers; "
		"ACCESSED, those that it and what it calls in the process use; SHARED, those that "
		"the kernel side may use, too; CROSSING, those that messages carry"),
	DC_FLAG("interface", 0, struct options, interface,
		"with --check: instead count the places where the kernel component takes something "
		"from the process, by class: OPEN, of which only the form is checked; GUARDED, "
		"where "
		"each value is refused that rules, annotations and tables do not permit"),
	DC_GROUP(dc_driver_options, struct options, driver),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {0};
	struct dc_workspace workspace;
	int err, status = dc_options_read(cli, &dc_verb_emit, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_emit, "give one driver");
	if (given.cut && given.all_kernel)
		return dc_cli_usage(cli, &dc_verb_emit,
				    "--cut and --all-kernel exclude each other");
	if (given.fields && !given.check)
		return dc_cli_usage(cli, &dc_verb_emit, "--fields goes with --check");
	if (given.interface && (!given.check || given.fields))
		return dc_cli_usage(cli, &dc_verb_emit,
				    "--interface goes with --check, and not with --fields");
	if (given.package && (given.all_kernel || given.check))
		return dc_cli_usage(cli, &dc_verb_emit,
				    "--package does not go with --all-kernel or --check");
	if (given.version && !given.package)
		return dc_cli_usage(cli, &dc_verb_emit, "--package-version goes with --package");
	if (given.version && !dc_package_is_version(given.version))
		return dc_cli_usage(cli, &dc_verb_emit,
				    "--package-version: expected digits, letters, '.', '+' and '~' "
				    "after a digit, such as 1.2");
	err = dc_workspace_open(cli, argv[optind], &given.driver, &workspace);
	if (err < 0)
		return dc_cli_exit(err);
	err = emit_all(&workspace, &given);
	dc_workspace_done(&workspace);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_emit = {
	.name = "emit",
	.run = run,
	.summary = "write the kernel component and the user component of a cut",
	.usage = "DRIVER [OPTIONS]",
	.about = "Writes the driver's source twice: DIR/kernel, an external module for the "
		 "distribution's kernel, and DIR/user, C files with a Makefile. In each, a stub "
		 "that "
		 "calls across replaces each function of the other side; all other text is "
		 "unchanged, "
		 "with #line. A cut that does not keep the constraints of today's rules and "
		 "annotations is refused. Of a folder that builds several modules only the files "
		 "of the named "
		 "one are written, with makefiles for it alone and copies of the headers that it "
		 "includes from elsewhere. DIR/twin makes a module of DIR/user, to measure without "
		 "a process "
		 "(docs/bench-delay.md). After a failure DIR is as it was. To build:\n\n"
		 "  sh runtime/module/build.sh /lib/modules/RELEASE/build RT\n"
		 "  make -C /lib/modules/RELEASE/build M=$PWD/DIR/kernel \\\n"
		 "    KBUILD_EXTRA_SYMBOLS=$PWD/RT/Module.symvers\n"
		 "  make -C DIR/user",
	.options = options,
	.json = "print which component has each function, and as what",
	.reads = "the driver's source, annotations.json in its folder, out/DRIVER/cut.json, "
		 "marshal/rules",
	.writes = "out/DRIVER/emit or, with --package, out/DRIVER/package; or what -o names; "
		  "out/DRIVER/cut.json if there is none",
	.examples = "drivercut emit e1000 -o DIR\n"
		    "drivercut solve e1000 --rules -o cut.json\n"
		    "drivercut emit e1000 --cut cut.json\n"
		    "drivercut emit e1000 --package\n"
		    "drivercut emit e1000 --cut cut.json --check --fields\n"
		    "drivercut emit e1000 --cut cut.json --check --interface",
	.see = "drivercut run (boots them), annotate (frees more functions)",
};
