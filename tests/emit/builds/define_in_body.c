// SPDX-License-Identifier: GPL-2.0
/* A macro that a moved body defines is used by a function that stays. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
static int dif_regs_len(struct net_device *dev)
{
#define DIF_REGS 8
	return DIF_REGS * sizeof(u32);
}
static netdev_tx_t dif_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev->stats.tx_packets += DIF_REGS;
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
static const struct ethtool_ops dif_eops = { .get_regs_len = dif_regs_len };
static const struct net_device_ops dif_ops = { .ndo_start_xmit = dif_xmit };
static struct net_device *dif_dev;
static int __init dif_init(void)
{
	dif_dev = alloc_netdev(0, "dif%d", NET_NAME_UNKNOWN, ether_setup);
	if (!dif_dev)
		return -ENOMEM;
	dif_dev->netdev_ops = &dif_ops;
	dif_dev->ethtool_ops = &dif_eops;
	return register_netdev(dif_dev);
}
static void __exit dif_exit(void)
{
	unregister_netdev(dif_dev);
	free_netdev(dif_dev);
}
module_init(dif_init);
module_exit(dif_exit);
MODULE_LICENSE("GPL");
