/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A function that is only compared with is address-taken, and called by nobody. */
static int wanted(int x)
{
	return x;
}

static int other(int x)
{
	return x;
}

struct holder {
	int (*f)(int x);
};

void set(struct holder *holder)
{
	holder->f = other;
}

int is_wanted(struct holder *holder)
{
	return holder->f == wanted;
}

int call(struct holder *holder)
{
	return holder->f(1);
}

/* expect edges
 * call => other field
 * call => wanted signature (not counted)
 */
