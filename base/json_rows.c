/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the arrays of a JSON object as text and reads an element when it is asked for. */
#include "json_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct dc_json_rows {
	const struct dc_json_text *text;
	char *key;
	DC_VEC(size_t) begins; /* of each element in the text */
	json_t *element; /* the one that was read last; or NULL */
};

struct dc_json_text {
	char *bytes;
	size_t len_bytes;
	DC_VEC(struct dc_json_rows *) arrays;
};

/* The value that begins at *at, which is moved behind it; NULL if there is none. */
static json_t *read_value(const struct dc_json_text *text, size_t *at)
{
	json_error_t error;
	json_t *value = json_loadb(
		text->bytes + *at, text->len_bytes - *at,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

	if (value)
		*at += (size_t)error.position;
	return value;
}

/* The next character that is no white space, not taken; 0 at the end. */
static char peek(const struct dc_json_text *text, size_t *at)
{
	while (*at < text->len_bytes && text->bytes[*at] && strchr(" \t\r\n", text->bytes[*at]))
		(*at)++;
	return *at < text->len_bytes ? text->bytes[*at] : 0;
}

static bool take(const struct dc_json_text *text, size_t *at, char wanted)
{
	bool found = peek(text, at) == wanted;

	*at += found;
	return found;
}

static bool note_elements(struct dc_json_rows *rows, size_t *at)
{
	const struct dc_json_text *text = rows->text;

	*at += 1;
	if (take(text, at, ']'))
		return true;
	do {
		json_t *element;

		peek(text, at);
		dc_vec_push(&rows->begins, *at);
		element = read_value(text, at);
		if (!element)
			return false;
		json_decref(element);
	} while (take(text, at, ','));
	return take(text, at, ']');
}

/* The value of a member; for an array, an empty one in its place. */
static json_t *read_member(struct dc_json_text *text, const char *key, size_t *at)
{
	struct dc_json_rows *rows;

	if (peek(text, at) != '[')
		return read_value(text, at);
	rows = dc_alloc(1, sizeof(*rows));
	rows->text = text;
	rows->key = dc_strdup(key);
	dc_vec_push(&text->arrays, rows);
	return note_elements(rows, at) ? json_array() : NULL;
}

static bool read_members(struct dc_json_text *text, json_t *root, size_t *at)
{
	bool well = true;

	if (take(text, at, '}'))
		return true;
	do {
		json_t *name = peek(text, at) == '"' ? read_value(text, at) : NULL;
		const char *key = json_string_value(name);

		well = key && !json_object_get(root, key) && take(text, at, ':') &&
		       !json_object_set_new(root, key, read_member(text, key, at));
		json_decref(name);
	} while (well && take(text, at, ','));
	return well && take(text, at, '}');
}

json_t *dc_json_text_open(char *text, size_t len_bytes, struct dc_json_text **ret_text)
{
	struct dc_json_text *it = dc_alloc(1, sizeof(*it));
	json_t *root = json_object();
	size_t at = 0;

	*it = (struct dc_json_text){.bytes = text, .len_bytes = len_bytes};
	if (take(it, &at, '{') && read_members(it, root, &at) && !peek(it, &at) &&
	    at == len_bytes) {
		*ret_text = it;
		return root;
	}
	json_decref(root);
	it->bytes = NULL;
	dc_json_text_close(it);
	return NULL;
}

void dc_json_text_close(struct dc_json_text *text)
{
	struct dc_json_rows **rows;

	if (!text)
		return;
	dc_vec_each (rows, &text->arrays) {
		json_decref((*rows)->element);
		dc_vec_done(&(*rows)->begins);
		free((*rows)->key);
		free(*rows);
	}
	dc_vec_done(&text->arrays);
	free(text->bytes);
	free(text);
}

struct dc_json_rows *dc_json_text_rows(struct dc_json_text *text, const char *key)
{
	struct dc_json_rows **rows;

	dc_vec_each (rows, &text->arrays)
		if (!strcmp((*rows)->key, key))
			return *rows;
	return NULL;
}

size_t dc_json_rows_len(const struct dc_json_rows *rows)
{
	return rows->begins.len;
}

json_t *dc_json_rows_at(struct dc_json_rows *rows, size_t index)
{
	size_t at;

	json_decref(rows->element);
	rows->element = NULL;
	if (index >= rows->begins.len)
		return NULL;
	at = rows->begins.at[index];
	rows->element = read_value(rows->text, &at);
	return rows->element;
}
