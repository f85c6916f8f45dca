/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A function that is printed is not handed to the kernel to be called. */
static int printed(int x)
{
	return x;
}

void print(void)
{
	_printk("%s is %ps\n", "this", printed);
}

/* expect entries contexts
 * print:
 * printed:
 */
