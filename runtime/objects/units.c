// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit is what a merge decides about: some bytes of a field, a pointer, or the address of a
 * function. In a message a pointer is a reference or a cookie, and a function a number.
 */
#include "units.h"

#include "cookies.h"
#include "local.h"
#include "refs.h"
#include "slots.h"
#include "stale.h"
#include "types.h"

void dcrt_copy_unit(void *to, const void *from, uint32_t size)
{
	uintptr_t both = (uintptr_t)to | (uintptr_t)from;

	if (size == 8 && !(both & 7))
		*(volatile uint64_t *)to = *(const volatile uint64_t *)from;
	else if (size == 4 && !(both & 3))
		*(volatile uint32_t *)to = *(const volatile uint32_t *)from;
	else if (size == 2 && !(both & 1))
		*(volatile uint16_t *)to = *(const volatile uint16_t *)from;
	else
		memcpy(to, from, size);
}

/* Changed or not */

bool dcrt_unit_changed(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		       const uint8_t *local, const uint8_t *shadow)
{
	if (memcmp(local, shadow, field->size) == 0)
		return false;
	if (tracker->local_blocks && (field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS) &&
	    dcrt_is_in_local_block(tracker, (void *)(uintptr_t)dcrt_word_at(local)))
		return false; /* crosses once it is shared */
	return !dcrt_is_stale(field, local, shadow) ||
	       dcrt_object_at(tracker, (void *)(uintptr_t)dcrt_word_at(local), field->target);
}

/* Across */

int dcrt_unit_to_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		      uint64_t session, void *unit)
{
	const void *local = (void *)(uintptr_t)dcrt_word_at(unit);
	struct dcrt_object *target;
	uint64_t word = 0;
	int err = 0;

	if (field->kind == DCRT_PLAIN)
		return 0;
	if (field->kind == DCRT_CODE)
		err = dcrt_to_code(tracker, local, &word);
	else
		err = dcrt_reference(tracker, local, field->target, &word, &target);
	if (err && (field->kind == DCRT_ADDRESS || (field->kind == DCRT_CODE && tracker->kernel)))
		err = dcrt_to_cookie(tracker, local, session, &word);
	memcpy(unit, &word, sizeof(word));
	return err;
}

/* The kernel accepts functions from the process only by number. */
int dcrt_unit_from_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field,
			uint64_t session, bool own, const uint8_t **data, void **address)
{
	bool may_be_cookie = field->kind == DCRT_ADDRESS ||
			     (field->kind == DCRT_CODE && (own || !tracker->kernel));
	int err;

	if (field->kind == DCRT_PLAIN)
		return 0;
	if (may_be_cookie &&
	    (DCRT_IS_COOKIE(dcrt_word_at(*data)) || DCRT_IS_LIST_POISON(dcrt_word_at(*data))))
		err = dcrt_from_cookie(tracker, dcrt_word_at(*data), session, address);
	else if (field->kind == DCRT_CODE)
		err = dcrt_from_code(tracker, dcrt_word_at(*data), address);
	else
		err = dcrt_resolve(tracker, dcrt_word_at(*data), field->target, 0, address);
	*data = (const uint8_t *)address;
	return err;
}

/* Where an update lies */

/* As dcrt_locate_update(), in a given object. */
static int dcrt_find_run(const struct dcrt_tracker *tracker, struct dcrt_object *object,
			 const struct dcrt_record *record, struct dcrt_unit_range *ret)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element = record->offset / type->size, inner = record->offset % type->size, from;
	const struct dcrt_field *field = dcrt_type_field(type, inner);

	if (record->offset >= object->size || !field)
		return -EINVAL;
	from = inner - field->offset;
	if (from % field->size || record->len % field->size ||
	    record->len > field->size * field->count - from)
		return -EINVAL;
	*ret = (struct dcrt_unit_range){.object = object,
					.field = field,
					.offset = record->offset,
					.unit = element * dcrt_type_units(type) +
						field->first_unit + from / field->size,
					.count = record->len / field->size};
	return 0;
}

int dcrt_find_object(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		     struct dcrt_object **ret)
{
	struct dcrt_object *object;
	void *address;
	int err = dcrt_resolve(tracker, record->handle, DCRT_ANY_TYPE, 0, &address);

	if (err)
		return err;
	object = &tracker->objects[record->handle >> (64 - DCRT_SLOT_BITS)];
	if (object->type != record->type)
		return -EINVAL;
	*ret = object;
	return 0;
}

int dcrt_locate_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		       struct dcrt_unit_range *ret)
{
	struct dcrt_object *object;
	int err = dcrt_find_object(tracker, record, &object);

	return err ? err : dcrt_find_run(tracker, object, record, ret);
}

bool dcrt_is_overtaken(const struct dcrt_unit_range *range, uint32_t index,
		       const struct dcrt_record *record)
{
	const struct dcrt_unit *unit = &range->object->units[range->unit + index];

	return unit->applied && !dcrt_is_newer(record->version, unit->applied);
}
