// SPDX-License-Identifier: GPL-2.0
/* A third module, which has a file together with the first. */
#include <linux/module.h>
#include "extra.h"
MODULE_LICENSE("GPL");
