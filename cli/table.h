/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables on standard output: libsmartcols behind three calls. On a terminal they fit its width:
 * long text is wrapped. In a file or a pipe a row is a line, so that it can be searched.
 */
#ifndef DC_CLI_TABLE_H
#define DC_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct dc_table;

/* columns: headings, NULL-terminated, borrowed during the call; one that starts with '>' is a
 * column of numbers, set to the right; one that starts with '~' is text that may be wrapped,
 * between words. At most 32. */
struct dc_table *dc_table_new(const char *const *columns);

/* Starts a row. */
void dc_table_row(struct dc_table *table);

/* The next cell of the row. */
void dc_table_text(struct dc_table *table, const char *text);
void dc_table_int(struct dc_table *table, int64_t number);
void dc_table_real(struct dc_table *table, const char *fmt, double number)
	__attribute__((format(printf, 2, 0)));

/* Three digits, as people read them: "0.0317", "12.4", "3278". text: at least 32 bytes; returned.
 */
const char *dc_figure_text(double number, char *text);

/* Prints the table and frees it. */
void dc_table_print(struct dc_table *table);

/* Columns of the terminal; SIZE_MAX: standard output is none. */
size_t dc_terminal_width(void);

/* Prints a text and a line break, broken between words before width; its first line starts in
 * column `at`, all others after `indent` spaces. */
void dc_print_wrapped(size_t width, const char *text, size_t at, size_t indent);

/* A line that fits the terminal; the text has no line break at its end. */
void dc_print_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "because    text": a label and a text that fits the terminal. */
void dc_print_labelled(const char *label, const char *text);

#endif
