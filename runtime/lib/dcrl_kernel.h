/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the driver's files in the kernel component: to be included after their own #include lines (a
 * file may define pr_fmt before them) and before their code.
 *
 * The driver's init function runs after the channel is there and the process attached, and its exit
 * function before that is taken down. What is freed is no longer tracked; where registers are is
 * noted for the process. The driver's text stays as it is: its module_init(), also through
 * module_pci_driver(), and its kfree() mean these.
 */
#ifndef DCRL_KERNEL_H
#define DCRL_KERNEL_H

#include <linux/init.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "dcrl.h"
#include "dcrt_kernel.h"

/*
 * dcrl_init - registers dcg_driver, has its process started and kept alive, calls init.
 * Module parameter dcrt_program: the process's program, by default /usr/lib/drivercut/MODULE;
 * empty: someone else starts it, init is called at once.
 * Returns what failed first, with everything undone, or 0.
 */
int dcrl_init(int (*init)(void));
void dcrl_exit(void (*exit)(void));

/* dcrl_forget - the object is about to be freed: it is no longer tracked, nor in the journal if the
 * process has allocated it. Before dcrl_init and after dcrl_exit: nothing. */
void dcrl_forget(const void *object);

/*
 * dcrl_adopt_list - as dcrt_adopt(), of all elements of a list: of a type, hanging together by a
 * node so far inside of each.
 * lock: what protects it. A list that another thread has locked is left alone: who locks it in the
 * process is told of it then. NULL: all callers of the driver's entry points hold such a lock.
 * What looks like no list (not set up, in the middle of a change) ends the walk.
 */
int dcrl_adopt_list(struct dcrt_channel *channel, struct list_head *head, u16 type, size_t inside,
		    struct mutex *lock);

/* Recovery: dcrl_journal.c. */

#define DCRL_ARGS_MAX 6

/* How something acquired is given back. One object a function, so that its address names it. */
struct dcrl_release {
	const char *name; /* of the kernel's function */
	void (*undo)(const unsigned long *args);
	unsigned int key; /* how many of the arguments tell which one it is */
	bool first; /* makes the device harmless */
};

/* dcrl_begin - as dcrt_call_begin; -ENODEV while the driver starts over. */
int dcrl_begin(u32 function, struct dcrt_call **ret);

/* Any context. dcrl_released returns whether it was acquired, and then fills in the arguments
 * behind the key. */
void dcrl_acquired(const struct dcrl_release *release, const unsigned long *args);
bool dcrl_released(const struct dcrl_release *release, unsigned long *args);

/* A device that the driver has taken, and that it has let go. May sleep. */
void dcrl_device_add(struct device *device);
void dcrl_device_remove(struct device *device);

/* A work that has been set up; memory with works in it that is about to be freed. May sleep. */
void dcrl_work_add(struct work_struct *work, bool is_delayed);
void dcrl_works_gone(const void *object, size_t len);

/* dcrl_broken - a call that changes things has failed; if that is because the process ended in it,
 * the driver starts over: what is in the journal is given back and its devices are probed again. */
void dcrl_broken(const char *what, int err);

/* dcrl_end_recovery - waits for a recovery that has begun. */
void dcrl_end_recovery(void);

/* dcrl_give_up - a call that must not fail has, and the driver is going: gives all back. */
void dcrl_give_up(const char *what, int err);

/* As module.h has it: the loader knows these two names, and objtool must see their address taken
 * (CONFIG_X86_KERNEL_IBT would make them no target of a call). */
#undef module_init
#define module_init(f)                                                                             \
	int __init init_module(void)                                                               \
	{                                                                                          \
		return dcrl_init(f);                                                               \
	}                                                                                          \
	___ADDRESSABLE(init_module, __initdata)

#undef module_exit
#define module_exit(f)                                                                             \
	void __exit cleanup_module(void)                                                           \
	{                                                                                          \
		dcrl_exit(f);                                                                      \
	}                                                                                          \
	___ADDRESSABLE(cleanup_module, __exitdata)

void dcrl_netdev_gone(struct net_device *netdev);

static inline void dcrl_kfree(const void *object)
{
	dcrl_forget(object);
	kfree(object);
}

static inline void dcrl_vfree(const void *object)
{
	dcrl_forget(object);
	vfree(object);
}

static inline void dcrl_kvfree(const void *object)
{
	dcrl_forget(object);
	kvfree(object);
}

/* With it goes what it was allocated with, and its address, which stands elsewhere. */
static inline void dcrl_free_netdev(struct net_device *netdev)
{
	dcrl_netdev_gone(netdev);
	dcrl_forget(netdev->dev_addr);
	dcrl_forget(netdev_priv(netdev));
	dcrl_forget(netdev);
	free_netdev(netdev);
}

/*
 * Registers that the process may map (module parameter dcrt_map, true by default), until they are
 * unmapped here. Those that the kernel unmaps by itself (devm_ioremap() and the like) are not
 * noted: the process reaches them by downcall.
 */
void __iomem *dcrl_ioremap(phys_addr_t phys, size_t len);
void dcrl_iounmap(volatile void __iomem *base);
void __iomem *dcrl_pci_ioremap_bar(struct pci_dev *pdev, int bar);
void __iomem *dcrl_pci_iomap(struct pci_dev *pdev, int bar, unsigned long max);
void dcrl_pci_iounmap(struct pci_dev *pdev, void __iomem *base);

/* With arguments, so that a pointer to kfree stays what it is. */
#define kfree(object)	    dcrl_kfree(object)
#define vfree(object)	    dcrl_vfree(object)
#define kvfree(object)	    dcrl_kvfree(object)
#define free_netdev(netdev) dcrl_free_netdev(netdev)

#undef ioremap
#undef iounmap
#undef pci_iomap
#undef pci_iounmap
#define ioremap(phys, len)	   dcrl_ioremap(phys, len)
#define iounmap(base)		   dcrl_iounmap(base)
#define pci_ioremap_bar(pdev, bar) dcrl_pci_ioremap_bar(pdev, bar)
#define pci_iomap(pdev, bar, max)  dcrl_pci_iomap(pdev, bar, max)
#define pci_iounmap(pdev, base)	   dcrl_pci_iounmap(pdev, base)

#endif
