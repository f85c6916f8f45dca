/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a dc_source, and looking a definition up in it. */
#include "graph/source/source.h"

#include <stdlib.h>
#include <string.h>

#include "graph/source/layout_read.h"

void dc_source_free(struct dc_source *source)
{
	struct dc_definition *definition;

	if (!source)
		return;
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
	dc_vec_done(&source->evidence);
	dc_layout_done(&source->layouts);
	dc_origin_done(&source->origin);
	dc_arena_free(source->arena);
	free(source);
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
