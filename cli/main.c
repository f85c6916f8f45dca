/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the verb in the table and runs it; prints diagnostics, and JSON for a verb that failed. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/suggest.h"
#include "cli/verbs.h"
#include "cli/version.h"

/* In the order people use them. */
/* clang-format off */
static const struct dc_verb *const verbs[] = {
	&dc_verb_graph,
	&dc_verb_profile,
	&dc_verb_problem,
	&dc_verb_solve,
	&dc_verb_sweep,
	&dc_verb_explain,
	&dc_verb_compare,
	&dc_verb_report,
	&dc_verb_annotate,
	&dc_verb_emit,
	&dc_verb_run,
	&dc_verb_stat,
	&dc_verb_verify,
	&dc_verb_study,
	NULL,
};
/* clang-format on */

/* Diagnostics */

static bool progress_shown; /* on a terminal the progress line is overwritten in place */

static bool colour_on(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && !(no && *no);
}

void dc_cli_clear_progress(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

static void show_progress(const struct dc_cli *cli, const char *text)
{
	static time_t last;
	time_t now = time(NULL);

	if (cli->verbose < 0)
		return;
	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r\033[K%.100s", text);
		fflush(stderr);
		progress_shown = true;
	} else if (now != last || cli->verbose > 0) {
		fprintf(stderr, "%s\n", text);
		last = now;
	}
}

static void put_pos(const struct dc_pos *pos)
{
	if (!pos || !pos->file) {
		fputs("drivercut: ", stderr);
		return;
	}
	fputs(pos->file, stderr);
	if (pos->line)
		fprintf(stderr, ":%u", pos->line);
	if (pos->line && pos->col)
		fprintf(stderr, ":%u", pos->col);
	fputs(": ", stderr);
}

/* Keeps a message for the JSON document of a failure. */
static void keep_message(json_t *messages, const char *severity, const struct dc_pos *pos,
			 const char *text)
{
	json_t *row = json_object();

	dc_json_set(row, "severity", json_string(severity));
	if (pos && pos->file)
		dc_json_set(row, "file", json_string(pos->file));
	if (pos && pos->line)
		dc_json_set(row, "line", json_integer(pos->line));
	if (pos && pos->col)
		dc_json_set(row, "column", json_integer(pos->col));
	dc_json_set(row, "text", json_string(text));
	dc_json_add(messages, row);
}

static void print_diag(void *ctx, enum dc_severity severity, const struct dc_pos *pos,
		       const char *text)
{
	static const char *const names[] = {"error", "warning", "note"};
	static const char *const colours[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m"};
	const struct dc_cli *cli = ctx;

	if (severity == DC_PROGRESS) {
		show_progress(cli, text);
		return;
	}
	keep_message(cli->messages, names[severity], pos, text);
	if (severity == DC_WARNING && cli->verbose < 0)
		return;
	dc_cli_clear_progress();
	put_pos(pos);
	if (colour_on())
		fprintf(stderr, "%s%s:\033[0m %s\n", colours[severity], names[severity], text);
	else
		fprintf(stderr, "%s: %s\n", names[severity], text);
}

int dc_cli_exit(int err)
{
	switch (-err) {
	case 0:
		return DC_EXIT_DONE;
	case EINVAL:
	case ENOENT:
	case ENODATA:
	case EISDIR:
	case ENOTDIR:
	case ERANGE:
	case EOVERFLOW:
		return DC_EXIT_INPUT;
	case ENOTRECOVERABLE:
		return DC_EXIT_BUG;
	default:
		return DC_EXIT_HERE;
	}
}

/* Usage */

int dc_cli_usage(struct dc_cli *cli, const struct dc_verb *verb, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	dc_error(&cli->diag, 0, NULL, "%s: %s; see drivercut %s --help", verb->name,
		 text ? text : fmt, verb->name);
	free(text);
	return DC_EXIT_USAGE;
}

/* The program */

static void print_help(void)
{
	size_t i;

	puts("drivercut - cut a Linux device driver in two: a small kernel component, and a\n"
	     "user process that runs the rest\n"
	     "\n"
	     "usage: drivercut VERB [OPTIONS]\n");
	for (i = 0; verbs[i]; i++)
		printf("  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	puts("\n"
	     "drivercut help VERB explains a verb. All verbs take these options:\n"
	     "  -h, --help     explain the verb\n"
	     "      --json     print JSON on standard output, also after a failure\n"
	     "                 (run --json needs a COMMAND, whose output then goes to standard\n"
	     "                 error)\n"
	     "  -q, --quiet    print no progress and no warnings\n"
	     "  -v, --verbose  print more\n"
	     "\n"
	     "Results are in out/DRIVER; the environment variable DRIVERCUT_OUT replaces out.\n"
	     "drivercut --version prints the version.\n"
	     "\n"
	     "Exit status: 0 done, 1 bad input, 2 wrong usage, 3 a tool, a kernel or a\n"
	     "permission is missing here, 4 a bug in drivercut.\n"
	     "\n"
	     "example: drivercut solve e1000");
}

static const struct dc_verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; verbs[i]; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static const char *suggest_verb(const char *name)
{
	struct dc_suggestion suggestion = dc_suggest(name);
	size_t i;

	for (i = 0; verbs[i]; i++)
		dc_suggest_offer(&suggestion, verbs[i]->name);
	return dc_suggest_text(&suggestion);
}

static void print_failure(struct dc_cli *cli, int status)
{
	json_t *root = dc_json_new("failure");

	dc_json_set(root, "status", json_integer(status));
	dc_json_set(root, "messages", json_incref(cli->messages));
	dc_json_write(&cli->diag, "-", root);
	json_decref(root);
}

/* Usage errors are JSON too, even those before --json on the command line. */
static bool asks_for_json(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!strcmp(*argv, "--json"))
			return true;
	return false;
}

static int finish(struct dc_cli *cli, int status)
{
	dc_cli_clear_progress();
	if (status != DC_EXIT_DONE && cli->json && !cli->answered)
		print_failure(cli, status);
	json_decref(cli->messages);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "drivercut: cannot write standard output: %s\n", strerror(errno));
		return DC_EXIT_HERE;
	}
	return status;
}

void dc_cli_print_json(json_t *root)
{
	char *text = json_dumps(root, JSON_INDENT(1));

	puts(text ? text : "");
	free(text);
	json_decref(root);
}

/* What is asked of the program and not of a verb; -1: nothing. */
static int run_itself(struct dc_cli *cli, int argc, char **argv)
{
	const char *word = argv[1], *name = argc > 2 ? argv[2] : NULL;
	const struct dc_verb *verb = name ? find_verb(name) : NULL;
	bool help = !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");

	if ((help || !strcmp(word, "--man")) && name && !verb && name[0] != '-') {
		dc_error(&cli->diag, 0, NULL, "unknown verb '%s'%s; see drivercut --help", name,
			 suggest_verb(name));
		return DC_EXIT_USAGE;
	}
	if (help && verb)
		dc_help_print(verb);
	else if (help)
		print_help();
	else if (!strcmp(word, "--man") && verb)
		dc_man_verb(verb);
	else if (!strcmp(word, "--man"))
		dc_man_program(verbs);
	else if (!strcmp(word, "--version") || !strcmp(word, "-V") || !strcmp(word, "version"))
		puts(*DC_COMMIT ? "drivercut " DC_VERSION " (" DC_COMMIT ")"
				: "drivercut " DC_VERSION);
	else if (!strcmp(word, "--complete") && name)
		dc_complete(verbs, argc > 3 ? find_verb(argv[3]) : NULL, name,
			    argc > 4   ? argv[4]
			    : argc > 3 ? argv[3]
				       : NULL);
	else
		return -1;
	return DC_EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct dc_cli cli = {.diag = {.emit = print_diag}, .json = asks_for_json(argv)};
	const struct dc_verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;
	int status;

	cli.diag.ctx = &cli;
	cli.messages = json_array();
	if (verb)
		return finish(&cli, verb->run(&cli, argc - 1, argv + 1));
	status = argc > 1 ? run_itself(&cli, argc, argv) : -1;
	if (status >= 0)
		return finish(&cli, status);
	if (argc > 1)
		dc_error(&cli.diag, 0, NULL, "unknown %s '%s'%s; see drivercut --help",
			 argv[1][0] == '-' ? "option" : "verb", argv[1], suggest_verb(argv[1]));
	else
		dc_error(&cli.diag, 0, NULL, "no verb given; see drivercut --help");
	return finish(&cli, DC_EXIT_USAGE);
}
