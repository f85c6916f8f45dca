/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

void first(void);

static void helper(void)
{
	first();
}

void second(void)
{
	helper();
}
