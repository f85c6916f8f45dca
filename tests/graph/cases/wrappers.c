/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	struct mutex mutex;
};

static void dev_lock(struct dev *dev)
{
	spin_lock(&dev->lock);
}

static void dev_unlock(struct dev *dev)
{
	spin_unlock(&dev->lock);
}

static void lock_both(struct dev *dev)
{
	mutex_lock(&dev->mutex);
	dev_lock(dev);
}

void user(struct dev *dev)
{
	act();
	dev_lock(dev);
	act();
	dev_unlock(dev);
	act();
}

void user_of_both(struct dev *dev)
{
	lock_both(dev);
	act();
	dev_unlock(dev);
	act();
	mutex_unlock(&dev->mutex);
}

static void lets_go(struct dev *dev)
{
	spin_unlock(&dev->lock);
	act();
	spin_lock(&dev->lock);
}

void holder(struct dev *dev)
{
	spin_lock(&dev->lock);
	lets_go(dev);
	act();
	spin_unlock(&dev->lock);
}

/* expect locks held atomic
 * holder lets_go: dev.lock
 * holder act: dev.lock
 * lets_go act: dropped dev.lock
 * lock_both dev_lock: dev.mutex
 * user dev_lock:
 * user dev_unlock: dev.lock
 * user act:
 * user act: dev.lock
 * user act:
 * user_of_both dev_unlock: dev.lock dev.mutex
 * user_of_both lock_both:
 * user_of_both act: dev.lock dev.mutex
 * user_of_both act: dev.mutex
 * dev_lock takes [dev.lock] under [dev.mutex]
 * dev_unlock takes [dev.lock] under [dev.lock dev.mutex]
 * holder takes [dev.lock] under []
 * lets_go takes [dev.lock] under [dev.lock]
 * lock_both takes [dev.mutex dev.lock] under []
 * user takes [dev.lock] under []
 * user_of_both takes [dev.lock dev.mutex] under []
 * holder atomic
 * lets_go may sleep
 * user may sleep
 * user atomic
 * user may sleep
 * user_of_both atomic
 * user_of_both may sleep
 */
