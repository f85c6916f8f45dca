// SPDX-License-Identifier: GPL-2.0-only
/* Generated tables in little; both components compile this file. */
#include "runtime/component/downcalls.h"

#ifdef TABLES_OF_PROCESS
#define HANDLER DCK_NO_HANDLER
#else
#define HANDLER DCK_HANDLER
#endif

static const struct dcrt_function down[] = {
	DCK_DOWN_TABLE(HANDLER),
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
