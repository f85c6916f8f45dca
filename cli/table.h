/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables on standard output: libsmartcols behind three calls. */
#ifndef DC_CLI_TABLE_H
#define DC_CLI_TABLE_H

#include <stdint.h>

struct dc_table;

/* columns: headings, NULL-terminated, borrowed during the call; one that starts with '>' is a
 * column of numbers, set to the right. */
struct dc_table *dc_table_new(const char *const *columns);

/* Starts a row. */
void dc_table_row(struct dc_table *table);

/* The next cell of the row. */
void dc_table_text(struct dc_table *table, const char *text);
void dc_table_int(struct dc_table *table, int64_t number);
void dc_table_real(struct dc_table *table, const char *fmt, double number)
	__attribute__((format(printf, 2, 0)));

/* Prints the table and frees it. */
void dc_table_print(struct dc_table *table);

#endif
