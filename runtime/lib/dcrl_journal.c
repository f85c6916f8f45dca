// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver has acquired from the kernel, and how to give it back without the driver.
 *
 * The process may die in the middle of a change, and nobody then knows how far it came. What was
 * acquired is in the journal all the same, as each acquiring call goes through the kernel
 * component. It is given back in reverse order, what makes the device harmless first; the devices
 * are then released, which finds nothing left to do, and probed again by the next process. While
 * this goes on no call goes up.
 */
#include <linux/device.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "dcrl_kernel.h"

/* Its own memory is not the driver's: (kfree) is the kernel's, whatever kfree() means here. */

struct dcrl_entry {
	struct list_head node;
	const struct dcrl_release *release;
	unsigned long args[DCRL_ARGS_MAX];
};

/* Works are set up once and never given back: they go with the memory they are in. */
struct dcrl_work {
	struct list_head node;
	struct work_struct *work;
	bool is_delayed;
};

struct dcrl_device {
	struct list_head node;
	struct device *device; /* a reference is held */
};

static LIST_HEAD(journal); /* the last first */
static LIST_HEAD(works);
static LIST_HEAD(devices);
static DEFINE_SPINLOCK(journal_lock);
static DEFINE_MUTEX(recovery_lock);
static bool quarantined;

static void recover(struct work_struct *work);
static DECLARE_WORK(recovery, recover);

int dcrl_begin(u32 function, struct dcrt_call **ret)
{
	return READ_ONCE(quarantined) ? -ENODEV : dcrt_call_begin(dcg_channel, function, ret);
}

/* The journal */

void dcrl_acquired(const struct dcrl_release *release, const unsigned long *args)
{
	struct dcrl_entry *entry = kmalloc(sizeof(*entry), GFP_ATOMIC);
	unsigned long flags;

	if (!entry) {
		pr_warn_once("no memory for the journal: %s cannot be undone\n", release->name);
		return;
	}
	entry->release = release;
	memcpy(entry->args, args, sizeof(entry->args));
	spin_lock_irqsave(&journal_lock, flags);
	list_add(&entry->node, &journal);
	spin_unlock_irqrestore(&journal_lock, flags);
}

bool dcrl_released(const struct dcrl_release *release, unsigned long *args)
{
	struct dcrl_entry *entry, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&journal_lock, flags);
	list_for_each_entry(entry, &journal,
			    node) if (entry->release == release &&
				      !memcmp(entry->args, args, release->key * sizeof(*args)))
	{
		list_del(&entry->node);
		memcpy(args, entry->args, sizeof(entry->args));
		found = entry;
		break;
	}
	spin_unlock_irqrestore(&journal_lock, flags);
	(kfree)(found);
	return found;
}

/* Takes the last entry out; first: of those that make the device harmless. */
static struct dcrl_entry *take(bool first)
{
	struct dcrl_entry *entry, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&journal_lock, flags);
	list_for_each_entry(entry, &journal, node) if (!first || entry->release->first)
	{
		list_del(&entry->node);
		found = entry;
		break;
	}
	spin_unlock_irqrestore(&journal_lock, flags);
	return found;
}

static unsigned int undo(bool first)
{
	struct dcrl_entry *entry;
	unsigned int count = 0;

	while ((entry = take(first))) {
		entry->release->undo(entry->args);
		(kfree)(entry);
		count++;
	}
	return count;
}

/* Works */

void dcrl_work_add(struct work_struct *work, bool is_delayed)
{
	struct dcrl_work *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return;
	*entry = (struct dcrl_work){.work = work, .is_delayed = is_delayed};
	mutex_lock(&recovery_lock);
	list_add(&entry->node, &works);
	mutex_unlock(&recovery_lock);
}

void dcrl_works_gone(const void *object, size_t len)
{
	struct dcrl_work *entry, *next;

	mutex_lock(&recovery_lock);
	list_for_each_entry_safe(entry, next, &works,
				 node) if ((const void *)entry->work >= object &&
					   (const void *)entry->work < object + len)
	{
		list_del(&entry->node);
		(kfree)(entry);
	}
	mutex_unlock(&recovery_lock);
}

static void cancel_works(void)
{
	struct dcrl_work *entry;

	mutex_lock(&recovery_lock);
	list_for_each_entry(entry, &works, node) if (entry->is_delayed)
		cancel_delayed_work_sync(to_delayed_work(entry->work));
	else cancel_work_sync(entry->work);
	mutex_unlock(&recovery_lock);
}

/* What makes the device harmless, then what could run by itself, then the rest. */
static unsigned int undo_all(void)
{
	unsigned int count = undo(true);

	cancel_works();
	return count + undo(false);
}

/* Devices */

void dcrl_device_add(struct device *device)
{
	struct dcrl_device *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return;
	entry->device = get_device(device);
	mutex_lock(&recovery_lock);
	list_add_tail(&entry->node, &devices);
	mutex_unlock(&recovery_lock);
}

static void forget_device(struct dcrl_device *entry)
{
	list_del(&entry->node);
	put_device(entry->device);
	(kfree)(entry);
}

void dcrl_device_remove(struct device *device)
{
	struct dcrl_device *entry, *next;

	mutex_lock(&recovery_lock);
	list_for_each_entry_safe(entry, next, &devices, node) if (entry->device == device)
		forget_device(entry);
	mutex_unlock(&recovery_lock);
}

/* Recovery */

void dcrl_give_up(const char *what, int err)
{
	unsigned int count;

	if (READ_ONCE(quarantined))
		return; /* recovery has given all back */
	WRITE_ONCE(quarantined, true);
	count = undo_all();
	pr_warn(KBUILD_MODNAME
		": %s failed (%d) with no process to finish it; %u things given back\n",
		what, err, count);
}

void dcrl_broken(const char *what, int err)
{
	if (err != -EPIPE && err != -ETIMEDOUT && err != -EINTR && err != -EPROTO)
		return; /* the process lives, or the call was never begun */
	if (READ_ONCE(quarantined))
		return;
	WRITE_ONCE(quarantined, true);
	pr_warn(KBUILD_MODNAME ": the process ended in %s (%d); the driver starts over\n", what,
		err);
	queue_work(system_unbound_wq, &recovery);
}

static void reprobe(void)
{
	struct dcrl_device *entry;
	LIST_HEAD(taken);

	mutex_lock(&recovery_lock);
	list_splice_init(&devices, &taken);
	mutex_unlock(&recovery_lock);
	list_for_each_entry(entry, &taken, node) device_release_driver(entry->device);
	WRITE_ONCE(quarantined, false);
	while (!list_empty(&taken)) {
		entry = list_first_entry(&taken, struct dcrl_device, node);
		if (device_attach(entry->device) <= 0)
			dev_err(entry->device, "not taken again by the driver\n");
		forget_device(entry);
	}
}

static void recover(struct work_struct *work)
{
	unsigned int count = undo_all();

	pr_warn(KBUILD_MODNAME ": %u things given back; probing again\n", count);
	reprobe();
}

void dcrl_end_recovery(void)
{
	flush_work(&recovery);
}
