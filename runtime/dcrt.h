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
 * dcrt_out_*() are kept, and dcrt_call_run() returns the first. A thread of the process may make
 * downcalls only while it serves an upcall.
 */

/**
 * dcrt_call_begin() - begins a call across
 * @channel: the channel
 * @function: its number in the table of the other side's functions
 * @ret: gets the call, for dcrt_call_end(); nothing after an error
 *
 * Return: 0 or an error that dcrt_call_run() lists as one of begin.
 */
int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret);

/**
 * dcrt_call_run() - sends the call and waits for its answer
 * @call: of dcrt_call_begin(), with its arguments
 *
 * When it returns 0, the objects in the reply have been applied.
 *
 * Return: 0, the handler's errno, or
 *
 * * -EWOULDBLOCK: atomic context (kernel; by begin)
 * * -ENODEV: no process, and none attached in time (kernel; by begin)
 * * -ESHUTDOWN: the channel is being taken down (by begin, too)
 * * -EPIPE: the process died or was killed during the call (by begin, too)
 * * -ETIMEDOUT: no progress within the deadline, a downcall longer than its own, or longer than the
 *   whole call may last: the session is revoked (kernel)
 * * -ELOOP: no room for one more call within the open ones: the session is revoked (by begin, too)
 * * -EBUSY: all chains were in use up to the deadline (kernel; by begin)
 * * -EINTR: the caller of a function with DCRT_RETRY was killed, and the process has not seen the
 *   call (kernel; by begin, too)
 * * -EPROTO: the process sent a wrong answer and has been killed (kernel)
 * * -EMSGSIZE: too large
 * * -EINVAL: wrong count of words
 * * -ENOENT: untracked pointer
 */
int dcrt_call_run(struct dcrt_call *call);

/**
 * dcrt_call_end() - ends a call, whatever became of it
 * @call: its last use
 */
void dcrt_call_end(struct dcrt_call *call);

/* dcrt_out_*(): arguments of a call, or the results of a handler. */

/**
 * dcrt_out_word() - adds a word
 * @call: the call
 * @word: crosses as it is
 */
void dcrt_out_word(struct dcrt_call *call, uint64_t word);

/**
 * dcrt_out_pointer() - adds a word that names a place in an object
 * @call: the call
 * @pointer: NULL, an error pointer, or into a tracked object, which dcrt_out_object() must have
 *	sent to the process before, or sends in this message
 */
void dcrt_out_pointer(struct dcrt_call *call, const void *pointer);

/**
 * dcrt_out_blob() - adds bytes
 * @call: the call
 * @id: tells it from other blobs of the message
 * @data: copied
 * @len: in bytes
 */
void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len);

/**
 * dcrt_out_object() - adds the changes of a tracked object since both sides had the same
 * @call: the call
 * @object: the object, or a part of it; of an array all elements cross
 * @set: the fields that cross
 */
void dcrt_out_object(struct dcrt_call *call, const void *object, const struct dcrt_field_set *set);

/**
 * dcrt_out_all() - adds the changes of all tracked objects
 * @call: the call
 *
 * In the kernel their pointers are adopted first.
 */
void dcrt_out_all(struct dcrt_call *call);

/**
 * dcrt_out_address() - as dcrt_out_pointer(); in the kernel also what is not tracked, as a cookie
 * @call: the call
 * @address: crosses as a cookie (DCRT_ADDRESS) if it is not tracked; -ENOSPC if this process has
 *	been sent too many (the module parameter addresses)
 *
 * The process may send cookies that it was sent, but no address of its own.
 */
void dcrt_out_address(struct dcrt_call *call, const void *address);

/**
 * dcrt_out_code() - adds a word that names a function
 * @call: the call
 * @code: a function of driver->code, or NULL
 */
void dcrt_out_code(struct dcrt_call *call, const void *code);

/**
 * dcrt_out_string_word() - adds the word of a string; after all words dcrt_out_string() follows
 * @call: the call
 * @text: crosses as a reference if it is in a tracked object, otherwise as a copy. NULL stays NULL
 */
void dcrt_out_string_word(struct dcrt_call *call, const char *text);

/**
 * dcrt_out_string() - adds the blob of a string that is copied
 * @call: the call
 * @id: of the blob
 * @text: as dcrt_out_string_word() had it
 */
void dcrt_out_string(struct dcrt_call *call, uint16_t id, const char *text);

/*
 * dcrt_in_*(): a handler's arguments, or the results after dcrt_call_run(). Index and type are
 * checked: after an error the value is 0 or NULL, and the reply becomes an error.
 */

/**
 * dcrt_in_word() - a word
 * @call: the call
 * @index: its place among the words
 *
 * Return: the word.
 */
uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index);

/**
 * dcrt_in_pointer() - a word that names a place in an object
 * @call: the call
 * @index: its place among the words
 * @type: of the object there
 * @len: bytes that must be within it
 *
 * Return: the address on this side; NULL and error pointers as they were sent.
 */
void *dcrt_in_pointer(struct dcrt_call *call, uint32_t index, uint16_t type, uint32_t len);

/**
 * dcrt_in_blob() - a blob, in place
 * @call: the call
 * @id: of the blob
 * @ret_len: gets its length in bytes
 *
 * Return: valid until the handler returns or dcrt_call_end(); NULL: no such blob.
 */
const void *dcrt_in_blob(struct dcrt_call *call, uint16_t id, uint32_t *ret_len);

/**
 * dcrt_in_buffer() - a blob of exactly this length, in place: the handler may change it
 * @call: the call
 * @id: of the blob
 * @len: in bytes
 *
 * Return: as dcrt_in_blob(); NULL and an error for another length.
 */
void *dcrt_in_buffer(struct dcrt_call *call, uint16_t id, uint32_t len);

/**
 * dcrt_in_copy() - copies a blob of exactly this length
 * @call: the call
 * @id: of the blob
 * @to: has room for it
 * @len: in bytes
 */
void dcrt_in_copy(struct dcrt_call *call, uint16_t id, void *to, uint32_t len);

/**
 * dcrt_in_code() - a word that names a function
 * @call: the call
 * @index: its place among the words
 *
 * Return: the function of driver->code, or NULL.
 */
void *dcrt_in_code(struct dcrt_call *call, uint32_t index);

/**
 * dcrt_in_address() - what dcrt_out_address() sent
 * @call: the call
 * @index: its place among the words
 *
 * Return: the address. In the kernel, a cookie that this process was never sent ends the session.
 */
void *dcrt_in_address(struct dcrt_call *call, uint32_t index);

/**
 * dcrt_in_register() - the address of a device's register
 * @call: the call
 * @index: its place among the words
 * @len: bytes that must be within a window (dcrt_window_add()): anything else ends the session
 *
 * Return: the address.
 */
void *dcrt_in_register(struct dcrt_call *call, uint32_t index, uint32_t len);

/**
 * dcrt_in_string() - a string: in a blob, or in a tracked object
 * @call: the call
 * @index: its place among the words
 * @id: of the blob
 *
 * Return: valid as dcrt_in_blob(). A string without an end is an error.
 */
const char *dcrt_in_string(struct dcrt_call *call, uint32_t index, uint16_t id);

/**
 * dcrt_in_nonnull() - for an argument that the handler's function uses
 * @call: the call
 * @pointer: NULL and an error pointer end the session, in the kernel. Not if there was an error
 *	before
 */
void dcrt_in_nonnull(struct dcrt_call *call, const void *pointer);

/**
 * dcrt_out_error() - whether the other side will have the message
 * @call: the call
 *
 * Return: the first error of dcrt_out_*() in this call, or 0.
 */
int dcrt_out_error(const struct dcrt_call *call);

/**
 * dcrt_in_error() - whether all arguments were right
 * @call: the call
 *
 * Return: the first error of dcrt_in_*() in this call, or 0. A handler returns it before it acts.
 */
int dcrt_in_error(const struct dcrt_call *call);

/*
 * Calls as data (call/marshal.c): what stubs and handlers do with the arguments and the result of a
 * function that is described completely (struct dcrt_function).
 */

/**
 * dcrt_read_arguments() - takes a stub's arguments, as C passes them
 * @function: its description
 * @list: the arguments
 * @args: gets them
 */
void dcrt_read_arguments(const struct dcrt_function *function, va_list list, unsigned long *args);

/**
 * dcrt_measure() - the lengths of copies; before the call begins, as that may take another call
 * @function: its description
 * @args: its arguments
 * @lengths: gets the bytes of each copy
 */
void dcrt_measure(const struct dcrt_function *function, const unsigned long *args,
		  uint32_t *lengths);

/**
 * dcrt_put_arguments() - the caller's: sends the arguments
 * @call: the call
 * @args: the arguments
 * @lengths: of dcrt_measure()
 */
void dcrt_put_arguments(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths);

/**
 * dcrt_take_results() - the caller's: takes what came back, after dcrt_call_run()
 * @call: the call
 * @args: the arguments; copies go where they point
 * @lengths: of dcrt_measure()
 *
 * Return: the result.
 */
unsigned long dcrt_take_results(struct dcrt_call *call, const unsigned long *args,
				const uint32_t *lengths);

/**
 * dcrt_take_arguments() - a handler's: takes the arguments
 * @call: the call
 * @args: gets them
 * @lengths: gets the bytes of each copy
 *
 * Return: dcrt_in_error().
 */
int dcrt_take_arguments(struct dcrt_call *call, unsigned long *args, uint32_t *lengths);

/**
 * dcrt_put_results() - a handler's: sends what goes back
 * @call: the call
 * @args: the arguments
 * @lengths: of dcrt_take_arguments()
 * @result: the function's result
 */
void dcrt_put_results(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths,
		      unsigned long result);

/**
 * dcrt_result() - describes a function's result
 * @function: its description
 *
 * Return: the row; all 0 if it has none.
 */
const struct dcrt_argument *dcrt_result(const struct dcrt_function *function);

/**
 * dcrt_called() - describes the function that is called
 * @call: the call
 *
 * Return: its description.
 */
const struct dcrt_function *dcrt_called(const struct dcrt_call *call);

/**
 * dcrt_fail() - for run of struct dcrt_function: the handler returns this error
 * @call: the call
 * @err: a negative errno
 */
void dcrt_fail(struct dcrt_call *call, int err);

/* Objects. Kernel only. */

/**
 * dcrt_object_new() - tracks an object; the process learns of it when it first crosses
 * @channel: the channel
 * @object: where it is
 * @type: its number among the types
 * @count: elements there
 *
 * May sleep.
 *
 * Return: 0, -EEXIST, -EINVAL (it overlaps another in part), -ENOSPC, -ENOMEM.
 */
int dcrt_object_new(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);

/**
 * dcrt_object_free() - untracks an object, and those embedded in it, before its memory is freed
 * @channel: the channel
 * @object: where it is
 *
 * Any context, except for an object of a type with adopt(): it sleeps while dcrt_out_all() uses
 * that.
 *
 * Return: 0, -ESTALE (double free), -ENOENT (never tracked).
 */
int dcrt_object_free(struct dcrt_channel *channel, void *object);

/**
 * dcrt_adopt() - as dcrt_object_new(), for what may be tracked already, or may not be there
 * @channel: the channel
 * @object: NULL, an error pointer, and what is tracked there with that type are left as they are
 * @type: its number among the types
 * @count: elements there; 0: nothing is done
 *
 * Return: as dcrt_object_new().
 */
int dcrt_adopt(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);

/**
 * dcrt_forget() - as dcrt_object_free(), but the object need not be tracked
 * @channel: the channel
 * @object: where it is
 *
 * A pointer to it that stays in place does no harm. But if other memory is allocated at that
 * address, and not at a process's request, dcrt_adopt() it where it is allocated: dcrt_out_all()
 * cannot tell.
 */
void dcrt_forget(struct dcrt_channel *channel, const void *object);

/**
 * dcrt_ctx() - what was registered with the channel
 * @call: the call
 *
 * Return: ctx of struct dcrt_driver.
 */
void *dcrt_ctx(struct dcrt_call *call);

/**
 * dcrt_channel_of() - the channel of a call
 * @call: the call
 *
 * Return: the channel.
 */
struct dcrt_channel *dcrt_channel_of(struct dcrt_call *call);

#endif
