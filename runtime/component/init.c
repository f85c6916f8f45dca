// SPDX-License-Identifier: GPL-2.0-only
/* The part of a kernel component that is the same in all: handlers of the library's downcalls, and
 * how the driver's init and exit functions are wrapped. */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "component.h"
#include "../module/module.h"

#define DCK_ATTACH_MS 10000 /* for the process to start in */

static char *dcrt_program = "/usr/lib/drivercut/" KBUILD_MODNAME;
module_param(dcrt_program, charp, 0444);
MODULE_PARM_DESC(dcrt_program, "program of the driver's process; empty: started by other means");

/* Mapped, a process in which something went wrong can do to the device what the driver can, DMA
 * included; by downcall each access is the kernel's. */
static bool dcrt_map = true;
module_param(dcrt_map, bool, 0444);
MODULE_PARM_DESC(dcrt_map, "registers are mapped in the process; if not, it reaches them by calls");

struct dcrt_channel *dcg_channel;

/* Printing */

static const char *const dck_levels[] = {KERN_EMERG,   KERN_ALERT,  KERN_CRIT, KERN_ERR,
					 KERN_WARNING, KERN_NOTICE, KERN_INFO, KERN_DEBUG};

/* Types of the driver are numbered by the generator; the device's is known by its name. */
static u16 dck_type_named(const char *name)
{
	u32 i;

	for (i = 0; i < dcg_driver.n_types; i++)
		if (!strcmp(dcg_driver.types[i].name, name))
			return (u16)i;
	return DCRT_ANY_TYPE;
}

void dck_netdev_freed(struct net_device *netdev)
{
	dck_untrack_freed_in(netdev, (const char *)netdev - netdev->padded);
}

static struct net_device *dck_netdev_of(struct dcrt_call *call)
{
	return dcrt_in_pointer(call, 2, dck_type_named("net_device"), sizeof(struct net_device));
}

static struct device *dck_device_of(struct dcrt_call *call)
{
	return dcrt_in_pointer(call, 2, DCRT_ANY_TYPE, sizeof(struct device));
}

int dck_print(struct dcrt_call *call)
{
	u64 level = dcrt_in_word(call, 0), of = dcrt_in_word(call, 1);
	struct net_device *netdev = of == DCK_ABOUT_NETDEV ? dck_netdev_of(call) : NULL;
	struct device *device = of == DCK_ABOUT_DEVICE ? dck_device_of(call) : NULL;
	const char *text;
	u32 len;

	text = dcrt_in_blob(call, DCK_TEXT, &len);
	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (level >= ARRAY_SIZE(dck_levels) || of >= DCK_ABOUT_COUNT || !text || !len ||
	    text[len - 1] || IS_ERR(netdev) || IS_ERR(device))
		return -EINVAL;
	if (netdev)
		netdev_printk(dck_levels[level], netdev, "%s", text);
	else if (device)
		_dev_printk(dck_levels[level], device, "%s", text);
	else
		printk("%s%s", dck_levels[level], text);
	return 0;
}

/* Works and timers */

int dck_init_work(struct dcrt_call *call)
{
	struct work_struct *work = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*work));
	work_func_t function = (work_func_t)dcrt_in_code(call, 1);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(work) || !function)
		return -EINVAL;
	INIT_WORK(work, function);
	return 0;
}

int dck_init_delayed_work(struct dcrt_call *call)
{
	struct delayed_work *work = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*work));
	work_func_t function = (work_func_t)dcrt_in_code(call, 1);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(work) || !function)
		return -EINVAL;
	INIT_DELAYED_WORK(work, function);
	return 0;
}

int dck_timer_setup(struct dcrt_call *call)
{
	struct timer_list *timer = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*timer));
	void (*function)(struct timer_list *timer) = dcrt_in_code(call, 1);
	u64 flags = dcrt_in_word(call, 2);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(timer) || !function || flags & ~(u64)TIMER_INIT_FLAGS)
		return -EINVAL;
	timer_setup(timer, function, (u32)flags);
	return 0;
}

/* The state of the system */

int dck_clock(struct dcrt_call *call)
{
	dcrt_out_word(call, jiffies);
	dcrt_out_word(call, ktime_get_ns());
	dcrt_out_word(call, HZ);
	return 0;
}

int dck_state(struct dcrt_call *call)
{
	dcrt_out_word(call, system_state);
	return 0;
}

/* Registers */

int dck_window(struct dcrt_call *call)
{
	struct dcrt_window_info window = {0};

	dcrt_in_window(call, 0, &window);
	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	dcrt_out_address(call, (void *)(uintptr_t)window.base);
	dcrt_out_word(call, window.len);
	dcrt_out_word(call, window.offset);
	return 0;
}

int dck_sync(struct dcrt_call *call)
{
	dcrt_out_all(call);
	return 0;
}

/* Of what is not noted the process could name nothing but the first byte. */
static void __iomem *dck_add_window(void __iomem *base, phys_addr_t phys, size_t len)
{
	if (!base || !dcg_channel || !dcrt_window_add(dcg_channel, base, phys, len, dcrt_map))
		return base;
	(iounmap)(base);
	return NULL;
}

static void dck_remove_window(const volatile void __iomem *base)
{
	if (base && dcg_channel)
		dcrt_window_remove(dcg_channel, base);
}

/* The functions themselves, not the macros. */

void __iomem *dck_ioremap(phys_addr_t phys, size_t len)
{
	return dck_add_window((ioremap)(phys, len), phys, len);
}

void dck_iounmap(volatile void __iomem *base)
{
	dck_remove_window(base);
	(iounmap)(base);
}

void __iomem *dck_pci_ioremap_bar(struct pci_dev *pdev, int bar)
{
	return dck_add_window((pci_ioremap_bar)(pdev, bar), pci_resource_start(pdev, bar),
			      pci_resource_len(pdev, bar));
}

/* What is mapped of a bar; 0: it is ports. */
static size_t dck_mapped_len(struct pci_dev *pdev, int bar, unsigned long max)
{
	size_t len = pci_resource_len(pdev, bar);

	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM))
		return 0;
	return max && max < len ? max : len;
}

void __iomem *dck_pci_iomap(struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = (pci_iomap)(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_add_window(base, pci_resource_start(pdev, bar), len) : base;
}

void dck_pci_iounmap(struct pci_dev *pdev, void __iomem *base)
{
	dck_remove_window(base);
	(pci_iounmap)(pdev, base);
}

static void dck_window_unmapped(void *base)
{
	dck_remove_window((void __iomem *)base);
}

/* What the kernel unmaps when the device is let go: the window goes before it. */
static void __iomem *dck_note_window(struct device *device, void __iomem *base, phys_addr_t phys,
				     size_t len)
{
	if (!base || !dcg_channel)
		return base;
	if (dcrt_window_add(dcg_channel, base, phys, len, dcrt_map) ||
	    devm_add_action_or_reset(device, dck_window_unmapped, (void *)base))
		return NULL;
	return base;
}

void __iomem *dck_devm_ioremap(struct device *device, resource_size_t phys, resource_size_t len)
{
	return dck_note_window(device, (devm_ioremap)(device, phys, len), phys, len);
}

void __iomem *dck_pcim_iomap(struct pci_dev *pdev, int bar, unsigned long max)
{
	void __iomem *base = (pcim_iomap)(pdev, bar, max);
	size_t len = dck_mapped_len(pdev, bar, max);

	return len ? dck_note_window(&pdev->dev, base, pci_resource_start(pdev, bar), len) : base;
}

/* Init and exit */

/* In this order: what runs in calls that are still open uses the channel. */
static void dck_end_channel(void)
{
	dcrt_unregister(dcg_channel);
	dcg_channel = NULL;
}

int dck_init(int (*init)(void))
{
	struct dcrt_channel *channel;
	int err = 0;

	dcg_setup();
	channel = dcrt_register(&dcg_driver);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	dcg_channel = channel;
	if (*dcrt_program)
		err = dcrt_respawn(channel, dcrt_program, DCK_ATTACH_MS);
	if (!err)
		err = init();
	if (err) {
		dck_recovery_flush();
		dck_end_channel();
	}
	return err;
}

void dck_exit(void (*exit)(void))
{
	dck_recovery_flush();
	exit();
	dck_recovery_flush();
	dck_end_channel();
}
