/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --help of a verb: what it does, usage, options, what it reads and writes, examples. The verb
 * gives sentences; the lines are broken at 80 columns.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/table.h"

#define HELP_WIDTH   80
#define OPTION_WIDTH 26 /* columns of "  -o, --output FILE", before the text */

static void put_option(const struct dc_option *option, const char *text)
{
	char letter[8] = "    ";
	int width;

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	width = printf("  %s--%s%s%s", letter, option->name, option->value ? " " : "",
		       option->value ? option->value : "");
	if (width > OPTION_WIDTH - 2) {
		putchar('\n');
		width = 0;
	}
	printf("%*s", OPTION_WIDTH - width, "");
	dc_print_wrapped(HELP_WIDTH, text, OPTION_WIDTH, OPTION_WIDTH);
}

static void put_options(const struct dc_option *options)
{
	const struct dc_option *option;

	for (option = options; option && (option->name || option->group); option++)
		if (option->group)
			put_options(option->group);
		else if (option->help)
			put_option(option, option->help);
}

/* Lines of a list, each indented. */
static void put_lines(const char *title, const char *lines)
{
	if (!lines)
		return;
	printf("\n%s:\n", title);
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		printf("  %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

static void put_usage(const struct dc_verb *verb)
{
	const char *usage = verb->usage;

	putchar('\n');
	while (*usage) {
		size_t len = strcspn(usage, "\n");

		printf("%s drivercut %s %.*s\n", usage == verb->usage ? "usage:" : "      ",
		       verb->name, (int)len, usage);
		usage += len + (usage[len] == '\n');
	}
}

/* A paragraph with a label: "reads   ..." */
static void put_label(const char *label, const char *text)
{
	if (!text)
		return;
	printf("%-8s", label);
	dc_print_wrapped(HELP_WIDTH, text, 8, 8);
}

void dc_help_print(const struct dc_verb *verb)
{
	static const struct dc_option json = {.name = "json"}, verbose = {"verbose", 'v', 0};

	printf("drivercut %s - ", verb->name);
	dc_print_wrapped(HELP_WIDTH, verb->summary, strlen("drivercut  - ") + strlen(verb->name),
			 2);
	put_usage(verb);
	putchar('\n');
	dc_print_wrapped(HELP_WIDTH, verb->about, 0, 0);
	puts("\noptions:");
	put_options(verb->options);
	if (verb->verbose)
		put_option(&verbose, verb->verbose);
	put_option(&json, verb->json);
	putchar('\n');
	put_label("reads", verb->reads);
	put_label("writes", verb->writes);
	put_label("exit", verb->exit);
	put_lines(strchr(verb->examples, '\n') ? "examples" : "example", verb->examples);
	if (verb->see)
		printf("\nSee also: %s\n", verb->see);
}
