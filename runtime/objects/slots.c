// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of objects: slots, and an array of slots sorted by address.
 *
 * Ranges are properly nested: two objects are apart, or one contains the other. At equal starts the
 * larger one comes first in the order, so an object is followed by all that are embedded in it:
 *
 *	addresses   |0       |8       |16      |24      |32
 *	            [ A                        ]
 *	            [ B      ][ C              ]
 *	                      [ D     ]          [ E     ]
 *	order       A B C D E        parent of B, C: A    of D: C    of A, E: none
 *
 * The last object that begins at or before an address, or one around it, is the innermost at that
 * address. To insert a range means to find its position and the object around it
 * (dcrt_find_position), and to become the parent of what it contains (dcrt_insert); to take one out
 * takes out the run of objects from its position that begin before its end (dcrt_object_span).
 *
 * Slots are reused first in, first out, each with a generation of its own. A slot whose generations
 * are used up is retired.
 */
#include "slots.h"

#include "adopt.h"
#include "stale.h"
#include "types.h"

/* Life */

int dcrt_slots_init(struct dcrt_tracker *tracker)
{
	const struct dcrt_env *env = tracker->env;
	uint32_t i;

	tracker->objects = env->alloc(tracker->slots * sizeof(*tracker->objects));
	tracker->order = env->alloc(tracker->slots * sizeof(*tracker->order));
	tracker->freed = env->alloc(tracker->slots * sizeof(*tracker->freed));
	if (!tracker->objects || !tracker->order || !tracker->freed)
		return -ENOMEM;
	for (i = 0; i < tracker->slots; i++)
		tracker->objects[i].next_free = i + 1 < tracker->slots ? i + 1 : DCRT_NO_SLOT;
	tracker->free_first = 0;
	tracker->free_last = tracker->slots - 1;
	return 0;
}

void dcrt_slots_done(struct dcrt_tracker *tracker)
{
	uint32_t i;

	if (tracker->objects)
		for (i = 0; i < tracker->slots; i++) {
			tracker->env->free(tracker->objects[i].block);
			tracker->env->free(tracker->objects[i].owner);
		}
	tracker->env->free(tracker->objects);
	tracker->env->free(tracker->order);
	tracker->env->free(tracker->freed);
	tracker->objects = NULL;
	tracker->order = NULL;
	tracker->freed = NULL;
	tracker->slots = tracker->live = 0;
}

uint64_t dcrt_object_handle(const struct dcrt_tracker *tracker, const struct dcrt_object *object)
{
	uint64_t slot = (uint64_t)(object - tracker->objects);

	return slot << (64 - DCRT_SLOT_BITS) | (uint64_t)object->generation << DCRT_OFFSET_BITS;
}

/* Slots sorted by address */

uint32_t dcrt_objects_before(const struct dcrt_tracker *tracker, uintptr_t address)
{
	uint32_t low = 0, high = tracker->live;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (dcrt_object_start(dcrt_object_in_order(tracker, middle)) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct dcrt_object *dcrt_innermost(const struct dcrt_tracker *tracker, uintptr_t address)
{
	uint32_t at = dcrt_objects_before(tracker, address);
	struct dcrt_object *object = at ? dcrt_object_in_order(tracker, at - 1) : NULL;

	while (object && dcrt_object_end(object) <= address)
		object = dcrt_object_around(tracker, object);
	return object;
}

bool dcrt_is_of_type(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
		     uint16_t type, uint32_t offset)
{
	return type == DCRT_ANY_TYPE ||
	       (object->type == type && offset % tracker->types[type].size == 0);
}

struct dcrt_object *dcrt_object_at(struct dcrt_tracker *tracker, const void *local, uint16_t type)
{
	struct dcrt_object *object = dcrt_innermost(tracker, (uintptr_t)local);

	while (object && !dcrt_is_of_type(tracker, object, type,
					  (uint32_t)((const uint8_t *)local - object->local)))
		object = dcrt_object_around(tracker, object);
	return object;
}

int dcrt_lookup_error(const struct dcrt_tracker *tracker, const void *local)
{
	uintptr_t address = (uintptr_t)local;
	uint32_t i;

	for (i = 0; i < tracker->slots; i++) {
		const struct dcrt_object *object = &tracker->objects[i];

		if (!object->live && object->local && dcrt_object_start(object) <= address &&
		    address < dcrt_object_end(object))
			return -ESTALE;
	}
	return -ENOENT;
}

/* Inserting */

int dcrt_alloc_block(struct dcrt_tracker *tracker, struct dcrt_object *object, bool with_object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	size_t units = (size_t)dcrt_type_units(type) * (object->size / type->size) *
		       sizeof(struct dcrt_unit);
	size_t size = ((size_t)object->size + 15) & ~(size_t)15;
	uint8_t *block;

	units = (units + 15 + sizeof(void *)) &
		~(size_t)15; /* room for a pointer: dcrt_free_blocks() */
	block = tracker->env->alloc(units + size + (with_object ? size : 0));
	if (!block)
		return -ENOMEM;
	object->block = block;
	object->units = (struct dcrt_unit *)(void *)block;
	object->shadow = block + units;
	if (with_object)
		object->local = block + units + size;
	return 0;
}

int dcrt_find_position(const struct dcrt_tracker *tracker, const struct dcrt_object *new,
		       uint32_t *ret_at, uint32_t *ret_parent)
{
	struct dcrt_object *object = dcrt_innermost(tracker, dcrt_object_start(new)), *same;
	uint32_t at = dcrt_objects_before(tracker, dcrt_object_start(new)), i;

	for (; object; object = dcrt_object_around(tracker, object)) {
		if (dcrt_object_end(object) >= dcrt_object_end(new))
			break;
		if (dcrt_object_start(object) != dcrt_object_start(new))
			return -EINVAL;
	}
	for (same = object; same && same->size == new->size;
	     same = dcrt_object_around(tracker, same))
		if (same->type == new->type)
			return -EEXIST;
	*ret_parent = object ? (uint32_t)(object - tracker->objects) : DCRT_NO_SLOT;
	while (at &&
	       dcrt_object_start(dcrt_object_in_order(tracker, at - 1)) == dcrt_object_start(new) &&
	       dcrt_object_in_order(tracker, at - 1)->size < new->size)
		at--;
	for (i = at; i < tracker->live &&
		     dcrt_object_start(dcrt_object_in_order(tracker, i)) < dcrt_object_end(new);
	     i++)
		if (dcrt_object_end(dcrt_object_in_order(tracker, i)) > dcrt_object_end(new))
			return -EINVAL;
	*ret_at = at;
	return 0;
}

void dcrt_insert(struct dcrt_tracker *tracker, uint32_t slot, uint32_t at)
{
	struct dcrt_object *new = &tracker->objects[slot];
	uint32_t i;

	memmove(tracker->order + at + 1, tracker->order + at,
		(tracker->live - at) * sizeof(*tracker->order));
	tracker->order[at] = slot;
	tracker->live++;
	for (i = at + 1; i < tracker->live &&
			 dcrt_object_start(dcrt_object_in_order(tracker, i)) < dcrt_object_end(new);
	     i++)
		if (dcrt_object_in_order(tracker, i)->parent == new->parent)
			dcrt_object_in_order(tracker, i)->parent = slot;
}

int dcrt_add_object(struct dcrt_tracker *tracker, uint32_t slot, const struct dcrt_object *like)
{
	uint32_t at, parent;
	int err = dcrt_find_position(tracker, like, &at, &parent);

	if (err)
		return err;
	tracker->objects[slot] = *like;
	tracker->objects[slot].parent = parent;
	tracker->objects[slot].live = true;
	dcrt_insert(tracker, slot, at);
	return 0;
}

/* Taking out */

uint32_t dcrt_object_span(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
			  uint32_t *ret_count)
{
	uint32_t at = dcrt_objects_before(tracker, dcrt_object_start(object)), count;

	while (dcrt_object_in_order(tracker, at - 1) != object)
		at--;
	at--;
	for (count = 1; at + count < tracker->live; count++)
		if (dcrt_object_start(dcrt_object_in_order(tracker, at + count)) >=
		    dcrt_object_end(object))
			break;
	*ret_count = count;
	return at;
}

static void dcrt_chain_block(void *memory, void **blocks)
{
	if (!memory)
		return;
	*(void **)memory = *blocks;
	*blocks = memory;
}

void dcrt_take_out(struct dcrt_tracker *tracker, struct dcrt_object *object, void **blocks)
{
	uint32_t count, at = dcrt_object_span(tracker, object, &count), i;

	dcrt_mark_stale(tracker, object->local, object->size);
	for (i = at; i < at + count; i++) {
		struct dcrt_object *gone = dcrt_object_in_order(tracker, i);
		uint32_t slot = tracker->order[i];

		if (gone->announced && tracker->freed_count < tracker->slots)
			tracker->freed[(tracker->freed_at + tracker->freed_count++) %
				       tracker->slots] = dcrt_object_handle(tracker, gone);
		dcrt_chain_block(gone->block, blocks);
		dcrt_chain_block(gone->owner, blocks);
		gone->block = gone->owner = NULL;
		gone->live = false;
		dcrt_unlist_adoptable(tracker, gone);
		gone->next_free = DCRT_NO_SLOT;
		if (gone->generation == DCRT_GENERATION_MAX)
			continue;
		if (tracker->free_first == DCRT_NO_SLOT)
			tracker->free_first = slot;
		else
			tracker->objects[tracker->free_last].next_free = slot;
		tracker->free_last = slot;
	}
	memmove(tracker->order + at, tracker->order + at + count,
		(tracker->live - at - count) * sizeof(*tracker->order));
	tracker->live -= count;
}

void dcrt_free_blocks(struct dcrt_tracker *tracker, void *blocks)
{
	while (blocks) {
		void *next = *(void **)blocks;

		tracker->env->free(blocks);
		blocks = next;
	}
}
