/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Diagnostics: a stage says what is wrong where it knows it; only cli/ prints.
 *
 * A stage gets a `struct dc_diag *` (borrowed) and calls dc_error, dc_warn, dc_note, dc_progress.
 * An error names what is wrong, where, and the next step for the user. Having reported, a function
 * returns a negative errno and reports nothing more about the same fault.
 */
#ifndef DC_BASE_DIAG_H
#define DC_BASE_DIAG_H

/* A place in a file. line and col count from 1; 0 means unknown. file is borrowed. */
struct dc_pos {
	const char *file;
	unsigned line, col;
};

enum dc_severity {
	DC_ERROR, /* the work cannot be done */
	DC_WARNING, /* it is done, but not as the user may believe */
	DC_NOTE, /* belongs to the error or warning before it */
	DC_PROGRESS, /* what is going on now; may be shown and overwritten, or dropped */
};

struct dc_diag {
	/* Called for each message. pos may be NULL. text has no newline at its end. */
	void (*emit)(void *ctx, enum dc_severity severity, const struct dc_pos *pos,
		     const char *text);
	void *ctx;
	unsigned errors; /* how many DC_ERROR so far */
};

#define DC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Reports an error and returns err, so that `return dc_error(diag, -EINVAL, pos, ...)` reads well.
 * err: a negative errno; cli/ makes the exit status of it (cli/cli.h). */
int dc_error(struct dc_diag *diag, int err, const struct dc_pos *pos, const char *fmt, ...)
	DC_PRINTF(4, 5);
void dc_warn(struct dc_diag *diag, const struct dc_pos *pos, const char *fmt, ...) DC_PRINTF(3, 4);
void dc_note(struct dc_diag *diag, const struct dc_pos *pos, const char *fmt, ...) DC_PRINTF(3, 4);
void dc_progress(struct dc_diag *diag, const char *fmt, ...) DC_PRINTF(2, 3);

/* Position that names a file only; for use as an argument. */
#define DC_FILE(path) (&(struct dc_pos){.file = (path)})
/* Position file:line. */
#define DC_LINE(path, number) (&(struct dc_pos){.file = (path), .line = (number)})

#endif
