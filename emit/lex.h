/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As much of C's lexical grammar as it takes to tell code from comments, literals and directives.
 */
#ifndef DC_EMIT_LEX_H
#define DC_EMIT_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* The end of a comment, a literal or a directive (without its line break) that starts at `at`; `at`
 * if none does. line_start: only blanks are before it in its line. */
const char *emit_lex_skip(const char *at, bool line_start);

/* Whether a character may be in a name. */
bool emit_lex_is_word(char c);

/* The next name outside comments, literals and directives, or NULL: returns its start, and where to
 * go on in *at. *line_start: as above, true before the first call. */
const char *emit_lex_name(const char **at, bool *line_start, size_t *ret_len);

#endif
