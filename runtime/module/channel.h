/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel, inside dcrt.ko: what a registered driver has of it, one member a subject.
 *
 * channel->lock guards the session, the calls and the servers, but not the buffers of a frame
 * (calls.h). The tracker and the windows have locks of their own.
 */
#ifndef DCRT_CHANNEL_H
#define DCRT_CHANNEL_H

#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../call/call.h"
#include "calls.h"
#include "module.h"
#include "peer.h"
#include "respawn.h"
#include "session.h"
#include "stats.h"
#include "windows.h"

struct dcrt_upcall_lock;

struct dcrt_channel {
	/* Life */
	const struct dcrt_driver *driver;
	u64 fingerprint;
	struct miscdevice misc;
	char *device_name;
	struct kref refs;
	struct module *owner; /* the driver's */
	bool going; /* dcrt_unregister() has begun */
	bool asleep; /* the system suspends or hibernates, or is not back yet */
	struct notifier_block pm;

	/* Objects */
	struct dcrt_tracker tracker;
	struct dcrt_env env;
	spinlock_t tracker_lock;
	unsigned long tracker_flags; /* of the thread that has tracker_lock */

	spinlock_t lock; /* of what follows, see above */
	wait_queue_head_t wait; /* for attaching, for death, for free chains */
	struct dcrt_session session;
	struct dcrt_notify notify;
	struct dcrt_calls calls;
	struct dcrt_servers servers;

	struct dcrt_upcall_lock *upcall_locks; /* lockdep.c: one a function */
	struct dcrt_respawner respawner;
	struct dcrt_windows windows;
	struct dcrt_stats stats;
	struct dcrt_delay delay;
};

/* With the lock: true if there is a process or a peer. */
static inline bool dcrt_is_served(const struct dcrt_channel *channel)
{
	return channel->session.file || channel->session.peer;
}

/* objects.c: fills in the tracker's environment. */
void dcrt_init_env(struct dcrt_channel *channel);
/* objects.c: the module ends: memory that is still to be freed is. */
void dcrt_flush_freed(void);

/* channel.c: the last reference frees the channel. */
void dcrt_channel_free(struct kref *refs);

/* lockdep.c */

int dcrt_lockdep_init(struct dcrt_channel *channel);
/* While the driver is there. */
void dcrt_lockdep_done(struct dcrt_channel *channel);
/* The caller is about to wait for the process. */
void dcrt_lockdep_wait(const struct dcrt_frame *upcall);
/* A thread of the process runs a downcall within this upcall: before and after. */
void dcrt_lockdep_run(const struct dcrt_frame *upcall);
void dcrt_lockdep_ran(const struct dcrt_frame *upcall);

/* sysfs.c: attributes of the device. */
const struct attribute_group **dcrt_sysfs_groups(void);

/* sleep.c: the process is there before the system suspends. */
int dcrt_sleep_watch(struct dcrt_channel *channel);
void dcrt_sleep_unwatch(struct dcrt_channel *channel);

/* device.c */
extern const struct file_operations dcrt_device_operations;

#endif
