// SPDX-License-Identifier: GPL-2.0-only
/* The library is one piece of text, as in generated components. */
#include "dcrl_kernel.h"
#include "dcrl_journal.c"
#include "dcrl_kernel.c"
