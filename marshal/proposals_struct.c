/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proposals about a structure of the driver that is not an object: that it follows one of the
 * kernel's in memory, or that a pointer in an object points to it. An allocation that names both
 * structures shows the first; the second is sure if the pointer is only ever set to memory that is
 * allocated, and all allocations have the same constant number of elements.
 */
#include <stdlib.h>
#include <string.h>

#include "marshal/evidence.h"
#include "marshal/proposals.h"

/* True if the structure is another, or embedded in it. */
static bool is_within(const struct dc_marshal *marshal, const char *record, const char *outer,
		      unsigned depth)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, outer);
	const struct dc_layout_field *field;

	if (!strcmp(record, outer))
		return true;
	if (!layout || depth > 8)
		return false;
	dc_vec_each (field, &layout->fields)
		if (field->value.kind == DC_VALUE_RECORD && field->value.record &&
		    is_within(marshal, record, field->value.record, depth + 1))
			return true;
	return false;
}

/* Structures that follow one of the kernel's */

/* An allocation of a kernel's structure together with the driver's that follows it: for instance
 * alloc_etherdev(sizeof(struct port)). ret_after: the kernel's. */
static const struct dc_memory_site *find_allocation(const struct dc_marshal *marshal,
						    const char **ret_record, const char **ret_after,
						    const char *within)
{
	const struct dc_memory_site *site;

	dc_vec_each (site, &marshal->graph->memory) {
		const struct dc_type_rule *rule;
		size_t i;

		if (site->frees || site->types_count != 2)
			continue;
		for (i = 0; i < 2; i++) {
			const char *record = site->types[!i];
			const struct dc_layout *layout =
				dc_layout_find(&marshal->source->layouts, record);

			rule = dc_rules_type(marshal->rules, site->types[i]);
			if (!rule || !rule->trailing_align || !layout || !layout->of_driver ||
			    (within && !is_within(marshal, within, record, 0)))
				continue;
			*ret_record = record;
			*ret_after = site->types[i];
			return site;
		}
	}
	return NULL;
}

static size_t count_users(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_type_use *use;
	size_t count = 0;

	dc_vec_each (use, &marshal->graph->types)
		count += !strcmp(use->type, record);
	return count;
}

/* True if most of the driver uses the structure: it may then be the driver's private part of an
 * object. */
static bool is_used_most(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout;
	size_t users = count_users(marshal, record);

	dc_vec_each (layout, &marshal->source->layouts.layouts)
		if (layout->of_driver && count_users(marshal, layout->name) > users)
			return false;
	return users > 1;
}

static void set_trailing(const struct dc_marshal *marshal, const char *record, const char *after,
			 struct dc_proposal *ret)
{
	ret->subject = dc_arena_strdup(marshal->arena, record);
	ret->section = "trailing";
	ret->row = dc_arena_printf(marshal->arena, "{\"struct\": \"%s\", \"after\": \"%s\"}",
				   record, after);
}

/* A guess, where no allocation shows it. */
static bool guess_trailing(const struct dc_marshal *marshal, const char *record,
			   struct dc_proposal *ret)
{
	const struct dc_type_rule *rule;
	const char *ignored[2];

	if (marshal->annotations.trailing.len || !is_used_most(marshal, record) ||
	    find_allocation(marshal, &ignored[0], &ignored[1], NULL))
		return false;
	dc_vec_each (rule, &marshal->rules->types)
		if (rule->trailing_align && dc_layout_find(&marshal->source->layouts, rule->name)) {
			set_trailing(marshal, record, rule->name, ret);
			ret->evidence = dc_arena_printf(
				marshal->arena,
				"most functions use it, but no allocation of a struct %s names it",
				rule->name);
			return true;
		}
	return false;
}

static bool show_trailing(const struct dc_marshal *marshal, const char *record,
			  struct dc_proposal *ret)
{
	const char *outer, *after, *function;
	const struct dc_memory_site *site = find_allocation(marshal, &outer, &after, record);
	const struct dc_definition *definition;

	if (!site || dc_marshal_is_object(marshal, outer))
		return false;
	function = marshal->graph->functions.at[site->function].name;
	definition = dc_source_find(marshal->source, function);
	set_trailing(marshal, outer, after, ret);
	ret->sure = true;
	ret->file = definition ? dc_arena_strdup(marshal->arena, definition->file) : ret->file;
	ret->line = site->line;
	ret->evidence = dc_arena_printf(marshal->arena,
					"%s allocates a struct %s with sizeof(struct %s) at %s:%u",
					site->callee, after, outer, ret->file, site->line);
	return true;
}

/* Pointers */

/* A pointer in an object to the structure, and how good a proposal it makes. */
struct candidate {
	const struct dc_layout *layout;
	const struct dc_layout_field *field;
	const char *count;
	bool sure;
	bool owner; /* it is set to allocated memory, and not only to what others point to */
	unsigned worth; /* 0: none; more is better */
	const char *evidence;
	const struct dc_evidence *by;
};

static const char *words(const struct dc_marshal *marshal, const struct dc_evidence *row)
{
	return row ? dc_evidence_words(marshal, row) : "nothing sets it";
}

/* The field of the candidate's own structure that an allocation multiplies by, or NULL. */
static const char *counting_field(const struct candidate *at, const struct dc_extent *extent)
{
	const char *dot = extent->times ? strchr(extent->times, '.') : NULL;
	size_t len = dot ? (size_t)(dot - extent->times) : 0;
	const struct dc_layout_field *field;

	if (!dot || extent->bytes || extent->each != at->field->value.to_size ||
	    strlen(at->layout->name) != len || strncmp(at->layout->name, extent->times, len) != 0)
		return NULL;
	dc_vec_each (field, &at->layout->fields)
		if (dc_marshal_is_count(field) && !strcmp(field->name, dot + 1))
			return field->name;
	return NULL;
}

/* All that it is set to is allocated: by a constant, or by a field beside it. */
static void judge_allocated(const struct dc_marshal *marshal, const struct dc_has *has,
			    struct candidate *at)
{
	unsigned size = at->field->value.to_size;
	const char *field = counting_field(at, &has->least);

	if (!has->least.times && has->same && size && has->least.bytes % size == 0 &&
	    at->field->count == 1) {
		at->count = dc_arena_printf(marshal->arena, "%lld", has->least.bytes / size);
		at->sure = true;
		at->worth = 4;
		at->evidence = words(marshal, has->by);
	} else if (field) {
		at->count = field;
		at->worth = 3;
		at->evidence = dc_arena_printf(
			marshal->arena,
			"%s; but nothing shows that %s does not change while that is allocated",
			words(marshal, has->by), field);
	} else {
		at->evidence = dc_arena_printf(marshal->arena,
					       "%s: no constant number of elements, and no field "
					       "beside the pointer has it",
					       words(marshal, has->by));
	}
}

static void judge_unknown(const struct dc_marshal *marshal, const struct dc_has *has,
			  struct candidate *at)
{
	const char *count = dc_propose_count(marshal, at->layout, at->field);
	unsigned size = at->field->value.to_size;
	long long farthest, elements;

	dc_evidence_farthest(marshal, dc_pointer_of_field(at->layout->name, at->field->name),
			     &farthest);
	elements = size && farthest > size ? (farthest + size - 1) / size : 1;
	at->count = count ? count : dc_arena_printf(marshal->arena, "%lld", elements);
	at->worth = has->by && has->by->allocated ? 2 : 1;
	at->evidence =
		dc_arena_printf(marshal->arena,
				"%s%s%s; not all that it is set to is "
				"followed: %s",
				count ? "by the name of '"
				      : "one element, as no name says "
					"more",
				count ? count : "", count ? "' only" : "", words(marshal, has->by));
}

/* True if another member of a union lies in the same bytes: the pointer is not always one. */
static bool is_shared(const struct candidate *at)
{
	const struct dc_layout_field *field;

	dc_vec_each (field, &at->layout->fields)
		if (field != at->field &&
		    field->offset < at->field->offset + at->field->value.size &&
		    at->field->offset < field->offset + field->value.size * field->count)
			return true;
	return false;
}

static struct candidate judge(const struct dc_marshal *marshal, const struct dc_layout *layout,
			      const struct dc_layout_field *field)
{
	struct candidate at = {.layout = layout, .field = field};
	struct dc_pointer pointer = dc_pointer_of_field(layout->name, field->name);
	const struct dc_evidence *device = dc_evidence_device(marshal, pointer);
	struct dc_has has = dc_evidence_has(marshal, pointer);

	at.by = device ? device : has.by;
	at.owner = has.allocated || (has.by && has.by->allocated);
	if (device)
		at.evidence = dc_arena_printf(
			marshal->arena, "%s.%s points to %s (%s), for which there is no annotation",
			layout->name, field->name,
			device->kind == DC_EVIDENCE_REGISTERS ? "registers laid out as a structure"
							      : "memory that the device uses",
			dc_evidence_words(marshal, device));
	else if (has.known && has.allocated)
		judge_allocated(marshal, &has, &at);
	else
		judge_unknown(marshal, &has, &at);
	if (at.sure && is_shared(&at)) {
		at.sure = false;
		at.evidence = dc_arena_printf(
			marshal->arena, "%s; but it shares its place in a union", at.evidence);
	}
	return at;
}

static struct candidate best_pointer(const struct dc_marshal *marshal, const char *record)
{
	struct candidate best = {0};
	const struct dc_layout *layout;
	const struct dc_layout_field *field;

	dc_vec_each (layout, &marshal->source->layouts.layouts) {
		if (!dc_marshal_is_object(marshal, layout->name))
			continue;
		dc_vec_each (field, &layout->fields) {
			struct candidate at;

			if (field->value.kind != DC_VALUE_POINTER || !field->value.record ||
			    strcmp(field->value.record, record) != 0)
				continue;
			at = judge(marshal, layout, field);
			if (!best.layout || at.owner > best.owner ||
			    (at.owner == best.owner && at.worth > best.worth))
				best = at;
		}
	}
	return best;
}

/* The structures of the driver that the record is in, itself first; in the source's order. */
static bool propose_pointer(const struct dc_marshal *marshal, const char *record,
			    struct dc_proposal *ret)
{
	const struct dc_layout *outer;
	struct candidate best = best_pointer(marshal, record);

	dc_vec_each (outer, &marshal->source->layouts.layouts) {
		struct candidate at;

		if (best.worth || best.owner || !outer->of_driver ||
		    !is_within(marshal, record, outer->name, 0))
			continue;
		at = best_pointer(marshal, outer->name);
		if (!best.layout || at.worth)
			best = at;
	}
	if (!best.layout)
		return false;
	ret->what = dc_arena_printf(marshal->arena, "%s.%s", best.layout->name, best.field->name);
	ret->evidence = best.evidence;
	ret->sure = best.sure;
	if (best.by) {
		ret->file = dc_arena_strdup(marshal->arena, best.by->file);
		ret->line = best.by->line;
	}
	if (!best.worth)
		return true;
	ret->section = "pointers";
	ret->subject = dc_arena_strdup(marshal->arena, best.field->value.record);
	ret->row = dc_arena_printf(marshal->arena, "{\"field\": \"%s\", \"count\": \"%s\"}",
				   ret->what, best.count);
	return true;
}

/* Registers and the device's memory */

/* The row that shows that the structure, or one that it is in, is the device's; or NULL. */
static const struct dc_evidence *find_device(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_evidence *found = dc_evidence_device_record(marshal, record);
	const struct dc_layout *outer;

	dc_vec_each (outer, &marshal->source->layouts.layouts)
		if (!found && outer->of_driver && is_within(marshal, record, outer->name, 0))
			found = dc_evidence_device_record(marshal, outer->name);
	return found;
}

void dc_propose_struct(const struct dc_marshal *marshal, const char *record,
		       const struct dc_definition *definition, struct dc_proposal *ret)
{
	const struct dc_evidence *device = find_device(marshal, record);

	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_STRUCT,
		.subject = dc_arena_strdup(marshal->arena, record),
		.what = "",
		.section = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
		.evidence = "no object has a pointer to it",
		.why = dc_arena_printf(marshal->arena,
				       "struct %s of the driver does not cross: nothing says which "
				       "object it belongs to",
				       record),
	};
	if (device) {
		bool registers = device->kind == DC_EVIDENCE_REGISTERS;

		ret->file = dc_arena_strdup(marshal->arena, device->file);
		ret->line = device->line;
		ret->evidence = dc_evidence_words(marshal, device);
		ret->why = dc_arena_printf(marshal->arena,
					   "struct %s of the driver is %s, for which there is no "
					   "annotation (%s)",
					   record,
					   registers ? "laid out over registers"
						     : "in memory that the device uses",
					   ret->evidence);
		return;
	}
	if (!show_trailing(marshal, record, ret) && !propose_pointer(marshal, record, ret))
		guess_trailing(marshal, record, ret);
}
