// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: the device's registers in the process. The driver's half notes each where it is mapped
 * in the kernel; the process asks what is at an address and maps the device file there.
 *
 * Page 0 of the file is struct dcrt_shared. Each window has pages of its own behind it, which are
 * never given to another: a mapping that the process keeps too long leads nowhere (SIGBUS), not to
 * other registers. Pages are put in when they are first touched: that looks up the window again,
 * after the mapping can be found by unmap_mapping_range(), so none is missed.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "channel.h"

struct dcrt_window {
	struct list_head node;
	struct dcrt_range range; /* in the kernel: the process may name each of its bytes */
	unsigned long pfn;
	unsigned long page; /* of the device file; 0: not for the process */
};

static unsigned long pages_of(const struct dcrt_window *window)
{
	return window->range.len >> PAGE_SHIFT;
}

/* Finding; with windows_lock */

static struct dcrt_window *window_at(struct dcrt_channel *channel, unsigned long address)
{
	struct dcrt_window *window;

	list_for_each_entry(window, &channel->windows, node)
		if (address - window->range.base < window->range.len)
			return window;
	return NULL;
}

static struct dcrt_window *window_with_page(struct dcrt_channel *channel, unsigned long page)
{
	struct dcrt_window *window;

	list_for_each_entry(window, &channel->windows, node)
		if (window->page && page - window->page < pages_of(window))
			return window;
	return NULL;
}

/* Coming and going */

/* Without windows_lock, which page faults take. Nothing is mapped once the file is released. */
static void unmap(struct dcrt_channel *channel, unsigned long page, unsigned long pages)
{
	struct inode *inode = NULL;

	spin_lock(&channel->lock);
	if (channel->file) {
		inode = file_inode(channel->file);
		ihold(inode);
	}
	spin_unlock(&channel->lock);
	if (!inode)
		return;
	unmap_mapping_range(inode->i_mapping, (loff_t)page << PAGE_SHIFT,
			    (loff_t)pages << PAGE_SHIFT, 1);
	iput(inode);
}

/* With windows_lock: it is no longer found. */
static void take_out(struct dcrt_channel *channel, struct dcrt_window *window)
{
	list_del(&window->node);
	dcrt_range_remove(&channel->tracker, &window->range);
	channel->n_windows -= window->page != 0;
	WRITE_ONCE(channel->shared->windows_removed, channel->shared->windows_removed + 1);
}

/* Without the lock. NULL is fine. */
static void end_window(struct dcrt_channel *channel, struct dcrt_window *window)
{
	if (window && window->page)
		unmap(channel, window->page, pages_of(window));
	kfree(window);
}

/* With windows_lock. One that the kernel has unmapped without telling, as another is there now. */
static struct dcrt_window *take_old(struct dcrt_channel *channel, const struct dcrt_range *range)
{
	struct dcrt_window *old;

	list_for_each_entry(old, &channel->windows, node) {
		if (old->range.base + old->range.len <= range->base ||
		    old->range.base >= range->base + range->len)
			continue;
		take_out(channel, old);
		return old;
	}
	return NULL;
}

static void put_in(struct dcrt_channel *channel, struct dcrt_window *window, phys_addr_t phys,
		   bool mapped)
{
	const struct dcrt_range *range = &window->range;
	struct dcrt_window *old;

	mutex_lock(&channel->windows_lock);
	while ((old = take_old(channel, range))) {
		mutex_unlock(&channel->windows_lock);
		end_window(channel, old);
		mutex_lock(&channel->windows_lock);
	}
	/* The rest of a page may be another device's. */
	if (mapped && range->len && !((phys | range->len | range->base) & ~PAGE_MASK)) {
		window->page = channel->next_page;
		channel->next_page += pages_of(window);
		channel->n_windows++;
	}
	list_add(&window->node, &channel->windows);
	dcrt_range_add(&channel->tracker, &window->range);
	mutex_unlock(&channel->windows_lock);
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
	put_in(channel, window, phys, mapped);
	return 0;
}
EXPORT_SYMBOL_GPL(dcrt_window_add);

void dcrt_window_remove(struct dcrt_channel *channel, const volatile void __iomem *base)
{
	struct dcrt_window *window;

	mutex_lock(&channel->windows_lock);
	window = window_at(channel, (unsigned long)base);
	if (window)
		take_out(channel, window);
	mutex_unlock(&channel->windows_lock);
	end_window(channel, window);
}
EXPORT_SYMBOL_GPL(dcrt_window_remove);

int dcrt_window_find(struct dcrt_channel *channel, const volatile void __iomem *address,
		     struct dcrt_window_info *ret)
{
	const struct dcrt_window *window;

	mutex_lock(&channel->windows_lock);
	window = window_at(channel, (unsigned long)address);
	if (window)
		*ret = (struct dcrt_window_info){.base = window->range.base,
						 .len = window->range.len,
						 .offset = (u64)window->page << PAGE_SHIFT};
	mutex_unlock(&channel->windows_lock);
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

/* With windows_lock or not: the process may die at any time, and its memory goes with it. */
static bool is_attached(struct dcrt_channel *channel, const struct file *file)
{
	bool attached;

	spin_lock(&channel->lock);
	attached = channel->file == file && !channel->killed;
	spin_unlock(&channel->lock);
	return attached;
}

static vm_fault_t window_fault(struct vm_fault *fault)
{
	const struct file *file = fault->vma->vm_file;
	struct dcrt_channel *channel = file->private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	const struct dcrt_window *window;

	mutex_lock(&channel->windows_lock);
	window = window_with_page(channel, fault->pgoff);
	if (window && is_attached(channel, file))
		ret = vmf_insert_pfn(fault->vma, fault->address,
				     window->pfn + (fault->pgoff - window->page));
	mutex_unlock(&channel->windows_lock);
	return ret;
}

static const struct vm_operations_struct window_operations = {.fault = window_fault};

static vm_fault_t shared_fault(struct vm_fault *fault)
{
	struct dcrt_channel *channel = fault->vma->vm_file->private_data;

	fault->page = virt_to_page(channel->shared);
	get_page(fault->page);
	return 0;
}

static const struct vm_operations_struct shared_operations = {.fault = shared_fault};

static int map_shared(struct vm_area_struct *vma)
{
	if (vma_pages(vma) != 1)
		return -ENXIO;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	vma->vm_flags &= ~VM_MAYWRITE;
	vma->vm_flags |= VM_DONTCOPY | VM_DONTEXPAND;
	vma->vm_ops = &shared_operations;
	return 0;
}

static int map_window(struct dcrt_channel *channel, struct vm_area_struct *vma)
{
	const struct dcrt_window *window;
	bool fits;

	mutex_lock(&channel->windows_lock);
	window = window_with_page(channel, vma->vm_pgoff);
	fits = window && vma_pages(vma) <= pages_of(window) - (vma->vm_pgoff - window->page);
	mutex_unlock(&channel->windows_lock);
	if (!fits)
		return -ENXIO;
	vma->vm_flags &= ~VM_MAYEXEC;
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_ops = &window_operations;
	return 0;
}

int dcrt_window_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dcrt_channel *channel = file->private_data;

	/* Not another that was given the descriptor. */
	if (!is_attached(channel, file) || READ_ONCE(channel->files) != current->files)
		return -EPERM;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	return vma->vm_pgoff ? map_window(channel, vma) : map_shared(vma);
}

/* A channel's */

int dcrt_windows_init(struct dcrt_channel *channel)
{
	channel->shared = (void *)get_zeroed_page(GFP_KERNEL);
	return channel->shared ? 0 : -ENOMEM;
}

void dcrt_windows_free(struct dcrt_channel *channel)
{
	struct dcrt_window *window, *next;

	list_for_each_entry_safe(window, next, &channel->windows, node)
		kfree(window);
	free_page((unsigned long)channel->shared);
}
