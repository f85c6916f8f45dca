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

/* A process that does not know the object yet has zeroes. */
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
	uint64_t address = 0;

	if (object->parent != DCRT_NO_SLOT) {
		const struct dcrt_object *parent = &tracker->objects[object->parent];

		address = dcrt_object_handle(tracker, parent) |
			  (uint64_t)(object->local - parent->local);
		record.len = sizeof(address);
	}
	dcrt_write_record(writer, &record, &address);
	object->told = writer->serial;
	start_over(tracker, object, session);
}

/*
 * Announces an object in every message until the process is known to have received that, as
 * messages overtake each other. Objects around it come first. No driver nests deeper than eight.
 */
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

uint64_t dcrt_send_reference(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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

/* Notes which pointer of which type could not cross, for debugfs. */
static void note_untracked(struct dcrt_tracker *tracker, const struct dcrt_unit_range *range,
			   uint32_t offset)
{
	tracker->untracked++;
	tracker->untracked_type = range->object->type;
	tracker->untracked_offset = offset % tracker->types[range->object->type].size;
}

static void announce_targets(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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
			note_untracked(tracker, range, at);
	}
}

/* Copies a unit into a message. */
static void put_unit(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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
		note_untracked(tracker, range, at);
}

static void put_range(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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

	if (field->kind == DCRT_POINTER || field->kind == DCRT_ADDRESS)
		announce_targets(tracker, writer, range, session);
	object->version += object->version == ~0u ? 2 : 1; /* never 0 */
	record.version = object->version;
	to = dcrt_write_record(writer, &record, NULL);
	if (!to)
		return;
	for (i = 0; i < range->count; i++, at += field->size, to += field->size) {
		object->units[range->unit + i].sent = record.version;
		put_unit(tracker, writer, range, at, to);
	}
}

static void put_field(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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
			put_range(tracker, writer, &range, session);
			range.count = 0;
		}
		if (dcrt_unit_changed(tracker, field, object->local + at, object->shadow + at)) {
			if (!range.count) {
				range.offset = at;
				range.unit = unit + i;
			}
			range.count++;
		} else if (range.count) {
			put_range(tracker, writer, &range, session);
			range.count = 0;
		}
	}
	if (range.count)
		put_range(tracker, writer, &range, session);
}

static void put_element(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
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
		put_field(tracker, writer, range, session);
}

static void put_set(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		    struct dcrt_object *object, const struct dcrt_field_set *set, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t element, i;

	for (i = 0; i < set->n_fields; i++)
		if (set->fields[i] >= type->n_fields)
			writer->err = -EINVAL;
	for (element = 0; element < object->size / type->size; element++)
		for (i = 0; i < set->n_fields && !writer->err; i++)
			put_element(tracker, writer, object, &type->fields[set->fields[i]], element,
				    session);
}

/* Compares bytes that are equal in most calls, and few. */
static bool is_same(const uint8_t *local, const uint8_t *shadow, uint32_t len)
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
static void put_whole(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_object *object, uint64_t session)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t at, i;

	if (!type->n_fields || (type->fields[0].span == type->size &&
				is_same(object->local, object->shadow, object->size)))
		return;
	for (at = 0; at < object->size; at += type->size)
		for (i = 0; i < type->n_fields && !writer->err;) {
			const struct dcrt_field *field = &type->fields[i];
			uint32_t address = at + field->offset;

			if (field->span && ((!tracker->kernel && !field->span_writes) ||
					    is_same(object->local + address,
						    object->shadow + address, field->span))) {
				i += field->span_fields;
				continue;
			}
			put_element(tracker, writer, object, field, at / type->size, session);
			i++;
		}
}

void dcrt_send_object(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_object *object, const struct dcrt_field_set *set,
		      uint64_t session)
{
	announce(tracker, writer, object, session);
	if (set->fields)
		put_set(tracker, writer, object, set, session);
	else
		put_whole(tracker, writer, object, session);
}

#define FREED_MAX 32 /* in one message */

void dcrt_send_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer)
{
	uint32_t n;

	for (n = 0; n < FREED_MAX && tracker->freed_count; n++) {
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

static void cancel_update(struct dcrt_tracker *tracker, const struct dcrt_record *record)
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
static void cancel_freed(struct dcrt_tracker *tracker, uint64_t handle)
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
			cancel_update(tracker, &record);
		else if (record.kind == DCRT_FREE && tracker->kernel)
			cancel_freed(tracker, record.handle);
}

static void confirm_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
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
			confirm_update(tracker, &record, data, session);
		else if (record.kind == DCRT_NEW && !dcrt_find_object(tracker, &record, &object))
			object->peer = session;
	}
}
