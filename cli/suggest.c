/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Distance is the number of letters to add, drop or replace, or of neighbours to swap. A word is
 * near enough if that is at most a third of its letters.
 */
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 96 /* longer words have no suggestion */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1], n = strlen(b), i, j;

	for (j = 0; j <= n; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= n; j++) {
			now[j] = least(least(now[j - 1], before[j]) + 1,
				       before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], older[j - 2] + 1);
		}
	}
	return rows[(i - 1) % 3][n];
}

struct dc_suggestion dc_suggest(const char *word)
{
	size_t len = strlen(word);

	return (struct dc_suggestion){word, NULL, len < 3 ? 1 : len / 3 + 1};
}

void dc_suggest_offer(struct dc_suggestion *suggestion, const char *known)
{
	size_t found;

	if (strlen(suggestion->word) > LONGEST || strlen(known) > LONGEST)
		return;
	found = distance(suggestion->word, known);
	if (found >= suggestion->distance)
		return;
	suggestion->distance = found;
	suggestion->nearest = known;
}

const char *dc_suggest_text(const struct dc_suggestion *suggestion)
{
	static char text[LONGEST + 32];

	text[0] = '\0';
	if (suggestion->nearest)
		snprintf(text, sizeof(text), " (did you mean %s?)", suggestion->nearest);
	return text;
}

const char *dc_suggest_function(const struct dc_problem *problem, const char *name)
{
	struct dc_suggestion suggestion = dc_suggest(name);
	const struct dc_problem_node *node;

	dc_vec_each (node, &problem->nodes)
		dc_suggest_offer(&suggestion, node->id);
	return dc_suggest_text(&suggestion);
}
