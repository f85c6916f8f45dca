/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* One of the two calls where sleeping is forbidden; the safe side for both. */
static int heard(struct notifier_block *block, unsigned long event, void *data)
{
	return 0;
}

static struct notifier_block block = {.notifier_call = heard};

int init(void)
{
	register_netdevice_notifier(&block);
	return register_netevent_notifier(&block);
}

/* expect entries
 * heard by notifier_block.notifier_call: atomic
 */
