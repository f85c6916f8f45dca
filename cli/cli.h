/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: the only folder that prints. A verb is one function in a cmd_*.c file and one
 * row of the table in main.c.
 *
 * Data goes to standard output, messages go to standard error. With --json a failure prints one
 * document on standard output too: {"kind": "failure", "status": N, "messages": [...]}. Exit
 * status: 0 done, 1 bad input, 2 usage, 3 cannot be done here (a tool, a kernel, a permission is
 * missing), 4 our bug.
 */
#ifndef DC_CLI_H
#define DC_CLI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/diag.h"
#include "cli/options.h"

enum dc_exit { DC_EXIT_DONE, DC_EXIT_INPUT, DC_EXIT_USAGE, DC_EXIT_HERE, DC_EXIT_BUG };

struct dc_cli {
	struct dc_diag diag; /* prints to standard error */
	json_t *messages; /* errors, warnings and notes so far, for --json after a failure */
	bool json; /* --json: standard output gets one JSON document */
	bool answered; /* the verb has printed it, whatever the exit status */
	int verbose; /* -1 with -q, 1 with -v */
};

/* A verb. All its texts are sentences in plain English; --help breaks their lines. */
struct dc_verb {
	const char *name;
	int (*run)(struct dc_cli *cli, int argc, char **argv); /* returns an exit status */
	const char *summary; /* what it does, in one line: "find the optimal cut ..." */
	const char *usage; /* what follows the verb's name; one line for each form */
	const char *about; /* what it does, for who meets it first */
	const struct dc_option *options; /* ends with an all-zero row */
	const char *verbose, *json; /* what -v (NULL: nothing more) and --json do */
	const char *reads, *writes, *exit; /* files, exit status; or NULL */
	const char *examples; /* one line for each */
	const char *see; /* other verbs, or NULL */
};

/* The verb's man page; the program's own; words for the shell's completion (complete.c): what is
 * "verbs", "drivers", "options" and "values" of a verb, or "functions" of a driver. */
void dc_man_verb(const struct dc_verb *verb);
void dc_man_program(const struct dc_verb *const *verbs);
void dc_complete(const struct dc_verb *const *verbs, const struct dc_verb *verb, const char *what,
		 const char *argument);

/* Prints a document, indented, and frees it. */
void dc_cli_print_json(json_t *root);

/* Exit status for a negative errno that a stage returned (its error has been printed). */
int dc_cli_exit(int err);

/* Prints a usage error ("drivercut VERB: TEXT; see drivercut VERB --help"); returns DC_EXIT_USAGE.
 */
int dc_cli_usage(struct dc_cli *cli, const struct dc_verb *verb, const char *fmt, ...)
	DC_PRINTF(3, 4);

/* Erases a progress line that is still shown, so that other output starts on a line of its own. */
void dc_cli_clear_progress(void);

#endif
