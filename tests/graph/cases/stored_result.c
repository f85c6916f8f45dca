/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	spinlock_t lock;
};

/* The answer of the trylock goes through a variable: held on neither way out, we say maybe. */
int stored(struct dev *dev)
{
	int ok = spin_trylock(&dev->lock);

	if (!ok) {
		act();
		return -1;
	}
	spin_unlock(&dev->lock);
	return 0;
}

/* expect-known-bad variables are not followed / locks
 * stored act:
 */
