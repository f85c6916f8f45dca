// SPDX-License-Identifier: GPL-2.0-only
/*
 * The journal: what the driver has acquired from the kernel, and how to release it without the
 * driver.
 *
 * Each call that acquires something goes through the kernel component, so the journal is complete
 * even if the process dies in the middle of a change. Locks are in the journal, too, but they
 * belong to the thread that made the upcall, which releases them when its call ends.
 *
 * Resources that the module's init function acquired before any device was probed belong to the
 * module: nobody would acquire them again, so recovery does not release them.
 */
#include <linux/export.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "devices.h"
#include "journal.h"

struct dck_entry {
	struct list_head node;
	const struct dck_release *release;
	unsigned long args[DCK_ARGS_MAX];
	const struct task_struct *thread; /* only compared */
	const struct device *owner; /* or NULL: nobody knows; only compared */
	u64 number;
};

void dck_first_device(struct dck *dck)
{
	unsigned long flags;

	if (READ_ONCE(dck->journal.has_devices))
		return;
	spin_lock_irqsave(&dck->journal.lock, flags);
	if (!dck->journal.has_devices)
		dck->journal.module_entries = dck->journal.numbers;
	WRITE_ONCE(dck->journal.has_devices, true);
	spin_unlock_irqrestore(&dck->journal.lock, flags);
}

static bool dck_has_entry(struct dck *dck, const struct dck_release *release,
			  const unsigned long *args)
{
	const struct dck_entry *entry;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (entry->release == release &&
		    !memcmp(entry->args, args, release->key * sizeof(*args)))
			found = true;
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return found;
}

/* By the thread; otherwise by what the arguments belong to. */
static const struct device *dck_owner_of(struct dck *dck, const struct dck_release *release,
					 const unsigned long *args)
{
	const struct device *owner = dck_thread_device(dck);
	unsigned int i;

	for (i = 0; !owner && i < release->key; i++)
		owner = dck_device_of(dck, (const void *)args[i]);
	return owner;
}

/* With the lock. */
static void dck_count_lock(struct dck *dck, const struct dck_entry *entry, int change)
{
	if (entry->release->when == DCK_LOCK)
		WRITE_ONCE(dck->journal.n_locks, dck->journal.n_locks + change);
}

int dck_journal_print(struct dck *dck, char *page, int at)
{
	const struct dck_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		at += sysfs_emit_at(page, at, "%s\n", entry->release->name);
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return at;
}

bool dck_note(struct dck *dck, const struct dck_release *release, const unsigned long *args)
{
	struct dck_entry *entry = kmalloc(sizeof(*entry), GFP_ATOMIC);
	unsigned long flags;

	if (!entry) {
		dck_warn_once(dck, DCK_SAID_JOURNAL,
			      "out of memory for the journal: recovery cannot undo %s\n",
			      release->name);
		return false;
	}
	if (release->once && dck_has_entry(dck, release, args)) {
		kfree(entry);
		return true;
	}
	entry->release = release;
	entry->thread = current;
	entry->owner = dck_owner_of(dck, release, args);
	memcpy(entry->args, args, sizeof(entry->args));
	spin_lock_irqsave(&dck->journal.lock, flags);
	entry->number = ++dck->journal.numbers;
	list_add(&entry->node, &dck->journal.list);
	dck_count_lock(dck, entry, 1);
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return true;
}

static void dck_read_arguments(const struct dck_release *release, va_list list, unsigned long *args)
{
	unsigned int i;

	for (i = 0; i < DCK_ARGS_MAX; i++)
		args[i] = i < release->args ? va_arg(list, unsigned long) : 0;
}

bool dck_acquired(const struct dck_release *release, ...)
{
	unsigned long args[DCK_ARGS_MAX];
	va_list list;

	va_start(list, release);
	dck_read_arguments(release, list, args);
	va_end(list);
	return dck_note(release->dck, release, args);
}
EXPORT_SYMBOL_GPL(dck_acquired);

typedef bool (*dck_match)(const struct dck_entry *entry, const void *key);

/* Removes the last entry that matches. NULL: none does. */
static struct dck_entry *dck_take(struct dck *dck, dck_match match, const void *key)
{
	struct dck_entry *entry, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (match(entry, key)) {
			list_del(&entry->node);
			dck_count_lock(dck, entry, -1);
			found = entry;
			break;
		}
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return found;
}

static void dck_undo_entry(struct dck_entry *entry)
{
	entry->release->undo(NULL, entry->args);
	kfree(entry);
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

bool dck_released(struct dck *dck, const struct dck_release *release, unsigned long *args)
{
	struct dck_released_key key = {.release = release, .args = args};
	struct dck_entry *entry = dck_take(dck, dck_is_same, &key);

	if (entry)
		memcpy(args, entry->args, sizeof(entry->args));
	kfree(entry);
	return entry;
}

bool dck_releasing(const struct dck_release *release, ...)
{
	unsigned long args[DCK_ARGS_MAX];
	va_list list;

	if (release->when != DCK_LOCK && dck_release_deferred(release->dck))
		return false;
	va_start(list, release);
	dck_read_arguments(release, list, args);
	va_end(list);
	dck_released(release->dck, release, args);
	return true;
}
EXPORT_SYMBOL_GPL(dck_releasing);

static bool dck_is_memory(const struct dck_entry *entry, const void *memory)
{
	return entry->release->when == DCK_MEMORY && entry->args[0] == (unsigned long)memory;
}

void dck_memory_released(struct dck *dck, const void *memory)
{
	kfree(dck_take(dck, dck_is_memory, memory));
}

/* Locks */

static bool dck_is_lock_since(const struct dck_entry *entry, const void *mark)
{
	return entry->release->when == DCK_LOCK && entry->thread == current &&
	       entry->number > *(const u64 *)mark;
}

u64 dck_journal_mark(struct dck *dck)
{
	unsigned long flags;
	u64 mark;

	spin_lock_irqsave(&dck->journal.lock, flags);
	mark = dck->journal.numbers;
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return mark;
}

static bool dck_is_since(const struct dck_entry *entry, const void *mark)
{
	return entry->release->when != DCK_LOCK && entry->thread == current &&
	       entry->number > *(const u64 *)mark;
}

int dck_undo_since(struct dck *dck, u64 mark, int err)
{
	struct dck_entry *entry;

	while (err < 0 && (entry = dck_take(dck, dck_is_since, &mark)))
		dck_undo_entry(entry);
	return err;
}

bool dck_process_ended(int err)
{
	return err == -EPIPE || err == -ETIMEDOUT || err == -EPROTO || err == -ELOOP;
}

/* True if no function of the driver, on either side, has called what this thread returns from. */
static bool dck_is_left(struct dck *dck)
{
	return dcrt_is_outermost(dck->channel) && !dck_guards_wait_for(dck, current);
}

void dck_locks_release(struct dck *dck, u64 mark, int err)
{
	bool ended = dck_process_ended(err), kept = false;
	struct dck_entry *entry;

	if (!READ_ONCE(dck->journal.n_locks) || (!ended && !dck_is_left(dck)))
		return;
	while ((entry = dck_take(dck, dck_is_lock_since, &mark))) {
		dck_recover_locked(dck, entry->owner);
		dck_warn(dck, "released a lock %s: %s\n",
			 ended ? "of the dead process" : "that the process has kept",
			 entry->release->name);
		dck_undo_entry(entry);
		kept = !ended;
	}
	if (kept)
		dcrt_end_process(dck->channel);
}

/* For recovery */

const struct device *dck_journal_owner(struct dck *dck, const void *memory)
{
	const struct device *owner = NULL;
	const struct dck_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (!owner && entry->args[0] == (unsigned long)memory &&
		    (entry->release->when == DCK_LAST || entry->release->when == DCK_MEMORY))
			owner = entry->owner;
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return owner;
}

static bool dck_belongs_to(const struct dck_entry *entry, const struct device *device)
{
	return !device || entry->owner == device;
}

void *dck_journal_find(struct dck *dck, const char *release, const struct device *device,
		       const struct device **ret_owner)
{
	const struct dck_entry *entry;
	unsigned long flags;
	void *found = NULL;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (!found && dck_belongs_to(entry, device) &&
		    !strcmp(entry->release->name, release)) {
			found = (void *)entry->args[0];
			*ret_owner = entry->owner;
		}
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return found;
}

struct dck_forget_key {
	const char *release;
	const void *argument;
};

static bool dck_is_named(const struct dck_entry *entry, const void *key)
{
	const struct dck_forget_key *of = key;

	return entry->args[0] == (unsigned long)of->argument &&
	       !strcmp(entry->release->name, of->release);
}

void dck_journal_forget(struct dck *dck, const char *release, const void *argument)
{
	struct dck_forget_key key = {.release = release, .argument = argument};

	kfree(dck_take(dck, dck_is_named, &key));
}

/* Locks are not for recovery. */
bool dck_journal_is_owned(struct dck *dck)
{
	const struct dck_entry *entry;
	unsigned long flags;
	bool owned = true;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (!entry->owner && entry->number > dck->journal.module_entries &&
		    entry->release->when != DCK_LOCK)
			owned = false;
	spin_unlock_irqrestore(&dck->journal.lock, flags);
	return owned;
}

struct dck_undo_key {
	enum dck_when when;
	const struct device *device;
	u64 module_entries;
};

static bool dck_is_due(const struct dck_entry *entry, const void *key)
{
	const struct dck_undo_key *of = key;
	enum dck_when when = entry->release->when;

	return entry->number > of->module_entries && dck_belongs_to(entry, of->device) &&
	       (when == of->when || (of->when == DCK_LAST && when == DCK_MEMORY));
}

unsigned int dck_journal_undo(struct dck *dck, enum dck_when when, const struct device *device)
{
	struct dck_undo_key key = {
		.when = when, .device = device, .module_entries = dck->journal.module_entries};
	struct dck_entry *entry;
	unsigned int count = 0;

	for (; (entry = dck_take(dck, dck_is_due, &key)); count++)
		dck_undo_entry(entry);
	return count;
}

static bool dck_is_for_device(const struct dck_entry *entry, const void *key)
{
	const struct device *device = key;
	const void *pdev = dev_is_pci(device) ? to_pci_dev(device) : NULL;
	const void *of = (const void *)entry->args[0];

	return entry->release->key && of && (of == device || of == pdev);
}

/* What is left of the device: memory that others may still free, and nobody else releases. */
static void dck_disown(struct dck *dck, const struct device *device)
{
	struct dck_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&dck->journal.lock, flags);
	list_for_each_entry(entry, &dck->journal.list, node)
		if (entry->owner == device) {
			entry->owner = NULL;
			entry->number = 0;
		}
	spin_unlock_irqrestore(&dck->journal.lock, flags);
}

void dck_journal_drop_device(struct dck *dck, const struct device *device)
{
	struct dck_entry *entry;

	while ((entry = dck_take(dck, dck_is_for_device, device)))
		kfree(entry);
	dck_disown(dck, device);
}
