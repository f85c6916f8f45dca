// SPDX-License-Identifier: GPL-2.0-only
/* What kernels that check their lists (CONFIG_DEBUG_LIST) call before they change one. Not in a
 * twin: there the kernel's own do it. */
#include "process.h"

struct list_head {
	struct list_head *next, *prev;
};

static bool valid(bool good, const char *what)
{
	if (!good)
		dcp_printk("pr_warn", "a list in the process is broken (%s)\n", what);
	return good;
}

bool __list_add_valid(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	return valid(prev && next && prev->next == next && next->prev == prev &&
			     new != prev &&new != next,
		     "adding");
}

bool __list_del_entry_valid(struct list_head *entry)
{
	const struct list_head *prev = entry->prev, *next = entry->next;

	return valid(prev && next && !DCRT_IS_LIST_POISON((uintptr_t)next) &&
			     !DCRT_IS_LIST_POISON((uintptr_t)prev) && prev->next == entry &&
			     next->prev == entry,
		     "taking out");
}
