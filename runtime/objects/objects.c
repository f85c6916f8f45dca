// SPDX-License-Identifier: GPL-2.0-only
/*
 * The public functions of this folder. Each takes the lock and calls the files that do the work. No
 * file calls one above it: types, stale, cookies and adopt are at the bottom; slots, refs,
 * announce, local and units build on them; send, receive and check make and apply messages.
 */
#include "objects.h"

#include "adopt.h"
#include "announce.h"
#include "check.h"
#include "cookies.h"
#include "local.h"
#include "receive.h"
#include "refs.h"
#include "send.h"
#include "slots.h"
#include "stale.h"
#include "types.h"

/* Life */

static int dcrt_track_variables(struct dcrt_tracker *tracker)
{
	uint64_t handle;
	uint16_t i;
	int err = 0;

	for (i = 0; i < tracker->n_types && !err; i++)
		if (tracker->types[i].variable)
			err = dcrt_track(tracker, tracker->types[i].variable, i, 1, &handle);
	return err == -EEXIST ? -EINVAL : err;
}

int dcrt_tracker_init(struct dcrt_tracker *tracker, const struct dcrt_driver *driver,
		      const struct dcrt_env *env, bool kernel)
{
	int err;

	*tracker = (struct dcrt_tracker){.driver = driver,
					 .env = env,
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
	err = tracker->slots ? dcrt_slots_init(tracker) : 0;
	if (!err)
		err = dcrt_cookies_init(tracker);
	if (!err && kernel)
		err = dcrt_check_init(tracker);
	if (!err && kernel)
		err = dcrt_track_variables(tracker);
	if (err)
		dcrt_tracker_done(tracker);
	return err;
}

void dcrt_tracker_done(struct dcrt_tracker *tracker)
{
	dcrt_local_done(tracker);
	dcrt_slots_done(tracker);
	tracker->env->free(tracker->scratch);
	tracker->scratch = NULL;
	dcrt_cookies_done(tracker);
}

/* Tracking */

int dcrt_track(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count,
	       uint64_t *ret_handle)
{
	struct dcrt_object new = {.local = local, .type = type};
	uint32_t slot;
	int err;

	if (!local || type >= tracker->n_types || !count ||
	    count > DCRT_OBJECT_MAX / tracker->types[type].size)
		return -EINVAL;
	new.size = count * tracker->types[type].size;
	if (dcrt_alloc_block(tracker, &new, false) < 0)
		return -ENOMEM;
	dcrt_lock(tracker);
	slot = tracker->free_first;
	err = slot == DCRT_NO_SLOT ? -ENOSPC : 0;
	if (!err) {
		uint32_t next = tracker->objects[slot].next_free;

		new.generation = tracker->objects[slot].generation + 1;
		err = dcrt_add_object(tracker, slot, &new);
		if (!err) {
			tracker->free_first = next;
			dcrt_list_adoptable(tracker, slot);
			dcrt_mark_cookies(tracker, local, new.size);
			tracker->tracked++;
			*ret_handle = dcrt_object_handle(tracker, &tracker->objects[slot]);
		}
	}
	dcrt_unlock(tracker);
	if (err)
		tracker->env->free(new.block);
	return err;
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
	dcrt_lock(tracker);
	object = dcrt_object_at(tracker, local, type);
	while (object && (object->local != local || object->type != type ||
			  object->size / tracker->types[type].size < count))
		object = dcrt_object_around(tracker, object);
	known = object || (dcrt_is_adopting(tracker) && dcrt_may_be_freed(tracker, local));
	dcrt_unlock(tracker);
	if (known)
		return 0;
	err = dcrt_track(tracker, local, type, count, &handle);
	return err == -EEXIST ? 0 : err;
}

/* With the lock: the outermost object that begins at an address, once none of it is busy. */
static struct dcrt_object *dcrt_find_idle(struct dcrt_tracker *tracker, const void *local)
{
	struct dcrt_object *object;
	uint32_t at, count;

again:
	object = dcrt_innermost(tracker, (uintptr_t)local);
	while (object && object->parent != DCRT_NO_SLOT &&
	       dcrt_object_start(dcrt_object_around(tracker, object)) == (uintptr_t)local)
		object = dcrt_object_around(tracker, object);
	if (!object || object->local != local)
		return NULL;
	for (at = dcrt_object_span(tracker, object, &count); count; at++, count--) {
		if (!dcrt_object_in_order(tracker, at)->busy)
			continue;
		dcrt_unlock(tracker);
		tracker->env->pause();
		dcrt_lock(tracker);
		goto again;
	}
	return object;
}

static int dcrt_untrack_at(struct dcrt_tracker *tracker, const void *local, bool quiet)
{
	struct dcrt_object *object;
	void *blocks = NULL;
	int err = 0;

	dcrt_lock(tracker);
	object = dcrt_find_idle(tracker, local);
	if (object)
		dcrt_take_out(tracker, object, &blocks);
	else if (!quiet)
		err = dcrt_innermost(tracker, (uintptr_t)local) ? -ENOENT
								: dcrt_lookup_error(tracker, local);
	dcrt_unlock(tracker);
	dcrt_free_blocks(tracker, blocks);
	return err;
}

int dcrt_untrack(struct dcrt_tracker *tracker, const void *local)
{
	return dcrt_untrack_at(tracker, local, false);
}

void dcrt_forget_at(struct dcrt_tracker *tracker, const void *local)
{
	dcrt_untrack_at(tracker, local, true);
}

int dcrt_adopt_all(struct dcrt_tracker *tracker, struct dcrt_channel *channel)
{
	int err;

	dcrt_lock(tracker);
	err = dcrt_run_adopters(tracker, channel);
	dcrt_unlock(tracker);
	return err;
}

void *dcrt_next_object(struct dcrt_tracker *tracker, uint16_t type, uint32_t *slot,
		       uint32_t *ret_count)
{
	void *found = NULL;

	dcrt_lock(tracker);
	while (*slot < tracker->slots && !found) {
		const struct dcrt_object *object = &tracker->objects[(*slot)++];

		if (object->live && object->type == type) {
			found = object->local;
			*ret_count = object->size / tracker->types[type].size;
		}
	}
	dcrt_unlock(tracker);
	return found;
}

void dcrt_range_add(struct dcrt_tracker *tracker, struct dcrt_range *range)
{
	dcrt_lock(tracker);
	dcrt_cookies_add_range(&tracker->cookies, range);
	dcrt_mark_unsent(tracker, range->base, range->len);
	dcrt_unlock(tracker);
}

void dcrt_range_remove(struct dcrt_tracker *tracker, const struct dcrt_range *range)
{
	dcrt_lock(tracker);
	dcrt_cookies_remove_range(&tracker->cookies, range);
	dcrt_unlock(tracker);
}

/* Pointers as they cross */

int dcrt_to_ref(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret)
{
	struct dcrt_object *object;
	int err;

	dcrt_lock(tracker);
	err = dcrt_reference(tracker, local, type, ret, &object);
	dcrt_unlock(tracker);
	return err;
}

bool dcrt_is_tracked(struct dcrt_tracker *tracker, const void *local, uint64_t *ret)
{
	struct dcrt_object *object = NULL;
	bool found;

	dcrt_lock(tracker);
	found = !local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local) ||
		dcrt_object_at(tracker, local, DCRT_ANY_TYPE);
	if (found)
		dcrt_reference(tracker, local, DCRT_ANY_TYPE, ret, &object);
	dcrt_unlock(tracker);
	return found;
}

int dcrt_from_ref(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		  void **ret)
{
	int err;

	dcrt_lock(tracker);
	err = dcrt_resolve(tracker, ref, type, len, ret);
	dcrt_unlock(tracker);
	return err;
}

int dcrt_to_address(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		    uint64_t *ret)
{
	struct dcrt_object *object;
	int err = 0;

	dcrt_lock(tracker);
	if (!local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local) ||
	    dcrt_object_at(tracker, local, DCRT_ANY_TYPE))
		dcrt_reference(tracker, local, DCRT_ANY_TYPE, ret, &object);
	else
		err = dcrt_to_cookie(tracker, local, session, ret);
	dcrt_unlock(tracker);
	return err;
}

int dcrt_from_address(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, void **ret)
{
	int err;

	dcrt_lock(tracker);
	err = DCRT_IS_COOKIE(word) ? dcrt_from_cookie(tracker, word, session, ret)
				   : dcrt_resolve(tracker, word, DCRT_ANY_TYPE, 0, ret);
	dcrt_unlock(tracker);
	return err;
}

int dcrt_from_register(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, uint32_t len,
		       void **ret)
{
	int err;

	dcrt_lock(tracker);
	err = dcrt_from_cookie(tracker, word, session, ret);
	if (err == -ENOENT || (!err && tracker->kernel && !dcrt_in_range(tracker, *ret, len)))
		err = -EPROTO;
	dcrt_unlock(tracker);
	return err;
}

bool dcrt_is_whole(struct dcrt_tracker *tracker, uint64_t ref)
{
	const struct dcrt_object *object;
	bool whole = false;
	void *address;

	dcrt_lock(tracker);
	if (ref && !DCRT_IS_ERROR(ref) && !DCRT_OFFSET(ref) &&
	    !dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, 0, &address)) {
		object = &tracker->objects[dcrt_slot_of(ref)];
		whole = object->parent == DCRT_NO_SLOT &&
			dcrt_is_linked(tracker->types, tracker->n_types, object->type);
	}
	dcrt_unlock(tracker);
	return whole;
}

int dcrt_text_from_ref(struct dcrt_tracker *tracker, uint64_t ref, const char **ret)
{
	const struct dcrt_object *object;
	void *address;
	int err;

	dcrt_lock(tracker);
	err = dcrt_resolve(tracker, ref, DCRT_ANY_TYPE, 1, &address);
	if (!err && DCRT_IS_ERROR(ref))
		err = -EINVAL;
	if (!err && ref) {
		object = &tracker->objects[dcrt_slot_of(ref)];
		if (!memchr(address, 0, object->size - DCRT_OFFSET(ref)))
			err = -EINVAL;
	}
	dcrt_unlock(tracker);
	if (!err)
		*ret = address;
	return err;
}

/* Messages */

/* In the kernel interrupts are off while the lock is held: so many bytes are compared at a time. */
#define BYTES_AT_A_TIME 8192

/* Lets others have the lock. Returns the position of the first object behind an address. */
static uint32_t dcrt_relock(struct dcrt_tracker *tracker, uintptr_t address)
{
	dcrt_unlock(tracker);
	dcrt_lock(tracker);
	return dcrt_objects_before(tracker, address);
}

static void dcrt_put_objects(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			     uint64_t session)
{
	uint32_t i = 0, bytes = 0;

	while (i < tracker->live && !writer->err && !writer->full) {
		struct dcrt_object *object = dcrt_object_in_order(tracker, i++);
		uintptr_t start = dcrt_object_start(object);

		bytes += object->size;
		dcrt_send_object(tracker, writer, object,
				 &(struct dcrt_field_set){.type = object->type}, session);
		if (bytes < BYTES_AT_A_TIME || i == tracker->live ||
		    dcrt_object_start(dcrt_object_in_order(tracker, i)) == start)
			continue;
		i = dcrt_relock(tracker, start);
		bytes = 0;
	}
}

void dcrt_put_all(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session)
{
	dcrt_lock(tracker);
	dcrt_put_objects(tracker, writer, session);
	dcrt_unlock(tracker);
}

bool dcrt_needs_parts(struct dcrt_tracker *tracker, uint64_t session)
{
	uint64_t len = 0;
	uint32_t i;

	if (tracker->told_session == session && tracker->told_tracked == tracker->tracked)
		return false;
	dcrt_lock(tracker);
	for (i = 0; i < tracker->live; i++) {
		const struct dcrt_object *object = dcrt_object_in_order(tracker, i);

		if (object->peer != session)
			len += dcrt_size_at_most(tracker, object);
	}
	if (len <= DCRT_MESSAGE_MAX / 2) {
		tracker->told_session = session;
		tracker->told_tracked = tracker->tracked;
	}
	dcrt_unlock(tracker);
	return len > DCRT_MESSAGE_MAX / 2;
}

bool dcrt_put_part(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session)
{
	writer->partial = true;
	dcrt_put_all(tracker, writer, session);
	if (writer->full && !writer->header.records && !writer->err)
		writer->err = -EMSGSIZE;
	return writer->full;
}

void dcrt_put(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
	      const struct dcrt_field_set *set, uint64_t session)
{
	struct dcrt_object *object;

	if (writer->err || !local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local))
		return;
	dcrt_lock(tracker);
	object = dcrt_object_at(tracker, local, set->type);
	if (object)
		dcrt_send_object(tracker, writer, object, set, session);
	else
		writer->err = dcrt_lookup_error(tracker, local);
	dcrt_unlock(tracker);
}

uint64_t dcrt_put_ref(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
		      uint64_t session)
{
	uint64_t ref;

	dcrt_lock(tracker);
	ref = dcrt_send_reference(tracker, writer, local, DCRT_ANY_TYPE, session);
	dcrt_unlock(tracker);
	return ref;
}

void dcrt_put_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer)
{
	if (!tracker->freed_count)
		return;
	dcrt_lock(tracker);
	dcrt_send_freed(tracker, writer);
	dcrt_unlock(tracker);
}

void dcrt_put_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer)
{
	if (!writer->header.records)
		return;
	dcrt_lock(tracker);
	dcrt_send_cancel(tracker, writer);
	dcrt_unlock(tracker);
}

void dcrt_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session)
{
	struct dcrt_header header;

	memcpy(&header, buf, sizeof(header));
	if (!header.records)
		return;
	dcrt_lock(tracker);
	dcrt_send_confirm(tracker, buf, session);
	dcrt_unlock(tracker);
}

int dcrt_apply(struct dcrt_tracker *tracker, const struct dcrt_message *message)
{
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;
	int err = 0;

	if (!message->header.records)
		return 0;
	dcrt_lock(tracker);
	if (tracker->kernel)
		err = dcrt_check(tracker, message);
	while (!err && dcrt_message_next(message, &at, &record, &data))
		err = dcrt_receive_record(tracker, &record, data, message->header.session);
	dcrt_unlock(tracker);
	return err;
}
