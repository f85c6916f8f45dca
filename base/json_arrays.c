/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the arrays of a JSON object as text and reads an element when it is asked for. */
#include "json_arrays.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct dc_json_rows {
	const struct dc_json_arrays *in;
	char *key;
	DC_VEC(size_t) begins; /* of each element in the text */
	json_t *element; /* the one that was read last; or NULL */
};

struct dc_json_arrays {
	const char *bytes; /* borrowed */
	size_t len_bytes;
	DC_VEC(struct dc_json_rows *) rows;
};

/* The value that begins at *at, which is moved behind it; NULL if there is none. */
static json_t *read_value(const struct dc_json_arrays *in, size_t *at)
{
	json_error_t error;
	json_t *value = json_loadb(
		in->bytes + *at, in->len_bytes - *at,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

	if (value)
		*at += (size_t)error.position;
	return value;
}

/* The next character that is no white space, not taken; 0 at the end. */
static char peek(const struct dc_json_arrays *in, size_t *at)
{
	while (*at < in->len_bytes && in->bytes[*at] && strchr(" \t\r\n", in->bytes[*at]))
		(*at)++;
	return *at < in->len_bytes ? in->bytes[*at] : 0;
}

static bool take(const struct dc_json_arrays *in, size_t *at, char wanted)
{
	bool found = peek(in, at) == wanted;

	*at += found;
	return found;
}

static bool note_elements(struct dc_json_rows *rows, size_t *at)
{
	const struct dc_json_arrays *in = rows->in;

	*at += 1;
	if (take(in, at, ']'))
		return true;
	do {
		json_t *element;

		peek(in, at);
		dc_vec_push(&rows->begins, *at);
		element = read_value(in, at);
		if (!element)
			return false;
		json_decref(element);
	} while (take(in, at, ','));
	return take(in, at, ']');
}

/* The value of a member; for an array, an empty one in its place. */
static json_t *read_member(struct dc_json_arrays *in, const char *key, size_t *at)
{
	struct dc_json_rows *rows;

	if (peek(in, at) != '[')
		return read_value(in, at);
	rows = dc_alloc(1, sizeof(*rows));
	rows->in = in;
	rows->key = dc_strdup(key);
	dc_vec_push(&in->rows, rows);
	return note_elements(rows, at) ? json_array() : NULL;
}

static bool read_members(struct dc_json_arrays *in, json_t *root, size_t *at)
{
	bool well = true;

	if (take(in, at, '}'))
		return true;
	do {
		json_t *name = peek(in, at) == '"' ? read_value(in, at) : NULL;
		const char *key = json_string_value(name);

		well = key && !json_object_get(root, key) && take(in, at, ':') &&
		       !json_object_set_new(root, key, read_member(in, key, at));
		json_decref(name);
	} while (well && take(in, at, ','));
	return well && take(in, at, '}');
}

json_t *dc_json_arrays_open(const char *text, size_t len_bytes, struct dc_json_arrays **ret)
{
	struct dc_json_arrays *it = dc_alloc(1, sizeof(*it));
	json_t *root = json_object();
	size_t at = 0;

	*it = (struct dc_json_arrays){.bytes = text, .len_bytes = len_bytes};
	if (take(it, &at, '{') && read_members(it, root, &at) && !peek(it, &at) &&
	    at == len_bytes) {
		*ret = it;
		return root;
	}
	json_decref(root);
	dc_json_arrays_close(it);
	return NULL;
}

void dc_json_arrays_close(struct dc_json_arrays *in)
{
	struct dc_json_rows **rows;

	if (!in)
		return;
	dc_vec_each (rows, &in->rows) {
		json_decref((*rows)->element);
		dc_vec_done(&(*rows)->begins);
		free((*rows)->key);
		free(*rows);
	}
	dc_vec_done(&in->rows);
	free(in);
}

struct dc_json_rows *dc_json_arrays_find(struct dc_json_arrays *in, const char *key)
{
	struct dc_json_rows **rows;

	dc_vec_each (rows, &in->rows)
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
	rows->element = read_value(rows->in, &at);
	return rows->element;
}
