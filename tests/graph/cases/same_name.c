/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Two static functions share a name. */
static void helper(void)
{
	act();
}

void first(void)
{
	helper();
}

/* expect edges
 * first -> helper@same_name.c
 * helper@same_name.2.c -> first
 * second -> helper@same_name.2.c
 */
