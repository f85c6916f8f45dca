/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Registered by a function that no template knows: the safe side. */
static int heard(struct notifier_block *block, unsigned long event, void *data)
{
	return 0;
}

static struct notifier_block block = {.notifier_call = heard};

int init(void)
{
	return register_some_notifier(&block);
}

/* expect entries
 * heard by notifier_block.notifier_call: atomic
 */
