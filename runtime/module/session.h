/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions: each process that attaches begins one, and its death ends it. */
#ifndef DCRT_SESSION_H
#define DCRT_SESSION_H

#include <linux/pid.h>
#include <linux/workqueue.h>

#include "../dcrt.h"

struct file;

struct dcrt_session {
	u64 id; /* counts sessions */
	struct file *file; /* the attached process's, or NULL */
	void *files; /* its table of files, only compared */
	struct pid *pid;
	struct dcrt_peer *peer; /* in place of a process, or NULL */
	bool killed; /* the process has been sent SIGKILL */
	unsigned long since; /* when it attached, jiffies */
	bool was_in_call; /* when the last process died */
};

/* Callbacks of the driver that are due. */
struct dcrt_notify {
	struct work_struct work;
	bool died, attached;
};

/* The work item: calls the driver's died() and attached(). */
void dcrt_notify_driver(struct work_struct *work);

/*
 * The ioctl DCRT_IOC_ATTACH. Returns 0; -EBUSY; -EPROTO other tables or ABI; -ESHUTDOWN; -EFAULT.
 */
long dcrt_session_attach(struct dcrt_channel *channel, struct file *file,
			 struct dcrt_attach __user *arg);
/* With the lock: the process is gone. */
void dcrt_session_end(struct dcrt_channel *channel);
/* True if there is a process or a peer, and it is not being killed. */
bool dcrt_is_attached(struct dcrt_channel *channel);
/* The same, or there will be none soon: nobody need wait. */
bool dcrt_is_decided(struct dcrt_channel *channel);
/* Sends SIGKILL to the process, if this session is still its. A peer gets no more calls. */
void dcrt_kill_process(struct dcrt_channel *channel, u64 session);

#endif
