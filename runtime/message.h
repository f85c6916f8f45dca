/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages between the kernel and the process, and the device that carries them.
 *
 * A message is a header, then `args` words of 8 bytes, then records: a struct dcrt_record and its
 * data, padded with zeroes to 8 bytes. Byte order and alignment are the machine's, as both ends run
 * on it. Every member named "zero" is zero. The receiver copies a message once, checks the whole
 * copy, and only then acts on it.
 *
 *   kernel -> process   UPCALL, the REPLY to a downcall, DEATH (the driver goes away: exit)
 *   process -> kernel   the REPLY to an upcall, DOWNCALL, WAIT (nothing to send: wait for an
 * upcall)
 *
 * Depth counts the calls that are open on one pair of threads: 1 for an upcall by itself, 2 for a
 * downcall made while it is served, 3 for an upcall made by that downcall.
 */
#ifndef DCRT_MESSAGE_H
#define DCRT_MESSAGE_H

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

#define DCRT_ABI	 5 /* emitted code says #if DCRT_ABI != 5 / #error */
#define DCRT_MESSAGE_MAX 65536 /* bytes, header included */
#define DCRT_DEPTH_MAX	 24 /* calls open on one pair of threads */
#define DCRT_ARGS_MAX	 16
#define DCRT_THREADS_MAX 64 /* of the process, in the channel */

/*
 * References to objects. A reference has 8 bytes, so that it takes the place of a pointer. Slot and
 * generation are the handle; the low 24 bits are the offset into the object. 0 is NULL, and error
 * pointers cross as they are. A generation is never used twice, so a reference to a freed object
 * stays invalid.
 */
#define DCRT_OFFSET_BITS     24
#define DCRT_GENERATION_BITS 20
#define DCRT_SLOT_BITS	     20
#define DCRT_OBJECT_MAX	     (1u << DCRT_OFFSET_BITS) /* bytes */
#define DCRT_SLOTS_MAX	     DCRT_COOKIE_SLOT
#define DCRT_HANDLE(ref)     ((ref) & ~(uint64_t)(DCRT_OBJECT_MAX - 1))
#define DCRT_OFFSET(ref)     ((uint32_t)((ref) & (DCRT_OBJECT_MAX - 1)))
#define DCRT_IS_ERROR(ref)   ((ref) >= (uint64_t)-4095)
/*
 * A cookie takes the place of a kernel address that points to no object (objects/cookies.c): a
 * reference whose slot no object has. Arithmetic on its offset works; a read or write there faults.
 */
#define DCRT_COOKIE_SLOT    0xffff7u
#define DCRT_IS_COOKIE(ref) ((uint64_t)(ref) >> (64 - DCRT_SLOT_BITS) == DCRT_COOKIE_SLOT)
#define DCRT_IS_KERNEL_ADDRESS(ref)                                                                \
	((uint64_t)(ref) >> 47 == 0x1ffff && !DCRT_IS_ERROR((uint64_t)(ref)))
/*
 * LIST_POISON1 and 2, which the kernel leaves in a list node that was deleted: equal on both sides.
 */
#define DCRT_IS_LIST_POISON(ref) ((ref) == 0xdead000000000100ull || (ref) == 0xdead000000000122ull)

enum dcrt_kind { DCRT_UPCALL = 1, DCRT_DOWNCALL, DCRT_REPLY, DCRT_DEATH, DCRT_WAIT };

#define DCRT_GROW 1u /* header flag of an upcall: no other thread waits, start one first */

struct dcrt_header {
	uint32_t abi; /* DCRT_ABI */
	uint16_t kind;
	uint16_t depth; /* 0 for DEATH and WAIT */
	uint64_t session; /* counts the processes that have attached */
	uint64_t call; /* number in the session; a reply repeats it */
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
	/*
	 * To the process only: announces an object; version is its size. The data, if any, is a
	 * reference to its address in the object that contains it. Its content is zeroes.
	 */
	DCRT_NEW,
	/* To the process only: the object does not exist any more. */
	DCRT_FREE,
	/*
	 * Bytes that belong to no object, valid during the call: type is a number that the two
	 * halves of the function agree on.
	 */
	DCRT_BLOB,
};

struct dcrt_record {
	uint64_t handle; /* a reference with offset 0; 0 for BLOB */
	uint16_t kind;
	uint16_t type; /* index into the driver's types */
	uint32_t offset; /* into the object */
	uint32_t len; /* of the data that follows, without its padding */
	uint32_t version; /* of an update: the sender's count of updates of this object */
	uint32_t seen; /* of an update: last version of these units that the sender applied */
	uint32_t zero;
};

/*
 * The device. A process attaches once; then every thread takes turns: it hands in one message and
 * receives the next.
 */
struct dcrt_attach {
	uint32_t abi;
	uint32_t zero;
	uint64_t fingerprint; /* dcrt_fingerprint() of the process's tables */
	uint64_t session; /* result */
};

#define DCRT_NEW_THREAD (~0u)

struct dcrt_turn {
	uint64_t out; /* address of the message handed in */
	uint64_t in; /* address of the buffer for the next one */
	uint32_t out_len;
	uint32_t in_size; /* DCRT_MESSAGE_MAX or more */
	uint32_t
		thread; /* DCRT_NEW_THREAD in a thread's first WAIT, then what that returned here */
	uint32_t zero;
};

#define DCRT_IOC(nr, size) ((3u << 30) | ((unsigned int)(size) << 16) | (0xdcu << 8) | (nr))
#define DCRT_IOC_ATTACH	   DCRT_IOC(1, sizeof(struct dcrt_attach))
/*
 * Returns the length of the message put at `in`. -EINTR: a signal while idle; the message handed in
 * was taken, hand in WAIT next. -EPROTO: the message was refused, nothing of it was applied, and
 * the session is over. -ESHUTDOWN: the session is over.
 */
#define DCRT_IOC_TURN DCRT_IOC(2, sizeof(struct dcrt_turn))

/*
 * Page 0 of the device file, which the attached process may map to read. The pages behind it are
 * those of windows (dcrt_window_add), to read and write. mmap() fails with -EPERM for all but the
 * attached process, and with -ENXIO outside one window.
 */
struct dcrt_shared {
	uint64_t windows_removed; /* counts; when it moves, ask again about every window */
};

#endif
