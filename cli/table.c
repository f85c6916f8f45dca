/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libsmartcols does the layout; this file hides its error codes, which all mean lack of memory. */
#include "cli/table.h"

#include <assert.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"

enum { MAX_COLUMNS = 32, LEAST_WRAPPED = 12 };

struct dc_table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t next, count;
	struct column {
		bool wrap;
		size_t width; /* of the widest cell, or of the heading */
	} columns[MAX_COLUMNS];
};

static void check_memory(int failed)
{
	if (failed) {
		fputs("drivercut: out of memory\n", stderr);
		exit(4);
	}
}

/* Characters of a UTF-8 text: all bytes but those that continue one. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void note_width(struct column *column, const char *text)
{
	size_t width = width_of(text);

	if (width > column->width)
		column->width = width;
}

static void add_column(struct dc_table *table, const char *heading)
{
	struct column *column = &table->columns[table->count++];
	bool right = *heading == '>';
	struct libscols_column *made;

	assert(table->count <= MAX_COLUMNS);
	column->wrap = *heading == '~';
	heading += right || column->wrap;
	made = scols_table_new_column(table->scols, heading, 0,
				      right	     ? SCOLS_FL_RIGHT
				      : column->wrap ? SCOLS_FL_WRAP
						     : 0);
	check_memory(!made);
	if (column->wrap) { /* at the line breaks that wrapped() makes */
		check_memory(scols_column_set_safechars(made, "\n"));
		check_memory(scols_column_set_wrapfunc(made, scols_wrapnl_chunksize,
						       scols_wrapnl_nextchunk, NULL));
	}
	note_width(column, heading);
}

struct dc_table *dc_table_new(const char *const *columns)
{
	struct dc_table *table = dc_alloc(1, sizeof(*table));

	scols_init_debug(0);
	table->scols = scols_new_table();
	check_memory(!table->scols);
	scols_table_set_termforce(table->scols, isatty(STDOUT_FILENO) ? SCOLS_TERMFORCE_ALWAYS
								      : SCOLS_TERMFORCE_NEVER);
	for (; *columns; columns++)
		add_column(table, *columns);
	return table;
}

void dc_table_row(struct dc_table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	check_memory(!table->line);
	table->next = 0;
}

void dc_table_text(struct dc_table *table, const char *text)
{
	note_width(&table->columns[table->next], text);
	check_memory(scols_line_set_data(table->line, table->next++, text));
}

void dc_table_int(struct dc_table *table, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	dc_table_text(table, text);
}

void dc_table_real(struct dc_table *table, const char *fmt, double number)
{
	char text[64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), fmt, number);
#pragma GCC diagnostic pop
	dc_table_text(table, text);
}

const char *dc_figure_text(double number, char *text)
{
	bool whole = (number >= 99.95 || number <= -99.95) && number < 1e15 && number > -1e15;

	snprintf(text, 32, whole ? "%.0f" : "%.3g", number);
	return text;
}

/* A copy of a text with line breaks in place of spaces, and in words that are longer than a line.
 * Caller frees. */
static char *wrapped(const char *text, size_t width)
{
	char *copy = dc_alloc(2 * strlen(text) + 1, 1), *to = copy, *space = NULL;
	size_t used = 0;

	for (; *text; text++) {
		used += (*text & 0xc0) != 0x80;
		if (used > width && space) {
			*space = '\n';
			used = (size_t)(to - space);
			space = NULL;
		} else if (used > width) {
			*to++ = '\n';
			used = 1;
		}
		if (*text == ' ')
			space = to;
		*to++ = *text;
	}
	return copy;
}

static void wrap_column(struct dc_table *table, size_t column, size_t width)
{
	struct libscols_iter *lines = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	check_memory(!lines);
	while (!scols_table_next_line(table->scols, lines, &line)) {
		struct libscols_cell *cell = scols_line_get_cell(line, column);
		const char *text = cell ? scols_cell_get_data(cell) : NULL;

		if (text)
			check_memory(scols_cell_refer_data(cell, wrapped(text, width)));
	}
	scols_free_iter(lines);
}

/* Columns of wrapped text share what the others leave of the terminal's width, the last one first.
 */
static void fit(struct dc_table *table)
{
	size_t all = dc_terminal_width(), used = table->count - 1, i;

	for (i = 0; i < table->count; i++)
		used += table->columns[i].width;
	for (i = table->count; all != SIZE_MAX && used > all && i-- > 0;) {
		struct column *column = &table->columns[i];
		size_t over = used - all, width;

		if (!column->wrap || column->width <= LEAST_WRAPPED)
			continue;
		width = column->width > over + LEAST_WRAPPED ? column->width - over : LEAST_WRAPPED;
		wrap_column(table, i, width);
		used -= column->width - width;
	}
}

void dc_table_print(struct dc_table *table)
{
	fit(table);
	scols_print_table(table->scols);
	scols_unref_table(table->scols);
	free(table);
}

/* Prints one line of a text, which is broken before width; at: the column it starts in. */
static void put_line(size_t width, const char *line, size_t len, size_t at, size_t indent)
{
	size_t i = 0, word, gap = 0; /* gap: spaces before the word */

	while (i < len) {
		for (word = 0; i + word < len && line[i + word] != ' ';)
			word++;
		if (at > indent && at + gap + word > width) {
			printf("\n%*s", (int)indent, "");
			at = indent;
			gap = 0;
		}
		printf("%*s%.*s", (int)gap, "", (int)word, line + i);
		at += gap + word;
		i += word;
		for (gap = 0; i < len && line[i] == ' '; i++)
			gap++;
	}
}

void dc_print_wrapped(size_t width, const char *text, size_t at, size_t indent)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		put_line(width, text, len, at, indent);
		putchar('\n');
		text += len;
		if (!*text++)
			return;
		at = indent;
		printf("%*s", *text == '\n' ? 0 : (int)indent, "");
	}
}

size_t dc_terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return SIZE_MAX;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? 80 : size.ws_col;
}

void dc_print_text(const char *fmt, ...)
{
	struct dc_arena *arena = dc_arena_new();
	va_list args;
	char *text;

	va_start(args, fmt);
	text = dc_arena_vprintf(arena, fmt, args);
	va_end(args);
	dc_print_wrapped(dc_terminal_width(), text, 0, 0);
	dc_arena_free(arena);
}

void dc_print_labelled(const char *label, const char *text)
{
	printf("%-10s ", label);
	dc_print_wrapped(dc_terminal_width(), text, 11, 11);
}
