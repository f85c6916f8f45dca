/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Other modules may call what is exported, in any context. */
static void helper(void)
{
}

void lib_poll(void)
{
	helper();
}
EXPORT_SYMBOL(lib_poll);

static int start(void)
{
	return 0;
}
module_init(start);

/* expect entries contexts
 * helper: unknown critical
 * lib_poll: unknown critical
 * start: init
 * lib_poll by EXPORT_SYMBOL: unknown, no template
 * start by module_init: init
 * start by module_init: init
 */
