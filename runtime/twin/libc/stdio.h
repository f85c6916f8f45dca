/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of libc that process/ uses, in a twin. */
#include <linux/kernel.h>

#include "../twin.h"

#define fprintf(stream, ...) dcrt_twin_say(__VA_ARGS__)
