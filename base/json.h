/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON files, over jansson: reading with errors that name the place, writing so that people can
 * read and diff the result.
 *
 * Reading is sticky: a getter that finds a fault reports it once, marks the document failed and
 * returns a harmless value (0, "", empty), so that a reader runs straight through and asks
 * dc_json_failed() at its end. Only the first fault of a document is reported.
 *
 *	struct dc_json root;
 *	err = dc_json_open(diag, path, "problem", &doc, &root);
 *	struct dc_json nodes = dc_json_array(&root, "nodes");
 *	for (size_t i = 0; i < dc_json_len(&nodes); i++) {
 *		struct dc_json node = dc_json_at(&nodes, i);
 *		... dc_json_str(&node, "id"), dc_json_int(&node, "loc", 0, INT64_MAX) ...
 *	}
 *	err = dc_json_failed(doc) ? -EINVAL : 0;
 */
#ifndef DC_BASE_JSON_H
#define DC_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"

#define DC_SCHEMA 2 /* of every file the stages exchange */

struct dc_json_doc;
struct dc_json_rows;

/* A value inside a document, with the way to it. Copy freely; it dies with its document, and the
 * value it was reached from must outlive it (the path in messages is built from it). */
struct dc_json {
	struct dc_json_doc *doc;
	json_t *value; /* NULL after a fault */
	const struct dc_json *up;
	const char *key; /* NULL for an array's element */
	size_t index;
	struct dc_json_rows
		*rows; /* of an array that is kept as text (dc_json_open_rows) or NULL */
};

/* Reads path and checks that it is an object whose "schema" is DC_SCHEMA and whose "kind" is kind
 * (either may be absent: it is then taken to be right). *ret_doc: caller frees with dc_json_close.
 * kind: borrowed, or NULL for any. Returns 0, or -errno after reporting; -EINVAL: no valid JSON,
 * another schema, another kind. */
int dc_json_open(struct dc_diag *diag, const char *path, const char *kind,
		 struct dc_json_doc **ret_doc, struct dc_json *ret_root);

/* Same, for a file with long arrays: the arrays of the root are kept as text, and an element is
 * read when dc_json_at asks for it. It lives until dc_json_at asks the same array for another. A
 * file that cannot be read in this way is read like any other. */
int dc_json_open_rows(struct dc_diag *diag, const char *path, const char *kind,
		      struct dc_json_doc **ret_doc, struct dc_json *ret_root);

/* Same as dc_json_open, for text in memory; path is used in messages. */
int dc_json_parse(struct dc_diag *diag, const char *path, const char *text, size_t len_bytes,
		  const char *kind, struct dc_json_doc **ret_doc, struct dc_json *ret_root);

void dc_json_close(struct dc_json_doc *doc); /* takes NULL */

bool dc_json_failed(const struct dc_json_doc *doc);

/* Reports a fault at a value ("FILE:LINE: error: nodes[3].loc: TEXT") unless the document has
 * failed already.
 */
void dc_json_fault(const struct dc_json *at, const char *fmt, ...) DC_PRINTF(2, 3);

/* The line of a value in its file, from 1; of a missing member, that of its object. */
unsigned dc_json_line(const struct dc_json *at);

/* Members of an object. A missing or null member, or one of another type, is a fault.
 * Strings are borrowed from the document. */
const char *dc_json_str(const struct dc_json *object, const char *key);
int64_t dc_json_int(const struct dc_json *object, const char *key, int64_t min, int64_t max);
bool dc_json_bool(const struct dc_json *object, const char *key);
struct dc_json dc_json_object(const struct dc_json *object, const char *key);
struct dc_json dc_json_array(const struct dc_json *object, const char *key);

/* The same for a member that may be missing or null: then the default (an empty array). */
const char *dc_json_str_or(const struct dc_json *object, const char *key, const char *missing);
int64_t dc_json_int_or(const struct dc_json *object, const char *key, int64_t min, int64_t max,
		       int64_t missing);
bool dc_json_bool_or(const struct dc_json *object, const char *key, bool missing);
struct dc_json dc_json_array_or_empty(const struct dc_json *object, const char *key);

bool dc_json_has(const struct dc_json *object, const char *key); /* there and not null */

/* Elements of an array. */
size_t dc_json_len(const struct dc_json *array);
struct dc_json dc_json_at(const struct dc_json *array, size_t index);
const char *dc_json_str_at(const struct dc_json *array, size_t index);

/* An object to fill and write, with "schema" and "kind" already in it. Caller frees with
 * json_decref. */
json_t *dc_json_new(const char *kind);

/* Sets object[key] = value (moved), exiting on lack of memory. */
void dc_json_set(json_t *object, const char *key, json_t *value);
/* Appends value (moved) to array, exiting on lack of memory. */
void dc_json_add(json_t *array, json_t *value);

/* Writes root to path ("-": standard output): a member of root a line, an element of an array of
 * objects a line, keys in the order they were set. Whole or not at all.
 * Returns 0, or -errno after reporting. */
int dc_json_write(struct dc_diag *diag, const char *path, const json_t *root);

#endif
