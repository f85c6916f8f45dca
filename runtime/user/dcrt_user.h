/* SPDX-License-Identifier: GPL-2.0-only */
/* What the library for the process gives to user components, besides dcrt.h. One driver a process.
 */
#ifndef DCRT_USER_H
#define DCRT_USER_H

#include "dcrt.h"

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

/* A number of the process's threads, those on their way included. */
unsigned dcrt_threads(const struct dcrt_channel *channel);

#endif
