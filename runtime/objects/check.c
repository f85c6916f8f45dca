// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks what the process sends, before any of it is applied. Each update is checked by itself: do
 * the tables let the process write this field of this object? If a message changes a field that is
 * `checked`, the driver's valid() is also asked about the element as the whole message would change
 * it. The check copies the element and walks over the message, so the number of such elements
 * in a message is limited.
 */
#include "check.h"

#include "types.h"
#include "units.h"

#define QUESTIONS_MAX 64 /* elements in one message; a sound process sends a few */

int dcrt_check_init(struct dcrt_tracker *tracker)
{
	uint32_t i, size = 0;

	for (i = 0; i < tracker->n_types; i++)
		if (tracker->types[i].valid && tracker->types[i].size > size)
			size = tracker->types[i].size;
	if (!size)
		return 0;
	tracker->scratch = tracker->env->alloc(size);
	return tracker->scratch ? 0 : -ENOMEM;
}

/* ret->object: NULL if the object was freed. */
static int dcrt_check_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			     const uint8_t *data, uint64_t session, struct dcrt_unit_range *ret)
{
	int err = dcrt_locate_update(tracker, record, ret);
	void *address;
	uint32_t i;

	if (err == -ESTALE) { /* freed while the message was made */
		ret->object = NULL;
		return 0;
	}
	if (err || !ret->field->user_writes || ret->object->announced != session)
		return -EPROTO;
	for (i = 0; i < ret->count && ret->field->kind != DCRT_PLAIN; i++) {
		const uint8_t *value = data + i * sizeof(uint64_t);

		err = dcrt_unit_from_wire(tracker, ret->field, session, false, &value, &address);
		if (err && err != -ESTALE)
			return -EPROTO;
	}
	return 0;
}

/* Elements */

static uint32_t dcrt_element_of(const struct dcrt_tracker *tracker,
				const struct dcrt_unit_range *range)
{
	return range->offset - range->offset % tracker->types[range->object->type].size;
}

static void dcrt_change_scratch(struct dcrt_tracker *tracker, const struct dcrt_unit_range *range,
				const struct dcrt_record *record, const uint8_t *data,
				uint64_t session)
{
	uint8_t *to = (uint8_t *)tracker->scratch + range->offset - dcrt_element_of(tracker, range);
	uint32_t i, size = range->field->size;

	for (i = 0; i < range->count; i++, data += size, to += size) {
		const uint8_t *value = data;
		void *address;

		if (!dcrt_is_overtaken(range, i, record) &&
		    !dcrt_unit_from_wire(tracker, range->field, session, false, &value, &address))
			memcpy(to, value, size);
	}
}

/* Asks valid() about the element of `about`, with all that the message changes in it. */
static bool dcrt_is_valid(struct dcrt_tracker *tracker, const struct dcrt_message *message,
			  const struct dcrt_unit_range *about)
{
	const struct dcrt_type *type = &tracker->types[about->object->type];
	uint32_t element = dcrt_element_of(tracker, about), at = 0, last = 0;
	struct dcrt_record record;
	const uint8_t *data;
	struct dcrt_unit_range range;
	bool in_order = true;

	memcpy(tracker->scratch, about->object->local + element, type->size);
	while (dcrt_message_next(message, &at, &record, &data)) {
		if (record.kind != DCRT_UPDATE || dcrt_locate_update(tracker, &record, &range) ||
		    range.object != about->object || dcrt_element_of(tracker, &range) != element)
			continue;
		/* if versions do not rise, only the first update would be applied */
		in_order &= !last || (int32_t)(record.version - last) > 0;
		last = record.version;
		dcrt_change_scratch(tracker, &range, &record, data, message->header.session);
	}
	if (in_order && type->valid(tracker->scratch, about->object->local + element))
		return true;
	tracker->invalid++;
	tracker->invalid_type = about->object->type;
	return false;
}

int dcrt_check(struct dcrt_tracker *tracker, const struct dcrt_message *message)
{
	struct dcrt_unit_range range, asked = {0};
	struct dcrt_record record;
	uint32_t at = 0, questions = 0;
	const uint8_t *data;

	while (dcrt_message_next(message, &at, &record, &data))
		if (record.kind == DCRT_UPDATE &&
		    dcrt_check_update(tracker, &record, data, message->header.session, &range))
			return -EPROTO;
	for (at = 0; tracker->scratch && dcrt_message_next(message, &at, &record, &data);) {
		if (record.kind != DCRT_UPDATE || dcrt_locate_update(tracker, &record, &range) ||
		    !range.field->checked || !tracker->types[range.object->type].valid)
			continue;
		if (asked.object == range.object &&
		    dcrt_element_of(tracker, &asked) == dcrt_element_of(tracker, &range))
			continue;
		asked = range;
		if (++questions > QUESTIONS_MAX || !dcrt_is_valid(tracker, message, &range))
			return -EPROTO;
	}
	return 0;
}
