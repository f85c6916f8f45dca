/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a kernel complains. This file needs nothing of ours: a program in the guest has it, too. */
#include "guest/complaints.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const starts[] = {
	"BUG: ",
	"WARNING: ",
	"kernel BUG at",
	"Oops",
	"general protection fault",
	"Kernel panic",
	"Unable to handle",
	"UBSAN: ",
	"KASAN: ",
	"KFENCE: ",
	"INFO: task ",
	"INFO: trying to register",
	"DMA-API: ",
	"ODEBUG: ",
	"INFO: rcu",
	"rcu: INFO:",
	"watchdog: BUG",
	"unreferenced object",
	"unregister_netdevice: waiting",
	"sysfs: cannot create duplicate",
	"list_add corruption",
	"list_del corruption",
	"refcount_t: ",
};

static const char *const anywhere[] = {
	": BUG: ",
	"NETDEV WATCHDOG",
	"cut here",
	"new suspected memory leaks",
	"possible circular locking",
	"scheduling while atomic",
};

static bool has_any(const char *text, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

bool dc_guest_is_complaint(const char *line)
{
	size_t i;

	if (!strncmp(line, "dc-", 3))
		return false;
	for (i = 0; i < COUNT(starts); i++)
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	return has_any(line, anywhere, COUNT(anywhere));
}

bool dc_guest_has_complaint(const char *text)
{
	return has_any(text, starts, COUNT(starts)) || has_any(text, anywhere, COUNT(anywhere));
}
