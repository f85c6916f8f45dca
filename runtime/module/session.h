/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: each process that attaches begins one, and its death ends it.
 *
 * A session ends in steps. Once it is revoked, no thread of the process can act on the kernel any
 * more: the device's registers are unmapped, page faults and new turns fail, and no downcall or
 * message begins. Then the callers are released (calls.h) and the process is killed. The session is
 * closed when nobody can come any more who has the device open, and over when no thread is left in
 * a turn: only then may another process attach.
 */
#ifndef DCRT_SESSION_H
#define DCRT_SESSION_H

#include <linux/pid.h>
#include <linux/workqueue.h>

#include "../dcrt.h"

struct dcrt_channel;
struct file;

struct mm_struct;

struct dcrt_session {
	u64 id; /* counts sessions */
	struct file *file; /* the attached process's, or NULL */
	void *files; /* its table of files, only compared; NULL: gone */
	struct mm_struct *mm; /* its memory, only compared; mmgrab() */
	struct pid *pid;
	struct dcrt_peer *peer; /* in place of a process, or NULL */
	unsigned long since; /* when it attached, jiffies */
	bool revoked;
	unsigned long revoked_at; /* jiffies */
	bool released; /* its callers, and nothing is mapped: all that revoking does is done */
	bool closed;
	bool stuck; /* a caller was released although a thread still ran in the kernel for it */
	bool was_in_call; /* when the last process died */
	struct delayed_work reaper; /* kills again, until the session is over */
};

/* Callbacks of the driver that are due. */
struct dcrt_notify {
	struct work_struct work;
	bool died, attached;
};

/* The work item: calls the driver's died() and attached(). */
void dcrt_notify_driver(struct work_struct *work);

void dcrt_session_init(struct dcrt_channel *channel);
/*
 * The ioctl DCRT_IOC_ATTACH. Returns 0; -EBUSY; -EPROTO other tables or ABI; -ESHUTDOWN; -EFAULT:
 * the session has been revoked again.
 */
long dcrt_session_attach(struct dcrt_channel *channel, struct file *file,
			 struct dcrt_attach __user *arg);
/*
 * Revokes the session, if it is still this one: see above. On return no thread of the process can
 * reach the device's registers, and all that share its memory or its table of files have been sent
 * SIGKILL, unless they are writing a core dump: that they may for call_limit_ms. A peer gets no
 * more calls. May sleep.
 */
void dcrt_session_revoke(struct dcrt_channel *channel, u64 session);
/* The same, and nobody has the device open any more. */
void dcrt_session_close(struct dcrt_channel *channel, u64 session);
/* With the lock: ends the session if it is released, closed, and has no thread in a turn. */
void dcrt_session_try_end(struct dcrt_channel *channel);
/* True if there is a process or a peer, and it has not been revoked. */
bool dcrt_is_attached(struct dcrt_channel *channel);
/* The same, or there will be none soon: nobody need wait. */
bool dcrt_is_decided(struct dcrt_channel *channel);

#endif
