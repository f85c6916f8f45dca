// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wraps the kernel's functions that map registers: each mapping becomes a window, which the process
 * may name and map.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>

#include "component.h"

/*
 * With mapped registers a faulty process can do to the device what the driver can, DMA included.
 * Without, each access is a downcall.
 */
static bool dcrt_map = true;
module_param(dcrt_map, bool, 0444);
MODULE_PARM_DESC(dcrt_map, "map registers in the process; otherwise it accesses them by calls");

int dck_window(struct dcrt_call *call)
{
	struct dcrt_window_info window = {0};

	dcrt_in_window(call, 0, &window);
	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	dcrt_out_address(call, (void *)(uintptr_t)window.base);
	dcrt_out_word(call, window.len);
	dcrt_out_word(call, window.offset);
	return 0;
}

bool dck_is_mapped(const volatile void __iomem *address)
{
	struct dcrt_window_info window;

	return dcg_channel && !dcrt_window_find(dcg_channel, address, &window);
}

/* Without a window the process could name only the first byte: then the mapping fails. */
static void __iomem *dck_add_window(void __iomem *base, phys_addr_t phys, size_t len)
{
	if (!base || !dcg_channel || !dcrt_window_add(dcg_channel, base, phys, len, dcrt_map))
		return base;
	(iounmap)(base);
	return NULL;
}

static void dck_remove_window(const volatile void __iomem *base)
{
	if (base && dcg_channel)
		dcrt_window_remove(dcg_channel, base);
}

/* These call the kernel's functions, not the macros. */

void __iomem *dck_ioremap(phys_addr_t phys, size_t len)
{
	return dck_add_window((ioremap)(phys, len), phys, len);
}

void dck_iounmap(volatile void __iomem *base)
{
	dck_remove_window(base);
	(iounmap)(base);
}

void __iomem *dck_pci_ioremap_bar(struct pci_dev *pdev, int bar)
{
	return dck_add_window((pci_ioremap_bar)(pdev, bar), pci_resource_start(pdev, bar),
			      pci_resource_len(pdev, bar));
}

/* The length of the mapping of a BAR; 0: it is an I/O port range. */
static size_t dck_mapped_len(struct pci_dev *pdev, int bar, unsigned long max)
{
	size_t len = pci_resource_len(pdev, bar);

	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM))
		return 0;
	return max && max < len ? max : len;
}

void __iomem *dck_pci_iomap(struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = (pci_iomap)(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_add_window(base, pci_resource_start(pdev, bar), len) : base;
}

void dck_pci_iounmap(struct pci_dev *pdev, void __iomem *base)
{
	dck_remove_window(base);
	(pci_iounmap)(pdev, base);
}

static void dck_window_unmapped(void *base)
{
	dck_remove_window((void __iomem *)base);
}

/* Notes a mapping that the kernel removes with the device: the window is removed before it. */
static void __iomem *dck_note_window(struct device *device, void __iomem *base, phys_addr_t phys,
				     size_t len)
{
	if (!base || !dcg_channel)
		return base;
	if (dcrt_window_add(dcg_channel, base, phys, len, dcrt_map) ||
	    devm_add_action_or_reset(device, dck_window_unmapped, (__force void *)base))
		return NULL;
	return base;
}

void __iomem *dck_devm_ioremap(struct device *device, resource_size_t phys, resource_size_t len)
{
	return dck_note_window(device, (devm_ioremap)(device, phys, len), phys, len);
}

void __iomem *dck_pcim_iomap(struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = (pcim_iomap)(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_note_window(&pdev->dev, base, pci_resource_start(pdev, bar), len) : base;
}
