/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

static void work_a(void)
{
}

static void work_b(void)
{
}

static void twice(void (*f)(void))
{
	f();
	f();
}

static void outer(void (*g)(void))
{
	twice(g);
}

void start(void)
{
	twice(work_a);
	outer(work_b);
}

/* expect edges
 * outer -> twice
 * start -> outer
 * start -> twice
 * twice => work_a field
 * twice => work_b field
 */
