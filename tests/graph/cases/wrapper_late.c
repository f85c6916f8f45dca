/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* The wrapper is in a file that is read later, and calls itself. */
struct dev;
extern spinlock_t big;
void big_lock(int n);
void big_unlock(void);

void user(struct dev *dev)
{
	big_lock(1);
	act();
	big_unlock();
	act();
}

/* expect locks
 * big_lock big_lock:
 * user big_lock:
 * user big_unlock: big
 * user act: big
 * user act:
 */
