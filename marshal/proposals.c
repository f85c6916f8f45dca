/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Annotations that only a person can make, each with a guess: a pointer to one number receives a
 * result, a pointer beside a length is an array of that length.
 */
#include "marshal/proposals.h"

#include <stdlib.h>
#include <string.h>

const char *dc_untracked_struct(const struct dc_marshal *marshal, const struct dc_value *value)
{
	const struct dc_layout *layout =
		value->kind == DC_VALUE_POINTER && value->to == DC_VALUE_RECORD
			? dc_layout_find(&marshal->source->layouts, value->record)
			: NULL;

	if (!layout || !layout->of_driver || dc_marshal_is_object(marshal, layout->name))
		return NULL;
	return layout->name;
}

/* Names of parameters and fields that count elements; the likeliest first. */
static const char *const lengths[] = {"count", "len",  "length", "words",
				      "bytes", "size", "num",	 "n"};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Elements that a parameter points to, as a guess. */
static const char *guess_argument(const struct dc_marshal *marshal,
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
		return dc_arena_printf(marshal->arena, "strlen($%zu) + 1", i);
	return value->to == DC_VALUE_VOID ? "address" : "1";
}

static bool is_open(const struct dc_marshal *marshal, const struct dc_definition *definition,
		    size_t i)
{
	return dc_signature_parameter_refusal(marshal, definition, i) &&
	       definition->parameters.at[i].value.kind == DC_VALUE_POINTER &&
	       !dc_untracked_struct(marshal, &definition->parameters.at[i].value);
}

static const char *arguments_row(const struct dc_marshal *marshal,
				 const struct dc_definition *definition)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(marshal, definition);
	const char *row = dc_arena_printf(marshal->arena, "{\"function\": \"%s\", \"arguments\": [",
					  definition->name);
	size_t i, last = 0;

	for (i = 0; i < definition->parameters.len; i++)
		if (is_open(marshal, definition, i) || (rule && i < rule->arguments.len))
			last = i;
	for (i = 0; i <= last; i++) {
		const char *text = rule && i < rule->arguments.len ? rule->arguments.at[i] : "";

		if (is_open(marshal, definition, i))
			text = guess_argument(marshal, definition, i);
		row = dc_arena_printf(marshal->arena, "%s%s\"%s\"", row, i ? ", " : "", text);
	}
	return dc_arena_printf(marshal->arena, "%s]%s}", row,
			       rule && rule->retry ? ", \"retry\": true" : "");
}

bool dc_propose_arguments(const struct dc_marshal *marshal, const struct dc_definition *definition,
			  struct dc_proposal *ret)
{
	struct dc_proposal proposal = {
		.kind = DC_PROPOSE_ARGUMENTS,
		.subject = dc_arena_strdup(marshal->arena, definition->name),
		.what = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
		.section = "functions",
	};
	size_t i;

	for (i = 0; i < definition->parameters.len; i++) {
		if (!is_open(marshal, definition, i))
			continue;
		proposal.what = dc_arena_printf(marshal->arena, "%s%s%s", proposal.what,
						*proposal.what ? ", " : "",
						definition->parameters.at[i].name);
		if (!proposal.why)
			proposal.why = dc_signature_parameter_refusal(marshal, definition, i);
	}
	if (!proposal.why)
		return false;
	proposal.row = arguments_row(marshal, definition);
	*ret = proposal;
	return true;
}

/* Structures */

/* The sibling field that counts what a field points to, as a guess; "1" without one. */
static const char *guess_field(const struct dc_marshal *marshal, const struct dc_layout *layout,
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
		const char *name = i < count ? dc_arena_printf(marshal->arena, "%s%s%s", made[i][0],
							       field->name, made[i][1])
					     : lengths[i - count];

		dc_vec_each (at, &layout->fields)
			if (dc_marshal_is_count(at) && !strcmp(at->name, name))
				return at->name;
	}
	return "1";
}

/* Proposes a pointer in an object that points to the structure. */
static bool find_field(const struct dc_marshal *marshal, const char *record,
		       struct dc_proposal *ret)
{
	const struct dc_layout *layout;
	const struct dc_layout_field *field;

	dc_vec_each (layout, &marshal->source->layouts.layouts) {
		if (!dc_marshal_is_object(marshal, layout->name))
			continue;
		dc_vec_each (field, &layout->fields) {
			if (field->value.kind != DC_VALUE_POINTER || !field->value.record ||
			    strcmp(field->value.record, record) != 0)
				continue;
			ret->section = "pointers";
			ret->what =
				dc_arena_printf(marshal->arena, "%s.%s", layout->name, field->name);
			ret->row = dc_arena_printf(marshal->arena,
						   "{\"field\": \"%s\", \"count\": \"%s\"}",
						   ret->what, guess_field(marshal, layout, field));
			return true;
		}
	}
	return false;
}

static size_t count_users(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_type_use *use;
	size_t count = 0;

	dc_vec_each (use, &marshal->graph->types)
		count += !strcmp(use->type, record);
	return count;
}

/* Whether most of the driver uses the structure: it is then the driver's private part of an object.
 */
static bool is_private_struct(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout;
	size_t users = count_users(marshal, record);

	dc_vec_each (layout, &marshal->source->layouts.layouts)
		if (layout->of_driver && count_users(marshal, layout->name) > users)
			return false;
	return users > 1;
}

static void find_trailing(const struct dc_marshal *marshal, const char *record,
			  struct dc_proposal *ret)
{
	const struct dc_type_rule *rule;

	if (marshal->annotations.trailing.len || !is_private_struct(marshal, record))
		return;
	dc_vec_each (rule, &marshal->rules->types)
		if (rule->trailing_align && dc_layout_find(&marshal->source->layouts, rule->name)) {
			ret->section = "trailing";
			ret->row = dc_arena_printf(marshal->arena,
						   "{\"struct\": \"%s\", \"after\": \"%s\"}",
						   record, rule->name);
		}
}

void dc_propose_trailing(const struct dc_marshal *marshal, const char *record,
			 const struct dc_definition *definition, struct dc_proposal *ret)
{
	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_TRAILING,
		.subject = dc_arena_strdup(marshal->arena, record),
		.what = "",
		.section = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
		.why = dc_arena_printf(marshal->arena,
				       "struct %s of the driver does not cross: nothing says which "
				       "object it belongs to",
				       record),
	};
	if (!find_field(marshal, record, ret))
		find_trailing(marshal, record, ret);
}

/* Lists */

static bool names(const char *const *fields, size_t count, const char *field)
{
	size_t i;

	for (i = 0; i < count && strcmp(fields[i], field) != 0; i++)
		;
	return i < count;
}

static bool function_uses(const struct dc_marshal *marshal, unsigned function, const char *record,
			  const char *field)
{
	const struct dc_type_use *use;

	dc_vec_each (use, &marshal->graph->types)
		if (use->function == function && !strcmp(use->type, record) &&
		    (names(use->reads, use->reads_count, field) ||
		     names(use->writes, use->writes_count, field) ||
		     names(use->addresses, use->addresses_count, field)))
			return true;
	return false;
}

/* Whether the driver allocates or frees such structures, as it does with the elements of a list. */
static bool is_allocated(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_memory_site *site;
	size_t i;

	dc_vec_each (site, &marshal->graph->memory)
		for (i = 0; i < site->types_count; i++)
			if (!strcmp(site->types[i], record))
				return true;
	return false;
}

/* The list's other end: a field of another structure that functions use together with this one. */
static const char *find_other_end(const struct dc_marshal *marshal, const char *record,
				  const char *field, const char **ret_record)
{
	const struct dc_layout *layout;
	const struct dc_layout_field *at;
	unsigned i;

	dc_vec_each (layout, &marshal->source->layouts.layouts) {
		if (!layout->of_driver || !strcmp(layout->name, record))
			continue;
		dc_vec_each (at, &layout->fields) {
			if (!dc_marshal_is_list(marshal, &at->value))
				continue;
			for (i = 0; i < marshal->graph->functions.len; i++)
				if (function_uses(marshal, i, record, field) &&
				    function_uses(marshal, i, layout->name, at->name)) {
					*ret_record = layout->name;
					return at->name;
				}
		}
	}
	return NULL;
}

/* A guess: the mutex beside the list's head; without one the callers hold a lock. */
static const char *guess_lock(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_layout_field *field;

	dc_vec_each (field, &layout->fields) {
		const struct dc_type_rule *rule =
			field->value.kind == DC_VALUE_RECORD
				? dc_rules_type(marshal->rules, field->value.record)
				: NULL;

		if (rule && rule->is_lock)
			return field->name;
	}
	return "caller";
}

void dc_propose_list(const struct dc_marshal *marshal, const struct dc_definition *definition,
		     const char *record, const char *field, struct dc_proposal *ret)
{
	const char *other = NULL, *other_record = NULL;

	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_LIST,
		.what = "",
		.section = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
	};
	if (dc_layout_find(&marshal->source->layouts, record)->of_driver)
		other = find_other_end(marshal, record, field, &other_record);
	if (other && is_allocated(marshal, record) && !is_allocated(marshal, other_record)) {
		const char *head = other, *head_record = other_record;

		other = field;
		other_record = record;
		field = head;
		record = head_record;
	}
	ret->subject = dc_arena_printf(marshal->arena, "%s.%s", record, field);
	ret->why = dc_arena_printf(marshal->arena,
				   "nothing says which structures the list %s links", ret->subject);
	if (!other)
		return;
	ret->section = "pointers";
	ret->row = dc_arena_printf(marshal->arena,
				   "{\"field\": \"%s\", \"list\": \"%s.%s\", \"lock\": \"%s\"}",
				   ret->subject, other_record, other, guess_lock(marshal, record));
}

void dc_propose_reads(const struct dc_marshal *marshal, const struct dc_definition *definition,
		      const struct dc_hidden_use *use, struct dc_proposal *ret)
{
	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_READS,
		.subject = dc_arena_strdup(marshal->arena, definition->name),
		.what = dc_arena_strdup(marshal->arena, use->record),
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = use->line,
		.section = "functions",
		.row = dc_arena_printf(marshal->arena,
				       "{\"function\": \"%s\", \"reads\": [\"%s.*\"]}",
				       definition->name, use->record),
		.why = dc_arena_printf(marshal->arena,
				       "reads struct %s as bytes at %s:%u, and no analysis sees "
				       "which fields",
				       use->record, definition->file, use->line),
	};
}
