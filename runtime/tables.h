/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a driver's generated tables: its types and their fields, its functions that are
 * called across, itself. Both components have equal tables, except for handlers and for members
 * marked "kernel only".
 */
#ifndef DCRT_TABLES_H
#define DCRT_TABLES_H

#include "message.h"

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
 * A function that is called across. The side that runs it has the handler, which reads arguments
 * with dcrt_in_*(), adds results (exactly as many as the table says) and objects with dcrt_out_*(),
 * and returns 0 or, if there are no results to send, a negative errno.
 */
struct dcrt_function {
	const char *name;
	int (*handler)(struct dcrt_call *call);
	uint16_t args, results;
	uint16_t flags;
	uint32_t blob_max; /* bytes of one blob in its messages; 0: none */
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

struct dcrt_driver {
	uint32_t abi; /* DCRT_ABI */
	const char *name; /* the device is /dev/dcrt-NAME */
	const struct dcrt_function *up, *down;
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
