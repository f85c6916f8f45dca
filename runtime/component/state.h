/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel component has this of its own. The code that works on it is in dcrt.ko, once for all
 * drivers; the structure is a variable of the driver's module (own.c), and the first argument of
 * that code's functions.
 */
#ifndef DCK_STATE_H
#define DCK_STATE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../dcrt.h"

struct dck_recovery;

/* Things that are said once a driver. */
enum dck_said { DCK_SAID_ATOMIC, DCK_SAID_JOURNAL, DCK_SAID_RUNNER, DCK_SAID_SETTING };

struct dck {
	/* The driver's: filled in by its module. */
	struct module *module;
	const struct dcrt_driver *driver;
	void (*setup)(void); /* completes the driver's tables */
	const struct dck_recovery *recoveries; /* a zero row ends them */
	/*
	 * Types of the static variables of functions that bind devices; DCRT_ANY_TYPE ends them.
	 */
	const u16 *bind_statics;
	/* Parameters of the driver's module; the lock of its parameters guards the program. */
	char *program;
	bool map;

	/*
	 * dcrt.ko's: its locks and lists are ready from the start, as the driver may free memory
	 * early.
	 */

	/* NULL before the driver is initialised and after its exit. */
	struct dcrt_channel *channel;
	struct dcrt_channel *respawning; /* its process; with the lock of parameters */
	unsigned long said; /* of enum dck_said */
	atomic_long_t shared_bytes; /* allocated by the process */

	struct { /* journal.c */
		struct list_head list; /* the last one first */
		spinlock_t lock;
		u64 numbers; /* counts entries */
		u64 module_entries; /* the module's own: up to it, once there has been a device */
		bool has_devices;
		unsigned int n_locks; /* entries of locks */
	} journal;
	struct { /* devices.c */
		struct list_head list;
		spinlock_t lock;
		unsigned int n_quarantined;
		const struct device *in_hand; /* of recovery, which releases it from the driver */
	} devices;
	struct { /* recovery.c */
		struct mutex undoing;
		struct work_struct work;
		struct delayed_work probing; /* waits for a process */
		bool ending; /* nothing waits for a process any more */
		bool asleep; /* the machine is suspended, or about to be */
		struct notifier_block pm;
	} recovery;
	struct { /* guards.c */
		struct list_head list;
		spinlock_t lock;
		wait_queue_head_t wait;
	} guards;
	struct { /* runners.c */
		struct list_head list;
		spinlock_t lock;
		struct ratelimit_state told; /* each is queued again in each second */
	} runners;
	struct { /* netdevs.c */
		struct list_head list;
		spinlock_t lock;
		bool stalled; /* one of them may be */
	} netdevs;
	struct { /* settings.c */
		struct list_head list; /* the last one last */
		struct mutex lock;
		const struct task_struct *replayer; /* only compared */
	} settings;
	struct { /* answers.c */
		struct list_head list; /* the last one first */
		spinlock_t lock;
		unsigned int count;
	} answers;
};

/* The component in which a handler runs. */
static inline struct dck *dck_of(struct dcrt_call *call)
{
	return dcrt_ctx(call);
}

/* Messages of this driver. Inside dcrt.ko. */
#define dck_warn(dck, text, ...) pr_warn("%s: " text, module_name((dck)->module), ##__VA_ARGS__)
#define dck_warn_once(dck, what, text, ...)                                                        \
	do {                                                                                       \
		if (!test_and_set_bit(what, &(dck)->said))                                         \
			dck_warn(dck, text, ##__VA_ARGS__);                                        \
	} while (0)

#endif
