/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/limits.h>

#define CHAR_BIT 8
