// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels that check their lists (CONFIG_DEBUG_LIST) call these functions before they change one. A
 * twin uses the kernel's own.
 */
#include "process.h"

struct list_head {
	struct list_head *next, *prev;
};

static bool valid(bool good, const char *what)
{
	if (!good)
		dcp_printk("pr_warn", "list corruption in the process (%s)\n", what);
	return good;
}

bool __list_add_valid(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	return valid(prev && next && prev->next == next && next->prev == prev && prev != new &&
			     next != new,
		     "add");
}

bool __list_del_entry_valid(struct list_head *entry)
{
	const struct list_head *prev = entry->prev, *next = entry->next;

	return valid(prev && next && !DCRT_IS_LIST_POISON((uintptr_t)next) &&
			     !DCRT_IS_LIST_POISON((uintptr_t)prev) && prev->next == entry &&
			     next->prev == entry,
		     "delete");
}
