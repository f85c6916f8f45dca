/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which structures are objects: those that a rule or an annotation names, and every structure
 * embedded in one of them. Also the look-ups of fields, pointers and lists that rules and
 * annotations describe.
 */
#include "marshal/marshal.h"

#include <stdlib.h>
#include <string.h>

#include "marshal/annotations.h"
#include "marshal/evidence.h"

bool dc_marshal_is_object(const struct dc_marshal *marshal, const char *record)
{
	size_t i;

	for (i = 0; i < marshal->objects.len; i++)
		if (!strcmp(marshal->objects.at[i], record))
			return true;
	return false;
}

static void add_object(struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_layout_field *field;

	if (!layout || dc_marshal_is_object(marshal, record))
		return;
	dc_vec_push(&marshal->objects, layout->name);
	dc_vec_each (field, &layout->fields)
		if (field->value.kind == DC_VALUE_RECORD)
			add_object(marshal, field->value.record);
}

const struct dc_layout_field *dc_marshal_field(const struct dc_marshal *marshal, const char *record,
					       const char *name)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_layout_field *field;

	if (!layout)
		return NULL;
	dc_vec_each (field, &layout->fields)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

bool dc_marshal_is_count(const struct dc_layout_field *field)
{
	return field->value.kind == DC_VALUE_INTEGER && !field->bits && !field->dimensions;
}

bool dc_marshal_is_list(const struct dc_marshal *marshal, const struct dc_value *value)
{
	const struct dc_type_rule *rule = value->kind == DC_VALUE_RECORD
						  ? dc_rules_type(marshal->rules, value->record)
						  : NULL;

	return rule && rule->class == DC_TYPE_LIST;
}

const struct dc_global *dc_marshal_global(const struct dc_marshal *marshal,
					  const struct dc_variable *variable)
{
	const struct dc_global *global;

	dc_vec_each (global, &marshal->graph->globals) {
		size_t len = strcspn(global->name, "@");

		if (!strcmp(global->file, variable->file) && strlen(variable->name) == len &&
		    !strncmp(global->name, variable->name, len))
			return global;
	}
	return NULL;
}

static const struct dc_pointer_rule *find_pointer(const struct dc_rules *rules, const char *record,
						  const char *field)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers)
		if (!strcmp(pointer->record, record) && !strcmp(pointer->field, field))
			return pointer;
	return NULL;
}

const struct dc_pointer_rule *dc_marshal_pointer(const struct dc_marshal *marshal,
						 const char *record, const char *field)
{
	const struct dc_pointer_rule *annotated =
		find_pointer(&marshal->annotations, record, field);

	return annotated ? annotated : find_pointer(marshal->rules, record, field);
}

static const struct dc_pointer_rule *find_list(const struct dc_rules *rules, const char *record,
					       const char *field)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers)
		if (pointer->list_record &&
		    ((!strcmp(pointer->record, record) && !strcmp(pointer->field, field)) ||
		     (!strcmp(pointer->list_record, record) &&
		      !strcmp(pointer->list_field, field))))
			return pointer;
	return NULL;
}

const struct dc_pointer_rule *dc_marshal_list(const struct dc_marshal *marshal, const char *record,
					      const char *field)
{
	const struct dc_pointer_rule *list = find_list(&marshal->annotations, record, field);

	return list ? list : find_list(marshal->rules, record, field);
}

static void add_targets(struct dc_marshal *marshal, const struct dc_rules *rules)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers) {
		const struct dc_layout_field *field =
			dc_marshal_field(marshal, pointer->record, pointer->field);

		if (field && pointer->list_record)
			add_object(marshal, pointer->list_record);
		else if (field && field->value.record)
			add_object(marshal, field->value.record);
	}
}

static void find_objects(struct dc_marshal *marshal)
{
	const struct dc_type_rule *type;
	const struct dc_trailing_rule *trailing;

	dc_vec_each (type, &marshal->rules->types)
		if (type->class == DC_TYPE_OBJECT)
			add_object(marshal, type->name);
	dc_vec_each (trailing, &marshal->annotations.trailing)
		add_object(marshal, trailing->record);
	add_targets(marshal, marshal->rules);
	add_targets(marshal, &marshal->annotations);
}

unsigned dc_trailing_base(const struct dc_marshal *marshal, const struct dc_trailing_rule *trailing)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, trailing->after);
	const struct dc_type_rule *rule = dc_rules_type(marshal->rules, trailing->after);
	unsigned to = rule ? rule->trailing_align : 8;

	return to ? (layout->size + to - 1) / to * to : layout->size;
}

/* Where a structure is in another: the whole, or its one field of that type; -1: nowhere. */
static int inner_offset(const struct dc_marshal *marshal, const char *outer, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, outer);
	const struct dc_layout_field *field;
	int found = -1;

	if (!strcmp(outer, record))
		return 0;
	if (!layout)
		return -1;
	dc_vec_each (field, &layout->fields) {
		if (field->dimensions || field->value.kind != DC_VALUE_RECORD ||
		    !field->value.record || strcmp(field->value.record, record) != 0)
			continue;
		if (found >= 0)
			return -1;
		found = (int)field->offset;
	}
	return found;
}

bool dc_marshal_recovery(const struct dc_marshal *marshal, const struct dc_recovery_rule *rule,
			 struct dc_recovery *ret)
{
	const struct dc_definition *definition = dc_source_find(marshal->source, rule->function);
	const struct dc_trailing_rule *trailing;
	const struct dc_type_rule *type;
	const struct dc_value *value;

	if (!definition || definition->parameters.len != 1)
		return false;
	value = &definition->parameters.at[0].value;
	if (value->kind != DC_VALUE_POINTER || value->to != DC_VALUE_RECORD)
		return false;
	*ret = (struct dc_recovery){.definition = definition, .type = value->record};
	dc_vec_each (trailing, &marshal->annotations.trailing) {
		int inner = inner_offset(marshal, trailing->record, value->record);

		if (inner >= 0 && dc_layout_find(&marshal->source->layouts, trailing->after)) {
			ret->type = trailing->after;
			ret->base = dc_trailing_base(marshal, trailing) + (unsigned)inner;
			return true;
		}
	}
	type = dc_rules_type(marshal->rules, value->record);
	return type && type->class == DC_TYPE_OBJECT;
}

void dc_marshal_done(struct dc_marshal *marshal)
{
	dc_vec_done(&marshal->objects);
	dc_evidence_done(marshal);
	if (marshal->annotations.arena)
		dc_rules_done(&marshal->annotations);
	*marshal = (struct dc_marshal){0};
}

static int open_with(struct dc_diag *diag, struct dc_marshal *marshal, struct dc_marshal *ret)
{
	int err;

	dc_evidence_index(marshal);
	find_objects(marshal);
	err = dc_annotations_validate(diag, marshal);
	if (err < 0)
		dc_marshal_done(marshal);
	else
		*ret = *marshal;
	return err;
}

int dc_marshal_open(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
		    const struct dc_source *source, const struct dc_graph *graph,
		    const char *folder, struct dc_marshal *ret)
{
	const char *path = dc_arena_printf(arena, "%s/annotations.json", folder);
	struct dc_marshal marshal = {
		.arena = arena, .rules = rules, .source = source, .graph = graph, .path = path};
	int err = dc_annotations_open(diag, path, &marshal.annotations);

	return err < 0 ? err : open_with(diag, &marshal, ret);
}

int dc_marshal_open_text(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
			 const struct dc_source *source, const struct dc_graph *graph,
			 const char *path, const char *text, struct dc_marshal *ret)
{
	struct dc_marshal marshal = {
		.arena = arena, .rules = rules, .source = source, .graph = graph, .path = path};
	int err = dc_annotations_parse(diag, path, text, &marshal.annotations);

	return err < 0 ? err : open_with(diag, &marshal, ret);
}
