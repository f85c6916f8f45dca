/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of objects: slots, handles, and the order by address. With the lock held. */
#ifndef DCRT_SLOTS_H
#define DCRT_SLOTS_H

#include "objects.h"

#define DCRT_GENERATION_MAX ((1u << DCRT_GENERATION_BITS) - 1)

static inline uint32_t dcrt_slot_of(uint64_t ref)
{
	return (uint32_t)(ref >> (64 - DCRT_SLOT_BITS));
}

static inline uint32_t dcrt_generation_of(uint64_t ref)
{
	return (uint32_t)(ref >> DCRT_OFFSET_BITS) & DCRT_GENERATION_MAX;
}

static inline uintptr_t dcrt_object_start(const struct dcrt_object *object)
{
	return (uintptr_t)object->local;
}

static inline uintptr_t dcrt_object_end(const struct dcrt_object *object)
{
	return (uintptr_t)object->local + object->size;
}

/* The object at a position in the order. */
static inline struct dcrt_object *dcrt_object_in_order(const struct dcrt_tracker *tracker,
						       uint32_t position)
{
	return &tracker->objects[tracker->order[position]];
}

/* The innermost object around this one, or NULL. */
static inline struct dcrt_object *dcrt_object_around(const struct dcrt_tracker *tracker,
						     const struct dcrt_object *object)
{
	return object->parent == DCRT_NO_SLOT ? NULL : &tracker->objects[object->parent];
}

/* Returns 0 or -ENOMEM; end with dcrt_slots_done, also then. */
int dcrt_slots_init(struct dcrt_tracker *tracker);
void dcrt_slots_done(struct dcrt_tracker *tracker);

uint64_t dcrt_object_handle(const struct dcrt_tracker *tracker, const struct dcrt_object *object);

/* The number of live objects that begin at or before an address: the position of the next one. */
uint32_t dcrt_objects_before(const struct dcrt_tracker *tracker, uintptr_t address);
/* The innermost object at an address, or NULL. */
struct dcrt_object *dcrt_innermost(const struct dcrt_tracker *tracker, uintptr_t address);
/* The same, with an element of a type at the address. */
struct dcrt_object *dcrt_object_at(struct dcrt_tracker *tracker, const void *local, uint16_t type);
/* True if an element of the type is at an offset into the object. */
bool dcrt_is_of_type(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
		     uint16_t type, uint32_t offset);
/* Why there is no object: -ESTALE one was there and is freed, -ENOENT. Walks all slots. */
int dcrt_lookup_error(const struct dcrt_tracker *tracker, const void *local);

/*
 * The memory of an object: its units, its shadow and, in the process, the object itself.
 * Returns 0 or -ENOMEM.
 */
int dcrt_alloc_block(struct dcrt_tracker *tracker, struct dcrt_object *object, bool with_object);
/*
 * Where a new range goes in the order, and which slot will be around it. Returns 0, -EEXIST,
 * -EINVAL as dcrt_track().
 */
int dcrt_find_position(const struct dcrt_tracker *tracker, const struct dcrt_object *new,
		       uint32_t *ret_position, uint32_t *ret_parent);
void dcrt_insert(struct dcrt_tracker *tracker, uint32_t slot, uint32_t position);
/* Fills a slot with a copy of an object and inserts it. Returns as dcrt_find_position(). */
int dcrt_add_object(struct dcrt_tracker *tracker, uint32_t slot, const struct dcrt_object *like);
/* The position of an object, and how many live objects it is with those embedded in it. */
uint32_t dcrt_object_span(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
			  uint32_t *ret_count);
/*
 * Takes an object and all embedded in it out of the order. Chains their blocks through their first
 * words; dcrt_free_blocks() frees the chain, without the lock in the kernel.
 */
void dcrt_take_out(struct dcrt_tracker *tracker, struct dcrt_object *object, void **blocks);
void dcrt_free_blocks(struct dcrt_tracker *tracker, void *blocks);

#endif
