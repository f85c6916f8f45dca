// SPDX-License-Identifier: GPL-2.0
/* A function whose head is in #if and #else is in both components; only the kernel runs it. */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/version.h>
struct iip {
	int level;
	void *raw;
};
static int twice(int n)
{
	return n * 2;
}
static void iip_put(struct iip *p, void *raw)
{
	p->raw = raw;
	pr_info("level %d\n", twice(p->level));
}
static int iip_probe(struct platform_device *pdev)
{
	struct iip *p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	platform_set_drvdata(pdev, p);
	return 0;
}
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static int iip_remove(struct platform_device *pdev)
#else
static void iip_remove(struct platform_device *pdev)
#endif
{
	iip_put(platform_get_drvdata(pdev), pdev);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
	return 0;
#endif
}
static struct platform_driver iip_driver = {
	.probe = iip_probe, .remove = iip_remove, .driver = { .name = "iip" },
};
static int __init iip_init(void)
{
	return platform_driver_register(&iip_driver);
}
static void __exit iip_exit(void)
{
	platform_driver_unregister(&iip_driver);
}
module_init(iip_init);
module_exit(iip_exit);
MODULE_LICENSE("GPL");
