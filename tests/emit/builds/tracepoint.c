// SPDX-License-Identifier: GPL-2.0
/* A tracepoint of the driver's own: its definitions are the kernel component's alone. */
#include <linux/module.h>
#include <linux/pci.h>
#define CREATE_TRACE_POINTS
#include "tracepoint_trace.h"
static int steps;
static irqreturn_t tpt_interrupt(int irq, void *data)
{
	trace_tpt_step(steps);
	return IRQ_HANDLED;
}
static int more(int n)
{
	return n + 1;
}
static int tpt_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (more(1) < 0)
		return request_irq(pdev->irq, tpt_interrupt, 0, "tpt", pdev);
	return pci_enable_device(pdev);
}
static const struct pci_device_id tpt_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver tpt_driver = { .name = "tpt", .id_table = tpt_ids, .probe = tpt_probe };
module_pci_driver(tpt_driver);
MODULE_LICENSE("GPL");
