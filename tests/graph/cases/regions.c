/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock, inner;
	int state;
};

int early_return(struct dev *dev)
{
	spin_lock(&dev->lock);
	act();
	if (dev->state) {
		spin_unlock(&dev->lock);
		act();
		return 1;
	}
	act();
	spin_unlock(&dev->lock);
	act();
	return 0;
}

int error_path(struct dev *dev)
{
	int err = -1;

	spin_lock(&dev->lock);
	if (dev->state)
		goto unlock;
	act();
	spin_lock(&dev->inner);
	act();
	spin_unlock(&dev->inner);
	err = 0;
unlock:
	act();
	spin_unlock(&dev->lock);
	act();
	return err;
}

void in_loop(struct dev *dev, int n)
{
	while (n--) {
		act();
		spin_lock(&dev->lock);
		act();
		spin_unlock(&dev->lock);
	}
	act();
}

void kept_round_the_loop(struct dev *dev, int n)
{
	spin_lock(&dev->lock);
	for (; n; n--) {
		act();
		spin_unlock(&dev->lock);
		act();
		spin_lock(&dev->lock);
	}
	act();
	spin_unlock(&dev->lock);
}

void taken_in_the_loop(struct dev *dev, int n)
{
	do {
		act(); /* maybe from the round before */
		if (n == 3)
			spin_lock(&dev->lock);
	} while (n--);
	act();
}

/* expect locks
 * early_return act: dev.lock
 * early_return act:
 * early_return act: dev.lock
 * early_return act:
 * error_path act: dev.lock
 * error_path act: dev.inner dev.lock
 * error_path act: dev.lock
 * error_path act:
 * in_loop act:
 * in_loop act: dev.lock
 * in_loop act:
 * kept_round_the_loop act: dev.lock
 * kept_round_the_loop act:
 * kept_round_the_loop act: dev.lock
 * taken_in_the_loop act: dev.lock
 * taken_in_the_loop act: dev.lock
 */
