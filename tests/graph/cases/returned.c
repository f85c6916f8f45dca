/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

typedef int (*op_t)(int x);

static int add(int x)
{
	return x + 1;
}

static int sub(int x)
{
	return x - 1;
}

static op_t pick(int which)
{
	if (which)
		return add;
	return sub;
}

int use(int which)
{
	return pick(which)(1);
}

int use_later(int which)
{
	op_t op = pick(which);

	return op(2);
}

/* expect edges
 * use => add field
 * use -> pick
 * use => sub field
 * use_later => add field
 * use_later -> pick
 * use_later => sub field
 */
