// SPDX-License-Identifier: GPL-2.0-only
/* Compares objects with their shadows, span by span, without making a message. */
#include "dirty.h"

#include "local.h"
#include "types.h"
#include "units.h"

/* Finds the spans of a type; puts them at ret unless that is NULL. Returns how many. */
static uint32_t dcrt_find_spans(const struct dcrt_type *type, struct dcrt_span *ret)
{
	uint32_t i, n = 0, end = 0;

	for (i = 0; i < type->n_fields; i++) {
		const struct dcrt_field *field = &type->fields[i];

		if (!field->user_writes)
			continue;
		if (!n || field->offset != end) {
			if (ret)
				ret[n] = (struct dcrt_span){.offset = field->offset};
			n++;
		}
		end = field->offset + field->size * field->count;
		if (ret)
			ret[n - 1].len = end - ret[n - 1].offset;
	}
	return n;
}

int dcrt_dirty_init(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker)
{
	uint32_t i, n = 0;

	dirty->first = tracker->env->alloc((tracker->n_types + 1) * sizeof(*dirty->first));
	dirty->spans = NULL;
	if (!dirty->first)
		return -ENOMEM;
	for (i = 0; i < tracker->n_types; i++) {
		dirty->first[i] = n;
		n += dcrt_find_spans(&tracker->types[i], NULL);
	}
	dirty->first[i] = n;
	dirty->spans = tracker->env->alloc((n + 1) * sizeof(*dirty->spans));
	if (!dirty->spans)
		return -ENOMEM;
	for (i = 0; i < tracker->n_types; i++)
		dcrt_find_spans(&tracker->types[i], dirty->spans + dirty->first[i]);
	return 0;
}

void dcrt_dirty_done(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker)
{
	tracker->env->free(dirty->spans);
	tracker->env->free(dirty->first);
	*dirty = (struct dcrt_dirty){0};
}

/* True for a pointer to local memory, which has to be shared before it can cross. */
static bool dcrt_is_to_private(const struct dcrt_tracker *tracker, const struct dcrt_field *field,
			       const uint8_t *local)
{
	void *pointer;

	if (!tracker->local_blocks || (field->kind != DCRT_POINTER && field->kind != DCRT_ADDRESS))
		return false;
	memcpy(&pointer, local, sizeof(pointer));
	return dcrt_is_in_local_block(tracker, pointer);
}

/* True if the difference in a span is in a unit that would be sent. */
static bool dcrt_has_news(struct dcrt_tracker *tracker, const struct dcrt_object *object,
			  const struct dcrt_span *span, uint32_t element)
{
	const struct dcrt_type *type = &tracker->types[object->type];
	uint32_t i, k;

	for (i = 0; i < type->n_fields; i++) {
		const struct dcrt_field *field = &type->fields[i];
		uint32_t at = element + field->offset;

		if (!field->user_writes || field->offset - span->offset >= span->len)
			continue;
		for (k = 0; k < field->count; k++, at += field->size)
			if (dcrt_unit_changed(tracker, field, object->local + at,
					      object->shadow + at) ||
			    dcrt_is_to_private(tracker, field, object->local + at))
				return true;
	}
	return false;
}

/* Most spans are so short that memcmp() would cost more. */
static bool dcrt_differ(const uint8_t *a, const uint8_t *b, uint32_t len)
{
	for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
		uint64_t one, other;

		memcpy(&one, a, sizeof(one));
		memcpy(&other, b, sizeof(other));
		if (one != other)
			return true;
		a += sizeof(one);
		b += sizeof(other);
	}
	while (len--)
		if (*a++ != *b++)
			return true;
	return false;
}

static bool dcrt_is_object_dirty(const struct dcrt_dirty *dirty, struct dcrt_tracker *tracker,
				 const struct dcrt_object *object)
{
	uint32_t size = tracker->types[object->type].size, at, i;
	uint32_t first = dirty->first[object->type], end = dirty->first[object->type + 1];

	for (at = 0; first < end && at < object->size; at += size)
		for (i = first; i < end; i++) {
			const struct dcrt_span *span = &dirty->spans[i];
			uint32_t from = at + span->offset;

			if (dcrt_differ(object->local + from, object->shadow + from, span->len) &&
			    dcrt_has_news(tracker, object, span, at))
				return true;
		}
	return false;
}

bool dcrt_is_dirty(const struct dcrt_dirty *dirty, struct dcrt_tracker *tracker)
{
	bool found = false;
	uint32_t i;

	dcrt_lock(tracker);
	for (i = 0; i < tracker->live && !found; i++)
		found = dcrt_is_object_dirty(dirty, tracker, &tracker->objects[tracker->order[i]]);
	dcrt_unlock(tracker);
	return found;
}
