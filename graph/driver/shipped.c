/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads NAME_shipped where Kbuild would copy it to NAME; a file that is there already wins. */
#include "graph/driver/shipped.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"

void dc_shipped_find(struct dc_arena *arena, const char *folder, dc_shipped_files *ret)
{
	const char *end = "_shipped";
	struct dc_diag quiet = {0};
	glob_t found;
	size_t i, len;
	char *text;

	if (glob(dc_arena_printf(arena, "%s/*%s", folder, end), GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		const char *name = dc_arena_strndup(arena, path, strlen(path) - strlen(end));

		if (dc_is_file(name) || dc_file_read(&quiet, path, &text, &len) < 0)
			continue;
		dc_vec_push(ret,
			    (struct CXUnsavedFile){.Filename = name,
						   .Contents = dc_arena_strndup(arena, text, len),
						   .Length = len});
		free(text);
	}
	globfree(&found);
}
