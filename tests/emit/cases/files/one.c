// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "both.h"

static int step(int x)
{
	return scaled(x) + 1;
}

int one_run(int x)
{
	return step(x) + two_run(x);
}
MODULE_LICENSE("GPL");
