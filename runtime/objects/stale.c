// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stale pointers. Drivers leave pointers to freed memory in address, and memory is reused: the same
 * address may then mean a new object, which must be announced although the pointer looks unchanged.
 * So when an object is untracked, the shadow of each pointer into it is marked: the shadow becomes
 * the pointer with one bit flipped, which is no valid address. From then on
 *
 *   - a pointer that stays crosses only once there is an object at that address again, and then
 *     yields to what the other side has stored there;
 *   - dcrt_adopt_all() does not adopt what it points to, as that may be freed memory. A driver that
 *     allocates in the kernel and stores the address where another one was calls dcrt_adopt().
 *
 * The process allocates no memory that a marked pointer points to (local.c). An address that
 * crossed as a cookie (DCRT_ADDRESS) is marked, too, when an object is tracked there: the process
 * must be told. When registers are mapped there it is marked in another way, as its cookie is no
 * longer valid.
 */
#include "stale.h"

#include "types.h"

#define MARK ((uint64_t)1 << 62)

bool dcrt_is_stale(const struct dcrt_field *field, const uint8_t *local, const uint8_t *shadow)
{
	return dcrt_is_pointer(field) && dcrt_word_at(shadow) == (dcrt_word_at(local) ^ MARK);
}

/* Calls look() for each pointer of a kind (DCRT_PLAIN: any) in an object until it returns true. */
static bool dcrt_each_pointer(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
			      enum dcrt_field_kind kind,
			      bool (*look)(uint8_t *local, uint8_t *shadow, const uint64_t *range),
			      const uint64_t *range)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i, k;

	for (i = 0; i < type->n_fields; i++) {
		const struct dcrt_field *field = &type->fields[i];

		if (!dcrt_is_pointer(field) || (kind != DCRT_PLAIN && field->kind != kind))
			continue;
		for (element = 0; element < object->size; element += type->size)
			for (k = 0; k < field->count; k++) {
				uint32_t at = element + field->offset + k * field->size;

				if (look(object->local + at, object->shadow + at, range))
					return true;
			}
	}
	return false;
}

static bool dcrt_within(uint64_t address, const uint64_t *range)
{
	return address >= range[0] && address < range[1];
}

static bool dcrt_mark(uint8_t *local, uint8_t *shadow, const uint64_t *range)
{
	uint64_t value = dcrt_word_at(local);

	if (!dcrt_within(value, range)) {
		if (!dcrt_within(dcrt_word_at(shadow), range))
			return false;
		value = 1; /* changed since: marked so that it differs from any pointer */
	}
	value ^= MARK;
	memcpy(shadow, &value, sizeof(value));
	return false;
}

void dcrt_mark_stale(struct dcrt_tracker *tracker, const void *start, size_t size)
{
	const uint64_t range[] = {(uintptr_t)start, (uintptr_t)start + size};
	uint32_t i;

	for (i = 0; i < tracker->live; i++)
		dcrt_each_pointer(tracker, &tracker->objects[tracker->order[i]], DCRT_PLAIN,
				  dcrt_mark, range);
}

static bool dcrt_mark_sent(uint8_t *local, uint8_t *shadow, const uint64_t *range)
{
	uint64_t value = dcrt_word_at(local) ^ MARK;

	if (dcrt_within(dcrt_word_at(local), range) && dcrt_word_at(local) == dcrt_word_at(shadow))
		memcpy(shadow, &value, sizeof(value));
	return false;
}

void dcrt_mark_cookies(struct dcrt_tracker *tracker, const void *start, uint32_t size)
{
	const uint64_t range[] = {(uintptr_t)start, (uintptr_t)start + size};
	uint32_t i;

	for (i = 0; i < tracker->live; i++)
		dcrt_each_pointer(tracker, &tracker->objects[tracker->order[i]], DCRT_ADDRESS,
				  dcrt_mark_sent, range);
}

static bool dcrt_mark_one_unsent(uint8_t *local, uint8_t *shadow, const uint64_t *range)
{
	const uint64_t value = 1 ^ MARK; /* differs from any pointer */

	if (dcrt_within(dcrt_word_at(local), range) || dcrt_within(dcrt_word_at(shadow), range))
		memcpy(shadow, &value, sizeof(value));
	return false;
}

void dcrt_mark_unsent(struct dcrt_tracker *tracker, uint64_t base, uint64_t len)
{
	const uint64_t range[] = {base, base + len};
	uint32_t i;

	for (i = 0; i < tracker->live; i++)
		dcrt_each_pointer(tracker, &tracker->objects[tracker->order[i]], DCRT_ADDRESS,
				  dcrt_mark_one_unsent, range);
}

static bool dcrt_is_marked(uint8_t *local, uint8_t *shadow, const uint64_t *address)
{
	return dcrt_word_at(local) == *address && dcrt_word_at(shadow) == (*address ^ MARK);
}

bool dcrt_may_be_freed(const struct dcrt_tracker *tracker, const void *local)
{
	const uint64_t address = (uintptr_t)local;
	uint32_t i;

	for (i = 0; i < tracker->live; i++)
		if (dcrt_each_pointer(tracker, &tracker->objects[tracker->order[i]], DCRT_PLAIN,
				      dcrt_is_marked, &address))
			return true;
	return false;
}

static bool dcrt_is_marked_within(uint8_t *local, uint8_t *shadow, const uint64_t *range)
{
	return dcrt_within(dcrt_word_at(local), range) &&
	       dcrt_word_at(shadow) == (dcrt_word_at(local) ^ MARK);
}

bool dcrt_has_stale(const struct dcrt_tracker *tracker, const void *start, size_t len)
{
	const uint64_t range[] = {(uintptr_t)start, (uintptr_t)start + (len ? len : 1)};
	uint32_t i;

	for (i = 0; i < tracker->live; i++)
		if (dcrt_each_pointer(tracker, &tracker->objects[tracker->order[i]], DCRT_PLAIN,
				      dcrt_is_marked_within, range))
			return true;
	return false;
}

static bool dcrt_clear_unmarked(uint8_t *local, uint8_t *shadow, const uint64_t *unused)
{
	(void)unused;
	if (dcrt_word_at(shadow) != (dcrt_word_at(local) ^ MARK))
		memset(shadow, 0, sizeof(uint64_t));
	return false;
}

void dcrt_clear_shadow(const struct dcrt_tracker *tracker, struct dcrt_object *object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (element = 0; element < object->size; element += type->size)
		for (i = 0; i < type->n_fields; i++)
			if (!dcrt_is_pointer(&type->fields[i]))
				memset(object->shadow + element + type->fields[i].offset, 0,
				       type->fields[i].size * type->fields[i].count);
	dcrt_each_pointer(tracker, object, DCRT_PLAIN, dcrt_clear_unmarked, NULL);
}
