/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of fields: changed or not, as they cross, and where an update lies. With the lock held. */
#ifndef DCRT_UNITS_H
#define DCRT_UNITS_H

#include "objects.h"

/* Consecutive units of one field of one element of an object. */
struct dcrt_unit_range {
	struct dcrt_object *object;
	const struct dcrt_field *field;
	uint32_t offset; /* of the first unit, into the object */
	uint32_t unit; /* its number in the object */
	uint32_t count;
};

/* Copies a unit. A unit that fits a register is never seen half written. */
void dcrt_copy_unit(void *to, const void *from, uint32_t size);

/* True if a unit must be sent. */
bool dcrt_unit_changed(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		       const uint8_t *local, const uint8_t *shadow);

/*
 * Converts a copy of a unit to what crosses: pointers to references, functions to numbers.
 * Returns as dcrt_reference, dcrt_to_code, dcrt_to_cookie.
 */
int dcrt_unit_to_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		      uint64_t session, void *unit);
/*
 * The reverse for a unit that was received: a pointer or a function is put into *pointer, and *data
 * then points there. own: this side sent it. Returns as dcrt_resolve, dcrt_from_code,
 * dcrt_from_cookie.
 */
int dcrt_unit_from_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field,
			uint64_t session, bool own, const uint8_t **data, void **pointer);

/* The object of a record. Returns 0; -ENOENT, -ESTALE no such object; -EINVAL another type. */
int dcrt_find_object(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		     struct dcrt_object **ret);
/*
 * The units that an update is of. As dcrt_find_object(); -EINVAL also: not whole units of one
 * field.
 */
int dcrt_locate_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		       struct dcrt_unit_range *ret);

static inline bool dcrt_is_newer(uint32_t version, uint32_t than)
{
	return (int32_t)(version - than) > 0;
}

/* True if a later update of a unit was applied already. */
bool dcrt_is_overtaken(const struct dcrt_unit_range *range, uint32_t index,
		       const struct dcrt_record *record);

#endif
