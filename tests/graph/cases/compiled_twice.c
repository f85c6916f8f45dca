/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"
#define SLOW
#include "compiled_twice.h"

/* A function that two units compile with other macros: what it does in either counts. */
void first(void)
{
	same();
	step();
	act();
}

/* expect edges locks held
 * first -> same
 * first -> step
 * second -> step
 * step -> first
 * step -> quick
 * first same:
 * first step:
 * first act: step_lock
 * quick act:
 * same act:
 * second step:
 * second act: step_lock
 * step first:
 * step quick:
 * first takes [step_lock] under []
 * quick takes [] under []
 * same takes [] under []
 * second takes [step_lock] under []
 * step takes [step_lock] under []
 */
