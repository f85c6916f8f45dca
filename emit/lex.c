/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Skips the parts of a C text in which a word is not a name. */
#include "emit/lex.h"

#include <ctype.h>
#include <string.h>

static const char *skip_comment(const char *at)
{
	if (at[0] == '/' && at[1] == '*') {
		const char *end = strstr(at + 2, "*/");

		return end ? end + 2 : at + strlen(at);
	}
	return at[0] == '/' && at[1] == '/' ? at + strcspn(at, "\n") : at;
}

static const char *skip_literal(const char *at)
{
	char quote = *at++;

	while (*at && *at != quote && *at != '\n')
		at += (at[0] == '\\' && at[1]) ? 2 : 1;
	return *at == quote ? at + 1 : at;
}

/* A directive continues behind a backslash, and behind a comment of several lines. */
static const char *skip_directive(const char *at)
{
	while (*at && *at != '\n') {
		const char *next = skip_comment(at);

		if (next != at)
			at = next;
		else
			at += (at[0] == '\\' && at[1]) ? 2 : 1;
	}
	return at;
}

const char *emit_lex_skip(const char *at, bool line_start)
{
	if (at[0] == '#' && line_start)
		return skip_directive(at);
	if (at[0] == '"' || at[0] == '\'')
		return skip_literal(at);
	return skip_comment(at);
}

bool emit_lex_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

const char *emit_lex_name(const char **at, bool *line_start, size_t *ret_len)
{
	const char *text = *at, *name = NULL;

	while (*text && !name) {
		const char *next = emit_lex_skip(text, *line_start);
		bool skipped = next != text;

		while (!skipped && emit_lex_is_word(*next))
			next++;
		if (!skipped && next == text)
			next++;
		else if (!skipped && !isdigit((unsigned char)*text))
			name = text;
		*line_start = *text == '\n' || (*line_start && isspace((unsigned char)*text));
		*ret_len = (size_t)(next - text);
		text = next;
	}
	*at = text;
	return name;
}
