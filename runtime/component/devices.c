// SPDX-License-Identifier: GPL-2.0-only
/* The list of the driver's devices, and which of them something belongs to. */
#include <linux/export.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "devices.h"
#include "netdevs.h"

#define DCK_WORKED_S	 2 /* a device that was bound for so long has worked */
#define DCK_PAUSE_MIN_MS 100
#define DCK_PAUSE_MAX_MS 60000

struct dck_device {
	struct list_head node;
	struct device *device; /* a reference is held */
	unsigned long flags; /* of enum dck_device_flag */
	unsigned long bound_at, due; /* jiffies */
	unsigned int failures; /* in a row */
	const struct task_struct *prober; /* the thread that probes it; only compared */
	u8 *statics; /* as its first probe found them, or NULL */
	u8 *other_statics; /* as they are without it, while it is probed again; or NULL */
};

/* With the lock. */
static struct dck_device *dck_find_device(struct dck *dck, const struct device *device)
{
	struct dck_device *entry;

	list_for_each_entry(entry, &dck->devices.list, node)
		if (entry->device == device)
			return entry;
	return NULL;
}

static void dck_set_flag(struct dck *dck, struct dck_device *entry, enum dck_device_flag flag,
			 bool value)
{
	bool was = entry->flags >> flag & 1;

	if (flag == DCK_QUARANTINED && was != value)
		WRITE_ONCE(dck->devices.n_quarantined,
			   dck->devices.n_quarantined + (value ? 1 : -1u));
	if (value)
		entry->flags |= 1ul << flag;
	else
		entry->flags &= ~(1ul << flag);
}

/* Static variables of the driver's functions that probe: they count boards, for example. */

static size_t dck_copy_statics(struct dck *dck, u8 *to, const u8 *from)
{
	const u16 *at;
	size_t len = 0;

	for (at = dck->bind_statics; *at != DCRT_ANY_TYPE; at++) {
		const struct dcrt_type *type = &dck->driver->types[*at];

		if (to)
			memcpy(to + len, type->variable, type->size);
		if (from)
			memcpy(type->variable, from + len, type->size);
		len += type->size;
	}
	return len;
}

/* NULL: there are none, or no memory. */
static u8 *dck_save_statics(struct dck *dck)
{
	size_t len = dck_copy_statics(dck, NULL, NULL);
	u8 *saved = len ? kmalloc(len, GFP_KERNEL) : NULL;

	if (saved)
		dck_copy_statics(dck, saved, NULL);
	return saved;
}

/* Only the thread that probes the device uses these members of its entry. */
static void dck_use_statics(struct dck *dck, struct dck_device *entry)
{
	if (!entry->statics || entry->other_statics)
		return;
	entry->other_statics = dck_save_statics(dck);
	if (entry->other_statics)
		dck_copy_statics(dck, NULL, entry->statics);
}

static void dck_put_statics_back(struct dck *dck, struct dck_device *entry)
{
	if (entry->other_statics)
		dck_copy_statics(dck, NULL, entry->other_statics);
	kfree(entry->other_statics);
	entry->other_statics = NULL;
}

static void dck_free_device(struct dck_device *entry)
{
	if (entry) {
		put_device(entry->device);
		kfree(entry->statics);
		kfree(entry->other_statics);
	}
	kfree(entry);
}

int dck_device_begin(struct dck *dck, struct device *device)
{
	struct dck_device *new = kmalloc(sizeof(*new), GFP_KERNEL | __GFP_ZERO), *entry;
	unsigned long flags;
	bool refused;

	dck_first_device(dck);
	if (!new)
		return -ENOMEM;
	new->device = get_device(device);
	new->prober = current;
	new->statics = dck_save_statics(dck);
	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	refused =
		device == dck->devices.in_hand || (entry && entry->flags & 1ul << DCK_QUARANTINED);
	if (entry)
		entry->prober = current;
	else if (!refused)
		list_add_tail(&new->node, &dck->devices.list);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	if (entry && !refused)
		dck_use_statics(dck, entry);
	if (entry || refused)
		dck_free_device(new);
	return refused ? -EPROBE_DEFER : 0;
}
EXPORT_SYMBOL_GPL(dck_device_begin);

void dck_device_end(struct dck *dck, const struct device *device)
{
	struct dck_device *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	if (entry)
		entry->prober = NULL;
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	if (entry)
		dck_put_statics_back(dck, entry);
}

void dck_device_drop(struct dck *dck, const struct device *device)
{
	struct dck_device *entry;
	unsigned long flags;

	dck_netdevs_drop(dck, device);
	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	if (entry) {
		dck_set_flag(dck, entry, DCK_QUARANTINED, false);
		list_del(&entry->node);
	}
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	dck_free_device(entry);
}

bool dck_device_is(struct dck *dck, const struct device *device, enum dck_device_flag flag)
{
	const struct dck_device *entry;
	unsigned long flags;
	bool is;

	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	is = entry && entry->flags >> flag & 1;
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	return is;
}

void dck_device_set(struct dck *dck, const struct device *device, enum dck_device_flag flag,
		    bool value)
{
	struct dck_device *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	if (entry)
		dck_set_flag(dck, entry, flag, value);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
}

void dck_device_take(struct dck *dck, const struct device *device)
{
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	WRITE_ONCE(dck->devices.in_hand, device);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
}

struct device *dck_device_with(struct dck *dck, enum dck_device_flag flag)
{
	struct dck_device *entry;
	struct device *device = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node)
		if (!device && entry->flags >> flag & 1)
			device = get_device(entry->device);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	return device;
}

void dck_devices_drop_all(struct dck *dck)
{
	struct dck_device *entry, *next;

	list_for_each_entry_safe(entry, next, &dck->devices.list, node)
		dck_device_drop(dck, entry->device);
}

/* Quarantine */

bool dck_is_quarantined(struct dck *dck, const struct device *device)
{
	if (!READ_ONCE(dck->devices.n_quarantined))
		return false;
	return !device || dck_device_is(dck, device, DCK_QUARANTINED);
}

bool dck_quarantine(struct dck *dck, const struct device *device)
{
	struct dck_device *entry;
	unsigned long flags;
	bool new = false;

	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node)
		if ((!device || entry->device == device) &&
		    !(entry->flags & 1ul << DCK_QUARANTINED)) {
			dck_set_flag(dck, entry, DCK_UNDONE, false);
			dck_set_flag(dck, entry, DCK_QUARANTINED, true);
			new = true;
		}
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	return new;
}

bool dck_device_is_taken(struct dck *dck, const struct device *device)
{
	return READ_ONCE(dck->devices.in_hand) == device;
}

void dck_devices_undone(struct dck *dck)
{
	struct dck_device *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node)
		if (entry->flags & 1ul << DCK_QUARANTINED)
			dck_set_flag(dck, entry, DCK_UNDONE, true);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
}

bool dck_is_absent(struct dck *dck, const struct device *device)
{
	const struct dck_device *entry;
	unsigned long flags;
	bool absent;

	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	absent = entry && entry->flags & 1ul << DCK_ABSENT && entry->prober != current;
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	return absent;
}

/* Probing again */

void dck_device_add(struct dck *dck, struct device *device)
{
	struct dck_device *entry;
	unsigned long flags;

	dck_netdevs_restore(dck, device);
	dck_device_set(dck, device, DCK_ABSENT, false);
	dck_device_end(dck, device);
	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	if (entry) {
		entry->bound_at = jiffies;
		dck_set_flag(dck, entry, DCK_PENDING, false);
		dck_set_flag(dck, entry, DCK_UNWANTED, false);
	}
	spin_unlock_irqrestore(&dck->devices.lock, flags);
}
EXPORT_SYMBOL_GPL(dck_device_add);

void dck_device_again(struct dck *dck, const struct device *device)
{
	unsigned int pause_ms = 0;
	struct dck_device *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	entry = dck_find_device(dck, device);
	if (entry) {
		bool worked =
			entry->bound_at && time_after(jiffies, entry->bound_at + DCK_WORKED_S * HZ);

		entry->failures = worked ? 0 : entry->failures + 1;
		entry->bound_at = 0;
		if (entry->failures > 1)
			pause_ms = min(DCK_PAUSE_MIN_MS << min(entry->failures - 2, 16u),
				       DCK_PAUSE_MAX_MS);
		entry->due = jiffies + msecs_to_jiffies(pause_ms);
		dck_set_flag(dck, entry, DCK_PENDING, true);
	}
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	if (pause_ms)
		dev_warn(device, "failed again; the next try is in %u ms\n", pause_ms);
}

struct device *dck_device_due(struct dck *dck, unsigned long *ret_wait)
{
	struct dck_device *entry;
	struct device *device = NULL;
	unsigned long flags, wait = MAX_SCHEDULE_TIMEOUT;

	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node) {
		if (device || !(entry->flags & 1ul << DCK_PENDING) ||
		    entry->flags & 1ul << DCK_QUARANTINED)
			continue;
		if (time_after_eq(jiffies, entry->due)) {
			/* In case that this try ends without any word of the driver. */
			entry->due = jiffies + HZ;
			device = get_device(entry->device);
		} else {
			wait = min(wait, entry->due - jiffies);
		}
	}
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	*ret_wait = wait;
	return device;
}

struct device *dck_device_lost(struct dck *dck)
{
	struct dck_device *entry;
	struct device *device = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node)
		if (!device && entry->flags & 1ul << DCK_PENDING &&
		    !(entry->flags & 1ul << DCK_QUARANTINED) &&
		    !device_is_registered(entry->device))
			device = get_device(entry->device);
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	return device;
}

/* Owners */

const struct device *dck_thread_device(struct dck *dck)
{
	const struct device *device;

	if (!in_task())
		return NULL;
	device = dck->channel ? dcrt_owner(dck->channel) : NULL;
	return device ? device : dck_guard_device(dck);
}

/* True if the device is in the object. */
static bool dck_is_within(const struct device *device, const void *object)
{
	return device == object || (dev_is_pci(device) && to_pci_dev(device) == object);
}

const struct device *dck_device_of(struct dck *dck, const void *about)
{
	const struct device *device = NULL;
	const struct dck_device *entry;
	const void *object;
	unsigned long flags;

	if (!dck->channel || IS_ERR_OR_NULL(about))
		return NULL;
	object = dcrt_object_outer(dck->channel, about);
	spin_lock_irqsave(&dck->devices.lock, flags);
	list_for_each_entry(entry, &dck->devices.list, node)
		if (dck_is_within(entry->device, about) ||
		    (object && dck_is_within(entry->device, object)))
			device = entry->device;
	spin_unlock_irqrestore(&dck->devices.lock, flags);
	if (!device)
		device = dck_netdev_owner(dck, object ? object : about);
	return device ? device : dck_journal_owner(dck, object ? object : about);
}
