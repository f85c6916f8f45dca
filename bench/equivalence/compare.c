/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares what user space saw of the two drivers: each command's output, log and status. */
#include "compare.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <string.h>

#include "diff.h"

#define SAID_MAX 12 /* lines of one difference that are shown */

void eq_say(struct eq_pair *pair, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	dc_vec_push(&pair->result->differences, dc_arena_vprintf(pair->arena, fmt, args));
	va_end(args);
}

const char *eq_command_name(const struct eq_pair *pair, size_t number)
{
	const struct eq_command *command;

	if (!number)
		return "before the first command";
	command = &pair->records[0].at[number - 1];
	return dc_arena_printf(pair->arena, "command %zu (%s: %s)", number, command->group,
			       command->text);
}

bool eq_known_applies(const struct eq_pair *pair, const struct eq_known *known, size_t number)
{
	const char *text = number ? pair->records[0].at[number - 1].text : "";
	const char **model;

	if (fnmatch(known->command, text, 0) != 0)
		return false;
	dc_vec_each (model, &known->models)
		if (!strcmp(*model, pair->model))
			return true;
	return known->models.len == 0;
}

/* Lines */

/* The lines of one command, without those that are known to differ. */
struct lines {
	eq_words all, left;
};

static bool has_line(const eq_words *words, const char *line)
{
	const char **word;

	dc_vec_each (word, words)
		if (!strcmp(*word, line))
			return true;
	return false;
}

/* The row that a line matches, or NULL. A row is used if the other driver has no such line. */
static const struct eq_known *know_line(struct eq_pair *pair, size_t number,
					enum eq_subject subject, const char *line,
					const eq_words *other)
{
	const struct eq_known *found = NULL;
	struct eq_known *known;

	dc_vec_each (known, &pair->rules->known) {
		if (known->subject != subject || !eq_known_applies(pair, known, number))
			continue;
		known->asked = true;
		if (fnmatch(known->line, line, 0) != 0)
			continue;
		known->matched = true;
		known->used |= !has_line(other, line);
		found = known;
	}
	return found;
}

static bool same_line(void *ctx, size_t a, size_t b)
{
	const eq_words *words = ctx;

	return !strcmp(words[0].at[a], words[1].at[b]);
}

static void say_lines(struct eq_pair *pair, const eq_words left[2], bool *only[2])
{
	unsigned side, said = 0;
	size_t i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < left[side].len; i++)
			if (only[side][i] && said++ < SAID_MAX)
				eq_say(pair, "  %s  %s", side ? "split" : "stock",
				       left[side].at[i]);
	if (said > SAID_MAX)
		eq_say(pair, "  and %u more", said - SAID_MAX);
}

/* Returns whether they differ by more than what is known. */
static bool lines_differ(struct eq_pair *pair, size_t number, enum eq_subject subject,
			 const eq_words *stock, const eq_words *split)
{
	const eq_words *all[2] = {stock, split};
	eq_words left[2] = {{0}, {0}};
	bool *only[2];
	size_t i, count;
	unsigned side;

	for (side = 0; side < 2; side++)
		for (i = 0; i < all[side]->len; i++)
			if (!know_line(pair, number, subject, all[side]->at[i], all[!side]))
				dc_vec_push(&left[side], all[side]->at[i]);
	for (side = 0; side < 2; side++)
		only[side] = dc_alloc(left[side].len + 1, sizeof(bool));
	count = eq_diff(&(struct eq_diff){.lens = {left[0].len, left[1].len},
					  .same = same_line,
					  .ctx = left},
			only);
	if (count) {
		eq_say(pair, "%s: %s, %s differs", pair->model, eq_command_name(pair, number),
		       eq_subject_names[subject]);
		say_lines(pair, left, only);
	}
	for (side = 0; side < 2; side++) {
		free(only[side]);
		dc_vec_done(&left[side]);
	}
	return count > 0;
}

/* Whether a command's status is known to differ. */
static bool know_status(struct eq_pair *pair, size_t number, bool differs)
{
	struct eq_known *known;
	bool found = false;

	dc_vec_each (known, &pair->rules->known) {
		if (known->subject != EQ_STATUS || !eq_known_applies(pair, known, number))
			continue;
		known->asked = known->matched = found = true;
		known->used |= differs;
	}
	return found;
}

static bool words_equal(const eq_words *a, const eq_words *b)
{
	size_t i;

	for (i = 0; i < a->len && i < b->len && !strcmp(a->at[i], b->at[i]); i++)
		;
	return i == a->len && i == b->len;
}

static void compare_command(struct eq_pair *pair, size_t number)
{
	const struct eq_command *a = &pair->records[0].at[number - 1];
	const struct eq_command *b = &pair->records[1].at[number - 1];
	bool status = a->status != b->status;
	bool equal =
		!status && words_equal(&a->output, &b->output) && words_equal(&a->log, &b->log);
	bool known = know_status(pair, number, status), differs = status && !known;

	if (differs)
		eq_say(pair, "%s: %s, status is %d with stock and %d with split", pair->model,
		       eq_command_name(pair, number), a->status, b->status);
	differs |= lines_differ(pair, number, EQ_OUTPUT, &a->output, &b->output);
	differs |= lines_differ(pair, number, EQ_LOG, &a->log, &b->log);
	pair->result->commands_differ += differs;
	pair->result->commands_known += !equal && !differs;
}

void eq_compare_records(struct eq_pair *pair)
{
	size_t number;

	for (number = 1; number <= pair->records[0].len; number++)
		compare_command(pair, number);
	pair->result->commands = pair->records[0].len;
}

/* The whole */

/* A script that depends on what the driver says would run other commands. */
static int check_commands(struct dc_diag *diag, const struct eq_pair *pair, const char *path)
{
	const eq_record *a = &pair->records[0], *b = &pair->records[1];
	size_t i;

	for (i = 0; i < a->len && i < b->len; i++)
		if (strcmp(a->at[i].text, b->at[i].text) != 0)
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"command %zu is '%s' with stock and '%s' with split: one "
					"of the two before it went another way",
					i + 1, a->at[i].text, b->at[i].text);
	if (a->len != b->len)
		return dc_error(diag, -EINVAL, DC_FILE(path),
				"%zu commands with stock, %zu with split", a->len, b->len);
	return 0;
}

int eq_compare(struct dc_diag *diag, struct dc_arena *arena, struct eq_rules *rules,
	       const char *model, const char *group, const char *stock, const char *split,
	       struct eq_result *ret)
{
	struct eq_pair pair = {.arena = arena, .rules = rules, .model = model, .result = ret};
	const char *folders[] = {stock, split};
	int err = 0;
	unsigned side;

	*ret = (struct eq_result){.model = model, .group = group};
	for (side = 0; side < 2 && !err; side++) {
		err = eq_record_read(diag, arena,
				     dc_arena_printf(arena, "%s/results/log", folders[side]),
				     &pair.records[side]);
		if (!err)
			err = eq_trace_read(diag, rules,
					    dc_arena_printf(arena, "%s/trace", folders[side]),
					    &pair.traces[side]);
	}
	if (!err)
		err = check_commands(diag, &pair, split);
	if (!err) {
		eq_compare_records(&pair);
		eq_compare_traces(&pair);
	}
	for (side = 0; side < 2; side++) {
		eq_record_done(&pair.records[side]);
		dc_vec_done(&pair.traces[side]);
	}
	return err;
}
