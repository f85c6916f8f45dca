/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Where memory is got and given back, and of which type: what the result becomes a pointer to, and
 * the structure in a sizeof. */
struct ring {
	int head, tail;
};

struct card {
	struct ring *rings;
	void *raw;
};

struct net_device *make(void)
{
	return alloc_etherdev_mqs(sizeof(struct card), 1, 1);
}

int setup(struct card *card, void *dev, int n)
{
	struct ring *one = kzalloc(sizeof(*one), 0);
	void *other = (struct card *)kzalloc(100, 0);

	card->rings = devm_kcalloc(dev, n, sizeof(*card->rings), 0);
	card->raw = kzalloc(sizeof(struct ring *), 0);
	kfree(one);
	kfree(other);
	return 0;
}

static void *kfree_not(void *p)
{
	return p;
}

void teardown(struct card *card, struct net_device *dev)
{
	kfree_not(card);
	kfree((void *)card->rings);
	free_netdev(dev);
}

/* expect memory
 * make allocates [net_device card] by alloc_etherdev_mqs
 * setup allocates [ring] by kzalloc
 * setup allocates [card] by kzalloc
 * setup allocates [ring] by devm_kcalloc
 * setup allocates [] by kzalloc
 * setup frees [ring] by kfree
 * setup frees [] by kfree
 * teardown frees [ring] by kfree
 * teardown frees [net_device] by free_netdev
 */
