/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/driver_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "marshal/uses.h"
#include "solver/cut.h"

int dc_cli_driver_open(struct dc_cli *cli, const char *operand, const char *family,
		       struct dc_cli_driver *ret)
{
	const char *base = getenv("DRIVERCUT_OUT");
	struct dc_cli_driver files = {.cli = cli, .arena = dc_arena_new()};
	int err = dc_driver_open(&cli->diag, files.arena, operand, family, &files.driver);

	if (err < 0) {
		dc_arena_free(files.arena);
		return err;
	}
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
	if (!files->profile && !dc_is_file(*ret_path))
		return dc_error(&files->cli->diag, -ENOENT, DC_FILE(ours),
				"no profile of %s; record one: drivercut profile %s",
				files->driver.name, files->driver.name);
	return dc_profile_read(&files->cli->diag, *ret_path, ret);
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
	if (!err && files->rules)
		err = dc_cli_driver_constraints(files, graph, &given, &gaps);
	files->gaps = gaps.len;
	if (!err)
		err = dc_problem_of_driver(&files->cli->diag, graph, &profile, files->fields,
					   &given, ret);
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	dc_profile_done(&profile);
	dc_graph_free(graph);
	return err;
}

/* A cut is never overwritten, as a person may have made it; but one may forget that it is there. */
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
				"this cut is taken, and is older than %s; anew: drivercut solve %s "
				"--rules -o %s",
				changed[i], files->driver.name, cut);
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
	dc_progress(diag, "%s: no cut yet; solving (drivercut solve %s --rules -o %s)", *ret_path,
		    files->driver.name, *ret_path);
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

int dc_cli_problem(struct dc_cli *cli, const char *operand, const char *family, bool rules,
		   struct dc_problem **ret_problem)
{
	struct dc_cli_driver files;
	int err = dc_cli_driver_open(cli, operand, family, &files);

	if (err < 0)
		return err;
	files.rules = rules;
	err = dc_cli_driver_problem(&files, ret_problem);
	dc_cli_driver_done(&files);
	return err;
}
