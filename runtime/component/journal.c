// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver has acquired from the kernel, and how to give it back without the driver.
 *
 * The process may die in the middle of a change, and nobody then knows how far it came. What was
 * acquired is in the journal all the same, as each acquiring call goes through the kernel
 * component. It is given back in stages (enum dck_when), the last acquired first: what makes the
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

#include "component.h"

/* Its own memory is not the driver's: (kfree) is the kernel's, whatever kfree() means here. */

struct dck_entry {
	struct list_head node;
	const struct dck_release *release;
	unsigned long args[DCK_ARGS_MAX];
	const struct task_struct *thread; /* compared only */
	u64 number;
};

struct dck_device {
	struct list_head node;
	struct device *device; /* a reference is held */
};

static LIST_HEAD(dck_journal); /* the last first */
static LIST_HEAD(dck_devices);
static DEFINE_SPINLOCK(dck_journal_lock);
static DEFINE_MUTEX(dck_devices_lock);
static u64 dck_numbers; /* of entries made so far */
static u64 dck_module_entries; /* up to this one, once there has been a device */
static bool dck_has_devices;
static bool dck_quarantined;
static bool dck_recover_others; /* all was given back while a device was let go: the others start
				   over */

static void dck_recover(struct work_struct *work);
static DECLARE_WORK(dck_recovery, dck_recover);

void dck_first_device(void)
{
	unsigned long flags;

	if (READ_ONCE(dck_has_devices))
		return;
	spin_lock_irqsave(&dck_journal_lock, flags);
	if (!dck_has_devices)
		dck_module_entries = dck_numbers;
	WRITE_ONCE(dck_has_devices, true);
	spin_unlock_irqrestore(&dck_journal_lock, flags);
}

int dck_begin(u32 function, struct dcrt_call **ret)
{
	int err =
		READ_ONCE(dck_quarantined) ? -ENODEV : dcrt_call_begin(dcg_channel, function, ret);

	if (!err && READ_ONCE(dck_quarantined)) { /* since it waited for a process */
		dcrt_call_end(*ret);
		err = -ENODEV;
	}
	return err;
}

/* Functions of the driver's that run in the kernel */

static LIST_HEAD(dck_guards); /* with journal_lock */
static DECLARE_WAIT_QUEUE_HEAD(dck_guards_wait);

/* Refused once the driver is quarantined: recovery looks at the list after that. */
bool dck_guard_enter(struct dck_guard *ret)
{
	unsigned long flags;
	bool enters;

	dck_first_device();
	ret->thread = current;
	spin_lock_irqsave(&dck_journal_lock, flags);
	enters = !READ_ONCE(dck_quarantined);
	if (enters)
		list_add(&ret->node, &dck_guards);
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	return enters;
}

bool dck_guard_leave(struct dck_guard *inside)
{
	unsigned long flags;
	bool starts_over;

	spin_lock_irqsave(&dck_journal_lock, flags);
	list_del(&inside->node);
	starts_over = READ_ONCE(dck_quarantined);
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	wake_up(&dck_guards_wait);
	return starts_over;
}

/* Whether this thread is, or, without one, anybody. */
static bool dck_is_guarded(const struct task_struct *thread)
{
	const struct dck_guard *inside;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck_journal_lock, flags);
	list_for_each_entry(inside, &dck_guards, node)
		if (!thread || inside->thread == thread)
			found = true;
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	return found;
}

bool dck_release_deferred(void)
{
	return READ_ONCE(dck_quarantined) && dck_is_guarded(current);
}

/* The journal */

bool dck_acquired(const struct dck_release *release, const unsigned long *args)
{
	struct dck_entry *entry = (kmalloc)(sizeof(*entry), GFP_ATOMIC);
	unsigned long flags;

	if (!entry) {
		pr_warn_once("no memory for the journal: %s cannot be undone\n", release->name);
		return false;
	}
	entry->release = release;
	entry->thread = current;
	memcpy(entry->args, args, sizeof(entry->args));
	spin_lock_irqsave(&dck_journal_lock, flags);
	entry->number = ++dck_numbers;
	list_add(&entry->node, &dck_journal);
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	return true;
}

typedef bool (*dck_match)(const struct dck_entry *entry, const void *key);

/* Takes the last entry out that matches; NULL: none does. */
static struct dck_entry *dck_take(dck_match match, const void *key)
{
	struct dck_entry *entry, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck_journal_lock, flags);
	list_for_each_entry(entry, &dck_journal, node)
		if (match(entry, key)) {
			list_del(&entry->node);
			found = entry;
			break;
		}
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	return found;
}

static void dck_undo_entry(struct dck_entry *entry)
{
	entry->release->undo(entry->args);
	(kfree)(entry);
}

struct dck_released_key {
	const struct dck_release *release;
	const unsigned long *args;
};

static bool dck_is_same(const struct dck_entry *entry, const void *key)
{
	const struct dck_released_key *of = key;

	return entry->release == of->release &&
	       (of->release->when != DCK_LOCK || entry->thread == current) &&
	       !memcmp(entry->args, of->args, of->release->key * sizeof(*of->args));
}

bool dck_released(const struct dck_release *release, unsigned long *args)
{
	struct dck_released_key key = {.release = release, .args = args};
	struct dck_entry *entry = dck_take(dck_is_same, &key);

	if (entry)
		memcpy(args, entry->args, sizeof(entry->args));
	(kfree)(entry);
	return entry;
}

static bool dck_is_memory(const struct dck_entry *entry, const void *memory)
{
	return entry->release->when == DCK_MEMORY && entry->args[0] == (unsigned long)memory;
}

void dck_memory_released(const void *memory)
{
	(kfree)(dck_take(dck_is_memory, memory));
}

/* Locks */

static bool dck_is_lock_since(const struct dck_entry *entry, const void *mark)
{
	return entry->release->when == DCK_LOCK && entry->thread == current &&
	       entry->number > *(const u64 *)mark;
}

u64 dck_locks_mark(void)
{
	unsigned long flags;
	u64 mark;

	spin_lock_irqsave(&dck_journal_lock, flags);
	mark = dck_numbers;
	spin_unlock_irqrestore(&dck_journal_lock, flags);
	return mark;
}

/* The process has ended in a call with this error; else it lives, or the call was never begun. */
static bool dck_process_ended(int err)
{
	return err == -EPIPE || err == -ETIMEDOUT || err == -EINTR || err == -EPROTO;
}

void dck_locks_release(u64 mark, int err)
{
	struct dck_entry *entry;

	while (dck_process_ended(err) && (entry = dck_take(dck_is_lock_since, &mark))) {
		pr_warn("a lock of the process that ended: %s\n", entry->release->name);
		dck_undo_entry(entry);
	}
}

/* Giving all back */

static bool dck_is_when(const struct dck_entry *entry, const void *key)
{
	enum dck_when when = *(const enum dck_when *)key;

	return entry->number > dck_module_entries &&
	       (entry->release->when == when ||
		(when == DCK_LAST && entry->release->when == DCK_MEMORY));
}

static unsigned int dck_journal_undo(enum dck_when when)
{
	struct dck_entry *entry;
	unsigned int count = 0;

	for (; (entry = dck_take(dck_is_when, &when)); count++)
		dck_undo_entry(entry);
	return count;
}

bool dck_is_object(const void *address)
{
	return dcrt_object_has(dcg_channel, address);
}

static void dck_run_recoveries(void)
{
	const struct dck_recovery *at;
	char *object;
	u32 slot, count, i;

	for (at = dcg_recoveries; at->run; at++) {
		slot = 0;
		while ((object = dcrt_object_next(dcg_channel, at->type, &slot, &count)))
			for (i = 0; i < count; i++)
				at->run(object + i * dcg_driver.types[at->type].size);
	}
}

static unsigned int dck_undo_all(void)
{
	unsigned int count;

	while (!wait_event_timeout(dck_guards_wait, !dck_is_guarded(NULL), 10 * HZ))
		pr_warn("recovery waits for functions of the driver's that still run\n");
	count = dck_journal_undo(DCK_FIRST);
	dck_runners_stop();
	count += dck_journal_undo(DCK_STOP);
	dck_run_recoveries();
	return count + dck_journal_undo(DCK_LAST);
}

static DEFINE_MUTEX(dck_undoing);
static bool dck_undone; /* since the driver is quarantined */

/* Whoever comes second waits until all is given back. */
static unsigned int dck_undo_once(void)
{
	unsigned int count = 0;

	mutex_lock(&dck_undoing);
	if (!dck_undone)
		count = dck_undo_all();
	dck_undone = true;
	mutex_unlock(&dck_undoing);
	return count;
}

/* Devices */

void dck_device_add(struct device *device)
{
	struct dck_device *entry = (kmalloc)(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return;
	entry->device = get_device(device);
	mutex_lock(&dck_devices_lock);
	list_add_tail(&entry->node, &dck_devices);
	mutex_unlock(&dck_devices_lock);
}

static void dck_unlist_device(struct dck_device *entry)
{
	list_del(&entry->node);
	put_device(entry->device);
	(kfree)(entry);
}

static bool dck_is_for_device(const struct dck_entry *entry, const void *key)
{
	const struct device *device = key;
	const void *pdev = dev_is_pci(device) ? to_pci_dev(device) : NULL;
	const void *of = (const void *)entry->args[0];

	return entry->release->key && of && (of == device || of == pdev);
}

/* What the kernel gave back by itself, or has to be given back by nobody (bus master), is left. */
static void dck_journal_drop_device(const struct device *device)
{
	struct dck_entry *entry;

	while ((entry = dck_take(dck_is_for_device, device)))
		(kfree)(entry);
}

void dck_device_removing(struct device *device)
{
	struct dck_device *entry, *next;

	mutex_lock(&dck_devices_lock);
	list_for_each_entry_safe(entry, next, &dck_devices, node)
		if (entry->device == device)
			dck_unlist_device(entry);
	mutex_unlock(&dck_devices_lock);
}

void dck_device_remove(struct device *device)
{
	dck_journal_drop_device(device);
	dck_device_removing(device);
	if (xchg(&dck_recover_others, false))
		queue_work(system_unbound_wq, &dck_recovery);
}

/* Recovery */

void dck_remove_failed(const char *what, int err)
{
	unsigned int count;

	if (dck_is_guarded(current)) { /* recovery waits for that */
		if (!xchg(&dck_quarantined, true))
			queue_work(system_unbound_wq, &dck_recovery);
		return;
	}
	if (xchg(&dck_quarantined, true)) { /* recovery gives all back, and probes again */
		dck_undo_once();
		return;
	}
	count = dck_undo_once();
	WRITE_ONCE(dck_recover_others, true);
	pr_warn("%s failed (%d) with no process to finish it; %u things given back\n", what, err,
		count);
}

void dck_upcall_failed(const char *what, int err)
{
	if (!dck_process_ended(err) || xchg(&dck_quarantined, true))
		return;
	pr_warn("the process ended in %s (%d); the driver starts over\n", what, err);
	queue_work(system_unbound_wq, &dck_recovery);
}

bool dck_had_no_process(int err)
{
	return (err == -ENODEV || dck_process_ended(err)) && !READ_ONCE(dck_quarantined);
}

static void dck_reprobe(void)
{
	struct dck_device *entry;
	LIST_HEAD(taken);

	mutex_lock(&dck_devices_lock);
	list_splice_init(&dck_devices, &taken);
	mutex_unlock(&dck_devices_lock);
	list_for_each_entry(entry, &taken, node)
		device_release_driver(entry->device);
	WRITE_ONCE(dck_undone, false);
	WRITE_ONCE(dck_quarantined, false);
	while (!list_empty(&taken)) {
		entry = list_first_entry(&taken, struct dck_device, node);
		if (device_attach(entry->device) <= 0)
			dev_err(entry->device, "not taken again by the driver\n");
		dck_unlist_device(entry);
	}
}

static void dck_recover(struct work_struct *work)
{
	unsigned int count;

	dcrt_drain(dcg_channel);
	count = dck_undo_once();
	pr_warn("%u things given back; probing again\n", count);
	dck_reprobe();
}

void dck_recovery_flush(void)
{
	flush_work(&dck_recovery);
}
