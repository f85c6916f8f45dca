/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the process alone, and how it becomes an object of both sides. Process only.
 *
 * What a driver allocates in the process is private: the kernel knows nothing of it. When its
 * address gets into a pointer of an object that the tables say leads to another (dcrt_link), it has
 * to become one: the library asks the kernel for memory as large, tracked and zeroed, and binds the
 * handle of that to the private memory, whose content then goes to the kernel as any change does.
 *
 *	while (dcrt_local_next(tracker, &use) > 0) {
 *		... DCK_ALLOC of use.type, use.len; the reply's objects have been applied ...
 *		dcrt_local_bind(tracker, &use, handle); // or dcrt_local_cancel(tracker, &use)
 *	}
 *
 * until nothing leads to private memory any more. A pointer to private memory does not cross
 * (dcrt_unit_changed): if there is one in a message's objects, another thread has stored it since.
 *
 * Memory that is freed never comes back at an address that some object still has a pointer to: a
 * dangling pointer must not look like one that was just stored.
 */
#ifndef DCRT_PRIVATE_H
#define DCRT_PRIVATE_H

#include "tracker.h"

/* One allocation. */
struct dcrt_local_block {
	struct dcrt_local_block *next, *prev;
	size_t len;
	bool pages; /* of whole pages: the driver will free it by vfree() */
	bool taken; /* a thread is sharing it */
	uint8_t memory[] __attribute__((aligned(16)));
};

/* What is to be shared, and as what. */
struct dcrt_local_use {
	struct dcrt_local_block *block;
	uint16_t type;
};

/* dcrt_local_new - zeroed; NULL if there is no memory. Freed by dcrt_local_free, with the
 * object that it has become, or with the tracker. */
void *dcrt_local_new(struct dcrt_tracker *tracker, size_t len, bool pages);
/* dcrt_local_free - Returns 0, -ENOENT it is none (any more), -EAGAIN a thread is sharing it. */
int dcrt_local_free(struct dcrt_tracker *tracker, const void *memory);

/*
 * dcrt_local_next - what an object's pointer leads to and is to be shared before a message is
 * made. Memory that a link leads to the start of comes first, then what one leads into.
 * Returns 1 and takes it, 0 there is none, -EAGAIN another thread is sharing it, -ENOENT a pointer
 * leads to private memory, but no link says of what type it is, or it is no whole elements of it.
 */
int dcrt_local_next(struct dcrt_tracker *tracker, struct dcrt_local_use *ret);
/* dcrt_local_at - the same of one place, which is to be an element of a type. 0 also: not
 * private; no link leads to the type, so that the kernel would not share it. */
int dcrt_local_at(struct dcrt_tracker *tracker, const void *local, uint16_t type,
		  struct dcrt_local_use *ret);
void dcrt_local_cancel(struct dcrt_tracker *tracker, const struct dcrt_local_use *use);

/* dcrt_local_bind - the object stands there from now on. It has just been announced, and nothing
 * is in it yet. Returns 0, -ENOMEM, -EINVAL: the handle is of no such object. */
int dcrt_local_bind(struct dcrt_tracker *tracker, const struct dcrt_local_use *use,
		    uint64_t handle);

/* How many pieces there are. */
unsigned dcrt_local_count(struct dcrt_tracker *tracker);

#endif
