/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: the only folder that prints. A verb is one function in a cmd_*.c file and one
 * row of the table in main.c.
 *
 * Standard output is data, standard error is talk; with --json a failure prints one document
 * there too, {"kind": "failure", "status": N, "messages": [...]}. Exit status: 0 done, 1 bad input,
 * 2 usage, 3 cannot be done here (a tool, a kernel, a permission is missing), 4 our bug.
 */
#ifndef DC_CLI_H
#define DC_CLI_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>

#include "base/diag.h"

enum dc_exit { DC_EXIT_DONE, DC_EXIT_INPUT, DC_EXIT_USAGE, DC_EXIT_HERE, DC_EXIT_BUG };

struct dc_cli {
	struct dc_diag diag; /* prints to standard error */
	void *said; /* main.c's: a JSON list of errors and warnings, for --json after a failure */
	bool json; /* --json: standard output gets one JSON document */
	int verbose; /* -1 with -q, 1 with -v */
};

struct dc_verb {
	const char *name;
	int (*run)(struct dc_cli *cli, int argc, char **argv); /* returns an exit status */
	const char *summary; /* one line for the list of verbs */
	const char *help; /* the text of `drivercut VERB --help` */
};

/*
 * dc_cli_options - the options of a verb, with getopt_long's rules.
 *
 * Options that every verb has (--help, --json, -q, -v) are handled here. Call it until it returns
 * -1 (no more; optind is at the first operand), or -2: leave with *ret_exit (help was printed, or
 * usage was wrong and that was said).
 * @longs ends with an all-zero row; its val is a short option's letter or a number >= 256
 */
int dc_cli_option(struct dc_cli *cli, const struct dc_verb *verb, int argc, char **argv,
		  const char *shorts, const struct option *longs, int *ret_exit);

/* The problem of a driver, from its graph and profile; family: as for dc_cli_driver_open; rules:
 * what they do not let move is in the kernel. *ret_problem: caller frees with dc_problem_free.
 * Returns 0, or -errno after reporting. */
struct dc_problem;
int dc_cli_problem(struct dc_cli *cli, const char *driver, const char *family, bool rules,
		   struct dc_problem **ret_problem);

/* Prints a document, for people to read as well, and frees it. */
void dc_cli_print_json(json_t *root);

/* Exit status for a negative errno that a stage returned (its error has been printed). */
int dc_cli_exit(int err);

/* Prints a usage error ("drivercut VERB: TEXT; see drivercut VERB --help"); returns DC_EXIT_USAGE.
 */
int dc_cli_usage(struct dc_cli *cli, const struct dc_verb *verb, const char *fmt, ...)
	DC_PRINTF(3, 4);

/* Ends a progress line that is still being shown, so that other output starts on its own line. */
void dc_cli_clear_progress(void);

#endif
