// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects in the process as the kernel announces and withdraws them. A new object resides in a
 * variable of the driver, in another object, or in memory of its own.
 */
#include "announce.h"

#include "refs.h"
#include "slots.h"

/*
 * Removes objects that the new one contradicts: the message that they were freed has been
 * overtaken.
 */
static void dcrt_make_way(struct dcrt_tracker *tracker, const struct dcrt_object *new,
			  void **blocks)
{
	uint32_t i;

	for (i = 0; i < tracker->live; i++) {
		struct dcrt_object *old = dcrt_object_in_order(tracker, i);
		bool apart = dcrt_object_end(old) <= dcrt_object_start(new) ||
			     dcrt_object_end(new) <= dcrt_object_start(old);
		bool in = dcrt_object_start(old) >= dcrt_object_start(new) &&
			  dcrt_object_end(old) <= dcrt_object_end(new);
		bool around_it = dcrt_object_start(old) <= dcrt_object_start(new) &&
				 dcrt_object_end(old) >= dcrt_object_end(new);

		if (apart || (in != around_it) || (in && old->type != new->type))
			continue;
		dcrt_take_out(tracker, old, blocks);
		i = (uint32_t)-1; /* start again */
	}
}

/*
 * A variable or a containing object has content of its own; the kernel sends what differs from
 * zeroes.
 */
static void dcrt_zero_fields(const struct dcrt_tracker *tracker, struct dcrt_object *object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (element = 0; element < object->size; element += type->size)
		for (i = 0; i < type->n_fields; i++)
			memset(object->local + element + type->fields[i].offset, 0,
			       type->fields[i].size * type->fields[i].count);
}

/* The address of a new object: in a variable, in another object, or NULL for memory of its own. */
static int dcrt_find_local(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			   const uint8_t *data, uint8_t **ret)
{
	const struct dcrt_type *type = &tracker->types[record->type];
	void *address = type->variable;
	uint64_t ref;
	int err;

	if (address && record->version != type->size)
		return -EPROTO;
	if (!address && record->len) {
		memcpy(&ref, data, sizeof(ref));
		err = dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, record->version, &address);
		if (err)
			return err == -ESTALE ? -ESTALE : -EPROTO;
	}
	*ret = address;
	return 0;
}

int dcrt_object_announced(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			  const uint8_t *data)
{
	struct dcrt_object new = {.type = record->type,
				  .size = record->version,
				  .generation = dcrt_generation_of(record->handle)};
	uint32_t slot = dcrt_slot_of(record->handle);
	void *blocks = NULL;
	int err;

	if (slot >= tracker->slots || new.size % tracker->types[new.type].size)
		return -EPROTO;
	if (new.generation <= tracker->objects[slot].generation)
		return 0; /* known, or freed already */
	err = dcrt_find_local(tracker, record, data, &new.local);
	if (err)
		return err == -ESTALE ? 0 : err;
	if (tracker->objects[slot].live)
		dcrt_take_out(tracker, &tracker->objects[slot], &blocks);
	if (new.local)
		dcrt_make_way(tracker, &new, &blocks);
	dcrt_free_blocks(tracker, blocks);
	if (dcrt_alloc_block(tracker, &new, !new.local) < 0)
		return -ENOMEM;
	err = dcrt_add_object(tracker, slot, &new);
	if (err)
		tracker->env->free(new.block);
	else
		dcrt_zero_fields(tracker, &tracker->objects[slot]);
	return err ? -EPROTO : 0;
}

int dcrt_object_move(struct dcrt_tracker *tracker, uint64_t handle, uint16_t type, size_t len,
		     void *local, void *owner)
{
	uint32_t slot = dcrt_slot_of(handle), parent, from, to, count;
	struct dcrt_object *object, new;
	void *address;
	int err;

	if (dcrt_resolve(tracker, handle, type, (uint32_t)len, &address))
		return -EINVAL;
	object = &tracker->objects[slot];
	from = dcrt_object_span(tracker, object, &count);
	if (address != object->local || object->size != len || count > 1 ||
	    object->parent != DCRT_NO_SLOT)
		return -EINVAL;
	new = *object;
	new.local = local;
	new.owner = owner;
	err = dcrt_find_position(tracker, &new, &to, &parent);
	if (!err)
		err = dcrt_alloc_block(tracker, &new, false);
	if (err)
		return err;
	tracker->env->free(object->block);
	memmove(tracker->order + from, tracker->order + from + 1,
		(tracker->live - from - 1) * sizeof(*tracker->order));
	tracker->live--;
	*object = new;
	object->parent = parent;
	dcrt_insert(tracker, slot, to > from ? to - 1 : to);
	return 0;
}

int dcrt_object_withdrawn(struct dcrt_tracker *tracker, const struct dcrt_record *record)
{
	uint32_t slot = dcrt_slot_of(record->handle),
		 generation = dcrt_generation_of(record->handle);
	struct dcrt_object *object;
	void *blocks = NULL;

	if (slot >= tracker->slots)
		return -EPROTO;
	object = &tracker->objects[slot];
	if (generation < object->generation)
		return 0;
	if (object->live)
		dcrt_take_out(tracker, object, &blocks);
	object->generation = generation;
	dcrt_free_blocks(tracker, blocks);
	return 0;
}
