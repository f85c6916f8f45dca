/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the driver's files in the kernel component: to be included after their own #include lines (a
 * file may define pr_fmt before them) and before their code.
 *
 * The driver's init function runs after the channel is there and the process attached, and its exit
 * function before that is taken down. What is freed is no longer tracked. The driver's text stays
 * as it is: its module_init(), also through module_pci_driver(), and its kfree() mean these.
 */
#ifndef DCRL_KERNEL_H
#define DCRL_KERNEL_H

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
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

/* dcrl_forget - the object is about to be freed. Before dcrl_init and after dcrl_exit: nothing. */
void dcrl_forget(const void *object);

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
	dcrl_forget(netdev->dev_addr);
	dcrl_forget(netdev_priv(netdev));
	dcrl_forget(netdev);
	free_netdev(netdev);
}

/* With arguments, so that a pointer to kfree stays what it is. */
#define kfree(object)	    dcrl_kfree(object)
#define vfree(object)	    dcrl_vfree(object)
#define kvfree(object)	    dcrl_kvfree(object)
#define free_netdev(netdev) dcrl_free_netdev(netdev)

#endif
