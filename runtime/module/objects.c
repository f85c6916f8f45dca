// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channel's objects: the tracker's environment in the kernel, and what kernel components call.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "../objects/slots.h"
#include "channel.h"

/* The tracker's environment */

static void *dcrt_env_alloc(size_t len)
{
	return kvzalloc(len, GFP_KERNEL);
}

/* vfree() may sleep, and objects are untracked in any context. */
static LLIST_HEAD(dcrt_freed);

static void dcrt_free_later(struct work_struct *unused)
{
	struct llist_node *node, *next;

	llist_for_each_safe(node, next, llist_del_all(&dcrt_freed)) vfree(node);
}

static DECLARE_WORK(dcrt_free_work, dcrt_free_later);

static void dcrt_env_free(void *memory)
{
	if (!is_vmalloc_addr(memory))
		kfree(memory);
	else if (llist_add(memory, &dcrt_freed))
		schedule_work(&dcrt_free_work);
}

void dcrt_flush_freed(void)
{
	flush_work(&dcrt_free_work);
}

/* dcrt_forget() may be called in any context. */
static void dcrt_env_lock(void *ctx) __acquires(&((struct dcrt_channel *)ctx)->tracker_lock)
{
	struct dcrt_channel *channel = ctx;
	unsigned long flags;

	spin_lock_irqsave(&channel->tracker_lock, flags);
	channel->tracker_flags = flags;
}

static void dcrt_env_unlock(void *ctx) __releases(&((struct dcrt_channel *)ctx)->tracker_lock)
{
	struct dcrt_channel *channel = ctx;

	spin_unlock_irqrestore(&channel->tracker_lock, channel->tracker_flags);
}

static void dcrt_env_pause(void)
{
	usleep_range(20, 100);
}

static const void *dcrt_env_self(void)
{
	return current;
}

static unsigned int addresses = 1024;
module_param(addresses, uint, 0644);
MODULE_PARM_DESC(addresses,
		 "kernel addresses that one process can be sent; for drivers registered later");

static void dcrt_env_full(uint32_t max)
{
	pr_err_ratelimited(
		"dcrt: a process needs more than %u addresses: load dcrt with addresses=%u\n", max,
		2 * max);
}

void dcrt_init_env(struct dcrt_channel *channel)
{
	channel->env = (struct dcrt_env){.alloc = dcrt_env_alloc,
					 .free = dcrt_env_free,
					 .lock = dcrt_env_lock,
					 .unlock = dcrt_env_unlock,
					 .lock_ctx = channel,
					 .addresses = addresses,
					 .full = dcrt_env_full,
					 .pause = dcrt_env_pause,
					 .self = dcrt_env_self};
	channel->tracker.env = &channel->env;
	spin_lock_init(&channel->tracker_lock);
}

/* For kernel components */

int dcrt_object_new(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count)
{
	u64 handle;

	return dcrt_track(&channel->tracker, object, type, count, &handle);
}
EXPORT_SYMBOL_GPL(dcrt_object_new);

int dcrt_object_free(struct dcrt_channel *channel, void *object)
{
	return dcrt_untrack(&channel->tracker, object);
}
EXPORT_SYMBOL_GPL(dcrt_object_free);

int dcrt_adopt(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count)
{
	return dcrt_track_once(&channel->tracker, object, type, count);
}
EXPORT_SYMBOL_GPL(dcrt_adopt);

void dcrt_forget(struct dcrt_channel *channel, const void *object)
{
	dcrt_forget_at(&channel->tracker, object);
}
EXPORT_SYMBOL_GPL(dcrt_forget);

void *dcrt_object_next(struct dcrt_channel *channel, u16 type, u32 *slot, u32 *ret_count)
{
	return dcrt_next_object(&channel->tracker, type, slot, ret_count);
}
EXPORT_SYMBOL_GPL(dcrt_object_next);

bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref)
{
	return dcrt_is_whole(&channel->tracker, ref);
}
EXPORT_SYMBOL_GPL(dcrt_object_whole);

void *dcrt_object_outer(struct dcrt_channel *channel, const void *address)
{
	const struct dcrt_object *object, *around;

	dcrt_lock(&channel->tracker);
	object = dcrt_innermost(&channel->tracker, (uintptr_t)address);
	while (object && (around = dcrt_object_around(&channel->tracker, object)))
		object = around;
	dcrt_unlock(&channel->tracker);
	return object ? object->local : NULL;
}
EXPORT_SYMBOL_GPL(dcrt_object_outer);

bool dcrt_object_has(struct dcrt_channel *channel, const void *address)
{
	u64 ref;

	return !IS_ERR_OR_NULL(address) &&
	       !dcrt_to_ref(&channel->tracker, address, DCRT_ANY_TYPE, &ref);
}
EXPORT_SYMBOL_GPL(dcrt_object_has);

bool dcrt_object_holds(struct dcrt_channel *channel, const void *address, u32 len_bytes)
{
	void *found;
	u64 ref;

	return !IS_ERR_OR_NULL(address) &&
	       !dcrt_to_ref(&channel->tracker, address, DCRT_ANY_TYPE, &ref) &&
	       !dcrt_from_ref(&channel->tracker, ref, DCRT_ANY_TYPE, len_bytes, &found);
}
EXPORT_SYMBOL_GPL(dcrt_object_holds);
