/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files in memory, written to a folder: all or none. They are written beside the folder, which is
 * then replaced.
 */
#include "emit/emit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"

#define STAMP "drivercut-emit" /* a file that marks a folder as written by drivercut emit */

static int remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	return dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

static int write_below(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	static const char stamp[] = "written by drivercut emit, which replaces the whole folder\n";
	char *path = dc_printf("%s/" STAMP, folder);
	const struct dc_emit_file *file;
	int err = dc_mkdirs(diag, folder);

	if (!err)
		err = dc_file_write(diag, path, stamp, strlen(stamp));
	free(path);
	dc_vec_each (file, &files->files) {
		path = dc_printf("%s/%s", folder, file->path);
		if (!err)
			err = dc_mkdirs_for(diag, path);
		if (!err)
			err = dc_file_write(diag, path, file->text, file->len_bytes);
		if (!err && file->executable && chmod(path, 0755) < 0)
			err = dc_error(diag, -errno, DC_FILE(path), "cannot make it executable: %s",
				       strerror(errno));
		free(path);
	}
	return err;
}

/* Moves the old folder away and the new one into its place. */
static int replace(struct dc_diag *diag, const char *made, const char *folder, const char *old)
{
	bool had = dc_is_dir(folder);

	if ((had && rename(folder, old) < 0) || rename(made, folder) < 0) {
		int err = dc_error(diag, -errno, DC_FILE(folder), "cannot create: %s",
				   strerror(errno));

		if (had && !dc_is_dir(folder) && rename(old, folder) < 0)
			dc_note(diag, DC_FILE(old), "the old folder was moved here");
		return err;
	}
	return had ? remove_tree(diag, old) : 0;
}

static bool is_empty(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, NULL), i;

	for (i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
	return count == 2; /* . and .. */
}

int dc_emit_folder_check(struct dc_diag *diag, const char *folder)
{
	char *stamp = dc_printf("%s/" STAMP, folder);
	bool replaceable = dc_is_file(stamp) || is_empty(folder);
	struct stat status;

	free(stamp);
	if (stat(folder, &status) < 0 || replaceable)
		return 0;
	return dc_error(diag, -EEXIST, DC_FILE(folder),
			"already exists and was not written by drivercut emit; choose another "
			"folder with -o");
}

int dc_emit_write(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	char *made = dc_printf("%s.%ld.tmp", folder, (long)getpid());
	char *old = dc_printf("%s.%ld.old", folder, (long)getpid());
	int err = dc_emit_folder_check(diag, folder);

	if (!err)
		err = write_below(diag, files, made);
	if (!err)
		err = replace(diag, made, folder, old);
	if (err < 0 && dc_is_dir(made))
		remove_tree(diag, made);
	free(made);
	free(old);
	return err;
}
