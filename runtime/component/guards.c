// SPDX-License-Identifier: GPL-2.0-only
/* Guards of the driver's functions that run in the kernel component and may sleep. */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "devices.h"

static LIST_HEAD(dck_guards);
static DEFINE_SPINLOCK(dck_guards_lock);
static DECLARE_WAIT_QUEUE_HEAD(dck_guards_wait);

/* Refused once the device is quarantined: recovery looks at the list after that. */
bool dck_guard_enter(struct dck_guard *ret, const void *about)
{
	unsigned long flags;
	bool enters;

	dck_first_device();
	ret->thread = current;
	ret->device = dck_thread_device();
	if (!ret->device)
		ret->device = dck_device_of(about);
	spin_lock_irqsave(&dck_guards_lock, flags);
	enters = !dck_is_quarantined(ret->device);
	if (enters)
		list_add(&ret->node, &dck_guards);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return enters;
}

bool dck_guard_leave(struct dck_guard *guard)
{
	unsigned long flags;
	bool quarantined;

	spin_lock_irqsave(&dck_guards_lock, flags);
	list_del(&guard->node);
	quarantined = dck_is_quarantined(guard->device);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	wake_up(&dck_guards_wait);
	return quarantined;
}

/* With the lock: the last guard that this thread has entered. */
static const struct dck_guard *dck_find_guard(const struct task_struct *thread)
{
	const struct dck_guard *guard;

	list_for_each_entry(guard, &dck_guards, node)
		if (guard->thread == thread)
			return guard;
	return NULL;
}

bool dck_guards_wait_for(const struct task_struct *thread)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&dck_guards_lock, flags);
	found = dck_find_guard(thread);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return found;
}

const struct device *dck_guard_device(void)
{
	const struct device *device = NULL;
	const struct dck_guard *guard;
	unsigned long flags;

	spin_lock_irqsave(&dck_guards_lock, flags);
	guard = dck_find_guard(current);
	if (guard)
		device = guard->device;
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return device;
}

static bool dck_has_guard(const struct device *device)
{
	const struct dck_guard *guard;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck_guards_lock, flags);
	list_for_each_entry(guard, &dck_guards, node)
		if (!device || !guard->device || guard->device == device)
			found = true;
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return found;
}

void dck_guards_drain(const struct device *device)
{
	while (!wait_event_timeout(dck_guards_wait, !dck_has_guard(device), 10 * HZ))
		pr_warn("recovery waits for driver functions that still run\n");
}

/* An interrupt is not in the guarded function of the thread that it interrupts. */
bool dck_release_deferred(void)
{
	const struct dck_guard *guard;
	unsigned long flags;
	bool deferred;

	if (!in_task() || !dck_is_quarantined(NULL))
		return false;
	spin_lock_irqsave(&dck_guards_lock, flags);
	guard = dck_find_guard(current);
	deferred = guard && dck_is_quarantined(guard->device);
	spin_unlock_irqrestore(&dck_guards_lock, flags);
	return deferred;
}
