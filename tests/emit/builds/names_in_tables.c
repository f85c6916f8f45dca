// SPDX-License-Identifier: GPL-2.0
/* Tables name functions of the kernel that have no rule, and the module; the process must link. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/ptp_clock_kernel.h>
static int nit_regs_len(struct net_device *dev)
{
	return 8 * sizeof(u32);
}
static netdev_tx_t nit_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
static const struct ethtool_ops nit_eops = { .get_regs_len = nit_regs_len };
static const struct net_device_ops nit_ops = {
	.ndo_start_xmit = nit_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_features_check = passthru_features_check,
};
struct ptp_clock_info nit_clock = { .owner = THIS_MODULE, .name = "nit" };
static struct net_device *nit_dev;
static int __init nit_init(void)
{
	nit_dev = alloc_netdev(0, "nit%d", NET_NAME_UNKNOWN, ether_setup);
	if (!nit_dev)
		return -ENOMEM;
	nit_dev->netdev_ops = &nit_ops;
	nit_dev->ethtool_ops = &nit_eops;
	return register_netdev(nit_dev);
}
static void __exit nit_exit(void)
{
	unregister_netdev(nit_dev);
	free_netdev(nit_dev);
}
module_init(nit_init);
module_exit(nit_exit);
MODULE_LICENSE("GPL");
