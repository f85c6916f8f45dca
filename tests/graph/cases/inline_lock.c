/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Inline functions of the headers that no template knows: by their bodies they take a lock for their
 * caller, release it, or do both. */
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

/* expect locks holders
 * f act: rcu
 * f act:
 * f act:
 * g act: *strange_get
 * g act: *strange_get dropped *strange_put
 * rcu: f
 * *strange_get in atomic: g
 * *strange_put in atomic: g
 */
