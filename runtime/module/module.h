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
struct dcrt_channel *dcrt_register(const struct dcrt_driver *driver);

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
 * pause (10 ms to 30 s); one that does not attach within timeout_ms is killed. path is copied.
 * Calls made meanwhile wait for the process up to the default deadline (dcrt_call_begin); after
 * four starts without a process that attaches they fail at once, until one does. After an error no
 * process is left, and none will be started. -EBUSY: called twice.
 */
int dcrt_respawn(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms);

/*
 * dcrt_respawn_now - after dcrt_respawn(), if there is no process: starts one at once, without
 * regard to what failed before. path: of another program from now on, copied; or NULL. Calls of
 * this function must not overlap. Process context.
 */
void dcrt_respawn_now(struct dcrt_channel *channel, const char *path);

/*
 * dcrt_await_process - waits until a process is attached. False: none was within timeout_ms, none
 * can be started, or the channel is being taken down. Process context.
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

/*
 * dcrt_call_own - says whose upcall it is, before dcrt_call_run(): any address. Calls nested in it
 * are his, too. dcrt_owner() is the owner of the upcall that this thread makes or serves, or NULL.
 * Process context.
 */
void dcrt_call_own(struct dcrt_call *call, const void *owner);
const void *dcrt_owner(struct dcrt_channel *channel);

/*
 * dcrt_drain - waits until no call of this owner, and none without an owner, is open, including
 * calls that begin meanwhile. owner NULL: no call at all.
 */
void dcrt_drain(struct dcrt_channel *channel, const void *owner);

/*
 * dcrt_object_whole - true for a reference to the start of an object that is not embedded in
 * another and is of a type that links point to: it can be freed by itself.
 */
bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref);

/*
 * dcrt_object_outer - the start of the outermost object around an address, or NULL. Any context.
 */
void *dcrt_object_outer(struct dcrt_channel *channel, const void *address);

/* dcrt_object_has - true for an address in a tracked object. */
bool dcrt_object_has(struct dcrt_channel *channel, const void *address);

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
