// SPDX-License-Identifier: GPL-2.0-only
/* Applies updates, three ways: objects.h has the rules of the merge. */
#include "receive.h"

#include "announce.h"
#include "stale.h"
#include "units.h"

static void dcrt_apply_unit(struct dcrt_tracker *tracker, const struct dcrt_unit_range *range,
			    uint32_t index, const struct dcrt_record *record, const uint8_t *value)
{
	struct dcrt_unit *unit = &range->object->units[range->unit + index];
	uint32_t size = range->field->size;
	uint8_t *local = range->object->local + range->offset + index * size;
	uint8_t *shadow = range->object->shadow + range->offset + index * size;
	bool changed_here, changed_there;

	if (dcrt_is_overtaken(range, index, record))
		return;
	if (!tracker->kernel && unit->sent &&
	    (!record->seen || dcrt_is_newer(unit->sent, record->seen)))
		return;
	changed_here =
		memcmp(local, shadow, size) != 0 && !dcrt_is_stale(range->field, local, shadow);
	changed_there = memcmp(value, shadow, size) != 0;
	unit->applied = record->version;
	tracker->conflicts += changed_here && changed_there && memcmp(local, value, size) != 0;
	if (tracker->kernel || !changed_here)
		dcrt_copy_unit(local, value, size);
	memcpy(shadow, value, size);
}

static int dcrt_apply_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			     const uint8_t *data, uint64_t session)
{
	struct dcrt_unit_range range;
	uint32_t i;
	int err = dcrt_locate_update(tracker, record, &range);

	if (err)
		return err == -ESTALE ? 0 : -EPROTO;
	for (i = 0; i < range.count; i++, data += range.field->size) {
		const uint8_t *value = data;
		void *address;

		err = dcrt_unit_from_wire(tracker, range.field, session, false, &value, &address);
		if (!err)
			dcrt_apply_unit(tracker, &range, i, record, value);
		else if (err != -ESTALE)
			return -EPROTO;
	}
	return 0;
}

int dcrt_receive_record(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			const uint8_t *data, uint64_t session)
{
	switch (record->kind) {
	case DCRT_UPDATE:
		return dcrt_apply_update(tracker, record, data, session);
	case DCRT_NEW:
		return dcrt_object_announced(tracker, record, data);
	case DCRT_FREE:
		return dcrt_object_withdrawn(tracker, record);
	default:
		return 0;
	}
}
