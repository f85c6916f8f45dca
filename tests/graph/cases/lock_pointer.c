/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A lock that is reached through a pointer may be any lock of its class: the one that the interrupt
 * handler takes, and the other. */
struct dev {
	spinlock_t taken, other, rings[2];
	spinlock_t *points;
	struct mutex mutex;
};

spinlock_t *shared;

static int handler(int irq, void *data)
{
	struct dev *dev = data;

	spin_lock(&dev->taken);
	spin_unlock(&dev->taken);
	return irq;
}

void by_local(struct dev *dev)
{
	spinlock_t *lock = &dev->taken;

	spin_lock(lock);
	spin_unlock(lock);
}

static spinlock_t *lock_of(struct dev *dev)
{
	return &dev->taken;
}

void by_result(struct dev *dev)
{
	spin_lock(lock_of(dev));
	spin_unlock(lock_of(dev));
}

void by_field(struct dev *dev)
{
	spin_lock(dev->points);
	spin_unlock(dev->points);
}

void by_global(void)
{
	spin_lock(shared);
	spin_unlock(shared);
}

void by_name(struct dev *dev)
{
	spin_lock(&dev->other);
	spin_unlock(&dev->other);
	spin_lock(&dev->rings[1]);
	spin_unlock(&dev->rings[1]);
	mutex_lock(&dev->mutex);
	mutex_unlock(&dev->mutex);
}

int start(struct dev *dev)
{
	return request_irq(1, handler, dev);
}

/* expect holders
 * dev.taken in atomic: handler
 * *by_local:lock:25 in atomic: by_local
 * *lock_of@lock_pointer.c() in atomic: by_result
 * *dev.points in atomic: by_field
 * *shared in atomic: by_global
 * dev.other in atomic: by_name
 * dev.rings in atomic: by_name
 * dev.mutex: by_name
 */
