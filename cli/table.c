/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libsmartcols does the layout; this file hides its error codes, which all mean lack of memory. */
#include "cli/table.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"

struct dc_table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t next;
};

static void check_memory(int failed)
{
	if (failed) {
		fputs("drivercut: out of memory\n", stderr);
		exit(4);
	}
}

/* On a terminal a column of wrapped text takes what the others leave. */
static void add_column(struct dc_table *table, const char *heading)
{
	bool right = *heading == '>', wrap = *heading == '~';
	int flags = right ? SCOLS_FL_RIGHT : wrap && isatty(STDOUT_FILENO) ? SCOLS_FL_WRAP : 0;
	struct libscols_column *column =
		scols_table_new_column(table->scols, heading + (right || wrap), 0, flags);

	check_memory(!column);
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

void dc_table_print(struct dc_table *table)
{
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

void dc_print_labelled(const char *label, const char *text)
{
	printf("%-10s ", label);
	dc_print_wrapped(dc_terminal_width(), text, 11, 11);
}
