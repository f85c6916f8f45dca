/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields that cross: those fields of each object type that functions in the process touch. A
 * structure that is embedded in several places crosses in all of them, because a pointer to it does
 * not tell which one it points into.
 */
#include "marshal/object_types.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marshal/touched.h"

struct types {
	const struct dc_marshal *marshal;
	dc_touched touched;
	dc_object_types *ret;
};

/* Fields */

static const struct dc_layout *layout_of(const struct types *types, const char *record)
{
	return dc_layout_find(&types->marshal->source->layouts, record);
}

static bool is_opaque(const struct types *types, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(types->marshal->rules, record);

	return rule && (rule->class == DC_TYPE_OPAQUE || rule->class == DC_TYPE_LIST);
}

/* Whether any byte of a structure inside another one crosses. */
static bool crosses_inside(const struct types *types, const struct dc_layout *layout,
			   const struct dc_layout_field *field)
{
	return !is_opaque(types, field->value.record) ||
	       dc_marshal_list(types->marshal, layout->name, field->name);
}

/* A structure inside an object: the outermost C structure around it, and the path of its fields
 * from there. */
struct place {
	const struct dc_layout *outer;
	unsigned base, outer_base; /* in the object */
	const char *prefix; /* NULL: C has no names for them */
};

static const char *path_of(const struct types *types, const struct place *place,
			   const struct dc_layout_field *field)
{
	if (!place->prefix || !field->path)
		return NULL;
	return dc_arena_printf(types->marshal->arena, "%s%s", place->prefix, field->path);
}

static void add_member(const struct types *types, struct dc_object_type *type,
		       const struct place *place, const struct dc_layout_field *field)
{
	struct dc_object_member member = {
		.spelling = place->outer->spelling,
		.unit = place->outer->unit,
		.path = path_of(types, place, field),
		.offset = place->base + field->offset - place->outer_base,
		.size = field->value.size * field->count,
	};

	if (member.path && !field->bits && member.size)
		dc_vec_push(&type->members, member);
}

/* Limits */

bool dc_limit_mentions(const char *text, const char *field)
{
	const size_t len = strlen(field);

	for (text = text ? strstr(text, "$->") : NULL; text; text = strstr(text + 1, "$->"))
		if (!strncmp(text + 3, field, len) && !isalnum((unsigned char)text[3 + len]) &&
		    text[3 + len] != '_')
			return true;
	return false;
}

static bool is_limited(const struct types *types, const struct dc_layout *layout,
		       const struct dc_layout_field *field)
{
	const struct dc_limit_rule *rule;

	dc_vec_each (rule, &types->marshal->annotations.limits)
		if (!strcmp(rule->record, layout->name) &&
		    (!strcmp(rule->field, field->name) ||
		     (field->path && dc_limit_mentions(rule->unless, field->path))))
			return true;
	return false;
}

static void add_limits(const struct types *types, struct dc_object_type *type,
		       const struct dc_layout *layout, unsigned base)
{
	const struct dc_limit_rule *rule;

	dc_vec_each (rule, &types->marshal->annotations.limits)
		if (!strcmp(rule->record, layout->name))
			dc_vec_push(&type->limits, (struct dc_object_limit){.rule = rule,
									    .layout = layout,
									    .offset = base});
}

static void add_field(const struct types *types, struct dc_object_type *type,
		      const struct dc_layout *layout, const struct place *place,
		      const struct dc_layout_field *field, bool written)
{
	struct dc_object_field ret = {
		.name = dc_arena_printf(types->marshal->arena, "%s.%s", layout->name, field->name),
		.offset = place->base + field->offset,
		.size = field->value.size,
		.count = field->count,
		.user_writes = written,
		.limited = written && is_limited(types, layout, field),
	};

	if (field->bits) {
		ret.size = (field->bit + field->bits + 7) / 8;
		ret.count = 1;
	}
	if (field->value.kind == DC_VALUE_POINTER)
		ret.kind = field->value.is_code ? DC_FIELD_CODE : DC_FIELD_ADDRESS;
	if (!ret.size || !ret.count)
		return;
	dc_vec_push(&type->fields, ret);
	add_member(types, type, place, field);
}

/* The place of one element of a field that is a structure. */
static struct place inner_place(const struct types *types, const struct place *place,
				const struct dc_layout_field *field, unsigned element)
{
	const char *path = field->dimensions > 1 ? NULL : path_of(types, place, field);
	struct place inner = *place;

	inner.base += field->offset + element * field->value.size;
	inner.prefix = path;
	if (path && field->dimensions)
		inner.prefix = dc_arena_printf(types->marshal->arena, "%s[%u].", path, element);
	else if (path)
		inner.prefix = dc_arena_printf(types->marshal->arena, "%s.", path);
	return inner;
}

static void add_record(const struct types *types, struct dc_object_type *type,
		       const struct dc_layout *layout, const struct place *place)
{
	const struct dc_layout_field *field;
	unsigned i;
	bool written;

	add_limits(types, type, layout, place->base);
	dc_vec_each (field, &layout->fields) {
		const struct dc_layout *inner;

		if (field->value.kind == DC_VALUE_RECORD) {
			inner = layout_of(types, field->value.record);
			for (i = 0;
			     inner && crosses_inside(types, layout, field) && i < field->count;
			     i++) {
				struct place there = inner_place(types, place, field, i);

				add_record(types, type, inner, &there);
			}
		} else if (dc_touched_has(&types->touched, layout->name, field->name, &written)) {
			add_field(types, type, layout, place, field, written);
		}
	}
}

static void add_outermost(const struct types *types, struct dc_object_type *type,
			  const struct dc_layout *layout, unsigned base)
{
	const struct place place = {
		.outer = layout, .base = base, .outer_base = base, .prefix = ""};

	add_record(types, type, layout, &place);
	dc_vec_push(&type->records, (struct dc_object_record){.spelling = layout->spelling,
							      .unit = layout->unit,
							      .offset = base,
							      .size = layout->size});
}

static int order_fields(const void *a, const void *b)
{
	const struct dc_object_field *left = a, *right = b;

	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	if (left->size * left->count != right->size * right->count)
		return left->size * left->count < right->size * right->count ? 1 : -1;
	return left->size < right->size ? 1 : left->size > right->size ? -1 : 0;
}

/* Merges fields that share bytes: bit fields and the members of a union. */
static void merge_fields(struct dc_object_type *type)
{
	size_t i, count = 0;

	if (type->fields.len)
		qsort(type->fields.at, type->fields.len, sizeof(*type->fields.at), order_fields);
	for (i = 0; i < type->fields.len; i++) {
		struct dc_object_field *field = &type->fields.at[i];
		struct dc_object_field *last = count ? &type->fields.at[count - 1] : NULL;
		unsigned end = field->offset + field->size * field->count;
		unsigned last_end = last ? last->offset + last->size * last->count : 0;

		if (!last || field->offset >= last_end) {
			type->fields.at[count++] = *field;
			continue;
		}
		last->user_writes |= field->user_writes;
		last->limited |= field->limited;
		if (end <= last_end && (last->kind != DC_FIELD_PLAIN || field->count == 1))
			continue;
		last->size = (end > last_end ? end : last_end) - last->offset;
		last->count = 1;
		last->kind = DC_FIELD_PLAIN;
	}
	type->fields.len = count;
}

/* Joins neighbours of the same size and kind into one field with a larger count. */
static void join_fields(struct dc_object_type *type)
{
	size_t i, count = 0;

	for (i = 0; i < type->fields.len; i++) {
		const struct dc_object_field *field = &type->fields.at[i];
		struct dc_object_field *last = count ? &type->fields.at[count - 1] : NULL;

		if (last && last->kind == field->kind && last->size == field->size &&
		    last->user_writes == field->user_writes && last->limited == field->limited &&
		    last->offset + last->size * last->count == field->offset)
			last->count += field->count;
		else
			type->fields.at[count++] = *field;
	}
	type->fields.len = count;
}

/* Types */

static size_t find_type(const dc_object_types *types, const char *name)
{
	size_t i;

	for (i = 0; i < types->len; i++)
		if (!types->at[i].variable && !strcmp(types->at[i].name, name))
			break;
	return i;
}

static const struct dc_trailing_rule *trailing_of(const struct types *types, const char *record)
{
	const struct dc_trailing_rule *trailing;

	dc_vec_each (trailing, &types->marshal->annotations.trailing)
		if (!strcmp(trailing->after, record))
			return trailing;
	return NULL;
}

static void add_type(struct types *types, const char *record)
{
	const struct dc_layout *layout = layout_of(types, record), *inner;
	const struct dc_trailing_rule *trailing = trailing_of(types, record);
	struct dc_object_type type = {.name = record};

	if (!layout || find_type(types->ret, record) < types->ret->len)
		return;
	type.size = layout->size;
	add_outermost(types, &type, layout, 0);
	inner = trailing ? layout_of(types, trailing->record) : NULL;
	if (inner) {
		unsigned base = dc_trailing_base(types->marshal, trailing);

		add_outermost(types, &type, inner, base);
		type.size = base + inner->size;
	}
	merge_fields(&type);
	join_fields(&type);
	dc_vec_push(types->ret, type);
}

/* Links */

static void set_count(const struct types *types, struct dc_object_type *type,
		      const struct dc_layout *layout, const struct place *place, const char *count,
		      struct dc_object_link *ret)
{
	const struct dc_layout_field *field;

	ret->count = (unsigned)strtoul(count, NULL, 0);
	dc_vec_each (field, &layout->fields)
		if (!strcmp(field->name, count)) {
			ret->count_offset = place->base + field->offset;
			ret->count_size = field->value.size;
			add_member(types, type, place, field);
		}
}

static void add_link(struct types *types, struct dc_object_type *type,
		     const struct dc_layout *layout, const struct dc_layout_field *field,
		     const struct place *place, const char *count)
{
	struct dc_arena *arena = types->marshal->arena;
	const char *name = dc_arena_printf(arena, "%s.%s", layout->name, field->name);
	struct dc_object_link link = {0};
	char bytes[32];
	unsigned i;

	if (field->value.to == DC_VALUE_RECORD) {
		link.target = find_type(types->ret, field->value.record);
		set_count(types, type, layout, place, count, &link);
	} else {
		/* plain memory: a type of so many bytes */
		link.is_string = !strcmp(count, "string");
		snprintf(bytes, sizeof(bytes), "%s bytes", link.is_string ? "1" : count);
		link.target = find_type(types->ret, bytes);
		link.count = 1;
	}
	if (link.target >= types->ret->len)
		return;
	for (i = 0; i < field->count; i++) { /* an array of pointers is as many links */
		link.name = field->dimensions ? dc_arena_printf(arena, "%s[%u]", name, i) : name;
		link.offset = place->base + field->offset + i * field->value.size;
		dc_vec_push(&type->links, link);
	}
	add_member(types, type, place, field);
}

/* A list_head is two pointers. A head's first one points to the first element; its other one, and
 * both of a node, point to neighbours, which the process may have added. */
static void add_list(struct types *types, struct dc_object_type *type,
		     const struct dc_layout *layout, const struct dc_layout_field *field,
		     const struct place *place, const struct dc_pointer_rule *list)
{
	const struct dc_layout_field *node =
		dc_marshal_field(types->marshal, list->list_record, list->list_field);
	const struct dc_layout_field *lock =
		dc_marshal_field(types->marshal, list->record, list->lock);
	bool is_head = !strcmp(list->record, layout->name) && !strcmp(list->field, field->name);
	struct dc_object_link link = {
		.name = dc_arena_printf(types->marshal->arena, "%s.%s", layout->name, field->name),
		.kind = is_head ? DC_LINK_LIST : DC_LINK_NODE,
		.offset = place->base + field->offset,
		.target = find_type(types->ret, list->list_record),
		.inside = node ? node->offset : 0,
	};

	if (!node || link.target == types->ret->len)
		return;
	if (is_head && lock) {
		link.lock = list->lock;
		link.lock_offset = place->base + lock->offset;
	}
	dc_vec_push(&type->links, link);
	link.kind = DC_LINK_NODE;
	link.offset += (unsigned)sizeof(void *);
	dc_vec_push(&type->links, link);
}

static void add_links_of(struct types *types, struct dc_object_type *type,
			 const struct dc_layout *layout, const struct place *place)
{
	const struct dc_layout_field *field;
	const struct dc_pointer_rule *pointer;
	const struct dc_pointer_rule *list;

	dc_vec_each (field, &layout->fields) {
		bool is_record = field->value.kind == DC_VALUE_RECORD;
		const struct dc_layout *inner =
			is_record ? layout_of(types, field->value.record) : NULL;
		unsigned i;

		list = dc_marshal_list(types->marshal, layout->name, field->name);
		if (list) {
			add_list(types, type, layout, field, place, list);
			continue;
		}
		for (i = 0; inner && i < field->count; i++) {
			struct place there = inner_place(types, place, field, i);

			add_links_of(types, type, inner, &there);
		}
		pointer = dc_marshal_pointer(types->marshal, layout->name, field->name);
		if (pointer)
			add_link(types, type, layout, field, place, pointer->count);
	}
}

static void add_links(struct types *types, struct dc_object_type *type)
{
	const struct dc_trailing_rule *trailing = trailing_of(types, type->name);
	const struct dc_layout *layout = layout_of(types, type->name);

	struct place place = {.outer = layout, .prefix = ""};

	if (!layout || type->variable)
		return;
	add_links_of(types, type, layout, &place);
	layout = trailing ? layout_of(types, trailing->record) : NULL;
	if (!layout)
		return;
	place.outer = layout;
	place.base = place.outer_base = type->size - layout->size;
	add_links_of(types, type, layout, &place);
}

/* Types of what pointer rules point to: structures, or plain memory, which crosses whole. */
static void add_target_types(struct types *types, const struct dc_rules *rules)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers) {
		const struct dc_layout *layout = layout_of(types, pointer->record);
		const struct dc_layout_field *field;

		if (!layout)
			continue;
		if (pointer->list_record) {
			add_type(types, pointer->list_record);
			continue;
		}
		dc_vec_each (field, &layout->fields) {
			struct dc_object_type type = {0};

			if (strcmp(field->name, pointer->field) != 0)
				continue;
			if (field->value.to == DC_VALUE_RECORD) {
				add_type(types, field->value.record);
				continue;
			}
			type.size = !strcmp(pointer->count, "string")
					    ? 1
					    : (unsigned)strtoul(pointer->count, NULL, 0);
			type.name = dc_arena_printf(types->marshal->arena, "%u bytes", type.size);
			if (!type.size || find_type(types->ret, type.name) < types->ret->len)
				continue;
			/* no analysis sees what is written there */
			dc_vec_push(&type.fields, (struct dc_object_field){
							  .name = type.name,
							  .size = 1,
							  .count = type.size,
							  .user_writes = !field->value.to_const});
			dc_vec_push(types->ret, type);
		}
	}
}

/* Variables */

static bool any_user(const struct dc_marshal *marshal, const bool *user,
		     const dc_indices *functions)
{
	size_t i;

	for (i = 0; i < functions->len; i++) {
		const char *name = marshal->graph->functions.at[functions->at[i]].name;
		const struct dc_definition *definition = dc_source_find(marshal->source, name);

		if (definition && user[definition - marshal->source->definitions.at])
			return true;
	}
	return false;
}

static void add_variables(struct types *types, const bool *user)
{
	const struct dc_variable *variable;

	dc_vec_each (variable, &types->marshal->source->variables) {
		const struct dc_global *global = dc_marshal_global(types->marshal, variable);
		struct dc_object_type type = {
			.name = variable->name,
			.size = variable->value.size * variable->count,
			.variable = variable,
		};
		bool reads, writes;

		if (variable->is_init || !type.size)
			continue;
		/* A variable that the graph does not know (a macro pasted its name) may be used by
		 * all. */
		reads = !global || any_user(types->marshal, user, &global->readers);
		writes = !global || any_user(types->marshal, user, &global->writers);
		if ((reads || writes) && !variable->is_const && !(global && global->constant) &&
		    variable->value.kind == DC_VALUE_INTEGER)
			dc_vec_push(&type.fields,
				    (struct dc_object_field){.name = variable->name,
							     .size = variable->value.size,
							     .count = variable->count,
							     .user_writes = writes});
		dc_vec_push(types->ret, type);
	}
}

/* Those within functions that the process runs: all of them may change there. */
static void add_statics(struct types *types, const bool *user)
{
	const struct dc_marshal *marshal = types->marshal;
	const struct dc_static *at;

	dc_vec_each (at, &marshal->source->statics) {
		const struct dc_definition *definition =
			dc_source_find(marshal->source, at->function);
		struct dc_object_type type = {
			.name = dc_arena_printf(marshal->arena, "%s.%s", at->function,
						at->variable.name),
			.size = at->variable.value.size * at->variable.count,
			.variable = &at->variable,
			.local = at,
		};

		if (!at->crosses || !definition ||
		    !user[definition - marshal->source->definitions.at])
			continue;
		dc_vec_push(&type.fields, (struct dc_object_field){.name = type.name,
								   .size = at->variable.value.size,
								   .count = at->variable.count,
								   .user_writes = true});
		dc_vec_push(types->ret, type);
	}
}

void dc_object_types_find(const struct dc_marshal *marshal, const bool *user, dc_object_types *ret)
{
	struct types types = {.marshal = marshal, .ret = ret};
	const struct dc_type_rule *rule;
	struct dc_object_type *type;

	dc_touched_find(marshal, user, &types.touched);
	dc_vec_each (rule, &marshal->rules->types)
		if (rule->class == DC_TYPE_OBJECT)
			add_type(&types, rule->name);
	add_target_types(&types, marshal->rules);
	add_target_types(&types, &marshal->annotations);
	add_variables(&types, user);
	add_statics(&types, user);
	dc_vec_each (type, ret)
		add_links(&types, type);
	dc_vec_done(&types.touched);
}

void dc_object_types_done(dc_object_types *types)
{
	struct dc_object_type *type;

	dc_vec_each (type, types) {
		dc_vec_done(&type->fields);
		dc_vec_done(&type->links);
		dc_vec_done(&type->limits);
		dc_vec_done(&type->records);
		dc_vec_done(&type->members);
	}
	dc_vec_done(types);
}
