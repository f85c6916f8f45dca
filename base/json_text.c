/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan over valid JSON: strings are skipped whole, so brackets in them do not count. */
#include "json_text.h"

#include <string.h>

static size_t skip_space(const char *text, size_t at)
{
	return at + strspn(text + at, " \t\r\n");
}

static size_t skip_string(const char *text, size_t at)
{
	for (at++; text[at] && text[at] != '"'; at++)
		if (text[at] == '\\' && text[at + 1])
			at++;
	return text[at] ? at + 1 : at;
}

/* Behind the value that starts here. */
static size_t skip_value(const char *text, size_t at)
{
	unsigned depth = 0;

	do {
		if (text[at] == '"') {
			at = skip_string(text, at);
			continue;
		}
		if (text[at] == '{' || text[at] == '[')
			depth++;
		else if (text[at] == '}' || text[at] == ']')
			depth--;
		else if (!depth)
			return at + strcspn(text + at, ",]} \t\r\n");
		at++;
	} while (depth && text[at]);
	return at;
}

struct dc_json_span dc_json_text_root(const char *text)
{
	size_t start = skip_space(text, 0);

	return (struct dc_json_span){start, skip_value(text, start)};
}

/* The next value of an array or object, from *at on; its key starts at *ret_key. */
static bool next_value(const char *text, size_t *at, bool of_object, size_t *ret_key,
		       struct dc_json_span *ret)
{
	*at = skip_space(text, *at);
	if (text[*at] == ',')
		*at = skip_space(text, *at + 1);
	if (!text[*at] || text[*at] == ']' || text[*at] == '}')
		return false;
	*ret_key = *at;
	if (of_object) {
		*at = skip_space(text, skip_string(text, *at));
		*at = skip_space(text, *at + (text[*at] == ':'));
	}
	ret->start = *at;
	ret->end = *at = skip_value(text, *at);
	return ret->end > ret->start;
}

bool dc_json_text_member(const char *text, struct dc_json_span object, const char *key,
			 struct dc_json_span *ret)
{
	size_t at = object.start + 1, name, len = strlen(key);
	struct dc_json_span span;

	if (text[object.start] != '{')
		return false;
	while (next_value(text, &at, true, &name, &span))
		if (!strncmp(text + name + 1, key, len) && text[name + 1 + len] == '"') {
			*ret = span;
			return true;
		}
	return false;
}

bool dc_json_text_element(const char *text, struct dc_json_span array, size_t index,
			  struct dc_json_span *ret)
{
	size_t at = array.start + 1, key;
	struct dc_json_span span;

	if (text[array.start] != '[')
		return false;
	while (next_value(text, &at, false, &key, &span))
		if (!index--) {
			*ret = span;
			return true;
		}
	return false;
}

unsigned dc_json_text_line(const char *text, size_t at)
{
	unsigned line = 1;

	while (at--)
		line += text[at] == '\n';
	return line;
}
