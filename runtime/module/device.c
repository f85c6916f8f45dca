// SPDX-License-Identifier: GPL-2.0-only
/* The device node, /dev/dcrt-NAME: the file operations of a channel. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "channel.h"

static int dcrt_device_open(struct inode *inode, struct file *file)
{
	struct dcrt_channel *channel = container_of(file->private_data, struct dcrt_channel, misc);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	kref_get(&channel->refs); /* misc_open() keeps misc_deregister() out */
	file->private_data = channel;
	return nonseekable_open(inode, file);
}

static int dcrt_device_flush(struct file *file, fl_owner_t id)
{
	struct dcrt_channel *channel = file->private_data;
	u64 session = 0;
	bool over;

	spin_lock(&channel->lock);
	over = channel->session.file == file && channel->session.files == id &&
	       current->flags & PF_EXITING;
	if (over)
		dcrt_session_end(channel);
	else if (channel->session.file == file && channel->session.files == id)
		session = channel->session.id; /* closed explicitly: there may be other threads */
	spin_unlock(&channel->lock);
	if (over) /* a process that shares its memory must not have the device */
		unmap_mapping_range(file_inode(file)->i_mapping, 0, 0, 1);
	if (session)
		dcrt_kill_process(channel, session);
	return 0;
}

static int dcrt_device_release(struct inode *inode, struct file *file)
{
	struct dcrt_channel *channel = file->private_data;

	spin_lock(&channel->lock);
	if (channel->session.file == file)
		dcrt_session_end(channel);
	spin_unlock(&channel->lock);
	kref_put(&channel->refs, dcrt_channel_free);
	return 0;
}

static long dcrt_device_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct dcrt_channel *channel = file->private_data;

	switch (command) {
	case DCRT_IOC_ATTACH:
		return dcrt_session_attach(channel, file, (struct dcrt_attach __user *)arg);
	case DCRT_IOC_TURN:
		return dcrt_turn(channel, file, (struct dcrt_turn __user *)arg);
	default:
		return -ENOTTY;
	}
}

const struct file_operations dcrt_device_operations = {
	.owner = THIS_MODULE,
	.open = dcrt_device_open,
	.flush = dcrt_device_flush,
	.release = dcrt_device_release,
	.unlocked_ioctl = dcrt_device_ioctl,
	.mmap = dcrt_window_mmap,
};
