/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole files: read into memory, written beside their name and renamed, so that no reader sees half
 * of one.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"

bool dc_is_stdout(const char *path)
{
	return !strcmp(path, "-");
}

bool dc_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool dc_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool dc_is_older(const char *path, const char *than)
{
	struct stat ours, theirs;

	return stat(path, &ours) == 0 && stat(than, &theirs) == 0 &&
	       (ours.st_mtim.tv_sec != theirs.st_mtim.tv_sec
			? ours.st_mtim.tv_sec < theirs.st_mtim.tv_sec
			: ours.st_mtim.tv_nsec < theirs.st_mtim.tv_nsec);
}

static int read_error(struct dc_diag *diag, const char *path, int err)
{
	return dc_error(diag, -err, DC_FILE(path), "cannot read: %s", strerror(err));
}

int dc_file_read(struct dc_diag *diag, const char *path, char **ret_data, size_t *ret_len_bytes)
{
	DC_VEC(char) data = {0};
	FILE *file = fopen(path, "re");
	int err;

	if (!file)
		return read_error(diag, path, errno);
	do {
		if (data.cap - data.len < 4096)
			data.at = dc_realloc(data.at, data.cap = data.cap * 2 + 65536, 1);
		data.len += fread(data.at + data.len, 1, data.cap - data.len - 1, file);
	} while (!feof(file) && !ferror(file));
	err = ferror(file) ? (errno ? errno : EIO) : 0;
	fclose(file);
	if (err) {
		dc_vec_done(&data);
		return read_error(diag, path, err);
	}
	data.at[data.len] = '\0';
	*ret_data = data.at;
	if (ret_len_bytes)
		*ret_len_bytes = data.len;
	return 0;
}

/* Returns 0 or an errno. */
static int write_all(int fd, const char *data, size_t len_bytes)
{
	while (len_bytes) {
		ssize_t done = write(fd, data, len_bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		data += done;
		len_bytes -= (size_t)done;
	}
	return 0;
}

static int write_error(struct dc_diag *diag, const char *path, int err)
{
	return dc_error(diag, -err, DC_FILE(path), "cannot write: %s", strerror(err));
}

/* A device or a pipe, which a file must not take the place of. Returns 0 or an errno. */
static int write_special(const char *path, const char *data, size_t len_bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 ? errno : write_all(fd, data, len_bytes);

	if (fd >= 0 && close(fd) < 0 && !err)
		err = errno;
	return err;
}

int dc_file_write(struct dc_diag *diag, const char *path, const char *data, size_t len_bytes)
{
	struct stat st;
	char *temporary;
	int fd, err;

	if (dc_is_stdout(path)) {
		err = write_all(STDOUT_FILENO, data, len_bytes);
		return err ? write_error(diag, "standard output", err) : 0;
	}
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		err = write_special(path, data, len_bytes);
		return err ? write_error(diag, path, err) : 0;
	}
	temporary = dc_printf("%s.%ld.tmp", path, (long)getpid());
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	err = fd < 0 ? errno : write_all(fd, data, len_bytes);
	if (fd >= 0 && close(fd) < 0 && !err)
		err = errno;
	if (!err && rename(temporary, path) < 0)
		err = errno;
	if (err && fd >= 0)
		unlink(temporary);
	free(temporary);
	return err ? write_error(diag, path, err) : 0;
}

int dc_mkdirs(struct dc_diag *diag, const char *path)
{
	char *copy = dc_strdup(path);
	char *slash = copy;
	int err = 0;

	do {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			err = errno;
		if (slash)
			*slash = '/';
	} while (slash && !err);
	if (!err && !dc_is_dir(path))
		err = ENOTDIR;
	free(copy);
	return err ? dc_error(diag, -err, DC_FILE(path), "cannot make folder: %s", strerror(err))
		   : 0;
}

int dc_mkdirs_for(struct dc_diag *diag, const char *path)
{
	char *folder = dc_strdup(path);
	char *slash = strrchr(folder, '/');
	int err = 0;

	if (slash && slash != folder) {
		*slash = '\0';
		err = dc_mkdirs(diag, folder);
	}
	free(folder);
	return err;
}
