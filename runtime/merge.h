/* SPDX-License-Identifier: GPL-2.0-only */
/* Between tracker.c and merge.c: all with the lock held. */
#ifndef DCRT_MERGE_H
#define DCRT_MERGE_H

#include "tracker.h"

uint64_t dcrt_object_handle(const struct dcrt_tracker *tracker, const struct dcrt_object *object);
struct dcrt_object *dcrt_object_at(struct dcrt_tracker *tracker, const void *local, uint16_t type);
int dcrt_why_not_at(const struct dcrt_tracker *tracker, const void *local);
int dcrt_object_announced(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			  const uint8_t *data);
int dcrt_object_gone(struct dcrt_tracker *tracker, const struct dcrt_record *record);
/* As dcrt_from_ref and dcrt_to_ref. */
int dcrt_resolve(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		 void **ret);
int dcrt_reference(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret,
		   struct dcrt_object **ret_object);
/* An object of the process's that was announced and is still empty moves to other memory, which
 * goes with it: `owner`, whose first word is the tracker's then. 0, -ENOMEM, -EINVAL. */
int dcrt_object_move(struct dcrt_tracker *tracker, uint64_t handle, uint16_t type, size_t len,
		     void *local, void *owner);

/* types.c */
/* Whether a link of some type leads to this one, and it has no place. */
bool dcrt_is_linked(const struct dcrt_type *types, uint32_t n_types, uint64_t type);
uint32_t dcrt_type_units(const struct dcrt_type *type);
/* The field that a byte of an element belongs to, or NULL. */
const struct dcrt_field *dcrt_type_field(const struct dcrt_type *type, uint32_t offset);

/* private.c */
bool dcrt_is_private(const struct dcrt_tracker *tracker, const void *local);
void dcrt_private_done(struct dcrt_tracker *tracker);

/* merge.c: whether a unit is to be sent. */
bool dcrt_is_news(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		  const uint8_t *local, const uint8_t *shadow);

/* stale.c */
/* Whether a pointer is as it was when its target was freed. */
bool dcrt_is_stale(const struct dcrt_field *field, const uint8_t *local, const uint8_t *shadow);
void dcrt_mark_stale(struct dcrt_tracker *tracker, const void *start, size_t size);
void dcrt_mark_addresses(struct dcrt_tracker *tracker, const void *start, uint32_t size);
bool dcrt_may_be_freed(const struct dcrt_tracker *tracker, const void *local);
/* Whether a pointer to what was freed leads to this place. */
bool dcrt_has_stale(const struct dcrt_tracker *tracker, const void *start, size_t len);
/* To what a new process has: zeroes. The marks stay. */
void dcrt_clear_shadow(const struct dcrt_tracker *tracker, struct dcrt_object *object);

#endif
