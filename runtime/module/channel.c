// SPDX-License-Identifier: GPL-2.0-only
/*
 * A channel's life: registration, the device, attaching, death of the process, taking down.
 *
 * The process is dead when its last thread closes the device on its way out (flush: a child that
 * has inherited the descriptor does not keep the session alive) or when nothing has it open any
 * more (release). Its memory is gone by then, and no thread of it runs.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "channel.h"

/* The tracker's environment */

static void *env_alloc(size_t len)
{
	return kvzalloc(len, GFP_KERNEL);
}

static void env_free(void *memory)
{
	kvfree(memory);
}

/* Objects are forgotten in any context (dcrt_forget). */
static void env_lock(void *ctx)
{
	struct dcrt_channel *channel = ctx;
	unsigned long flags;

	spin_lock_irqsave(&channel->tracker_lock, flags);
	channel->tracker_flags = flags;
}

static void env_unlock(void *ctx)
{
	struct dcrt_channel *channel = ctx;

	spin_unlock_irqrestore(&channel->tracker_lock, channel->tracker_flags);
}

static void env_pause(void)
{
	usleep_range(20, 100);
}

static const void *env_self(void)
{
	return current;
}

static unsigned int addresses = 1024;
module_param(addresses, uint, 0644);
MODULE_PARM_DESC(addresses, "of the kernel's that one process can be sent; for channels to come");

static void env_full(uint32_t max)
{
	pr_err_ratelimited(
		"dcrt: more than %u addresses for one process: load dcrt with addresses=%u\n", max,
		2 * max);
}

/* References */

static void channel_free(struct kref *refs)
{
	struct dcrt_channel *channel = container_of(refs, struct dcrt_channel, refs);
	u32 i, k;

	for (i = 0; channel->chains && i < channel->n_chains; i++)
		for (k = 0; k < DCRT_DEPTH_MAX; k++) {
			kvfree(channel->chains[i].frames[k].in);
			kvfree(channel->chains[i].frames[k].out);
		}
	kvfree(channel->chains);
	dcrt_tracker_done(&channel->tracker);
	kfree(channel->up);
	kfree(channel->down);
	kfree(channel->device_name);
	put_pid(channel->pid);
	dcrt_respawn_free(channel);
	dcrt_windows_free(channel);
	kvfree(channel);
}

/* Telling the driver, from a work: its callbacks may call up */

static void tell(struct work_struct *work)
{
	struct dcrt_channel *channel = container_of(work, struct dcrt_channel, tell);
	const struct dcrt_driver *driver = channel->driver;
	bool died, attached, in_call;

	spin_lock(&channel->lock);
	died = channel->tell_died;
	attached = channel->tell_attached;
	in_call = channel->was_in_call;
	channel->tell_died = channel->tell_attached = false;
	spin_unlock(&channel->lock);
	if (died && driver->died)
		driver->died(channel, in_call);
	if (attached && driver->attached)
		driver->attached(channel);
}

/* The device */

static int device_open(struct inode *inode, struct file *file)
{
	struct dcrt_channel *channel = container_of(file->private_data, struct dcrt_channel, misc);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	kref_get(&channel->refs); /* misc_open() holds off misc_deregister() */
	file->private_data = channel;
	return nonseekable_open(inode, file);
}

static void session_over(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain;
	u32 i;

	channel->file = NULL;
	channel->killed = false;
	channel->was_in_call = false;
	list_for_each_entry(chain, &channel->active, node) {
		if (chain->session != channel->session)
			continue;
		chain->dead = true;
		chain->server = NULL;
		list_del_init(&chain->pending);
		channel->was_in_call = true;
		wake_up(&chain->wait);
	}
	INIT_LIST_HEAD(&channel->idle);
	for (i = 0; i < DCRT_THREADS_MAX; i++) {
		channel->servers[i].task = NULL;
		channel->servers[i].chain = NULL;
	}
	channel->n_servers = 0;
	channel->tell_died = true;
	if (!channel->going)
		schedule_work(&channel->tell);
	dcrt_respawn_soon(channel);
	atomic64_inc(&channel->deaths);
	wake_up_all(&channel->wait);
}

static int device_flush(struct file *file, fl_owner_t id)
{
	struct dcrt_channel *channel = file->private_data;
	u64 session = 0;
	bool over;

	spin_lock(&channel->lock);
	over = channel->file == file && channel->files == id && current->flags & PF_EXITING;
	if (over)
		session_over(channel);
	else if (channel->file == file && channel->files == id)
		session = channel->session; /* closed by hand: there may be other threads */
	spin_unlock(&channel->lock);
	if (over) /* what shares its memory has no device */
		unmap_mapping_range(file_inode(file)->i_mapping, 0, 0, 1);
	if (session)
		dcrt_kill_process(channel, session);
	return 0;
}

static int device_release(struct inode *inode, struct file *file)
{
	struct dcrt_channel *channel = file->private_data;

	spin_lock(&channel->lock);
	if (channel->file == file)
		session_over(channel);
	spin_unlock(&channel->lock);
	kref_put(&channel->refs, channel_free);
	return 0;
}

static long attach(struct dcrt_channel *channel, struct file *file, struct dcrt_attach __user *arg)
{
	struct dcrt_attach attach;
	struct pid *old = NULL;
	int err = 0;

	if (copy_from_user(&attach, arg, sizeof(attach)))
		return -EFAULT;
	if (attach.abi != DCRT_ABI || attach.zero || attach.fingerprint != channel->fingerprint)
		return -EPROTO;
	spin_lock(&channel->lock);
	if (channel->going)
		err = -ESHUTDOWN;
	else if (dcrt_is_served(channel))
		err = -EBUSY;
	if (!err) {
		old = channel->pid;
		channel->pid = get_pid(task_tgid(current));
		channel->file = file;
		channel->files = current->files;
		attach.session = ++channel->session;
		channel->tell_attached = true;
		schedule_work(&channel->tell);
		wake_up_all(&channel->wait);
	}
	spin_unlock(&channel->lock);
	if (err)
		return err;
	put_pid(old);
	/* User tasks are frozen before devices suspend, and those call up. Inherited by threads. */
	current->flags |= PF_NOFREEZE;
	if (copy_to_user(arg, &attach, sizeof(attach)))
		return -EFAULT;
	return 0;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct dcrt_channel *channel = file->private_data;

	switch (command) {
	case DCRT_IOC_ATTACH:
		return attach(channel, file, (struct dcrt_attach __user *)arg);
	case DCRT_IOC_TURN:
		return dcrt_turn(channel, file, (struct dcrt_turn __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.flush = device_flush,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.mmap = dcrt_window_mmap,
	.llseek = no_llseek,
};

/* Registration */

static bool good_driver(const struct dcrt_driver *driver)
{
	u32 i;

	if (driver->abi != DCRT_ABI || !driver->name || !driver->n_up)
		return false;
	for (i = 0; i < driver->n_up; i++)
		if (driver->up[i].args > DCRT_ARGS_MAX || driver->up[i].results > DCRT_ARGS_MAX)
			return false;
	for (i = 0; i < driver->n_down; i++)
		if (driver->down[i].args > DCRT_ARGS_MAX ||
		    driver->down[i].results > DCRT_ARGS_MAX || !driver->down[i].handler)
			return false;
	return dcrt_types_check(driver) == 0;
}

static int make_chain(struct dcrt_channel *channel, struct dcrt_chain *chain)
{
	u32 i;

	chain->channel = channel;
	init_waitqueue_head(&chain->wait);
	INIT_LIST_HEAD(&chain->pending);
	list_add_tail(&chain->node, &channel->free);
	for (i = 0; i < DCRT_DEPTH_MAX; i++) {
		struct dcrt_frame *frame = &chain->frames[i];

		frame->chain = chain;
		frame->call.channel = channel;
		frame->call.tracker = &channel->tracker;
		frame->call.ctx = channel->driver->ctx;
		frame->in = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
		frame->out = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
		if (!frame->in || !frame->out)
			return -ENOMEM;
	}
	return 0;
}

static int make_parts(struct dcrt_channel *channel)
{
	const struct dcrt_driver *driver = channel->driver;
	int err;
	u32 i;

	channel->chains = kvcalloc(channel->n_chains, sizeof(*channel->chains), GFP_KERNEL);
	channel->up = kcalloc(driver->n_up, sizeof(*channel->up), GFP_KERNEL);
	channel->down = kcalloc(driver->n_down + 1, sizeof(*channel->down), GFP_KERNEL);
	channel->device_name = kasprintf(GFP_KERNEL, "dcrt-%s", driver->name);
	if (!channel->chains || !channel->up || !channel->down || !channel->device_name)
		return -ENOMEM;
	for (i = 0; i < channel->n_chains; i++) {
		err = make_chain(channel, &channel->chains[i]);
		if (err)
			return err;
	}
	err = dcrt_windows_init(channel);
	if (err)
		return err;
	return dcrt_tracker_init(&channel->tracker, driver, &channel->env, true);
}

static void init_channel(struct dcrt_channel *channel, const struct dcrt_driver *driver)
{
	u32 i;

	channel->driver = driver;
	channel->n_chains = driver->chains ? driver->chains : 8;
	kref_init(&channel->refs);
	spin_lock_init(&channel->lock);
	spin_lock_init(&channel->tracker_lock);
	mutex_init(&channel->windows_lock);
	INIT_LIST_HEAD(&channel->windows);
	channel->next_page = 1; /* behind struct dcrt_shared */
	channel->env = (struct dcrt_env){.alloc = env_alloc,
					 .free = env_free,
					 .lock = env_lock,
					 .unlock = env_unlock,
					 .lock_ctx = channel,
					 .addresses = addresses,
					 .full = env_full,
					 .pause = env_pause,
					 .self = env_self};
	channel->tracker.env = &channel->env;
	channel->fingerprint = dcrt_fingerprint(driver);
	init_waitqueue_head(&channel->wait);
	INIT_WORK(&channel->tell, tell);
	dcrt_respawn_init(channel);
	INIT_LIST_HEAD(&channel->free);
	INIT_LIST_HEAD(&channel->active);
	INIT_LIST_HEAD(&channel->pending);
	INIT_LIST_HEAD(&channel->idle);
	for (i = 0; i < DCRT_THREADS_MAX; i++) {
		init_waitqueue_head(&channel->servers[i].wait);
		INIT_LIST_HEAD(&channel->servers[i].idle);
	}
}

struct dcrt_channel *dcrt_register(const struct dcrt_driver *driver)
{
	struct dcrt_channel *channel;
	int err;

	if (!good_driver(driver))
		return ERR_PTR(-EINVAL);
	channel = kvzalloc(sizeof(*channel), GFP_KERNEL);
	if (!channel)
		return ERR_PTR(-ENOMEM);
	init_channel(channel, driver);
	err = make_parts(channel);
	if (err)
		goto free;
	channel->misc = (struct miscdevice){.minor = MISC_DYNAMIC_MINOR,
					    .name = channel->device_name,
					    .mode = 0600,
					    .fops = &device_operations};
	err = misc_register(&channel->misc);
	if (err)
		goto free;
	dcrt_stat_show(channel);
	err = dcrt_peer_find(channel);
	if (!err)
		return channel;
	dcrt_unregister(channel);
	return ERR_PTR(err);
free:
	kref_put(&channel->refs, channel_free);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(dcrt_register);

bool dcrt_is_attached(struct dcrt_channel *channel)
{
	bool attached;

	spin_lock(&channel->lock);
	attached = dcrt_is_served(channel) && !channel->killed;
	spin_unlock(&channel->lock);
	return attached;
}

static bool is_gone(struct dcrt_channel *channel)
{
	bool gone;

	spin_lock(&channel->lock);
	gone = !channel->file;
	spin_unlock(&channel->lock);
	return gone;
}

static bool is_quiet(struct dcrt_channel *channel)
{
	bool quiet;

	spin_lock(&channel->lock);
	quiet = list_empty(&channel->active);
	spin_unlock(&channel->lock);
	return quiet;
}

void dcrt_drain(struct dcrt_channel *channel)
{
	while (!wait_event_timeout(channel->wait, is_quiet(channel), 10 * HZ))
		; /* each open call ends by its deadline */
}
EXPORT_SYMBOL_GPL(dcrt_drain);

void dcrt_unregister(struct dcrt_channel *channel)
{
	u32 i;

	if (!channel)
		return;
	misc_deregister(&channel->misc);
	spin_lock(&channel->lock);
	channel->going = true;
	wake_up_all(&channel->wait);
	spin_unlock(&channel->lock);
	cancel_work_sync(&channel->tell);
	dcrt_respawn_stop(channel);
	dcrt_drain(channel);
	dcrt_peer_leave(channel);
	for (i = 0; i < DCRT_THREADS_MAX; i++)
		wake_up(&channel->servers[i].wait); /* idle ones take DEATH home */
	if (!wait_event_timeout(channel->wait, is_gone(channel), 2 * HZ))
		do
			dcrt_kill_process(channel, channel->session);
		while (!wait_event_timeout(channel->wait, is_gone(channel), 10 * HZ));
	dcrt_respawn_kill(channel);
	debugfs_remove(channel->debugfs);
	kref_put(&channel->refs, channel_free);
}
EXPORT_SYMBOL_GPL(dcrt_unregister);

int dcrt_object_new(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count)
{
	u64 handle;

	return dcrt_track(&channel->tracker, object, type, count, &handle);
}
EXPORT_SYMBOL_GPL(dcrt_object_new);

int dcrt_object_free(struct dcrt_channel *channel, void *object)
{
	return dcrt_untrack(&channel->tracker, object);
}
EXPORT_SYMBOL_GPL(dcrt_object_free);

int dcrt_adopt(struct dcrt_channel *channel, void *object, uint16_t type, uint32_t count)
{
	return dcrt_track_once(&channel->tracker, object, type, count);
}
EXPORT_SYMBOL_GPL(dcrt_adopt);

void dcrt_forget(struct dcrt_channel *channel, const void *object)
{
	dcrt_forget_at(&channel->tracker, object);
}
EXPORT_SYMBOL_GPL(dcrt_forget);

EXPORT_SYMBOL_GPL(dcrt_may_share);

void *dcrt_object_next(struct dcrt_channel *channel, u16 type, u32 *slot, u32 *ret_count)
{
	return dcrt_next_object(&channel->tracker, type, slot, ret_count);
}
EXPORT_SYMBOL_GPL(dcrt_object_next);

bool dcrt_object_whole(struct dcrt_channel *channel, u64 ref)
{
	return dcrt_is_whole(&channel->tracker, ref);
}
EXPORT_SYMBOL_GPL(dcrt_object_whole);

bool dcrt_object_has(struct dcrt_channel *channel, const void *address)
{
	u64 ref;

	return !IS_ERR_OR_NULL(address) &&
	       !dcrt_to_ref(&channel->tracker, address, DCRT_ANY_TYPE, &ref);
}
EXPORT_SYMBOL_GPL(dcrt_object_has);

EXPORT_SYMBOL_GPL(dcrt_out_word);
EXPORT_SYMBOL_GPL(dcrt_out_pointer);
EXPORT_SYMBOL_GPL(dcrt_out_blob);
EXPORT_SYMBOL_GPL(dcrt_out_object);
EXPORT_SYMBOL_GPL(dcrt_out_all);
EXPORT_SYMBOL_GPL(dcrt_out_address);
EXPORT_SYMBOL_GPL(dcrt_out_code);
EXPORT_SYMBOL_GPL(dcrt_out_string_word);
EXPORT_SYMBOL_GPL(dcrt_out_string);
EXPORT_SYMBOL_GPL(dcrt_in_word);
EXPORT_SYMBOL_GPL(dcrt_in_pointer);
EXPORT_SYMBOL_GPL(dcrt_in_blob);
EXPORT_SYMBOL_GPL(dcrt_in_buffer);
EXPORT_SYMBOL_GPL(dcrt_in_copy);
EXPORT_SYMBOL_GPL(dcrt_in_address);
EXPORT_SYMBOL_GPL(dcrt_in_register);
EXPORT_SYMBOL_GPL(dcrt_in_code);
EXPORT_SYMBOL_GPL(dcrt_in_string);
EXPORT_SYMBOL_GPL(dcrt_in_error);
EXPORT_SYMBOL_GPL(dcrt_ctx);
EXPORT_SYMBOL_GPL(dcrt_channel_of);

static int __init dcrt_init(void)
{
	dcrt_stat_init();
	return 0;
}

static void __exit dcrt_exit(void)
{
	dcrt_stat_exit();
}

module_init(dcrt_init);
module_exit(dcrt_exit);
MODULE_DESCRIPTION("drivercut runtime: the channel between a microdriver and its process");
MODULE_LICENSE("GPL v2");
