// SPDX-License-Identifier: GPL-2.0
/* A macro makes the module's init and exit functions; the process must link without them. */
#include <linux/module.h>
#include <linux/pci.h>
static int level(int n)
{
	int sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += i * n;
	return sum;
}
static int mpd_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (level(3) < 0)
		return -EINVAL;
	return pci_enable_device(pdev);
}
static void mpd_remove(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}
static const struct pci_device_id mpd_ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
MODULE_DEVICE_TABLE(pci, mpd_ids);
static struct pci_driver mpd_driver = {
	.name = "mpd", .id_table = mpd_ids, .probe = mpd_probe, .remove = mpd_remove,
};
module_pci_driver(mpd_driver);
MODULE_LICENSE("GPL");
