/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libsmartcols does the layout; this file hides its error codes, which all mean lack of memory. */
#include "cli/table.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>

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

struct dc_table *dc_table_new(const char *const *columns)
{
	struct dc_table *table = dc_alloc(1, sizeof(*table));

	scols_init_debug(0);
	table->scols = scols_new_table();
	check_memory(!table->scols);
	for (; *columns; columns++) {
		int right = **columns == '>';

		check_memory(!scols_table_new_column(table->scols, *columns + right, 0,
						     right ? SCOLS_FL_RIGHT : 0));
	}
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
