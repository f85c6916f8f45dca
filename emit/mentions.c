/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions that a file names outside any function, as in module_init(f) and EXPORT_SYMBOL(f). The
 * text is scanned word by word: libclang shows the declarations to which macros there expand, but
 * not the name that was written.
 */
#include "emit/mentions.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "emit/lex.h"

struct scan {
	const struct dc_source *source;
	const char *file;
	bool *seen; /* of each function */
};

static bool in_code(const struct scan *scan, size_t at)
{
	const struct dc_definition *definition;
	const struct dc_forward *forward;

	dc_vec_each (definition, &scan->source->definitions)
		if (definition->file == scan->file && definition->start <= at &&
		    at < definition->end)
			return true;
	dc_vec_each (forward, &scan->source->forwards)
		if (forward->file == scan->file && forward->start <= at && at < forward->end)
			return true;
	return false;
}

static void note_word(struct scan *scan, const char *word, size_t len, size_t at)
{
	size_t i;

	for (i = 0; i < scan->source->definitions.len; i++) {
		const char *plain = scan->source->definitions.at[i].plain;

		if (!scan->seen[i] && strlen(plain) == len && !strncmp(plain, word, len) &&
		    !in_code(scan, at))
			scan->seen[i] = true;
	}
}

static void scan_text(struct scan *scan, const char *text)
{
	const char *at = text, *word;
	bool line_start = true;
	size_t len;

	while ((word = emit_lex_name(&at, &line_start, &len)))
		note_word(scan, word, len, (size_t)(word - text));
}

int emit_find_mentions(struct dc_diag *diag, const struct dc_source *source, bool *seen)
{
	const struct dc_source_file *file;
	int err = 0;

	dc_vec_each (file, &source->files) {
		struct scan scan = {.source = source, .file = file->name, .seen = seen};
		struct dc_arena *arena = dc_arena_new();
		char *text;

		if (!err)
			err = dc_file_read(diag, dc_source_path(arena, source, file->name), &text,
					   NULL);
		if (!err) {
			scan_text(&scan, text);
			free(text);
		}
		dc_arena_free(arena);
	}
	return err;
}
