/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver's annotations, checked against its source: every function, structure and field that a
 * row names must exist and be of a kind that the row can be about. The first row that is wrong is
 * reported.
 */
#include "marshal/annotations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static int validate_list(struct dc_diag *diag, const struct dc_marshal *marshal,
			 const struct dc_pointer_rule *pointer)
{
	const struct dc_layout_field *head =
		dc_marshal_field(marshal, pointer->record, pointer->field);
	const struct dc_layout_field *node =
		dc_marshal_field(marshal, pointer->list_record, pointer->list_field);
	const struct dc_layout_field *lock =
		dc_marshal_field(marshal, pointer->record, pointer->lock);
	const struct dc_type_rule *rule =
		lock && lock->value.kind == DC_VALUE_RECORD
			? dc_rules_type(marshal->rules, lock->value.record)
			: NULL;

	if (head && head->count != 1)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: '%s' of struct %s is an array of list heads, and such "
				"lists cannot cross yet",
				pointer->field, pointer->record);
	if (!head || !dc_marshal_is_list(marshal, &head->value))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: no list head '%s' is in struct %s", pointer->field,
				pointer->record);
	if (!node || !dc_marshal_is_list(marshal, &node->value))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: no list node '%s' is in struct %s", pointer->list_field,
				pointer->list_record);
	if (strcmp(pointer->lock, "caller") != 0 && !(rule && rule->is_lock))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: no mutex '%s' is in struct %s; write \"caller\" for a "
				"lock that all callers hold",
				pointer->lock, pointer->record);
	return 0;
}

static bool is_positive_number(const char *text)
{
	char *end;

	return *text != '-' && strtoul(text, &end, 0) > 0 && !*end;
}

/* How much a pointer points to: elements if it points to a structure, else bytes. */
static int validate_count(struct dc_diag *diag, const struct dc_marshal *marshal,
			  const struct dc_pointer_rule *pointer,
			  const struct dc_layout_field *field)
{
	const struct dc_layout_field *other =
		dc_marshal_field(marshal, pointer->record, pointer->count);

	if (is_positive_number(pointer->count))
		return 0;
	if (field->value.to != DC_VALUE_RECORD)
		return !strcmp(pointer->count, "string")
			       ? 0
			       : dc_error(diag, -EINVAL, DC_FILE(marshal->path),
					  "pointers: the count of '%s' of struct %s, which points "
					  "to "
					  "plain memory, must be \"string\" or a number of bytes, "
					  "not '%s'",
					  pointer->field, pointer->record, pointer->count);
	if (other && dc_marshal_is_count(other))
		return 0;
	return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
			"pointers: the count of '%s' of struct %s must be a number above 0 or an "
			"integer field of the same structure, not '%s'",
			pointer->field, pointer->record, pointer->count);
}

static int validate_pointer(struct dc_diag *diag, const struct dc_marshal *marshal,
			    const struct dc_pointer_rule *pointer)
{
	const struct dc_layout_field *field =
		dc_marshal_field(marshal, pointer->record, pointer->field);

	if (!dc_layout_find(&marshal->source->layouts, pointer->record))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: the driver uses no structure '%s'", pointer->record);
	if (pointer->list_record)
		return validate_list(diag, marshal, pointer);
	if (!field || field->value.kind != DC_VALUE_POINTER)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"pointers: no pointer '%s' is in struct %s", pointer->field,
				pointer->record);
	return validate_count(diag, marshal, pointer, field);
}

/* A limit is about a whole integer, or with `values` about a pointer to a function. */
static int validate_limit(struct dc_diag *diag, const struct dc_marshal *marshal,
			  const struct dc_limit_rule *limit)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, limit->record);
	const struct dc_layout_field *field;

	if (!layout)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"limits: the driver uses no structure '%s'", limit->record);
	dc_vec_each (field, &layout->fields) {
		bool is_number = field->value.kind == DC_VALUE_INTEGER;

		if (strcmp(field->name, limit->field) != 0)
			continue;
		if ((is_number || (field->value.is_code && !limit->low)) && field->path &&
		    !field->bits && !field->dimensions)
			return 0;
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"limits: '%s' of struct %s is not a whole integer", limit->field,
				limit->record);
	}
	return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
			"limits: no field '%s' is in struct %s", limit->field, limit->record);
}

/* "STRUCTURE.FIELD" or "STRUCTURE.*" */
static int validate_read(struct dc_diag *diag, const struct dc_marshal *marshal,
			 const char *function, const char *text)
{
	const char *dot = strchr(text, '.');
	const char *record = dc_arena_strndup(marshal->arena, text, (size_t)(dot - text));

	if (!dc_layout_find(&marshal->source->layouts, record))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"functions: %s reads '%s', but the driver uses no structure '%s'",
				function, text, record);
	if (strcmp(dot + 1, "*") != 0 && !dc_marshal_field(marshal, record, dot + 1))
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"functions: %s reads '%s', but no field '%s' is in struct %s",
				function, text, dot + 1, record);
	return 0;
}

static int validate_function(struct dc_diag *diag, const struct dc_marshal *marshal,
			     const struct dc_function_rule *function)
{
	const struct dc_definition *definition = dc_source_find(marshal->source, function->name);
	size_t i;
	int err = 0;

	if (!definition)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"functions: the driver has no function '%s'", function->name);
	if (function->arguments.len > definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"functions: %s has %zu parameters, not %zu", function->name,
				definition->parameters.len, function->arguments.len);
	if (function->released_argument >= (int)definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				"functions: %s has %zu parameters, so it cannot release "
				"argument %d (the first is 0)",
				function->name, definition->parameters.len,
				function->released_argument);
	for (i = 0; i < function->reads.len && !err; i++)
		err = validate_read(diag, marshal, function->name, function->reads.at[i]);
	return err;
}

/* The driver need not use the kernel's structure, if the rules know it. */
static int validate_trailing(struct dc_diag *diag, const struct dc_marshal *marshal,
			     const struct dc_trailing_rule *trailing)
{
	const struct dc_type_rule *rule = dc_rules_type(marshal->rules, trailing->after);
	const char *absent = NULL;

	if (!dc_layout_find(&marshal->source->layouts, trailing->record))
		absent = trailing->record;
	else if (!(rule && rule->class == DC_TYPE_OBJECT) &&
		 !dc_layout_find(&marshal->source->layouts, trailing->after))
		absent = trailing->after;
	if (!absent)
		return 0;
	return dc_error(diag, -EINVAL, DC_FILE(marshal->path),
			"trailing: the driver uses no structure '%s'", absent);
}

int dc_annotations_validate(struct dc_diag *diag, const struct dc_marshal *marshal)
{
	const struct dc_pointer_rule *pointer;
	const struct dc_function_rule *function;
	const struct dc_trailing_rule *trailing;
	const struct dc_recovery_rule *recovery;
	struct dc_recovery found;
	const struct dc_limit_rule *limit;
	int err = 0;

	dc_vec_each (function, &marshal->annotations.functions)
		if (!err)
			err = validate_function(diag, marshal, function);
	dc_vec_each (trailing, &marshal->annotations.trailing)
		if (!err)
			err = validate_trailing(diag, marshal, trailing);
	dc_vec_each (recovery, &marshal->annotations.recoveries)
		if (!err && !dc_marshal_recovery(marshal, recovery, &found))
			err = dc_error(diag, -EINVAL, DC_FILE(marshal->path),
				       "recovery: the driver has no function '%s' that takes one "
				       "pointer to an object",
				       recovery->function);
	dc_vec_each (pointer, &marshal->annotations.pointers)
		if (!err)
			err = validate_pointer(diag, marshal, pointer);
	dc_vec_each (limit, &marshal->annotations.limits)
		if (!err)
			err = validate_limit(diag, marshal, limit);
	if (err < 0 && marshal->source->kernel)
		dc_note(diag, DC_FILE(marshal->path),
			"the driver's source is that for Linux %s; a row that is right for another "
			"kernel must change with it",
			marshal->source->kernel);
	return err;
}
