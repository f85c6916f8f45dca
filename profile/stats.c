/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line is "NAME VALUE" over and over, the first name of all being "session"; or it is "up|down
 * FUNCTION", pairs of a word and a number, and then "log2_ns" with "BUCKET:NUMBER" over and over.
 * Pairs that we do not know are of later runtimes.
 */
#include "profile/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* A line being read. */
struct reading {
	struct dc_diag *diag;
	struct dc_stats *stats;
	const char *path;
	unsigned line;
	char *rest;
};

static int wrong(const struct reading *reading, const char *what)
{
	return dc_error(reading->diag, -EINVAL, DC_LINE(reading->path, reading->line),
			"%s; expected the counters of a split driver, as debugfs has them in "
			"dcrt/NAME/stats",
			what);
}

static char *next_word(struct reading *reading)
{
	char *word;

	do
		word = strsep(&reading->rest, " ");
	while (word && !*word);
	return word;
}

static bool to_count(const char *text, char end_char, uint64_t *ret, char **ret_end)
{
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, ret_end, 10);
	return !errno && *ret <= INT64_MAX && **ret_end == end_char;
}

static int read_histogram(struct reading *reading, struct dc_stats_function *function)
{
	char *word, *end;

	while ((word = next_word(reading))) {
		uint64_t bucket, calls;

		if (!to_count(word, ':', &bucket, &end) || bucket >= DC_STATS_BUCKETS ||
		    !to_count(end + 1, '\0', &calls, &end))
			return wrong(reading, "this is no BUCKET:CALLS of a histogram");
		function->log2_ns[bucket] = calls;
	}
	return 0;
}

static int read_function(struct reading *reading, bool up)
{
	struct dc_stats_function function = {.up = up};
	const char *name = next_word(reading);
	char *word, *end;
	uint64_t value;
	int err;

	if (!name)
		return wrong(reading, "no function is named");
	function.name = dc_arena_strdup(reading->stats->arena, name);
	while ((word = next_word(reading)) && strcmp(word, "log2_ns") != 0) {
		if (!to_count(next_word(reading), '\0', &value, &end))
			return wrong(reading, "a word has no number");
		if (!strcmp(word, "calls"))
			function.calls = value;
		else if (!strcmp(word, "errors"))
			function.errors = value;
		else if (!strcmp(word, "out"))
			function.out_bytes = value;
		else if (!strcmp(word, "in"))
			function.in_bytes = value;
	}
	err = word ? read_histogram(reading, &function) : wrong(reading, "there is no histogram");
	if (!err)
		dc_vec_push(&reading->stats->functions, function);
	return err;
}

static int read_totals(struct reading *reading, const char *first)
{
	struct dc_arena *arena = reading->stats->arena;
	const char *name;

	if (!reading->stats->totals.len && strcmp(first, "session") != 0)
		return wrong(reading, "it does not begin with the word session");
	for (name = first; name; name = next_word(reading)) {
		const char *text = next_word(reading);
		struct dc_stats_total total = {0};
		char *end;

		if (!text)
			return wrong(reading, "a word has no value");
		total.name = dc_arena_strdup(arena, name);
		total.text = dc_arena_strdup(arena, text);
		total.is_number = to_count(text, '\0', &total.value, &end);
		if (!total.is_number)
			total.value = 0;
		dc_vec_push(&reading->stats->totals, total);
	}
	return 0;
}

static int read_lines(struct reading *reading, char *text)
{
	char *line;
	int err = 0;

	while (!err && (line = strsep(&text, "\n"))) {
		const char *first;

		reading->line++;
		reading->rest = line;
		first = next_word(reading);
		if (!first)
			continue;
		if (!strcmp(first, "up") || !strcmp(first, "down"))
			err = read_function(reading, !strcmp(first, "up"));
		else
			err = read_totals(reading, first);
	}
	if (!err && !reading->stats->totals.len)
		err = wrong(reading, "there are no totals");
	return err;
}

int dc_stats_read(struct dc_diag *diag, const char *path, struct dc_stats *ret)
{
	struct dc_stats stats = {.arena = NULL};
	struct reading reading = {.diag = diag, .stats = &stats, .path = path};
	size_t len;
	char *text;
	int err = dc_file_read(diag, path, &text, &len);

	if (err < 0)
		return err;
	stats.arena = dc_arena_new();
	err = strlen(text) == len ? read_lines(&reading, text)
				  : wrong(&reading, "there is a zero byte");
	free(text);
	if (err < 0)
		dc_stats_done(&stats);
	else
		*ret = stats;
	return err;
}

void dc_stats_done(struct dc_stats *stats)
{
	dc_vec_done(&stats->totals);
	dc_vec_done(&stats->functions);
	if (stats->arena)
		dc_arena_free(stats->arena);
	*stats = (struct dc_stats){0};
}

uint64_t dc_stats_below_ns(const struct dc_stats_function *function, unsigned percent)
{
	double all = 0, seen = 0;
	unsigned k;

	for (k = 0; k < DC_STATS_BUCKETS; k++)
		all += (double)function->log2_ns[k];
	if (all <= 0)
		return 0;
	for (k = 0; k < DC_STATS_BUCKETS - 1; k++) {
		seen += (double)function->log2_ns[k];
		if (seen * 100 >= all * percent)
			return UINT64_C(2) << k;
	}
	return UINT64_MAX;
}
