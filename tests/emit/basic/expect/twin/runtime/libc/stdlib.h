/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bug.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "twin.h"

#define calloc(count, size) dcrt_twin_alloc(array_size(count, size))
#define free(memory)	    dcrt_twin_free(memory)
#define abort()		    BUG()
