/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A man page of each verb and one of the program, from the same texts as --help. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"

/* Text of troff: no line of it is a request, and a hyphen is the one that people type. */
static void put_troff(const char *text)
{
	bool starts = true;

	for (; *text; text++) {
		if (starts && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		starts = *text == '\n';
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

/* Paragraphs; between two there is an empty line. */
static void put_paragraphs(const char *text)
{
	for (; *text; text++) {
		size_t len = strcspn(text, "\n");

		if (!len) {
			puts(".PP");
			continue;
		}
		for (size_t i = 0; i < len; i++)
			put_troff((char[]){text[i], 0});
		putchar('\n');
		text += len;
		if (!*text)
			return;
	}
}

static void put_option(const char *name, char letter, const char *value, const char *text)
{
	puts(".TP");
	fputs(".BR ", stdout);
	if (letter)
		printf("\\-%c \", \" ", letter);
	fputs("\\-\\-", stdout);
	put_troff(name);
	if (value) {
		fputs(" \" ", stdout);
		put_troff(value);
		putchar('"');
	}
	putchar('\n');
	put_troff(text);
	putchar('\n');
}

static void put_options(const struct dc_option *options)
{
	const struct dc_option *option;

	for (option = options; option && (option->name || option->group); option++)
		if (option->group)
			put_options(option->group);
		else if (option->help)
			put_option(option->name, option->letter, option->value, option->help);
}

/* Each line as it stands. */
static void put_lines(const char *heading, const char *prefix, const char *lines)
{
	printf(".SH %s\n.nf\n", heading);
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char line[256];

		snprintf(line, sizeof(line), "%s%.*s", prefix, (int)len, lines);
		put_troff(line);
		putchar('\n');
		lines += len + (lines[len] == '\n');
	}
	puts(".fi");
}

static void put_section(const char *heading, const char *text)
{
	if (!text)
		return;
	printf(".SH %s\n", heading);
	put_paragraphs(text);
}

static void put_head(const char *name, const char *summary)
{
	printf(".TH \"");
	put_troff(name);
	printf("\" 1 \"\" \"drivercut " DC_VERSION "\" \"User Commands\"\n.SH NAME\n");
	put_troff(name);
	fputs(" \\- ", stdout);
	put_troff(summary);
	putchar('\n');
}

void dc_man_verb(const struct dc_verb *verb)
{
	char name[64], prefix[64];

	snprintf(name, sizeof(name), "drivercut-%s", verb->name);
	snprintf(prefix, sizeof(prefix), "drivercut %s ", verb->name);
	put_head(name, verb->summary);
	put_lines("SYNOPSIS", prefix, verb->usage);
	put_section("DESCRIPTION", verb->about);
	puts(".SH OPTIONS");
	put_options(verb->options);
	if (verb->verbose)
		put_option("verbose", 'v', NULL, verb->verbose);
	put_option("json", 0, NULL, verb->json);
	put_option("quiet", 'q', NULL, "print no progress and no warnings");
	put_option("help", 'h', NULL, "explain the verb");
	put_section("READS", verb->reads);
	put_section("WRITES", verb->writes);
	put_section("EXIT STATUS", verb->exit);
	put_lines("EXAMPLES", "", verb->examples);
	puts(".SH SEE ALSO\n.BR drivercut (1)");
}

void dc_man_program(const struct dc_verb *const *verbs)
{
	size_t i;

	put_head("drivercut", "cut a Linux device driver in two");
	puts(".SH SYNOPSIS\n.B drivercut\nVERB [OPTIONS]\n.SH DESCRIPTION\n"
	     "drivercut cuts a Linux device driver in two: a small kernel component, and a user\n"
	     "process that runs the rest.\n.SH VERBS");
	for (i = 0; verbs[i]; i++) {
		printf(".TP\n.BR drivercut\\-%s (1)\n", verbs[i]->name);
		put_troff(verbs[i]->summary);
		putchar('\n');
	}
	puts(".SH FILES\nResults are in out/DRIVER below the current folder.\n.SH ENVIRONMENT\n"
	     ".TP\n.B DRIVERCUT_OUT\nreplaces out\n"
	     ".TP\n.B DRIVERCUT_DATA\nreplaces the folder with drivers, families and rules\n"
	     ".TP\n.B DRIVERCUT_KERNEL\nthe release of the kernel to work with, as below "
	     "/lib/modules\n"
	     ".SH EXIT STATUS\n0 done, 1 bad input, 2 wrong usage, 3 a tool, a kernel or a\n"
	     "permission is missing here, 4 a bug in drivercut.");
}
