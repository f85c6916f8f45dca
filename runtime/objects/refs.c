// SPDX-License-Identifier: GPL-2.0-only
/*
 * References: a handle and an offset for an address in an object, and the reverse. Functions cross
 * as an index into the driver's table of code.
 */
#include "refs.h"

#include "slots.h"

int dcrt_resolve(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		 void **ret)
{
	struct dcrt_object *object;
	uint32_t offset = DCRT_OFFSET(ref);

	if (!ref || DCRT_IS_ERROR(ref)) {
		*ret = (void *)(uintptr_t)ref;
		return 0;
	}
	if (dcrt_slot_of(ref) >= tracker->slots)
		return -ENOENT;
	object = &tracker->objects[dcrt_slot_of(ref)];
	if (!object->live || dcrt_generation_of(ref) != object->generation)
		return dcrt_generation_of(ref) && dcrt_generation_of(ref) <= object->generation
			       ? -ESTALE
			       : -ENOENT;
	if (offset >= object->size)
		return -EINVAL;
	*ret = object->local + offset;
	if (!dcrt_is_of_type(tracker, object, type, offset)) {
		object = dcrt_object_at(tracker, *ret, type);
		if (!object)
			return -EINVAL;
		offset = (uint32_t)((uint8_t *)*ret - object->local);
	}
	return (len ? len : 1) > object->size - offset ? -EINVAL : 0;
}

int dcrt_reference(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret,
		   struct dcrt_object **ret_object)
{
	uint64_t bits = (uintptr_t)local;
	struct dcrt_object *object;

	*ret_object = NULL;
	if (!bits || DCRT_IS_ERROR(bits)) {
		*ret = bits;
		return 0;
	}
	object = dcrt_object_at(tracker, local, type);
	if (!object)
		return dcrt_lookup_error(tracker, local);
	*ret = dcrt_object_handle(tracker, object) |
	       (uint64_t)((const uint8_t *)local - object->local);
	*ret_object = object;
	return 0;
}

int dcrt_to_code(const struct dcrt_tracker *tracker, const void *code, uint64_t *ret)
{
	uint32_t i;

	for (i = 0; code && i < tracker->n_code; i++)
		if (tracker->code[i] == code)
			break;
	if (code && i == tracker->n_code)
		return -ENOENT;
	*ret = code ? i + 1 : 0;
	return 0;
}

int dcrt_from_code(const struct dcrt_tracker *tracker, uint64_t word, void **ret)
{
	if (word > tracker->n_code || (word && !tracker->code[word - 1]))
		return -EINVAL;
	*ret = word ? tracker->code[word - 1] : NULL;
	return 0;
}
