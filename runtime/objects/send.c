// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes updates: announces objects that the process does not know, and writes the units that differ
 * from their shadows. objects.h has the rules of the merge.
 */
#include "send.h"

#include "refs.h"
#include "slots.h"
#include "stale.h"
#include "types.h"
#include "units.h"

/*
 * Messages that leave out what does not fit (dcrt_put_part): before a record is made, there must be
 * room for it and for what is announced with it. What is left out still differs from its shadow,
 * and so goes into a later message.
 */
#define ANNOUNCED_AT_MOST (8 * (sizeof(struct dcrt_record) + sizeof(uint64_t)))

static bool dcrt_has_room(struct dcrt_writer *writer, size_t len)
{
	if (writer->partial && dcrt_write_room(writer) < len)
		writer->full = true;
	return !writer->full;
}

static bool dcrt_is_a_pointer(const struct dcrt_field *field)
{
	return field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS;
}

/* How many units of a range go into the message. */
static uint32_t dcrt_units_that_fit(struct dcrt_writer *writer, const struct dcrt_unit_range *range)
{
	const struct dcrt_field *field = range->field;
	size_t each = field->size + (dcrt_is_a_pointer(field) ? ANNOUNCED_AT_MOST : 0);
	uint32_t room = dcrt_write_room(writer);

	if (!writer->partial || range->count <= room / each)
		return range->count;
	writer->full = true;
	return (uint32_t)(room / each);
}

uint64_t dcrt_size_at_most(const struct dcrt_tracker *tracker, const struct dcrt_object *object)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint64_t element = 0;
	uint32_t i;

	/* Every other unit is a record of its own; pointers announce other objects. */
	for (i = 0; i < type->n_fields; i++) {
		const struct dcrt_field *field = &type->fields[i];

		element += (uint64_t)(field->count + 1) / 2 * (sizeof(struct dcrt_record) + 8) +
			   (uint64_t)field->count * field->size;
	}
	return element * (object->size / type->size) + ANNOUNCED_AT_MOST / 8;
}

/* A process that does not know the object yet has zeroes. */
static void dcrt_start_over(struct dcrt_tracker *tracker, struct dcrt_object *object,
			    uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];

	if (object->announced == session)
		return;
	dcrt_clear_shadow(tracker, object);
	memset(object->units, 0,
	       sizeof(*object->units) * dcrt_type_units(type) * (object->size / type->size));
	object->announced = session;
}

static void dcrt_announce_one(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			      struct dcrt_object *object, uint64_t session)
{
	struct dcrt_record record = {.handle = dcrt_object_handle(tracker, object),
				     .kind = DCRT_NEW,
				     .type = object->type,
				     .version = object->size};
	uint64_t address = 0;

	if (object->parent != DCRT_NO_SLOT) {
		const struct dcrt_object *parent = &tracker->objects[object->parent];

		address = dcrt_object_handle(tracker, parent) |
			  (uint64_t)(object->local - parent->local);
		record.len = sizeof(address);
	}
	dcrt_write_record(writer, &record, &address);
	object->told = writer->serial;
	dcrt_start_over(tracker, object, session);
}

/*
 * Announces an object in every message until the process is known to have received that, as
 * messages overtake each other. Objects around it come first. No driver nests deeper than eight.
 */
static void dcrt_announce(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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
		dcrt_announce_one(tracker, writer, unknown[--n], session);
}

uint64_t dcrt_send_reference(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			     const void *local, uint16_t type, uint64_t session)
{
	struct dcrt_object *object;
	uint64_t ref = 0;
	int err = dcrt_reference(tracker, local, type, &ref, &object);

	if (err && !writer->err)
		writer->err = err;
	if (object)
		dcrt_announce(tracker, writer, object, session);
	return ref;
}

/* Notes which pointer of which type could not cross, for debugfs. */
static void dcrt_note_untracked(struct dcrt_tracker *tracker, const struct dcrt_unit_range *range,
				uint32_t offset)
{
	tracker->untracked++;
	tracker->untracked_type = range->object->type;
	tracker->untracked_offset = offset % tracker->types[range->object->type].size;
}

static void dcrt_announce_targets(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
				  const struct dcrt_unit_range *range, uint64_t session)
{
	struct dcrt_object *target;
	uint32_t at = range->offset, i;
	uint64_t ref;

	for (i = 0; i < range->count && !writer->err; i++, at += sizeof(uint64_t)) {
		const void *local = (void *)(uintptr_t)dcrt_word_at(range->object->local + at);

		if (range->field->kind == DCRT_ADDRESS &&
		    dcrt_reference(tracker, local, range->field->target, &ref, &target))
			continue; /* crosses as a cookie */
		dcrt_send_reference(tracker, writer, local, range->field->target, session);
		if (writer->err == -ENOENT || writer->err == -ESTALE)
			dcrt_note_untracked(tracker, range, at);
	}
}

/* Copies a unit into a message. */
static void dcrt_put_unit(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			  const struct dcrt_unit_range *range, uint32_t at, uint8_t *to)
{
	int err;

	dcrt_copy_unit(to, range->object->local + at, range->field->size);
	if (!tracker->kernel)
		memcpy(range->object->shadow + at, to, range->field->size);
	err = dcrt_unit_to_wire(tracker, range->field, writer->header.session, to);
	if (!err)
		return;
	writer->err = err == -ENOSPC ? err : -ENOENT;
	if (err != -ENOSPC)
		dcrt_note_untracked(tracker, range, at);
}

static void dcrt_put_units(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			   const struct dcrt_unit_range *range, uint64_t session)
{
	const struct dcrt_field *field = range->field;
	struct dcrt_object *object = range->object;
	struct dcrt_record record = {.handle = dcrt_object_handle(tracker, object),
				     .kind = DCRT_UPDATE,
				     .type = object->type,
				     .offset = range->offset,
				     .len = range->count * field->size,
				     .seen = object->units[range->unit].applied};
	uint32_t i, at = range->offset;
	uint8_t *to;

	if (dcrt_is_a_pointer(field))
		dcrt_announce_targets(tracker, writer, range, session);
	object->version += object->version == ~0u ? 2 : 1; /* never 0 */
	record.version = object->version;
	to = dcrt_write_record(writer, &record, NULL);
	if (!to)
		return;
	for (i = 0; i < range->count; i++, at += field->size, to += field->size) {
		object->units[range->unit + i].sent = record.version;
		dcrt_put_unit(tracker, writer, range, at, to);
	}
}

static void dcrt_put_range(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			   const struct dcrt_unit_range *range, uint64_t session)
{
	struct dcrt_unit_range part = *range;

	part.count = dcrt_units_that_fit(writer, range);
	if (part.count)
		dcrt_put_units(tracker, writer, &part, session);
}

static void dcrt_put_field(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			   struct dcrt_unit_range range, uint64_t session)
{
	const struct dcrt_object *object = range.object;
	const struct dcrt_field *field = range.field;
	uint32_t first = range.offset, unit = range.unit, i;

	range.count = 0;
	if (memcmp(object->local + first, object->shadow + first, field->size * field->count) == 0)
		return;
	for (i = 0; i < field->count; i++) {
		uint32_t at = first + i * field->size;

		if (range.count &&
		    object->units[unit + i].applied != object->units[range.unit].applied) {
			dcrt_put_range(tracker, writer, &range, session);
			range.count = 0;
		}
		if (dcrt_unit_changed(tracker, field, object->local + at, object->shadow + at)) {
			if (!range.count) {
				range.offset = at;
				range.unit = unit + i;
			}
			range.count++;
		} else if (range.count) {
			dcrt_put_range(tracker, writer, &range, session);
			range.count = 0;
		}
	}
	if (range.count)
		dcrt_put_range(tracker, writer, &range, session);
}

static void dcrt_put_element(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			     struct dcrt_object *object, const struct dcrt_field *field,
			     uint32_t element, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	const struct dcrt_unit_range range = {.object = object,
					      .field = field,
					      .offset = element * type->size + field->offset,
					      .unit = element * dcrt_type_units(type) +
						      field->first_unit};

	if (tracker->kernel || field->user_writes)
		dcrt_put_field(tracker, writer, range, session);
}

static void dcrt_put_set(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			 struct dcrt_object *object, const struct dcrt_field_set *set,
			 uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (i = 0; i < set->n_fields; i++)
		if (set->fields[i] >= type->n_fields)
			writer->err = -EINVAL;
	for (element = 0; element < object->size / type->size; element++)
		for (i = 0; i < set->n_fields && !writer->err; i++)
			dcrt_put_element(tracker, writer, object, &type->fields[set->fields[i]],
					 element, session);
}

/* Compares bytes that are equal in most calls, and few. */
static bool dcrt_is_same(const uint8_t *local, const uint8_t *shadow, uint32_t len)
{
	if (len == 4) {
		uint32_t a, b;

		memcpy(&a, local, 4);
		memcpy(&b, shadow, 4);
		return a == b;
	}
	return len == 8 ? dcrt_word_at(local) == dcrt_word_at(shadow) : !memcmp(local, shadow, len);
}

/* All fields; spans that are unchanged are skipped. */
static void dcrt_put_whole(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			   struct dcrt_object *object, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t at, i;

	if (!type->n_fields || (type->fields[0].span == type->size &&
				dcrt_is_same(object->local, object->shadow, object->size)))
		return;
	for (at = 0; at < object->size; at += type->size)
		for (i = 0; i < type->n_fields && !writer->err && !writer->full;) {
			const struct dcrt_field *field = &type->fields[i];
			uint32_t address = at + field->offset;

			if (field->span && ((!tracker->kernel && !field->span_writes) ||
					    dcrt_is_same(object->local + address,
							 object->shadow + address, field->span))) {
				i += field->span_fields;
				continue;
			}
			dcrt_put_element(tracker, writer, object, field, at / type->size, session);
			i++;
		}
}

void dcrt_send_object(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_object *object, const struct dcrt_field_set *set,
		      uint64_t session)
{
	if (!dcrt_has_room(writer, ANNOUNCED_AT_MOST))
		return;
	dcrt_announce(tracker, writer, object, session);
	if (set->fields)
		dcrt_put_set(tracker, writer, object, set, session);
	else
		dcrt_put_whole(tracker, writer, object, session);
}

#define FREED_MAX 32 /* in one message */

void dcrt_send_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer)
{
	uint32_t n;

	for (n = 0; n < FREED_MAX && tracker->freed_count && !writer->err; n++) {
		const struct dcrt_record record = {.handle = tracker->freed[tracker->freed_at],
						   .kind = DCRT_FREE};

		if (writer->size - writer->len < sizeof(record))
			break;
		dcrt_write_record(writer, &record, NULL);
		tracker->freed_at = (tracker->freed_at + 1) % tracker->slots;
		tracker->freed_count--;
	}
}

/* After a message that was not sent, or was answered */

static void dcrt_cancel_update(struct dcrt_tracker *tracker, const struct dcrt_record *record)
{
	struct dcrt_unit_range range;
	uint32_t i;

	if (dcrt_locate_update(tracker, record, &range))
		return;
	for (i = 0; i < range.count; i++) {
		uint32_t at = range.offset + i * range.field->size;

		if (memcmp(range.object->local + at, range.object->shadow + at,
			   range.field->size) == 0)
			range.object->shadow[at] = (uint8_t)~range.object->local[at];
	}
}

/* The process still has to learn of it. (The kernel keeps what is not confirmed as changed.) */
static void dcrt_cancel_freed(struct dcrt_tracker *tracker, uint64_t handle)
{
	if (tracker->freed_count == tracker->slots)
		return;
	tracker->freed_at = (tracker->freed_at + tracker->slots - 1) % tracker->slots;
	tracker->freed[tracker->freed_at] = handle;
	tracker->freed_count++;
}

void dcrt_send_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer)
{
	struct dcrt_message message = {.header = writer->header};
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;

	message.header.len = writer->len;
	message.args = writer->buf + sizeof(message.header);
	message.records = message.args + message.header.args * sizeof(uint64_t);
	while (dcrt_message_next(&message, &at, &record, &data))
		if (record.kind == DCRT_UPDATE && !tracker->kernel)
			dcrt_cancel_update(tracker, &record);
		else if (record.kind == DCRT_FREE && tracker->kernel)
			dcrt_cancel_freed(tracker, record.handle);
}

static void dcrt_confirm_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
				const uint8_t *data, uint64_t session)
{
	struct dcrt_unit_range range;
	uint32_t i;

	if (dcrt_locate_update(tracker, record, &range))
		return;
	for (i = 0; i < range.count; i++, data += range.field->size) {
		const struct dcrt_unit *unit = &range.object->units[range.unit + i];
		uint8_t *shadow = range.object->shadow + range.offset + i * range.field->size;
		const uint8_t *value = data;
		void *address;

		if (unit->sent == record->version && unit->applied == record->seen &&
		    !dcrt_unit_from_wire(tracker, range.field, session, true, &value, &address))
			memcpy(shadow, value, range.field->size);
	}
}

void dcrt_send_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session)
{
	struct dcrt_message message;
	struct dcrt_record record;
	struct dcrt_object *object;
	const uint8_t *data;
	uint32_t at = 0;

	memcpy(&message.header, buf, sizeof(message.header));
	message.args = (const uint8_t *)buf + sizeof(message.header);
	message.records = message.args + message.header.args * sizeof(uint64_t);
	while (dcrt_message_next(&message, &at, &record, &data)) {
		if (record.kind == DCRT_UPDATE)
			dcrt_confirm_update(tracker, &record, data, session);
		else if (record.kind == DCRT_NEW && !dcrt_find_object(tracker, &record, &object))
			object->peer = session;
	}
}
