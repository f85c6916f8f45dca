/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * annotate --ask: the guesses, one at a time, dearest first, each with the lines of source that it
 * is about. An answer is in the file before the next question; a "no" is kept there too
 * ("declined"). After each answer everything is found again, as a row may make others possible.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/annotate.h"
#include "marshal/annotations_edit.h"

enum { LINES_AROUND = 4 };

struct asking {
	const struct dc_annotate_inputs *inputs;
	struct dc_arena *arena;
	DC_VEC(const char *) later; /* rows that were put off */
	unsigned added, declined;
	bool left; /* quit, or the input ended */
};

/* Answers */

/* A line of the person's, without spaces around it, in the arena; NULL: the input has ended. */
static const char *read_line(struct asking *asking, const char *prompt)
{
	char *line = NULL, *start;
	const char *kept = NULL;
	size_t size = 0, len;

	printf("%s", prompt);
	fflush(stdout);
	if (getline(&line, &size, stdin) >= 0) {
		start = line + strspn(line, " \t");
		len = strlen(start);
		while (len && strchr(" \t\r\n", start[len - 1]))
			len--;
		kept = dc_arena_strndup(asking->arena, start, len);
	}
	free(line);
	return kept;
}

static char read_answer(struct asking *asking)
{
	for (;;) {
		const char *line =
			read_line(asking, "add this row? [y]es, [n]o, [e]dit, [l]ater, [q]uit: ");

		if (!line)
			return 'q';
		if (*line && strchr("ynelq", *line))
			return *line;
		printf("y adds it, n keeps it from being asked again, e changes it, l asks it in "
		       "the next run, q ends\n");
	}
}

/* The question */

static void print_source(struct asking *asking, const struct dc_proposal *gap)
{
	const char *path =
		dc_arena_printf(asking->arena, "%s/%s", asking->inputs->source->folder, gap->file);
	unsigned line = 1;
	char *text, *at, *end;

	if (!dc_is_file(path) ||
	    dc_file_read(&asking->inputs->workspace->cli->diag, path, &text, NULL) < 0)
		return;
	printf("\n  %s\n", gap->file);
	for (at = text; *at && line <= gap->line + LINES_AROUND; at = end, line++) {
		end = strchrnul(at, '\n');
		if (line + LINES_AROUND >= gap->line)
			printf("  %s%5u  %.*s\n", line == gap->line ? ">" : " ", line,
			       (int)(end - at), at);
		end += *end == '\n';
	}
	free(text);
}

static void print_question(struct asking *asking, const struct dc_annotate *found,
			   const struct dc_annotate_row *row, size_t left)
{
	const struct dc_proposal *gap = &row->proposal;
	const struct dc_annotate_row *other;
	size_t together = 0;

	dc_vec_each (other, &found->rows)
		together += row->group && other->group == row->group;
	printf("\n%zu to answer. ", left);
	if (!row->group)
		printf("This one frees nothing now.\n");
	else if (together == 1)
		printf("This one frees %lld lines.\n",
		       (long long)found->groups.at[row->group].frees);
	else
		printf("This one and %zu more of its group free %lld lines.\n", together - 1,
		       (long long)found->groups.at[row->group].frees);
	printf("  \"%s\": %s\n  %s\n  needed because %s\n", gap->section, gap->row, gap->evidence,
	       gap->why);
	print_source(asking, gap);
	printf("\n");
}

/* Keeping */

static int keep(struct asking *asking, const char *section, const char *row)
{
	const char *text;
	int err = dc_annotate_read(asking->inputs, &text);

	if (!err)
		text = dc_annotations_add(asking->arena, text, section, row);
	if (!err && !text)
		return dc_error(&asking->inputs->workspace->cli->diag, -EINVAL, NULL,
				"that is no JSON object: %s", row);
	return err ? err : dc_annotate_write(asking->inputs, text);
}

static int decline(struct asking *asking, const struct dc_proposal *gap)
{
	asking->declined++;
	return keep(asking, "declined",
		    dc_arena_printf(asking->arena, "{\"section\": \"%s\", \"row\": %s}",
				    gap->section, gap->row));
}

/* A row as the person writes it, until it is right; an empty line gives up. */
static void edit(struct asking *asking, const struct dc_proposal *gap)
{
	const char *line;

	printf("row for \"%s\" (an empty line asks again):\n  %s\n", gap->section, gap->row);
	while ((line = read_line(asking, "> ")) && *line)
		if (!keep(asking, gap->section, line)) {
			asking->added++;
			return;
		}
}

static int answer(struct asking *asking, const struct dc_proposal *gap)
{
	switch (read_answer(asking)) {
	case 'y':
		asking->added++;
		return keep(asking, gap->section, gap->row);
	case 'n':
		return decline(asking, gap);
	case 'e':
		edit(asking, gap);
		return 0;
	case 'l':
		dc_vec_push(&asking->later, dc_arena_strdup(asking->arena, gap->row));
		return 0;
	default:
		asking->left = true;
		return 0;
	}
}

static bool is_open(const struct asking *asking, const struct dc_annotate_row *row)
{
	size_t i;

	if (!row->proposal.row || row->proposal.sure || row->declined)
		return false;
	for (i = 0; i < asking->later.len; i++)
		if (!strcmp(asking->later.at[i], row->proposal.row))
			return false;
	return true;
}

/* One question; *ret_more: there was one to ask. */
static int ask_next(struct asking *asking, bool *ret_more)
{
	const struct dc_annotate_row *row, *next = NULL;
	struct dc_annotate found;
	const char *text;
	size_t left = 0;
	int err = dc_annotate_read(asking->inputs, &text);

	if (!err)
		err = dc_annotate_find(asking->inputs, text, &found);
	if (err < 0)
		return err;
	dc_vec_each (row, &found.rows)
		if (is_open(asking, row)) {
			left++;
			next = next ? next : row;
		}
	*ret_more = next != NULL;
	if (next) {
		print_question(asking, &found, next, left);
		err = answer(asking, &next->proposal);
	}
	dc_annotate_done(&found);
	return err;
}

int dc_annotate_ask(const struct dc_annotate_inputs *inputs)
{
	struct asking asking = {.inputs = inputs, .arena = inputs->workspace->arena};
	bool more = true;
	int err = 0;

	while (!err && more && !asking.left)
		err = ask_next(&asking, &more);
	printf("\n%u row%s added to %s, %u declined, %zu left for later\n", asking.added,
	       asking.added == 1 ? "" : "s", inputs->path, asking.declined, asking.later.len);
	dc_vec_done(&asking.later);
	return err;
}
