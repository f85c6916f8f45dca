/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a dc_source, and looking a definition up in it. */
#include "graph/source/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "graph/source/layout_read.h"

void dc_source_free(struct dc_source *source)
{
	struct dc_definition *definition;
	struct dc_source_unit *unit;

	if (!source)
		return;
	dc_vec_each (unit, &source->units)
		dc_vec_done(&unit->flags);
	dc_vec_done(&source->units);
	dc_vec_done(&source->outside);
	dc_vec_each (definition, &source->definitions) {
		dc_vec_done(&definition->parameters);
		dc_vec_done(&definition->refers);
		dc_vec_done(&definition->uses);
	}
	dc_vec_done(&source->definitions);
	dc_vec_done(&source->forwards);
	dc_vec_done(&source->file_refers);
	dc_vec_done(&source->variables);
	dc_vec_done(&source->statics);
	dc_vec_done(&source->files);
	dc_vec_done(&source->own_names);
	dc_vec_done(&source->own_code_names);
	dc_vec_done(&source->evidence);
	dc_layout_done(&source->layouts);
	dc_origin_done(&source->origin);
	dc_arena_free(source->arena);
	free(source);
}

const char *dc_source_path(struct dc_arena *arena, const struct dc_source *source, const char *name)
{
	const char *path = dc_arena_printf(arena, "%s/%s", source->folder, name);

	return dc_is_file(path) ? path : dc_arena_printf(arena, "%s_shipped", path);
}

static int order_definitions(const void *a, const void *b)
{
	return strcmp(((const struct dc_definition *)a)->name,
		      ((const struct dc_definition *)b)->name);
}

const struct dc_definition *dc_source_find(const struct dc_source *source, const char *name)
{
	struct dc_definition key = {.name = name};

	if (!source->definitions.len)
		return NULL;
	return bsearch(&key, source->definitions.at, source->definitions.len, sizeof(key),
		       order_definitions);
}
