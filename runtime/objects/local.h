/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the process alone, and how it becomes an object of both sides. Process only.
 *
 * Memory that a driver allocates in the process is local at first: the kernel does not know it.
 *Once a pointer that the tables call a link (dcrt_link) points to it, it has to become an object:
 *the library asks the kernel for memory of the same size, tracked and zeroed, and binds that handle
 *to the local memory. Its content then goes to the kernel as any change does.
 *
 *	while (dcrt_local_next(tracker, &use) > 0) {
 *		... DCK_ALLOC of use.type, use.len; the reply's objects have been applied ...
 *		dcrt_local_bind(tracker, &use, handle); // or dcrt_local_cancel(tracker, &use)
 *	}
 *
 * until no pointer points to local memory any more. A pointer to local memory does not cross
 * (dcrt_unit_changed): if a message's objects have one, another thread stored it in the meantime.
 *
 * Freed memory is never allocated again at an address that some object still has a pointer to: a
 * dangling pointer must not look like one that was just stored.
 */
#ifndef DCRT_LOCAL_H
#define DCRT_LOCAL_H

#include "objects.h"

/* One allocation. */
struct dcrt_local_block {
	struct dcrt_local_block *next, *prev;
	size_t len;
	bool pages; /* whole pages: the driver will free it by vfree() */
	bool taken; /* a thread is sharing it */
	uint8_t memory[] __attribute__((aligned(16)));
};

/* A block to share, and the type of object that it becomes. */
struct dcrt_local_use {
	struct dcrt_local_block *block;
	uint16_t type;
};

/*
 * dcrt_local_new - zeroed memory, or NULL. It is freed by dcrt_local_free, with the object that it
 * became, or with the tracker.
 */
void *dcrt_local_new(struct dcrt_tracker *tracker, size_t len, bool pages);
/*
 * dcrt_local_free - Returns 0, -ENOENT it is not local (any more), -EAGAIN a thread is sharing it.
 */
int dcrt_local_free(struct dcrt_tracker *tracker, const void *memory);

/*
 * dcrt_local_next - finds a block that an object points to and takes it, to be shared before a
 * message is made. Blocks whose start a link points to come first, then those it points into.
 * Returns 1; 0 there is none; -EAGAIN another thread is sharing it; -ENOENT a pointer points to
 * local memory, but no link names its type, or it is not whole elements of that type.
 */
int dcrt_local_next(struct dcrt_tracker *tracker, struct dcrt_local_use *ret);
/*
 * dcrt_local_at - the same for one address, which is to become an element of a type. Returns 0
 * also if the address is not local, or no link points to the type: the kernel would not share it.
 */
int dcrt_local_at(struct dcrt_tracker *tracker, const void *local, uint16_t type,
		  struct dcrt_local_use *ret);
/* dcrt_local_cancel - the block stays local. */
void dcrt_local_cancel(struct dcrt_tracker *tracker, const struct dcrt_local_use *use);

/*
 * dcrt_local_bind - the block's memory becomes the object's, which was just announced and is empty.
 * Returns 0, -ENOMEM, -EINVAL: the handle is of no such object.
 */
int dcrt_local_bind(struct dcrt_tracker *tracker, const struct dcrt_local_use *use,
		    uint64_t handle);

/* How many blocks there are. */
unsigned int dcrt_local_count(struct dcrt_tracker *tracker);

/* With the lock held: true if an address is in a block. */
bool dcrt_is_in_local_block(const struct dcrt_tracker *tracker, const void *local);
/* Frees all blocks. */
void dcrt_local_done(struct dcrt_tracker *tracker);

#endif
