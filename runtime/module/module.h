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

/**
 * dcrt_register_owned() - makes /dev/dcrt-NAME (root only), which has its state in
 * /sys/class/misc/dcrt-NAME (sysfs.c), and the debugfs folder dcrt/NAME with stats (counters, see
 * docs/formats.md), delay_ns and delay_mode (time added to each crossing: busy or sleep)
 * @driver: borrowed until dcrt_unregister()
 * @owner: the driver's module: it stays while a thread of the process is stuck in its code
 *
 * If the driver's twin is loaded (peer.h), it serves the upcalls, and no process does. Process
 * context.
 *
 * Return: the channel or an error pointer: -EINVAL bad tables or ABI; -ENOMEM; -EEXIST; -EPROTO the
 * twin is of another cut; -EBUSY the twin has served a driver before.
 */
struct dcrt_channel *dcrt_register_owned(const struct dcrt_driver *driver, struct module *owner);
#define dcrt_register(driver) dcrt_register_owned(driver, THIS_MODULE)

/**
 * dcrt_unregister() - calls fail from now on
 * @channel: its last call; takes NULL
 *
 * Waits for open calls, tells the process to exit, and kills it if it is still there after two
 * seconds, or at once if it has not attached. Process context.
 */
void dcrt_unregister(struct dcrt_channel *channel);

/**
 * dcrt_start() - runs a program with the device as its argument, and waits until it has attached
 * @channel: the channel; with a twin nothing is done
 * @path: of the program
 * @timeout_ms: in which it must attach
 *
 * Return: 0, -ETIMEDOUT, -EINTR, or the error of running it.
 */
int dcrt_start(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms);

/**
 * dcrt_respawn() - as dcrt_start(), and starts the program again whenever its process has died,
 * until dcrt_unregister()
 * @channel: the channel; with a twin nothing is done
 * @path: of the program; copied
 * @timeout_ms: in which each process must attach, or is killed
 *
 * If a process dies before it attaches, the next one is started after a growing pause (10 ms to 30
 * s). Calls made meanwhile wait for the process up to the default deadline (dcrt_call_begin), but
 * not while the system sleeps, and not after four starts without a process that attaches, until one
 * does. After an error no process is left, and none will be started.
 *
 * Return: as dcrt_start(); -EBUSY: called twice.
 */
int dcrt_respawn(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms);

/**
 * dcrt_respawn_now() - starts a process at once, if there is none, whatever failed before
 * @channel: of dcrt_respawn(); otherwise nothing is done
 * @path: of another program from now on, copied; or NULL
 *
 * Process context; calls of this function must not overlap.
 */
void dcrt_respawn_now(struct dcrt_channel *channel, const char *path);

/**
 * dcrt_await_process() - waits until a process is attached
 * @channel: the channel
 * @timeout_ms: how long; process context
 *
 * Return: false: none was within that time, none can be started, or the channel is being taken
 * down.
 */
bool dcrt_await_process(struct dcrt_channel *channel, unsigned int timeout_ms);

#define DCRT_TRIES_MAX 3

/**
 * dcrt_retry() - whether the stub of an upcall with DCRT_RETRY that ended in -EPIPE shall make it
 * again, starting with dcrt_call_begin()
 * @channel: the channel
 * @tries: starts as 0
 *
 * Waits up to the default deadline for the next process to attach:
 *
 *	unsigned int tries = 0;
 *
 *	do
 *		err = ...;
 *	while (err == -EPIPE && dcrt_retry(channel, &tries));
 *
 * Return: true at most DCRT_TRIES_MAX times. False for an upcall nested in a downcall: the outer
 * upcall has failed, too, and may be made again.
 */
bool dcrt_retry(struct dcrt_channel *channel, unsigned int *tries);

/**
 * dcrt_window_add() - notes that a device's registers are mapped
 * @channel: the channel
 * @base: where they are mapped; an older window at these addresses is removed
 * @phys: their physical address
 * @len: in bytes
 * @mapped: the process may map them, too. Only whole pages can be mapped: the rest of a page may
 *	belong to another device
 *
 * The process can name each of the registers once it was sent one. Process context.
 *
 * Return: 0 or -ENOMEM.
 */
int dcrt_window_add(struct dcrt_channel *channel, const volatile void __iomem *base,
		    phys_addr_t phys, size_t len, bool mapped);

/**
 * dcrt_window_remove() - to be called before iounmap()
 * @channel: the channel
 * @base: of the window; nothing is done if there is none
 *
 * On return the process's mappings are gone, and an access there gets SIGBUS. Process context.
 */
void dcrt_window_remove(struct dcrt_channel *channel, const volatile void __iomem *base);

/**
 * dcrt_object_next() - the next tracked object of a type
 * @channel: the channel
 * @type: index of the type
 * @slot: starts as 0
 * @ret_count: the number of its elements
 *
 * Return: the object, which nothing prevents from being freed; NULL: there is no more.
 */
void *dcrt_object_next(struct dcrt_channel *channel, u16 type, u32 *slot, u32 *ret_count);

/**
 * dcrt_call_own() - says whose upcall it is, before dcrt_call_run(); calls nested in it are his,
 * too
 * @call: the call
 * @owner: any address, only compared
 */
void dcrt_call_own(struct dcrt_call *call, const void *owner);

/**
 * dcrt_owner() - the owner of the upcall that this thread makes or serves
 * @channel: the channel
 *
 * Process context.
 *
 * Return: NULL: there is no such call, or it has no owner.
 */
const void *dcrt_owner(struct dcrt_channel *channel);

/**
 * dcrt_is_outermost() - whether this thread neither has a call open nor serves one
 * @channel: the channel
 *
 * Return: true if not.
 */
bool dcrt_is_outermost(struct dcrt_channel *channel);

/**
 * dcrt_end_process() - the process has broken a rule: its session is revoked
 * @channel: the channel; nothing is done if there is no process. Process context
 */
void dcrt_end_process(struct dcrt_channel *channel);

/**
 * dcrt_trace_step() - the tracepoint dcrt:dcrt_recovery
 * @channel: the channel
 * @step: of recovery
 * @count: what was done in it; any context
 */
void dcrt_trace_step(struct dcrt_channel *channel, const char *step, unsigned int count);

/**
 * dcrt_drain() - waits until no call is open, including calls that begin meanwhile
 * @channel: the channel
 * @owner: only of calls of this owner, and of those without one; NULL: of all
 *
 * A call whose caller was released is open until no thread of the process is left in it. Process
 * context.
 */
void dcrt_drain(struct dcrt_channel *channel, const void *owner);

/**
 * dcrt_object_whole() - whether an object can be freed by itself
 * @channel: the channel
 * @ref: a reference
 *
 * Return: true for a reference to the start of an object that is not embedded in another and is of
 * a type that links point to.
 */
bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref);

/**
 * dcrt_object_outer() - the outermost object around an address
 * @channel: the channel
 * @address: any address; any context
 *
 * Return: its start, or NULL.
 */
void *dcrt_object_outer(struct dcrt_channel *channel, const void *address);

/**
 * dcrt_object_has() - whether an address is in a tracked object
 * @channel: the channel
 * @address: any address
 *
 * Return: false for NULL and error pointers, too.
 */
bool dcrt_object_has(struct dcrt_channel *channel, const void *address);

/**
 * dcrt_object_holds() - whether so many bytes from an address are in one tracked object
 * @channel: the channel
 * @address: any address; any context
 * @len_bytes: not 0
 */
bool dcrt_object_holds(struct dcrt_channel *channel, const void *address, u32 len_bytes);

/**
 * dcrt_pause() - sleeps in the handler of a downcall
 * @call: the downcall
 * @min_us: at least so long
 * @max_us: at most so long, if the system has time
 * @interruptible: any signal ends it; else only one that kills the process, whose thread this is
 *
 * No handler may wait in another way for what may not come: this ends when the downcall's time is
 * over.
 *
 * Return: 0; -EPIPE the session has been revoked; -ETIMEDOUT it has been now, as the time is over;
 * -EINTR a signal.
 */
int dcrt_pause(struct dcrt_call *call, u64 min_us, u64 max_us, bool interruptible);

/**
 * struct dcrt_window_info - a window of registers
 * @base: where the kernel has mapped it
 * @len: in bytes
 * @offset: of the device file, where the process can map it; 0: it may not
 */
struct dcrt_window_info {
	u64 base, len;
	u64 offset;
};

/**
 * dcrt_window_find() - the window around a kernel address
 * @channel: the channel
 * @address: any address
 * @ret: set on success
 *
 * Return: 0 or -ENOENT.
 */
int dcrt_window_find(struct dcrt_channel *channel, const volatile void __iomem *address,
		     struct dcrt_window_info *ret);

/**
 * dcrt_in_window() - the same for a handler's argument
 * @call: the downcall
 * @index: of the argument
 * @ret: set on success
 *
 * Return: 0 or -ENOENT. A window that was removed is no error of the call, as the process may not
 * know yet (cf. dcrt_in_address()).
 */
int dcrt_in_window(struct dcrt_call *call, uint32_t index, struct dcrt_window_info *ret);

#endif
