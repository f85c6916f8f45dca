// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver has acquired from the kernel, and how to give it back without the driver.
 *
 * The process may die in the middle of a change, and nobody then knows how far it came. What was
 * acquired is in the journal all the same, as each acquiring call goes through the kernel
 * component. It is given back in stages (enum dcrl_when), the last acquired first: what makes the
 * device harmless, works and timers, what else runs by itself; then functions of the driver's own
 * that free what hangs in its rings; then the rest. The devices are then released, which finds
 * nothing left to do, and probed again by the next process. While this goes on no call goes up.
 *
 * What the module's init has acquired before there was a device is the module's: nobody would
 * acquire it again, so it stays.
 *
 * Locks are in the journal, too, but their owner is the thread that called up: it gives them back
 * when its call ends.
 */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "dcrl_kernel.h"

/* Its own memory is not the driver's: (kfree) is the kernel's, whatever kfree() means here. */

struct dcrl_entry {
	struct list_head node;
	const struct dcrl_release *release;
	unsigned long args[DCRL_ARGS_MAX];
	const struct task_struct *thread; /* compared only */
	u64 number;
};

struct dcrl_device {
	struct list_head node;
	struct device *device; /* a reference is held */
};

static LIST_HEAD(dcrl_journal); /* the last first */
static LIST_HEAD(dcrl_devices);
static DEFINE_SPINLOCK(dcrl_journal_lock);
static DEFINE_MUTEX(dcrl_devices_lock);
static u64 dcrl_numbers; /* of entries made so far */
static u64 dcrl_of_module; /* up to this one, once there has been a device */
static bool dcrl_has_devices;
static bool dcrl_quarantined;
static bool dcrl_gave_up; /* all was given back while a device was let go: the others start over */

static void dcrl_recover(struct work_struct *work);
static DECLARE_WORK(dcrl_recovery, dcrl_recover);

void dcrl_first_device(void)
{
	unsigned long flags;

	if (READ_ONCE(dcrl_has_devices))
		return;
	spin_lock_irqsave(&dcrl_journal_lock, flags);
	if (!dcrl_has_devices)
		dcrl_of_module = dcrl_numbers;
	WRITE_ONCE(dcrl_has_devices, true);
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
}

int dcrl_begin(u32 function, struct dcrt_call **ret)
{
	int err =
		READ_ONCE(dcrl_quarantined) ? -ENODEV : dcrt_call_begin(dcg_channel, function, ret);

	if (!err && READ_ONCE(dcrl_quarantined)) { /* since it waited for a process */
		dcrt_call_end(*ret);
		err = -ENODEV;
	}
	return err;
}

/* Functions of the driver's that run in the kernel */

static LIST_HEAD(dcrl_insiders); /* with journal_lock */
static DECLARE_WAIT_QUEUE_HEAD(dcrl_outside);

/* Refused once the driver is quarantined: recovery looks at the list after that. */
bool dcrl_enter(struct dcrl_inside *ret)
{
	unsigned long flags;
	bool enters;

	dcrl_first_device();
	ret->thread = current;
	spin_lock_irqsave(&dcrl_journal_lock, flags);
	enters = !READ_ONCE(dcrl_quarantined);
	if (enters)
		list_add(&ret->node, &dcrl_insiders);
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	return enters;
}

bool dcrl_leave(struct dcrl_inside *inside)
{
	unsigned long flags;
	bool starts_over;

	spin_lock_irqsave(&dcrl_journal_lock, flags);
	list_del(&inside->node);
	starts_over = READ_ONCE(dcrl_quarantined);
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	wake_up(&dcrl_outside);
	return starts_over;
}

/* Whether this thread is, or, without one, anybody. */
static bool dcrl_is_inside(const struct task_struct *thread)
{
	const struct dcrl_inside *inside;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dcrl_journal_lock, flags);
	list_for_each_entry(inside, &dcrl_insiders, node) if (!thread || inside->thread == thread)
		found = true;
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	return found;
}

bool dcrl_is_left(void)
{
	return READ_ONCE(dcrl_quarantined) && dcrl_is_inside(current);
}

/* The journal */

bool dcrl_acquired(const struct dcrl_release *release, const unsigned long *args)
{
	struct dcrl_entry *entry = (kmalloc)(sizeof(*entry), GFP_ATOMIC);
	unsigned long flags;

	if (!entry) {
		pr_warn_once("no memory for the journal: %s cannot be undone\n", release->name);
		return false;
	}
	entry->release = release;
	entry->thread = current;
	memcpy(entry->args, args, sizeof(entry->args));
	spin_lock_irqsave(&dcrl_journal_lock, flags);
	entry->number = ++dcrl_numbers;
	list_add(&entry->node, &dcrl_journal);
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	return true;
}

typedef bool (*dcrl_match)(const struct dcrl_entry *entry, const void *key);

/* Takes the last entry out that matches; NULL: none does. */
static struct dcrl_entry *dcrl_take(dcrl_match match, const void *key)
{
	struct dcrl_entry *entry, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dcrl_journal_lock, flags);
	list_for_each_entry(entry, &dcrl_journal, node) if (match(entry, key))
	{
		list_del(&entry->node);
		found = entry;
		break;
	}
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	return found;
}

static void dcrl_give_back(struct dcrl_entry *entry)
{
	entry->release->undo(entry->args);
	(kfree)(entry);
}

struct dcrl_released_key {
	const struct dcrl_release *release;
	const unsigned long *args;
};

static bool dcrl_is_same(const struct dcrl_entry *entry, const void *key)
{
	const struct dcrl_released_key *of = key;

	return entry->release == of->release &&
	       (of->release->when != DCRL_LOCK || entry->thread == current) &&
	       !memcmp(entry->args, of->args, of->release->key * sizeof(*of->args));
}

bool dcrl_released(const struct dcrl_release *release, unsigned long *args)
{
	struct dcrl_released_key key = {.release = release, .args = args};
	struct dcrl_entry *entry = dcrl_take(dcrl_is_same, &key);

	if (entry)
		memcpy(args, entry->args, sizeof(entry->args));
	(kfree)(entry);
	return entry;
}

static bool dcrl_is_memory(const struct dcrl_entry *entry, const void *memory)
{
	return entry->release->when == DCRL_MEMORY && entry->args[0] == (unsigned long)memory;
}

void dcrl_memory_released(const void *memory)
{
	(kfree)(dcrl_take(dcrl_is_memory, memory));
}

/* Locks */

static bool dcrl_is_lock_since(const struct dcrl_entry *entry, const void *mark)
{
	return entry->release->when == DCRL_LOCK && entry->thread == current &&
	       entry->number > *(const u64 *)mark;
}

u64 dcrl_mark(void)
{
	unsigned long flags;
	u64 mark;

	spin_lock_irqsave(&dcrl_journal_lock, flags);
	mark = dcrl_numbers;
	spin_unlock_irqrestore(&dcrl_journal_lock, flags);
	return mark;
}

/* The process has ended in a call with this error; else it lives, or the call was never begun. */
static bool dcrl_is_cut_short(int err)
{
	return err == -EPIPE || err == -ETIMEDOUT || err == -EINTR || err == -EPROTO;
}

void dcrl_unlock(u64 mark, int err)
{
	struct dcrl_entry *entry;

	while (dcrl_is_cut_short(err) && (entry = dcrl_take(dcrl_is_lock_since, &mark))) {
		pr_warn("a lock of the process that ended: %s\n", entry->release->name);
		dcrl_give_back(entry);
	}
}

/* Giving all back */

static bool dcrl_is_when(const struct dcrl_entry *entry, const void *key)
{
	enum dcrl_when when = *(const enum dcrl_when *)key;

	return entry->number > dcrl_of_module &&
	       (entry->release->when == when ||
		(when == DCRL_LAST && entry->release->when == DCRL_MEMORY));
}

static unsigned int dcrl_undo(enum dcrl_when when)
{
	struct dcrl_entry *entry;
	unsigned int count = 0;

	for (; (entry = dcrl_take(dcrl_is_when, &when)); count++)
		dcrl_give_back(entry);
	return count;
}

bool dcrl_has(const void *address)
{
	return dcrt_object_has(dcg_channel, address);
}

static void dcrl_run_recoveries(void)
{
	const struct dcrl_recovery *at;
	char *object;
	u32 slot, count, i;

	for (at = dcg_recoveries; at->run; at++) {
		slot = 0;
		while ((object = dcrt_object_next(dcg_channel, at->type, &slot, &count)))
			for (i = 0; i < count; i++)
				at->run(object + i * dcg_driver.types[at->type].size);
	}
}

static unsigned int dcrl_undo_all(void)
{
	unsigned int count;

	while (!wait_event_timeout(dcrl_outside, !dcrl_is_inside(NULL), 10 * HZ))
		pr_warn("recovery waits for functions of the driver's that still run\n");
	count = dcrl_undo(DCRL_FIRST);
	dcrl_runners_stop();
	count += dcrl_undo(DCRL_STOP);
	dcrl_run_recoveries();
	return count + dcrl_undo(DCRL_LAST);
}

static DEFINE_MUTEX(dcrl_undoing);
static bool dcrl_undone; /* since the driver is quarantined */

/* Whoever comes second waits until all is given back. */
static unsigned int dcrl_undo_once(void)
{
	unsigned int count = 0;

	mutex_lock(&dcrl_undoing);
	if (!dcrl_undone)
		count = dcrl_undo_all();
	dcrl_undone = true;
	mutex_unlock(&dcrl_undoing);
	return count;
}

/* Devices */

void dcrl_device_add(struct device *device)
{
	struct dcrl_device *entry = (kmalloc)(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return;
	entry->device = get_device(device);
	mutex_lock(&dcrl_devices_lock);
	list_add_tail(&entry->node, &dcrl_devices);
	mutex_unlock(&dcrl_devices_lock);
}

static void dcrl_forget_device(struct dcrl_device *entry)
{
	list_del(&entry->node);
	put_device(entry->device);
	(kfree)(entry);
}

static bool dcrl_is_of_device(const struct dcrl_entry *entry, const void *key)
{
	const struct device *device = key;
	const void *pdev = dev_is_pci(device) ? to_pci_dev(device) : NULL;
	const void *of = (const void *)entry->args[0];

	return entry->release->key && of && (of == device || of == pdev);
}

/* What the kernel gave back by itself, or has to be given back by nobody (bus master), is left. */
static void dcrl_drop_entries(const struct device *device)
{
	struct dcrl_entry *entry;

	while ((entry = dcrl_take(dcrl_is_of_device, device)))
		(kfree)(entry);
}

void dcrl_device_leaves(struct device *device)
{
	struct dcrl_device *entry, *next;

	mutex_lock(&dcrl_devices_lock);
	list_for_each_entry_safe(entry, next, &dcrl_devices, node) if (entry->device == device)
		dcrl_forget_device(entry);
	mutex_unlock(&dcrl_devices_lock);
}

void dcrl_device_remove(struct device *device)
{
	dcrl_drop_entries(device);
	dcrl_device_leaves(device);
	if (xchg(&dcrl_gave_up, false))
		queue_work(system_unbound_wq, &dcrl_recovery);
}

/* Recovery */

void dcrl_give_up(const char *what, int err)
{
	unsigned int count;

	if (dcrl_is_inside(current)) { /* recovery waits for that */
		if (!xchg(&dcrl_quarantined, true))
			queue_work(system_unbound_wq, &dcrl_recovery);
		return;
	}
	if (xchg(&dcrl_quarantined, true)) { /* recovery gives all back, and probes again */
		dcrl_undo_once();
		return;
	}
	count = dcrl_undo_once();
	WRITE_ONCE(dcrl_gave_up, true);
	pr_warn("%s failed (%d) with no process to finish it; %u things given back\n", what, err,
		count);
}

void dcrl_broken(const char *what, int err)
{
	if (!dcrl_is_cut_short(err) || xchg(&dcrl_quarantined, true))
		return;
	pr_warn("the process ended in %s (%d); the driver starts over\n", what, err);
	queue_work(system_unbound_wq, &dcrl_recovery);
}

bool dcrl_is_missed(int err)
{
	return (err == -ENODEV || dcrl_is_cut_short(err)) && !READ_ONCE(dcrl_quarantined);
}

static void dcrl_reprobe(void)
{
	struct dcrl_device *entry;
	LIST_HEAD(taken);

	mutex_lock(&dcrl_devices_lock);
	list_splice_init(&dcrl_devices, &taken);
	mutex_unlock(&dcrl_devices_lock);
	list_for_each_entry(entry, &taken, node) device_release_driver(entry->device);
	WRITE_ONCE(dcrl_undone, false);
	WRITE_ONCE(dcrl_quarantined, false);
	while (!list_empty(&taken)) {
		entry = list_first_entry(&taken, struct dcrl_device, node);
		if (device_attach(entry->device) <= 0)
			dev_err(entry->device, "not taken again by the driver\n");
		dcrl_forget_device(entry);
	}
}

static void dcrl_recover(struct work_struct *work)
{
	unsigned int count;

	dcrt_drain(dcg_channel);
	count = dcrl_undo_once();
	pr_warn("%u things given back; probing again\n", count);
	dcrl_reprobe();
}

void dcrl_end_recovery(void)
{
	flush_work(&dcrl_recovery);
}
