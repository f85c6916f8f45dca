// SPDX-License-Identifier: GPL-2.0-only
/*
 * Updates of objects, made and applied; tracker.h tells the rules of the merge.
 */
#include "merge.h"

static bool newer(uint32_t version, uint32_t than)
{
	return (int32_t)(version - than) > 0;
}

/* Copies a unit; one that a register holds is never seen half written. */
static void copy_unit(void *to, const void *from, uint32_t size)
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

static uint64_t word_at(const void *place)
{
	uint64_t word;

	memcpy(&word, place, sizeof(word));
	return word;
}

/* A unit as it crosses, and back: pointers as references, functions as numbers. */

static int to_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field, uint64_t session,
		   void *unit)
{
	const void *local = (void *)(uintptr_t)word_at(unit);
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

/* The kernel takes functions from the process only by number. */
int dcrt_from_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field, uint64_t session,
		   bool own, const uint8_t **data, void **place)
{
	bool may_be_cookie = field->kind == DCRT_ADDRESS ||
			     (field->kind == DCRT_CODE && (own || !tracker->kernel));
	int err;

	if (field->kind == DCRT_PLAIN)
		return 0;
	if (may_be_cookie &&
	    (DCRT_IS_COOKIE(word_at(*data)) || DCRT_IS_LIST_POISON(word_at(*data))))
		err = dcrt_from_cookie(tracker, word_at(*data), session, place);
	else if (field->kind == DCRT_CODE)
		err = dcrt_from_code(tracker, word_at(*data), place);
	else
		err = dcrt_resolve(tracker, word_at(*data), field->target, 0, place);
	*data = (const uint8_t *)place;
	return err;
}

/* Making */

/* A process that has not heard of an object holds zeroes. */
static void start_over(struct dcrt_tracker *tracker, struct dcrt_object *object, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];

	if (object->announced == session)
		return;
	dcrt_clear_shadow(tracker, object);
	memset(object->units, 0,
	       sizeof(*object->units) * dcrt_type_units(type) * (object->size / type->size));
	object->announced = session;
}

static void announce_one(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			 struct dcrt_object *object, uint64_t session)
{
	struct dcrt_record record = {.handle = dcrt_object_handle(tracker, object),
				     .kind = DCRT_NEW,
				     .type = object->type,
				     .version = object->size};
	uint64_t place = 0;

	if (object->parent != DCRT_NO_SLOT) {
		const struct dcrt_object *parent = &tracker->objects[object->parent];

		place = dcrt_object_handle(tracker, parent) |
			(uint64_t)(object->local - parent->local);
		record.len = sizeof(place);
	}
	dcrt_write_record(writer, &record, &place);
	object->told = writer->serial;
	start_over(tracker, object, session);
}

/* Until the process is known to have heard of the object, every message tells it, for messages
 * overtake each other. Those around it come first; deeper nesting than eight is no driver's. */
static void announce(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		     struct dcrt_object *object, uint64_t session)
{
	struct dcrt_object *unknown[8];
	uint32_t n = 0;

	if (!writer->serial)
		writer->serial = ++tracker->serial;
	while (tracker->kernel && object->peer != session && object->told != writer->serial) {
		if (n == 8) {
			writer->err = -EINVAL;
			return;
		}
		unknown[n++] = object;
		if (object->parent == DCRT_NO_SLOT)
			break;
		object = &tracker->objects[object->parent];
	}
	while (n)
		announce_one(tracker, writer, unknown[--n], session);
}

static uint64_t put_reference(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			      const void *local, uint16_t type, uint64_t session)
{
	struct dcrt_object *object;
	uint64_t ref = 0;
	int err = dcrt_reference(tracker, local, type, &ref, &object);

	if (err && !writer->err)
		writer->err = err;
	if (object)
		announce(tracker, writer, object, session);
	return ref;
}

/* For whoever has to find out which pointer of which type it was. */
static void note_untracked(struct dcrt_tracker *tracker, const struct dcrt_unit_range *run,
			   uint32_t offset)
{
	tracker->untracked++;
	tracker->untracked_type = run->object->type;
	tracker->untracked_offset = offset % tracker->types[run->object->type].size;
}

static void announce_targets(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			     const struct dcrt_unit_range *run, uint64_t session)
{
	struct dcrt_object *target;
	uint32_t at = run->offset, i;
	uint64_t ref;

	for (i = 0; i < run->count && !writer->err; i++, at += sizeof(uint64_t)) {
		const void *local = (void *)(uintptr_t)word_at(run->object->local + at);

		if (run->field->kind == DCRT_ADDRESS &&
		    dcrt_reference(tracker, local, run->field->target, &ref, &target))
			continue; /* goes as it is */
		put_reference(tracker, writer, local, run->field->target, session);
		if (writer->err == -ENOENT || writer->err == -ESTALE)
			note_untracked(tracker, run, at);
	}
}

/* Copies a unit into a message. */
static void put_unit(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		     const struct dcrt_unit_range *run, uint32_t at, uint8_t *to)
{
	int err;

	copy_unit(to, run->object->local + at, run->field->size);
	if (!tracker->kernel)
		memcpy(run->object->shadow + at, to, run->field->size);
	err = to_wire(tracker, run->field, writer->header.session, to);
	if (!err)
		return;
	writer->err = err == -ENOSPC ? err : -ENOENT;
	if (err != -ENOSPC)
		note_untracked(tracker, run, at);
}

static void put_run(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		    const struct dcrt_unit_range *run, uint64_t session)
{
	const struct dcrt_field *field = run->field;
	struct dcrt_object *object = run->object;
	struct dcrt_record record = {.handle = dcrt_object_handle(tracker, object),
				     .kind = DCRT_UPDATE,
				     .type = object->type,
				     .offset = run->offset,
				     .len = run->count * field->size,
				     .seen = object->units[run->unit].applied};
	uint32_t i, at = run->offset;
	uint8_t *to;

	if (field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS)
		announce_targets(tracker, writer, run, session);
	object->version += object->version == ~0u ? 2 : 1; /* never 0 */
	record.version = object->version;
	to = dcrt_write_record(writer, &record, NULL);
	if (!to)
		return;
	for (i = 0; i < run->count; i++, at += field->size, to += field->size) {
		object->units[run->unit + i].sent = record.version;
		put_unit(tracker, writer, run, at, to);
	}
}

bool dcrt_unit_changed(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		       const uint8_t *local, const uint8_t *shadow)
{
	if (memcmp(local, shadow, field->size) == 0)
		return false;
	if (tracker->local_blocks && (field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS) &&
	    dcrt_is_in_local_block(tracker, (void *)(uintptr_t)word_at(local)))
		return false; /* goes when it is shared */
	return !dcrt_is_stale(field, local, shadow) ||
	       dcrt_object_at(tracker, (void *)(uintptr_t)word_at(local), field->target);
}

static void put_field(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_unit_range run, uint64_t session)
{
	const struct dcrt_object *object = run.object;
	const struct dcrt_field *field = run.field;
	uint32_t first = run.offset, unit = run.unit, i;

	run.count = 0;
	if (memcmp(object->local + first, object->shadow + first, field->size * field->count) == 0)
		return;
	for (i = 0; i < field->count; i++) {
		uint32_t at = first + i * field->size;

		if (run.count &&
		    object->units[unit + i].applied != object->units[run.unit].applied) {
			put_run(tracker, writer, &run, session);
			run.count = 0;
		}
		if (dcrt_unit_changed(tracker, field, object->local + at, object->shadow + at)) {
			if (!run.count) {
				run.offset = at;
				run.unit = unit + i;
			}
			run.count++;
		} else if (run.count) {
			put_run(tracker, writer, &run, session);
			run.count = 0;
		}
	}
	if (run.count)
		put_run(tracker, writer, &run, session);
}

static void put_element(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			struct dcrt_object *object, const struct dcrt_field *field,
			uint32_t element, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	const struct dcrt_unit_range run = {.object = object,
					    .field = field,
					    .offset = element * type->size + field->offset,
					    .unit = element * dcrt_type_units(type) +
						    field->first_unit};

	if (tracker->kernel || field->user_writes)
		put_field(tracker, writer, run, session);
}

static void put_planned(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			struct dcrt_object *object, const struct dcrt_field_set *plan,
			uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (i = 0; i < plan->n_fields; i++)
		if (plan->fields[i] >= type->n_fields)
			writer->err = -EINVAL;
	for (element = 0; element < object->size / type->size; element++)
		for (i = 0; i < plan->n_fields && !writer->err; i++)
			put_element(tracker, writer, object, &type->fields[plan->fields[i]],
				    element, session);
}

/* Whether bytes are as they were; mostly they are, and few. */
static bool same(const uint8_t *local, const uint8_t *shadow, uint32_t len)
{
	if (len == 4) {
		uint32_t a, b;

		memcpy(&a, local, 4);
		memcpy(&b, shadow, 4);
		return a == b;
	}
	return len == 8 ? word_at(local) == word_at(shadow) : !memcmp(local, shadow, len);
}

/* All fields, a span at a time. */
static void put_whole(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_object *object, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t at, i;

	if (!type->n_fields || (type->fields[0].span == type->size &&
				same(object->local, object->shadow, object->size)))
		return;
	for (at = 0; at < object->size; at += type->size)
		for (i = 0; i < type->n_fields && !writer->err;) {
			const struct dcrt_field *field = &type->fields[i];
			uint32_t place = at + field->offset;

			if (field->span &&
			    ((!tracker->kernel && !field->span_writes) ||
			     same(object->local + place, object->shadow + place, field->span))) {
				i += field->span_fields;
				continue;
			}
			put_element(tracker, writer, object, field, at / type->size, session);
			i++;
		}
}

static void put_object(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		       struct dcrt_object *object, const struct dcrt_field_set *plan,
		       uint64_t session)
{
	announce(tracker, writer, object, session);
	if (plan->fields)
		put_planned(tracker, writer, object, plan, session);
	else
		put_whole(tracker, writer, object, session);
}

void dcrt_put_all(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session)
{
	uint32_t i;

	tracker->env->lock(tracker->env->lock_ctx);
	for (i = 0; i < tracker->live && !writer->err; i++) {
		struct dcrt_object *object = &tracker->objects[tracker->order[i]];

		put_object(tracker, writer, object, &(struct dcrt_field_set){.type = object->type},
			   session);
	}
	tracker->env->unlock(tracker->env->lock_ctx);
}

void dcrt_put(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
	      const struct dcrt_field_set *plan, uint64_t session)
{
	struct dcrt_object *object;

	if (writer->err || !local || DCRT_IS_ERROR((uint64_t)(uintptr_t)local))
		return;
	tracker->env->lock(tracker->env->lock_ctx);
	object = dcrt_object_at(tracker, local, plan->type);
	if (object)
		put_object(tracker, writer, object, plan, session);
	else
		writer->err = dcrt_lookup_error(tracker, local);
	tracker->env->unlock(tracker->env->lock_ctx);
}

uint64_t dcrt_put_ref(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
		      uint64_t session)
{
	uint64_t ref;

	tracker->env->lock(tracker->env->lock_ctx);
	ref = put_reference(tracker, writer, local, DCRT_ANY_TYPE, session);
	tracker->env->unlock(tracker->env->lock_ctx);
	return ref;
}

#define FREED_MAX 32 /* in one message */

void dcrt_put_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer)
{
	uint32_t n;

	if (!tracker->freed_count)
		return;
	tracker->env->lock(tracker->env->lock_ctx);
	for (n = 0; n < FREED_MAX && tracker->freed_count; n++) {
		const struct dcrt_record record = {.handle = tracker->freed[tracker->freed_at],
						   .kind = DCRT_FREE};

		if (writer->size - writer->len < sizeof(record))
			break;
		dcrt_write_record(writer, &record, NULL);
		tracker->freed_at = (tracker->freed_at + 1) % tracker->slots;
		tracker->freed_count--;
	}
	tracker->env->unlock(tracker->env->lock_ctx);
}

/* Where an update lies */

/* Returns 0, -EINVAL: no whole units of one field. */
static int find_run(const struct dcrt_tracker *tracker, struct dcrt_object *object,
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

static int find_object(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		       struct dcrt_object **ret)
{
	struct dcrt_object *object;
	void *place;
	int err = dcrt_resolve(tracker, record->handle, DCRT_ANY_TYPE, 0, &place);

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
	int err = find_object(tracker, record, &object);

	return err ? err : find_run(tracker, object, record, ret);
}

/* Taking back */

static void take_back_update(struct dcrt_tracker *tracker, const struct dcrt_record *record)
{
	struct dcrt_unit_range run;
	uint32_t i;

	if (dcrt_locate_update(tracker, record, &run))
		return;
	for (i = 0; i < run.count; i++) {
		uint32_t at = run.offset + i * run.field->size;

		if (memcmp(run.object->local + at, run.object->shadow + at, run.field->size) == 0)
			run.object->shadow[at] = (uint8_t)~run.object->local[at];
	}
}

void dcrt_put_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer)
{
	struct dcrt_message message = {.header = writer->header};
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;

	if (tracker->kernel || !message.header.records)
		return;
	message.header.len = writer->len;
	message.args = writer->buf + sizeof(message.header);
	message.records = message.args + message.header.args * sizeof(uint64_t);
	tracker->env->lock(tracker->env->lock_ctx);
	while (dcrt_message_next(&message, &at, &record, &data))
		if (record.kind == DCRT_UPDATE)
			take_back_update(tracker, &record);
	tracker->env->unlock(tracker->env->lock_ctx);
}

/* Confirming */

static void confirm_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			   const uint8_t *data, uint64_t session)
{
	struct dcrt_unit_range run;
	uint32_t i;

	if (dcrt_locate_update(tracker, record, &run))
		return;
	for (i = 0; i < run.count; i++, data += run.field->size) {
		const struct dcrt_unit *unit = &run.object->units[run.unit + i];
		uint8_t *shadow = run.object->shadow + run.offset + i * run.field->size;
		const uint8_t *value = data;
		void *place;

		if (unit->sent == record->version && unit->applied == record->seen &&
		    !dcrt_from_wire(tracker, run.field, session, true, &value, &place))
			memcpy(shadow, value, run.field->size);
	}
}

void dcrt_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session)
{
	struct dcrt_message message;
	struct dcrt_record record;
	struct dcrt_object *object;
	const uint8_t *data;
	uint32_t at = 0;

	memcpy(&message.header, buf, sizeof(message.header));
	if (!message.header.records)
		return;
	message.args = (const uint8_t *)buf + sizeof(message.header);
	message.records = message.args + message.header.args * sizeof(uint64_t);
	tracker->env->lock(tracker->env->lock_ctx);
	while (dcrt_message_next(&message, &at, &record, &data)) {
		if (record.kind == DCRT_UPDATE)
			confirm_update(tracker, &record, data, session);
		else if (record.kind == DCRT_NEW && !find_object(tracker, &record, &object))
			object->peer = session;
	}
	tracker->env->unlock(tracker->env->lock_ctx);
}

/* Applying */

bool dcrt_is_overtaken(const struct dcrt_unit_range *run, uint32_t index,
		       const struct dcrt_record *record)
{
	const struct dcrt_unit *unit = &run->object->units[run->unit + index];

	return unit->applied && !newer(record->version, unit->applied);
}

static void apply_unit(struct dcrt_tracker *tracker, const struct dcrt_unit_range *run,
		       uint32_t index, const struct dcrt_record *record, const uint8_t *value)
{
	struct dcrt_unit *unit = &run->object->units[run->unit + index];
	uint32_t size = run->field->size;
	uint8_t *local = run->object->local + run->offset + index * size;
	uint8_t *shadow = run->object->shadow + run->offset + index * size;
	bool changed_here, changed_there;

	if (dcrt_is_overtaken(run, index, record))
		return;
	if (!tracker->kernel && unit->sent && (!record->seen || newer(unit->sent, record->seen)))
		return;
	changed_here =
		memcmp(local, shadow, size) != 0 && !dcrt_is_stale(run->field, local, shadow);
	changed_there = memcmp(value, shadow, size) != 0;
	unit->applied = record->version;
	tracker->conflicts += changed_here && changed_there && memcmp(local, value, size) != 0;
	if (tracker->kernel || !changed_here)
		copy_unit(local, value, size);
	memcpy(shadow, value, size);
}

static int apply_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			const uint8_t *data, uint64_t session)
{
	struct dcrt_unit_range run;
	uint32_t i;
	int err = dcrt_locate_update(tracker, record, &run);

	if (err)
		return err == -ESTALE ? 0 : -EPROTO;
	for (i = 0; i < run.count; i++, data += run.field->size) {
		const uint8_t *value = data;
		void *place;

		err = dcrt_from_wire(tracker, run.field, session, false, &value, &place);
		if (!err)
			apply_unit(tracker, &run, i, record, value);
		else if (err != -ESTALE)
			return -EPROTO;
	}
	return 0;
}

static int apply_record(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			const uint8_t *data, uint64_t session)
{
	switch (record->kind) {
	case DCRT_UPDATE:
		return apply_update(tracker, record, data, session);
	case DCRT_NEW:
		return dcrt_object_announced(tracker, record, data);
	case DCRT_FREE:
		return dcrt_object_withdrawn(tracker, record);
	default:
		return 0;
	}
}

int dcrt_apply(struct dcrt_tracker *tracker, const struct dcrt_message *message)
{
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;
	int err = 0;

	if (!message->header.records)
		return 0;
	tracker->env->lock(tracker->env->lock_ctx);
	if (tracker->kernel)
		err = dcrt_check(tracker, message);
	while (!err && dcrt_message_next(message, &at, &record, &data))
		err = apply_record(tracker, &record, data, message->header.session);
	tracker->env->unlock(tracker->env->lock_ctx);
	return err;
}
