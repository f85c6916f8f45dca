/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.json; its keys are in docs/formats.md. One table a structure says which member has which
 * key, and serves the writer and the reader, so that they cannot disagree. Lists within a structure
 * are written and read beside the table.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "graph/facts.h"
#include "graph/source/source.h"

enum member_kind { TEXT, MAYBE_TEXT, NUMBER, SIGNED, OFFSET, FLAG, WORD, VALUE };

struct member {
	const char *key;
	enum member_kind kind;
	size_t at; /* in the structure */
	const char *const *words; /* of WORD: names of an enumeration, NULL-terminated */
};

#define MEMBER(type, key, kind, member) {key, kind, offsetof(struct type, member), NULL}
#define NAMED(type, key, member, words) {key, WORD, offsetof(struct type, member), words}

static const char *const value_kinds[] = {"void", "integer", "record", "pointer", "other", NULL};
static const char *const use_kinds[] = {"function", "variable", "macro", "asm", NULL};
static const char *const pointer_kinds[] = {"parameter", "local",  "result", "field",
					    "variable",	 "passed", NULL};
static const char *const evidence_kinds[] = {"uses", "uses some", "string", "has",
					     "from", "inside",	  "null",   "number",
					     "any",  "registers", "device", NULL};
static const char *const results[] = {"void", "signed", "pointer", "other", NULL};

static const struct member definition_members[] = {
	MEMBER(dc_definition, "name", TEXT, name),
	MEMBER(dc_definition, "plain", TEXT, plain),
	MEMBER(dc_definition, "file", TEXT, file),
	MEMBER(dc_definition, "unit", TEXT, unit),
	MEMBER(dc_definition, "first_line", NUMBER, first_line),
	MEMBER(dc_definition, "last_line", NUMBER, last_line),
	MEMBER(dc_definition, "start", OFFSET, start),
	MEMBER(dc_definition, "body", OFFSET, body),
	MEMBER(dc_definition, "end", OFFSET, end),
	MEMBER(dc_definition, "fixed", FLAG, fixed),
	MEMBER(dc_definition, "static", FLAG, is_static),
	MEMBER(dc_definition, "init", FLAG, is_init),
	MEMBER(dc_definition, "uncuttable", MAYBE_TEXT, uncuttable),
	MEMBER(dc_definition, "result_type", TEXT, result),
	NAMED(dc_definition, "result_kind", result_kind, results),
	MEMBER(dc_definition, "result", VALUE, result_value),
	{0}};

static const struct member parameter_members[] = {MEMBER(dc_parameter, "name", TEXT, name),
						  MEMBER(dc_parameter, "type", TEXT, type),
						  MEMBER(dc_parameter, "value", VALUE, value),
						  {0}};

static const struct member use_members[] = {NAMED(dc_use, "kind", kind, use_kinds),
					    MEMBER(dc_use, "name", TEXT, name),
					    MEMBER(dc_use, "inner", MAYBE_TEXT, inner),
					    MEMBER(dc_use, "line", NUMBER, line),
					    {0}};

static const struct member forward_members[] = {
	MEMBER(dc_forward, "function", TEXT, function),
	MEMBER(dc_forward, "file", TEXT, file),
	MEMBER(dc_forward, "static", FLAG, is_static),
	MEMBER(dc_forward, "start", OFFSET, start),
	MEMBER(dc_forward, "end", OFFSET, end),
	MEMBER(dc_forward, "first_line", NUMBER, first_line),
	MEMBER(dc_forward, "last_line", NUMBER, last_line),
	{0}};

static const struct member variable_members[] = {MEMBER(dc_variable, "name", TEXT, name),
						 MEMBER(dc_variable, "file", MAYBE_TEXT, file),
						 MEMBER(dc_variable, "static", FLAG, is_static),
						 MEMBER(dc_variable, "init", FLAG, is_init),
						 MEMBER(dc_variable, "const", FLAG, is_const),
						 MEMBER(dc_variable, "count", NUMBER, count),
						 MEMBER(dc_variable, "value", VALUE, value),
						 {0}};

static const struct member static_members[] = {MEMBER(dc_static, "function", TEXT, function),
					       MEMBER(dc_static, "line", NUMBER, line),
					       MEMBER(dc_static, "assigned", FLAG, is_assigned),
					       MEMBER(dc_static, "crosses", FLAG, crosses),
					       MEMBER(dc_static, "type", MAYBE_TEXT, type),
					       MEMBER(dc_static, "initialiser", MAYBE_TEXT, init),
					       MEMBER(dc_static, "label", OFFSET, label),
					       {0}};

static const struct member file_members[] = {
	MEMBER(dc_source_file, "name", TEXT, name),
	MEMBER(dc_source_file, "unit", FLAG, is_unit),
	MEMBER(dc_source_file, "read", FLAG, read),
	MEMBER(dc_source_file, "first_declaration", OFFSET, first_declaration),
	MEMBER(dc_source_file, "first_line", NUMBER, first_line),
	{0}};

static const struct member layout_members[] = {
	MEMBER(dc_layout, "name", TEXT, name),	 MEMBER(dc_layout, "spelling", TEXT, spelling),
	MEMBER(dc_layout, "unit", TEXT, unit),	 MEMBER(dc_layout, "of_driver", FLAG, of_driver),
	MEMBER(dc_layout, "size", NUMBER, size), {0}};

static const struct member field_members[] = {
	MEMBER(dc_layout_field, "name", TEXT, name),
	MEMBER(dc_layout_field, "path", MAYBE_TEXT, path),
	MEMBER(dc_layout_field, "dimensions", NUMBER, dimensions),
	MEMBER(dc_layout_field, "offset", NUMBER, offset),
	MEMBER(dc_layout_field, "bit", NUMBER, bit),
	MEMBER(dc_layout_field, "bits", NUMBER, bits),
	MEMBER(dc_layout_field, "count", NUMBER, count),
	MEMBER(dc_layout_field, "value", VALUE, value),
	{0}};

static const struct member reach_members[] = {
	MEMBER(dc_reach, "name", TEXT, name), MEMBER(dc_reach, "fields", NUMBER, fields), {0}};

static const struct member prototype_members[] = {
	MEMBER(dc_prototype, "name", TEXT, name),
	MEMBER(dc_prototype, "result_type", TEXT, result_type),
	MEMBER(dc_prototype, "inline", FLAG, is_inline),
	MEMBER(dc_prototype, "variadic", FLAG, is_variadic),
	MEMBER(dc_prototype, "in_table", FLAG, in_table),
	MEMBER(dc_prototype, "result", VALUE, result),
	{0}};

static const struct member inline_members[] = {MEMBER(dc_inline_use, "function", TEXT, function),
					       MEMBER(dc_inline_use, "record", TEXT, record),
					       MEMBER(dc_inline_use, "field", TEXT, field),
					       MEMBER(dc_inline_use, "written", FLAG, written),
					       {0}};

static const struct member inner_call_members[] = {
	MEMBER(dc_inner_call, "function", TEXT, function),
	MEMBER(dc_inner_call, "callee", TEXT, callee),
	{0}};

static const struct member evidence_members[] = {
	NAMED(dc_evidence, "pointer", pointer.kind, pointer_kinds),
	MEMBER(dc_evidence, "of", TEXT, pointer.of),
	MEMBER(dc_evidence, "name", TEXT, pointer.name),
	NAMED(dc_evidence, "shows", kind, evidence_kinds),
	MEMBER(dc_evidence, "bytes", SIGNED, extent.bytes),
	MEMBER(dc_evidence, "each", SIGNED, extent.each),
	MEMBER(dc_evidence, "times", MAYBE_TEXT, extent.times),
	NAMED(dc_evidence, "from", from.kind, pointer_kinds),
	MEMBER(dc_evidence, "from_of", MAYBE_TEXT, from.of),
	MEMBER(dc_evidence, "from_name", MAYBE_TEXT, from.name),
	MEMBER(dc_evidence, "offset", SIGNED, offset),
	MEMBER(dc_evidence, "certain", FLAG, certain),
	MEMBER(dc_evidence, "allocated", FLAG, allocated),
	MEMBER(dc_evidence, "record", MAYBE_TEXT, record),
	MEMBER(dc_evidence, "function", MAYBE_TEXT, function),
	MEMBER(dc_evidence, "file", TEXT, file),
	MEMBER(dc_evidence, "line", NUMBER, line),
	MEMBER(dc_evidence, "text", TEXT, text),
	{0}};

static const struct member hidden_members[] = {MEMBER(dc_hidden_use, "function", TEXT, function),
					       MEMBER(dc_hidden_use, "record", TEXT, record),
					       MEMBER(dc_hidden_use, "line", NUMBER, line),
					       {0}};

/* Writing */

static json_t *maybe_string(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *put_value(const struct dc_value *value)
{
	json_t *row = json_object();

	dc_json_set(row, "kind", json_string(value_kinds[value->kind]));
	dc_json_set(row, "size", json_integer(value->size));
	if (value->kind == DC_VALUE_INTEGER)
		dc_json_set(row, "signed", json_boolean(value->is_signed));
	if (value->kind == DC_VALUE_POINTER) {
		dc_json_set(row, "to", json_string(value_kinds[value->to]));
		dc_json_set(row, "to_size", json_integer(value->to_size));
		dc_json_set(row, "to_const", json_boolean(value->to_const));
		dc_json_set(row, "to_char", json_boolean(value->to_char));
		dc_json_set(row, "code", json_boolean(value->is_code));
	}
	if (value->kind == DC_VALUE_RECORD || value->kind == DC_VALUE_POINTER)
		dc_json_set(row, "record", maybe_string(value->record));
	return row;
}

static json_t *put_member(const struct member *member, const void *at)
{
	switch (member->kind) {
	case TEXT:
	case MAYBE_TEXT:
		return maybe_string(*(const char *const *)at);
	case NUMBER:
		return json_integer(*(const unsigned *)at);
	case SIGNED:
		return json_integer(*(const long long *)at);
	case OFFSET:
		return json_integer((json_int_t) * (const size_t *)at);
	case FLAG:
		return json_boolean(*(const bool *)at);
	case WORD:
		return json_string(member->words[*(const unsigned *)at]);
	default:
		return put_value(at);
	}
}

static json_t *put_record(const struct member *members, const void *record)
{
	const struct member *member;
	json_t *row = json_object();

	for (member = members; member->key; member++)
		dc_json_set(row, member->key,
			    put_member(member, (const char *)record + member->at));
	return row;
}

static json_t *put_texts(const char *const *texts, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		dc_json_add(list, json_string(texts[i]));
	return list;
}

/* A list of structures that have no lists in them. */
#define PUT_LIST(object, key, list, members)                                                       \
	do {                                                                                       \
		json_t *rows_ = json_array();                                                      \
		size_t i_;                                                                         \
		for (i_ = 0; i_ < (list)->len; i_++)                                               \
			dc_json_add(rows_, put_record(members, &(list)->at[i_]));                  \
		dc_json_set(object, key, rows_);                                                   \
	} while (0)

static json_t *put_definitions(const struct dc_source *source)
{
	const struct dc_definition *definition;
	json_t *rows = json_array();

	dc_vec_each (definition, &source->definitions) {
		json_t *row = put_record(definition_members, definition);

		PUT_LIST(row, "parameters", &definition->parameters, parameter_members);
		dc_json_set(row, "refers",
			    put_texts(definition->refers.at, definition->refers.len));
		PUT_LIST(row, "uses", &definition->uses, use_members);
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *put_statics(const struct dc_source *source)
{
	const struct dc_static *at;
	json_t *rows = json_array();

	dc_vec_each (at, &source->statics) {
		json_t *row = put_record(static_members, at);

		dc_json_set(row, "variable", put_record(variable_members, &at->variable));
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *put_units(const struct dc_source *source)
{
	const struct dc_source_unit *unit;
	json_t *rows = json_array();

	dc_vec_each (unit, &source->units) {
		json_t *row = json_object();

		dc_json_set(row, "file", json_string(unit->file));
		dc_json_set(row, "flags", put_texts(unit->flags.at, unit->flags.len));
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *put_layouts(const struct dc_source *source)
{
	const struct dc_layout *layout;
	json_t *rows = json_array();

	dc_vec_each (layout, &source->layouts.layouts) {
		json_t *row = put_record(layout_members, layout);

		PUT_LIST(row, "fields", &layout->fields, field_members);
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *put_reach(const struct dc_source *source)
{
	const struct dc_reach *reach;
	json_t *rows = json_array();

	dc_vec_each (reach, &source->layouts.reach) {
		json_t *row = put_record(reach_members, reach);

		dc_json_set(row, "to", put_texts(reach->to.at, reach->to.len));
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *put_prototypes(const struct dc_source *source)
{
	const struct dc_prototype *prototype;
	json_t *rows = json_array();
	size_t i;

	dc_vec_each (prototype, &source->layouts.prototypes) {
		json_t *row = put_record(prototype_members, prototype), *list = json_array();

		for (i = 0; i < prototype->parameters.len; i++) {
			const struct dc_parameter parameter = {
				.name = prototype->parameter_names.at[i],
				.type = prototype->parameter_types.at[i],
				.value = prototype->parameters.at[i],
			};

			dc_json_add(list, put_record(parameter_members, &parameter));
		}
		dc_json_set(row, "parameters", list);
		dc_json_add(rows, row);
	}
	return rows;
}

int dc_source_write(struct dc_diag *diag, const char *path, const struct dc_source *source)
{
	const struct dc_layouts *layouts = &source->layouts;
	json_t *root = dc_json_new("source");
	int err;

	dc_json_set(root, "module", maybe_string(source->module));
	dc_json_set(root, "module_file", maybe_string(source->module_file));
	dc_json_set(root, "kernel", json_string(source->kernel));
	dc_origin_put(root, &source->origin);
	dc_json_set(root, "definitions", put_definitions(source));
	PUT_LIST(root, "forwards", &source->forwards, forward_members);
	dc_json_set(root, "file_refers",
		    put_texts(source->file_refers.at, source->file_refers.len));
	PUT_LIST(root, "variables", &source->variables, variable_members);
	dc_json_set(root, "statics", put_statics(source));
	PUT_LIST(root, "files", &source->files, file_members);
	dc_json_set(root, "units", put_units(source));
	dc_json_set(root, "outside", put_texts(source->outside.at, source->outside.len));
	dc_json_set(root, "layouts", put_layouts(source));
	dc_json_set(root, "prototypes", put_prototypes(source));
	PUT_LIST(root, "inlines", &layouts->inlines, inline_members);
	PUT_LIST(root, "inner_calls", &layouts->inner_calls, inner_call_members);
	PUT_LIST(root, "hidden", &layouts->hidden, hidden_members);
	dc_json_set(root, "table_variables",
		    put_texts(layouts->table_variables.at, layouts->table_variables.len));
	dc_json_set(root, "own_names", put_texts(source->own_names.at, source->own_names.len));
	dc_json_set(root, "own_code_names",
		    put_texts(source->own_code_names.at, source->own_code_names.len));
	PUT_LIST(root, "evidence", &source->evidence, evidence_members);
	dc_json_set(root, "reach", put_reach(source));
	err = dc_json_write(diag, path, root);
	json_decref(root);
	return err;
}

/* Reading */

struct reader {
	struct dc_source *source;
	struct dc_facts names; /* interned: others compare names of a source by address */
	struct dc_json root;
};

static const char *keep(struct reader *reader, const char *text)
{
	return text ? dc_facts_name(&reader->names, text) : NULL;
}

static unsigned get_word(const struct dc_json *row, const char *key, const char *const *words)
{
	const char *word = dc_json_str(row, key);
	unsigned i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	dc_json_fault(row, "%s '%s' is not known", key, word);
	return 0;
}

/* A member that may be null, but not missing. */
static const char *get_maybe(const struct dc_json *row, const char *key)
{
	if (row->value && !json_object_get(row->value, key))
		dc_json_fault(row, "%s is missing", key);
	return dc_json_str_or(row, key, NULL);
}

static unsigned get_number(const struct dc_json *row, const char *key)
{
	return (unsigned)dc_json_int(row, key, 0, UINT32_MAX);
}

static struct dc_value get_value(struct reader *reader, const struct dc_json *outer,
				 const char *key)
{
	struct dc_json row = dc_json_object(outer, key);
	struct dc_value value = {
		.kind = (enum dc_value_kind)get_word(&row, "kind", value_kinds),
		.size = get_number(&row, "size"),
	};

	if (value.kind == DC_VALUE_INTEGER)
		value.is_signed = dc_json_bool(&row, "signed");
	if (value.kind == DC_VALUE_POINTER) {
		value.to = (enum dc_value_kind)get_word(&row, "to", value_kinds);
		value.to_size = get_number(&row, "to_size");
		value.to_const = dc_json_bool(&row, "to_const");
		value.to_char = dc_json_bool(&row, "to_char");
		value.is_code = dc_json_bool(&row, "code");
	}
	if (value.kind == DC_VALUE_RECORD || value.kind == DC_VALUE_POINTER)
		value.record = keep(reader, get_maybe(&row, "record"));
	return value;
}

static void get_member(struct reader *reader, const struct dc_json *row,
		       const struct member *member, void *at)
{
	switch (member->kind) {
	case TEXT:
		*(const char **)at = keep(reader, dc_json_str(row, member->key));
		break;
	case MAYBE_TEXT:
		*(const char **)at = keep(reader, get_maybe(row, member->key));
		break;
	case NUMBER:
		*(unsigned *)at = get_number(row, member->key);
		break;
	case SIGNED:
		*(long long *)at = dc_json_int(row, member->key, INT64_MIN, INT64_MAX);
		break;
	case OFFSET:
		*(size_t *)at = (size_t)dc_json_int(row, member->key, 0, INT64_MAX);
		break;
	case FLAG:
		*(bool *)at = dc_json_bool(row, member->key);
		break;
	case WORD:
		*(unsigned *)at = get_word(row, member->key, member->words);
		break;
	default:
		*(struct dc_value *)at = get_value(reader, row, member->key);
	}
}

static void get_record(struct reader *reader, const struct dc_json *row,
		       const struct member *members, void *record)
{
	const struct member *member;

	for (member = members; member->key; member++)
		get_member(reader, row, member, (char *)record + member->at);
}

/* Lists that are searched by name must be sorted, each name once. */
static void check_order(const struct dc_json *row, const char *before, const char *name)
{
	if (before && strcmp(before, name) >= 0)
		dc_json_fault(row, "rows must be sorted by name, each once");
}

#define GET_LIST(reader, object, key, list, members, type)                                         \
	do {                                                                                       \
		struct dc_json rows_ = dc_json_array(object, key);                                 \
		size_t i_;                                                                         \
		for (i_ = 0; i_ < dc_json_len(&rows_); i_++) {                                     \
			struct dc_json row_ = dc_json_at(&rows_, i_);                              \
			struct type record_ = {0};                                                 \
			get_record(reader, &row_, members, &record_);                              \
			dc_vec_push(list, record_);                                                \
		}                                                                                  \
	} while (0)

#define GET_TEXTS(reader, object, key, list)                                                       \
	do {                                                                                       \
		struct dc_json rows_ = dc_json_array(object, key);                                 \
		size_t i_;                                                                         \
		for (i_ = 0; i_ < dc_json_len(&rows_); i_++)                                       \
			dc_vec_push(list, keep(reader, dc_json_str_at(&rows_, i_)));               \
	} while (0)

static void get_definitions(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "definitions");
	const char *before = NULL;
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_definition ret = {0};

		get_record(reader, &row, definition_members, &ret);
		check_order(&row, before, ret.name);
		if (!ret.fixed && (ret.start > ret.body || ret.body >= ret.end))
			dc_json_fault(&row, "start, body and end are not in this order");
		GET_LIST(reader, &row, "parameters", &ret.parameters, parameter_members,
			 dc_parameter);
		GET_TEXTS(reader, &row, "refers", &ret.refers);
		GET_LIST(reader, &row, "uses", &ret.uses, use_members, dc_use);
		dc_vec_push(&reader->source->definitions, ret);
		before = ret.name;
	}
}

static void get_statics(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "statics");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_json variable = dc_json_object(&row, "variable");
		struct dc_static ret = {0};

		get_record(reader, &row, static_members, &ret);
		get_record(reader, &variable, variable_members, &ret.variable);
		dc_vec_push(&reader->source->statics, ret);
	}
}

static void get_units(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "units");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_source_unit ret = {.file = keep(reader, dc_json_str(&row, "file"))};

		GET_TEXTS(reader, &row, "flags", &ret.flags);
		dc_vec_push(&reader->source->units, ret);
	}
}

static void get_layouts(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "layouts");
	const char *before = NULL;
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_layout ret = {0};

		get_record(reader, &row, layout_members, &ret);
		check_order(&row, before, ret.name);
		GET_LIST(reader, &row, "fields", &ret.fields, field_members, dc_layout_field);
		dc_vec_push(&reader->source->layouts.layouts, ret);
		before = ret.name;
	}
}

/* A source.json of before has none; only the ladder of fields needs it. */
static void get_reach(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "reach");
	const char *before = NULL;
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_reach ret = {0};

		get_record(reader, &row, reach_members, &ret);
		check_order(&row, before, ret.name);
		GET_TEXTS(reader, &row, "to", &ret.to);
		dc_vec_push(&reader->source->layouts.reach, ret);
		before = ret.name;
	}
}

static void get_prototype_parameters(struct reader *reader, const struct dc_json *row,
				     struct dc_prototype *ret)
{
	struct dc_json rows = dc_json_array(row, "parameters");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json each = dc_json_at(&rows, i);
		struct dc_parameter parameter = {0};

		get_record(reader, &each, parameter_members, &parameter);
		dc_vec_push(&ret->parameters, parameter.value);
		dc_vec_push(&ret->parameter_names, parameter.name);
		dc_vec_push(&ret->parameter_types, parameter.type);
	}
}

static void get_prototypes(struct reader *reader)
{
	struct dc_json rows = dc_json_array(&reader->root, "prototypes");
	const char *before = NULL;
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_prototype ret = {0};

		get_record(reader, &row, prototype_members, &ret);
		check_order(&row, before, ret.name);
		get_prototype_parameters(reader, &row, &ret);
		dc_vec_push(&reader->source->layouts.prototypes, ret);
		before = ret.name;
	}
}

static void get_all(struct reader *reader)
{
	struct dc_source *source = reader->source;
	struct dc_layouts *layouts = &source->layouts;
	struct dc_json *root = &reader->root;

	source->module = keep(reader, get_maybe(root, "module"));
	source->module_file = keep(reader, get_maybe(root, "module_file"));
	source->kernel = keep(reader, dc_json_str(root, "kernel"));
	dc_origin_get(source->arena, root, &source->origin);
	get_definitions(reader);
	GET_LIST(reader, root, "forwards", &source->forwards, forward_members, dc_forward);
	GET_TEXTS(reader, root, "file_refers", &source->file_refers);
	GET_LIST(reader, root, "variables", &source->variables, variable_members, dc_variable);
	get_statics(reader);
	GET_LIST(reader, root, "files", &source->files, file_members, dc_source_file);
	get_units(reader);
	GET_TEXTS(reader, root, "outside", &source->outside);
	get_layouts(reader);
	get_prototypes(reader);
	GET_LIST(reader, root, "inlines", &layouts->inlines, inline_members, dc_inline_use);
	GET_LIST(reader, root, "inner_calls", &layouts->inner_calls, inner_call_members,
		 dc_inner_call);
	GET_LIST(reader, root, "hidden", &layouts->hidden, hidden_members, dc_hidden_use);
	GET_TEXTS(reader, root, "table_variables", &layouts->table_variables);
	GET_TEXTS(reader, root, "own_names", &source->own_names);
	GET_TEXTS(reader, root, "own_code_names", &source->own_code_names);
	GET_LIST(reader, root, "evidence", &source->evidence, evidence_members, dc_evidence);
	get_reach(reader);
}

int dc_source_read(struct dc_diag *diag, const char *path, const char *folder,
		   struct dc_source **ret)
{
	struct dc_json_doc *doc;
	struct reader reader = {0};
	int err = dc_json_open(diag, path, "source", &doc, &reader.root);

	if (err < 0)
		return err;
	reader.source = dc_alloc(1, sizeof(*reader.source));
	reader.source->arena = reader.names.arena = dc_arena_new();
	reader.source->folder = dc_arena_strdup(reader.source->arena, folder);
	get_all(&reader);
	dc_facts_done(&reader.names);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	if (err < 0)
		dc_source_free(reader.source);
	else
		*ret = reader.source;
	return err;
}
