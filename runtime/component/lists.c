// SPDX-License-Identifier: GPL-2.0-only
/* Finds the elements of a list in the kernel, so that the process is told of them. */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "../module/channel.h"
#include "component.h"

/* The owner word of a mutex holds the thread, and flags in its low bits. */
static bool dck_is_own(struct mutex *lock)
{
	return (atomic_long_read(&lock->owner) & ~7l) == (long)current;
}

/* True if two neighbours point to each other. */
static bool dck_is_next(const struct list_head *node, const struct list_head *next)
{
	return virt_addr_valid(next) && READ_ONCE(next->prev) == node;
}

static int dck_adopt_elements(struct dcrt_channel *channel, struct list_head *head, u16 type,
			      size_t inside)
{
	struct list_head *node = head, *next = READ_ONCE(head->next);
	u32 left = channel->driver->objects;
	int err = 0;

	while (!err && next != head && left-- && dck_is_next(node, next)) {
		err = dcrt_adopt(channel, (char *)next - inside, type, 1);
		node = next;
		next = READ_ONCE(node->next);
	}
	return err;
}

int dck_adopt_list(struct dcrt_channel *channel, struct list_head *head, u16 type, size_t inside,
		   struct mutex *lock)
{
	bool locked = lock && !dck_is_own(lock) && mutex_trylock(lock);
	int err = 0;

	if (!lock || locked || dck_is_own(lock))
		err = dck_adopt_elements(channel, head, type, inside);
	if (locked)
		mutex_unlock(lock);
	return err;
}
EXPORT_SYMBOL_GPL(dck_adopt_list);
