/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* These notifiers are called where sleeping is allowed. */
static int heard(struct notifier_block *block, unsigned long event, void *data)
{
	return 0;
}

static struct notifier_block block = {.notifier_call = heard};

int init(void)
{
	return register_netdevice_notifier(&block);
}

/* expect entries
 * heard by notifier_block.notifier_call: process
 */
