/* SPDX-License-Identifier: GPL-2.0-only */
/* The journal, as recovery uses it. */
#ifndef DCK_JOURNAL_H
#define DCK_JOURNAL_H

#include "component.h"

/*
 * Releases the entries of a stage that belong to a device (NULL: all), except the module's own.
 * Returns how many.
 */
unsigned int dck_journal_undo(struct dck *dck, enum dck_when when, const struct device *device);
/* False if nobody knows which device an entry belongs to. */
bool dck_journal_is_owned(struct dck *dck);
/*
 * Drops the entries for a device: the kernel has released them by itself, or nobody has to (bus
 * mastering).
 */
void dck_journal_drop_device(struct dck *dck, const struct device *device);
/*
 * True if a call's error says that the process ended in it. Otherwise it lives, or the call was
 * never begun.
 */
bool dck_process_ended(int err);

/* The entries of the journal, and the work items and timers that are noted. */
unsigned int dck_journal_count(struct dck *dck);
unsigned int dck_runners_count(struct dck *dck);

/* The length of a list that a lock guards. */
static inline unsigned int dck_list_count(const struct list_head *list, spinlock_t *lock)
{
	const struct list_head *at;
	unsigned int count = 0;
	unsigned long flags;

	spin_lock_irqsave(lock, flags);
	list_for_each(at, list)
		count++;
	spin_unlock_irqrestore(lock, flags);
	return count;
}

#endif
