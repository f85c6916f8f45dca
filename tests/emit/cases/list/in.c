// SPDX-License-Identifier: GPL-2.0
/* Lists that both sides change: elements come and go in the process and in the kernel. */
#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

struct filter {
	u32 id;
	struct list_head node;
	u32 hits;
};

struct port {
	struct net_device *netdev;
	struct mutex lock; /* of filters and what is in it */
	struct list_head filters;
	u32 seed, count;
};

/* In the kernel */
static int in_add_here(struct port *port, u32 id)
{
	struct filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);

	if (!filter)
		return -ENOMEM;
	filter->id = id;
	list_add_tail(&filter->node, &port->filters);
	port->count++;
	return 0;
}

static void in_hit_here(struct port *port)
{
	struct filter *filter;

	list_for_each_entry(filter, &port->filters, node)
		filter->hits++;
}

static void in_drop_here(struct port *port, u32 of)
{
	struct filter *filter, *next;

	list_for_each_entry_safe(filter, next, &port->filters, node) {
		if (filter->id % of)
			continue;
		list_del(&filter->node);
		kfree(filter);
		port->count--;
	}
}

static u32 in_sum_here(struct port *port)
{
	struct filter *filter;
	u32 sum = 0;

	list_for_each_entry_reverse(filter, &port->filters, node)
		sum = sum * 31 + filter->id * 7 + filter->hits;
	return sum;
}

static netdev_tx_t in_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

/* In the process */
static int in_add(struct port *port, u32 id)
{
	struct filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);

	if (!filter)
		return -ENOMEM;
	INIT_LIST_HEAD(&filter->node);
	filter->id = id;
	list_add(&filter->node, &port->filters);
	port->count++;
	return 0;
}

static void in_drop(struct port *port, u32 of)
{
	struct filter *filter, *next;

	list_for_each_entry_safe(filter, next, &port->filters, node) {
		if (filter->id % of)
			continue;
		list_del(&filter->node);
		kfree(filter);
		port->count--;
	}
}

static u32 in_sum(struct port *port)
{
	struct filter *filter;
	u32 sum = 0;

	list_for_each_entry_reverse(filter, &port->filters, node)
		sum = sum * 31 + filter->id * 7 + filter->hits;
	return sum;
}

static void in_turn(struct port *port)
{
	if (list_empty(&port->filters) || list_is_singular(&port->filters))
		return;
	list_first_entry(&port->filters, struct filter, node)->hits += 5;
	list_move_tail(port->filters.next, &port->filters);
}

static u32 in_random(struct port *port, u32 below)
{
	port->seed = port->seed * 1103515245 + 12345;
	return (port->seed >> 16) % below;
}

static int in_step(struct port *port)
{
	switch (in_random(port, 6)) {
	case 0:
		return in_add(port, in_random(port, 1000));
	case 1:
		return in_add_here(port, in_random(port, 1000));
	case 2:
		in_drop(port, 2 + in_random(port, 5));
		break;
	case 3:
		in_drop_here(port, 2 + in_random(port, 5));
		break;
	case 4:
		in_hit_here(port);
		break;
	default:
		in_turn(port);
	}
	return 0;
}

/* Both sides must see the same list after each change. */
static int in_open(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);
	int i, err = 0;

	mutex_lock(&port->lock);
	for (i = 0; !err && i < 100; i++) {
		err = in_step(port);
		if (!err && in_sum(port) != in_sum_here(port))
			err = -EILSEQ;
		if (port->count > 40)
			in_drop(port, 2);
	}
	in_add(port, 7);
	mutex_unlock(&port->lock);
	return err;
}

/* What was there when the process last looked may have changed since. */
static int in_stop(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);

	in_hit_here(port);
	mutex_lock(&port->lock);
	in_drop(port, 3);
	mutex_unlock(&port->lock);
	return 0;
}

static const struct net_device_ops in_ops = {
	.ndo_open = in_open,
	.ndo_stop = in_stop,
	.ndo_start_xmit = in_xmit,
};

static struct net_device *only;

static int __init in_init(void)
{
	struct port *port;
	int err;

	only = alloc_etherdev(sizeof(*port));
	if (!only)
		return -ENOMEM;
	port = netdev_priv(only);
	port->netdev = only;
	port->seed = 1;
	mutex_init(&port->lock);
	INIT_LIST_HEAD(&port->filters);
	eth_hw_addr_random(only);
	only->netdev_ops = &in_ops;
	err = register_netdev(only);
	if (err)
		free_netdev(only);
	return err;
}

static void __exit in_exit(void)
{
	unregister_netdev(only);
	in_drop_here(netdev_priv(only), 1);
	free_netdev(only);
}

module_init(in_init);
module_exit(in_exit);
MODULE_LICENSE("GPL");
