/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads runtime/files.txt: a row is a file, then the binaries that it is part of. Files of a
 * component are copied with each driver; dcrt.ko is built once, for all drivers.
 */
#include "emit/runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "graph/driver/driver.h"

#define BLANKS " \t"

static bool read_binary(const char *word, struct emit_runtime_file *file)
{
	if (!strcmp(word, "component"))
		file->component = true;
	else if (!strcmp(word, "process"))
		file->process = true;
	else if (!strcmp(word, "twin"))
		file->twin = true;
	else if (!strcmp(word, "module"))
		file->module = true;
	else
		return false;
	return true;
}

/* line: modified. Returns whether it is a row, a comment or empty. */
static bool read_line(char *line, struct dc_arena *arena, struct emit_runtime *ret)
{
	char *at, *word = strtok_r(line, BLANKS, &at);
	struct emit_runtime_file file = {0};
	size_t n = 0;

	if (!word || *word == '#')
		return true;
	file.path = dc_arena_strdup(arena, word);
	for (; (word = strtok_r(NULL, BLANKS, &at)); n++)
		if (!read_binary(word, &file))
			return false;
	dc_vec_push(&ret->files, file);
	return n > 0;
}

int emit_runtime_read(struct dc_diag *diag, struct dc_arena *arena, struct emit_runtime *ret)
{
	const char *path = dc_arena_printf(arena, "%s/runtime/files.txt", dc_data_dir());
	char *text, *rest, *line;
	unsigned number = 1;
	int err = dc_file_read(diag, path, &text, NULL);

	if (err < 0)
		return err;
	for (rest = text; !err && (line = strsep(&rest, "\n")); number++)
		if (!read_line(line, arena, ret))
			err = dc_error(diag, -EINVAL,
				       &(struct dc_pos){.file = path, .line = number},
				       "expected a file and its binaries: module, component, "
				       "process, twin");
	free(text);
	return err;
}

bool emit_runtime_is_c(const struct emit_runtime_file *file)
{
	size_t len = strlen(file->path);

	return len > 2 && !strcmp(file->path + len - 2, ".c");
}
