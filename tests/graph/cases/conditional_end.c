/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
	int polled;
};

/* Both conditions are the same, so nothing is held at the end. We do not compare conditions. */
void conditional(struct dev *dev)
{
	if (!dev->polled)
		spin_lock(&dev->lock);
	if (!dev->polled)
		spin_unlock(&dev->lock);
	act();
}

/* expect-known-bad conditions are not compared / locks
 * conditional act:
 */
