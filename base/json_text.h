/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places in the text of a JSON document: where a member or an element is. For messages that name a
 * line, and for edits that leave the rest of a person's file as it is. The text must be valid JSON.
 */
#ifndef DC_BASE_JSON_TEXT_H
#define DC_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A value: text[start] to text[end - 1]. */
struct dc_json_span {
	size_t start, end;
};

/* The document's value. */
struct dc_json_span dc_json_text_root(const char *text);

/* The value of an object's member; an element of an array. False: there is none. */
bool dc_json_text_member(const char *text, struct dc_json_span object, const char *key,
			 struct dc_json_span *ret);
bool dc_json_text_element(const char *text, struct dc_json_span array, size_t index,
			  struct dc_json_span *ret);

/* The line of an offset, from 1. */
unsigned dc_json_text_line(const char *text, size_t at);

#endif
