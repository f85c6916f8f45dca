/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between a microdriver's two components and the runtime that joins them.
 *
 * One source for all sides: dcrt.ko and kernel components, the user library and user components
 * (which are compiled against kernel headers, hence no libc header here under __KERNEL__), and
 * tests on the host. Kernel components add kernel/dcrt_kernel.h, user components user/dcrt_user.h.
 *
 * A message is a header, then `args` words of 8 bytes, then records: a struct dcrt_record and its
 * data, padded with zeroes to 8 bytes. Byte order and alignment are the machine's: both ends run on
 * it. All that is named "zero" is zero. Whoever receives a message copies it once, checks the whole
 * copy, and only then acts on it.
 *
 *   kernel -> process   UPCALL, the REPLY to a downcall, DEATH (the driver goes away: exit)
 *   process -> kernel   the REPLY to an upcall, DOWNCALL, WAIT (nothing to say: give me an upcall)
 *
 * Depth counts the calls that are open on one pair of threads: 1 for an upcall out of nothing,
 * 2 for a downcall made while serving it, 3 for an upcall made by that downcall.
 */
#ifndef DCRT_H
#define DCRT_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#endif

/* DCRT_EXPORT - behind a function that dcrt.ko exports to kernel components; elsewhere nothing. */
#ifdef DCRT_MODULE
#include <linux/export.h>
#define DCRT_EXPORT(name) EXPORT_SYMBOL_GPL(name)
#else
#define DCRT_EXPORT(name) struct dcrt_channel
#endif

#define DCRT_ABI	 3 /* emitted code says #if DCRT_ABI != 3 / #error */
#define DCRT_MESSAGE_MAX 65536 /* bytes, header included */
#define DCRT_DEPTH_MAX	 6 /* calls open on one pair of threads */
#define DCRT_ARGS_MAX	 16
#define DCRT_THREADS_MAX 64 /* of the process, in the channel */

/* References to objects. 8 bytes, so that one stands in the place of a pointer: slot and generation
 * make the handle, the low 24 bits the offset into the object. 0 is NULL; error pointers cross as
 * they are. A generation is never used twice, so a reference to what was freed stays invalid. */
#define DCRT_OFFSET_BITS     24
#define DCRT_GENERATION_BITS 20
#define DCRT_SLOT_BITS	     20
#define DCRT_OBJECT_MAX	     (1u << DCRT_OFFSET_BITS) /* bytes */
#define DCRT_SLOTS_MAX	     DCRT_COOKIE_SLOT
#define DCRT_HANDLE(ref)     ((ref) & ~(uint64_t)(DCRT_OBJECT_MAX - 1))
#define DCRT_OFFSET(ref)     ((uint32_t)((ref) & (DCRT_OBJECT_MAX - 1)))
#define DCRT_IS_ERROR(ref)   ((ref) >= (uint64_t)-4095)
/* What stands for an address of the kernel's that leads to no object (address.c): a reference with
 * a slot that none has. It keeps its offset where one computes with it, and is no address: whoever
 * looks there faults. */
#define DCRT_COOKIE_SLOT    0xffff7u
#define DCRT_IS_COOKIE(ref) ((uint64_t)(ref) >> (64 - DCRT_SLOT_BITS) == DCRT_COOKIE_SLOT)
#define DCRT_IS_KERNEL_ADDRESS(ref)                                                                \
	((uint64_t)(ref) >> 47 == 0x1ffff && !DCRT_IS_ERROR((uint64_t)(ref)))
/* What the kernel leaves in a list's node that it has taken out: the same on both sides. */
#define DCRT_IS_LIST_POISON(ref) ((ref) == 0xdead000000000100ull || (ref) == 0xdead000000000122ull)

enum dcrt_kind { DCRT_UPCALL = 1, DCRT_DOWNCALL, DCRT_REPLY, DCRT_DEATH, DCRT_WAIT };

#define DCRT_GROW 1u /* header flag of an upcall: no other thread waits, start one first */

struct dcrt_header {
	uint32_t abi; /* DCRT_ABI */
	uint16_t kind;
	uint16_t depth; /* 0 for DEATH and WAIT */
	uint64_t session; /* counts the processes that have attached */
	uint64_t call; /* of the session; a reply repeats it */
	uint32_t function; /* index into the table of upcalls or downcalls; a reply repeats it */
	int32_t status; /* of a reply: 0, or the errno for which there are no results */
	uint32_t len; /* of the message */
	uint32_t args; /* arguments, or results in a reply */
	uint32_t records;
	uint32_t flags;
};

enum dcrt_record_kind {
	/* New bytes of an object, whole units of one field (see dcrt_field). */
	DCRT_UPDATE = 1,
	/* To the process only. There is an object: version holds its size; with data, the
	 * reference of the place in another object that it is embedded in. Content: zeroes. */
	DCRT_NEW,
	/* To the process only. There is no such object any more. */
	DCRT_FREE,
	/* Bytes that belong to no object, for the call's time: type is a number that the
	 * function's two halves agree on. */
	DCRT_BLOB,
};

struct dcrt_record {
	uint64_t handle; /* offset 0; 0 for BLOB */
	uint16_t kind;
	uint16_t type; /* index into the driver's types */
	uint32_t offset; /* into the object */
	uint32_t len; /* of the data that follows, unpadded */
	uint32_t version; /* of an update: the sender's count of updates of this object */
	uint32_t seen; /* of an update: last version of these units applied by the sender */
	uint32_t zero;
};

/* The device. Attach once, then every thread takes turns: hand in one message, get the next. */
struct dcrt_attach {
	uint32_t abi;
	uint32_t zero;
	uint64_t fingerprint; /* dcrt_fingerprint() of the process's tables */
	uint64_t session; /* given back */
};

#define DCRT_NEW_THREAD (~0u)

struct dcrt_turn {
	uint64_t out; /* address of the message handed in */
	uint64_t in; /* room for the next one */
	uint32_t out_len;
	uint32_t in_size; /* DCRT_MESSAGE_MAX or more */
	uint32_t thread; /* DCRT_NEW_THREAD at a thread's first WAIT, then what was given back */
	uint32_t zero;
};

#define DCRT_IOC(nr, size) ((3u << 30) | ((unsigned)(size) << 16) | (0xdcu << 8) | (nr))
#define DCRT_IOC_ATTACH	   DCRT_IOC(1, sizeof(struct dcrt_attach))
/*
 * Returns the length of the message put at `in`. -EINTR: a signal while idle, the message handed in
 * was taken; hand in WAIT next. -EPROTO: the message was refused; nothing of it was applied and the
 * session is over. -ESHUTDOWN: the session is over.
 */
#define DCRT_IOC_TURN DCRT_IOC(2, sizeof(struct dcrt_turn))

/* Page 0 of the device, which the attached process may map to read. Behind it are the pages of
 * windows (dcrt_window_add), to read and to write; mmap() of the device gives -EPERM to all but the
 * attached process, -ENXIO outside of one window. */
struct dcrt_shared {
	uint64_t windows_removed; /* counts them: what was known of windows is to be asked again */
};

/* What generated tables are made of. Both components have the same tables, but for `handler`. */

enum dcrt_field_kind {
	DCRT_PLAIN, /* bytes */
	DCRT_POINTER, /* to a tracked object or into one, NULL or an error pointer */
	DCRT_CODE, /* address of one of the driver's `code`, or NULL */
	/* As a pointer, if it leads to a tracked object; else, from the kernel, as a cookie: the
	 * process can compare it and hand it back, and dies if it looks there. It can compute with
	 * it only where that leads to registers in a window (dcrt_window_add). What was taken out
	 * of a list (DCRT_IS_LIST_POISON) goes as it is, both ways. */
	DCRT_ADDRESS,
};

/* Bytes of a type that cross: `count` units of `size` bytes. A unit is merged as a whole. A byte
 * belongs to one field of one type; those of an embedded object that has a type of its own are left
 * to that type. */
struct dcrt_field {
	uint32_t offset, size, count;
	uint16_t kind;
	uint16_t target; /* of a pointer: index of its type, or DCRT_ANY_TYPE */
	bool user_writes; /* the process may change it */
	bool checked; /* kernel only: type->valid() is asked when it does */
	/* Set by dcrt_types_check(): the number of its first unit, and of a field behind a gap the
	 * bytes up to the next gap, with how many fields they are, and whether one is writable. */
	uint32_t first_unit;
	uint32_t span, span_fields;
	bool span_writes;
};

/* Beside generated tables: what computed their offsets agrees with the compiler at hand. */
#define DCRT_LAYOUT(type, bytes)                                                                   \
	_Static_assert(sizeof(type) == (bytes), #type " is laid out otherwise here")
#define DCRT_LAYOUT_FIELD(type, field, at, bytes)                                                  \
	_Static_assert(offsetof(type, field) == (at) && sizeof(((type *)0)->field) == (bytes),     \
		       #type "." #field " is laid out otherwise here")

#define DCRT_ANY_TYPE 0xffff

struct dcrt_channel;

/* A pointer of a type that leads to elements of another. Memory that the process has allocated
 * itself becomes an object of both sides when such a pointer leads to it. */
struct dcrt_link {
	uint32_t offset;
	uint16_t target; /* index of its type */
	uint32_t inside; /* where in an element it leads to: a list's node */
};

struct dcrt_type {
	const char *name;
	uint32_t size; /* an object is one or, an array, more of these */
	uint32_t n_fields;
	struct dcrt_field *fields; /* by rising offset; may be none: then only its address counts */
	/* Not NULL: there is just one object, and on this side it stands here (a variable of the
	 * driver). It is tracked from the start; the process allocates nothing for it. */
	void *variable;
	/* Kernel only, or NULL: tracks (dcrt_adopt) what pointers of one element lead to. Called
	 * before the element is put into a message by dcrt_out_all(); no lock is held, and neither
	 * dcrt_object_free() nor dcrt_forget() returns for this object meanwhile. */
	int (*adopt)(struct dcrt_channel *channel, void *element);
	const struct dcrt_link *links;
	uint32_t n_links;
	/* Kernel only, or NULL: whether the process may make of an element (`was`) what `now` is, a
	 * copy with all that its message changes. Of `now` nothing but bytes counts: nobody may
	 * follow a pointer in it. Called under a spinlock, before anything is applied. */
	bool (*valid)(const void *now, const void *was);
};

/* Whether the process may have memory of so many bytes become elements of a type (DCK_ALLOC of
 * lib/dck.h): a link leads to the type, it has no place, and they are whole elements. */
bool dcrt_may_share(const struct dcrt_type *types, uint32_t n_types, uint64_t type,
		    uint64_t len_bytes);

/* Which fields of a type one function needs there and back: indices into fields. NULL: all. */
struct dcrt_field_set {
	uint16_t type;
	uint16_t n_fields;
	const uint16_t *fields;
};

struct dcrt_call;

/* One that is called across. The handler is there on the side that runs it; it reads arguments with
 * dcrt_in_*(), adds results (exactly as many as the table says) and objects with dcrt_out_*(), and
 * returns 0 or, if there are no results to send, a negative errno. */
struct dcrt_function {
	const char *name;
	int (*handler)(struct dcrt_call *call);
	uint16_t args, results;
	uint16_t flags;
	uint32_t blob_max; /* bytes of one blob in its messages; 0: none */
	uint32_t deadline_ms; /* of an upcall: longest time without progress; 0: the default */
};

/* Flag of a downcall: to be run by the thread whose upcall is being served (it holds the locks, it
 * is `current`); it may lead to further upcalls, which then go to the same user thread. Without it
 * the process's thread runs it in its system call, and upcalls that it leads to need another. */
#define DCRT_BY_CALLER 1u
/* Flag of an upcall, for its stub: to be made again with the next process if this one dies in it
 * (dcrt_retry). What the dead one has changed stays: it must be a function that can be begun again.
 */
#define DCRT_RETRY 2u

struct dcrt_driver {
	uint32_t abi; /* DCRT_ABI */
	const char *name; /* the device is /dev/dcrt-NAME */
	const struct dcrt_function *up, *down;
	uint32_t n_up, n_down;
	const struct dcrt_type *types;
	uint32_t n_types;
	uint32_t objects; /* how many can be tracked at once */
	/* Functions whose address crosses, in the same order on both sides: the driver's own or its
	 * stub here, so that each has one identity; and the kernel's (NULL where it is not). */
	void *const *code;
	uint32_t n_code;
	/* Kernel only. */
	uint32_t chains; /* upcalls open at once, nested ones not counted; 0: 8 */
	void *ctx; /* for the handlers: dcrt_ctx() */
	/* NULL or called in process context: a process is there; it is gone (in_call: it was
	 * serving a call when it died). */
	void (*attached)(struct dcrt_channel *channel);
	void (*died)(struct dcrt_channel *channel, bool in_call);
};

/* Calling across; the same on both sides, so that stubs are the same text:
 *
 *	struct dcrt_call *call;
 *	int err = dcrt_call_begin(channel, DCG_UP_F, &call);
 *
 *	if (err)
 *		return err;
 *	dcrt_out_pointer(call, netdev);
 *	dcrt_out_word(call, flags);
 *	dcrt_out_object(call, netdev, &plan);
 *	err = dcrt_call_run(call);
 *	if (!err)
 *		err = (int)dcrt_in_word(call, 0);
 *	dcrt_call_end(call);
 *
 * In process context, not under a spinlock or rcu_read_lock. Between begin and run nothing else
 * may be called across by this thread. Words, then blobs and objects in any order: errors of
 * dcrt_out_*() are kept and returned by dcrt_call_run(). When run returns 0, the objects in the
 * reply have been applied. A user thread may call down only while it serves an upcall.
 *
 * dcrt_call_run() returns 0, the handler's errno, or
 *	-EWOULDBLOCK	atomic context (kernel; by begin)
 *	-ENODEV		no process, and none came in time (kernel; by begin)
 *	-ESHUTDOWN	the channel is being taken down (by begin too)
 *	-EPIPE		the process died or was given up on during the call
 *	-ETIMEDOUT	no progress within the deadline; the process has been killed (kernel)
 *	-EINTR		the caller was killed; so has been the process (kernel)
 *	-EPROTO		the process answered nonsense and has been killed (kernel)
 *	-EMSGSIZE	too large, -EINVAL wrong count of words, -ENOENT untracked pointer
 */
int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret);
int dcrt_call_run(struct dcrt_call *call);
void dcrt_call_end(struct dcrt_call *call);

void dcrt_out_word(struct dcrt_call *call, uint64_t word);
/* NULL, an error pointer, or into a tracked object, which dcrt_out_object() must have sent to the
 * process once, or does in this message. */
void dcrt_out_pointer(struct dcrt_call *call, const void *pointer);
void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len);
/* What changed in a tracked object, or in the array of them, since it was last in step. */
void dcrt_out_object(struct dcrt_call *call, const void *object, const struct dcrt_field_set *plan);

/* What changed in any tracked object; in the kernel their pointers are adopted first. */
void dcrt_out_all(struct dcrt_call *call);
/* As dcrt_out_pointer(); in the kernel also what is not tracked, as a cookie (DCRT_ADDRESS):
 * -ENOSPC if this process has been sent too many (the module's parameter `addresses`). The process
 * may send what it was sent so, but no address of its own. */
void dcrt_out_address(struct dcrt_call *call, const void *address);
/* A word: a function of driver->code or NULL. */
void dcrt_out_code(struct dcrt_call *call, const void *code);
/* A string is a word and, after all words, a blob: a place in a tracked object goes as a reference,
 * other text is copied. NULL stays NULL. */
void dcrt_out_string_word(struct dcrt_call *call, const char *text);
void dcrt_out_string(struct dcrt_call *call, uint16_t id, const char *text);

/* A handler's arguments, or the results after dcrt_call_run(). Index and type are checked: what is
 * wrong gives 0 or NULL, and the reply becomes an error. */
uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index);
void *dcrt_in_pointer(struct dcrt_call *call, uint32_t index, uint16_t type, uint32_t len);
/* Valid until the handler returns or dcrt_call_end(). NULL: no such blob. */
const void *dcrt_in_blob(struct dcrt_call *call, uint16_t id, uint32_t *ret_len);
/* A blob that must have this length, in place: the handler may change it. NULL, which is an error:
 * it is not there, or of another length. */
void *dcrt_in_buffer(struct dcrt_call *call, uint16_t id, uint32_t len);
/* Copies a blob that must have this length. */
void dcrt_in_copy(struct dcrt_call *call, uint16_t id, void *to, uint32_t len);
void *dcrt_in_code(struct dcrt_call *call, uint32_t index);
/* In the kernel, what was never sent to this process is more than an error: it ends the session. */
void *dcrt_in_address(struct dcrt_call *call, uint32_t index);
/* As dcrt_in_address(), and so does what is not so many bytes of a window (dcrt_window_add). */
void *dcrt_in_register(struct dcrt_call *call, uint32_t index, uint32_t len);
/* As dcrt_in_blob(), or in a tracked object. What is not terminated is an error. */
const char *dcrt_in_string(struct dcrt_call *call, uint32_t index, uint16_t id);
/* The first error of dcrt_in_*() in this call, or 0. A handler returns it before it acts. */
int dcrt_in_error(const struct dcrt_call *call);

/* dcrt_object_new - tracks count elements of a type at a place; the process learns of it when it
 * first crosses. Kernel only. Returns 0, -EEXIST, -EINVAL (overlaps another partly), -ENOSPC,
 * -ENOMEM. May sleep. */
int dcrt_object_new(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);
/* dcrt_object_free - to be called before the memory is freed; with it go the objects embedded in
 * it. Kernel only. Returns 0, -ESTALE (double free), -ENOENT (never tracked). Any context, but for
 * an object of a type with adopt(): that sleeps while a dcrt_out_all() looks at it. */
int dcrt_object_free(struct dcrt_channel *channel, void *object);
/* dcrt_adopt - as dcrt_object_new, and 0 if count is 0, the object NULL, an error pointer or
 * tracked already with that type in that place. Kernel only. */
int dcrt_adopt(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count);
/* dcrt_forget - as dcrt_object_free, of an object that need not be tracked. Kernel only. A pointer
 * to it that stays in place does no harm; but if memory comes to that address again and is no new
 * process's request, dcrt_adopt() it where it is allocated: dcrt_out_all() cannot tell. */
void dcrt_forget(struct dcrt_channel *channel, const void *object);

void *dcrt_ctx(struct dcrt_call *call);
struct dcrt_channel *dcrt_channel_of(struct dcrt_call *call);

#endif
