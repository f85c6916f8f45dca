/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A structure that is assigned, handed over or returned as one: all of its fields, and of those of
 * the structures in it. */
struct address {
	int high, low;
};

struct entry {
	int id;
	union {
		int flags;
		int bits;
	};
	struct address address[2];
};

static struct entry last;

void assign(struct entry *to, const struct entry *from)
{
	*to = *from;
}

void part(struct entry *to, const struct entry *from)
{
	to->address[0] = from->address[1];
}

int one_field(struct entry *entry)
{
	return (*entry).id + entry[1].address[0].low + (&*entry)->id;
}

void to_global(struct entry *from)
{
	last = *from;
}

static int by_value(struct address address)
{
	return address.low;
}

int hand_over(struct entry *entry)
{
	return by_value(entry->address[0]);
}

/* expect data
 * assign address: reads [* high low] writes [* high low] addresses []
 * by_value address: reads [low] writes [] addresses []
 * hand_over address: reads [* high low] writes [] addresses []
 * one_field address: reads [low] writes [] addresses []
 * part address: reads [* high low] writes [* high low] addresses []
 * to_global address: reads [* high low] writes [* high low] addresses []
 * assign entry: reads [* address bits flags id] writes [* address bits flags id] addresses []
 * hand_over entry: reads [address] writes [] addresses []
 * one_field entry: reads [address id] writes [] addresses []
 * part entry: reads [address] writes [address] addresses []
 * to_global entry: reads [* address bits flags id] writes [* address bits flags id] addresses []
 */
