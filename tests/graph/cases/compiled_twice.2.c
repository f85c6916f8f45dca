/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"
#include "compiled_twice.h"

void second(void)
{
	step();
	act();
}
