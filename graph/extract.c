/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source to graph: flags from Kbuild, facts from each C file, names resolved over all. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "graph/facts.h"
#include "graph/family.h"
#include "graph/driver/kbuild.h"

static int read_units(struct dc_diag *diag, struct dc_facts *facts, const dc_units *units)
{
	size_t i;
	int err = 0;

	for (i = 0; i < units->len && !err; i++) {
		dc_progress(diag, "reading %s (%zu of %zu)", units->at[i].file, i + 1, units->len);
		err = dc_facts_read_unit(diag, facts, &units->at[i]);
	}
	return err;
}

static int extract(struct dc_diag *diag, const struct dc_driver *driver, const dc_units *units,
		   const char *release, struct dc_graph **ret)
{
	struct dc_graph *graph = dc_alloc(1, sizeof(*graph));
	struct dc_family family;
	struct dc_facts facts = {0};
	int err;

	graph->arena = dc_arena_new();
	graph->driver = dc_arena_strdup(graph->arena, driver->name);
	graph->family = dc_arena_strdup(graph->arena, driver->family);
	graph->kernel = dc_arena_strdup(graph->arena, release);
	err = dc_family_open(diag, graph->arena, driver->family, &family);
	if (err < 0) {
		dc_graph_free(graph);
		return err;
	}
	facts.arena = graph->arena;
	facts.family = &family;
	facts.source = driver->source;
	err = read_units(diag, &facts, units);
	if (!err) {
		dc_facts_resolve(diag, &facts, graph);
		if (!graph->functions.len)
			err = dc_error(diag, -EINVAL, DC_FILE(driver->source),
				       "the source defines no function");
	}
	if (!err)
		err = dc_graph_check(diag, graph);
	dc_facts_done(&facts);
	dc_family_done(&family);
	if (err < 0)
		dc_graph_free(graph);
	else
		*ret = graph;
	return err;
}

/* The source was copied away from a user's folder, but names of headers may lead out of it. */
static void look_above_folder(struct dc_arena *arena, const struct dc_driver *driver,
			      dc_units *units)
{
	char path[PATH_MAX];
	struct dc_unit *unit;

	if (driver->package || !driver->folder || !realpath(driver->folder, path))
		return;
	dc_vec_each (unit, units)
		dc_unit_look_above(arena, dc_arena_printf(arena, "%s/", path), unit);
}

int dc_graph_extract(struct dc_diag *diag, const struct dc_driver *driver, const char *commands,
		     struct dc_graph **ret)
{
	struct dc_arena *arena = dc_arena_new();
	struct dc_kernel kernel;
	dc_units units = {0};
	int err = dc_kernel_find(diag, arena, &kernel);

	if (!err && commands)
		err = dc_kbuild_read_commands(diag, arena, commands, &units);
	else if (!err)
		err = dc_kbuild_units(diag, arena, &kernel, driver->source, driver->only, &units);
	look_above_folder(arena, driver, &units);
	if (!err)
		err = extract(diag, driver, &units, kernel.release, ret);
	dc_vec_done(&units);
	dc_arena_free(arena);
	return err;
}
