// SPDX-License-Identifier: GPL-2.0
/* Data of each kind on its way across. */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>

#define SIZE_OF_RING 16

struct ring {
	u32 head, tail;
	void *memory;
};

struct port {
	struct net_device *netdev;
	struct ring *rings;
	unsigned int n_rings;
	u8 up : 1, fast : 1, slow : 2;
	union {
		u32 word;
		u8 bytes[4];
	};
	struct {
		u16 low, high;
	} limits;
	void (*notify)(struct port *port);
	unsigned long flags;
	u64 counts[3];
	struct mutex lock;
	struct timer_list timer;
};

static int level = 3;
static const int fixed = 7;
static struct net_device *only;
static struct workqueue_struct *queue;

static void in_told(struct port *port)
{
	port->counts[0]++;
}

/* Recovery calls it. */
static void in_sweep(struct port *port)
{
	port->counts[2] = 0;
}

static void in_tick(struct timer_list *timer)
{
	mod_timer(timer, jiffies + HZ);
}

static void in_quiet(struct port *port)
{
	port->counts[1] += fixed;
}

/* In the kernel, and called from the process */
static struct ring *in_ring(struct port *port, unsigned int index)
{
	if (port->notify)
		port->notify(port);
	return index < port->n_rings ? &port->rings[index] : NULL;
}

static void in_set_notify(struct port *port, void (*notify)(struct port *port))
{
	port->notify = notify;
}

static bool in_is_named(struct port *port, const char *name)
{
	return !strcmp(port->netdev->name, name);
}

static s32 in_read(struct port *port, u16 offset, u16 words, u16 *data)
{
	u16 i;

	for (i = 0; i < words; i++)
		data[i] = port->bytes[(offset + i) % 4];
	return 0;
}

static u64 in_sum(const struct port *port, u64 *first)
{
	*first = port->counts[0];
	return port->counts[0] + port->counts[1] + port->counts[2];
}

/* In the process, and called from the kernel */
static int in_open(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);
	struct ring *ring = in_ring(port, 0);
	static int times, seen[2] = {1, 2};
	static const int step = 1;
	u16 data[2];
	u64 first;

	times += step;
	seen[times & 1] = level;
	if (!ring || !in_is_named(port, "port0"))
		return -ENODEV;
	in_set_notify(port, port->fast ? in_told : in_quiet);
	ring->head = port->limits.low + level;
	port->word = in_sum(port, &first);
	port->up = 1;
	port->limits.low = 4;
	port->notify = in_quiet;
	set_bit(2, &port->flags);
	msleep(20);
	netif_start_queue(netdev);
	return in_read(port, 1, ARRAY_SIZE(data), data);
}

static int in_stop(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);
	static int times = 5; /* another one */

	times--;
	netif_stop_queue(netdev);
	mutex_lock(&port->lock);
	port->up = 0;
	mutex_unlock(&port->lock);
	timer_setup(&port->timer, in_tick, 0);
	del_timer_sync(&port->timer);
	return 0;
}

static void in_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, netdev->name, sizeof(info->driver));
}

static void in_get_strings(struct net_device *netdev, u32 set, u8 *data)
{
	strscpy(data, "up", ETH_GSTRING_LEN);
}

static int in_get_sset_count(struct net_device *netdev, int set)
{
	return 1;
}

static const struct net_device_ops in_netdev_ops = {
	.ndo_open = in_open,
	.ndo_stop = in_stop,
	.ndo_validate_addr = eth_validate_addr,
};

static const struct ethtool_ops in_ethtool_ops = {
	.get_drvinfo = in_get_drvinfo,
	.get_strings = in_get_strings,
	.get_sset_count = in_get_sset_count,
};

static int __init in_init(void)
{
	only = alloc_etherdev(sizeof(struct port));
	if (!only)
		return -ENOMEM;
	queue = create_singlethread_workqueue("in");
	in_sweep(netdev_priv(only));
	only->netdev_ops = &in_netdev_ops;
	only->ethtool_ops = &in_ethtool_ops;
	return register_netdev(only);
}

static void __exit in_exit(void)
{
	unregister_netdev(only);
	destroy_workqueue(queue);
	free_netdev(only);
}

module_param(level, int, 0);
module_init(in_init);
module_exit(in_exit);
MODULE_LICENSE("GPL");
