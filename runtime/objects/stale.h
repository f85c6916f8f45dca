/* SPDX-License-Identifier: GPL-2.0-only */
/* Marks in shadows, on pointers whose target was freed or has changed. With the lock held. */
#ifndef DCRT_STALE_H
#define DCRT_STALE_H

#include "objects.h"

/* True if a pointer is unchanged since its target was freed. */
bool dcrt_is_stale(const struct dcrt_field *field, const uint8_t *local, const uint8_t *shadow);
/* Marks pointers into an object that goes. */
void dcrt_mark_stale(struct dcrt_tracker *tracker, const void *start, size_t size);
/* Marks pointers into a new object that crossed as cookies: they must be sent again. */
void dcrt_mark_cookies(struct dcrt_tracker *tracker, const void *start, uint32_t size);
/* Marks addresses in a range, whose cookies are no longer valid: they must be sent again. */
void dcrt_mark_unsent(struct dcrt_tracker *tracker, uint64_t base, uint64_t len);
/* True if a marked pointer points to the address. */
bool dcrt_may_be_freed(const struct dcrt_tracker *tracker, const void *local);
/* True if a marked pointer points into the memory. */
bool dcrt_has_stale(const struct dcrt_tracker *tracker, const void *start, size_t len);
/* Sets a shadow to zeroes, which is what a new process has. Marks stay. */
void dcrt_clear_shadow(const struct dcrt_tracker *tracker, struct dcrt_object *object);

#endif
