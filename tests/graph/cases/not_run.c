/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* What the compiler does not emit is no call. */
static int asked(void)
{
	return 1;
}

static int live(void)
{
	return 2;
}

int zero(void)
{
	if (0)
		return asked();
	return live();
}

int operands(void)
{
	typeof(asked()) x = 0;

	return x + (int)sizeof(asked()) + __builtin_constant_p(asked());
}

int after_return(void)
{
	return live();
	return asked();
}

int constant_switch(void)
{
	switch (sizeof(int)) {
	case 4:
		return live();
	case 8:
		return asked();
	default:
		return asked();
	}
}

int after_label(int x)
{
	if (x)
		goto out;
	return 0;
out:
	return live();
}

int chosen(void)
{
	return __builtin_choose_expr(1, live(), asked()) + (1 ? live() : asked());
}

int (*keep)(void) = asked;

/* expect edges
 * after_label -> live
 * after_return -> live
 * chosen -> live
 * constant_switch -> live
 * zero -> live
 */
