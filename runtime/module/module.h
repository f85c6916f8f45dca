/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dcrt.ko gives to kernel components, besides dcrt.h.
 *
 * A module of its own and not objects linked into each microdriver: the process holds the device
 * open, and an open file pins the module whose code serves it. So pinned, a microdriver could not
 * be removed while its process lives.
 */
#ifndef DCRT_KERNEL_H
#define DCRT_KERNEL_H

#include "../dcrt.h"

/*
 * dcrt_register - makes /dev/dcrt-NAME (root only) and debugfs dcrt/NAME with stats (counters, see
 * docs/formats.md), delay_ns and delay_mode (time added to each crossing: busy or sleep). driver is
 * borrowed until dcrt_unregister(). Process context. If the driver's twin is loaded (dcrt_peer.h),
 * it is what is called up to, and no process. Returns the channel or an error pointer: -EINVAL bad
 * tables or ABI, -ENOMEM, -EEXIST; -EPROTO the twin is of another cut; -EBUSY it has served a
 * driver before.
 */
struct dcrt_channel *dcrt_register(const struct dcrt_driver *driver);

/*
 * dcrt_unregister - calls from now on fail; waits for those that are open, tells the process to go,
 * and kills it if it is there after two seconds, or at once if it has not attached. Process
 * context; NULL is fine.
 */
void dcrt_unregister(struct dcrt_channel *channel);

/*
 * dcrt_start - runs the program at path with the device as its argument and waits until it has
 * attached. With a twin: does nothing. Returns 0, -ETIMEDOUT, -EINTR, or what running it gave.
 */
int dcrt_start(struct dcrt_channel *channel, const char *path, unsigned timeout_ms);

/*
 * dcrt_respawn - as dcrt_start, and starts the program again whenever its process has died, until
 * dcrt_unregister(); one that dies before it attaches is tried again after a growing pause (at most
 * a second), one that does not attach within timeout_ms is killed. path is copied. Calls made
 * meanwhile wait for it up to the default deadline (dcrt_call_begin). After an error nothing is
 * kept and no process is left. -EBUSY: called twice.
 */
int dcrt_respawn(struct dcrt_channel *channel, const char *path, unsigned timeout_ms);

#define DCRT_TRIES_MAX 3

/*
 * dcrt_retry - whether the stub of an upcall with DCRT_RETRY that ended in -EPIPE shall make it
 * again, from dcrt_call_begin() on: true at most DCRT_TRIES_MAX times, when the next process has
 * attached (it waits for that, up to the default deadline). False for an upcall made by a downcall:
 * the upcall around it has failed as well, and may be made again. tries: starts as 0.
 *
 *	unsigned tries = 0;
 *
 *	do
 *		err = ...;
 *	while (err == -EPIPE && dcrt_retry(channel, &tries));
 */
bool dcrt_retry(struct dcrt_channel *channel, unsigned *tries);

/*
 * dcrt_window_add - notes that a device's registers are at base, so that the process can name each
 * of them when it was sent one, and unless `mapped` is false map them. What is left of a window
 * that lay there goes. Only whole pages are mapped: of a window that begins
 * or ends within a page the process knows that it cannot, as the rest of that page may be another
 * device's. Returns 0 or -ENOMEM. Process context.
 */
int dcrt_window_add(struct dcrt_channel *channel, const volatile void __iomem *base,
		    phys_addr_t phys, size_t len, bool mapped);

/*
 * dcrt_window_remove - before iounmap(): the process's mappings are gone on return, and one that
 * goes there gets SIGBUS. Nothing if there is no window at base. Process context.
 */
void dcrt_window_remove(struct dcrt_channel *channel, const volatile void __iomem *base);

/*
 * dcrt_object_next - an object of a type that is tracked, and how many elements it has; *slot is 0
 * at first, and says where to go on. NULL: no more. Nothing keeps it from being freed.
 */
void *dcrt_object_next(struct dcrt_channel *channel, u16 type, u32 *slot, u32 *ret_count);

/* dcrt_drain - waits until no call is open. Calls that begin meanwhile are waited for as well. */
void dcrt_drain(struct dcrt_channel *channel);

/* dcrt_object_whole - whether a reference is to an object as such, not to a place in it, that
 * stands in no other and is of a type that links lead to: what may be freed by itself. */
bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref);

/* dcrt_object_has - whether an address is in a tracked object. */
bool dcrt_object_has(struct dcrt_channel *channel, const void *address);

struct dcrt_window_info {
	u64 base, len;
	u64 offset; /* of the device file; 0: not for the process */
};

/* dcrt_window_find - the window around an address of the kernel's. Returns 0 or -ENOENT. */
int dcrt_window_find(struct dcrt_channel *channel, const volatile void __iomem *address,
		     struct dcrt_window_info *ret);
/* dcrt_in_window - the same, of a handler's argument. What is gone is no error of the call (as with
 * dcrt_in_address()): the process may not have heard. */
int dcrt_in_window(struct dcrt_call *call, uint32_t index, struct dcrt_window_info *ret);

#endif
