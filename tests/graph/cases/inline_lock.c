/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Inline functions of the headers that no template knows: by their bodies they take a lock for their
 * caller, release it, or do both. A lock in a structure of the kernel is one that interrupts may take. */
void f(void)
{
	strange_begin();
	act();
	strange_end();
	act();
	strange_both();
	act();
}

void g(struct strange *s)
{
	strange_get(s);
	act();
	strange_put(s);
	act();
}

static spinlock_t lock;

/* The lock is the argument, two calls deep. */
void h(void)
{
	strange_outer(&lock);
	act();
	strange_inner_end(&lock);
	act();
}

/* expect locks holders
 * f act: rcu
 * f act:
 * f act:
 * g act: strange.lock
 * g act:
 * h act: lock@inline_lock.c
 * h act:
 * rcu: f
 * strange.lock in atomic: g
 * lock@inline_lock.c: h
 */
