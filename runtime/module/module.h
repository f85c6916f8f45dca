/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that dcrt.ko offers to kernel components, besides those of dcrt.h.
 *
 * The runtime is a module of its own and is not linked into each kernel component: the process
 * holds the device open, and an open file pins the module whose code serves it. A driver that was
 * pinned so could not be removed while its process lives.
 */
#ifndef DCRT_KERNEL_H
#define DCRT_KERNEL_H

#include "../dcrt.h"

/*
 * dcrt_register - makes /dev/dcrt-NAME (root only) and the debugfs folder dcrt/NAME with stats
 * (counters, see docs/formats.md), delay_ns and delay_mode (time added to each crossing: busy or
 * sleep). driver is borrowed until dcrt_unregister(). Process context. If the driver's twin is
 * loaded (peer.h), it serves the upcalls, and no process does. Returns the channel or an error
 * pointer: -EINVAL bad tables or ABI; -ENOMEM; -EEXIST; -EPROTO the twin is of another cut; -EBUSY
 * the twin has served a driver before.
 */
#define dcrt_register(driver) dcrt_register_owned(driver, THIS_MODULE)
struct dcrt_channel *dcrt_register_owned(const struct dcrt_driver *driver, struct module *owner);

/*
 * dcrt_unregister - calls fail from now on. Waits for open calls, tells the process to exit, and
 * kills it if it is still there after two seconds, or at once if it has not attached. Process
 * context; takes NULL.
 */
void dcrt_unregister(struct dcrt_channel *channel);

/*
 * dcrt_start - runs the program at path with the device as its argument, and waits until it has
 * attached. With a twin it does nothing. Returns 0, -ETIMEDOUT, -EINTR, or the error of running it.
 */
int dcrt_start(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms);

/*
 * dcrt_respawn - as dcrt_start, and starts the program again whenever its process has died, until
 * dcrt_unregister(). If a process dies before it attaches, the next one is started after a growing
 * pause (at most a second); one that does not attach within timeout_ms is killed. path is copied.
 * Calls made meanwhile wait for the process up to the default deadline (dcrt_call_begin). After an
 * error no process is left, and none will be started. -EBUSY: called twice.
 */
int dcrt_respawn(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms);

/*
 * dcrt_await_process - waits until a process is attached. False: none was within timeout_ms, or the
 * channel is being taken down. Process context.
 */
bool dcrt_await_process(struct dcrt_channel *channel, unsigned int timeout_ms);

#define DCRT_TRIES_MAX 3

/*
 * dcrt_retry - true if the stub of an upcall with DCRT_RETRY that ended in -EPIPE shall make it
 * again, starting with dcrt_call_begin(). Waits up to the default deadline for the next process to
 * attach, and returns true at most DCRT_TRIES_MAX times. False for an upcall nested in a downcall:
 * the outer upcall has failed, too, and may be made again. tries starts as 0.
 *
 *	unsigned int tries = 0;
 *
 *	do
 *		err = ...;
 *	while (err == -EPIPE && dcrt_retry(channel, &tries));
 */
bool dcrt_retry(struct dcrt_channel *channel, unsigned int *tries);

/*
 * dcrt_window_add - notes that a device's registers are mapped at base. The process can then name
 * each of them once it was sent one, and can map them, unless `mapped` is false. An older window at
 * these addresses is removed. Only whole pages can be mapped: the rest of a page may belong to
 * another device. Returns 0 or -ENOMEM. Process context.
 */
int dcrt_window_add(struct dcrt_channel *channel, const volatile void __iomem *base,
		    phys_addr_t phys, size_t len, bool mapped);

/*
 * dcrt_window_remove - to be called before iounmap(). On return the process's mappings are gone,
 * and an access there gets SIGBUS. Does nothing if there is no window at base. Process context.
 */
void dcrt_window_remove(struct dcrt_channel *channel, const volatile void __iomem *base);

/*
 * dcrt_object_next - the next tracked object of a type, and its number of elements. *slot starts as
 * 0. NULL: there is no more. Nothing prevents the object from being freed.
 */
void *dcrt_object_next(struct dcrt_channel *channel, u16 type, u32 *slot, u32 *ret_count);

/* dcrt_drain - waits until no call is open, including calls that begin meanwhile. */
void dcrt_drain(struct dcrt_channel *channel);

/*
 * dcrt_object_whole - true for a reference to the start of an object that is not embedded in
 * another and is of a type that links point to: it can be freed by itself.
 */
bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref);

/* dcrt_object_has - true for an address in a tracked object. */
bool dcrt_object_has(struct dcrt_channel *channel, const void *address);

/*
 * dcrt_pause - sleeps for min_us to max_us in the handler of a downcall. Returns 0, or earlier and
 * at most when the downcall's time is over: -EPIPE the session has been revoked; -ETIMEDOUT now,
 * because of that time; -EINTR a signal: the process is killed, or any, if interruptible. No
 * handler may wait for anything without a bound in another way.
 */
int dcrt_pause(struct dcrt_call *call, u64 min_us, u64 max_us, bool interruptible);

struct dcrt_window_info {
	u64 base, len;
	u64 offset; /* of the device file; 0: not for the process */
};

/* dcrt_window_find - the window around a kernel address. Returns 0 or -ENOENT. */
int dcrt_window_find(struct dcrt_channel *channel, const volatile void __iomem *address,
		     struct dcrt_window_info *ret);
/*
 * dcrt_in_window - the same for a handler's argument. A window that was removed is no error of the
 * call, as the process may not know yet (cf. dcrt_in_address()).
 */
int dcrt_in_window(struct dcrt_call *call, uint32_t index, struct dcrt_window_info *ret);

#endif
