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

/* The session of this file, or 0. files: and of this table of files, or NULL. */
static u64 dcrt_session_of(struct dcrt_channel *channel, const struct file *file, fl_owner_t files)
{
	u64 session = 0;

	spin_lock(&channel->lock);
	if (channel->session.file == file && (!files || channel->session.files == files))
		session = channel->session.id;
	spin_unlock(&channel->lock);
	return session;
}

static int dcrt_device_flush(struct file *file, fl_owner_t id)
{
	struct dcrt_channel *channel = file->private_data;
	u64 session = dcrt_session_of(channel, file, id);

	if (session && current->flags & PF_EXITING)
		dcrt_session_close(channel, session);
	else if (session) /* closed explicitly: there may be other threads */
		dcrt_session_revoke(channel, session);
	return 0;
}

static int dcrt_device_release(struct inode *inode, struct file *file)
{
	struct dcrt_channel *channel = file->private_data;
	u64 session = dcrt_session_of(channel, file, NULL);

	if (session)
		dcrt_session_close(channel, session);
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
