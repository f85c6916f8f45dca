// SPDX-License-Identifier: GPL-2.0
/* A header of the kernel declares a function that the module defines: it is the module's own, on
 * whichever side.
 * User: hde_probe */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/interrupt.h>
#include <linux/sched/stat.h>
static int hde_asked;
static irqreturn_t hde_interrupt(int irq, void *data)
{
	return IRQ_HANDLED;
}
static int hde_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (nr_processes() > 1)
		return request_irq(pdev->irq, hde_interrupt, 0, "hde", pdev);
	return -ENODEV;
}
static void hde_remove(struct pci_dev *pdev)
{
	unsigned long flags;
	local_irq_save(flags);
	local_irq_restore(flags);
	free_irq(pdev->irq, pdev);
	pr_info("%d left\n", nr_processes());
}
int nr_processes(void)
{
	return ++hde_asked;
}
static const struct pci_device_id hde_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver hde_driver = {
	.name = "hde", .id_table = hde_ids, .probe = hde_probe, .remove = hde_remove };
module_pci_driver(hde_driver);
MODULE_LICENSE("GPL");
