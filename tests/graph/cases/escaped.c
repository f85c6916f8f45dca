/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A pointer out of nowhere: every function of its type, and the edge counts. */
static int one(int x)
{
	return x;
}

static long other(long x)
{
	return x;
}

int (*keep_one)(int) = one;
long (*keep_other)(long) = other;

int call(char *raw)
{
	int (*f)(int) = *(int (**)(int))raw;

	return f(1);
}

/* expect edges
 * call => one signature
 */
