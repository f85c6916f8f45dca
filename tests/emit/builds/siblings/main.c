// SPDX-License-Identifier: GPL-2.0
/* A module that shares its folder with two others, with flags and headers of its own. */
#include <linux/module.h>
#include <linux/pci.h>
#include "extra.h"
static int sum(int n)
{
	int i, ret = 0;

	for (i = 0; i < n; i += STEP)
		ret += extra(i);
	return ret;
}
static int sib_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (sum(ABOVE) < (int)sizeof(NAME))
		return -EINVAL;
	return pci_enable_device(pdev);
}
static void sib_remove(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}
static const struct pci_device_id sib_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
MODULE_DEVICE_TABLE(pci, sib_ids);
static struct pci_driver sib_driver = {
	.name = "sib", .id_table = sib_ids, .probe = sib_probe, .remove = sib_remove,
};
module_pci_driver(sib_driver);
MODULE_LICENSE("GPL");
