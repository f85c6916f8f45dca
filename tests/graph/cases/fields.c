/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct ops {
	int (*start)(int x);
	int (*stop)(int x);
	int (*late)(int x);
};

static int start(int x)
{
	return x;
}

static int stop(int x)
{
	return x;
}

static int late(int x)
{
	return x;
}

static struct ops designated = {.stop = stop, .start = start};
static struct ops positional = {start, stop};

int assigned(struct ops *ops)
{
	ops->late = late;
	return ops->late(1);
}

int by_designator(void)
{
	return designated.start(1);
}

int by_position(void)
{
	return positional.stop(1);
}

/* expect edges
 * assigned => late field
 * assigned => start signature (not counted)
 * assigned => stop signature (not counted)
 * by_designator => late signature (not counted)
 * by_designator => start field
 * by_designator => stop signature (not counted)
 * by_position => late signature (not counted)
 * by_position => start signature (not counted)
 * by_position => stop field
 */
