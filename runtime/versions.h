/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that knows how supported kernels differ: names that newer ones have are given to
 * older ones. Included after the headers that declare them.
 */
#ifndef DCRT_VERSIONS_H
#define DCRT_VERSIONS_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "drivercut's runtime needs Linux 6.1 or newer"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#include <linux/mm.h>

/* Since 6.3 the lock of the address space must be held for writing, as mmap has it. */
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* Where the allocation that contains a network device begins. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define dcrt_netdev_memory(netdev) ((const char *)(netdev) - (netdev)->padded)
#else
#define dcrt_netdev_memory(netdev) ((const char *)(netdev))
#endif

#endif
