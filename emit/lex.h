/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As much of C's lexical grammar as it takes to tell code from comments, literals and directives.
 */
#ifndef DC_EMIT_LEX_H
#define DC_EMIT_LEX_H

#include <stdbool.h>

/* The end of a comment, a literal or a directive (without its line break) that starts at `at`; `at`
 * if none does. line_start: only blanks are before it in its line. */
const char *emit_lex_skip(const char *at, bool line_start);

#endif
