// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the process alone: a list of blocks, mostly a short one. local.h tells how it is
 * shared.
 */
#include "local.h"

#include "announce.h"
#include "stale.h"
#include "types.h"

static void dcrt_add(struct dcrt_tracker *tracker, struct dcrt_local_block *block)
{
	block->prev = NULL;
	block->next = tracker->local_blocks;
	if (block->next)
		block->next->prev = block;
	tracker->local_blocks = block;
}

static void dcrt_take_out(struct dcrt_tracker *tracker, const struct dcrt_local_block *block)
{
	if (block->next)
		block->next->prev = block->prev;
	if (block->prev)
		block->prev->next = block->next;
	else
		tracker->local_blocks = block->next;
}

static void dcrt_free_all(const struct dcrt_tracker *tracker, struct dcrt_local_block *block)
{
	while (block) {
		struct dcrt_local_block *next = block->next;

		tracker->env->free(block);
		block = next;
	}
}

/* With the lock: the block that contains an address, or NULL. */
static struct dcrt_local_block *dcrt_find(const struct dcrt_tracker *tracker, const void *local)
{
	struct dcrt_local_block *block;

	for (block = tracker->local_blocks; block; block = block->next)
		if ((uintptr_t)local - (uintptr_t)block->memory < (block->len ? block->len : 1))
			return block;
	return NULL;
}

bool dcrt_is_in_local_block(const struct dcrt_tracker *tracker, const void *local)
{
	return dcrt_find(tracker, local);
}

void *dcrt_local_new(struct dcrt_tracker *tracker, size_t len, bool pages)
{
	struct dcrt_local_block *block, *aside = NULL;

	if (len > SIZE_MAX - sizeof(*block))
		return NULL;
	for (;;) {
		block = tracker->env->alloc(sizeof(*block) + len);
		dcrt_lock(tracker);
		if (!block || !dcrt_has_stale(tracker, block->memory, len))
			break;
		dcrt_unlock(tracker);
		block->next = aside; /* held, so that the next allocation is elsewhere */
		aside = block;
	}
	if (block) {
		block->len = len;
		block->pages = pages;
		dcrt_add(tracker, block);
	}
	dcrt_unlock(tracker);
	dcrt_free_all(tracker, aside);
	return block ? block->memory : NULL;
}

int dcrt_local_free(struct dcrt_tracker *tracker, const void *memory)
{
	struct dcrt_local_block *block;
	int err = 0;

	dcrt_lock(tracker);
	block = dcrt_find(tracker, memory);
	if (!block || block->memory != memory) {
		err = -ENOENT;
	} else if (block->taken) {
		err = -EAGAIN;
	} else {
		dcrt_take_out(tracker, block);
		dcrt_mark_stale(tracker, block->memory, block->len);
	}
	dcrt_unlock(tracker);
	if (!err)
		tracker->env->free(block);
	return err;
}

void dcrt_local_done(struct dcrt_tracker *tracker)
{
	dcrt_free_all(tracker, tracker->local_blocks);
	tracker->local_blocks = NULL;
}

unsigned int dcrt_local_count(struct dcrt_tracker *tracker)
{
	const struct dcrt_local_block *block;
	unsigned int n = 0;

	dcrt_lock(tracker);
	for (block = tracker->local_blocks; block; block = block->next)
		n++;
	dcrt_unlock(tracker);
	return n;
}

/* Finding what must be shared */

enum rank { NOTHING, UNKNOWN, INSIDE, START };

struct search {
	struct dcrt_tracker *tracker;
	struct dcrt_local_use found;
	enum rank rank;
};

/*
 * Considers a pointer to a type (DCRT_ANY_TYPE: no link says which), `inside` bytes into an
 * element.
 */
static void dcrt_look(struct search *search, const void *local, uint16_t type, uint32_t inside)
{
	struct dcrt_local_block *block = local ? dcrt_find(search->tracker, local) : NULL;
	enum rank rank = UNKNOWN;

	if (!block)
		return;
	if (type != DCRT_ANY_TYPE) {
		uint32_t size = search->tracker->types[type].size;
		size_t offset = (size_t)((const uint8_t *)local - block->memory);

		if (block->len && block->len % size == 0 && offset >= inside &&
		    (offset - inside) % size == 0)
			rank = offset > inside ? INSIDE : START;
	}
	if (rank <= search->rank)
		return;
	search->rank = rank;
	search->found = (struct dcrt_local_use){.block = block, .type = type};
}

static const void *dcrt_pointer_at(const uint8_t *address)
{
	void *pointer;

	memcpy(&pointer, address, sizeof(pointer));
	return pointer;
}

static void dcrt_look_at_links(struct search *search, const struct dcrt_type *type,
			       const uint8_t *element)
{
	uint32_t i;

	for (i = 0; i < type->n_links; i++)
		dcrt_look(search, dcrt_pointer_at(element + type->links[i].offset),
			  type->links[i].target, type->links[i].inside);
}

static void dcrt_look_at_fields(struct search *search, const struct dcrt_type *type,
				const uint8_t *element)
{
	uint32_t i, k;

	for (i = 0; i < type->n_fields; i++) {
		const struct dcrt_field *field = &type->fields[i];

		if (!field->user_writes ||
		    (field->kind != DCRT_POINTER && field->kind != DCRT_ADDRESS))
			continue;
		for (k = 0; k < field->count; k++)
			dcrt_look(search,
				  dcrt_pointer_at(element + field->offset + k * field->size),
				  DCRT_ANY_TYPE, 0);
	}
}

static void dcrt_look_at_all(struct search *search)
{
	const struct dcrt_tracker *tracker = search->tracker;
	uint32_t i, at;

	for (i = 0; i < tracker->live && search->rank < START; i++) {
		const struct dcrt_object *object = &tracker->objects[tracker->order[i]];
		const struct dcrt_type *type = &tracker->types[object->type];

		for (at = 0; at < object->size; at += type->size) {
			dcrt_look_at_links(search, type, object->local + at);
			dcrt_look_at_fields(search, type, object->local + at);
		}
	}
}

/* With the lock: takes what the search has found. */
static int dcrt_take(const struct search *search, struct dcrt_local_use *ret)
{
	if (search->rank == NOTHING)
		return 0;
	if (search->found.block->taken)
		return -EAGAIN;
	if (search->rank == UNKNOWN)
		return -ENOENT;
	search->found.block->taken = true;
	*ret = search->found;
	return 1;
}

int dcrt_local_next(struct dcrt_tracker *tracker, struct dcrt_local_use *ret)
{
	struct search search = {.tracker = tracker};
	int err;

	dcrt_lock(tracker);
	if (tracker->local_blocks)
		dcrt_look_at_all(&search);
	err = dcrt_take(&search, ret);
	dcrt_unlock(tracker);
	return err;
}

int dcrt_local_at(struct dcrt_tracker *tracker, const void *local, uint16_t type,
		  struct dcrt_local_use *ret)
{
	struct search search = {.tracker = tracker};
	int err;

	if (!dcrt_is_linked(tracker->types, tracker->n_types, type))
		return 0;
	dcrt_lock(tracker);
	dcrt_look(&search, local, type, 0);
	err = dcrt_take(&search, ret);
	dcrt_unlock(tracker);
	return err;
}

void dcrt_local_cancel(struct dcrt_tracker *tracker, const struct dcrt_local_use *use)
{
	dcrt_lock(tracker);
	use->block->taken = false;
	dcrt_unlock(tracker);
}

int dcrt_local_bind(struct dcrt_tracker *tracker, const struct dcrt_local_use *use, uint64_t handle)
{
	struct dcrt_local_block *block = use->block;
	int err;

	dcrt_lock(tracker);
	err = dcrt_object_move(tracker, handle, use->type, block->len, block->memory, block);
	if (!err)
		dcrt_take_out(tracker, block);
	dcrt_unlock(tracker);
	return err;
}
