/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of annotations.json as text. */
#include "marshal/annotations_edit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"

static const char *dump(struct dc_arena *arena, const json_t *value)
{
	char *text = json_dumps(value, 0);
	const char *kept = text ? dc_arena_strdup(arena, text) : "";

	free(text);
	return kept;
}

const char *dc_annotations_plain(struct dc_arena *arena, const char *row)
{
	json_t *value = json_loads(row, JSON_REJECT_DUPLICATES, NULL);
	const char *text = value ? dump(arena, value) : NULL;

	json_decref(value);
	return text;
}

/* The text with what is between two offsets replaced. */
static const char *replace(struct dc_arena *arena, const char *text, size_t start, size_t end,
			   const char *by)
{
	return dc_arena_printf(arena, "%s%s%s", dc_arena_strndup(arena, text, start), by,
			       text + end);
}

static json_t *value_of(const char *text, struct dc_json_span span)
{
	return json_loadb(text + span.start, span.end - span.start, JSON_REJECT_DUPLICATES, NULL);
}

/* What a new element of an array goes behind: a line's indent, if the last one begins a line. */
static const char *separator(struct dc_arena *arena, const char *text, size_t start)
{
	size_t line = start;

	while (line && (text[line - 1] == ' ' || text[line - 1] == '\t'))
		line--;
	if (line && text[line - 1] != '\n')
		return ", ";
	return dc_arena_printf(arena, ",\n%s", dc_arena_strndup(arena, text + line, start - line));
}

static const char *add_section(struct dc_arena *arena, const char *text, const char *section,
			       const char *row)
{
	struct dc_json_span root = dc_json_text_root(text);
	size_t end = root.end - 1; /* of the last member */
	const char *comma = ",";

	while (end > root.start + 1 && strchr(" \t\r\n", text[end - 1]))
		end--;
	if (end == root.start + 1)
		comma = "";
	return replace(
		arena, text, end, root.end,
		dc_arena_printf(arena, "%s\n  \"%s\": [\n    %s\n  ]\n}", comma, section, row));
}

static const char *append(struct dc_arena *arena, const char *text, struct dc_json_span array,
			  const char *row)
{
	struct dc_json_span last, at;
	size_t count = 0;

	while (dc_json_text_element(text, array, count, &at)) {
		last = at;
		count++;
	}
	if (!count)
		return replace(arena, text, array.start, array.end,
			       dc_arena_printf(arena, "[\n    %s\n  ]", row));
	return replace(arena, text, last.end, last.end,
		       dc_arena_printf(arena, "%s%s", separator(arena, text, last.start), row));
}

/* Fields that a function reads add up; its other keys are replaced. */
static void update(json_t *old, json_t *row)
{
	json_t *before = json_deep_copy(json_object_get(old, "reads")), *value, *other;
	size_t i, j;

	json_object_update(old, row);
	json_array_foreach (json_object_get(row, "reads"), i, value) {
		json_array_foreach (before, j, other)
			if (json_equal(value, other))
				break;
		if (j == json_array_size(before))
			json_array_append(before, value);
	}
	if (before && json_object_get(row, "reads"))
		json_object_set(old, "reads", before);
	json_decref(before);
}

/* A row of the same function, or an equal row: merged into; NULL: there is none. */
static const char *merge(struct dc_arena *arena, const char *text, struct dc_json_span array,
			 json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "function"));
	struct dc_json_span at;
	size_t i;

	for (i = 0; dc_json_text_element(text, array, i, &at); i++) {
		json_t *old = value_of(text, at);
		const char *its = json_string_value(json_object_get(old, "function"));
		const char *ret = NULL;

		if (json_equal(old, row)) {
			ret = text;
		} else if (name && its && !strcmp(name, its)) {
			update(old, row);
			ret = replace(arena, text, at.start, at.end, dump(arena, old));
		}
		json_decref(old);
		if (ret)
			return ret;
	}
	return NULL;
}

static const char *add(struct dc_arena *arena, const char *text, const char *section, json_t *row)
{
	struct dc_json_span array;
	const char *merged;

	if (!dc_json_text_member(text, dc_json_text_root(text), section, &array))
		return add_section(arena, text, section, dump(arena, row));
	merged = merge(arena, text, array, row);
	return merged ? merged : append(arena, text, array, dump(arena, row));
}

const char *dc_annotations_add(struct dc_arena *arena, const char *text, const char *section,
			       const char *row)
{
	json_t *value = json_loads(row, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	if (!text)
		text = "{\n  \"schema\": 2,\n  \"kind\": \"annotations\"\n}\n";
	text = add(arena, text, section, value);
	json_decref(value);
	return text;
}
