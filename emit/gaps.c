/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only a person can say of a driver's data, with a guess at what that is: a pointer to one
 * number is where a result is put, one beside a length is an array of that.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/data.h"

const char *dc_data_stranger(const struct dc_data *data, const struct dc_value *value)
{
	const struct dc_layout *layout =
		value->kind == DC_VALUE_POINTER && value->to == DC_VALUE_RECORD
			? dc_layout_find(&data->source->layouts, value->record)
			: NULL;

	if (!layout || !layout->of_driver || dc_data_is_object(data, layout->name))
		return NULL;
	return layout->name;
}

/* Names of what counts elements; the likeliest first. */
static const char *const lengths[] = {"count", "len",  "length", "words",
				      "bytes", "size", "num",	 "n"};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Elements that a parameter points to, as a guess. */
static const char *guess_argument(const struct dc_data *data,
				  const struct dc_definition *definition, size_t i)
{
	const struct dc_value *value = &definition->parameters.at[i].value;
	const struct dc_parameter *at;
	size_t name;

	for (name = 0; name < LENGTHS; name++)
		dc_vec_each (at, &definition->parameters)
			if (at->value.kind == DC_VALUE_INTEGER && !strcmp(at->name, lengths[name]))
				return at->name;
	if (value->to_char)
		return dc_arena_printf(data->arena, "strlen($%zu) + 1", i);
	return value->to == DC_VALUE_VOID ? "address" : "1";
}

static bool is_open(const struct dc_data *data, const struct dc_definition *definition, size_t i)
{
	return dc_data_parameter_gap(data, definition, i) &&
	       definition->parameters.at[i].value.kind == DC_VALUE_POINTER &&
	       !dc_data_stranger(data, &definition->parameters.at[i].value);
}

static const char *arguments_row(const struct dc_data *data, const struct dc_definition *definition)
{
	const struct dc_rule_entry *entry = dc_data_entry(data, definition);
	const char *row = dc_arena_printf(data->arena, "{\"function\": \"%s\", \"arguments\": [",
					  definition->name);
	size_t i, last = 0;

	for (i = 0; i < definition->parameters.len; i++)
		if (is_open(data, definition, i) || (entry && i < entry->arguments.len))
			last = i;
	for (i = 0; i <= last; i++) {
		const char *said = entry && i < entry->arguments.len ? entry->arguments.at[i] : "";

		if (is_open(data, definition, i))
			said = guess_argument(data, definition, i);
		row = dc_arena_printf(data->arena, "%s%s\"%s\"", row, i ? ", " : "", said);
	}
	return dc_arena_printf(data->arena, "%s]%s}", row,
			       entry && entry->retry ? ", \"retry\": true" : "");
}

bool dc_data_gap_of_arguments(const struct dc_data *data, const struct dc_definition *definition,
			      struct dc_data_gap *ret)
{
	struct dc_data_gap gap = {
		.kind = DC_GAP_ARGUMENTS,
		.subject = dc_arena_strdup(data->arena, definition->name),
		.what = "",
		.file = dc_arena_strdup(data->arena, definition->file),
		.line = definition->first_line,
		.section = "functions",
	};
	size_t i;

	for (i = 0; i < definition->parameters.len; i++) {
		if (!is_open(data, definition, i))
			continue;
		gap.what = dc_arena_printf(data->arena, "%s%s%s", gap.what, *gap.what ? ", " : "",
					   definition->parameters.at[i].name);
		if (!gap.why)
			gap.why = dc_data_parameter_gap(data, definition, i);
	}
	if (!gap.why)
		return false;
	gap.row = arguments_row(data, definition);
	*ret = gap;
	return true;
}

/* Structures */

/* The sibling field that counts what a field points to, as a guess; "1" without one. */
static const char *guess_field(const struct dc_data *data, const struct dc_layout *layout,
			       const struct dc_layout_field *field)
{
	static const char *const made[][2] = {
		{"num_", ""}, {"n_", ""}, {"nr_", ""}, {"", "_count"}, {"", "_len"}};
	const size_t count = sizeof(made) / sizeof(made[0]);
	const struct dc_layout_field *at;
	size_t i;

	if (field->value.to_char)
		return "string";
	for (i = 0; i < count + LENGTHS; i++) {
		const char *name = i < count ? dc_arena_printf(data->arena, "%s%s%s", made[i][0],
							       field->name, made[i][1])
					     : lengths[i - count];

		dc_vec_each (at, &layout->fields)
			if (dc_data_is_count(at) && !strcmp(at->name, name))
				return at->name;
	}
	return "1";
}

/* A pointer in an object that leads to the structure. */
static bool find_field(const struct dc_data *data, const char *record, struct dc_data_gap *ret)
{
	const struct dc_layout *layout;
	const struct dc_layout_field *field;

	dc_vec_each (layout, &data->source->layouts.layouts) {
		if (!dc_data_is_object(data, layout->name))
			continue;
		dc_vec_each (field, &layout->fields) {
			if (field->value.kind != DC_VALUE_POINTER || !field->value.record ||
			    strcmp(field->value.record, record) != 0)
				continue;
			ret->section = "pointers";
			ret->what =
				dc_arena_printf(data->arena, "%s.%s", layout->name, field->name);
			ret->row = dc_arena_printf(data->arena,
						   "{\"field\": \"%s\", \"count\": \"%s\"}",
						   ret->what, guess_field(data, layout, field));
			return true;
		}
	}
	return false;
}

static size_t count_users(const struct dc_data *data, const char *record)
{
	const struct dc_type_use *use;
	size_t count = 0;

	dc_vec_each (use, &data->graph->types)
		count += !strcmp(use->type, record);
	return count;
}

/* Whether it is the structure that most of the driver looks into: its private part of an object. */
static bool is_main(const struct dc_data *data, const char *record)
{
	const struct dc_layout *layout;
	size_t users = count_users(data, record);

	dc_vec_each (layout, &data->source->layouts.layouts)
		if (layout->of_driver && count_users(data, layout->name) > users)
			return false;
	return users > 1;
}

static void find_private(const struct dc_data *data, const char *record, struct dc_data_gap *ret)
{
	const struct dc_type_rule *rule;

	if (data->annotations.privates.len || !is_main(data, record))
		return;
	dc_vec_each (rule, &data->rules->types)
		if (rule->private_align && dc_layout_find(&data->source->layouts, rule->name)) {
			ret->section = "privates";
			ret->row =
				dc_arena_printf(data->arena, "{\"of\": \"%s\", \"type\": \"%s\"}",
						rule->name, record);
		}
}

void dc_data_gap_of_record(const struct dc_data *data, const char *record,
			   const struct dc_definition *definition, struct dc_data_gap *ret)
{
	*ret = (struct dc_data_gap){
		.kind = DC_GAP_RECORD,
		.subject = dc_arena_strdup(data->arena, record),
		.what = "",
		.section = "",
		.file = dc_arena_strdup(data->arena, definition->file),
		.line = definition->first_line,
		.why = dc_arena_printf(data->arena,
				       "struct %s of the driver is no object: nothing says what "
				       "leads to it",
				       record),
	};
	if (!find_field(data, record, ret))
		find_private(data, record, ret);
}

/* Lists */

static bool names(const char *const *fields, size_t count, const char *field)
{
	size_t i;

	for (i = 0; i < count && strcmp(fields[i], field) != 0; i++)
		;
	return i < count;
}

static bool function_uses(const struct dc_data *data, unsigned function, const char *record,
			  const char *field)
{
	const struct dc_type_use *use;

	dc_vec_each (use, &data->graph->types)
		if (use->function == function && !strcmp(use->type, record) &&
		    (names(use->reads, use->reads_count, field) ||
		     names(use->writes, use->writes_count, field) ||
		     names(use->addresses, use->addresses_count, field)))
			return true;
	return false;
}

/* Whether the driver gets or gives back memory for such a structure: as for a list's elements. */
static bool is_allocated(const struct dc_data *data, const char *record)
{
	const struct dc_memory_site *site;
	size_t i;

	dc_vec_each (site, &data->graph->memory)
		for (i = 0; i < site->types_count; i++)
			if (!strcmp(site->types[i], record))
				return true;
	return false;
}

/* The field of another structure that functions use along with one: the list's other end. */
static const char *find_other_end(const struct dc_data *data, const char *record, const char *field,
				  const char **ret_record)
{
	const struct dc_layout *layout;
	const struct dc_layout_field *at;
	unsigned i;

	dc_vec_each (layout, &data->source->layouts.layouts) {
		if (!layout->of_driver || !strcmp(layout->name, record))
			continue;
		dc_vec_each (at, &layout->fields) {
			if (!dc_data_is_list(data, &at->value))
				continue;
			for (i = 0; i < data->graph->functions.len; i++)
				if (function_uses(data, i, record, field) &&
				    function_uses(data, i, layout->name, at->name)) {
					*ret_record = layout->name;
					return at->name;
				}
		}
	}
	return NULL;
}

/* The one mutex beside a head, as a guess; else the callers'. */
static const char *guess_lock(const struct dc_data *data, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, record);
	const struct dc_layout_field *field;

	dc_vec_each (field, &layout->fields) {
		const struct dc_type_rule *rule =
			field->value.kind == DC_VALUE_RECORD
				? dc_rules_type(data->rules, field->value.record)
				: NULL;

		if (rule && rule->is_lock)
			return field->name;
	}
	return "caller";
}

void dc_data_gap_of_list(const struct dc_data *data, const struct dc_definition *definition,
			 const char *record, const char *field, struct dc_data_gap *ret)
{
	const char *other = NULL, *other_record = NULL;

	*ret = (struct dc_data_gap){
		.kind = DC_GAP_LIST,
		.what = "",
		.section = "",
		.file = dc_arena_strdup(data->arena, definition->file),
		.line = definition->first_line,
	};
	if (dc_layout_find(&data->source->layouts, record)->of_driver)
		other = find_other_end(data, record, field, &other_record);
	if (other && is_allocated(data, record) && !is_allocated(data, other_record)) {
		const char *head = other, *head_record = other_record;

		other = field;
		other_record = record;
		field = head;
		record = head_record;
	}
	ret->subject = dc_arena_printf(data->arena, "%s.%s", record, field);
	ret->why =
		dc_arena_printf(data->arena, "nothing says what the list %s is of", ret->subject);
	if (!other)
		return;
	ret->section = "pointers";
	ret->row = dc_arena_printf(data->arena,
				   "{\"field\": \"%s\", \"list\": \"%s.%s\", \"lock\": \"%s\"}",
				   ret->subject, other_record, other, guess_lock(data, record));
}

void dc_data_gap_of_reads(const struct dc_data *data, const struct dc_definition *definition,
			  const struct dc_hidden_use *use, struct dc_data_gap *ret)
{
	*ret = (struct dc_data_gap){
		.kind = DC_GAP_READS,
		.subject = dc_arena_strdup(data->arena, definition->name),
		.what = dc_arena_strdup(data->arena, use->record),
		.file = dc_arena_strdup(data->arena, definition->file),
		.line = use->line,
		.section = "functions",
		.row = dc_arena_printf(data->arena, "{\"function\": \"%s\", \"reads\": [\"%s.*\"]}",
				       definition->name, use->record),
		.why = dc_arena_printf(data->arena,
				       "looks into struct %s as bytes at %s:%u, where no analysis "
				       "sees which fields",
				       use->record, definition->file, use->line),
	};
}
