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
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

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

static DEFINE_MUTEX(dck_undoing);

static void dck_recover(struct work_struct *work);
static void dck_probe_again(struct work_struct *work);
static DECLARE_WORK(dck_recovery, dck_recover);
static DECLARE_DELAYED_WORK(dck_probing, dck_probe_again); /* waits for a process */
static bool dck_ending; /* nothing waits for a process any more */
static bool dck_asleep; /* the machine is suspended, or about to be */

/* Whose call it is: that of an argument, or of the call or guard that it is nested in. */
static const struct device *dck_owner(const void *about)
{
	const struct device *device = dck_device_of(about);

	return device ? device : dck_thread_device();
}

int dck_begin(u32 function, const void *about, struct dcrt_call **ret)
{
	const struct device *device = dck_owner(about);
	int err = -ENODEV;

	if (dck_is_absent(device))
		return -ENXIO;
	if (!dck_is_quarantined(device))
		err = dcrt_call_begin(dcg_channel, function, ret);
	if (err)
		return err;
	dcrt_call_own(*ret, device);
	if (!dck_is_quarantined(device))
		return 0;
	dcrt_call_end(*ret); /* quarantined since dcrt_call_begin() waited for a process */
	return -ENODEV;
}

/* Releasing everything */

bool dck_is_object(const void *address)
{
	return dcrt_object_has(dcg_channel, address);
}

/* device NULL: for all objects. */
static void dck_run_recovery(const struct dck_recovery *recovery, const struct device *device)
{
	u32 size = dcg_driver.types[recovery->type].size, slot = 0, count, i;
	char *object;

	while ((object = dcrt_object_next(dcg_channel, recovery->type, &slot, &count)))
		for (i = 0; (!device || dck_device_of(object) == device) && i < count; i++)
			recovery->run(object + i * size);
}

static void dck_run_recoveries(const struct device *device)
{
	const struct dck_recovery *at;

	for (at = dcg_recoveries; at->run; at++)
		dck_run_recovery(at, device);
}

void dck_recover_locked(const struct device *device)
{
	const struct dck_recovery *at;

	for (at = dcg_recoveries; device && at->run; at++)
		if (at->with_locks)
			dck_run_recovery(at, device);
}

/* device NULL: of all devices, and what nobody knows the device of. */
static unsigned int dck_undo_all(const struct device *device)
{
	unsigned int count;

	dck_guards_drain(device);
	if (!device || !dck_device_is(device, DCK_UNWANTED))
		dck_netdevs_keep(device);
	count = dck_journal_undo(DCK_FIRST, device);
	dck_runners_stop(device);
	count += dck_journal_undo(DCK_STOP, device);
	dck_netdevs_stop(device);
	dck_run_recoveries(device);
	count += dck_journal_undo(DCK_LAST, device);
	dck_netdevs_empty(device);
	return count;
}

/*
 * Once for a quarantine: a second caller waits until everything is released. What nobody knows the
 * device of might be of this one, so that all are quarantined then.
 */
static unsigned int dck_undo_once(const struct device *device)
{
	unsigned int count = 0;

	mutex_lock(&dck_undoing);
	if (dck_device_is(device, DCK_UNDONE)) {
		;
	} else if (dck_journal_is_owned()) {
		count = dck_undo_all(device);
		dck_device_set(device, DCK_UNDONE, true);
	} else {
		dck_quarantine(NULL);
		count = dck_undo_all(NULL);
		dck_devices_undone();
		queue_work(system_unbound_wq, &dck_recovery);
	}
	mutex_unlock(&dck_undoing);
	return count;
}

/* Failed calls */

void dck_upcall_failed(const char *what, const void *about, int err)
{
	if (!dck_process_ended(err) || !dck_quarantine(dck_owner(about)))
		return;
	pr_warn("the process died in %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck_recovery);
}

void dck_change_failed(const char *what, const void *about, int err)
{
	if (dck_process_ended(err)) {
		dck_upcall_failed(what, about, err);
		return;
	}
	if (err == -EWOULDBLOCK) {
		pr_warn_once("%s was called in atomic context, where no process can be asked\n",
			     what);
		return;
	}
	if (err == -ESHUTDOWN || err == -ENXIO || !dck_quarantine(dck_owner(about)))
		return;
	pr_warn("no process ran %s (%d); recovering\n", what, err);
	queue_work(system_unbound_wq, &dck_recovery);
}

bool dck_had_no_process(const void *about, int err)
{
	return (err == -ENODEV || err == -ENXIO || err == -EBUSY || dck_process_ended(err)) &&
	       !dck_is_quarantined(dck_owner(about));
}

/* At once, unless this thread is in a guarded function, as recovery waits for those. */
static unsigned int dck_release(const struct device *device)
{
	unsigned int count = 0;

	dck_quarantine(device);
	if (device && !dck_guards_wait_for(current))
		count = dck_undo_once(device);
	queue_work(system_unbound_wq, &dck_recovery);
	return count;
}

/* For messages. */
static const char *dck_why(int err)
{
	return dck_process_ended(err) ? "the process died in" : "no process ran";
}

void dck_release_now(const char *what, const void *about, int err)
{
	if (err != -ESHUTDOWN && err != -ENXIO)
		pr_warn("%s %s (%d); released %u resources\n", dck_why(err), what, err,
			dck_release(dck_owner(about)));
}

/* Other errors would be the same again. */
void dck_bind_failed(const char *what, struct device *device, int err)
{
	dck_device_end(device);
	if (!dck_process_ended(err) && err != -ENODEV && err != -EBUSY) {
		dck_device_remove(device);
		return;
	}
	dev_warn(device, "%s %s (%d); released %u resources\n", dck_why(err), what, err,
		 dck_release(device));
}

void dck_device_removing(struct device *device)
{
	if (!dck_device_is_taken(device))
		dck_device_set(device, DCK_UNWANTED, true);
}

void dck_remove_failed(const char *what, struct device *device, int err)
{
	unsigned int count = dck_release(device);

	if (!dck_device_is_taken(device))
		dev_warn(device, "%s %s (%d); released %u resources\n", dck_why(err), what, err,
			 count);
}

void dck_device_remove(struct device *device)
{
	if (dck_device_is_taken(device))
		return;
	dck_device_end(device);
	dck_journal_drop_device(device);
	dck_device_drop(device);
}

/* Recovery */

static void dck_recover_device(struct device *device)
{
	unsigned int count;

	dcrt_trace_step(dcg_channel, "begin", 0);
	dcrt_drain(dcg_channel, device);
	count = dck_undo_once(device);
	dcrt_trace_step(dcg_channel, "released", count);
	device_release_driver(device);
	if (dck_device_is(device, DCK_UNWANTED)) {
		dck_device_drop(device);
	} else if (dck_device_is(device, DCK_QUARANTINED)) {
		dev_warn(device, "released %u resources; probing again\n", count);
		dck_journal_drop_device(device);
		dck_device_set(device, DCK_QUARANTINED, false);
		dck_device_again(device);
	}
}

static void dck_recover(struct work_struct *work)
{
	struct device *device;

	if (READ_ONCE(dck_asleep))
		return;
	while ((device = dck_device_with(DCK_QUARANTINED))) {
		dck_device_take(device);
		dck_recover_device(device);
		dck_device_take(NULL);
		put_device(device);
	}
	mod_delayed_work(system_unbound_wq, &dck_probing, 0);
}

/* A probe that finds no process fails. */
static void dck_probe_device(struct device *device)
{
	int bound = device_attach(device);

	if (!dck_device_is(device, DCK_PENDING))
		return;
	if (bound > 0) /* to another driver */
		dck_device_drop(device);
}

static void dck_devices_prune(void)
{
	struct device *device;

	while ((device = dck_device_lost())) {
		dck_device_drop(device);
		put_device(device);
	}
}

static void dck_probe_again(struct work_struct *work)
{
	unsigned long wait = msecs_to_jiffies(100);
	struct device *device;

	if (READ_ONCE(dck_ending) || READ_ONCE(dck_asleep))
		return;
	dck_devices_prune();
	while (dcrt_await_process(dcg_channel, 0) && (device = dck_device_due(&wait))) {
		dck_probe_device(device);
		put_device(device);
	}
	if (wait != MAX_SCHEDULE_TIMEOUT && !READ_ONCE(dck_ending))
		queue_delayed_work(system_unbound_wq, &dck_probing, wait);
}

void dck_recovery_flush(void)
{
	WRITE_ONCE(dck_ending, true);
	flush_work(&dck_recovery);
	cancel_delayed_work_sync(&dck_probing);
}

/* Suspend */

#define DCK_SETTLE_MS 10000

static bool dck_is_settled(void)
{
	struct device *device = dck_device_with(DCK_QUARANTINED);

	if (!device)
		device = dck_device_with(DCK_PENDING);
	put_device(device);
	return !device;
}

/*
 * A process that has died cannot be started again once user space is frozen, and then no device can
 * suspend or resume. So it is waited for, and for the devices that it has to take again.
 */
static void dck_settle(void)
{
	unsigned long until = jiffies + msecs_to_jiffies(DCK_SETTLE_MS);

	if (!dcrt_await_process(dcg_channel, DCK_SETTLE_MS))
		return;
	while (!dck_is_settled() && time_before(jiffies, until) &&
	       dcrt_await_process(dcg_channel, DCK_SETTLE_MS))
		msleep(20);
}

static int dck_pm_event(struct notifier_block *block, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		dck_settle();
		WRITE_ONCE(dck_asleep, true);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		WRITE_ONCE(dck_asleep, false);
		dck_wake_process();
		queue_work(system_unbound_wq, &dck_recovery);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block dck_pm_block = {.notifier_call = dck_pm_event};

int dck_recovery_begin(void)
{
	return register_pm_notifier(&dck_pm_block);
}

void dck_recovery_end(void)
{
	unregister_pm_notifier(&dck_pm_block);
	dck_recovery_flush();
	dck_devices_drop_all();
	dck_answers_drop();
}
