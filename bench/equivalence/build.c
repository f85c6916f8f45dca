/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drivers that are compared: the distribution's own, the split one, and one that is built so
 * that its calls can be counted. */
#include "equivalence.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/kernel.h"
#include "base/proc.h"
#include "graph/driver/driver.h"

#define PREFIX "dcq_" /* of all symbols of the counted driver (profile/mkprofiling.sh) */

/* The stock driver */

struct lines {
	struct dc_arena *arena;
	eq_words words;
};

static int take_line(void *ctx, char *line)
{
	struct lines *lines = ctx;

	dc_vec_push(&lines->words, dc_arena_strdup(lines->arena, line));
	return 0;
}

static int modinfo(const struct eq_job *job, const char *field, struct lines *ret)
{
	const char *argv[] = {"/sbin/modinfo", "-k", job->kernel->release, "-F", field,
			      job->module,     NULL};

	*ret = (struct lines){.arena = job->arena};
	return dc_proc_run(job->diag, "looking at the stock driver",
			   &(struct dc_proc){.argv = argv, .line = take_line, .ctx = ret});
}

int eq_find_stock(struct eq_job *job)
{
	struct lines files = {0}, depends = {0}, parameters = {0};
	const char *names = "", **line;
	char *save = NULL, *word;
	int err = modinfo(job, "filename", &files);

	if (!err)
		err = modinfo(job, "depends", &depends);
	if (!err)
		err = modinfo(job, "parm", &parameters);
	if (!err)
		job->stock = files.words.at[0];
	dc_vec_each (line, &depends.words)
		for (word = strtok_r(dc_arena_strdup(job->arena, *line), ",", &save); word;
		     word = strtok_r(NULL, ",", &save))
			dc_vec_push(&job->depends, word);
	dc_vec_each (line, &parameters.words)
		names = dc_arena_printf(job->arena, "%s%s%.*s", names, *names ? " " : "",
					(int)strcspn(*line, ":"), *line);
	job->parameters = names;
	dc_vec_done(&files.words);
	dc_vec_done(&depends.words);
	dc_vec_done(&parameters.words);
	return err;
}

/* The split driver */

static int run(const struct eq_job *job, const char *what, const char *const *argv)
{
	dc_progress(job->diag, "%s", what);
	return dc_proc_run(job->diag, what, &(struct dc_proc){.argv = argv, .timeout_s = 1800});
}

int eq_build_split(struct eq_job *job, const char *cut, const char *components,
		   const char *random_cut, const char *folder)
{
	const char *solved = dc_arena_printf(job->arena, "%s/cut.json", folder);
	const char *emitted = dc_arena_printf(job->arena, "%s/emit", folder);
	const char *solve[] = {job->drivercut,
			       "solve",
			       job->driver,
			       "--rules",
			       "-o",
			       solved,
			       random_cut ? "--random-cut" : NULL,
			       random_cut,
			       NULL};
	const char *emit[] = {job->drivercut,	  "emit", job->driver, "--cut",
			      cut ? cut : solved, "-o",	  emitted,     NULL};
	int err = dc_mkdirs(job->diag, folder);

	if (!err && !cut && !components)
		err = run(job, "solving", solve);
	if (!err && !components)
		err = run(job, "emitting the split driver", emit);
	if (!err)
		err = dc_split_build(job->diag, job->arena, job->kernel, job->module,
				     components ? components : emitted, folder, job->split);
	return err;
}

/* The counted driver */

/* Two static functions of one name share a symbol: neither can be counted. */
static int read_functions(struct eq_job *job, const char *path)
{
	struct dc_json_doc *doc;
	struct dc_json root, list;
	size_t i;
	int err = dc_json_open(job->diag, path, "graph", &doc, &root);

	if (err < 0)
		return err;
	list = dc_json_array(&root, "functions");
	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json row = dc_json_at(&list, i);
		const char *name = dc_json_str(&row, "name");

		if (!strchr(name, '@'))
			dc_vec_push(&job->functions,
				    dc_arena_printf(job->arena, PREFIX "f_%s", name));
	}
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

int eq_build_counted(struct eq_job *job)
{
	const char *graph = dc_arena_printf(job->arena, "%s/graph.json", job->folder);
	const char *counted = dc_arena_printf(job->arena, "%s/counted", job->folder);
	const char *mkprofiling =
		dc_arena_printf(job->arena, "%s/profile/mkprofiling.sh", dc_data_dir());
	const char *make_graph[] = {job->drivercut, "graph", job->driver, "-o", graph, NULL};
	const char *copy[] = {"sh",	   "-ec",   "rm -rf \"$1\"; cp -r \"$0\" \"$1\"",
			      job->source, counted, NULL};
	const char *build[] = {"sh",   mkprofiling, counted, job->module, job->kernel->build,
			       PREFIX, NULL};
	int err = run(job, "reading the driver", make_graph);

	if (!err)
		err = read_functions(job, graph);
	if (!err)
		err = run(job, "copying the driver's source", copy);
	if (!err)
		err = run(job, "building the driver whose calls are counted", build);
	return err;
}
