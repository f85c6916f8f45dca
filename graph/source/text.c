/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts #if against #endif in the lines of each definition. */
#include "graph/source/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* True if #if and #endif match within text[start .. end). */
static bool balanced(const char *text, size_t start, size_t end)
{
	int depth = 0;
	size_t at = start;

	while (at && text[at - 1] != '\n')
		at--;
	while (at < end && depth >= 0) {
		size_t word = at + strspn(text + at, " \t");

		if (text[word] == '#') {
			word += 1 + strspn(text + word + 1, " \t");
			if (!depth && !strncmp(text + word, "el", 2))
				return false;
			depth += !strncmp(text + word, "if", 2);
			depth -= !strncmp(text + word, "endif", 5);
		}
		at += strcspn(text + at, "\n");
		at += text[at] == '\n';
	}
	return depth == 0;
}

int dc_source_check_text(struct dc_diag *diag, struct dc_source *source)
{
	const struct dc_source_file *file;
	struct dc_definition *definition;

	dc_vec_each (file, &source->files) {
		char *text;
		int err = dc_file_read(diag, dc_source_path(source->arena, source, file->name),
				       &text, NULL);

		if (err < 0)
			return err;
		dc_vec_each (definition, &source->definitions)
			if (definition->file == file->name && !definition->fixed &&
			    !balanced(text, definition->start, definition->end)) {
				definition->fixed = true;
				definition->uncuttable = "has an #if that ends outside of it";
			}
		free(text);
	}
	return 0;
}
