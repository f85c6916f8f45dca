/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

static int one(int x)
{
	return x;
}

static int two(int x)
{
	return x + 1;
}

static int never(int x)
{
	return x + 2;
}

int (*never_called)(int) = never;

int local(int x)
{
	int (*f)(int) = one;

	return f(x);
}

int chosen(int x)
{
	int (*f)(int);

	f = x ? one : two;
	return (*f)(x);
}

int at_once(int x)
{
	return (x ? one : two)(x);
}

/* expect edges
 * at_once => never signature (not counted)
 * at_once => one field
 * at_once => two field
 * chosen => never signature (not counted)
 * chosen => one field
 * chosen => two field
 * local => never signature (not counted)
 * local => one field
 * local => two signature (not counted)
 */
