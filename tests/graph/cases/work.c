/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Work items run where sleeping is allowed. */
static struct work_struct work;

static void run(struct work_struct *work)
{
}

void init(void)
{
	work.func = run;
	queue_work(system_wq, &work);
}

/* expect entries
 * run by work_struct.func: work
 */
