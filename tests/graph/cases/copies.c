/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* What a function of the kernel copies through a pointer. A builtin is its plain namesake. */
struct address {
	int high, low;
};

struct card {
	unsigned char mac[6];
	struct address first, more[2];
	int speed;
};

void clear(struct card *card)
{
	memset(card, 0, sizeof(*card));
}

void by_cast(struct address *to, const void *from)
{
	memcpy((unsigned char *)to, from, sizeof(*to));
}

void a_field(struct card *card, const unsigned char *mac)
{
	memcpy(card->mac, mac, 6);
	__builtin_memcpy(&card->speed, mac, 4);
}

void inner(struct card *card)
{
	memmove(&card->first, card->more + 1, sizeof(card->first));
}

int compare(struct card *card, const unsigned char *mac)
{
	return memcmp(card->mac, mac, 6);
}

void takes_address(struct card *card, int *(*use)(int *))
{
	use(&card->speed);
}

/* expect data
 * by_cast address: reads [] writes [* high low] addresses []
 * clear address: reads [] writes [* high low] addresses []
 * inner address: reads [* high low] writes [* high low] addresses []
 * a_field card: reads [] writes [mac speed] addresses []
 * clear card: reads [] writes [* first mac more speed] addresses []
 * compare card: reads [mac] writes [] addresses []
 * inner card: reads [more] writes [first] addresses []
 * takes_address card: reads [] writes [] addresses [speed]
 */
