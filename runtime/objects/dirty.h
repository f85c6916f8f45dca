/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks, without making a message, whether the process has changed anything that the kernel does not
 * have yet: before each write to a mapped register, as an interrupt may follow. Process only.
 */
#ifndef DCRT_DIRTY_H
#define DCRT_DIRTY_H

#include "objects.h"

/* Bytes of a type that the process may change: adjacent fields are one span. */
struct dcrt_span {
	uint32_t offset, len;
};

struct dcrt_dirty {
	struct dcrt_span *spans; /* of all types, one after the other */
	uint32_t *first; /* the first of each type, then the total */
};

/*
 * dcrt_dirty_init - for the tracker's types. Returns 0 or -ENOMEM; end with dcrt_dirty_done, also
 * then.
 */
int dcrt_dirty_init(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker);
void dcrt_dirty_done(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker);

/*
 * dcrt_is_dirty - true if dcrt_put_all() would have an update to send, or memory of the process
 * alone would have to be shared first.
 */
bool dcrt_is_dirty(const struct dcrt_dirty *dirty, struct dcrt_tracker *tracker);

#endif
