/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a verb's options by its table: the table, its groups and the options of all verbs become
 * one flat list, getopt_long does the rest, and the kind of a row says how its value is read.
 */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/suggest.h"
#include "solver/ratio.h"

#define MAX_OPTIONS  48
#define FIRST_OPTION 1000 /* what getopt_long returns for the first row */

/* An option, and where its value goes. */
struct slot {
	const struct dc_option *option;
	char *value;
};

typedef DC_VEC(struct slot) slots_t;

/* The options of all verbs. */
struct common {
	bool help, json, quiet, verbose;
};

static const struct dc_option common_options[] = {
	DC_FLAG("help", 'h', struct common, help, NULL),
	DC_FLAG("json", 0, struct common, json, NULL),
	DC_FLAG("quiet", 'q', struct common, quiet, NULL),
	DC_FLAG("verbose", 'v', struct common, verbose, NULL),
	{0},
};

static bool is_end(const struct dc_option *option)
{
	return !option->name && option->kind != DC_OPTION_GROUP;
}

static void add_slots(const struct dc_option *options, char *values, slots_t *slots)
{
	const struct dc_option *option;

	for (option = options; option && !is_end(option); option++) {
		char *value = values + option->offset;

		if (option->kind == DC_OPTION_GROUP)
			add_slots(option->group, value, slots);
		else
			dc_vec_push(slots, (struct slot){option, value});
	}
}

bool dc_parse_count(const char *text, int64_t least, int64_t most, int64_t *ret_count)
{
	char *end;
	long long count;

	errno = 0;
	count = strtoll(text, &end, 10);
	if (errno || end == text || *end || count < least || count > most)
		return false;
	*ret_count = count;
	return true;
}

static bool parse_choice(const struct dc_option *option, const char *text, void *value)
{
	int i;

	for (i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], text) != 0)
			continue;
		memcpy(value, &i, sizeof(i)); /* an enum */
		return true;
	}
	return false;
}

/* Returns false if the text is not what the option takes. */
static bool set_value(const struct slot *slot, const char *text)
{
	const struct dc_option *option = slot->option;
	void *value = slot->value;

	switch (option->kind) {
	case DC_OPTION_FLAG:
		*(bool *)value = true;
		return true;
	case DC_OPTION_TEXT:
		*(const char **)value = text;
		return true;
	case DC_OPTION_LIST:
		dc_vec_push((dc_words *)value, text);
		return true;
	case DC_OPTION_COUNT:
		return dc_parse_count(text, option->least, option->most, value);
	case DC_OPTION_CHOICE:
		return parse_choice(option, text, value);
	case DC_OPTION_DELAY:
		return dc_delay_parse(text, value);
	case DC_OPTION_PARSED:
		return option->parse(text, value);
	default:
		return false;
	}
}

static int take(struct dc_cli *cli, const struct dc_verb *verb, const struct slot *slot,
		const char *text)
{
	const struct dc_option *option = slot->option;

	if (option->kind == DC_OPTION_RENAMED)
		return dc_cli_usage(cli, verb, "--%s is now called --%s", option->name,
				    option->value);
	if (set_value(slot, text))
		return -1;
	return dc_cli_usage(cli, verb, "--%s: expected %s, found '%s'", option->name,
			    option->expected, text);
}

/* The tables as getopt_long wants them. letters: at least 2 * MAX_OPTIONS + 2 bytes. */
static void fill_getopt(const slots_t *slots, struct option *longs, char *letters)
{
	size_t i;

	*letters++ = ':';
	for (i = 0; i < slots->len; i++) {
		const struct dc_option *option = slots->at[i].option;
		bool has_value = option->kind != DC_OPTION_FLAG;

		longs[i] =
			(struct option){option->name, has_value ? required_argument : no_argument,
					NULL, FIRST_OPTION + (int)i};
		if (option->letter) {
			*letters++ = option->letter;
			if (has_value)
				*letters++ = ':';
		}
	}
	*letters = '\0';
}

/* The slot of what getopt_long returned: the number of a row, or a letter. */
static const struct slot *find_slot(const slots_t *slots, int found)
{
	const struct slot *slot;

	if (found >= FIRST_OPTION)
		return &slots->at[found - FIRST_OPTION];
	dc_vec_each (slot, slots)
		if (slot->option->letter == found)
			break;
	return slot;
}

static const char *suggest_option(const slots_t *slots, const char *word)
{
	struct dc_suggestion suggestion = dc_suggest(word);
	static char names[MAX_OPTIONS][48];
	size_t i;

	for (i = 0; i < slots->len; i++) {
		const struct dc_option *option = slots->at[i].option;

		if (option->kind == DC_OPTION_RENAMED)
			continue;
		snprintf(names[i], sizeof(names[i]), "--%s", option->name);
		dc_suggest_offer(&suggestion, names[i]);
	}
	return dc_suggest_text(&suggestion);
}

static int read_all(struct dc_cli *cli, const struct dc_verb *verb, int argc, char **argv,
		    const slots_t *slots)
{
	struct option longs[MAX_OPTIONS + 1] = {0};
	char letters[2 * MAX_OPTIONS + 2];
	int found, status = -1;

	if (slots->len > MAX_OPTIONS)
		abort();
	fill_getopt(slots, longs, letters);
	opterr = 0;
	while (status < 0 && (found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (found == ':')
			status = dc_cli_usage(cli, verb, "%s needs a value", argv[optind - 1]);
		else if (found == '?')
			status = dc_cli_usage(cli, verb, "unknown option %s%s", argv[optind - 1],
					      suggest_option(slots, argv[optind - 1]));
		else
			status = take(cli, verb, find_slot(slots, found), optarg);
	}
	return status;
}

int dc_options_read(struct dc_cli *cli, const struct dc_verb *verb, int argc, char **argv,
		    void *values)
{
	struct common common = {.json = cli->json};
	slots_t slots = {0};
	int status;

	add_slots(common_options, (char *)&common, &slots);
	add_slots(verb->options, values, &slots);
	status = read_all(cli, verb, argc, argv, &slots);
	dc_vec_done(&slots);
	cli->json = common.json;
	cli->verbose = common.quiet ? -1 : common.verbose;
	if (status >= 0 || !common.help)
		return status;
	dc_help_print(verb);
	return DC_EXIT_DONE;
}
