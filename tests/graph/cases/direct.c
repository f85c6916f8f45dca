/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

static void leaf(void)
{
	act();
}

static void unused(void)
{
	leaf();
}

void again(int n)
{
	if (n)
		again(n - 1); /* calls itself */
	leaf();
	leaf(); /* one edge, two sites */
}

/* expect edges
 * again -> again
 * again -> leaf
 */
