// SPDX-License-Identifier: GPL-2.0-only
/*
 * For lockdep: a caller waits for the process, and so for each lock that a thread of the process
 * takes in a downcall for this call. An upcall is a lock that the caller takes for a moment before
 * it waits, and the thread holds while it runs a downcall; each function has one, as callers of one
 * hold RTNL and callers of another may wait for it. Without lockdep these are empty.
 */
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "channel.h"

struct dcrt_upcall_lock {
	struct lock_class_key key;
	struct lockdep_map map;
};

int dcrt_lockdep_init(struct dcrt_channel *channel)
{
	const struct dcrt_driver *driver = channel->driver;
	u32 i;

	channel->upcall_locks = kvcalloc(driver->n_up, sizeof(*channel->upcall_locks), GFP_KERNEL);
	if (!channel->upcall_locks)
		return -ENOMEM;
	for (i = 0; i < driver->n_up; i++) {
		lockdep_register_key(&channel->upcall_locks[i].key);
		lockdep_init_map(&channel->upcall_locks[i].map, driver->up[i].name,
				 &channel->upcall_locks[i].key, 0);
	}
	return 0;
}

void dcrt_lockdep_done(struct dcrt_channel *channel)
{
	u32 i;

	if (IS_ENABLED(CONFIG_LOCKDEP) && channel->upcall_locks)
		for (i = 0; i < channel->driver->n_up; i++)
			lockdep_unregister_key(&channel->upcall_locks[i].key);
	kvfree(channel->upcall_locks);
	channel->upcall_locks = NULL;
}

/* NULL: of a call that only carries objects. */
static struct dcrt_upcall_lock *dcrt_lock_of(const struct dcrt_frame *upcall)
{
	struct dcrt_channel *channel = upcall->chain->channel;
	const struct dcrt_function *function = upcall->call.function;

	return function == &dcrt_objects_call
		       ? NULL
		       : &channel->upcall_locks[function - channel->driver->up];
}

void dcrt_lockdep_wait(const struct dcrt_frame *upcall)
{
	struct dcrt_upcall_lock *lock = dcrt_lock_of(upcall);

	if (!IS_ENABLED(CONFIG_LOCKDEP) || !lock)
		return;
	lock_map_acquire(&lock->map);
	lock_map_release(&lock->map);
}

void dcrt_lockdep_run(const struct dcrt_frame *upcall)
{
	struct dcrt_upcall_lock *lock = dcrt_lock_of(upcall);

	if (IS_ENABLED(CONFIG_LOCKDEP) && lock)
		lock_map_acquire(&lock->map);
}

void dcrt_lockdep_ran(const struct dcrt_frame *upcall)
{
	struct dcrt_upcall_lock *lock = dcrt_lock_of(upcall);

	if (IS_ENABLED(CONFIG_LOCKDEP) && lock)
		lock_map_release(&lock->map);
}
