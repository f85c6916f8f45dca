/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a recording lie in ROOT/1, ROOT/2 ..., one folder a guest that failed; ROOT/of tells
 * which recording they are of. */
#include "profile/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"

bool kept_has(const char *done, const char *part)
{
	size_t len = strlen(part);
	const char *at = done;

	while ((at = strstr(at, part))) {
		if (at > done && at[-1] == ' ' && at[len] == ' ')
			return true;
		at += len;
	}
	return false;
}

static const char *folder_number(struct dc_arena *arena, const struct kept *kept, size_t number)
{
	return dc_arena_printf(arena, "%s/%zu", kept->root, number);
}

int kept_add(struct dc_diag *diag, struct dc_arena *arena, struct kept *kept, const char *results)
{
	const char *path = dc_arena_printf(arena, "%s/done", results);
	struct kept_guest guest = {.folder = results};
	char *text, *at;
	int err = dc_file_read(diag, path, &text, NULL);

	if (err < 0)
		return err;
	for (at = text; (at = strchr(at, '\n')); at++)
		*at = ' ';
	guest.done = dc_arena_printf(arena, " %s", text);
	free(text);
	dc_vec_push(&kept->guests, guest);
	return 0;
}

void kept_forget(struct dc_diag *diag, const struct kept *kept)
{
	const char *argv[] = {"rm", "-rf", kept->root, NULL};

	dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

/* Leaves an empty folder for another recording. */
static int begin_anew(struct dc_diag *diag, const struct kept *kept, const char *of_path,
		      const char *of)
{
	int err;

	kept_forget(diag, kept);
	err = dc_mkdirs(diag, kept->root);
	return err ? err : dc_file_write(diag, of_path, of, strlen(of));
}

static bool is_same(struct dc_diag *diag, const char *of_path, const char *of)
{
	char *text;
	bool same;

	if (!dc_is_file(of_path) || dc_file_read(diag, of_path, &text, NULL) < 0)
		return false;
	same = !strcmp(text, of);
	free(text);
	return same;
}

int kept_open(struct dc_diag *diag, struct dc_arena *arena, const char *root, const char *of,
	      struct kept *ret)
{
	const char *of_path = dc_arena_printf(arena, "%s/of", root);
	const char *folder;
	int err = 0;

	*ret = (struct kept){.root = root};
	if (!is_same(diag, of_path, of))
		return begin_anew(diag, ret, of_path, of);
	while (!err && dc_is_dir(folder = folder_number(arena, ret, ret->guests.len + 1)))
		err = kept_add(diag, arena, ret, folder);
	if (err < 0)
		kept_close(ret);
	return err;
}

bool kept_save(struct dc_diag *diag, struct dc_arena *arena, const struct kept *kept,
	       const char *results)
{
	const char *to = folder_number(arena, kept, kept->guests.len + 1);
	struct stat st;

	if (stat(dc_arena_printf(arena, "%s/done", results), &st) < 0 || !st.st_size)
		return false;
	if (rename(results, to) == 0)
		return true;
	dc_warn(diag, DC_FILE(to), "cannot keep what was recorded: %s", strerror(errno));
	return false;
}

const char *kept_done(struct dc_arena *arena, const struct kept *kept)
{
	const char *done = " ";
	const struct kept_guest *guest;

	dc_vec_each (guest, &kept->guests)
		done = dc_arena_printf(arena, "%s%s", done, guest->done + 1);
	return done;
}

void kept_close(struct kept *kept)
{
	dc_vec_done(&kept->guests);
}
