// SPDX-License-Identifier: GPL-2.0
/* A table names an inline function of a header of the kernel, which has an atomic operation: its text
 * comes into the process, where nobody calls it. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <sound/pcm.h>
static int iit_regs_len(struct net_device *dev)
{
	return 8 * sizeof(u32);
}
static netdev_tx_t iit_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}
static const struct ethtool_ops iit_eops = { .get_regs_len = iit_regs_len };
static const struct net_device_ops iit_ops = { .ndo_start_xmit = iit_xmit };
static const struct vm_operations_struct iit_vm_ops = {
	.open = snd_pcm_mmap_data_open,
	.close = snd_pcm_mmap_data_close,
};
const struct vm_operations_struct *iit_vm = &iit_vm_ops;
static struct net_device *iit_dev;
static int __init iit_init(void)
{
	iit_dev = alloc_netdev(0, "iit%d", NET_NAME_UNKNOWN, ether_setup);
	if (!iit_dev)
		return -ENOMEM;
	iit_dev->netdev_ops = &iit_ops;
	iit_dev->ethtool_ops = &iit_eops;
	return register_netdev(iit_dev);
}
static void __exit iit_exit(void)
{
	unregister_netdev(iit_dev);
	free_netdev(iit_dev);
}
module_init(iit_init);
module_exit(iit_exit);
MODULE_LICENSE("GPL");
