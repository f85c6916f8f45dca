/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads JSON with the place of every value, so that an error names the key and the file; writes it
 * so that people can read and compare it.
 */
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "json_arrays.h"
#include "json_text.h"

struct dc_json_doc {
	struct dc_diag *diag;
	char *path;
	char *text; /* for the lines of messages */
	json_t *root;
	struct dc_json_arrays *arrays; /* of root, if they are kept as text; or NULL */
	bool failed;
};

/* Reading */

static void print_path(FILE *out, const struct dc_json *at)
{
	if (!at->up)
		return;
	print_path(out, at->up);
	if (at->key)
		fprintf(out, "%s%s", at->up->up ? "." : "", at->key);
	else
		fprintf(out, "[%zu]", at->index);
}

/* The place of a value in the text; of a missing member, of the object that lacks it. */
static struct dc_json_span span_of(const struct dc_json *at)
{
	const char *text = at->doc->text;
	struct dc_json_span outer, span;

	if (!at->up)
		return dc_json_text_root(text);
	span = outer = span_of(at->up);
	if (at->key)
		dc_json_text_member(text, outer, at->key, &span);
	else
		dc_json_text_element(text, outer, at->index, &span);
	return span;
}

unsigned dc_json_line(const struct dc_json *at)
{
	return dc_json_text_line(at->doc->text, span_of(at).start);
}

void dc_json_fault(const struct dc_json *at, const char *fmt, ...)
{
	struct dc_json_doc *doc = at->doc;
	char *text = NULL;
	size_t len;
	va_list args;
	FILE *out;

	if (doc->failed)
		return;
	doc->failed = true;
	out = open_memstream(&text, &len);
	if (!out)
		return;
	print_path(out, at);
	fputs(at->up ? ": " : "", out);
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	fclose(out);
	dc_error(doc->diag, -EINVAL, DC_LINE(doc->path, dc_json_line(at)), "%s", text);
	free(text);
}

static int check_head(const struct dc_json *root, const char *kind)
{
	int64_t schema = dc_json_int_or(root, "schema", INT64_MIN, INT64_MAX, DC_SCHEMA);
	const char *its_kind = dc_json_str_or(root, "kind", kind ? kind : "");

	if (schema == 1)
		dc_json_fault(root,
			      "schema 1 is no longer read: schema %d has other keys "
			      "(docs/formats.md); make the file again with this drivercut, or "
			      "rename the keys if you wrote it by hand",
			      DC_SCHEMA);
	else if (schema != DC_SCHEMA)
		dc_json_fault(root,
			      "schema %" PRId64 ", but this drivercut reads schema %d; make the "
			      "file again with this drivercut",
			      schema, DC_SCHEMA);
	else if (kind && strcmp(its_kind, kind) != 0)
		dc_json_fault(root, "this is a %s file, expected a %s file", its_kind, kind);
	return root->doc->failed ? -EINVAL : 0;
}

/* Takes value, text and arrays. */
static int make_doc(struct dc_diag *diag, const char *path, const char *kind, json_t *value,
		    char *text, struct dc_json_arrays *arrays, struct dc_json_doc **ret_doc,
		    struct dc_json *ret_root)
{
	struct dc_json_doc *doc = dc_alloc(1, sizeof(*doc));
	struct dc_json root = {.doc = doc, .value = value};

	*doc = (struct dc_json_doc){.diag = diag,
				    .path = dc_strdup(path),
				    .text = text,
				    .root = value,
				    .arrays = arrays};
	if (check_head(&root, kind) < 0) {
		dc_json_close(doc);
		return -EINVAL;
	}
	*ret_doc = doc;
	*ret_root = root;
	return 0;
}

/* Takes text, which has a zero behind it. */
static int parse(struct dc_diag *diag, const char *path, char *text, size_t len_bytes,
		 const char *kind, struct dc_json_doc **ret_doc, struct dc_json *ret_root)
{
	json_error_t error;
	json_t *value = json_loadb(text, len_bytes, JSON_REJECT_DUPLICATES, &error);
	int err;

	if (value && json_is_object(value))
		return make_doc(diag, path, kind, value, text, NULL, ret_doc, ret_root);
	if (value)
		err = dc_error(diag, -EINVAL, DC_FILE(path), "not a JSON object");
	else
		err = dc_error(diag, -EINVAL,
			       &(struct dc_pos){path, (unsigned)(error.line > 0 ? error.line : 0),
						(unsigned)(error.column > 0 ? error.column : 0)},
			       "not valid JSON: %s", error.text);
	json_decref(value);
	free(text);
	return err;
}

int dc_json_parse(struct dc_diag *diag, const char *path, const char *text, size_t len_bytes,
		  const char *kind, struct dc_json_doc **ret_doc, struct dc_json *ret_root)
{
	char *copy = dc_alloc(len_bytes + 1, 1);

	memcpy(copy, text, len_bytes);
	return parse(diag, path, copy, len_bytes, kind, ret_doc, ret_root);
}

int dc_json_open(struct dc_diag *diag, const char *path, const char *kind,
		 struct dc_json_doc **ret_doc, struct dc_json *ret_root)
{
	size_t len;
	char *text;
	int err = dc_file_read(diag, path, &text, &len);

	return err < 0 ? err : parse(diag, path, text, len, kind, ret_doc, ret_root);
}

int dc_json_open_rows(struct dc_diag *diag, const char *path, const char *kind,
		      struct dc_json_doc **ret_doc, struct dc_json *ret_root)
{
	struct dc_json_arrays *arrays;
	json_t *value;
	size_t len;
	char *text;
	int err = dc_file_read(diag, path, &text, &len);

	if (err < 0)
		return err;
	value = dc_json_arrays_open(text, len, &arrays);
	if (value)
		return make_doc(diag, path, kind, value, text, arrays, ret_doc, ret_root);
	return parse(diag, path, text, len, kind, ret_doc, ret_root);
}

void dc_json_close(struct dc_json_doc *doc)
{
	if (!doc)
		return;
	dc_json_arrays_close(doc->arrays);
	json_decref(doc->root);
	free(doc->path);
	free(doc->text);
	free(doc);
}

bool dc_json_failed(const struct dc_json_doc *doc)
{
	return doc->failed;
}

static const char *type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",    [JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a real number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	       [JSON_NULL] = "null",
	};

	return value ? names[json_typeof(value)] : "nothing";
}

static struct dc_json member(const struct dc_json *object, const char *key)
{
	struct dc_json at = {.doc = object->doc, .up = object, .key = key};

	if (!object->value)
		return at;
	if (!json_is_object(object->value)) {
		dc_json_fault(object, "expected an object, found %s", type_name(object->value));
		return at;
	}
	at.value = json_object_get(object->value, key);
	if (json_is_null(at.value))
		at.value = NULL;
	if (!object->up && at.doc->arrays)
		at.rows = dc_json_arrays_find(at.doc->arrays, key);
	return at;
}

/* A member that must be there; what: "a string", ... for the message. */
static struct dc_json needed(const struct dc_json *object, const char *key, const char *what)
{
	struct dc_json at = member(object, key);

	if (!at.value && object->value)
		dc_json_fault(&at, "missing; expected %s", what);
	return at;
}

static void wrong_type(struct dc_json *at, const char *what)
{
	dc_json_fault(at, "expected %s, found %s", what, type_name(at->value));
	at->value = NULL;
}

static const char *as_str(struct dc_json *at)
{
	if (at->value && !json_is_string(at->value))
		wrong_type(at, "a string");
	return at->value ? json_string_value(at->value) : "";
}

static int64_t as_int(struct dc_json *at, int64_t min, int64_t max)
{
	int64_t value;

	if (at->value && !json_is_integer(at->value))
		wrong_type(at, "an integer");
	if (!at->value)
		return 0;
	value = json_integer_value(at->value);
	if (value >= min && value <= max)
		return value;
	if (value < min)
		dc_json_fault(at, "%" PRId64 " is below %" PRId64 ", the least allowed", value,
			      min);
	else
		dc_json_fault(at, "%" PRId64 " is above %" PRId64 ", the most allowed", value, max);
	return 0;
}

static bool as_bool(struct dc_json *at)
{
	if (at->value && !json_is_boolean(at->value))
		wrong_type(at, "true or false");
	return at->value && json_is_true(at->value);
}

const char *dc_json_str(const struct dc_json *object, const char *key)
{
	struct dc_json at = needed(object, key, "a string");

	return as_str(&at);
}

int64_t dc_json_int(const struct dc_json *object, const char *key, int64_t min, int64_t max)
{
	struct dc_json at = needed(object, key, "an integer");

	return as_int(&at, min, max);
}

bool dc_json_bool(const struct dc_json *object, const char *key)
{
	struct dc_json at = needed(object, key, "true or false");

	return as_bool(&at);
}

struct dc_json dc_json_object(const struct dc_json *object, const char *key)
{
	struct dc_json at = needed(object, key, "an object");

	if (at.value && !json_is_object(at.value))
		wrong_type(&at, "an object");
	return at;
}

struct dc_json dc_json_array(const struct dc_json *object, const char *key)
{
	struct dc_json at = needed(object, key, "an array");

	if (at.value && !json_is_array(at.value))
		wrong_type(&at, "an array");
	return at;
}

const char *dc_json_str_or(const struct dc_json *object, const char *key, const char *missing)
{
	struct dc_json at = member(object, key);

	return at.value ? as_str(&at) : missing;
}

int64_t dc_json_int_or(const struct dc_json *object, const char *key, int64_t min, int64_t max,
		       int64_t missing)
{
	struct dc_json at = member(object, key);

	return at.value ? as_int(&at, min, max) : missing;
}

bool dc_json_bool_or(const struct dc_json *object, const char *key, bool missing)
{
	struct dc_json at = member(object, key);

	return at.value ? as_bool(&at) : missing;
}

struct dc_json dc_json_array_or_empty(const struct dc_json *object, const char *key)
{
	struct dc_json at = member(object, key);

	if (at.value && !json_is_array(at.value))
		wrong_type(&at, "an array");
	return at;
}

bool dc_json_has(const struct dc_json *object, const char *key)
{
	return member(object, key).value != NULL;
}

size_t dc_json_len(const struct dc_json *array)
{
	return array->rows && array->value ? dc_json_rows_len(array->rows)
					   : json_array_size(array->value);
}

struct dc_json dc_json_at(const struct dc_json *array, size_t index)
{
	return (struct dc_json){.doc = array->doc,
				.value = array->rows && array->value
						 ? dc_json_rows_at(array->rows, index)
						 : json_array_get(array->value, index),
				.up = array,
				.index = index};
}

const char *dc_json_str_at(const struct dc_json *array, size_t index)
{
	struct dc_json at = dc_json_at(array, index);

	return as_str(&at);
}

/* Writing */

static void check_memory(int failed)
{
	if (failed) {
		fputs("drivercut: out of memory, or a string that is not UTF-8, in JSON output\n",
		      stderr);
		exit(4);
	}
}

json_t *dc_json_new(const char *kind)
{
	json_t *root = json_object();

	dc_json_set(root, "schema", json_integer(DC_SCHEMA));
	dc_json_set(root, "kind", json_string(kind));
	return root;
}

void dc_json_set(json_t *object, const char *key, json_t *value)
{
	check_memory(json_object_set_new(object, key, value));
}

void dc_json_add(json_t *array, json_t *value)
{
	check_memory(json_array_append_new(array, value));
}

static void put_flat(FILE *out, const json_t *value)
{
	check_memory(json_dumpf(value, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)));
}

static bool wants_lines(const json_t *value)
{
	const json_t *first = json_array_get(value, 0);

	return json_is_object(first) || json_is_array(first);
}

static void put_member(FILE *out, const json_t *value)
{
	size_t i;

	if (!wants_lines(value)) {
		put_flat(out, value);
		return;
	}
	fputs("[\n", out);
	for (i = 0; i < json_array_size(value); i++) {
		fputs("    ", out);
		put_flat(out, json_array_get(value, i));
		fputs(i + 1 < json_array_size(value) ? ",\n" : "\n", out);
	}
	fputs("  ]", out);
}

static void put_root(FILE *out, const json_t *root)
{
	size_t left = json_object_size(root);
	const char *key;
	json_t *value;

	fputs("{\n", out);
	json_object_foreach ((json_t *)(uintptr_t)root, key, value) {
		json_t *name = json_string(key);

		fputs("  ", out);
		put_flat(out, name);
		json_decref(name);
		fputs(": ", out);
		put_member(out, value);
		fputs(--left ? ",\n" : "\n", out);
	}
	fputs("}\n", out);
}

int dc_json_write(struct dc_diag *diag, const char *path, const json_t *root)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err;

	check_memory(!out);
	put_root(out, root);
	check_memory(fclose(out));
	err = dc_file_write(diag, path, text, len);
	free(text);
	return err;
}
