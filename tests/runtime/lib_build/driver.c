// SPDX-License-Identifier: GPL-2.0-only
/* A driver's text, as it is, around the include of the library. */
#define pr_fmt(fmt) "lib_build: " fmt
#include <linux/module.h>
#include <linux/pci.h>
#include "runtime/component/component.h"

const struct dck_recovery dcg_recoveries[] = {{NULL, NULL, 0}};
const u16 dcg_bind_statics[] = {DCRT_ANY_TYPE};

static void (*releases[])(const void *) = {kfree, vfree}; /* their addresses stay theirs */

static const struct pci_device_id lib_build_ids[] = {{PCI_DEVICE(0x8086, 0x100e)}, {0}};
MODULE_DEVICE_TABLE(pci, lib_build_ids);

struct lib_build {
	struct work_struct work;
	struct delayed_work delayed, late;
	struct timer_list timer;
	struct rcu_head rcu;
};

static void lib_build_work(struct work_struct *work)
{
}

static void lib_build_timer(struct timer_list *timer)
{
}

static noinline void lib_build_setup(struct lib_build *state)
{
	INIT_WORK(&state->work, lib_build_work);
	INIT_DELAYED_WORK(&state->delayed, lib_build_work);
	INIT_DEFERRABLE_WORK(&state->late, lib_build_work);
	timer_setup(&state->timer, lib_build_timer, 0);
}

static int lib_build_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *netdev =
		alloc_netdev(sizeof(int), "lib%d", NET_NAME_UNKNOWN, ether_setup);

	struct lib_build *managed = devm_kzalloc(&pdev->dev, sizeof(*managed), GFP_KERNEL);
	struct lib_build *state = kzalloc(sizeof(*state), GFP_KERNEL);
	u16 *more = devm_kcalloc(&pdev->dev, 3, sizeof(*more), GFP_KERNEL);

	if (!netdev || !managed || !state || !more)
		return -ENOMEM;
	lib_build_setup(managed);
	devm_kfree(&pdev->dev, managed);
	kfree_rcu(state, rcu);
	pci_set_drvdata(pdev, netdev);
	iounmap(pci_ioremap_bar(pdev, 0));
	iounmap(ioremap(pci_resource_start(pdev, 1), 8));
	pci_iounmap(pdev, pci_iomap(pdev, 2, 0));
	pr_info("%d\n", pdev->irq);
	return 0;
}

static void lib_build_remove(struct pci_dev *pdev)
{
	void *memory = kmalloc(8, GFP_KERNEL);

	free_netdev(pci_get_drvdata(pdev));
	kfree(memory);
	kvfree(NULL);
	vfree(vmalloc(8));
	releases[pdev->irq & 1](NULL);
}

static struct pci_driver lib_build_driver = {
	.name = "lib_build",
	.id_table = lib_build_ids,
	.probe = lib_build_probe,
	.remove = lib_build_remove,
};

module_pci_driver(lib_build_driver);
MODULE_LICENSE("GPL");
