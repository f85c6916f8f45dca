// SPDX-License-Identifier: GPL-2.0
/* What gets something from the kernel, of each kind; what gives it back is not always used. */
#include <linux/clk.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/firmware.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

struct got {
	struct work_struct work;
	struct timer_list timer;
	struct rcu_head rcu;
	const struct firmware *firmware;
	struct resource *ports;
	dma_addr_t at;
	void *all[16];
};

static DEFINE_MUTEX(in_lock);

static irqreturn_t in_handle(int irq, void *data)
{
	return IRQ_NONE;
}

static void in_tick(struct timer_list *timer)
{
}

static void in_work(struct work_struct *work)
{
}

/* In the kernel */
static int in_get_memory(struct pci_dev *pdev, struct got *got)
{
	struct dma_pool *pool = dma_pool_create("in", &pdev->dev, 64, 64, 0);

	got->all[0] = pool;
	got->all[1] = dma_pool_alloc(pool, GFP_KERNEL, &got->at);
	got->all[2] = kvzalloc(100, GFP_KERNEL);
	got->all[3] = vmalloc(100);
	got->all[4] = kmemdup(got, 4, GFP_KERNEL);
	got->all[5] = devm_kzalloc(&pdev->dev, 8, GFP_KERNEL);
	got->all[6] = devm_kcalloc(&pdev->dev, 8, 8, GFP_KERNEL);
	got->all[7] = kmalloc_array(8, 8, GFP_KERNEL);
	got->all[8] = dma_alloc_coherent(&pdev->dev, 64, &got->at, GFP_KERNEL);
	kvfree(got->all[2]);
	devm_kfree(&pdev->dev, got->all[5]);
	kfree_rcu(got, rcu);
	return request_firmware(&got->firmware, "in", &pdev->dev);
}

static int in_get_irqs(struct pci_dev *pdev, struct got *got)
{
	struct msix_entry entries[1] = {{.entry = 0}};
	int err = pci_alloc_irq_vectors(pdev, 1, 2, PCI_IRQ_ALL_TYPES);

	if (err > 0)
		err = pci_request_irq(pdev, 0, in_handle, NULL, got, "in%d", err);
	if (err)
		err = pci_enable_msi(pdev);
	if (err)
		err = pci_enable_msix_range(pdev, entries, 1, 1);
	if (err)
		err = request_threaded_irq(pdev->irq, in_handle, NULL, IRQF_SHARED, "in", got);
	disable_irq(pdev->irq);
	enable_irq(pdev->irq);
	return err;
}

static int in_get(struct pci_dev *pdev, struct got *got)
{
	struct clk *clk = clk_get(&pdev->dev, "in");

	INIT_WORK(&got->work, in_work);
	timer_setup(&got->timer, in_tick, 0);
	got->all[10] = alloc_workqueue("in%d", WQ_UNBOUND, 0, pdev->irq);
	got->all[11] = alloc_ordered_workqueue("in", 0);
	got->all[12] = pci_iomap(pdev, 0, 0);
	got->ports = request_region(0x300, 8, "in");
	pci_set_master(pdev);
	return clk_prepare_enable(clk) ?: pci_request_regions(pdev, "in");
}

/* In the process */
static int in_lock_all(int value)
{
	if (!mutex_trylock(&in_lock))
		mutex_lock(&in_lock);
	mutex_unlock(&in_lock);
	if (mutex_lock_interruptible(&in_lock))
		return -EINTR;
	mutex_unlock(&in_lock);
	if (!rtnl_trylock())
		rtnl_lock();
	rtnl_unlock();
	return value;
}

int in_all(struct pci_dev *pdev);
int in_all(struct pci_dev *pdev)
{
	struct got *got = kzalloc(sizeof(*got), GFP_KERNEL);

	if (!got)
		return -ENOMEM;
	return in_get(pdev, got) + in_get_irqs(pdev, got) + in_get_memory(pdev, got) +
	       in_lock_all(pdev->irq);
}

MODULE_LICENSE("GPL");
