// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery, when the process has died in the middle of a change, and nobody knows how far it came.
 *
 * The device is quarantined: no upcall for it begins. Once all its calls and guarded functions have
 * ended, what is in the journal for it is released in stages (enum dck_when), the last acquired
 * first: what makes the device harmless; work items and timers; what else runs by itself; then
 * functions of the driver that free what hangs in its rings; then the rest. The device is then
 * released from the driver, which finds nothing left to do, and probed again as soon as there is a
 * process. It stays in the list, and is probed again after each death, until a probe ends with the
 * driver's own result.
 *
 * Other devices of the driver are left alone. If nobody knows what device a failed call was for, or
 * one that something in the journal belongs to, all are recovered together.
 */
#include <linux/export.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>

#include "devices.h"
#include "journal.h"
#include "netdevs.h"

/* Whose call it is: that of an argument, or of the call or guard that it is nested in. */
static const struct device *dck_owner(struct dck *dck, const void *about)
{
	const struct device *device = dck_device_of(dck, about);

	return device ? device : dck_thread_device(dck);
}

int dck_begin(struct dck *dck, u32 function, const void *about, struct dcrt_call **ret)
{
	const struct device *device = dck_owner(dck, about);
	int err = -ENODEV;

	if (dck_is_absent(dck, device))
		return -ENXIO;
	if (!dck_is_quarantined(dck, device))
		err = dcrt_call_begin(dck->channel, function, ret);
	if (err)
		return err;
	dcrt_call_own(*ret, device);
	if (!dck_is_quarantined(dck, device))
		return 0;
	dcrt_call_end(*ret); /* quarantined since dcrt_call_begin() waited for a process */
	return -ENODEV;
}

/* Releasing everything */

bool dck_has_object(struct dck *dck, const void *address)
{
	return dcrt_object_has(dck->channel, address);
}
EXPORT_SYMBOL_GPL(dck_has_object);

/* device NULL: for all objects. */
static void dck_run_recovery(struct dck *dck, const struct dck_recovery *recovery,
			     const struct device *device)
{
	u32 size = dck->driver->types[recovery->type].size, slot = 0, count, i;
	char *object;

	while ((object = dcrt_object_next(dck->channel, recovery->type, &slot, &count)))
		for (i = 0; (!device || dck_device_of(dck, object) == device) && i < count; i++)
			recovery->run(object + i * size);
}

static void dck_run_recoveries(struct dck *dck, const struct device *device)
{
	const struct dck_recovery *at;

	for (at = dck->recoveries; at->run; at++)
		dck_run_recovery(dck, at, device);
}

void dck_recover_locked(struct dck *dck, const struct device *device)
{
	const struct dck_recovery *at;

	for (at = dck->recoveries; device && at->run; at++)
		if (at->with_locks)
			dck_run_recovery(dck, at, device);
}

/* device NULL: of all devices, and what nobody knows the device of. */
static unsigned int dck_undo_all(struct dck *dck, const struct device *device)
{
	unsigned int count;

	dck_guards_drain(dck, device);
	if (!device || !dck_device_is(dck, device, DCK_UNWANTED))
		dck_netdevs_keep(dck, device);
	count = dck_journal_undo(dck, DCK_FIRST, device);
	dck_runners_stop(dck, device);
	count += dck_journal_undo(dck, DCK_STOP, device);
	dck_netdevs_stop(dck, device);
	dck_run_recoveries(dck, device);
	count += dck_journal_undo(dck, DCK_LAST, device);
	dck_netdevs_empty(dck, device);
	return count;
}

/*
 * Once for a quarantine: a second caller waits until everything is released. What nobody knows the
 * device of might be of this one, so that all are quarantined then.
 */
static unsigned int dck_undo_once(struct dck *dck, const struct device *device)
{
	unsigned int count = 0;

	mutex_lock(&dck->recovery.undoing);
	if (dck_device_is(dck, device, DCK_UNDONE)) {
		;
	} else if (dck_journal_is_owned(dck)) {
		count = dck_undo_all(dck, device);
		dck_device_set(dck, device, DCK_UNDONE, true);
	} else {
		dck_quarantine(dck, NULL);
		count = dck_undo_all(dck, NULL);
		dck_devices_undone(dck);
		queue_work(system_unbound_wq, &dck->recovery.work);
	}
	mutex_unlock(&dck->recovery.undoing);
	return count;
}

/* Failed calls */

void dck_upcall_failed(struct dck *dck, const char *what, const void *about, int err)
{
	if (!dck_process_ended(err) || !dck_quarantine(dck, dck_owner(dck, about)))
		return;
	dck_warn(dck, "the process died in %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck->recovery.work);
}

void dck_change_failed(struct dck *dck, const char *what, const void *about, int err)
{
	if (dck_process_ended(err)) {
		dck_upcall_failed(dck, what, about, err);
		return;
	}
	if (err == -EWOULDBLOCK) {
		dck_warn_once(dck, DCK_SAID_ATOMIC,
			      "%s was called in atomic context, where no process can be asked\n",
			      what);
		return;
	}
	if (err == -ESHUTDOWN || err == -ENXIO || !dck_quarantine(dck, dck_owner(dck, about)))
		return;
	dck_warn(dck, "no process ran %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck->recovery.work);
}

bool dck_had_no_process(struct dck *dck, const void *about, int err)
{
	return (err == -ENODEV || err == -ENXIO || err == -EBUSY || dck_process_ended(err)) &&
	       !dck_is_quarantined(dck, dck_owner(dck, about));
}

/* At once, unless this thread is in a guarded function, as recovery waits for those. */
static unsigned int dck_release(struct dck *dck, const struct device *device)
{
	unsigned int count = 0;

	dck_quarantine(dck, device);
	if (device && !dck_guards_wait_for(dck, current))
		count = dck_undo_once(dck, device);
	queue_work(system_unbound_wq, &dck->recovery.work);
	return count;
}

/* For messages. */
static const char *dck_why(int err)
{
	return dck_process_ended(err) ? "the process died in" : "no process ran";
}

void dck_release_now(struct dck *dck, const char *what, const void *about, int err)
{
	if (err != -ESHUTDOWN && err != -ENXIO)
		dck_warn(dck, "%s %s (%d); released %u resources\n", dck_why(err), what, err,
			 dck_release(dck, dck_owner(dck, about)));
}
EXPORT_SYMBOL_GPL(dck_release_now);

/* Other errors would be the same again. */
void dck_bind_failed(struct dck *dck, const char *what, struct device *device, int err)
{
	dck_device_end(dck, device);
	if (!dck_process_ended(err) && err != -ENODEV && err != -EBUSY) {
		dck_device_remove(dck, device);
		return;
	}
	dev_warn(device, "%s %s (%d); released %u resources\n", dck_why(err), what, err,
		 dck_release(dck, device));
}
EXPORT_SYMBOL_GPL(dck_bind_failed);

void dck_device_removing(struct dck *dck, struct device *device)
{
	if (!dck_device_is_taken(dck, device))
		dck_device_set(dck, device, DCK_UNWANTED, true);
}
EXPORT_SYMBOL_GPL(dck_device_removing);

void dck_remove_failed(struct dck *dck, const char *what, struct device *device, int err)
{
	unsigned int count = dck_release(dck, device);

	if (!dck_device_is_taken(dck, device))
		dev_warn(device, "%s %s (%d); released %u resources\n", dck_why(err), what, err,
			 count);
}
EXPORT_SYMBOL_GPL(dck_remove_failed);

void dck_device_remove(struct dck *dck, struct device *device)
{
	if (dck_device_is_taken(dck, device))
		return;
	dck_device_end(dck, device);
	dck_journal_drop_device(dck, device);
	dck_device_drop(dck, device);
}
EXPORT_SYMBOL_GPL(dck_device_remove);

/* Recovery */

static void dck_recover_device(struct dck *dck, struct device *device)
{
	unsigned int count;

	dcrt_trace_step(dck->channel, "begin", 0);
	dcrt_drain(dck->channel, device);
	count = dck_undo_once(dck, device);
	dcrt_trace_step(dck->channel, "released", count);
	device_release_driver(device);
	if (dck_device_is(dck, device, DCK_UNWANTED)) {
		dck_device_drop(dck, device);
	} else if (dck_device_is(dck, device, DCK_QUARANTINED)) {
		dev_warn(device, "released %u resources; probing again\n", count);
		dck_journal_drop_device(dck, device);
		dck_device_set(dck, device, DCK_QUARANTINED, false);
		dck_device_again(dck, device);
	}
}

static void dck_recover(struct work_struct *work)
{
	struct dck *dck = container_of(work, struct dck, recovery.work);
	struct device *device;

	if (READ_ONCE(dck->recovery.asleep))
		return;
	while ((device = dck_device_with(dck, DCK_QUARANTINED))) {
		dck_device_take(dck, device);
		dck_recover_device(dck, device);
		dck_device_take(dck, NULL);
		put_device(device);
	}
	mod_delayed_work(system_unbound_wq, &dck->recovery.probing, 0);
}

/* A probe that finds no process fails. */
static void dck_probe_device(struct dck *dck, struct device *device)
{
	int bound = device_attach(device);

	if (!dck_device_is(dck, device, DCK_PENDING))
		return;
	if (bound > 0) /* to another driver */
		dck_device_drop(dck, device);
}

static void dck_devices_prune(struct dck *dck)
{
	struct device *device;

	while ((device = dck_device_lost(dck))) {
		dck_device_drop(dck, device);
		put_device(device);
	}
}

static void dck_probe_again(struct work_struct *work)
{
	struct dck *dck = container_of(to_delayed_work(work), struct dck, recovery.probing);
	unsigned long wait = msecs_to_jiffies(100);
	struct device *device;

	if (READ_ONCE(dck->recovery.ending) || READ_ONCE(dck->recovery.asleep))
		return;
	dck_devices_prune(dck);
	while (dcrt_await_process(dck->channel, 0) && (device = dck_device_due(dck, &wait))) {
		dck_probe_device(dck, device);
		put_device(device);
	}
	if (wait != MAX_SCHEDULE_TIMEOUT && !READ_ONCE(dck->recovery.ending))
		queue_delayed_work(system_unbound_wq, &dck->recovery.probing, wait);
}

void dck_recovery_flush(struct dck *dck)
{
	WRITE_ONCE(dck->recovery.ending, true);
	flush_work(&dck->recovery.work);
	cancel_delayed_work_sync(&dck->recovery.probing);
}

/* Suspend */

#define DCK_SETTLE_MS 10000

static bool dck_is_settled(struct dck *dck)
{
	struct device *device = dck_device_with(dck, DCK_QUARANTINED);

	if (!device)
		device = dck_device_with(dck, DCK_PENDING);
	put_device(device);
	return !device;
}

/*
 * A process that has died cannot be started again once user space is frozen, and then no device can
 * suspend or resume. So it is waited for, and for the devices that it has to take again.
 */
static void dck_settle(struct dck *dck)
{
	unsigned long until = jiffies + msecs_to_jiffies(DCK_SETTLE_MS);

	if (!dcrt_await_process(dck->channel, DCK_SETTLE_MS))
		return;
	while (!dck_is_settled(dck) && time_before(jiffies, until) &&
	       dcrt_await_process(dck->channel, DCK_SETTLE_MS))
		msleep(20);
}

static int dck_pm_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct dck *dck = container_of(block, struct dck, recovery.pm);

	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		dck_settle(dck);
		WRITE_ONCE(dck->recovery.asleep, true);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		WRITE_ONCE(dck->recovery.asleep, false);
		dck_wake_process(dck);
		queue_work(system_unbound_wq, &dck->recovery.work);
		break;
	}
	return NOTIFY_DONE;
}

int dck_recovery_begin(struct dck *dck)
{
	INIT_WORK(&dck->recovery.work, dck_recover);
	INIT_DELAYED_WORK(&dck->recovery.probing, dck_probe_again);
	dck->recovery.pm.notifier_call = dck_pm_event;
	return register_pm_notifier(&dck->recovery.pm);
}

void dck_recovery_end(struct dck *dck)
{
	unregister_pm_notifier(&dck->recovery.pm);
	dck_recovery_flush(dck);
	dck_devices_drop_all(dck);
	dck_answers_drop(dck);
}
