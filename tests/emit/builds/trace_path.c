// SPDX-License-Identifier: GPL-2.0
/* The header of a tracepoint says where it is in the tree of the kernel, in which no copy of it is. */
#include <linux/module.h>
#include <linux/pci.h>
#define CREATE_TRACE_POINTS
#include "trace_path_trace.h"
static int steps;
static irqreturn_t tpp_interrupt(int irq, void *data)
{
	trace_tpp_step(steps);
	return IRQ_HANDLED;
}
static int more(int n)
{
	return n + 1;
}
static int tpp_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (more(1) < 0)
		return request_irq(pdev->irq, tpp_interrupt, 0, "tpp", pdev);
	return pci_enable_device(pdev);
}
static const struct pci_device_id tpp_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver tpp_driver = { .name = "tpp", .id_table = tpp_ids, .probe = tpp_probe };
module_pci_driver(tpp_driver);
MODULE_LICENSE("GPL");
