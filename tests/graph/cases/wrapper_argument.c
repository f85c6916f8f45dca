/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* The lock comes in through a parameter. */
struct dev {
	spinlock_t one, two;
};

static void guard(spinlock_t *lock)
{
	spin_lock(lock);
}

static void unguard(spinlock_t *lock)
{
	spin_unlock(lock);
}

static void guard_twice(spinlock_t *a)
{
	guard(a);
}

void user(struct dev *dev)
{
	guard(&dev->one);
	act();
	guard_twice(&dev->two);
	act();
	unguard(&dev->one);
	act();
	unguard(&dev->two);
	act();
}

/* expect locks
 * guard_twice guard:
 * user guard:
 * user guard_twice: dev.one
 * user unguard: dev.one dev.two
 * user unguard: dev.two
 * user act: dev.one
 * user act: dev.one dev.two
 * user act: dev.two
 * user act:
 */
