/* SPDX-License-Identifier: GPL-2.0-only */
/* What the library for the process gives to user components, besides dcrt.h. One driver a process.
 */
#ifndef DCRT_USER_H
#define DCRT_USER_H

#include "../dcrt.h"

/*
 * dcrt_attach - opens the device (for this process alone: a child must not have it), attaches,
 * locks the process's memory and makes room for what calls need.
 * driver: the tables, with handlers of upcalls; borrowed for good.
 * Returns 0; -EBUSY another process is attached; -EPROTO the module was made by another cut;
 * -ENOMEM; or what open() gave.
 */
int dcrt_attach(const struct dcrt_driver *driver, const char *device,
		struct dcrt_channel **ret_channel);

/*
 * dcrt_serve - serves upcalls with as many threads as that takes; threads beyond the first are
 * started as calls come in.
 * Returns 0 when the driver has gone away, or a negative errno: -ESHUTDOWN, -EPROTO the kernel
 * ended the session. The process must then exit.
 */
int dcrt_serve(struct dcrt_channel *channel);

/* dcrt_is_object - whether the pointer leads to a tracked object or into one. */
bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer);

/* dcrt_tracker_of - the objects of this side: tracker.h. */
struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel);

/* dcrt_dirty - whether the process has changed an object and not yet told the kernel. Cheap:
 * compares what it may change, and makes no message. */
bool dcrt_dirty(struct dcrt_channel *channel);

/* dcrt_windows_removed - how many windows the kernel has taken away. One load. */
uint64_t dcrt_windows_removed(const struct dcrt_channel *channel);

/* dcrt_map - the registers of a window of the device file (DCK_WINDOW), or NULL. Goes there after
 * the kernel has taken the window away: SIGBUS. */
void *dcrt_map(struct dcrt_channel *channel, uint64_t offset, uint64_t len);
void dcrt_unmap(void *local, uint64_t len);

/* A number of the process's threads, those on their way included. */
unsigned dcrt_threads(const struct dcrt_channel *channel);

#endif
