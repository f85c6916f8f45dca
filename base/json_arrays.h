/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to base/json.c: a JSON object whose arrays stay text, so that a file with a million
 * elements takes the room of its text and of one element, not of a tree (about ten times the text).
 */
#ifndef DC_BASE_JSON_ARRAYS_H
#define DC_BASE_JSON_ARRAYS_H

#include <jansson.h>
#include <stddef.h>

struct dc_json_arrays; /* the text, and the arrays of its root */
struct dc_json_rows; /* one of these arrays */

/* Reads text once to its end and notes where the elements of the root's arrays begin. Returns the
 * root with these arrays empty (caller frees with json_decref), or NULL if text is no valid JSON
 * object of unlike keys. text: borrowed until dc_json_arrays_close. */
json_t *dc_json_arrays_open(const char *text, size_t len_bytes, struct dc_json_arrays **ret);
void dc_json_arrays_close(struct dc_json_arrays *arrays); /* takes NULL */

/* The array of that name; NULL if that member is not an array. Dies with arrays. */
struct dc_json_rows *dc_json_arrays_find(struct dc_json_arrays *arrays, const char *key);

size_t dc_json_rows_len(const struct dc_json_rows *rows);

/* Borrowed until the next call for the same array, or until the arrays die. NULL: there is none. */
json_t *dc_json_rows_at(struct dc_json_rows *rows, size_t index);

#endif
