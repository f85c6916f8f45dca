// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery, when the process has died in the middle of a change, and nobody knows how far it came.
 *
 * The driver is quarantined: no upcall begins. Once all calls and guarded functions have ended,
 * what is in the journal is released in stages (enum dck_when), the last acquired first: what makes
 * the device harmless; work items and timers; what else runs by itself; then functions of the
 * driver that free what hangs in its rings; then the rest. The devices are then released from the
 * driver, which finds nothing left to do, and probed again as soon as there is a process.
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

#include "journal.h"

struct dck_device {
	struct list_head node;
	struct device *device; /* a reference is held */
};

static LIST_HEAD(dck_devices);
static LIST_HEAD(dck_unbound); /* released by recovery, and not probed again yet */
static DEFINE_MUTEX(dck_devices_lock); /* of both lists */
static DEFINE_MUTEX(dck_recovering); /* either releases or probes */
static bool dck_quarantined;
static bool dck_recover_others; /* all was released when one device was removed */

static void dck_recover(struct work_struct *work);
static void dck_probe_again(struct work_struct *work);
static DECLARE_WORK(dck_recovery, dck_recover);
static DECLARE_WORK(dck_probing, dck_probe_again); /* waits for a process */
static bool dck_ending; /* nothing waits for a process any more */

int dck_begin(u32 function, struct dcrt_call **ret)
{
	int err =
		READ_ONCE(dck_quarantined) ? -ENODEV : dcrt_call_begin(dcg_channel, function, ret);

	if (!err && READ_ONCE(dck_quarantined)) { /* since dcrt_call_begin() waited for a process */
		dcrt_call_end(*ret);
		err = -ENODEV;
	}
	return err;
}

/* Guards */

static LIST_HEAD(dck_guards);
static DEFINE_SPINLOCK(dck_guards_lock);
static DECLARE_WAIT_QUEUE_HEAD(dck_guards_wait);

/* Refused once the driver is quarantined: recovery looks at the list after that. */
bool dck_guard_enter(struct dck_guard *ret)
{
	unsigned long flags;
	bool enters;

	dck_first_device();
	ret->thread = current;
	spin_lock_irqsave(&dck_guards_lock, flags);
	enters = !READ_ONCE(dck_quarantined);
	if (enters)
		list_add(&ret->node, &dck_guards);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return enters;
}

bool dck_guard_leave(struct dck_guard *guard)
{
	unsigned long flags;
	bool starts_over;

	spin_lock_irqsave(&dck_guards_lock, flags);
	list_del(&guard->node);
	starts_over = READ_ONCE(dck_quarantined);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	wake_up(&dck_guards_wait);
	return starts_over;
}

/* True if this thread, or any if thread is NULL, is in a guarded function. */
static bool dck_is_guarded(const struct task_struct *thread)
{
	const struct dck_guard *guard;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck_guards_lock, flags);
	list_for_each_entry(guard, &dck_guards, node)
		if (!thread || guard->thread == thread)
			found = true;
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return found;
}

bool dck_release_deferred(void)
{
	return READ_ONCE(dck_quarantined) && dck_is_guarded(current);
}

/* Releasing everything */

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
		pr_warn("recovery waits for driver functions that still run\n");
	count = dck_journal_undo(DCK_FIRST);
	dck_runners_stop();
	count += dck_journal_undo(DCK_STOP);
	dck_run_recoveries();
	return count + dck_journal_undo(DCK_LAST);
}

static DEFINE_MUTEX(dck_undoing);
static bool dck_undone; /* since the driver was quarantined */

/* A second caller waits until everything is released. */
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
	struct dck_device *entry = dck_own_alloc(sizeof(*entry), GFP_KERNEL);

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
	dck_own_free(entry);
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

	if (dck_is_guarded(current)) { /* recovery waits for this thread */
		if (!xchg(&dck_quarantined, true))
			queue_work(system_unbound_wq, &dck_recovery);
		return;
	}
	if (xchg(&dck_quarantined, true)) { /* recovery releases everything, and probes again */
		dck_undo_once();
		return;
	}
	count = dck_undo_once();
	WRITE_ONCE(dck_recover_others, true);
	pr_warn("%s failed (%d) without a process; released %u resources\n", what, err, count);
}

void dck_upcall_failed(const char *what, int err)
{
	if (!dck_process_ended(err) || xchg(&dck_quarantined, true))
		return;
	pr_warn("the process died in %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck_recovery);
}

void dck_change_failed(const char *what, int err)
{
	bool begun = err != -ENODEV && err != -EBUSY;

	if (begun) {
		dck_upcall_failed(what, err);
		return;
	}
	if (xchg(&dck_quarantined, true))
		return;
	pr_warn("no process ran %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck_recovery);
}

bool dck_had_no_process(int err)
{
	return (err == -ENODEV || err == -EBUSY || dck_process_ended(err)) &&
	       !READ_ONCE(dck_quarantined);
}

static void dck_release_devices(void)
{
	struct dck_device *entry;
	LIST_HEAD(taken);

	mutex_lock(&dck_devices_lock);
	list_splice_init(&dck_devices, &taken);
	mutex_unlock(&dck_devices_lock);
	list_for_each_entry(entry, &taken, node)
		device_release_driver(entry->device);
	mutex_lock(&dck_devices_lock);
	list_splice_tail(&taken, &dck_unbound);
	mutex_unlock(&dck_devices_lock);
}

static void dck_recover(struct work_struct *work)
{
	unsigned int count;

	mutex_lock(&dck_recovering);
	dcrt_trace_step(dcg_channel, "begin", 0);
	dcrt_drain(dcg_channel);
	count = dck_undo_once();
	dcrt_trace_step(dcg_channel, "released", count);
	pr_warn("released %u resources; probing again\n", count);
	dck_release_devices();
	WRITE_ONCE(dck_undone, false);
	WRITE_ONCE(dck_quarantined, false);
	mutex_unlock(&dck_recovering);
	queue_work(system_unbound_wq, &dck_probing);
}

static struct dck_device *dck_take_unbound(void)
{
	struct dck_device *entry;

	mutex_lock(&dck_devices_lock);
	entry = list_first_entry_or_null(&dck_unbound, struct dck_device, node);
	if (entry)
		list_del_init(&entry->node);
	mutex_unlock(&dck_devices_lock);
	return entry;
}

/* A probe that finds no process fails, and nobody would make it again. */
static void dck_probe_again(struct work_struct *work)
{
	struct dck_device *entry;

	while ((entry = dck_take_unbound())) {
		while (!dcrt_await_process(dcg_channel, 1000) && !READ_ONCE(dck_ending))
			;
		mutex_lock(&dck_recovering);
		if (!READ_ONCE(dck_ending) && device_attach(entry->device) <= 0)
			dev_err(entry->device, "the driver does not bind again\n");
		mutex_unlock(&dck_recovering);
		dck_unlist_device(entry);
	}
}

void dck_recovery_flush(void)
{
	WRITE_ONCE(dck_ending, true);
	flush_work(&dck_recovery);
	flush_work(&dck_probing);
}
