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

/*
 * Print what recovery would call, a name a line: the entries of the journal, the work items and
 * timers that are noted. page is one of sysfs, from `at` on; both return its new length.
 */
int dck_journal_print(struct dck *dck, char *page, int at);
int dck_runners_print(struct dck *dck, char *page, int at);

#endif
