// SPDX-License-Identifier: GPL-2.0
/* A function that a macro names keeps its text in both components, and a table names it: what it
 * calls must link in the process, also an inline function that is a downcall there. Its text is in
 * a header, which does not make it a tracepoint's. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#define ddc_name(x) ddc_##x
static int ddc_regs_len(struct net_device *dev)
{
	return 8 * sizeof(u32);
}
static netdev_tx_t ddc_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
#include "dead_downcall_part.h"
static const struct ethtool_ops ddc_eops = { .get_regs_len = ddc_regs_len };
static const struct net_device_ops ddc_ops = {
	.ndo_start_xmit = ddc_xmit,
	.ndo_set_mac_address = ddc_name(set_mac),
};
static struct net_device *ddc_dev;
static int __init ddc_init(void)
{
	ddc_dev = alloc_netdev(0, "ddc%d", NET_NAME_UNKNOWN, ether_setup);
	if (!ddc_dev)
		return -ENOMEM;
	ddc_dev->netdev_ops = &ddc_ops;
	ddc_dev->ethtool_ops = &ddc_eops;
	return register_netdev(ddc_dev);
}
static void __exit ddc_exit(void)
{
	unregister_netdev(ddc_dev);
	free_netdev(ddc_dev);
}
module_init(ddc_init);
module_exit(ddc_exit);
MODULE_LICENSE("GPL");
