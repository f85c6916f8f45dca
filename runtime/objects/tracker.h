/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which objects both components hold a copy of, and how the copies are kept in step.
 *
 * Each side has a tracker. The kernel's issues handles; the process's learns them from NEW records.
 * Handle and address lead to each other; an address may lie inside an object, and objects may be
 * embedded in others: the innermost of the wanted type is meant.
 *
 * Copies are merged three ways, a unit of a field at a time (dcrt_field): beside each object stands
 * a shadow, what this side believes the other to have. A unit that differs from its shadow was
 * changed here and is sent; nothing else is. On receipt
 *   - an update older than one already applied is dropped (threads' messages overtake each other);
 *   - the process drops an update whose sender had not yet seen what the process sent of that unit:
 *     the kernel is going to take the process's value;
 *   - a unit that the process has changed and not yet sent keeps its value, which goes to the
 * kernel with the next message: as if the process's store had come last. This is a conflict,
 * counted;
 *   - the kernel takes what comes.
 * When both have received everything, both hold the same (tests/test_runtime_merge.c).
 * In the kernel a shadow moves on when the process has answered the message (dcrt_confirm), so two
 * upcalls at once both carry a change; in the process it moves on when a message is made.
 *
 * A type with a place (dcrt.h) has one object, a variable of the driver. The process's has its own
 * initial content, as has an object in another; the bytes of its fields are zeroed when the kernel
 * tells of it, as new memory is. All else of it is left alone.
 *
 * Thread-safe by env.lock, held for bounded work and never while allocating in the kernel.
 */
#ifndef DCRT_TRACKER_H
#define DCRT_TRACKER_H

#include "../message/wire.h"

/* What differs between the kernel, the process and tests. */
struct dcrt_env {
	void *(*alloc)(size_t len); /* zeroed, or NULL */
	void (*free)(void *memory); /* takes NULL */
	void (*lock)(void *lock_ctx);
	void (*unlock)(void *lock_ctx);
	void *lock_ctx;
	/* Kernel only. */
	uint32_t addresses; /* how many can be sent to one process (address.c) */
	void (*full)(uint32_t addresses); /* it was one too many; with the lock. May be NULL */
	void (*pause)(void); /* sleeps a moment */
	const void *(*self)(void); /* the thread; compared only */
};

struct dcrt_unit {
	uint32_t sent; /* version of the last update sent */
	uint32_t applied; /* version of the last update of the other side's applied */
};

struct dcrt_object {
	uint8_t *local;
	uint32_t size;
	uint32_t generation; /* of the object or, if not live, of the last one in this slot */
	uint32_t parent; /* slot of the innermost object around this one, or DCRT_NO_SLOT */
	uint32_t next_free;
	uint32_t next_adopt, prev_adopt; /* of those with type->adopt; DCRT_NO_SLOT: none */
	uint16_t type;
	bool live;
	uint16_t busy; /* looked at without the lock (dcrt_adopt_all): to be freed later */
	uint32_t version; /* counts updates made */
	/* Kernel: the session that has been told of it, and the one known to have heard. */
	uint64_t announced, peer;
	uint64_t told; /* serial of the last message that it was announced in */
	void *owner; /* of `local`, in the process: freed with the object; or NULL */
	void *block; /* holds all below */
	struct dcrt_unit *units;
	uint8_t *shadow;
};

/* A thread in dcrt_adopt_all(). */
struct dcrt_adopter {
	const void *thread;
	struct dcrt_adopter *next;
};

/* What an address that was sent stands for: so many bytes. */
struct dcrt_cookie {
	uint64_t base;
	uint32_t len; /* 0: gone */
	uint32_t next; /* with the same hash */
};

/* Bytes of which the process may name each when it knows one; the caller's, in a list. */
struct dcrt_range {
	uint64_t base, len;
	struct dcrt_range *next;
};

struct dcrt_cookies {
	uint64_t session; /* that they were sent to */
	uint32_t max, used;
	struct dcrt_cookie *at; /* by number */
	uint32_t *first; /* number by hash, `max` of them */
	struct dcrt_range *ranges;
	uint64_t refused; /* count: there was no room */
};

#define DCRT_NO_SLOT DCRT_SLOTS_MAX

struct dcrt_tracker {
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
	uint64_t *freed; /* handles that the process has to be told of, a ring of `slots` */
	uint32_t freed_at, freed_count;
	bool kernel; /* issues handles */
	struct dcrt_cookies cookies; /* the kernel's */
	void *scratch; /* an element as it would become (check.c), or NULL */
	uint64_t invalid; /* messages refused by type->valid(); the last was about: */
	uint16_t invalid_type;
	uint64_t conflicts;
	uint64_t untracked; /* pointers and functions that could not cross; the last was in: */
	uint32_t untracked_offset;
	uint16_t untracked_type;
	struct dcrt_adopter *adopters;
	struct dcrt_local_block *local_blocks; /* the process's: private.h */
	uint64_t serial; /* of the last message made with objects */
	uint64_t tracked; /* counts dcrt_track() */
};

/* dcrt_types_check - once for each table. Fills in first_unit. Returns 0 or -EINVAL: fields out of
 * order, overlapping or outside the type, pointers that are not 8 bytes, a target that is none,
 * functions without a table of them, links outside the type. */
int dcrt_types_check(const struct dcrt_driver *driver);

/* Returns 0, -ENOMEM, or -EINVAL: too many slots. env, types and code are borrowed. In the kernel
 * it tracks the types' places: -ENOSPC, -EINVAL if they overlap. */
int dcrt_tracker_init(struct dcrt_tracker *tracker, const struct dcrt_driver *driver,
		      const struct dcrt_env *env, bool kernel);
void dcrt_tracker_done(struct dcrt_tracker *tracker);

/* dcrt_track - the kernel's tracker: makes the handle of count elements of a type at a place.
 * Returns 0; -EEXIST that type is tracked in just that place; -EINVAL NULL, count, size or type, or
 * it overlaps another object partly; -ENOSPC no slot left; -ENOMEM. */
int dcrt_track(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count,
	       uint64_t *ret_handle);
/* dcrt_track_once - as dcrt_track, and 0 for NULL, no elements, an error pointer and what is
 * tracked already with that type in that place, as many elements or more. Within dcrt_adopt_all()
 * also, and nothing is tracked, if memory that was freed may be there (stale.c). */
int dcrt_track_once(struct dcrt_tracker *tracker, void *local, uint16_t type, uint32_t count);
/* dcrt_untrack - the outermost object that begins at the place, and all embedded in it. Waits for
 * dcrt_adopt_all() to have done with it. Pointers to it are marked (stale.c).
 * Returns 0, -ESTALE there was one (double free), -ENOENT. */
int dcrt_untrack(struct dcrt_tracker *tracker, const void *local);
/* dcrt_forget_at - as dcrt_untrack, where finding none is no error. */
void dcrt_forget_at(struct dcrt_tracker *tracker, const void *local);
/*
 * dcrt_adopt_all - calls type->adopt(channel, element) for all elements of all objects, those that
 * this adds included; without the lock. An object in hand is not untracked meanwhile: that waits.
 * What an element points to the driver must not be freeing now: as for its own readers.
 * Returns 0 or the first error of adopt.
 */
int dcrt_adopt_all(struct dcrt_tracker *tracker, struct dcrt_channel *channel);

/* dcrt_to_ref - @type: of the object wanted, or DCRT_ANY_TYPE.
 * Returns 0 (NULL and error pointers included), -ESTALE a freed object was there, -ENOENT. */
int dcrt_to_ref(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret);
/* dcrt_from_ref - the address, of at least len bytes (less 1 counts as 1) of an object of the type:
 * the one that the reference says, or else one in the same place.
 * Returns 0 (NULL and error pointers included), -ESTALE the object is freed, -ENOENT there was
 * never one, -EINVAL other type, not at an element, beyond the end. */
int dcrt_from_ref(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		  void **ret);

/* dcrt_to_address - as dcrt_to_ref of any type, and what is not tracked by dcrt_to_cookie.
 * @session that the message is for. -ENOENT: neither; -ENOSPC: the process has too many. */
int dcrt_to_address(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		    uint64_t *ret);
/* dcrt_from_address - what such a word stands for. @session that it came from. As dcrt_from_ref,
 * and -EPROTO: a cookie that this session was not sent; -ESTALE: its range is gone. */
int dcrt_from_address(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, void **ret);
/* dcrt_from_register - as dcrt_from_address, and in the kernel -EPROTO unless so many bytes lie in
 * one range that was noted. */
int dcrt_from_register(struct dcrt_tracker *tracker, uint64_t word, uint64_t session, uint32_t len,
		       void **ret);
/* dcrt_range_add - registers are here now: what lay here before is gone. Kernel. range: borrowed
 * until dcrt_range_remove(), base and len set. */
void dcrt_range_add(struct dcrt_tracker *tracker, struct dcrt_range *range);
void dcrt_range_remove(struct dcrt_tracker *tracker, const struct dcrt_range *range);
/* dcrt_is_whole - whether a reference is to the beginning of an object that stands in no other and
 * is of a type that links lead to. */
bool dcrt_is_whole(struct dcrt_tracker *tracker, uint64_t ref);
/* dcrt_is_tracked - as dcrt_to_ref of any type, where finding none is no error. */
bool dcrt_is_tracked(struct dcrt_tracker *tracker, const void *local, uint64_t *ret);
/* dcrt_next_object - the first live object of a type from *slot on, which is then behind it; or
 * NULL.
 */
void *dcrt_next_object(struct dcrt_tracker *tracker, uint16_t type, uint32_t *slot,
		       uint32_t *ret_count);
/* dcrt_text_from_ref - the address, if a zero follows within the object; else -EINVAL. */
int dcrt_text_from_ref(struct dcrt_tracker *tracker, uint64_t ref, const char **ret);
/* dcrt_to_code - index + 1 of a function, 0 of NULL. Returns 0 or -ENOENT. */
int dcrt_to_code(const struct dcrt_tracker *tracker, const void *code, uint64_t *ret);
/* dcrt_from_code - Returns 0, or -EINVAL: beyond the table, or not on this side. */
int dcrt_from_code(const struct dcrt_tracker *tracker, uint64_t word, void **ret);

/* dcrt_put - adds to a message what changed of the object since it was in step.
 * @session the process's, in the kernel; an object unknown to it is announced first.
 * Errors are left in the writer: -ENOENT, -ESTALE not tracked, or a pointer in it is not. */
void dcrt_put(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
	      const struct dcrt_field_set *plan, uint64_t session);
/* dcrt_put_all - as dcrt_put, of all objects; announces those without fields too. */
void dcrt_put_all(struct dcrt_tracker *tracker, struct dcrt_writer *writer, uint64_t session);
/* dcrt_put_cancel - the process's message will not be sent: its updates go into the next one. */
void dcrt_put_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer);
/* As dcrt_to_ref; and announces the object. */
uint64_t dcrt_put_ref(struct dcrt_tracker *tracker, struct dcrt_writer *writer, const void *local,
		      uint64_t session);
/* dcrt_put_freed - adds FREE records for what was freed since the last message. Kernel. */
void dcrt_put_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer);
/* dcrt_confirm - the kernel's message has been answered: what it carried is in step. */
void dcrt_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session);

/*
 * dcrt_apply - all objects' records of a decoded message, or none.
 * What is of an object freed since, or a pointer to one, is ignored: messages cross. Else, in the
 * kernel, each must be of an object known to this process, whole units of a field that it may
 * write, pointers to objects of the target type, functions that there are, and together what the
 * type's valid() accepts: otherwise -EPROTO and nothing is changed. The process trusts the kernel;
 * -ENOMEM, or -EPROTO for what cannot be (an unknown object), leave it half done: it must end.
 */
int dcrt_apply(struct dcrt_tracker *tracker, const struct dcrt_message *message);

#endif
