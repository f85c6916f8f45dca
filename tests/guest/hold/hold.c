// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network driver that carries nothing: it is there to be killed while it holds things. Opening it
 * takes a mutex, sets up a timer (in the process) and a work (in the kernel), and sleeps. The work
 * is for a queue that the module has from its beginning to its end, whatever becomes of its
 * devices.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

struct hold {
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct timer_list timer;
	struct delayed_work work;
	void __iomem *registers;
};

static DEFINE_MUTEX(hold_lock);
static struct workqueue_struct *hold_queue;

static int ticks, works;
module_param(ticks, int, 0444);
module_param(works, int, 0444);

/* In the kernel */
static void hold_tick(struct timer_list *timer)
{
	ticks++;
	mod_timer(timer, jiffies + 1);
}

static void hold_work(struct work_struct *work)
{
	works++;
	queue_delayed_work(hold_queue, to_delayed_work(work), 1);
}

static void hold_start(struct hold *hold)
{
	INIT_DELAYED_WORK(&hold->work, hold_work);
	queue_delayed_work(hold_queue, &hold->work, 1);
}

/* Until the device is let go; nobody says when that is. */
static void __iomem *hold_map(struct pci_dev *pdev)
{
	return devm_ioremap(&pdev->dev, pci_resource_start(pdev, 0), pci_resource_len(pdev, 0));
}

static netdev_tx_t hold_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

/* In the process */
static int hold_open(struct net_device *netdev)
{
	struct hold *hold = netdev_priv(netdev);

	if (readl(hold->registers) == ~0u)
		return -EIO;
	mutex_lock(&hold_lock);
	timer_setup(&hold->timer, hold_tick, 0);
	mod_timer(&hold->timer, jiffies + 1);
	hold_start(hold);
	msleep(2000);
	mutex_unlock(&hold_lock);
	return 0;
}

static int hold_stop(struct net_device *netdev)
{
	struct hold *hold = netdev_priv(netdev);

	del_timer_sync(&hold->timer);
	cancel_delayed_work_sync(&hold->work);
	return 0;
}

static const struct net_device_ops hold_netdev_ops = {
	.ndo_open = hold_open,
	.ndo_stop = hold_stop,
	.ndo_start_xmit = hold_xmit,
};

static int hold_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *netdev;
	struct hold *hold;
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	netdev = alloc_etherdev(sizeof(struct hold));
	if (!netdev) {
		pci_disable_device(pdev);
		return -ENOMEM;
	}
	SET_NETDEV_DEV(netdev, &pdev->dev);
	hold = netdev_priv(netdev);
	hold->netdev = netdev;
	hold->pdev = pdev;
	hold->registers = hold_map(pdev);
	netdev->netdev_ops = &hold_netdev_ops;
	pci_set_drvdata(pdev, netdev);
	err = register_netdev(netdev);
	if (err) {
		free_netdev(netdev);
		pci_disable_device(pdev);
	}
	return err;
}

static void hold_remove(struct pci_dev *pdev)
{
	struct net_device *netdev = pci_get_drvdata(pdev);

	unregister_netdev(netdev);
	free_netdev(netdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id hold_ids[] = {{PCI_DEVICE(0x8086, 0x100e)}, {0}};
MODULE_DEVICE_TABLE(pci, hold_ids);

static struct pci_driver hold_driver = {
	.name = "hold",
	.id_table = hold_ids,
	.probe = hold_probe,
	.remove = hold_remove,
};

/* In the kernel */
static int __init hold_init(void)
{
	int err;

	hold_queue = alloc_workqueue("hold", 0, 0);
	if (!hold_queue)
		return -ENOMEM;
	err = pci_register_driver(&hold_driver);
	if (err)
		destroy_workqueue(hold_queue);
	return err;
}

static void __exit hold_exit(void)
{
	pci_unregister_driver(&hold_driver);
	destroy_workqueue(hold_queue);
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_LICENSE("GPL");
