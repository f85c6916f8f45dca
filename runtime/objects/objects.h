/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The objects that both components hold a copy of, and how the copies are kept in step.
 *
 * Each side has a tracker. The kernel's issues handles; the process's learns them from NEW records.
 * A handle and an address map to each other. An address may point into an object, and objects may
 * be embedded in others: the innermost object of the wanted type is the one that is meant.
 *
 * Copies are merged three ways, one unit of a field at a time (dcrt_field). Each object has a
 * shadow: what this side believes the other side to have. A unit that differs from its shadow was
 * changed here and is sent; nothing else is sent. On receipt
 *
 *   - an update older than one already applied is dropped, as messages of two threads may overtake
 *     each other;
 *   - the process drops an update whose sender had not yet seen what the process sent of that unit:
 *     the kernel is going to take the process's value;
 *   - a unit that the process has changed and not yet sent keeps its value, which goes to the
 *     kernel with the next message, as if the process's store had come last. This is a conflict,
 *     and is counted;
 *   - the kernel takes what arrives.
 *
 * When both sides have received everything, both hold the same (tests/runtime/test_merge.c). In the
 * kernel a shadow moves on when the process has answered the message (dcrt_confirm), so two
 * concurrent upcalls both carry a change. In the process it moves on when a message is made.
 *
 * A type with a variable (tables.h) has one object. The process's variable has initial content
 * of its own, as has an object embedded in another: the bytes of its fields are zeroed when the
 * kernel announces it, like new memory. The rest of it is left alone.
 *
 * A tracker is thread-safe by env.lock, which is held for bounded work, and never during an
 * allocation in the kernel. objects.c takes the lock and calls the other files of this folder; they
 * expect it held. Only local.c and dirty.c, which the process asks, take it themselves.
 */
#ifndef DCRT_OBJECTS_H
#define DCRT_OBJECTS_H

#include "../message/wire.h"

/* Services that differ between the kernel, the process and tests. */
struct dcrt_env {
	void *(*alloc)(size_t len); /* zeroed, or NULL */
	void (*free)(void *memory); /* takes NULL */
	void (*lock)(void *lock_ctx);
	void (*unlock)(void *lock_ctx);
	void *lock_ctx;
	/* Kernel only. */
	uint32_t addresses; /* how many addresses one process can be sent (cookies.c) */
	void (*full)(uint32_t addresses); /* one more was needed; with the lock. May be NULL */
	void (*pause)(void); /* sleeps briefly */
	const void *(*self)(void); /* the thread; only compared */
};

struct dcrt_unit {
	uint32_t sent; /* version of the last update sent */
	uint32_t applied; /* version of the other side's last update that was applied */
};

struct dcrt_object {
	uint8_t *local; /* its address on this side */
	uint32_t size;
	uint32_t generation; /* of the object or, if not live, of the last one in this slot */
	uint32_t parent; /* slot of the innermost object around this one, or DCRT_NO_SLOT */
	uint32_t next_free;
	uint32_t next_adopt, prev_adopt; /* objects with type->adopt; DCRT_NO_SLOT: none */
	uint16_t type;
	bool live;
	uint16_t busy; /* in use without the lock (dcrt_adopt_all): untracking it waits */
	uint32_t version; /* counts the updates made */
	/* Kernel: the session it was announced to, and the one known to have received that. */
	uint64_t announced, peer;
	uint64_t told; /* serial of the last message that announced it */
	void *owner; /* of `local`, in the process: freed with the object; or NULL */
	void *block; /* memory of all below */
	struct dcrt_unit *units;
	uint8_t *shadow;
};

/* A thread in dcrt_adopt_all(). */
struct dcrt_adopter {
	const void *thread;
	struct dcrt_adopter *next;
};

/* The bytes that one cookie stands for. */
struct dcrt_cookie {
	uint64_t base;
	uint32_t len; /* 0: no longer valid */
	uint32_t next; /* place of the next one with the same hash */
	uint32_t times; /* how many numbers this place of the table has had */
};

/*
 * Registers: the process may name each byte of the range once it knows one. The caller's, listed.
 */
struct dcrt_range {
	uint64_t base, len;
	struct dcrt_range *next;
};

struct dcrt_cookies {
	uint64_t session; /* that they were sent to */
	uint32_t max, used; /* places of the table: all, valid ones */
	uint32_t next; /* place, where the search for a free one begins */
	struct dcrt_cookie *at;
	uint32_t *first; /* place by hash, `max` of them */
	struct dcrt_range *ranges;
	uint64_t refused; /* counts requests for which there was no room */
};

#define DCRT_NO_SLOT DCRT_SLOTS_MAX

struct dcrt_tracker {
	const struct dcrt_driver *driver;
	const struct dcrt_env *env;
	const struct dcrt_type *types;
	uint32_t n_types;
	uint32_t n_code;
	void *const *code;
	uint32_t slots;
	struct dcrt_object *objects;
	uint32_t *order; /* slots of live objects by address, outer before inner */
	uint32_t live;
	uint32_t free_first, free_last;
	uint32_t adopt_first;
	uint64_t *freed; /* handles to tell the process of, a ring of `slots` */
	uint32_t freed_at, freed_count;
	bool kernel; /* issues handles */
	struct dcrt_cookies cookies; /* kernel only */
	void *scratch; /* an element as a message would change it (check.c), or NULL */
	uint64_t invalid; /* counts messages refused by type->valid(); the last was about: */
	uint16_t invalid_type;
	uint64_t conflicts;
	uint64_t untracked; /* counts pointers and functions that could not cross; the last: */
	uint32_t untracked_offset;
	uint16_t untracked_type;
	struct dcrt_adopter *adopters;
	struct dcrt_local_block *local_blocks; /* process only: local.h */
	uint64_t serial; /* of the last message made with objects */
	uint64_t tracked; /* counts calls of dcrt_track() */
	uint64_t told_tracked, told_session; /* then dcrt_needs_parts() was false */
};

static inline void dcrt_lock(const struct dcrt_tracker *tracker)
{
	tracker->env->lock(tracker->env->lock_ctx);
}

static inline void dcrt_unlock(const struct dcrt_tracker *tracker)
{
	tracker->env->unlock(tracker->env->lock_ctx);
}

/*
 * dcrt_types_check - checks the driver's tables, once, and fills in what dcrt_field leaves to it.
 * Returns 0 or -EINVAL: fields out of order, overlapping or outside the type; pointers that are not
 * 8 bytes; a target that does not exist; functions without a table of code; links outside the type.
 */
int dcrt_types_check(const struct dcrt_driver *driver);

/*
 * dcrt_tracker_init - env, types and code are borrowed. In the kernel it tracks the variables of
 * types. Returns 0; -ENOMEM; -EINVAL too many slots, or variables overlap; -ENOSPC more variables
 * than slots.
 */
int dcrt_tracker_init(struct dcrt_tracker *tracker, const struct dcrt_driver *driver,
		      const struct dcrt_env *env, bool kernel);
void dcrt_tracker_done(struct dcrt_tracker *tracker);

/* Tracking, in the kernel */

/*
 * dcrt_track - makes a handle for count elements of a type at an address.
 * Returns 0; -EEXIST an object of that type has just that range; -EINVAL bad address, count, size
 * or type, or it overlaps another object in part; -ENOSPC no slot left; -ENOMEM.
 */
int dcrt_track(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count,
	       uint64_t *ret_handle);
/*
 * dcrt_track_once - as dcrt_track, but returns 0 and does nothing for NULL, an error pointer, no
 * elements, and what is tracked already at that address with that type and as many elements or
 * more. Within dcrt_adopt_all() also if the address may be of freed memory (stale.c).
 */
int dcrt_track_once(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count);
/*
 * dcrt_untrack - the outermost object that begins at the address, and all objects embedded in it.
 * Waits until dcrt_adopt_all() no longer uses it. Pointers to it are marked (stale.c).
 * Returns 0, -ESTALE it was untracked before (double free), -ENOENT there was none.
 */
int dcrt_untrack(struct dcrt_tracker *tracker, const void *local);
/* dcrt_forget_at - as dcrt_untrack, but need not find an object. */
void dcrt_forget_at(struct dcrt_tracker *tracker, const void *local);
/*
 * dcrt_adopt_all - calls type->adopt(channel, element), without the lock, for all elements of all
 * objects, including those that this adds. The object whose elements are in hand is not untracked
 * meanwhile: dcrt_untrack() waits. Memory that an element points to must not be freed by the driver
 * now, as with the driver's own readers. Returns 0 or the first error of adopt.
 */
int dcrt_adopt_all(struct dcrt_tracker *tracker, struct dcrt_channel *channel);
/*
 * dcrt_next_object - the first live object of a type from *slot on; *slot moves behind it. NULL:
 * there is no more.
 */
void *dcrt_next_object(struct dcrt_tracker *tracker, uint16_t type, uint32_t *slot,
		       uint32_t *ret_count);
/*
 * dcrt_range_add - registers are mapped at range now: cookies for what was there are invalid. The
 * range is borrowed until dcrt_range_remove(), its base and len set.
 */
void dcrt_range_add(struct dcrt_tracker *tracker, struct dcrt_range *range);
void dcrt_range_remove(struct dcrt_tracker *tracker, const struct dcrt_range *range);

/* Pointers and functions as they cross */

/*
 * dcrt_to_ref - type: of the object wanted, or DCRT_ANY_TYPE.
 * Returns 0 (also for NULL and error pointers), -ESTALE a freed object was there, -ENOENT.
 */
int dcrt_to_ref(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret);
/*
 * dcrt_from_ref - the address of at least len bytes (0 counts as 1) of an object of the type: of
 * the referenced object, or of another one at the same address.
 * Returns 0 (also for NULL and error pointers), -ESTALE the object was freed, -ENOENT it never
 * existed, -EINVAL other type, not the start of an element, or beyond the end.
 */
int dcrt_from_ref(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		  void **ret);
/*
 * dcrt_to_address - as dcrt_to_ref of any type; what is not tracked becomes a cookie for a message
 * of the session. Returns also -ENOENT it cannot, -ENOSPC the process has too many cookies.
 */
int dcrt_to_address(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		    uint64_t *ret);
/*
 * dcrt_from_address - the reverse, for a word that came from the session. As dcrt_from_ref, and
 * -EPROTO a cookie that was not sent to this session, -ESTALE its range was unmapped.
 */
int dcrt_from_address(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, void **ret);
/*
 * dcrt_from_register - as dcrt_from_address, but in the kernel -EPROTO unless len bytes from there
 * lie in one range (dcrt_range_add).
 */
int dcrt_from_register(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, uint32_t len,
		       void **ret);
/*
 * dcrt_is_whole - true for a reference to the start of an object that is not embedded in another
 * and is of a type that links point to.
 */
bool dcrt_is_whole(struct dcrt_tracker *tracker, uint64_t ref);
/* dcrt_is_tracked - as dcrt_to_ref of any type, but false is no error. */
bool dcrt_is_tracked(struct dcrt_tracker *tracker, const void *local, uint64_t *ret);
/* dcrt_text_from_ref - the address of a string that ends within its object; else -EINVAL. */
int dcrt_text_from_ref(struct dcrt_tracker *tracker, uint64_t ref, const char **ret);
/* dcrt_to_code - the index + 1 of a function, 0 for NULL. Returns 0 or -ENOENT. */
int dcrt_to_code(const struct dcrt_tracker *tracker, const void *code, uint64_t *ret);
/* dcrt_from_code - Returns 0, or -EINVAL: beyond the table, or not present on this side. */
int dcrt_from_code(const struct dcrt_tracker *tracker, uint64_t word, void **ret);

/* Messages */

/*
 * dcrt_put - adds the changes of an object to a message. In the kernel an object that the session's
 * process does not know yet is announced first. Errors are kept in the writer: -ENOENT, -ESTALE the
 * object or a pointer in it is not tracked; -ENOSPC too many cookies.
 */
void dcrt_put(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
	      const struct dcrt_field_set *set, uint64_t session);
/* dcrt_put_all - as dcrt_put, for all objects; announces those without fields, too. */
void dcrt_put_all(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session);
/*
 * dcrt_needs_parts - kernel: true if so much is not known to the session's process that it may not
 * fit one message. Cheap while no object is new.
 */
bool dcrt_needs_parts(struct dcrt_tracker *tracker, uint64_t session);
/*
 * dcrt_put_part - kernel: as dcrt_put_all, but only what fits. False: that was all. Once the
 * message was answered (dcrt_confirm), the next one can be made. -EMSGSIZE: a unit of a field does
 * not fit any message.
 */
bool dcrt_put_part(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session);
/* dcrt_put_ref - as dcrt_to_ref, and announces the object. */
uint64_t dcrt_put_ref(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
		      uint64_t session);
/* dcrt_put_freed - kernel: adds FREE records for objects untracked since the last message. */
void dcrt_put_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer);
/*
 * dcrt_put_cancel - the message will not be sent: its updates and FREE records go into the next
 * one.
 */
void dcrt_put_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer);
/* dcrt_confirm - kernel: the process answered this message, so it has what the message carried. */
void dcrt_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session);

/*
 * dcrt_apply - applies the object records of a decoded message: all, or none.
 * An update of an object freed since, or a pointer to one, is ignored, as messages cross. Apart
 * from that, in the kernel each update must be of an object known to this process, of whole units
 * of a field that the process may write, with pointers to objects of the target type and functions
 * that exist; and the type's valid() must accept the result. Otherwise -EPROTO, and nothing is
 * changed. The process trusts the kernel; -ENOMEM, or -EPROTO for the impossible (an unknown
 * object), may leave a message applied in part: the process must end.
 */
int dcrt_apply(struct dcrt_tracker *tracker, const struct dcrt_message *message);

#endif
