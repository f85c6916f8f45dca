// SPDX-License-Identifier: GPL-2.0
/* Variables that only functions of one component use: the other says nothing of them.
 *
 * User: uv_regs_len */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
static int lengths[] = { 1, 2, 3 };
static int levels[] __initdata = { 1, 2, 3 };
static int uv_regs_len(struct net_device *dev)
{
	return lengths[dev->mtu % 3];
}
static const struct ethtool_ops uv_ops = { .get_regs_len = uv_regs_len };
static struct net_device *uv_dev;
static int __init uv_init(void)
{
	uv_dev = alloc_netdev(levels[1], "uv%d", NET_NAME_UNKNOWN, ether_setup);
	if (!uv_dev)
		return -ENOMEM;
	uv_dev->ethtool_ops = &uv_ops;
	return register_netdev(uv_dev);
}
static void __exit uv_exit(void)
{
	unregister_netdev(uv_dev);
	free_netdev(uv_dev);
}
module_init(uv_init);
module_exit(uv_exit);
MODULE_LICENSE("GPL");
