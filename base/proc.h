/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other programs: run one, watch its output, end it when it hangs. */
#ifndef DC_BASE_PROC_H
#define DC_BASE_PROC_H

#include "diag.h"

struct dc_proc {
	const char *const *argv; /* NULL-terminated; argv[0] is looked for in PATH */
	const char *dir; /* working folder; NULL: ours */
	const char *log; /* file that gets a copy of all output; NULL: none */
	/* The program is ended after so many seconds, or so many without output; 0: never. They do
	 * not include time in which its threads waited for a CPU, so that a busy machine is no
	 * reason to end it. (What its children wait for counts.) */
	unsigned timeout_s, quiet_s;
	/* Called for each line of its standard output and error, without the newline. The return
	 * value says whether to go on: 0, or anything else to end the program now. NULL: ignored.
	 */
	int (*line)(void *ctx, char *line);
	void *ctx;
};

/* Runs a program to its end, standard input empty, output and errors read as one stream. It dies
 * with us. On failure the last lines of its output are reported as notes after the error.
 * what: a few words for messages ("building the driver").
 * Returns 0 if it exited with status 0, or if line() ended it; otherwise after reporting:
 * -ENOENT: no such program; -ETIMEDOUT; -EIO: it failed. */
int dc_proc_run(struct dc_diag *diag, const char *what, const struct dc_proc *proc);

#endif
