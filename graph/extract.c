/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source to graph and text: flags from Kbuild, then one parse of each C file, which serves both the
 * facts of the graph and the facts of the text. Names are resolved over all files at the end.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "graph/ast.h"
#include "graph/driver/flags.h"
#include "graph/driver/siblings.h"
#include "graph/facts.h"
#include "graph/family.h"
#include "graph/parse.h"
#include "graph/source/read.h"

struct extraction {
	const struct dc_driver *driver;
	const char *release; /* of the kernel */
	const dc_units *units;
	struct dc_family family;
	struct dc_graph *graph;
	struct dc_facts facts;
	bool wants_source;
	struct dc_source_reader text;
};

static void note_inclusion(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
	struct extraction *all = data;
	CXString path = clang_getFileName(file);

	(void)stack;
	(void)depth;
	dc_origin_add(all->graph->arena, &all->graph->origin, all->driver->source,
		      clang_getCString(path));
	if (all->wants_source)
		dc_source_read_inclusion(&all->text, file);
	clang_disposeString(path);
}

static int read_unit(struct dc_diag *diag, struct extraction *all, const struct dc_unit *unit)
{
	struct dc_parsed parsed;
	int err = dc_parse(diag, all->graph->arena, all->driver->source, unit, all->wants_source,
			   &parsed);

	if (err < 0)
		return err;
	dc_facts_read_unit(&all->facts, parsed.tu);
	if (all->wants_source)
		dc_source_read_unit(&all->text, unit, parsed.tu);
	clang_getInclusions(parsed.tu, note_inclusion, all);
	dc_parsed_done(&parsed);
	return 0;
}

static int read_units(struct dc_diag *diag, struct extraction *all)
{
	const dc_units *units = all->units;
	size_t i;
	int err = 0;

	for (i = 0; i < units->len && !err; i++) {
		dc_progress(diag, "reading %s (%zu of %zu)", units->at[i].file, i + 1, units->len);
		err = read_unit(diag, all, &units->at[i]);
	}
	return err;
}

static int finish_graph(struct dc_diag *diag, struct extraction *all)
{
	struct dc_graph *graph = all->graph;
	const char **file;

	dc_vec_each (file, &all->family.files)
		dc_origin_add_template(graph->arena, &graph->origin, *file);
	if (all->family.own)
		dc_origin_add_template(graph->arena, &graph->origin, all->family.own);
	dc_origin_finish(&graph->origin);
	dc_facts_resolve(diag, &all->facts, graph);
	if (!graph->functions.len)
		return dc_error(diag, -EINVAL, DC_FILE(all->driver->source),
				"the source defines no function");
	return dc_graph_check(diag, graph);
}

static int finish_source(struct dc_diag *diag, struct extraction *all)
{
	struct dc_source *source = all->text.source;

	source->kernel = dc_arena_strdup(source->arena, all->release);
	if (!source->module_file && all->driver->only)
		source->module_file = dc_arena_strdup(source->arena, all->driver->only);
	dc_origin_copy(source->arena, &all->graph->origin, &source->origin);
	return dc_source_read_finish(diag, &all->text);
}

static void find_shared_files(struct extraction *all, const dc_units *others)
{
	dc_paths files = {0};
	const char **file;

	dc_siblings_files(all->facts.arena, all->driver->source, others, &files);
	dc_vec_each (file, &files)
		dc_vec_push(&all->facts.shared_files, dc_facts_name(&all->facts, *file));
	dc_vec_done(&files);
}

static void start(struct extraction *all, const char *commands, const dc_paths *makefiles)
{
	const struct dc_driver *driver = all->driver;
	struct dc_graph *graph = dc_alloc(1, sizeof(*graph));
	const char **makefile;

	graph->arena = dc_arena_new();
	graph->driver = dc_arena_strdup(graph->arena, driver->name);
	graph->family = dc_arena_strdup(graph->arena, driver->family);
	graph->kernel = dc_arena_strdup(graph->arena, all->release);
	dc_origin_start(graph->arena, driver, all->release, commands, all->units, &graph->origin);
	dc_vec_each (makefile, makefiles)
		dc_origin_add(graph->arena, &graph->origin, driver->source, *makefile);
	all->graph = graph;
	all->facts.arena = graph->arena;
	all->facts.family = &all->family;
	all->facts.source = driver->source;
	if (all->wants_source)
		dc_source_read_start(&all->text, driver->source, &all->family);
}

static int extract(struct dc_diag *diag, struct extraction *all, struct dc_graph **ret,
		   struct dc_source **ret_source)
{
	int err = dc_family_open(diag, all->graph->arena, all->driver->family, all->driver->folder,
				 &all->family);

	if (!err)
		err = read_units(diag, all);
	if (!err)
		err = finish_graph(diag, all);
	if (!err && all->wants_source)
		err = finish_source(diag, all);
	dc_facts_done(&all->facts);
	dc_family_done(&all->family);
	if (all->wants_source)
		dc_source_read_done(&all->text, err < 0 ? NULL : ret_source);
	if (err < 0)
		dc_graph_free(all->graph);
	else
		*ret = all->graph;
	return err;
}

/* The source is a copy, but the driver may include headers by a path out of the user's folder. */
static void look_around_folder(struct dc_arena *arena, const struct dc_driver *driver,
			       dc_units *units)
{
	char path[PATH_MAX];
	struct dc_unit *unit;

	if (driver->package || !driver->folder || !realpath(driver->folder, path))
		return;
	dc_units_mend(arena, dc_arena_strdup(arena, path), driver->source, units);
	dc_vec_each (unit, units)
		dc_unit_look_above(arena, dc_arena_printf(arena, "%s/", path), unit);
}

int dc_graph_extract(struct dc_diag *diag, const struct dc_driver *driver,
		     const struct dc_kernel *kernel, const char *commands, struct dc_graph **ret,
		     struct dc_source **ret_source)
{
	struct dc_arena *arena = dc_arena_new();
	dc_paths makefiles = {0};
	dc_units units = {0}, others = {0};
	struct extraction all = {
		.driver = driver, .units = &units, .wants_source = ret_source != NULL};
	int err = commands ? dc_kbuild_read_commands(diag, arena, commands, &units)
			   : dc_kbuild_units(diag, arena, kernel, driver->source, driver->only,
					     &units, &others, &makefiles);

	look_around_folder(arena, driver, &units);
	if (!err) {
		all.release = kernel ? kernel->release : "unknown";
		start(&all, commands, &makefiles);
		find_shared_files(&all, &others);
		err = extract(diag, &all, ret, ret_source);
	}
	dc_vec_done(&makefiles);
	dc_vec_done(&units);
	dc_vec_done(&others);
	dc_arena_free(arena);
	return err;
}
