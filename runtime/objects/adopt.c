// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adopting: before a message is made, the kernel tracks what the pointers of its objects point to,
 * by asking type->adopt() for each element, until that tracks nothing new.
 */
#include "adopt.h"

void dcrt_list_adoptable(struct dcrt_tracker *tracker, uint32_t slot)
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

void dcrt_unlist_adoptable(struct dcrt_tracker *tracker, const struct dcrt_object *object)
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

bool dcrt_is_adopting(const struct dcrt_tracker *tracker)
{
	const struct dcrt_adopter *adopter;

	for (adopter = tracker->adopters; adopter; adopter = adopter->next)
		if (adopter->thread == tracker->env->self())
			return true;
	return false;
}

static int dcrt_adopt_elements(const struct dcrt_type *type, struct dcrt_channel *channel,
			       uint8_t *element, uint32_t size)
{
	int err = 0;

	for (; size && !err; size -= type->size, element += type->size)
		err = type->adopt(channel, element);
	return err;
}

/* With the lock, which it drops for each object. */
static int dcrt_adopt_pass(struct dcrt_tracker *tracker, struct dcrt_channel *channel)
{
	uint32_t i;
	int err = 0;

	/* A busy object stays in the list; new ones are inserted before the first. */
	for (i = tracker->adopt_first; i != DCRT_NO_SLOT && !err;
	     i = tracker->objects[i].next_adopt) {
		struct dcrt_object *object = &tracker->objects[i];

		object->busy++;
		dcrt_unlock(tracker);
		err = dcrt_adopt_elements(&tracker->types[object->type], channel, object->local,
					  object->size);
		dcrt_lock(tracker);
		object->busy--;
	}
	return err;
}

static void dcrt_add_adopter(struct dcrt_tracker *tracker, struct dcrt_adopter *adopter)
{
	adopter->next = tracker->adopters;
	tracker->adopters = adopter;
}

static void dcrt_remove_adopter(struct dcrt_tracker *tracker, const struct dcrt_adopter *adopter)
{
	struct dcrt_adopter **at = &tracker->adopters;

	while (*at != adopter)
		at = &(*at)->next;
	*at = adopter->next;
}

int dcrt_run_adopters(struct dcrt_tracker *tracker, struct dcrt_channel *channel)
{
	struct dcrt_adopter adopter = {.thread = tracker->env->self()};
	uint64_t before;
	int err;

	dcrt_add_adopter(tracker, &adopter);
	do {
		before = tracker->tracked;
		err = dcrt_adopt_pass(tracker, channel);
	} while (!err && tracker->tracked != before);
	dcrt_remove_adopter(tracker, &adopter);
	return err;
}
