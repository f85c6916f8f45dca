// SPDX-License-Identifier: GPL-2.0
/* A macro makes a function that takes a lock, and a table names it: the process has its text. */
#include <linux/module.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(guard);
static long open_count;
#define LOCKED_OPEN(name)                                     \
	int name(struct inode *inode, struct file *file)      \
	{                                                     \
		unsigned long flags;                          \
                                                              \
		spin_lock_irqsave(&guard, flags);             \
		open_count++;                                 \
		spin_unlock_irqrestore(&guard, flags);        \
		return nonseekable_open(inode, file);         \
	}
static LOCKED_OPEN(mwl_open)
static int twice(int n)
{
	return 2 * n;
}
static ssize_t mwl_read(struct file *file, char __user *to, size_t len, loff_t *at)
{
	return twice((int)len) > 0 ? 0 : -EINVAL;
}
static const struct file_operations mwl_fops = {
	.owner = THIS_MODULE, .open = mwl_open, .read = mwl_read,
};
static struct miscdevice mwl_device = { .minor = MISC_DYNAMIC_MINOR, .name = "mwl", .fops = &mwl_fops };
module_misc_device(mwl_device);
MODULE_LICENSE("GPL");
