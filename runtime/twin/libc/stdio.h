/* SPDX-License-Identifier: GPL-2.0-only */
/* The user library's libc, in a twin: as much as dcp_*.c use. */
#include <linux/kernel.h>

#include "../twin.h"

#define fprintf(stream, ...) dcrt_twin_say(__VA_ARGS__)
