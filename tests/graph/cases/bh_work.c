/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Work items of a driver that uses the queue of softirqs (6.9 and later) may all run there. */
static struct work_struct slow, fast;

static void slow_work(struct work_struct *work)
{
}

static void fast_work(struct work_struct *work)
{
}

void init(void)
{
	slow.func = slow_work;
	fast.func = fast_work;
	queue_work(system_bh_wq, &fast);
}

/* expect entries
 * fast_work by work_struct.func: softirq
 * slow_work by work_struct.func: softirq
 */
