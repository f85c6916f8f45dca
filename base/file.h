/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files, read whole and written whole or not at all. */
#ifndef DC_BASE_FILE_H
#define DC_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

/* Reads a whole file. *ret_data gets a NUL after its last byte; caller frees with free().
 * Returns 0, or -errno after reporting (-ENOENT: no such file). */
int dc_file_read(struct dc_diag *diag, const char *path, char **ret_data, size_t *ret_len_bytes);

/* Writes path by way of a temporary file beside it and rename(2): after a failure or an interrupt
 * the old content, or no file, is there. "-" writes to standard output; a device or a pipe is
 * written to as it is.
 * Returns 0, or -errno after reporting (-ENOSPC: no room). */
int dc_file_write(struct dc_diag *diag, const char *path, const char *data, size_t len_bytes);

/* mkdir -p. Returns 0, or -errno after reporting. */
int dc_mkdirs(struct dc_diag *diag, const char *path);

/* mkdir -p of the folder that path lies in. Returns 0, or -errno after reporting. */
int dc_mkdirs_for(struct dc_diag *diag, const char *path);

/* True for "-". */
bool dc_is_stdout(const char *path);

bool dc_is_file(const char *path);
bool dc_is_dir(const char *path);

/* True if both exist and path was last changed before `than`. */
bool dc_is_older(const char *path, const char *than);

#endif
