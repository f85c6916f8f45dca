/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of a verb are rows of one table. The parser reads values by it, and --help prints
 * it, so that neither can know an option that the other does not.
 *
 *	static const struct dc_option options[] = {
 *		DC_TEXT("output", 'o', struct mine, output, "FILE", "write the result here"),
 *		DC_FLAG("keep", 0, struct mine, keep, "keep what the guest wrote"),
 *		DC_GROUP(dc_terms_options, struct mine, terms),
 *		{0},
 *	};
 */
#ifndef DC_CLI_OPTIONS_H
#define DC_CLI_OPTIONS_H

#include <getopt.h> /* optind */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"

struct dc_cli;
struct dc_verb;

enum dc_option_kind {
	DC_OPTION_FLAG, /* no value; sets a bool */
	DC_OPTION_TEXT, /* const char * */
	DC_OPTION_LIST, /* dc_words, one word each time the option is given */
	DC_OPTION_COUNT, /* int64_t, from least to most */
	DC_OPTION_CHOICE, /* an enum: the index of the word in choices */
	DC_OPTION_DELAY, /* struct dc_ratio, in nanoseconds: "1.5ms" */
	DC_OPTION_PARSED, /* whatever parse makes of the text */
	DC_OPTION_GROUP, /* no option itself: the rows of another table, for a struct within this */
	DC_OPTION_RENAMED, /* an old spelling: refused, `value` is the new one; --help is silent */
};

typedef DC_VEC(const char *) dc_words;

struct dc_option {
	const char *name; /* "output", for --output; NULL ends the table if there is no group */
	char letter; /* 'o', for -o; or 0 */
	enum dc_option_kind kind;
	size_t offset; /* of the value, in the struct that dc_options_read fills */
	const char *value; /* what --help calls the value: "FILE" */
	const char *help; /* one sentence or two; --help breaks the lines */
	const char *expected; /* for messages: "a time such as 10us"; NULL if nothing is refused */
	int64_t least, most;
	const char *const *choices; /* NULL-terminated */
	bool (*parse)(const char *text, void *ret);
	const struct dc_option *group;
};

#define DC_FLAG(name, letter, type, member, help)                                                  \
	{name, letter, DC_OPTION_FLAG, offsetof(type, member), NULL, help, NULL, 0, 0, NULL,       \
	 NULL, NULL}
#define DC_TEXT(name, letter, type, member, value, help)                                           \
	{name, letter, DC_OPTION_TEXT, offsetof(type, member), value, help, NULL, 0, 0, NULL,      \
	 NULL, NULL}
#define DC_LIST(name, letter, type, member, value, help)                                           \
	{name, letter, DC_OPTION_LIST, offsetof(type, member), value, help, NULL, 0, 0, NULL,      \
	 NULL, NULL}
#define DC_COUNT(name, letter, type, member, value, least, most, expected, help)                   \
	{name,                                                                                     \
	 letter,                                                                                   \
	 DC_OPTION_COUNT,                                                                          \
	 offsetof(type, member),                                                                   \
	 value,                                                                                    \
	 help,                                                                                     \
	 expected,                                                                                 \
	 least,                                                                                    \
	 most,                                                                                     \
	 NULL,                                                                                     \
	 NULL,                                                                                     \
	 NULL}
#define DC_CHOICE(name, type, member, value, choices, expected, help)                              \
	{                                                                                          \
		name,                                                                              \
		0,                                                                                 \
		DC_OPTION_CHOICE,                                                                  \
		offsetof(type, member),                                                            \
		value,                                                                             \
		help,                                                                              \
		expected,                                                                          \
		0,                                                                                 \
		0,                                                                                 \
		choices,                                                                           \
		NULL,                                                                              \
		NULL}
#define DC_DELAY(name, type, member, help)                                                         \
	{name,                                                                                     \
	 0,                                                                                        \
	 DC_OPTION_DELAY,                                                                          \
	 offsetof(type, member),                                                                   \
	 "TIME",                                                                                   \
	 help,                                                                                     \
	 "a time such as 10us, 1.5ms or 250ns",                                                    \
	 0,                                                                                        \
	 0,                                                                                        \
	 NULL,                                                                                     \
	 NULL,                                                                                     \
	 NULL}
#define DC_PARSED(name, type, member, value, parse, expected, help)                                \
	{name,	0,   DC_OPTION_PARSED, offsetof(type, member), value, help, expected, 0, 0, NULL,  \
	 parse, NULL}
#define DC_GROUP(rows, type, member)                                                               \
	{NULL, 0, DC_OPTION_GROUP, offsetof(type, member), NULL, NULL, NULL, 0, 0, NULL, NULL, rows}
#define DC_RENAMED(name, now)                                                                      \
	{name, 0, DC_OPTION_RENAMED, 0, now, NULL, NULL, 0, 0, NULL, NULL, NULL}

/*
 * dc_options_read - reads a command line by the verb's table, and by the options that every verb
 * has (--help, --json, -q, -v).
 * @values  the verb's struct, with its defaults; the options that are given are set in it. Strings
 *	    point into argv; lists are the caller's to end
 * Returns -1 to go on (optind is at the first operand), or the exit status to leave with: --help
 * was printed, or an option was wrong and that was reported.
 */
int dc_options_read(struct dc_cli *cli, const struct dc_verb *verb, int argc, char **argv,
		    void *values);

/* Prints the verb's --help. */
void dc_help_print(const struct dc_verb *verb);

/* Reads a whole number from least to most: all of the text, nothing else. */
bool dc_parse_count(const char *text, int64_t least, int64_t most, int64_t *ret_count);

#endif
