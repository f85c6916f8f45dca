/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text of a driver inside other formats. File names, functions, reasons and source are anybody's
 * text: whatever a report prints of them goes through one of these.
 */
#ifndef DC_REPORT_TEXT_H
#define DC_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/alloc.h"

/* As text or attribute of HTML or XML: & < > " ' are entities, control characters that XML forbids
 * are U+FFFD. */
void dc_put_markup(FILE *out, const char *text);

/* As a field of a CSV line. A text that a spreadsheet would take for a formula gets a ' in front.
 */
void dc_put_csv(FILE *out, const char *text);

/* Within a string in double quotes of DOT. */
void dc_put_dot(FILE *out, const char *text);

/* As the rest of a line: control characters become spaces. */
void dc_put_line(FILE *out, const char *text);

/* A copy of len bytes as valid UTF-8, which is what JSON and HTML hold: each byte that is not part
 * of a character becomes U+FFFD. Dies with the arena. */
const char *dc_utf8(struct dc_arena *arena, const char *text, size_t len_bytes, size_t *ret_len);

#endif
