/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between a split driver's two components and the runtime that joins them: messages
 * (message.h), tables (tables.h) and, here, calls across.
 *
 * All sides compile it: dcrt.ko and kernel components; the library for the process and user
 * components, which are compiled against kernel headers (so no libc header under __KERNEL__); and
 * tests on the host. Kernel components add module/module.h, the process process/channel.h.
 */
#ifndef DCRT_H
#define DCRT_H

#include "message.h"
#include "tables.h"

#ifdef __KERNEL__
#include <linux/stdarg.h>
#else
#include <stdarg.h>
#endif

/* DCRT_EXPORT - behind a function that dcrt.ko exports to kernel components; elsewhere nothing. */
#ifdef DCRT_MODULE
#include <linux/export.h>
#define DCRT_EXPORT(name) EXPORT_SYMBOL_GPL(name)
#else
#define DCRT_EXPORT(name) struct dcrt_channel
#endif

/*
 * Calling across is the same on both sides. Generated stubs are one call of dck_upcall() or
 * dcp_downcall(), which do this as the function's description says (struct dcrt_function):
 *
 *	struct dcrt_call *call;
 *	int err = dcrt_call_begin(channel, DCG_UP_F, &call);
 *
 *	if (err)
 *		return err;
 *	dcrt_out_pointer(call, netdev);
 *	dcrt_out_word(call, flags);
 *	dcrt_out_object(call, netdev, &fields);
 *	err = dcrt_call_run(call);
 *	if (!err)
 *		err = (int)dcrt_in_word(call, 0);
 *	dcrt_call_end(call);
 *
 * In process context, not under a spinlock or rcu_read_lock. Between begin and run this thread may
 * make no other call across. Words come first, then blobs and objects in any order. Errors of
 * dcrt_out_*() are kept, and dcrt_call_run() returns the first. When run returns 0, the objects in
 * the reply have been applied. A thread of the process may make downcalls only while it serves an
 * upcall.
 *
 * dcrt_call_run() returns 0, the handler's errno, or
 *	-EWOULDBLOCK	atomic context (kernel; by begin)
 *	-ENODEV		no process, and none attached in time (kernel; by begin)
 *	-ESHUTDOWN	the channel is being taken down (by begin, too)
 *	-EPIPE		the process died or was killed during the call (by begin, too)
 *	-ETIMEDOUT	no progress within the deadline, a downcall longer than its own, or
 *			longer than the whole call may last: the session is revoked (kernel)
 *	-ELOOP		no room for one more call within the open ones: the session is revoked
 *			(by begin, too)
 *	-EBUSY		all chains were in use up to the deadline (kernel; by begin)
 *	-EINTR		the caller of a function with DCRT_RETRY was killed, and the process has not
 *			seen the call (kernel; by begin, too)
 *	-EPROTO		the process sent a wrong answer and has been killed (kernel)
 *	-EMSGSIZE	too large
 *	-EINVAL		wrong count of words
 *	-ENOENT		untracked pointer
 */
int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret);
int dcrt_call_run(struct dcrt_call *call);
void dcrt_call_end(struct dcrt_call *call);

/* dcrt_out_*() - arguments of a call, or the results of a handler. */

void dcrt_out_word(struct dcrt_call *call, uint64_t word);
/*
 * NULL, an error pointer, or into a tracked object, which dcrt_out_object() must have sent to the
 * process before, or sends in this message.
 */
void dcrt_out_pointer(struct dcrt_call *call, const void *pointer);
void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len);
/* The changes of a tracked object, or of the array that it is in, since both sides had the same. */
void dcrt_out_object(struct dcrt_call *call, const void *object, const struct dcrt_field_set *set);
/* The changes of all tracked objects; in the kernel their pointers are adopted first. */
void dcrt_out_all(struct dcrt_call *call);
/*
 * As dcrt_out_pointer(); in the kernel also what is not tracked, as a cookie (DCRT_ADDRESS):
 * -ENOSPC if this process has been sent too many (the module parameter `addresses`). The process
 * may send cookies that it was sent, but no address of its own.
 */
void dcrt_out_address(struct dcrt_call *call, const void *address);
/* A word: a function of driver->code or NULL. */
void dcrt_out_code(struct dcrt_call *call, const void *code);
/*
 * A string is a word and, after all words, a blob. A string in a tracked object crosses as a
 * reference, others are copied. NULL stays NULL.
 */
void dcrt_out_string_word(struct dcrt_call *call, const char *text);
void dcrt_out_string(struct dcrt_call *call, uint16_t id, const char *text);

/*
 * dcrt_in_*() - a handler's arguments, or the results after dcrt_call_run(). Index and type are
 * checked: after an error the value is 0 or NULL, and the reply becomes an error.
 */

uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index);
void *dcrt_in_pointer(struct dcrt_call *call, uint32_t index, uint16_t type, uint32_t len);
/* Valid until the handler returns or dcrt_call_end(). NULL: no such blob. */
const void *dcrt_in_blob(struct dcrt_call *call, uint16_t id, uint32_t *ret_len);
/* A blob of exactly this length, in place: the handler may change it. Otherwise NULL, an error. */
void *dcrt_in_buffer(struct dcrt_call *call, uint16_t id, uint32_t len);
/* Copies a blob of exactly this length. */
void dcrt_in_copy(struct dcrt_call *call, uint16_t id, void *to, uint32_t len);
void *dcrt_in_code(struct dcrt_call *call, uint32_t index);
/* In the kernel, a cookie that this process was never sent ends the session. */
void *dcrt_in_address(struct dcrt_call *call, uint32_t index);
/* As dcrt_in_address(); so does anything but len bytes within a window (dcrt_window_add). */
void *dcrt_in_register(struct dcrt_call *call, uint32_t index, uint32_t len);
/* As dcrt_in_blob(), or in a tracked object. A string without an end is an error. */
const char *dcrt_in_string(struct dcrt_call *call, uint32_t index, uint16_t id);
/*
 * For an argument that the handler's function uses: NULL and an error pointer end the session, in
 * the kernel. Not if there was an error before.
 */
void dcrt_in_nonnull(struct dcrt_call *call, const void *pointer);
/*
 * The first error of dcrt_out_*() in this call, or 0: then the other side will not have the
 * message.
 */
int dcrt_out_error(const struct dcrt_call *call);
/* The first error of dcrt_in_*() in this call, or 0. A handler returns it before it acts. */
int dcrt_in_error(const struct dcrt_call *call);

/*
 * Calls as data (call/marshal.c): what stubs and handlers do with the arguments and the result of a
 * function that is described completely (struct dcrt_function). lengths: the bytes of copies.
 */

/* dcrt_read_arguments - takes a stub's arguments, as C passes them. */
void dcrt_read_arguments(const struct dcrt_function *function, va_list list, unsigned long *args);
/* dcrt_measure - before the call begins: to know a length may take another call. */
void dcrt_measure(const struct dcrt_function *function, const unsigned long *args,
		  uint32_t *lengths);
/* dcrt_put_arguments, dcrt_take_results - of the caller. */
void dcrt_put_arguments(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths);
unsigned long dcrt_take_results(struct dcrt_call *call, const unsigned long *args,
				const uint32_t *lengths);
/* dcrt_take_arguments - of a handler. Returns dcrt_in_error(). */
int dcrt_take_arguments(struct dcrt_call *call, unsigned long *args, uint32_t *lengths);
void dcrt_put_results(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths,
		      unsigned long result);
/* dcrt_result - the row of its result; all 0 if it has none. */
const struct dcrt_argument *dcrt_result(const struct dcrt_function *function);
const struct dcrt_function *dcrt_called(const struct dcrt_call *call);
/* dcrt_fail - for struct dcrt_function, run: the handler returns this error. */
void dcrt_fail(struct dcrt_call *call, int err);

/* Objects. Kernel only. */

/*
 * dcrt_object_new - tracks count elements of a type at an address. The process learns of the object
 * when it first crosses. Returns 0, -EEXIST, -EINVAL (it overlaps another in part), -ENOSPC,
 * -ENOMEM. May sleep.
 */
int dcrt_object_new(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);
/*
 * dcrt_object_free - to be called before the memory is freed; untracks embedded objects, too.
 * Returns 0, -ESTALE (double free), -ENOENT (never tracked). Any context, except for an object of a
 * type with adopt(): it sleeps while dcrt_out_all() uses that.
 */
int dcrt_object_free(struct dcrt_channel *channel, void *object);
/*
 * dcrt_adopt - as dcrt_object_new, but returns 0 and does nothing if count is 0, or if the object
 * is NULL, an error pointer, or tracked already at that address with that type.
 */
int dcrt_adopt(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);
/*
 * dcrt_forget - as dcrt_object_free, but the object need not be tracked. A pointer to it that stays
 * in place does no harm. But if other memory is allocated at that address, and not at a process's
 * request, dcrt_adopt() it where it is allocated: dcrt_out_all() cannot tell.
 */
void dcrt_forget(struct dcrt_channel *channel, const void *object);

void *dcrt_ctx(struct dcrt_call *call);
struct dcrt_channel *dcrt_channel_of(struct dcrt_call *call);

#endif
