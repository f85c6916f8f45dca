// SPDX-License-Identifier: GPL-2.0
/* Entry points that stay in the kernel: those where it may sleep are guarded. */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

int in_open(struct net_device *netdev);

static int in_sum;

/* The only one in the process. */
static int in_add(int more)
{
	in_sum += more;
	return in_sum;
}

static void in_work(struct work_struct *work)
{
	in_add(1);
}

static DECLARE_WORK(work, in_work);

/* Not static, and its head has two lines. */
int
in_open(struct net_device *netdev)
{
	return in_add(2) < 0 ? -EIO : 0;
}

static int in_stop(struct net_device *netdev)
{
	return in_open(netdev);
}

/* Where it may not sleep. */
static netdev_tx_t in_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	dev_kfree_skb_any(skb);
	schedule_work(&work);
	return NETDEV_TX_OK;
}

static u32 in_get_link(struct net_device *netdev)
{
	return in_add(3) > 0;
}

static void in_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	snprintf(info->version, sizeof(info->version), "%d", in_add(0));
}

static const struct net_device_ops in_ops = {
	.ndo_open = in_open,
	.ndo_stop = in_stop,
	.ndo_start_xmit = in_xmit,
};

static const struct ethtool_ops in_ethtool_ops = {
	.get_link = in_get_link,
	.get_drvinfo = in_get_drvinfo,
};

/*
 * Takes a device.
 */
static int in_probe(struct pci_dev *pdev,
		    const struct pci_device_id *id) /* which one */
{
	struct net_device *netdev = alloc_etherdev(0);
	int err;

	if (!netdev)
		return -ENOMEM;
	netdev->netdev_ops = &in_ops;
	netdev->ethtool_ops = &in_ethtool_ops;
	pci_set_drvdata(pdev, netdev);
	err = in_add(4) < 0 ? -EIO : register_netdev(netdev);
	if (err)
		free_netdev(netdev);
	return err;
}

static void in_remove(struct pci_dev *pdev)
{
	struct net_device *netdev = pci_get_drvdata(pdev);

	unregister_netdev(netdev);
	cancel_work_sync(&work);
	free_netdev(netdev);
}

static struct pci_driver in_driver = {
	.name = "in",
	.probe = in_probe,
	.remove = in_remove,
};

static int __init in_init(void)
{
	return pci_register_driver(&in_driver);
}

static void __exit in_exit(void)
{
	pci_unregister_driver(&in_driver);
}

module_init(in_init);
module_exit(in_exit);
MODULE_LICENSE("GPL");
