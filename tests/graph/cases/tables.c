/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct entry {
	const char *name;
	void (*show)(void);
};
struct group {
	const struct entry *entries;
	int (*check)(int x);
};

static void show_a(void)
{
}

static void show_b(void)
{
}

static int check(int x)
{
	return x;
}

static const struct entry entries[] = {{"a", show_a}, {.name = "b", .show = show_b}};
static const struct group groups[] = {{entries, check}};
static void (*const bare[])(void) = {show_b, [3] = show_a};

void walk(int g, int i)
{
	if (groups[g].check(i))
		groups[g].entries[i].show();
}

void by_index(int i)
{
	bare[i]();
}

/* expect edges
 * by_index => show_a field
 * by_index => show_b field
 * walk => check field
 * walk => show_a field
 * walk => show_b field
 */
