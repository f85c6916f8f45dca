/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	int polled;
};

/* Maybe held counts as held: the safe side. */
void conditional(struct dev *dev)
{
	if (!dev->polled)
		spin_lock(&dev->lock);
	act();
	if (!dev->polled)
		spin_unlock(&dev->lock);
}

/* Held by one way of a switch. */
void by_case(struct dev *dev)
{
	switch (dev->polled) {
	case 1:
		spin_lock(&dev->lock);
		act();
		break;
	case 2:
		act();
		break;
	default:
		return;
	}
	act();
}

/* expect locks
 * by_case act: dev.lock
 * by_case act:
 * by_case act: dev.lock
 * conditional act: dev.lock
 */
