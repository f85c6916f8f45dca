/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a driver's generated tables: its types and their fields, its functions that are
 * called across, itself. Both components have equal tables, except for handlers and for members
 * marked "kernel only".
 */
#ifndef DCRT_TABLES_H
#define DCRT_TABLES_H

#include "message.h"

struct device;
struct dcrt_call;
struct dcrt_channel;

enum dcrt_field_kind {
	DCRT_PLAIN, /* bytes */
	DCRT_POINTER, /* to a tracked object or into one, NULL or an error pointer */
	DCRT_CODE, /* address of one of the driver's `code`, or NULL */
	/*
	 * As a pointer if it points to a tracked object; otherwise, from the kernel, a cookie. The
	 * process can compare a cookie and send it back, and dies if it dereferences it. It can
	 * compute with it only if it points to registers in a window (dcrt_window_add). The
	 * pointers of a deleted list node (DCRT_IS_LIST_POISON) cross unchanged, both ways.
	 */
	DCRT_ADDRESS,
};

/*
 * Bytes of a type that cross: `count` units of `size` bytes. A unit is merged as a whole. A byte
 * belongs to one field of one type; the bytes of an embedded object that has a type of its own
 * belong to that type.
 */
struct dcrt_field {
	uint32_t offset, size, count;
	uint16_t kind;
	uint16_t target; /* of a pointer: index of its type, or DCRT_ANY_TYPE */
	bool user_writes; /* the process may change it */
	bool checked; /* kernel only: type->valid() is called when it changes */
	/*
	 * Set by dcrt_types_check(): the number of its first unit; and in the first field behind a
	 * gap the bytes up to the next gap, how many fields they are, and if one is writable.
	 */
	uint32_t first_unit;
	uint32_t span, span_fields;
	bool span_writes;
};

/*
 * Compile-time checks that the offsets in the tables are this compiler's, too. sparse lays out a
 * few of the kernel's structures in another way.
 */
#ifdef __CHECKER__
#define DCRT_LAYOUT(type, bytes)
#define DCRT_LAYOUT_FIELD(type, field, at, bytes)
#else
#define DCRT_LAYOUT(type, bytes)                                                                   \
	_Static_assert(sizeof(type) == (bytes), #type " is laid out otherwise here")
#define DCRT_LAYOUT_FIELD(type, field, at, bytes)                                                  \
	_Static_assert(offsetof(type, field) == (at) && sizeof(((type *)0)->field) == (bytes),     \
		       #type "." #field " is laid out otherwise here")
#endif

#define DCRT_ANY_TYPE 0xffff

/*
 * A pointer in a type that points to elements of another. Memory that the process has allocated
 * becomes an object of both sides when such a pointer points to it (objects/local.h).
 */
struct dcrt_link {
	uint32_t offset;
	uint16_t target; /* index of its type */
	uint32_t inside; /* offset into the element that it points to: a list's node */
};

struct dcrt_type {
	const char *name;
	uint32_t size; /* of an element; an object is one or, in an array, more of these */
	uint32_t n_fields;
	struct dcrt_field *fields; /* by rising offset; with none, only its address matters */
	/*
	 * NULL, or the variable of the driver that is the only object of the type, on this side. It
	 * is tracked from the start, and the process allocates nothing for it.
	 */
	void *variable;
	/*
	 * Kernel only, or NULL: tracks (dcrt_adopt) what the pointers of one element point to.
	 * Called by dcrt_out_all() before the element is put into a message. No lock is held, and
	 * dcrt_object_free() and dcrt_forget() of this object wait until it returns.
	 */
	int (*adopt)(struct dcrt_channel *channel, void *element);
	const struct dcrt_link *links;
	uint32_t n_links;
	/*
	 * Kernel only, or NULL: true if the process may turn an element (`was`) into `now`, a copy
	 * with everything that its message changes. Only bytes count in `now`: no pointer in it may
	 * be followed. Called under a spinlock, before anything is applied.
	 */
	bool (*valid)(const void *now, const void *was);
};

/*
 * dcrt_may_share - true if the process may have memory of so many bytes become elements of a type
 * (DCK_ALLOC): a link points to the type, it has no variable, and they are whole elements.
 */
bool dcrt_may_share(const struct dcrt_type *types, uint32_t n_types, uint64_t type,
		    uint64_t len_bytes);

/* The fields of a type that one function needs on the other side. fields: indices; NULL: all. */
struct dcrt_field_set {
	uint16_t type;
	uint16_t n_fields;
	const uint16_t *fields;
};

/*
 * How one argument of a function crosses. To stubs and handlers it is an unsigned long; in a
 * message it is a word, and a copy or a string is a blob besides, whose number is the argument's
 * index.
 */
enum dcrt_argument_kind {
	DCRT_ARG_LONG, /* a number of 8 bytes */
	DCRT_ARG_INT, /* a signed number of 4 bytes or less */
	DCRT_ARG_UINT,
	DCRT_ARG_ADDRESS, /* as in a field: DCRT_ADDRESS */
	DCRT_ARG_REGISTER, /* of `size` bytes, in a window */
	DCRT_ARG_CODE, /* as in a field: DCRT_CODE */
	DCRT_ARG_STRING,
	DCRT_ARG_COPY, /* an address of bytes that are copied; their address does not cross */
};

#define DCRT_NONNULL 1u /* of a downcall: NULL or an error pointer ends the session */
#define DCRT_BACK    2u /* a copy comes back, too */
#define DCRT_ADOPT   4u /* in the kernel: an object of `type` that may not be tracked yet */
#define DCRT_SHARE   8u /* in the process: memory of its own, to become elements of `type` */
#define DCRT_SIGNED  16u /* a result: negative if the function failed */

struct dcrt_argument {
	uint8_t kind; /* enum dcrt_argument_kind */
	uint8_t flags;
	uint8_t counted_by; /* of a copy: 1 + the argument that counts its elements; 0: none does */
	uint8_t zero;
	uint16_t size; /* bytes of a copy, of one of its elements, or 0: ask function->length() */
	uint16_t type; /* of DCRT_ADOPT and DCRT_SHARE */
};

/* dcrt_bytes - the length of a copied array, or one that no blob has. size: not 0 */
static inline uint32_t dcrt_bytes(uint64_t count, uint32_t size)
{
	return count > DCRT_MESSAGE_MAX / size ? DCRT_MESSAGE_MAX + 1 : (uint32_t)count * size;
}

/* What a description has besides numbers; each is NULL if nothing asks for it. */
struct dcrt_special {
	/* How many bytes argument i has, if the table cannot say. */
	uint32_t (*length)(const unsigned long *args, unsigned int i);
	/*
	 * Of an upcall, in the kernel: the device that it binds or unbinds; no process has
	 * answered; an argument has been released.
	 */
	struct device *(*device)(const unsigned long *args);
	unsigned long (*failed)(const unsigned long *args, int err);
	void (*released)(const unsigned long *args);
};

/*
 * A function that is called across. On the side that runs it, driver->serve() is its handler: that
 * reads arguments with dcrt_in_*(), adds results (exactly as many as the table says) and objects
 * with dcrt_out_*(), and returns 0 or, if there are no results to send, a negative errno. For a
 * function that is described by its arguments it calls run().
 */
struct dcrt_function {
	const char *name;
	/* The function itself: its arguments, its result. After dcrt_fail() it has none. */
	unsigned long (*run)(struct dcrt_call *call, const unsigned long *args);
	const struct dcrt_argument
		*arguments; /* `args` of them, then the result, if there is one */
	const struct dcrt_special *special; /* or NULL */
	uint8_t args, results;
	uint16_t flags;
	uint8_t about; /* of an upcall: 1 + the argument that tells which device it is for; or 0 */
	uint16_t blob_max; /* bytes of one blob in its messages; 0: none */
	/*
	 * Of an upcall: longest time without progress, and of all that it causes if that is more
	 * than call_limit_ms. Of a downcall: how long it may last. 0: the default, a parameter of
	 * dcrt.ko.
	 */
	uint32_t deadline_ms;
};

/*
 * Flag of a downcall: the thread whose upcall is being served runs it, as that holds the locks and
 * is `current`. Upcalls that it makes go to the same thread of the process. Without the flag the
 * process's thread runs it in its system call, and upcalls that it makes need another thread.
 */
#define DCRT_BY_CALLER 1u
/*
 * Flag of an upcall, for its stub: if the process dies in it, it is made again with the next one
 * (dcrt_retry). The dead process's changes stay, so the function must be able to start again. Its
 * caller may be killed before the process has seen the call.
 */
#define DCRT_RETRY 2u
/*
 * Flags of a downcall: the kernel's changes do not come with the reply; no changes cross at all; it
 * acquires something, which is released if the process cannot be told.
 */
#define DCRT_ONE_WAY	4u
#define DCRT_NO_OBJECTS 8u
#define DCRT_ACQUIRES	16u
/*
 * Flags of an upcall, for dck_upcall(): it binds or unbinds a device (special->device); it sets
 * something that recovery sets again; if no process answers, special->failed() is called, gives the
 * result, or the last answer is taken; special->released() follows it, or its failure.
 */
#define DCRT_BINDS	     32u
#define DCRT_UNBINDS	     64u
#define DCRT_SETTER	     128u
#define DCRT_ON_FAILURE	     256u
#define DCRT_FAILURE_RESULT  512u
#define DCRT_LAST_ANSWER     1024u
#define DCRT_RELEASES	     2048u
#define DCRT_RELEASES_FAILED 4096u

struct dcrt_driver {
	uint32_t abi; /* DCRT_ABI */
	const char *name; /* the device is /dev/dcrt-NAME */
	const struct dcrt_function *up, *down;
	/* The handler of all functions: dck_serve() or dcp_serve(). */
	int (*serve)(struct dcrt_call *call);
	uint32_t n_up, n_down;
	const struct dcrt_type *types;
	uint32_t n_types;
	uint32_t objects; /* how many can be tracked at once */
	/*
	 * Calls open within one another that there is room for from the start, at most
	 * DCRT_DEPTH_MAX; 0: DCRT_DEPTH. More room is made when it is needed.
	 */
	uint32_t depth;
	/*
	 * Functions whose address crosses, in the same order on both sides: the driver's own or its
	 * stub here, so that each has one identity; and the kernel's (NULL where it is absent).
	 */
	void *const *code;
	uint32_t n_code;
	/* Kernel only. */
	uint32_t chains; /* upcalls open at once, nested ones not counted; 0: 8 */
	void *ctx; /* for the handlers: dcrt_ctx() */
	/*
	 * NULL or called in process context: a process has attached; it has died (in_call: while it
	 * served a call).
	 */
	void (*attached)(struct dcrt_channel *channel);
	void (*died)(struct dcrt_channel *channel, bool in_call);
};

#define DCRT_DEPTH 6

static inline uint32_t dcrt_depth(const struct dcrt_driver *driver)
{
	return driver->depth ? driver->depth : DCRT_DEPTH;
}

#endif
