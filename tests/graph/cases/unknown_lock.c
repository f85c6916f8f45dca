/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A function of the kernel that gets a lock and that no template knows may take it; one that a row
 * tells to leave it alone does not, nor does an inline function that calls nothing. */
static spinlock_t lock, other;

static inline int peek(spinlock_t *which)
{
	return which->v;
}

void f(void)
{
	strange_lock(&lock);
	act();
	strange_unlock(&lock);
}

void g(void)
{
	strange_peek(&other);
	peek(&other);
	act();
}

/* expect locks holders
 * f act: lock@unknown_lock.c
 * g peek:
 * g act:
 * lock@unknown_lock.c: f
 */
