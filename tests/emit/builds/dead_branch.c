// SPDX-License-Identifier: GPL-2.0
/* Functions that only a branch which is never taken names: they must be declared all the same. */
#include <linux/module.h>
#include <linux/pci.h>
static int budget;
static int never(int n)
{
	return pci_bus_max_busnr(NULL) + n;
}
static int also_never(int n)
{
	return never(n) + 1;
}
static int spend(int n)
{
	budget -= n;
	if (IS_ENABLED(CONFIG_DRIVERCUT_NO_SUCH_OPTION))
		return also_never(n);
	return budget;
}
static int __init db_init(void)
{
	return spend(3) > 0;
}
static void __exit db_exit(void)
{
}
module_init(db_init);
module_exit(db_exit);
MODULE_LICENSE("GPL");
