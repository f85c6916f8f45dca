/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver's annotations, checked against its source: every function, structure and field that a
 * row names must exist and be of a kind that the row can be about, and a number of elements must
 * not contradict what the source shows. The first row that is wrong is reported.
 */
#include "marshal/annotations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "marshal/evidence.h"

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
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
				"pointers: '%s' of struct %s is an array of list heads, and such "
				"lists cannot cross yet",
				pointer->field, pointer->record);
	if (!head || !dc_marshal_is_list(marshal, &head->value))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
				"pointers: no list head '%s' is in struct %s", pointer->field,
				pointer->record);
	if (!node || !dc_marshal_is_list(marshal, &node->value))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
				"pointers: no list node '%s' is in struct %s", pointer->list_field,
				pointer->list_record);
	if (strcmp(pointer->lock, "caller") != 0 && !(rule && rule->is_lock))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
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

/* Lengths that the source contradicts */

/* subject: "'addr' of set_address", "port.rings" */
static int contradict_device(struct dc_diag *diag, const struct dc_marshal *marshal, unsigned line,
			     const char *subject, const struct dc_evidence *device)
{
	return dc_error(diag, -EINVAL, DC_LINE(marshal->path, line),
			"%s points to %s, which cannot be copied: %s; remove the row", subject,
			device->kind == DC_EVIDENCE_REGISTERS ? "registers of the device"
							      : "memory that the device uses",
			dc_evidence_words(marshal, device));
}

/* count elements of so many bytes, where code looks farther. */
static int contradict_uses(struct dc_diag *diag, const struct dc_marshal *marshal, unsigned line,
			   const char *subject, unsigned long count, unsigned size,
			   struct dc_pointer pointer)
{
	long long farthest;
	const struct dc_evidence *row = dc_evidence_farthest(marshal, pointer, &farthest);

	if (!row || !size || (unsigned long long)farthest <= (unsigned long long)count * size)
		return 0;
	return dc_error(diag, -EINVAL, DC_LINE(marshal->path, line),
			"%s has %lu elements (%u bytes each) by this row, but the driver uses byte "
			"%lld: %s",
			subject, count, size, farthest, dc_evidence_words(marshal, row));
}

/* count elements, where less is allocated. */
static int contradict_allocation(struct dc_diag *diag, const struct dc_marshal *marshal,
				 unsigned line, const char *subject, unsigned long count,
				 unsigned size, struct dc_pointer pointer)
{
	struct dc_has has = dc_evidence_has(marshal, pointer);

	if (!has.known || !has.allocated || has.least.times ||
	    (unsigned long long)has.least.bytes >= (unsigned long long)count * size)
		return 0;
	return dc_error(
		diag, -EINVAL, DC_LINE(marshal->path, line),
		"%s has %lu elements (%u bytes each) by this row, but the driver allocates %lld "
		"bytes: %s",
		subject, count, size, has.least.bytes, dc_evidence_words(marshal, has.by));
}

static int contradict_pointer(struct dc_diag *diag, const struct dc_marshal *marshal,
			      const struct dc_pointer_rule *rule,
			      const struct dc_layout_field *field)
{
	struct dc_pointer pointer = dc_pointer_of_field(rule->record, rule->field);
	const struct dc_evidence *device = dc_evidence_device(marshal, pointer);
	const char *subject =
		dc_arena_printf(marshal->arena, "pointers: %s.%s", rule->record, rule->field);
	unsigned size = field->value.to == DC_VALUE_RECORD ? field->value.to_size : 1;
	unsigned long count = strtoul(rule->count, NULL, 0);
	int err = device ? contradict_device(diag, marshal, rule->line, subject, device) : 0;

	if (!err && is_positive_number(rule->count))
		err = contradict_uses(diag, marshal, rule->line, subject, count, size, pointer);
	if (!err && is_positive_number(rule->count))
		err = contradict_allocation(diag, marshal, rule->line, subject, count, size,
					    pointer);
	return err;
}

static int contradict_argument(struct dc_diag *diag, const struct dc_marshal *marshal,
			       const struct dc_function_rule *rule,
			       const struct dc_definition *definition, size_t i)
{
	struct dc_pointer pointer = dc_pointer_of_parameter(marshal, definition->name, i);
	const struct dc_parameter *parameter = &definition->parameters.at[i];
	unsigned size = parameter->value.to_size ? parameter->value.to_size : 1;
	const struct dc_evidence *device;
	const char *subject;

	if (parameter->value.kind != DC_VALUE_POINTER || !*rule->arguments.at[i] ||
	    !strcmp(rule->arguments.at[i], "address"))
		return 0;
	subject = dc_arena_printf(marshal->arena, "functions: '%s' of %s", parameter->name,
				  rule->name);
	device = dc_evidence_device(marshal, pointer);
	if (device && device->kind == DC_EVIDENCE_REGISTERS)
		return contradict_device(diag, marshal, rule->line, subject, device);
	if (!is_positive_number(rule->arguments.at[i]))
		return 0;
	return contradict_uses(diag, marshal, rule->line, subject,
			       strtoul(rule->arguments.at[i], NULL, 0), size, pointer);
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
			       : dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
					  "pointers: the count of '%s' of struct %s, which points "
					  "to "
					  "plain memory, must be \"string\" or a number of bytes, "
					  "not '%s'",
					  pointer->field, pointer->record, pointer->count);
	if (other && dc_marshal_is_count(other))
		return 0;
	return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
			"pointers: the count of '%s' of struct %s must be a number above 0 or an "
			"integer field of the same structure, not '%s'",
			pointer->field, pointer->record, pointer->count);
}

static int validate_pointer(struct dc_diag *diag, const struct dc_marshal *marshal,
			    const struct dc_pointer_rule *pointer)
{
	const struct dc_layout_field *field =
		dc_marshal_field(marshal, pointer->record, pointer->field);
	int err;

	if (!dc_layout_find(&marshal->source->layouts, pointer->record))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
				"pointers: the driver uses no structure '%s'", pointer->record);
	if (pointer->list_record)
		return validate_list(diag, marshal, pointer);
	if (!field || field->value.kind != DC_VALUE_POINTER)
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, pointer->line),
				"pointers: no pointer '%s' is in struct %s", pointer->field,
				pointer->record);
	err = validate_count(diag, marshal, pointer, field);
	return err ? err : contradict_pointer(diag, marshal, pointer, field);
}

/* A limit is about a whole integer, or with `values` about a pointer to a function. */
static int validate_limit(struct dc_diag *diag, const struct dc_marshal *marshal,
			  const struct dc_limit_rule *limit)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, limit->record);
	const struct dc_layout_field *field;

	if (!layout)
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, limit->line),
				"limits: the driver uses no structure '%s'", limit->record);
	dc_vec_each (field, &layout->fields) {
		bool is_number = field->value.kind == DC_VALUE_INTEGER;

		if (strcmp(field->name, limit->field) != 0)
			continue;
		if ((is_number || (field->value.is_code && !limit->low)) && field->path &&
		    !field->bits && !field->dimensions)
			return 0;
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, limit->line),
				"limits: '%s' of struct %s is not a whole integer", limit->field,
				limit->record);
	}
	return dc_error(diag, -EINVAL, DC_LINE(marshal->path, limit->line),
			"limits: no field '%s' is in struct %s", limit->field, limit->record);
}

/* "STRUCTURE.FIELD" or "STRUCTURE.*" */
static int validate_read(struct dc_diag *diag, const struct dc_marshal *marshal, unsigned line,
			 const char *function, const char *text)
{
	const char *dot = strchr(text, '.');
	const char *record = dc_arena_strndup(marshal->arena, text, (size_t)(dot - text));

	if (!dc_layout_find(&marshal->source->layouts, record))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, line),
				"functions: %s reads '%s', but the driver uses no structure '%s'",
				function, text, record);
	if (strcmp(dot + 1, "*") != 0 && !dc_marshal_field(marshal, record, dot + 1))
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, line),
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
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, function->line),
				"functions: the driver has no function '%s'", function->name);
	if (function->arguments.len > definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, function->line),
				"functions: %s has %zu parameters, not %zu", function->name,
				definition->parameters.len, function->arguments.len);
	if (function->released_argument >= (int)definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_LINE(marshal->path, function->line),
				"functions: %s has %zu parameters, so it cannot release "
				"argument %d (the first is 0)",
				function->name, definition->parameters.len,
				function->released_argument);
	for (i = 0; i < function->arguments.len && !err; i++)
		err = contradict_argument(diag, marshal, function, definition, i);
	for (i = 0; i < function->reads.len && !err; i++)
		err = validate_read(diag, marshal, function->line, function->name,
				    function->reads.at[i]);
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
	return dc_error(diag, -EINVAL, DC_LINE(marshal->path, trailing->line),
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
			err = dc_error(diag, -EINVAL, DC_LINE(marshal->path, recovery->line),
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
