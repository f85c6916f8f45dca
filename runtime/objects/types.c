// SPDX-License-Identifier: GPL-2.0-only
/* Checks the driver's tables of types once, and fills in what follows from them. */
#include "objects.h"

#include "types.h"

static bool dcrt_good_field(const struct dcrt_driver *driver, const struct dcrt_type *type,
			    const struct dcrt_field *field, uint32_t from)
{
	if (!field->size || !field->count || field->offset < from || field->offset > type->size ||
	    field->count > (type->size - field->offset) / field->size)
		return false;
	if (field->kind == DCRT_PLAIN)
		return true;
	if (field->size != sizeof(uint64_t) || field->offset % sizeof(uint64_t) != 0)
		return false;
	if (field->kind == DCRT_CODE)
		return driver->n_code > 0;
	return (field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS) &&
	       (field->target == DCRT_ANY_TYPE || field->target < driver->n_types);
}

/* Adjacent fields form a span, so that they can be compared at once. */
static void dcrt_find_spans(const struct dcrt_type *type)
{
	struct dcrt_field *first = NULL;
	uint32_t i, end_at = 0;

	for (i = 0; i < type->n_fields; i++) {
		struct dcrt_field *field = &type->fields[i];

		field->span = field->span_fields = 0;
		field->span_writes = false;
		if (!first || field->offset != end_at)
			first = field;
		end_at = field->offset + field->size * field->count;
		first->span = end_at - first->offset;
		first->span_fields++;
		first->span_writes |= field->user_writes;
	}
}

static bool dcrt_good_links(const struct dcrt_driver *driver, const struct dcrt_type *type)
{
	uint32_t i;

	for (i = 0; i < type->n_links; i++)
		if (type->size < sizeof(uint64_t) ||
		    type->links[i].offset > type->size - sizeof(uint64_t) ||
		    type->links[i].target >= driver->n_types ||
		    type->links[i].inside >= driver->types[type->links[i].target].size)
			return false;
	return true;
}

bool dcrt_is_linked(const struct dcrt_type *types, uint32_t n_types, uint64_t type)
{
	uint32_t i, k;

	if (type >= n_types || types[type].variable)
		return false;
	for (i = 0; i < n_types; i++)
		for (k = 0; k < types[i].n_links; k++)
			if (types[i].links[k].target == type)
				return true;
	return false;
}

bool dcrt_may_share(const struct dcrt_type *types, uint32_t n_types, uint64_t type,
		    uint64_t len_bytes)
{
	return dcrt_is_linked(types, n_types, type) && len_bytes && len_bytes <= DCRT_OBJECT_MAX &&
	       len_bytes % types[type].size == 0;
}
DCRT_EXPORT(dcrt_may_share);

int dcrt_types_check(const struct dcrt_driver *driver)
{
	uint32_t i, k;

	if ((driver->n_code && !driver->code) || driver->depth > DCRT_DEPTH_MAX)
		return -EINVAL;
	for (i = 0; i < driver->n_types; i++) {
		/* The table is the driver's; the runtime fills in a few members. */
		const struct dcrt_type *type = &driver->types[i];
		uint32_t from = 0, units = 0;

		if (!type->size || type->size > DCRT_OBJECT_MAX || !dcrt_good_links(driver, type))
			return -EINVAL;
		for (k = 0; k < type->n_fields; k++) {
			struct dcrt_field *field = &type->fields[k];

			if (!dcrt_good_field(driver, type, field, from))
				return -EINVAL;
			field->first_unit = units;
			units += field->count;
			from = field->offset + field->size * field->count;
		}
		dcrt_find_spans(type);
	}
	return 0;
}

uint32_t dcrt_type_units(const struct dcrt_type *type)
{
	const struct dcrt_field *last;

	if (!type->n_fields)
		return 0;
	last = &type->fields[type->n_fields - 1];
	return last->first_unit + last->count;
}

const struct dcrt_field *dcrt_type_field(const struct dcrt_type *type, uint32_t offset)
{
	uint32_t low = 0, high = type->n_fields;
	const struct dcrt_field *field;

	while (low < high) { /* how many fields begin at or before it */
		uint32_t middle = low + (high - low) / 2;

		if (type->fields[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	field = &type->fields[low - 1];
	return offset - field->offset < field->size * field->count ? field : NULL;
}
