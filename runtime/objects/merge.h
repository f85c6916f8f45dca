/* SPDX-License-Identifier: GPL-2.0-only */
/* Between tracker.c and merge.c: all with the lock held. */
#ifndef DCRT_MERGE_H
#define DCRT_MERGE_H

#include "tracker.h"

uint64_t dcrt_object_handle(const struct dcrt_tracker *tracker, const struct dcrt_object *object);
struct dcrt_object *dcrt_object_at(struct dcrt_tracker *tracker, const void *local, uint16_t type);
int dcrt_lookup_error(const struct dcrt_tracker *tracker, const void *local);
int dcrt_object_announced(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			  const uint8_t *data);
int dcrt_object_withdrawn(struct dcrt_tracker *tracker, const struct dcrt_record *record);
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
bool dcrt_is_in_local_block(const struct dcrt_tracker *tracker, const void *local);
void dcrt_local_done(struct dcrt_tracker *tracker);

/* merge.c: whether a unit is to be sent. */
bool dcrt_unit_changed(struct dcrt_tracker *tracker, const struct dcrt_field *field,
		       const uint8_t *local, const uint8_t *shadow);

/* Some units of one field of one element of an object. */
struct dcrt_unit_range {
	struct dcrt_object *object;
	const struct dcrt_field *field;
	uint32_t offset; /* of the first unit, into the object */
	uint32_t unit; /* its number in the object */
	uint32_t count;
};

/* merge.c: where an update lies. Returns 0; -ENOENT, -ESTALE no such object; -EINVAL another type,
 * or no whole units of one field. */
int dcrt_locate_update(struct dcrt_tracker *tracker, const struct dcrt_record *record,
		       struct dcrt_unit_range *ret);
/* A unit that came: *data becomes that of `place`, if it is a pointer or a function. own: it was
 * sent from here. Errors as of dcrt_resolve, dcrt_from_code, dcrt_from_cookie. */
int dcrt_from_wire(struct dcrt_tracker *tracker, const struct dcrt_field *field, uint64_t session,
		   bool own, const uint8_t **data, void **place);
/* Whether a later update of a unit has been applied. */
bool dcrt_is_overtaken(const struct dcrt_unit_range *run, uint32_t index,
		       const struct dcrt_record *record);

/* check.c */
int dcrt_check_init(struct dcrt_tracker *tracker);
/* What the process has sent of objects, before any of it is applied. Returns 0 or -EPROTO. */
int dcrt_check(struct dcrt_tracker *tracker, const struct dcrt_message *message);

/* address.c */
int dcrt_cookies_init(struct dcrt_tracker *tracker);
void dcrt_cookies_done(struct dcrt_tracker *tracker);
/* An address of the kernel's that leads to no object, in the process a cookie that came so.
 * Returns 0, -ENOENT it is none, in the kernel -ENOSPC, or -ESHUTDOWN: another session is here. */
int dcrt_to_cookie(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		   uint64_t *ret);
/* Returns 0; -ENOENT no cookie; in the kernel -EPROTO never sent, -ESTALE it is gone. */
int dcrt_from_cookie(const struct dcrt_tracker *tracker, uint64_t word, uint64_t session,
		     void **ret);
/* Whether so many bytes from there on lie in one range. */
bool dcrt_in_range(const struct dcrt_tracker *tracker, const void *local, uint32_t len);

/* stale.c */
/* Whether a pointer is as it was when its target was freed. */
bool dcrt_is_stale(const struct dcrt_field *field, const uint8_t *local, const uint8_t *shadow);
void dcrt_mark_stale(struct dcrt_tracker *tracker, const void *start, size_t size);
void dcrt_mark_cookies(struct dcrt_tracker *tracker, const void *start, uint32_t size);
/* What went as an address in a range is to be sent again. */
void dcrt_mark_unsent(struct dcrt_tracker *tracker, uint64_t base, uint64_t len);
bool dcrt_may_be_freed(const struct dcrt_tracker *tracker, const void *local);
/* Whether a pointer to what was freed leads to this place. */
bool dcrt_has_stale(const struct dcrt_tracker *tracker, const void *start, size_t len);
/* To what a new process has: zeroes. The marks stay. */
void dcrt_clear_shadow(const struct dcrt_tracker *tracker, struct dcrt_object *object);

#endif
