/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each file of a workspace is read if it exists and belongs to the source as it is now; otherwise
 * it is made again from the files before it.
 */
#include "cli/workspace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "marshal/uses.h"
#include "problem/estimate.h"
#include "solver/cut.h"

const struct dc_option dc_driver_options[] = {
	DC_TEXT("family", 0, struct dc_driver_options, family, "NAME",
		"driver family: net, scsi, sound or another of graph/families, several with commas "
		"(from driver.json, or guessed from what the source registers)"),
	DC_TEXT("module", 0, struct dc_driver_options, module, "NAME",
		"of a folder that builds several modules, the one NAME.ko"),
	DC_TEXT("kernel", 0, struct dc_driver_options, kernel, "KERNEL",
		"the kernel to read, build and boot it for: a version (6.1, 6.12), a release below "
		"/lib/modules, or the path of a build tree (6.1)"),
	DC_TEXT("compile-commands", 0, struct dc_driver_options, commands, "FILE",
		"take the compiler's flags from this compile_commands.json, not from Kbuild"),
	{0},
};

const struct dc_option dc_graph_option[] = {
	DC_TEXT("graph", 0, struct dc_driver_options, graph, "FILE",
		"use this graph.json (out/DRIVER/graph.json)"),
	{0},
};

const struct dc_option dc_profile_option[] = {
	DC_TEXT("profile", 0, struct dc_driver_options, profile, "FILE",
		"use this profile.json (out/DRIVER/profile.json, else the one in the driver's "
		"folder)"),
	{0},
};

const struct dc_option dc_device_option[] = {
	DC_TEXT("device", 0, struct dc_driver_options, device, "MODEL",
		"QEMU's model of the device (qemu-system-x86_64 -device help lists them); none: "
		"the "
		"module needs no hardware (what driver.json says)"),
	{0},
};

/* A word for a shell, in quotes if it needs them. */
static const char *shell_word(struct dc_arena *arena, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-+,:=@%";
	const char *text = "'";

	if (*word && !word[strspn(word, plain)])
		return word;
	for (; *word; word++)
		text = dc_arena_printf(arena, *word == '\'' ? "%s'\\''" : "%s%c", text, *word);
	return dc_arena_printf(arena, "%s'", text);
}

/* The operand and the options that tell the driver, as the user typed them. */
static const char *operands_text(struct dc_arena *arena, const char *operand,
				 const struct dc_driver_options *options)
{
	const char *text = shell_word(arena, operand);

	if (options->family)
		text = dc_arena_printf(arena, "%s --family %s", text,
				       shell_word(arena, options->family));
	if (options->module)
		text = dc_arena_printf(arena, "%s --module %s", text,
				       shell_word(arena, options->module));
	if (options->kernel)
		text = dc_arena_printf(arena, "%s --kernel %s", text,
				       shell_word(arena, options->kernel));
	if (options->commands)
		text = dc_arena_printf(arena, "%s --compile-commands %s", text,
				       shell_word(arena, options->commands));
	return text;
}

/* Writes a file unless it exists: of two runs at the same time, one wins. */
static int write_once(struct dc_workspace *workspace, const char *path, const char *text)
{
	const char *temporary =
		dc_arena_printf(workspace->arena, "%s.%ld.tmp", path, (long)getpid());
	int err = dc_file_write(&workspace->cli->diag, temporary, text, strlen(text));

	if (!err && link(temporary, path) < 0 && errno != EEXIST)
		err = dc_file_write(&workspace->cli->diag, path, text, strlen(text));
	unlink(temporary);
	return err;
}

/* Claims a folder for the results of a driver, by the file `folder` in it, which says where the
 * driver's source is. *ret_taken: the source that has claimed it before; NULL: none. */
static int claim(struct dc_workspace *workspace, const char *out, const char *folder,
		 char **ret_taken)
{
	struct dc_diag *diag = &workspace->cli->diag;
	const char *path = dc_arena_printf(workspace->arena, "%s/folder", out);
	char *text;
	int err = dc_mkdirs(diag, out);

	if (!err && !dc_is_file(path))
		err = write_once(workspace, path, folder);
	if (!err)
		err = dc_file_read(diag, path, &text, NULL);
	if (err < 0)
		return err;
	*ret_taken = strcmp(text, folder) != 0 ? dc_arena_strdup(workspace->arena, text) : NULL;
	free(text);
	return 0;
}

/* The driver's name, and of a kernel that is not the default its version, or the release of a build
 * tree: results for two kernels do not mix. */
static int results_name(struct dc_workspace *workspace, const char **ret)
{
	struct dc_arena *arena = workspace->arena;
	const char *usual;
	int err;

	*ret = workspace->driver.name;
	if (!dc_kernel_is_chosen(workspace->wanted))
		return 0;
	err = dc_workspace_kernel(workspace);
	if (err < 0)
		return err;
	usual = dc_kernel_default(arena);
	if (!dc_kernel_is_installed(&workspace->kernel))
		*ret = dc_arena_printf(arena, "%s-%s", *ret, workspace->kernel.release);
	else if (!usual || strcmp(usual, workspace->kernel.release) != 0)
		*ret = dc_arena_printf(arena, "%s-%s", *ret, workspace->kernel.version);
	return 0;
}

/* Folders are often called src or driver, and a copy of a driver has its name: the second of a name
 * gets a folder for results with a name that its own path makes. */
static int find_out(struct dc_workspace *workspace, const char *base)
{
	const char *folder = dc_driver_origin(workspace->arena, &workspace->driver), *name;
	struct dc_diag *diag = &workspace->cli->diag;
	char *taken, *owner;
	bool is_new;
	int err = results_name(workspace, &name);

	if (err < 0)
		return err;
	workspace->out = dc_arena_printf(workspace->arena, "%s/%s", base, name);
	err = claim(workspace, workspace->out, folder, &taken);
	if (err < 0 || !taken)
		return err;
	owner = taken;
	workspace->out = dc_arena_printf(workspace->arena, "%s/%s-%.8s", base, name,
					 dc_origin_hash(workspace->arena, folder));
	is_new = !dc_is_dir(workspace->out);
	err = claim(workspace, workspace->out, folder, &taken);
	if (!err && is_new)
		dc_note(diag, DC_FILE(folder),
			"%s/%s has the results of %s; results for this folder are in %s", base,
			name, owner, workspace->out);
	return err;
}

/* A mistake in annotations.json is reported before any source is read, which may take minutes. */
static int check_annotations(struct dc_workspace *workspace)
{
	const char *path =
		dc_arena_printf(workspace->arena, "%s/annotations.json", workspace->driver.folder);
	struct dc_rules annotations;
	int err = dc_annotations_open(&workspace->cli->diag, path, &annotations);

	if (!err)
		dc_rules_done(&annotations);
	return err;
}

int dc_workspace_open(struct dc_cli *cli, const char *operand,
		      const struct dc_driver_options *options, struct dc_workspace *ret)
{
	const char *base = getenv("DRIVERCUT_OUT");
	struct dc_workspace workspace = {.cli = cli,
					 .arena = dc_arena_new(),
					 .wanted = options->kernel,
					 .graph = options->graph,
					 .commands = options->commands,
					 .profile = options->profile};
	int err = dc_driver_open(&cli->diag, workspace.arena, operand, options->family,
				 &workspace.driver);

	if (err < 0) {
		dc_arena_free(workspace.arena);
		return err;
	}
	if (options->device)
		workspace.driver.qemu_device = options->device;
	if (options->module)
		workspace.driver.only = workspace.driver.module = options->module;
	workspace.operands = operands_text(workspace.arena, operand, options);
	err = check_annotations(&workspace);
	if (!err)
		err = find_out(&workspace, base && *base ? base : "out");
	if (err < 0)
		dc_workspace_done(&workspace);
	else
		*ret = workspace;
	return err;
}

void dc_workspace_done(struct dc_workspace *workspace)
{
	dc_driver_done(&workspace->driver);
	dc_arena_free(workspace->arena);
}

const char *dc_workspace_command(struct dc_workspace *workspace, const char *verb)
{
	return dc_arena_printf(workspace->arena, "drivercut %s %s", verb, workspace->operands);
}

const char *dc_workspace_path(struct dc_workspace *workspace, const char *name)
{
	return dc_arena_printf(workspace->arena, "%s/%s", workspace->out, name);
}

int dc_workspace_kernel(struct dc_workspace *workspace)
{
	int err = workspace->kernel.release
			  ? 0
			  : dc_kernel_find(&workspace->cli->diag, workspace->arena,
					   workspace->wanted, &workspace->kernel);

	if (!err)
		dc_driver_set_kernel(workspace->arena, &workspace->driver, &workspace->kernel);
	return err;
}

int dc_workspace_fetch(struct dc_workspace *workspace)
{
	int err = dc_workspace_kernel(workspace);

	if (err < 0)
		return err;
	if (workspace->commands && !workspace->driver.package) {
		workspace->driver.source =
			workspace->driver.folder; /* the commands name its files there */
		return 0;
	}
	return dc_driver_fetch(&workspace->cli->diag, workspace->arena, &workspace->driver,
			       workspace->out);
}

int dc_workspace_module(struct dc_workspace *workspace)
{
	struct dc_driver *driver = &workspace->driver;
	int err = dc_workspace_fetch(workspace);

	if (err < 0 || driver->only || workspace->commands)
		return err;
	return dc_kbuild_only_module(&workspace->cli->diag, workspace->arena, &workspace->kernel,
				     driver->source, &driver->module);
}

/* Reads the source once, and writes graph.json and source.json. */
static int read_driver(struct dc_workspace *workspace)
{
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_source *source = NULL;
	struct dc_graph *graph = NULL;
	int err = dc_workspace_fetch(workspace);

	if (!err)
		err = dc_graph_extract(diag, &workspace->driver, &workspace->kernel,
				       workspace->commands, &graph, &source);
	if (!err)
		err = dc_source_write(diag, dc_workspace_path(workspace, "source.json"), source);
	if (!err)
		err = dc_graph_write(diag, dc_workspace_path(workspace, "graph.json"), graph);
	dc_source_free(source);
	dc_graph_free(graph);
	return err;
}

/* Why a file must be made again, or NULL. Keeps the user's choice of module and compile commands
 * that the file records. *ret_err: the kernel's headers were not found. */
static const char *stale(struct dc_workspace *workspace, const struct dc_origin *origin,
			 int *ret_err)
{
	struct dc_driver *driver = &workspace->driver;
	const char *why;

	*ret_err = dc_workspace_kernel(workspace);
	if (!*ret_err && driver->package)
		*ret_err = dc_workspace_fetch(workspace);
	if (*ret_err < 0)
		return NULL;
	why = dc_origin_stale(workspace->arena, origin, driver, workspace->kernel.release);
	if (origin->folder && !driver->only && origin->module)
		driver->only = driver->module = dc_arena_strdup(workspace->arena, origin->module);
	if (origin->folder && origin->commands)
		workspace->commands = dc_arena_strdup(workspace->arena, origin->commands);
	return why;
}

#define UNREADABLE "is not a file that this drivercut reads (of another version, or damaged)"

static int read_anew(struct dc_workspace *workspace, const char *path, const char *why)
{
	dc_note(&workspace->cli->diag, DC_FILE(path), "it %s; reading the source again", why);
	return read_driver(workspace);
}

int dc_workspace_graph(struct dc_workspace *workspace, struct dc_graph **ret)
{
	const char *path = dc_workspace_path(workspace, "graph.json"), *why = NULL;
	struct dc_diag *diag = &workspace->cli->diag, quiet = {0};
	struct dc_graph *graph = NULL;
	int err = 0;

	if (workspace->graph)
		return dc_graph_read(diag, workspace->graph, ret);
	if (!dc_is_file(path))
		err = read_driver(workspace);
	if (!err && dc_graph_read(&quiet, path, &graph) < 0)
		why = UNREADABLE;
	else if (!err)
		why = stale(workspace, &graph->origin, &err);
	if (why) {
		dc_graph_free(graph);
		graph = NULL;
		err = read_anew(workspace, path, why);
		if (!err)
			err = dc_graph_read(diag, path, &graph);
	}
	if (err < 0)
		dc_graph_free(graph);
	else
		*ret = graph;
	return err;
}

/* Why source.json does not belong to this graph, or NULL. */
static const char *stale_source(struct dc_workspace *workspace, const struct dc_graph *graph,
				const struct dc_source *source, int *ret_err)
{
	const char *why = stale(workspace, &source->origin, ret_err);

	if (!why && !*ret_err && !workspace->graph &&
	    !dc_origin_equal(&source->origin, &graph->origin))
		why = "is not of the same reading as graph.json";
	return why;
}

int dc_workspace_source(struct dc_workspace *workspace, const struct dc_graph *graph,
			struct dc_source **ret)
{
	const char *path = dc_workspace_path(workspace, "source.json"), *why = NULL;
	struct dc_diag *diag = &workspace->cli->diag, quiet = {0};
	struct dc_source *source = NULL;
	int err = dc_workspace_fetch(workspace);

	if (!err && !dc_is_file(path))
		err = read_driver(workspace);
	if (!err && dc_source_read(&quiet, path, workspace->driver.source, &source) < 0)
		why = UNREADABLE;
	else if (!err)
		why = stale_source(workspace, graph, source, &err);
	if (why) {
		dc_source_free(source);
		source = NULL;
		err = read_anew(workspace, path, why);
		if (!err)
			err = dc_source_read(diag, path, workspace->driver.source, &source);
	}
	if (err < 0)
		dc_source_free(source);
	else
		*ret = source;
	return err;
}

int dc_workspace_profile(struct dc_workspace *workspace, struct dc_profile *ret,
			 const char **ret_path)
{
	struct dc_diag *diag = &workspace->cli->diag;
	const char *ours = dc_workspace_path(workspace, "profile.json");
	const char *recorded =
		dc_arena_printf(workspace->arena, "%s/profile.json", workspace->driver.folder);
	int err;

	*ret_path = workspace->profile ? workspace->profile : dc_is_file(ours) ? ours : recorded;
	if (!workspace->profile && !dc_is_file(*ret_path)) {
		*ret_path = NULL;
		*ret = (struct dc_profile){0};
		return 0;
	}
	err = dc_profile_read(diag, *ret_path, ret);
	if (!err && ret->driver && strcmp(ret->driver, workspace->driver.name) != 0)
		dc_note(diag, DC_FILE(*ret_path), "this is a profile of %s, taken for %s",
			ret->driver, workspace->driver.name);
	return err;
}

/* The advice depends on the driver: a guest can run it only if QEMU has its device. */
static void note_no_profile(struct dc_workspace *workspace)
{
	const char *more = workspace->driver.qemu_device ? "" : " --perf-data FILE";

	dc_note(&workspace->cli->diag, NULL,
		"no profile: calls weigh nothing, so the cut keeps in the kernel only what must "
		"stay there; to weigh calls: %s%s",
		dc_workspace_command(workspace, "profile"), more);
}

int dc_workspace_constraints(struct dc_workspace *workspace, const struct dc_graph *graph,
			     struct dc_constraints *ret, dc_proposals *gaps)
{
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_source *source = NULL;
	struct dc_rules rules = {0};
	struct dc_marshal data = {0};
	int err = dc_rules_open(diag, workspace->driver.family, &rules);

	if (!err)
		err = dc_workspace_source(workspace, graph, &source);
	if (!err) {
		dc_rules_spare_names(&rules, source);
		err = dc_marshal_open(diag, workspace->arena, &rules, source, graph,
				      workspace->driver.folder, &data);
	}
	if (!err) {
		dc_rules_pins(workspace->arena, &rules, source, graph, &ret->pins);
		dc_constraints_find(&data, ret, gaps);
		if (!workspace->registers_by_downcall)
			dc_rules_registers(workspace->arena, &rules, &ret->weightless);
		dc_marshal_done(&data);
	}
	dc_source_free(source);
	dc_rules_done(&rules);
	return err;
}

int dc_workspace_problem(struct dc_workspace *workspace, struct dc_problem **ret)
{
	struct dc_profile profile = {0};
	struct dc_graph *graph = NULL;
	struct dc_constraints given = {0};
	dc_proposals gaps = {0};
	const char *path;
	int err = dc_workspace_graph(workspace, &graph);

	if (!err && !workspace->estimate)
		err = dc_workspace_profile(workspace, &profile, &path);
	if (!err && workspace->estimate)
		dc_estimate(graph, &profile);
	else if (!err && !path)
		note_no_profile(workspace);
	if (!err && workspace->rules)
		err = dc_workspace_constraints(workspace, graph, &given, &gaps);
	workspace->gaps = gaps.len;
	if (!err)
		err = dc_problem_of_driver(&workspace->cli->diag, graph,
					   profile.seconds ? &profile : NULL, workspace->fields,
					   &given, ret);
	if (!err && workspace->estimate)
		(*ret)->weighed = DC_WEIGHTS_ESTIMATED;
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	dc_profile_done(&profile);
	dc_graph_free(graph);
	return err;
}

/* emit and run do not replace a cut that exists, as the user may have chosen it. */
static void note_older_cut(struct dc_workspace *workspace, const char *cut)
{
	const char *const changed[] = {
		dc_arena_printf(workspace->arena, "%s/annotations.json", workspace->driver.folder),
		dc_workspace_path(workspace, "profile.json"),
		dc_workspace_path(workspace, "graph.json"),
	};
	size_t i;

	for (i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		if (dc_is_older(cut, changed[i])) {
			dc_note(&workspace->cli->diag, DC_FILE(cut),
				"this cut is older than %s; to solve again: %s --rules", changed[i],
				dc_workspace_command(workspace, "solve"));
			return;
		}
}

int dc_workspace_cut(struct dc_workspace *workspace, const char **ret_path)
{
	const struct dc_cut_options how = {.prove = DC_PROVE_AUTO};
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_problem *problem = NULL;
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err;

	*ret_path = dc_workspace_path(workspace, "cut.json");
	if (dc_is_file(*ret_path)) {
		note_older_cut(workspace, *ret_path);
		return 0;
	}
	dc_progress(diag, "there is no %s yet; solving: %s --rules", *ret_path,
		    dc_workspace_command(workspace, "solve"));
	workspace->rules = true;
	err = dc_workspace_problem(workspace, &problem);
	if (!err)
		err = dc_terms_of_delay(diag, problem, (struct dc_ratio){DC_DELAY_DEFAULT_NS, 1},
					DC_PRICE_DEFAULT, &terms);
	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &how, &cut);
	if (!err) {
		json_t *root = dc_cut_json(cut);

		err = dc_json_write(diag, *ret_path, root);
		json_decref(root);
	}
	dc_cut_free(cut);
	dc_problem_free(problem);
	return err;
}
