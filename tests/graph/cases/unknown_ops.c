/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* An ops structure that no template knows is reported, and its functions are critical. */
static int deeper(int angle)
{
	return angle;
}

static int twist(int angle)
{
	return deeper(angle);
}

static const struct strange_ops ops = {.twist = twist};

int init(void)
{
	register_strange(&ops);
	return 0;
}

/* expect entries contexts
 * deeper: unknown critical
 * init:
 * twist: unknown critical
 * twist by strange_ops.twist: unknown, no template
 */
