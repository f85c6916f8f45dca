/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A lock that a variable's cleanup releases is held to the end of the variable's scope; the function
 * that cleans up is called there. */
static spinlock_t lock, other;

static void put(int **p)
{
	act();
}

int whole(int x)
{
	act();
	scope_guard(spinlock)(&lock);
	act();
	if (x)
		return 1;
	act();
	return 0;
}

void scoped(int n)
{
	while (n--) {
		block_guard(spinlock, &other) {
			act();
			if (n == 3)
				continue;
			whole(n);
		}
		act();
	}
	act();
}

void block(int *q)
{
	{
		int *p __attribute__((cleanup(put))) = q;
		scope_guard(spinlock)(&lock);
	}
	act();
}

/* expect edges locks holders
 * block -> put
 * scoped -> whole
 * block put:
 * block act:
 * put act:
 * scoped whole: other@guard.c
 * scoped act: other@guard.c
 * scoped act:
 * scoped act:
 * whole act:
 * whole act: lock@guard.c
 * whole act: lock@guard.c
 * lock@guard.c in atomic: block whole
 * other@guard.c: scoped
 */
