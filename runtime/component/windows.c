// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wraps the kernel's functions that map registers: each mapping becomes a window, which the process
 * may name and map.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "handlers.h"

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

bool dck_has_mapped(struct dck *dck, const volatile void __iomem *address)
{
	struct dcrt_window_info window;

	return dck->channel && !dcrt_window_find(dck->channel, address, &window);
}
EXPORT_SYMBOL_GPL(dck_has_mapped);

/* Without a window the process could name only the first byte: then the mapping fails. */
static void __iomem *dck_add_window(struct dck *dck, void __iomem *base, phys_addr_t phys,
				    size_t len)
{
	if (!base || !dck->channel || !dcrt_window_add(dck->channel, base, phys, len, dck->map))
		return base;
	iounmap(base);
	return NULL;
}

static void dck_remove_window(struct dck *dck, const volatile void __iomem *base)
{
	if (base && dck->channel)
		dcrt_window_remove(dck->channel, base);
}

void __iomem *dck_ioremap(struct dck *dck, phys_addr_t phys, size_t len)
{
	return dck_add_window(dck, ioremap(phys, len), phys, len);
}
EXPORT_SYMBOL_GPL(dck_ioremap);

void dck_iounmap(struct dck *dck, volatile void __iomem *base)
{
	dck_remove_window(dck, base);
	iounmap(base);
}
EXPORT_SYMBOL_GPL(dck_iounmap);

void __iomem *dck_pci_ioremap_bar(struct dck *dck, struct pci_dev *pdev, int bar)
{
	return dck_add_window(dck, pci_ioremap_bar(pdev, bar), pci_resource_start(pdev, bar),
			      pci_resource_len(pdev, bar));
}
EXPORT_SYMBOL_GPL(dck_pci_ioremap_bar);

/* The length of the mapping of a BAR; 0: it is an I/O port range. */
static size_t dck_mapped_len(struct pci_dev *pdev, int bar, unsigned long max)
{
	size_t len = pci_resource_len(pdev, bar);

	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM))
		return 0;
	return max && max < len ? max : len;
}

void __iomem *dck_pci_iomap(struct dck *dck, struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = pci_iomap(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_add_window(dck, base, pci_resource_start(pdev, bar), len) : base;
}
EXPORT_SYMBOL_GPL(dck_pci_iomap);

void dck_pci_iounmap(struct dck *dck, struct pci_dev *pdev, void __iomem *base)
{
	dck_remove_window(dck, base);
	pci_iounmap(pdev, base);
}
EXPORT_SYMBOL_GPL(dck_pci_iounmap);

struct dck_window_note {
	struct dck *dck;
	void __iomem *base;
};

static void dck_window_unmapped(struct device *device, void *res)
{
	const struct dck_window_note *note = res;

	dck_remove_window(note->dck, note->base);
}

/* Notes a mapping that the kernel removes with the device: the window is removed before it. */
static void __iomem *dck_note_window(struct dck *dck, struct device *device, void __iomem *base,
				     phys_addr_t phys, size_t len)
{
	struct dck_window_note *note;

	if (!base || !dck->channel)
		return base;
	note = devres_alloc(dck_window_unmapped, sizeof(*note), GFP_KERNEL);
	if (!note || dcrt_window_add(dck->channel, base, phys, len, dck->map)) {
		devres_free(note);
		return NULL;
	}
	*note = (struct dck_window_note){.dck = dck, .base = base};
	devres_add(device, note);
	return base;
}

void __iomem *dck_devm_ioremap(struct dck *dck, struct device *device, resource_size_t phys,
			       resource_size_t len)
{
	return dck_note_window(dck, device, devm_ioremap(device, phys, len), phys, len);
}
EXPORT_SYMBOL_GPL(dck_devm_ioremap);

void __iomem *dck_pcim_iomap(struct dck *dck, struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = pcim_iomap(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_note_window(dck, &pdev->dev, base, pci_resource_start(pdev, bar), len)
		   : base;
}
EXPORT_SYMBOL_GPL(dck_pcim_iomap);
