/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files in memory, written to a folder: all or none. They are written beside the folder, which is
 * then replaced.
 */
#include "emit/emit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"

#define STAMP "drivercut-emit" /* file that says: this folder was made here */

static int remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	return dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

static int write_below(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	static const char stamp[] = "made by drivercut emit, which replaces this folder whole\n";
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
		free(path);
	}
	return err;
}

/* Old folder out of the way, new one in its place. */
static int replace(struct dc_diag *diag, const char *made, const char *folder, const char *old)
{
	bool had = dc_is_dir(folder);

	if ((had && rename(folder, old) < 0) || rename(made, folder) < 0) {
		int err =
			dc_error(diag, -errno, DC_FILE(folder), "cannot make: %s", strerror(errno));

		if (had && !dc_is_dir(folder) && rename(old, folder) < 0)
			dc_note(diag, DC_FILE(old), "the old folder is here");
		return err;
	}
	return had ? remove_tree(diag, old) : 0;
}

static bool ours(const char *folder)
{
	char *stamp = dc_printf("%s/" STAMP, folder);
	bool found = dc_is_file(stamp);

	free(stamp);
	return found || rmdir(folder) == 0; /* empty is as good */
}

int dc_emit_write(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	char *made = dc_printf("%s.%ld.tmp", folder, (long)getpid());
	char *old = dc_printf("%s.%ld.old", folder, (long)getpid());
	struct stat status;
	int err = 0;

	if (!stat(folder, &status) && (!S_ISDIR(status.st_mode) || !ours(folder)))
		err = dc_error(diag, -EEXIST, DC_FILE(folder),
			       "is there and was not made by drivercut emit; choose another place");
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
