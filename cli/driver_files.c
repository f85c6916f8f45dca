/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver's files: each is read if it is there, and made from the one before it if not.
 */
#include "cli/driver_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "marshal/uses.h"
#include "solver/cut.h"

const struct dc_option dc_cli_driver_options[] = {
	DC_TEXT("family", 0, struct dc_cli_driver_options, family, "NAME",
		"driver family: net, scsi, sound or another of graph/families, several with commas "
		"(from driver.json, or guessed from what the source registers)"),
	DC_TEXT("module", 0, struct dc_cli_driver_options, module, "NAME",
		"of a folder that builds several modules, the one NAME.ko"),
	{0},
};

const struct dc_option dc_cli_graph_option[] = {
	DC_TEXT("graph", 0, struct dc_cli_driver_options, graph, "FILE",
		"use this graph.json (out/DRIVER/graph.json)"),
	{0},
};

const struct dc_option dc_cli_profile_option[] = {
	DC_TEXT("profile", 0, struct dc_cli_driver_options, profile, "FILE",
		"use this profile.json (out/DRIVER/profile.json, else the one in the driver's "
		"folder)"),
	{0},
};

/* A word as one types it for a shell: quoted if it must be. */
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

/* The operand and the options that say which driver it is. */
static const char *operands_text(struct dc_arena *arena, const char *operand,
				 const struct dc_cli_driver_options *options)
{
	const char *text = shell_word(arena, operand);

	if (options->family)
		text = dc_arena_printf(arena, "%s --family %s", text,
				       shell_word(arena, options->family));
	if (options->module)
		text = dc_arena_printf(arena, "%s --module %s", text,
				       shell_word(arena, options->module));
	return text;
}

int dc_cli_driver_open(struct dc_cli *cli, const char *operand,
		       const struct dc_cli_driver_options *options, struct dc_cli_driver *ret)
{
	const char *base = getenv("DRIVERCUT_OUT");
	struct dc_cli_driver files = {.cli = cli,
				      .arena = dc_arena_new(),
				      .graph = options->graph,
				      .profile = options->profile};
	int err = dc_driver_open(&cli->diag, files.arena, operand, options->family, &files.driver);

	if (err < 0) {
		dc_arena_free(files.arena);
		return err;
	}
	if (options->module)
		files.driver.only = files.driver.module = options->module;
	files.operands = operands_text(files.arena, operand, options);
	files.out = dc_arena_printf(files.arena, "%s/%s", base && *base ? base : "out",
				    files.driver.name);
	err = dc_mkdirs(&cli->diag, files.out);
	if (err < 0)
		dc_cli_driver_done(&files);
	else
		*ret = files;
	return err;
}

void dc_cli_driver_done(struct dc_cli_driver *files)
{
	dc_driver_done(&files->driver);
	dc_arena_free(files->arena);
}

const char *dc_cli_driver_command(struct dc_cli_driver *files, const char *verb)
{
	return dc_arena_printf(files->arena, "drivercut %s %s", verb, files->operands);
}

const char *dc_cli_driver_path(struct dc_cli_driver *files, const char *name)
{
	return dc_arena_printf(files->arena, "%s/%s", files->out, name);
}

int dc_cli_driver_graph(struct dc_cli_driver *files, struct dc_graph **ret)
{
	const char *path = dc_cli_driver_path(files, "graph.json");
	struct dc_diag *diag = &files->cli->diag;
	struct dc_graph *graph = NULL;
	int err;

	if (files->graph || dc_is_file(path))
		return dc_graph_read(diag, files->graph ? files->graph : path, ret);
	err = dc_driver_fetch(diag, files->arena, &files->driver, files->out);
	if (!err)
		err = dc_graph_extract(diag, &files->driver, NULL, &graph);
	if (!err)
		err = dc_graph_write(diag, path, graph);
	if (err < 0)
		dc_graph_free(graph);
	else
		*ret = graph;
	return err;
}

int dc_cli_driver_profile(struct dc_cli_driver *files, struct dc_profile *ret,
			  const char **ret_path)
{
	const char *ours = dc_cli_driver_path(files, "profile.json");
	const char *recorded =
		dc_arena_printf(files->arena, "%s/profile.json", files->driver.folder);

	*ret_path = files->profile ? files->profile : dc_is_file(ours) ? ours : recorded;
	if (!files->profile && !dc_is_file(*ret_path)) {
		*ret_path = NULL;
		*ret = (struct dc_profile){0};
		return 0;
	}
	return dc_profile_read(&files->cli->diag, *ret_path, ret);
}

/* The next step depends on the driver: without a device no guest can run it. */
static void note_no_profile(struct dc_cli_driver *files)
{
	const char *more = files->driver.qemu_device ? "" : " --perf-data FILE";

	dc_note(&files->cli->diag, NULL,
		"no profile: calls weigh nothing, so the cut keeps in the kernel only what must "
		"stay there; to weigh calls: %s%s",
		dc_cli_driver_command(files, "profile"), more);
}

int dc_cli_driver_constraints(struct dc_cli_driver *files, const struct dc_graph *graph,
			      struct dc_constraints *ret, dc_proposals *gaps)
{
	struct dc_diag *diag = &files->cli->diag;
	struct dc_source *source = NULL;
	struct dc_rules rules = {0};
	struct dc_marshal data = {0};
	int err = dc_driver_fetch(diag, files->arena, &files->driver, files->out);

	if (!err)
		err = dc_rules_open(diag, files->driver.family, &rules);
	if (!err)
		err = dc_source_read(diag, &files->driver, NULL, &source);
	if (!err)
		err = dc_marshal_open(diag, files->arena, &rules, source, graph,
				      files->driver.folder, &data);
	if (!err) {
		dc_rules_pins(files->arena, &rules, source, graph, &ret->pins);
		dc_constraints_find(&data, ret, gaps);
		if (!files->registers_by_downcall)
			dc_rules_registers(files->arena, &rules, &ret->weightless);
		dc_marshal_done(&data);
	}
	dc_source_free(source);
	dc_rules_done(&rules);
	return err;
}

int dc_cli_driver_problem(struct dc_cli_driver *files, struct dc_problem **ret)
{
	struct dc_profile profile = {0};
	struct dc_graph *graph = NULL;
	struct dc_constraints given = {0};
	dc_proposals gaps = {0};
	const char *path;
	int err = dc_cli_driver_graph(files, &graph);

	if (!err)
		err = dc_cli_driver_profile(files, &profile, &path);
	if (!err && !path)
		note_no_profile(files);
	if (!err && files->rules)
		err = dc_cli_driver_constraints(files, graph, &given, &gaps);
	files->gaps = gaps.len;
	if (!err)
		err = dc_problem_of_driver(&files->cli->diag, graph, path ? &profile : NULL,
					   files->fields, &given, ret);
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	dc_profile_done(&profile);
	dc_graph_free(graph);
	return err;
}

/* emit and run take the cut that there is, as the user may have chosen it; it can be out of date.
 */
static void note_older_cut(struct dc_cli_driver *files, const char *cut)
{
	const char *const changed[] = {
		dc_arena_printf(files->arena, "%s/annotations.json", files->driver.folder),
		dc_cli_driver_path(files, "profile.json"),
		dc_cli_driver_path(files, "graph.json"),
	};
	size_t i;

	for (i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		if (dc_is_older(cut, changed[i])) {
			dc_note(&files->cli->diag, DC_FILE(cut),
				"this cut is older than %s; to solve again: %s --rules", changed[i],
				dc_cli_driver_command(files, "solve"));
			return;
		}
}

int dc_cli_driver_cut(struct dc_cli_driver *files, const char **ret_path)
{
	const struct dc_cut_options how = {.prove = DC_PROVE_AUTO};
	struct dc_diag *diag = &files->cli->diag;
	struct dc_problem *problem = NULL;
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err;

	*ret_path = dc_cli_driver_path(files, "cut.json");
	if (dc_is_file(*ret_path)) {
		note_older_cut(files, *ret_path);
		return 0;
	}
	dc_progress(diag, "there is no %s yet; solving: %s --rules", *ret_path,
		    dc_cli_driver_command(files, "solve"));
	files->rules = true;
	err = dc_cli_driver_problem(files, &problem);
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
