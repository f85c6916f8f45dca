/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	struct mutex mutex;
	struct semaphore sem;
};

void then(struct dev *dev)
{
	if (spin_trylock(&dev->lock)) {
		act();
		spin_unlock(&dev->lock);
	}
	act();
}

int or_leave(struct dev *dev)
{
	if (unlikely(!spin_trylock(&dev->lock))) {
		act();
		return -1;
	}
	act();
	spin_unlock(&dev->lock);
	return 0;
}

void spin(struct dev *dev)
{
	while (!spin_trylock(&dev->lock))
		act();
	act();
	spin_unlock(&dev->lock);
	act();
}

int zero_is_success(struct dev *dev)
{
	if (down_trylock(&dev->sem))
		return -1;
	act();
	up(&dev->sem);
	if (mutex_lock_interruptible(&dev->mutex) != 0) {
		act();
		return -1;
	}
	act();
	mutex_unlock(&dev->mutex);
	act();
	return 0;
}

int both(struct dev *dev, int x)
{
	if (x && spin_trylock(&dev->lock)) {
		act();
		spin_unlock(&dev->lock);
		return 1;
	}
	act();
	return 0;
}

/* expect locks
 * both act: dev.lock
 * both act:
 * or_leave act:
 * or_leave act: dev.lock
 * spin act:
 * spin act: dev.lock
 * spin act:
 * then act: dev.lock
 * then act:
 * zero_is_success act: dev.sem
 * zero_is_success act:
 * zero_is_success act: dev.mutex
 * zero_is_success act:
 */
