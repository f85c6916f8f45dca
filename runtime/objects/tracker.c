// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots of objects, and an array of slots sorted by address. Ranges are properly nested, so the
 * last object that begins at or before an address, or one around it, is the innermost there.
 * Slots are reused first in, first out, each with a generation of its own; one whose generations
 * are used up is retired.
 */
#include "merge.h"
#include "tracker.h"

#define GENERATION_MAX ((1u << DCRT_GENERATION_BITS) - 1)

uint64_t dcrt_object_handle(const struct dcrt_tracker *tracker, const struct dcrt_object *object)
{
	uint64_t slot = (uint64_t)(object - tracker->objects);

	return slot << (64 - DCRT_SLOT_BITS) | (uint64_t)object->generation << DCRT_OFFSET_BITS;
}

static uint32_t slot_of(uint64_t ref)
{
	return (uint32_t)(ref >> (64 - DCRT_SLOT_BITS));
}

static uint32_t generation_of(uint64_t ref)
{
	return (uint32_t)(ref >> DCRT_OFFSET_BITS) & GENERATION_MAX;
}

static uintptr_t start(const struct dcrt_object *object)
{
	return (uintptr_t)object->local;
}

static uintptr_t end(const struct dcrt_object *object)
{
	return (uintptr_t)object->local + object->size;
}

static struct dcrt_object *ordered(const struct dcrt_tracker *tracker, uint32_t at)
{
	return &tracker->objects[tracker->order[at]];
}

static struct dcrt_object *around(const struct dcrt_tracker *tracker,
				  const struct dcrt_object *object)
{
	return object->parent == DCRT_NO_SLOT ? NULL : &tracker->objects[object->parent];
}

/* Life of a tracker */

static int track_places(struct dcrt_tracker *tracker)
{
	uint64_t handle;
	uint16_t i;
	int err = 0;

	for (i = 0; i < tracker->n_types && !err; i++)
		if (tracker->types[i].variable)
			err = dcrt_track(tracker, tracker->types[i].variable, i, 1, &handle);
	return err == -EEXIST ? -EINVAL : err;
}

static int make_slots(struct dcrt_tracker *tracker)
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

int dcrt_tracker_init(struct dcrt_tracker *tracker, const struct dcrt_driver *driver,
		      const struct dcrt_env *env, bool kernel)
{
	int err;

	*tracker = (struct dcrt_tracker){.env = env,
					 .types = driver->types,
					 .n_types = driver->n_types,
					 .n_code = driver->n_code,
					 .code = driver->code,
					 .slots = driver->objects,
					 .kernel = kernel,
					 .free_first = DCRT_NO_SLOT,
					 .free_last = DCRT_NO_SLOT,
					 .adopt_first = DCRT_NO_SLOT};
	if (driver->objects > DCRT_SLOTS_MAX)
		return -EINVAL;
	err = tracker->slots ? make_slots(tracker) : 0;
	if (!err)
		err = dcrt_cookies_init(tracker);
	if (!err && kernel)
		err = dcrt_check_init(tracker);
	if (!err && kernel)
		err = track_places(tracker);
	if (err)
		dcrt_tracker_done(tracker);
	return err;
}

void dcrt_tracker_done(struct dcrt_tracker *tracker)
{
	uint32_t i;

	if (tracker->objects)
		for (i = 0; i < tracker->slots; i++) {
			tracker->env->free(tracker->objects[i].block);
			tracker->env->free(tracker->objects[i].owner);
		}
	dcrt_local_done(tracker);
	tracker->env->free(tracker->objects);
	tracker->env->free(tracker->order);
	tracker->env->free(tracker->freed);
	tracker->env->free(tracker->scratch);
	tracker->scratch = NULL;
	dcrt_cookies_done(tracker);
	tracker->objects = NULL;
	tracker->order = NULL;
	tracker->freed = NULL;
	tracker->slots = tracker->live = 0;
}

/* By address */

/* How many live objects begin at or before an address. */
static uint32_t upper_bound(const struct dcrt_tracker *tracker, uintptr_t address)
{
	uint32_t low = 0, high = tracker->live;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (start(ordered(tracker, middle)) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The innermost object at an address, or NULL. */
static struct dcrt_object *innermost(const struct dcrt_tracker *tracker, uintptr_t address)
{
	uint32_t at = upper_bound(tracker, address);
	struct dcrt_object *object = at ? ordered(tracker, at - 1) : NULL;

	while (object && end(object) <= address)
		object = around(tracker, object);
	return object;
}

static bool is_type(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
		    uint16_t type, uint32_t offset)
{
	return type == DCRT_ANY_TYPE ||
	       (object->type == type && offset % tracker->types[type].size == 0);
}

struct dcrt_object *dcrt_object_at(struct dcrt_tracker *tracker, const void *local, uint16_t type)
{
	struct dcrt_object *object = innermost(tracker, (uintptr_t)local);

	while (object &&
	       !is_type(tracker, object, type, (uint32_t)((const uint8_t *)local - object->local)))
		object = around(tracker, object);
	return object;
}

/* Whether a freed object was there; a walk, for errors only. */
int dcrt_lookup_error(const struct dcrt_tracker *tracker, const void *local)
{
	uintptr_t address = (uintptr_t)local;
	uint32_t i;

	for (i = 0; i < tracker->slots; i++) {
		const struct dcrt_object *object = &tracker->objects[i];

		if (!object->live && object->local && start(object) <= address &&
		    address < end(object))
			return -ESTALE;
	}
	return -ENOENT;
}

/* Where in the order a new range goes, and what will be around it. Returns 0, -EEXIST, -EINVAL. */
static int find_place(const struct dcrt_tracker *tracker, const struct dcrt_object *new,
		      uint32_t *ret_at, uint32_t *ret_parent)
{
	struct dcrt_object *object = innermost(tracker, start(new)), *same;
	uint32_t at = upper_bound(tracker, start(new)), i;

	for (; object; object = around(tracker, object)) {
		if (end(object) >= end(new))
			break;
		if (start(object) != start(new))
			return -EINVAL;
	}
	for (same = object; same && same->size == new->size; same = around(tracker, same))
		if (same->type == new->type)
			return -EEXIST;
	*ret_parent = object ? (uint32_t)(object - tracker->objects) : DCRT_NO_SLOT;
	while (at && start(ordered(tracker, at - 1)) == start(new) &&
	       ordered(tracker, at - 1)->size < new->size)
		at--;
	for (i = at; i < tracker->live && start(ordered(tracker, i)) < end(new); i++)
		if (end(ordered(tracker, i)) > end(new))
			return -EINVAL;
	*ret_at = at;
	return 0;
}

static void insert(struct dcrt_tracker *tracker, uint32_t slot, uint32_t at)
{
	struct dcrt_object *new = &tracker->objects[slot];
	uint32_t i;

	memmove(tracker->order + at + 1, tracker->order + at,
		(tracker->live - at) * sizeof(*tracker->order));
	tracker->order[at] = slot;
	tracker->live++;
	for (i = at + 1; i < tracker->live && start(ordered(tracker, i)) < end(new); i++)
		if (ordered(tracker, i)->parent == new->parent)
			ordered(tracker, i)->parent = slot;
}

/* Memory of an object: its units, its shadow and, in the process, the object itself. */
static int give_block(struct dcrt_tracker *tracker, struct dcrt_object *object, bool with_object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	size_t units = (size_t)dcrt_type_units(type) * (object->size / type->size) *
		       sizeof(struct dcrt_unit);
	size_t size = ((size_t)object->size + 15) & ~(size_t)15;
	uint8_t *block;

	units = (units + 15 + sizeof(void *)) & ~(size_t)15; /* at least a pointer: release() */
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

static int add(struct dcrt_tracker *tracker, uint32_t slot, const struct dcrt_object *like)
{
	uint32_t at, parent;
	int err = find_place(tracker, like, &at, &parent);

	if (err)
		return err;
	tracker->objects[slot] = *like;
	tracker->objects[slot].parent = parent;
	tracker->objects[slot].live = true;
	insert(tracker, slot, at);
	return 0;
}

static void list_adoptable(struct dcrt_tracker *tracker, uint32_t slot)
{
	struct dcrt_object *object = &tracker->objects[slot];

	if (!tracker->types[object->type].adopt)
		return;
	object->prev_adopt = DCRT_NO_SLOT;
	object->next_adopt = tracker->adopt_first;
	if (object->next_adopt != DCRT_NO_SLOT)
		tracker->objects[object->next_adopt].prev_adopt = slot;
	tracker->adopt_first = slot;
}

static void unlist_adoptable(struct dcrt_tracker *tracker, const struct dcrt_object *object)
{
	if (!tracker->kernel || !tracker->types[object->type].adopt)
		return;
	if (object->next_adopt != DCRT_NO_SLOT)
		tracker->objects[object->next_adopt].prev_adopt = object->prev_adopt;
	if (object->prev_adopt != DCRT_NO_SLOT)
		tracker->objects[object->prev_adopt].next_adopt = object->next_adopt;
	else
		tracker->adopt_first = object->next_adopt;
}

int dcrt_track(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count,
	       uint64_t *ret_handle)
{
	struct dcrt_object new = {.local = local, .type = type};
	uint32_t slot;
	int err;

	if (!local || type >= tracker->n_types || !count ||
	    count > DCRT_OBJECT_MAX / tracker->types[type].size)
		return -EINVAL;
	new.size = tracker->types[type].size *count;
	if (give_block(tracker, &new, false) < 0)
		return -ENOMEM;
	tracker->env->lock(tracker->env->lock_ctx);
	slot = tracker->free_first;
	err = slot == DCRT_NO_SLOT ? -ENOSPC : 0;
	if (!err) {
		uint32_t next = tracker->objects[slot].next_free;

		new.generation = tracker->objects[slot].generation + 1;
		err = add(tracker, slot, &new);
		if (!err) {
			tracker->free_first = next;
			list_adoptable(tracker, slot);
			dcrt_mark_cookies(tracker, local, new.size);
			tracker->tracked++;
			*ret_handle = dcrt_object_handle(tracker, &tracker->objects[slot]);
		}
	}
	tracker->env->unlock(tracker->env->lock_ctx);
	if (err)
		tracker->env->free(new.block);
	return err;
}

static bool is_adopting(const struct dcrt_tracker *tracker)
{
	const struct dcrt_adopter *adopter;

	for (adopter = tracker->adopters; adopter; adopter = adopter->next)
		if (adopter->thread == tracker->env->self())
			return true;
	return false;
}

int dcrt_track_once(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count)
{
	const struct dcrt_object *object;
	uint64_t handle;
	bool known;
	int err;

	if (!local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local) || !count)
		return 0;
	if (type >= tracker->n_types)
		return -EINVAL;
	tracker->env->lock(tracker->env->lock_ctx);
	object = dcrt_object_at(tracker, local, type);
	while (object && (object->local != local || object->type != type ||
			  object->size / tracker->types[type].size < count))
		object = around(tracker, object);
	known = object || (is_adopting(tracker) && dcrt_may_be_freed(tracker, local));
	tracker->env->unlock(tracker->env->lock_ctx);
	if (known)
		return 0;
	err = dcrt_track(tracker, local, type, count, &handle);
	return err == -EEXIST ? 0 : err;
}

/* Where an object stands in the order, and how many live ones it is with those in it. */
static uint32_t span(const struct dcrt_tracker *tracker, const struct dcrt_object *object,
		     uint32_t *ret_count)
{
	uint32_t at = upper_bound(tracker, start(object)), count;

	while (ordered(tracker, at - 1) != object)
		at--;
	at--;
	for (count = 1; at + count < tracker->live; count++)
		if (start(ordered(tracker, at + count)) >= end(object))
			break;
	*ret_count = count;
	return at;
}

static void chain(void *memory, void **blocks)
{
	if (!memory)
		return;
	*(void **)memory = *blocks;
	*blocks = memory;
}

/* Takes an object and all in it out of the order. Adds their blocks to a chain through their first
 * words, to be freed without the lock. */
static void take_out(struct dcrt_tracker *tracker, struct dcrt_object *object, void **blocks)
{
	uint32_t count, at = span(tracker, object, &count), i;

	dcrt_mark_stale(tracker, object->local, object->size);
	for (i = at; i < at + count; i++) {
		struct dcrt_object *gone = ordered(tracker, i);
		uint32_t slot = tracker->order[i];

		if (gone->announced && tracker->freed_count < tracker->slots)
			tracker->freed[(tracker->freed_at + tracker->freed_count++) %
				       tracker->slots] = dcrt_object_handle(tracker, gone);
		chain(gone->block, blocks);
		chain(gone->owner, blocks);
		gone->block = gone->owner = NULL;
		gone->live = false;
		unlist_adoptable(tracker, gone);
		gone->next_free = DCRT_NO_SLOT;
		if (gone->generation == GENERATION_MAX)
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

static void release(struct dcrt_tracker *tracker, void *blocks)
{
	while (blocks) {
		void *next = *(void **)blocks;

		tracker->env->free(blocks);
		blocks = next;
	}
}

/* The outermost object that begins at a place and that nobody looks at, now. With the lock. */
static struct dcrt_object *find_idle(struct dcrt_tracker *tracker, const void *local)
{
	struct dcrt_object *object;
	uint32_t at, count;

again:
	object = innermost(tracker, (uintptr_t)local);
	while (object && object->parent != DCRT_NO_SLOT &&
	       start(around(tracker, object)) == (uintptr_t)local)
		object = around(tracker, object);
	if (!object || object->local != local)
		return NULL;
	for (at = span(tracker, object, &count); count; at++, count--) {
		if (!ordered(tracker, at)->busy)
			continue;
		tracker->env->unlock(tracker->env->lock_ctx);
		tracker->env->pause();
		tracker->env->lock(tracker->env->lock_ctx);
		goto again;
	}
	return object;
}

static int untrack(struct dcrt_tracker *tracker, const void *local, bool quiet)
{
	struct dcrt_object *object;
	void *blocks = NULL;
	int err = 0;

	tracker->env->lock(tracker->env->lock_ctx);
	object = find_idle(tracker, local);
	if (object)
		take_out(tracker, object, &blocks);
	else if (!quiet)
		err = innermost(tracker, (uintptr_t)local) ? -ENOENT
							   : dcrt_lookup_error(tracker, local);
	tracker->env->unlock(tracker->env->lock_ctx);
	release(tracker, blocks);
	return err;
}

int dcrt_untrack(struct dcrt_tracker *tracker, const void *local)
{
	return untrack(tracker, local, false);
}

void dcrt_forget_at(struct dcrt_tracker *tracker, const void *local)
{
	untrack(tracker, local, true);
}

/* Adopting */

static int adopt_elements(const struct dcrt_type *type, struct dcrt_channel *channel,
			  uint8_t *element, uint32_t size)
{
	int err = 0;

	for (; size && !err; size -= type->size, element += type->size)
		err = type->adopt(channel, element);
	return err;
}

/* With the lock, which it drops for each object. */
static int adopt_pass(struct dcrt_tracker *tracker, struct dcrt_channel *channel)
{
	uint32_t i;
	int err = 0;

	/* What is in hand stays in the list; what is added stands before the first. */
	for (i = tracker->adopt_first; i != DCRT_NO_SLOT && !err;
	     i = tracker->objects[i].next_adopt) {
		struct dcrt_object *object = &tracker->objects[i];

		object->busy++;
		tracker->env->unlock(tracker->env->lock_ctx);
		err = adopt_elements(&tracker->types[object->type], channel, object->local,
				     object->size);
		tracker->env->lock(tracker->env->lock_ctx);
		object->busy--;
	}
	return err;
}

static void add_adopter(struct dcrt_tracker *tracker, struct dcrt_adopter *adopter)
{
	adopter->next = tracker->adopters;
	tracker->adopters = adopter;
}

static void remove_adopter(struct dcrt_tracker *tracker, const struct dcrt_adopter *adopter)
{
	struct dcrt_adopter **at = &tracker->adopters;

	while (*at != adopter)
		at = &(*at)->next;
	*at = adopter->next;
}

int dcrt_adopt_all(struct dcrt_tracker *tracker, struct dcrt_channel *channel)
{
	struct dcrt_adopter adopter = {.thread = tracker->env->self()};
	uint64_t before;
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	add_adopter(tracker, &adopter);
	do {
		before = tracker->tracked;
		err = adopt_pass(tracker, channel);
	} while (!err && tracker->tracked != before);
	remove_adopter(tracker, &adopter);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

/* The process's side of NEW and FREE; the lock is held, a pthread mutex: allocating is fine. */

/* Objects that cannot stand beside a new one: the news of their end has been overtaken. */
static void make_way(struct dcrt_tracker *tracker, const struct dcrt_object *new, void **blocks)
{
	uint32_t i;

	for (i = 0; i < tracker->live; i++) {
		struct dcrt_object *old = ordered(tracker, i);
		bool apart = end(old) <= start(new) || end(new) <= start(old);
		bool in = start(old) >= start(new) && end(old) <= end(new);
		bool around_it = start(old) <= start(new) && end(old) >= end(new);

		if (apart || (in != around_it) || (in && old->type != new->type))
			continue;
		take_out(tracker, old, blocks);
		i = (uint32_t)-1; /* once more from the start */
	}
}

/* What is there already has a content of its own; the kernel sends what differs from zeroes. */
static void zero_fields(const struct dcrt_tracker *tracker, struct dcrt_object *object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (element = 0; element < object->size; element += type->size)
		for (i = 0; i < type->n_fields; i++)
			memset(object->local + element + type->fields[i].offset, 0,
			       type->fields[i].size * type->fields[i].count);
}

/* Where a new object stands: in a variable, in another object, or (NULL) in memory of its own. */
static int find_local(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		      const uint8_t *data, uint8_t **ret)
{
	const struct dcrt_type *type = &tracker->types[record->type];
	void *place = type->variable;
	uint64_t ref;
	int err;

	if (place && record->version != type->size)
		return -EPROTO;
	if (!place && record->len) {
		memcpy(&ref, data, sizeof(ref));
		err = dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, record->version, &place);
		if (err)
			return err == -ESTALE ? -ESTALE : -EPROTO;
	}
	*ret = place;
	return 0;
}

int dcrt_object_announced(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			  const uint8_t *data)
{
	struct dcrt_object new = {.type = record->type,
				  .size = record->version,
				  .generation = generation_of(record->handle)};
	uint32_t slot = slot_of(record->handle);
	void *blocks = NULL;
	int err;

	if (slot >= tracker->slots || new.size % tracker->types[new.type].size)
		return -EPROTO;
	if (new.generation <= tracker->objects[slot].generation)
		return 0; /* known, or freed since */
	err = find_local(tracker, record, data, &new.local);
	if (err)
		return err == -ESTALE ? 0 : err;
	if (tracker->objects[slot].live)
		take_out(tracker, &tracker->objects[slot], &blocks);
	if (new.local)
		make_way(tracker, &new, &blocks);
	release(tracker, blocks);
	if (give_block(tracker, &new, !new.local) < 0)
		return -ENOMEM;
	err = add(tracker, slot, &new);
	if (err)
		tracker->env->free(new.block);
	else
		zero_fields(tracker, &tracker->objects[slot]);
	return err ? -EPROTO : 0;
}

int dcrt_object_move(struct dcrt_tracker *tracker, uint64_t handle, uint16_t type, size_t len,
		     void *local, void *owner)
{
	uint32_t slot = slot_of(handle), parent, from, to, count;
	struct dcrt_object *object, new;
	void *place;
	int err;

	if (dcrt_resolve(tracker, handle, type, (uint32_t)len, &place))
		return -EINVAL;
	object = &tracker->objects[slot];
	from = span(tracker, object, &count);
	if (place != object->local || object->size != len || count > 1 ||
	    object->parent != DCRT_NO_SLOT)
		return -EINVAL;
	new = *object;
	new.local = local;
	new.owner = owner;
	err = find_place(tracker, &new, &to, &parent);
	if (!err)
		err = give_block(tracker, &new, false);
	if (err)
		return err;
	tracker->env->free(object->block);
	memmove(tracker->order + from, tracker->order + from + 1,
		(tracker->live - from - 1) * sizeof(*tracker->order));
	tracker->live--;
	*object = new;
	object->parent = parent;
	insert(tracker, slot, to > from ? to - 1 : to);
	return 0;
}

int dcrt_object_withdrawn(struct dcrt_tracker *tracker, const struct dcrt_record *record)
{
	uint32_t slot = slot_of(record->handle), generation = generation_of(record->handle);
	struct dcrt_object *object;
	void *blocks = NULL;

	if (slot >= tracker->slots)
		return -EPROTO;
	object = &tracker->objects[slot];
	if (generation < object->generation)
		return 0;
	if (object->live)
		take_out(tracker, object, &blocks);
	object->generation = generation;
	release(tracker, blocks);
	return 0;
}

/* References */

int dcrt_resolve(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		 void **ret)
{
	struct dcrt_object *object;
	uint32_t offset = DCRT_OFFSET(ref);

	if (!ref || DCRT_IS_ERROR(ref)) {
		*ret = (void *)(uintptr_t)ref;
		return 0;
	}
	if (slot_of(ref) >= tracker->slots)
		return -ENOENT;
	object = &tracker->objects[slot_of(ref)];
	if (!object->live || generation_of(ref) != object->generation)
		return generation_of(ref) && generation_of(ref) <= object->generation ? -ESTALE
										      : -ENOENT;
	if (offset >= object->size)
		return -EINVAL;
	*ret = object->local + offset;
	if (!is_type(tracker, object, type, offset)) {
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

int dcrt_to_ref(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret)
{
	struct dcrt_object *object;
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	err = dcrt_reference(tracker, local, type, ret, &object);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

bool dcrt_is_tracked(struct dcrt_tracker *tracker, const void *local, uint64_t *ret)
{
	struct dcrt_object *object = NULL;
	bool found;

	tracker->env->lock(tracker->env->lock_ctx);
	found = !local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local) ||
		dcrt_object_at(tracker, local, DCRT_ANY_TYPE);
	if (found)
		dcrt_reference(tracker, local, DCRT_ANY_TYPE, ret, &object);
	tracker->env->unlock(tracker->env->lock_ctx);
	return found;
}

void *dcrt_next_object(struct dcrt_tracker *tracker, uint16_t type, uint32_t *slot,
		       uint32_t *ret_count)
{
	void *found = NULL;

	tracker->env->lock(tracker->env->lock_ctx);
	while (*slot < tracker->slots && !found) {
		const struct dcrt_object *object = &tracker->objects[(*slot)++];

		if (object->live && object->type == type) {
			found = object->local;
			*ret_count = object->size / tracker->types[type].size;
		}
	}
	tracker->env->unlock(tracker->env->lock_ctx);
	return found;
}

int dcrt_from_ref(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		  void **ret)
{
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	err = dcrt_resolve(tracker, ref, type, len, ret);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

int dcrt_to_address(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		    uint64_t *ret)
{
	struct dcrt_object *object;
	int err = 0;

	tracker->env->lock(tracker->env->lock_ctx);
	if (!local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local) ||
	    dcrt_object_at(tracker, local, DCRT_ANY_TYPE))
		dcrt_reference(tracker, local, DCRT_ANY_TYPE, ret, &object);
	else
		err = dcrt_to_cookie(tracker, local, session, ret);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

int dcrt_from_address(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, void **ret)
{
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	err = DCRT_IS_COOKIE(word) ? dcrt_from_cookie(tracker, word, session, ret)
				   : dcrt_resolve(tracker, word, DCRT_ANY_TYPE, 0, ret);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

int dcrt_from_register(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, uint32_t len,
		       void **ret)
{
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	err = dcrt_from_cookie(tracker, word, session, ret);
	if (err == -ENOENT || (!err && tracker->kernel && !dcrt_in_range(tracker, *ret, len)))
		err = -EPROTO;
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}

bool dcrt_is_whole(struct dcrt_tracker *tracker, uint64_t ref)
{
	const struct dcrt_object *object;
	bool whole = false;
	void *place;

	tracker->env->lock(tracker->env->lock_ctx);
	if (ref && !DCRT_IS_ERROR(ref) && !DCRT_OFFSET(ref) &&
	    !dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, 0, &place)) {
		object = &tracker->objects[slot_of(ref)];
		whole = object->parent == DCRT_NO_SLOT &&
			dcrt_is_linked(tracker->types, tracker->n_types, object->type);
	}
	tracker->env->unlock(tracker->env->lock_ctx);
	return whole;
}

int dcrt_text_from_ref(struct dcrt_tracker *tracker, uint64_t ref, const char **ret)
{
	const struct dcrt_object *object;
	void *place;
	int err;

	tracker->env->lock(tracker->env->lock_ctx);
	err = dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, 1, &place);
	if (!err && DCRT_IS_ERROR(ref))
		err = -EINVAL;
	if (!err && ref) {
		object = &tracker->objects[slot_of(ref)];
		if (!memchr(place, 0, object->size - DCRT_OFFSET(ref)))
			err = -EINVAL;
	}
	tracker->env->unlock(tracker->env->lock_ctx);
	if (!err)
		*ret = place;
	return err;
}

/* Functions */

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
