// SPDX-License-Identifier: GPL-2.0
/* Entry points that stay in the kernel and name themselves: as a value, and in a call. */
#include <linux/module.h>
#include <linux/phy.h>
static int ni_probe(struct phy_device *phydev)
{
	phydev->priv = phydev->link ? ni_probe : NULL;
	return 0;
}
static int ni_resume(struct phy_device *phydev)
{
	return phydev->suspended ? ni_resume(phydev) : 0;
}
static struct phy_driver ni_drivers[] = {{
	.phy_id = 0x12345678,
	.phy_id_mask = 0xffffffff,
	.name = "names itself",
	.probe = ni_probe,
	.resume = ni_resume,
}};
static int __init ni_init(void)
{
	return phy_drivers_register(ni_drivers, ARRAY_SIZE(ni_drivers), THIS_MODULE);
}
static void __exit ni_exit(void)
{
	phy_drivers_unregister(ni_drivers, ARRAY_SIZE(ni_drivers));
}
module_init(ni_init);
module_exit(ni_exit);
MODULE_LICENSE("GPL");
