/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Who works on a parameter holds what its callers hand over, and no other lock. */
struct dev {
	spinlock_t taken, other, third;
};

static int handler(int irq, void *data)
{
	struct dev *dev = data;

	spin_lock(&dev->taken);
	spin_unlock(&dev->taken);
	return irq;
}

static void bump(spinlock_t *lock)
{
	spin_lock(lock);
	spin_unlock(lock);
}

static void bump_twice(spinlock_t *lock)
{
	bump(lock);
	bump(lock);
}

void user(struct dev *dev)
{
	bump_twice(&dev->taken);
	bump(&dev->other);
}

void apart(struct dev *dev)
{
	spin_lock(&dev->third);
	spin_unlock(&dev->third);
}

int start(struct dev *dev)
{
	return request_irq(1, handler, dev);
}

/* expect holders
 * dev.taken in atomic: bump handler
 * bump@lock_parameter.c#0: bump
 * dev.third: apart
 * bump_twice@lock_parameter.c#0: bump
 * dev.other: bump
 */
