/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Escapes, one a format. See text.h. */
#include "report/text.h"

#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static bool is_control(unsigned char c)
{
	return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

void dc_put_markup(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			if (is_control((unsigned char)*text))
				fputs(REPLACEMENT, out);
			else
				fputc(*text, out);
		}
}

void dc_put_csv(FILE *out, const char *text)
{
	bool is_formula = *text && strchr("=+-@\t\r", *text);

	if (!is_formula && !text[strcspn(text, ",\"\r\n;")]) {
		fputs(text, out);
		return;
	}
	fputs(is_formula ? "\"'" : "\"", out);
	for (; *text; text++)
		fputs(*text == '"' ? "\"\"" : (char[]){*text, 0}, out);
	fputc('"', out);
}

void dc_put_dot(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(is_control((unsigned char)*text) || *text == '\n' || *text == '\r' ? ' '
											 : *text,
		      out);
	}
}

void dc_put_line(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text, out);
}

/* The length of the character that starts here; 0: there is none. */
static size_t character_len(const unsigned char *at, size_t left)
{
	size_t len, i;
	unsigned value;

	if (*at < 0x80)
		return *at ? 1 : 0;
	len = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc2 ? 2 : 0;
	if (!len || *at > 0xf4 || len > left)
		return 0;
	value = *at & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	if ((len == 3 && value < 0x800) || (len == 4 && value < 0x10000) || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	return len;
}

const char *dc_utf8(struct dc_arena *arena, const char *text, size_t len_bytes, size_t *ret_len)
{
	char *copy = dc_arena_alloc(arena, 3 * len_bytes + 1), *to = copy;
	size_t at = 0;

	while (at < len_bytes) {
		size_t len = character_len((const unsigned char *)text + at, len_bytes - at);

		memcpy(to, len ? text + at : REPLACEMENT, len ? len : 3);
		to += len ? len : 3;
		at += len ? len : 1;
	}
	*to = '\0';
	if (ret_len)
		*ret_len = (size_t)(to - copy);
	return copy;
}
