/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

spinlock_t big;
void big_lock(int n);
void big_unlock(void);

void big_lock(int n)
{
	if (n)
		big_lock(n - 1);
	else
		spin_lock(&big);
}

void big_unlock(void)
{
	spin_unlock(&big);
}
