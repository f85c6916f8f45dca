/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A function pointer that is a variable of the kernel, and one that is ours; a result that whoever
 * calls through a pointer gets. */
static void off(void)
{
}

static void quiet(void)
{
}

static void given(void)
{
}

void (*own_hook)(void);

static void (*get(void))(void)
{
	return given;
}

void init(const struct strange_getter *ops)
{
	static const struct strange_getter mine = {.get = get};

	power_off_hook = off;
	own_hook = quiet;
	register_strange_getter(&mine);
	own_hook();
}

/* expect entries
 * get by strange_getter.get: unknown, no template
 * given by get@kernel_variable.c(): unknown, no template
 * off by power_off_hook: unknown, no template
 */
