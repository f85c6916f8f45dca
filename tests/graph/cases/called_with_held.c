/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	struct mutex mutex;
};

static void deepest(struct dev *dev)
{
	act();
}

static void deep(struct dev *dev)
{
	deepest(dev);
}

void under_spinlock(struct dev *dev)
{
	spin_lock(&dev->lock);
	deep(dev);
	spin_unlock(&dev->lock);
}

static void calm(struct dev *dev)
{
	act();
}

void under_mutex(struct dev *dev)
{
	mutex_lock(&dev->mutex);
	calm(dev);
	mutex_unlock(&dev->mutex);
}

/* expect held atomic
 * calm takes [] under [dev.mutex]
 * deep takes [] under [dev.lock]
 * deepest takes [] under [dev.lock]
 * under_mutex takes [dev.mutex] under []
 * under_spinlock takes [dev.lock] under []
 * calm may sleep
 * deepest atomic
 */
