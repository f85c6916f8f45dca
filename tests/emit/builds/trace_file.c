// SPDX-License-Identifier: GPL-2.0
/* The header of a tracepoint says in its name where it is in the tree of the kernel, and begins with a class. */
#include <linux/module.h>
#include <linux/pci.h>
#define CREATE_TRACE_POINTS
#include "trace_file_trace.h"
static int steps;
static irqreturn_t tfl_interrupt(int irq, void *data)
{
	trace_tfl_step(steps);
	return IRQ_HANDLED;
}
static int more(int n)
{
	return n + 1;
}
static int tfl_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (more(1) < 0)
		return request_irq(pdev->irq, tfl_interrupt, 0, "tfl", pdev);
	return pci_enable_device(pdev);
}
static const struct pci_device_id tfl_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver tfl_driver = { .name = "tfl", .id_table = tfl_ids, .probe = tfl_probe };
module_pci_driver(tfl_driver);
MODULE_LICENSE("GPL");
