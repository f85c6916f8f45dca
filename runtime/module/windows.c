// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: the device's registers in the process. The kernel component notes each range of
 * registers that it maps; the process asks for the window around an address and maps the device
 * file there.
 *
 * Page 0 of the file is struct dcrt_shared. Each window has pages of its own behind it, which are
 * never used again: if the process keeps a mapping too long, an access gets SIGBUS and does not
 * reach other registers. Pages are inserted when they are first touched. The fault looks up the
 * window again, when unmap_mapping_range() can already find the mapping, so none is missed.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/slab.h>

#include "channel.h"
#include "../versions.h"

struct dcrt_window {
	struct list_head node;
	struct dcrt_range range; /* in the kernel; the process may name each byte of it */
	unsigned long pfn;
	unsigned long page; /* of the device file; 0: not for the process */
};

static unsigned long dcrt_window_pages(const struct dcrt_window *window)
{
	return window->range.len >> PAGE_SHIFT;
}

/* Look-up, with windows.lock */

static struct dcrt_window *dcrt_window_at(struct dcrt_channel *channel, unsigned long address)
{
	struct dcrt_window *window;

	list_for_each_entry(window, &channel->windows.list, node)
		if (address - window->range.base < window->range.len)
			return window;
	return NULL;
}

static struct dcrt_window *dcrt_window_with_page(struct dcrt_channel *channel, unsigned long page)
{
	struct dcrt_window *window;

	list_for_each_entry(window, &channel->windows.list, node)
		if (window->page && page - window->page < dcrt_window_pages(window))
			return window;
	return NULL;
}

/* Adding and removing */

/*
 * Without windows.lock, which page faults take. pages 0: up to the end. Nothing is mapped once the
 * file is released.
 */
static void dcrt_window_unmap(struct dcrt_channel *channel, unsigned long page, unsigned long pages)
{
	struct inode *inode = NULL;

	spin_lock(&channel->lock);
	if (channel->session.file) {
		inode = file_inode(channel->session.file);
		ihold(inode);
	}
	spin_unlock(&channel->lock);
	if (!inode)
		return;
	unmap_mapping_range(inode->i_mapping, (loff_t)page << PAGE_SHIFT,
			    (loff_t)pages << PAGE_SHIFT, 1);
	iput(inode);
}

void dcrt_windows_revoke(struct dcrt_channel *channel)
{
	/* A fault that has not seen that the session is revoked ends before this. */
	mutex_lock(&channel->windows.lock);
	mutex_unlock(&channel->windows.lock);
	dcrt_window_unmap(channel, 0, 0);
}

/* With windows.lock: the window is not found any more. */
static void dcrt_window_unlist(struct dcrt_channel *channel, struct dcrt_window *window)
{
	list_del(&window->node);
	dcrt_range_remove(&channel->tracker, &window->range);
	channel->windows.count -= window->page != 0;
	WRITE_ONCE(channel->windows.shared->windows_removed,
		   channel->windows.shared->windows_removed + 1);
}

/* Without windows.lock. Takes NULL. */
static void dcrt_window_end(struct dcrt_channel *channel, struct dcrt_window *window)
{
	if (window && window->page)
		dcrt_window_unmap(channel, window->page, dcrt_window_pages(window));
	kfree(window);
}

/*
 * With windows.lock: unlists a window that the new range overlaps. The kernel has unmapped it
 * without telling us.
 */
static struct dcrt_window *dcrt_window_unlist_old(struct dcrt_channel *channel,
						  const struct dcrt_range *range)
{
	struct dcrt_window *old;

	list_for_each_entry(old, &channel->windows.list, node) {
		if (old->range.base + old->range.len <= range->base ||
		    old->range.base >= range->base + range->len)
			continue;
		dcrt_window_unlist(channel, old);
		return old;
	}
	return NULL;
}

/*
 * A process that has registers may have the device read and write all memory. A kernel that keeps
 * root out of memory gives it none: it can call for each access.
 */
static bool dcrt_may_map(void)
{
	return !security_locked_down(LOCKDOWN_PCI_ACCESS);
}

static void dcrt_window_list(struct dcrt_channel *channel, struct dcrt_window *window,
			     phys_addr_t phys, bool mapped)
{
	const struct dcrt_range *range = &window->range;
	struct dcrt_window *old;

	mutex_lock(&channel->windows.lock);
	while ((old = dcrt_window_unlist_old(channel, range))) {
		mutex_unlock(&channel->windows.lock);
		dcrt_window_end(channel, old);
		mutex_lock(&channel->windows.lock);
	}
	/* The rest of a page may belong to another device. */
	if (mapped && dcrt_may_map() && range->len &&
	    !((phys | range->len | range->base) & ~PAGE_MASK)) {
		window->page = channel->windows.next_page;
		channel->windows.next_page += dcrt_window_pages(window);
		channel->windows.count++;
	}
	list_add(&window->node, &channel->windows.list);
	dcrt_range_add(&channel->tracker, &window->range);
	mutex_unlock(&channel->windows.lock);
}

int dcrt_window_add(struct dcrt_channel *channel, const volatile void __iomem *base,
		    phys_addr_t phys, size_t len, bool mapped)
{
	struct dcrt_window *window = kzalloc(sizeof(*window), GFP_KERNEL);

	if (!window)
		return -ENOMEM;
	window->range.base = (unsigned long)base;
	window->range.len = len;
	window->pfn = phys >> PAGE_SHIFT;
	dcrt_window_list(channel, window, phys, mapped);
	return 0;
}
EXPORT_SYMBOL_GPL(dcrt_window_add);

void dcrt_window_remove(struct dcrt_channel *channel, const volatile void __iomem *base)
{
	struct dcrt_window *window;

	mutex_lock(&channel->windows.lock);
	window = dcrt_window_at(channel, (unsigned long)base);
	if (window)
		dcrt_window_unlist(channel, window);
	mutex_unlock(&channel->windows.lock);
	dcrt_window_end(channel, window);
}
EXPORT_SYMBOL_GPL(dcrt_window_remove);

int dcrt_window_find(struct dcrt_channel *channel, const volatile void __iomem *address,
		     struct dcrt_window_info *ret)
{
	const struct dcrt_window *window;

	mutex_lock(&channel->windows.lock);
	window = dcrt_window_at(channel, (unsigned long)address);
	if (window)
		*ret = (struct dcrt_window_info){.base = window->range.base,
						 .len = window->range.len,
						 .offset = (u64)window->page << PAGE_SHIFT};
	mutex_unlock(&channel->windows.lock);
	return window ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(dcrt_window_find);

int dcrt_in_window(struct dcrt_call *call, uint32_t index, struct dcrt_window_info *ret)
{
	void *address;
	int err = dcrt_from_address(call->tracker, dcrt_in_word(call, index),
				    call->message.header.session, &address);

	if (err == -EPROTO && !call->err)
		call->err = err;
	return err ? err : dcrt_window_find(call->channel, (void __iomem *)address, ret);
}
EXPORT_SYMBOL_GPL(dcrt_in_window);

/* Mapping */

/* With or without windows.lock: the process may die at any time, and its memory goes with it. */
static bool dcrt_is_attached_file(struct dcrt_channel *channel, const struct file *file)
{
	bool attached;

	spin_lock(&channel->lock);
	attached = channel->session.file == file && !channel->session.revoked;
	spin_unlock(&channel->lock);
	return attached;
}

static vm_fault_t dcrt_window_fault(struct vm_fault *fault)
{
	const struct file *file = fault->vma->vm_file;
	struct dcrt_channel *channel = file->private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	const struct dcrt_window *window;

	mutex_lock(&channel->windows.lock);
	window = dcrt_window_with_page(channel, fault->pgoff);
	if (window && dcrt_is_attached_file(channel, file))
		ret = vmf_insert_pfn(fault->vma, fault->address,
				     window->pfn + (fault->pgoff - window->page));
	mutex_unlock(&channel->windows.lock);
	return ret;
}

static const struct vm_operations_struct window_operations = {.fault = dcrt_window_fault};

static vm_fault_t dcrt_shared_fault(struct vm_fault *fault)
{
	const struct file *file = fault->vma->vm_file;
	struct dcrt_channel *channel = file->private_data;

	if (!dcrt_is_attached_file(channel, file))
		return VM_FAULT_SIGBUS;
	fault->page = virt_to_page(channel->windows.shared);
	get_page(fault->page);
	return 0;
}

static const struct vm_operations_struct shared_operations = {.fault = dcrt_shared_fault};

static int dcrt_map_shared(struct vm_area_struct *vma)
{
	if (vma_pages(vma) != 1)
		return -ENXIO;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND, VM_MAYWRITE);
	vma->vm_ops = &shared_operations;
	return 0;
}

static int dcrt_map_window(struct dcrt_channel *channel, struct vm_area_struct *vma)
{
	const struct dcrt_window *window;
	bool fits;

	mutex_lock(&channel->windows.lock);
	window = dcrt_window_with_page(channel, vma->vm_pgoff);
	fits = window &&
	       vma_pages(vma) <= dcrt_window_pages(window) - (vma->vm_pgoff - window->page);
	mutex_unlock(&channel->windows.lock);
	if (!fits)
		return -ENXIO;
	if (!dcrt_may_map())
		return -EPERM;
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYEXEC);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_ops = &window_operations;
	return 0;
}

int dcrt_window_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dcrt_channel *channel = file->private_data;

	/* Not a process that was passed the descriptor. */
	if (!dcrt_is_attached_file(channel, file) ||
	    READ_ONCE(channel->session.files) != current->files)
		return -EPERM;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	return vma->vm_pgoff ? dcrt_map_window(channel, vma) : dcrt_map_shared(vma);
}

/* Life */

int dcrt_windows_init(struct dcrt_channel *channel)
{
	channel->windows.shared = (void *)get_zeroed_page(GFP_KERNEL);
	return channel->windows.shared ? 0 : -ENOMEM;
}

void dcrt_windows_free(struct dcrt_channel *channel)
{
	struct dcrt_window *window, *next;

	list_for_each_entry_safe(window, next, &channel->windows.list, node)
		kfree(window);
	free_page((unsigned long)channel->windows.shared);
}
