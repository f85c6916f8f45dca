/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The channel in the process: what user components and the library have besides dcrt.h. There is
 * one driver in a process.
 */
#ifndef DCRT_USER_H
#define DCRT_USER_H

#include "../dcrt.h"

/*
 * dcrt_attach - opens the device (for this process alone: a child must not have it), attaches,
 * locks the process's memory, has the OOM killer take others first, and allocates what calls need.
 * driver: the tables, with handlers of upcalls; borrowed for good. Returns 0; -EBUSY another
 * process is attached; -EPROTO the module is of another cut; -ENOMEM; or the error of open().
 */
int dcrt_attach(const struct dcrt_driver *driver, const char *device,
		struct dcrt_channel **ret_channel);

/*
 * dcrt_serve - serves upcalls with as many threads as that takes; more are started as calls come
 * in. Returns 0 when the driver goes away, or a negative errno: -ESHUTDOWN, -EPROTO the kernel
 * ended the session. The process must then exit.
 */
int dcrt_serve(struct dcrt_channel *channel);

/* dcrt_is_object - true for a pointer to a tracked object or into one. */
bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer);

/* dcrt_tracker_of - the objects of this side: objects/objects.h. */
struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel);

/*
 * dcrt_dirty - true if the process has changed an object and not yet sent the change. Cheap: it
 * compares what the process may change, and makes no message.
 */
bool dcrt_dirty(struct dcrt_channel *channel);

/* dcrt_windows_removed - how many windows the kernel has removed. One load. */
uint64_t dcrt_windows_removed(const struct dcrt_channel *channel);

/*
 * dcrt_map - maps a window of the device file (DCK_WINDOW). Returns the address or NULL. After the
 * kernel has removed the window, an access gets SIGBUS.
 */
void *dcrt_map(struct dcrt_channel *channel, uint64_t offset, uint64_t len);
void dcrt_unmap(void *local, uint64_t len);

/* The number of the process's threads, including those being started. */
unsigned dcrt_threads(const struct dcrt_channel *channel);

#endif
