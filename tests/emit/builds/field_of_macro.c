// SPDX-License-Identifier: GPL-2.0
/* Fields with names that are macros in the process: one as a word, one called like a function. */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
struct fmc_times {
	unsigned long jiffies;
	u32 (*readl)(const volatile void __iomem *at);
};
static struct fmc_times times;
static int later(int n)
{
	return n + 1;
}
static u32 zero(const volatile void __iomem *at)
{
	return 0;
}
static int fmc_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	times.jiffies = jiffies;
	times.readl = zero;
	if (times.readl(NULL) + later(2) < 0)
		return -EINVAL;
	return pci_enable_device(pdev);
}
static const struct pci_device_id fmc_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver fmc_driver = { .name = "fmc", .id_table = fmc_ids, .probe = fmc_probe };
module_pci_driver(fmc_driver);
MODULE_LICENSE("GPL");
