// SPDX-License-Identifier: GPL-2.0
/* A structure that no function uses has a field, and a declaration a parameter, of a name that is a
 * macro in the process. */
#include <linux/module.h>
#include <linux/pci.h>
struct fnu_unused {
	unsigned long jiffies;
};
void fnu_elsewhere(unsigned long system_state);
static int fnu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return pci_enable_device(pdev);
}
static const struct pci_device_id fnu_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver fnu_driver = { .name = "fnu", .id_table = fnu_ids, .probe = fnu_probe };
module_pci_driver(fnu_driver);
MODULE_LICENSE("GPL");
