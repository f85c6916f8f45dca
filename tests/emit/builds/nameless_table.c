// SPDX-License-Identifier: GPL-2.0
/* A table whose name begins as those do that macros of the kernel make, of a structure without a name,
 * has functions that are declared before it. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
static void nlt_unknown(int port);
static void nlt_known(int port);
static struct {
	void (*init)(int port);
} __nlt_actions[] = {
	[0] = { .init = nlt_unknown },
	[1] = { .init = nlt_known },
};
static int nlt_seen;
static void nlt_unknown(int port)
{
	nlt_seen = port;
}
static void nlt_known(int port)
{
	nlt_seen = port + 1;
}
static int nlt_regs_len(struct net_device *dev)
{
	return 8 * sizeof(u32);
}
static netdev_tx_t nlt_xmit(struct sk_buff *skb, struct net_device *dev)
{
	__nlt_actions[skb->len & 1].init(1);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
static const struct ethtool_ops nlt_eops = { .get_regs_len = nlt_regs_len };
static const struct net_device_ops nlt_ops = { .ndo_start_xmit = nlt_xmit };
static struct net_device *nlt_dev;
static int __init nlt_init(void)
{
	nlt_dev = alloc_netdev(0, "nlt%d", NET_NAME_UNKNOWN, ether_setup);
	if (!nlt_dev)
		return -ENOMEM;
	nlt_dev->netdev_ops = &nlt_ops;
	nlt_dev->ethtool_ops = &nlt_eops;
	return register_netdev(nlt_dev);
}
static void __exit nlt_exit(void)
{
	unregister_netdev(nlt_dev);
	free_netdev(nlt_dev);
}
module_init(nlt_init);
module_exit(nlt_exit);
MODULE_LICENSE("GPL");
