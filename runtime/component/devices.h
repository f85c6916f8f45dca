/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's devices, as recovery sees them. A device is in the list from the beginning of its
 * probe until it was removed, or until the driver itself has refused it; the list holds a reference
 * to it, so its address stands for the device everywhere in the component (its owner).
 */
#ifndef DCK_DEVICES_H
#define DCK_DEVICES_H

#include "component.h"

/* dck_thread_device - the device on behalf of which this thread runs, or NULL. Any context. */
const struct device *dck_thread_device(struct dck *dck);
/*
 * dck_device_of - the device that an address belongs to: of the device itself, of an object around
 * it, or of memory in the journal. NULL: none, or nobody knows. Any context.
 */
const struct device *dck_device_of(struct dck *dck, const void *about);

/*
 * Quarantine: no upcall and no guarded function of the device begins. NULL stands for all devices:
 * they are when one is; setting it sets it for each. dck_quarantine() returns true if that is new.
 */
bool dck_is_quarantined(struct dck *dck, const struct device *device);
bool dck_quarantine(struct dck *dck, const struct device *device);

/* What recovery knows of a device, besides. */
enum dck_device_flag {
	DCK_QUARANTINED,
	DCK_UNDONE, /* while quarantined: all that it had acquired was released */
	DCK_UNWANTED, /* it is being removed */
	DCK_PENDING, /* it will be probed again */
	DCK_ABSENT, /* what the kernel has of it has no driver: only its probe may make calls */
};

bool dck_device_is(struct dck *dck, const struct device *device, enum dck_device_flag flag);
void dck_device_set(struct dck *dck, const struct device *device, enum dck_device_flag flag,
		    bool value);

/*
 * dck_device_take - recovery releases this device from the driver, which is no removal, and it
 * cannot be bound meanwhile. NULL: no device any more.
 */
void dck_device_take(struct dck *dck, const struct device *device);
bool dck_device_is_taken(struct dck *dck, const struct device *device);

/* All that are quarantined are undone. */
void dck_devices_undone(struct dck *dck);

/* Its probe has ended. */
void dck_device_end(struct dck *dck, const struct device *device);

/* It is absent, and this thread does not probe it. */
bool dck_is_absent(struct dck *dck, const struct device *device);

/* The first device with this flag, with a reference, or NULL. */
struct device *dck_device_with(struct dck *dck, enum dck_device_flag flag);
/*
 * dck_device_due - a device to be probed again now, with a reference; or NULL, and in how many
 * jiffies there will be one (MAX_SCHEDULE_TIMEOUT: there is none).
 */
struct device *dck_device_due(struct dck *dck, unsigned long *ret_wait);
/*
 * dck_device_again - it will be probed again: at once, or after a pause that grows if this happens
 * again and again without the device having worked in between.
 */
void dck_device_again(struct dck *dck, const struct device *device);
/* A device that would be probed again, but was taken out of the machine; with a reference. */
struct device *dck_device_lost(struct dck *dck);
void dck_device_drop(struct dck *dck, const struct device *device);
/* The module ends: none of them is probed again. */
void dck_devices_drop_all(struct dck *dck);

/* guards.c: waits until no guarded function of this device, or of none, runs. NULL: of any. */
void dck_guards_drain(struct dck *dck, const struct device *device);
bool dck_guards_wait_for(struct dck *dck, const struct task_struct *thread); /* it is in one */
const struct device *
dck_guard_device(struct dck *dck); /* of this thread's innermost guard, or NULL */

/* journal.c: the owner of an entry for this memory, or NULL. */
const struct device *dck_journal_owner(struct dck *dck, const void *memory);
/*
 * dck_journal_find - the first argument of an entry of a device (NULL: of any), by the name of the
 * function that releases it; or NULL. dck_journal_forget - drops the entry of this argument.
 */
void *dck_journal_find(struct dck *dck, const char *release, const struct device *device,
		       const struct device **ret_owner);
void dck_journal_forget(struct dck *dck, const char *release, const void *argument);

#endif
