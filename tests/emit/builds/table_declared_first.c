// SPDX-License-Identifier: GPL-2.0
/* A table whose declaration does not say how long it is, and an export with a name space. */
#include <linux/module.h>
#include <linux/pci.h>
struct tdf_step {
	int reg, value;
};
static const struct tdf_step tdf_steps[];
static int tdf_sum(int count)
{
	int i, sum = 0;
	for (i = 0; i < count; i++)
		sum += tdf_steps[i].value;
	return sum;
}
static const struct tdf_step tdf_steps[] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
void tdf_reset(void);
void tdf_reset(void)
{
	pr_info("steps %d\n", tdf_sum(3));
}
EXPORT_SYMBOL_NS_GPL(tdf_reset, TDF);
MODULE_IMPORT_NS(TDF);
static int tdf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (tdf_sum(ARRAY_SIZE(tdf_steps)) < 0)
		return -EINVAL;
	return pci_enable_device(pdev);
}
static const struct pci_device_id tdf_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
static struct pci_driver tdf_driver = { .name = "tdf", .id_table = tdf_ids, .probe = tdf_probe };
module_pci_driver(tdf_driver);
MODULE_LICENSE("GPL");
