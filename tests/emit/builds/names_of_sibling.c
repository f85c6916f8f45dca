// SPDX-License-Identifier: GPL-2.0
/* Tables that name a function and variables of another module, which only this driver declares. */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/fs.h>
extern const struct dev_pm_ops other_pm_ops;
extern struct attribute_group other_group;
void other_shutdown(struct pci_dev *pdev);
static int half(int n)
{
	return n / 2;
}
static int nos_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (half(3) < 0)
		return -EINVAL;
	return pci_enable_device(pdev);
}
static const struct attribute_group *nos_groups[] = { &other_group, NULL };
static const struct pci_device_id nos_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver nos_driver = {
	.name = "nos", .id_table = nos_ids, .probe = nos_probe, .shutdown = other_shutdown,
	.dev_groups = nos_groups, .driver.pm = &other_pm_ops,
};
module_pci_driver(nos_driver);
MODULE_LICENSE("GPL");
