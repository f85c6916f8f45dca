// SPDX-License-Identifier: GPL-2.0-only
/* Generated tables in little; both components compile this file. */
#include "runtime/component/downcalls.h"

static const struct dcrt_function down[] = {
	DCK_DOWN_TABLE,
	[DCK_COUNT] = {.name = "own"},
};

void dcg_setup(void)
{
}

const struct dcrt_driver dcg_driver = {
	.abi = DCRT_ABI,
	.name = "lib_build",
	.down = down,
	.n_down = sizeof(down) / sizeof(down[0]),
	.objects = 16,
};
