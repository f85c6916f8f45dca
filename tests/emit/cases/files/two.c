// SPDX-License-Identifier: GPL-2.0
#include "both.h"

static int step(int x)
{
	return scaled(x) - 1;
}

int two_run(int x)
{
	return x ? step(x) : one_run(x);
}
