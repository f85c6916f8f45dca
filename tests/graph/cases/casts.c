/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct box {
	void *opaque;
	unsigned long data;
};

static void by_void(void)
{
}

static void by_long(unsigned long x)
{
	(void)x;
}

void store(struct box *box)
{
	box->opaque = (void *)by_void;
	box->data = (unsigned long)by_long;
}

void call(struct box *box)
{
	((void (*)(void))box->opaque)();
	((void (*)(unsigned long))box->data)(1);
}

/* expect edges
 * call => by_long field
 * call => by_void field
 */
