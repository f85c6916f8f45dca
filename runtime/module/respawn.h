/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping a process alive: dcrt_respawn(). */
#ifndef DCRT_RESPAWN_H
#define DCRT_RESPAWN_H

#include <linux/workqueue.h>

struct dcrt_channel;

/* Used by dcrt_respawn() and its work item only. */
struct dcrt_respawner {
	struct delayed_work work;
	char *path; /* NULL: the process is not started again. Set with the lock. */
	struct pid *process; /* the last one started, or NULL */
	u64 session; /* when it was started: one that has attached has changed it */
	unsigned long attach_by; /* jiffies */
	unsigned int timeout_ms;
	unsigned int tries, loops; /* in a row */
	int err; /* of the last start */
	bool failed; /* calls do not wait for a process */
	bool due; /* to be started when the pause is over */
};

void dcrt_respawn_init(struct dcrt_channel *channel);
/* With the lock: the process is gone, start the next. */
void dcrt_respawn_soon(struct dcrt_channel *channel);
/* No more processes are started: the path is gone, or the channel is going. */
void dcrt_respawn_stop(struct dcrt_channel *channel);
/* Kills the process that is left, whether or not it has attached. */
void dcrt_respawn_kill(struct dcrt_channel *channel);
void dcrt_respawn_free(struct dcrt_channel *channel);

#endif
