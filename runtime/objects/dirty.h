/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the process has changed anything that the kernel has not: asked before each write to a
 * mapped register, as an interrupt may follow. Process only.
 */
#ifndef DCRT_DIRTY_H
#define DCRT_DIRTY_H

#include "tracker.h"

/* Bytes of a type that the process may change: fields side by side are one. */
struct dcrt_span {
	uint32_t offset, len;
};

struct dcrt_dirty {
	struct dcrt_span *spans; /* of all types, one after the other */
	uint32_t *first; /* of each type, and the end of the last */
};

/* Of the tracker's types. Returns 0 or -ENOMEM; end with dcrt_dirty_done, also then. */
int dcrt_dirty_init(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker);
void dcrt_dirty_done(struct dcrt_dirty *dirty, const struct dcrt_tracker *tracker);

/* Whether dcrt_put_all() would have an update to send. */
bool dcrt_is_dirty(const struct dcrt_dirty *dirty, struct dcrt_tracker *tracker);

#endif
