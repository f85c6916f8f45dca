// SPDX-License-Identifier: GPL-2.0-only
/* Guards of the driver's functions that run in the kernel component and may sleep. */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "devices.h"

/* Refused once the device is quarantined: recovery looks at the list after that. */
bool dck_guard_enter(struct dck *dck, struct dck_guard *ret, const void *about)
{
	unsigned long flags;
	bool enters;

	dck_first_device(dck);
	ret->dck = dck;
	ret->thread = current;
	ret->device = dck_thread_device(dck);
	if (!ret->device)
		ret->device = dck_device_of(dck, about);
	spin_lock_irqsave(&dck->guards.lock, flags);
	enters = !dck_is_quarantined(dck, ret->device);
	if (enters)
		list_add(&ret->node, &dck->guards.list);
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	return enters;
}
EXPORT_SYMBOL_GPL(dck_guard_enter);

bool dck_guard_leave(struct dck_guard *guard)
{
	struct dck *dck = guard->dck;
	unsigned long flags;
	bool quarantined;

	spin_lock_irqsave(&dck->guards.lock, flags);
	list_del(&guard->node);
	quarantined = dck_is_quarantined(dck, guard->device);
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	wake_up(&dck->guards.wait);
	return quarantined;
}
EXPORT_SYMBOL_GPL(dck_guard_leave);

/* With the lock: the last guard that this thread has entered. */
static const struct dck_guard *dck_find_guard(struct dck *dck, const struct task_struct *thread)
{
	const struct dck_guard *guard;

	list_for_each_entry(guard, &dck->guards.list, node)
		if (guard->thread == thread)
			return guard;
	return NULL;
}

bool dck_guards_wait_for(struct dck *dck, const struct task_struct *thread)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&dck->guards.lock, flags);
	found = dck_find_guard(dck, thread);
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	return found;
}

const struct device *dck_guard_device(struct dck *dck)
{
	const struct device *device = NULL;
	const struct dck_guard *guard;
	unsigned long flags;

	spin_lock_irqsave(&dck->guards.lock, flags);
	guard = dck_find_guard(dck, current);
	if (guard)
		device = guard->device;
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	return device;
}

static bool dck_has_guard(struct dck *dck, const struct device *device)
{
	const struct dck_guard *guard;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck->guards.lock, flags);
	list_for_each_entry(guard, &dck->guards.list, node)
		if (!device || !guard->device || guard->device == device)
			found = true;
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	return found;
}

void dck_guards_drain(struct dck *dck, const struct device *device)
{
	while (!wait_event_timeout(dck->guards.wait, !dck_has_guard(dck, device), 10 * HZ))
		dck_warn(dck, "recovery waits for driver functions that still run\n");
}

/* An interrupt is not in the guarded function of the thread that it interrupts. */
bool dck_release_deferred(struct dck *dck)
{
	const struct dck_guard *guard;
	unsigned long flags;
	bool deferred;

	if (!in_task() || !dck_is_quarantined(dck, NULL))
		return false;
	spin_lock_irqsave(&dck->guards.lock, flags);
	guard = dck_find_guard(dck, current);
	deferred = guard && dck_is_quarantined(dck, guard->device);
	spin_unlock_irqrestore(&dck->guards.lock, flags);
	return deferred;
}
EXPORT_SYMBOL_GPL(dck_release_deferred);
