/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* What the kernel calls before it returns runs where its caller does: kref_put() in an interrupt
 * releases in it, and what the release calls so as well. sort() is called where sleeping is fine. */
static void later(struct kref *kref)
{
	act();
}

static void release(struct kref *kref)
{
	kref_put(kref, later);
}

static int compare(const void *a, const void *b)
{
	return 0;
}

static int interrupt(int irq, void *data)
{
	kref_put(data, release);
	return 0;
}

int init(void *data)
{
	sort(data, 1, 1, compare);
	return request_irq(1, interrupt, data);
}

/* expect contexts entries
 * compare: process
 * init:
 * interrupt: hardirq critical
 * later: atomic process critical
 * release: atomic process critical
 * compare by sort argument 3: process
 * interrupt by request_irq argument 1: hardirq
 * later by kref_put argument 1: atomic
 * release by kref_put argument 1: atomic
 */
