// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: a process attaches, and is dead when its last thread closes the device on its way out
 * (flush: a child that has inherited the descriptor does not keep the session alive) or when nobody
 * has the device open any more (release). Its memory is gone then, and none of its threads runs.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "channel.h"

/* Runs from a work item, as the driver's callbacks may make upcalls. */

void dcrt_notify_driver(struct work_struct *work)
{
	struct dcrt_channel *channel = container_of(work, struct dcrt_channel, notify.work);
	const struct dcrt_driver *driver = channel->driver;
	bool died, attached, in_call;

	spin_lock(&channel->lock);
	died = channel->notify.died;
	attached = channel->notify.attached;
	in_call = channel->session.was_in_call;
	channel->notify.died = channel->notify.attached = false;
	spin_unlock(&channel->lock);
	if (died && driver->died)
		driver->died(channel, in_call);
	if (attached && driver->attached)
		driver->attached(channel);
}

void dcrt_kill_process(struct dcrt_channel *channel, u64 session)
{
	struct pid *pid = NULL;

	spin_lock(&channel->lock);
	if (dcrt_is_served(channel) && channel->session.id == session) {
		channel->session.killed = true;
		pid = get_pid(channel->session.pid);
	}
	spin_unlock(&channel->lock);
	if (pid)
		kill_pid(pid, SIGKILL, 1);
	put_pid(pid);
}

long dcrt_session_attach(struct dcrt_channel *channel, struct file *file,
			 struct dcrt_attach __user *arg)
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
		old = channel->session.pid;
		channel->session.pid = get_pid(task_tgid(current));
		channel->session.file = file;
		channel->session.files = current->files;
		attach.session = ++channel->session.id;
		channel->session.since = jiffies;
		WRITE_ONCE(channel->respawner.failed, false);
		channel->notify.attached = true;
		schedule_work(&channel->notify.work);
		wake_up_all(&channel->wait);
	}
	spin_unlock(&channel->lock);
	if (err)
		return err;
	put_pid(old);
	/*
	 * User tasks are frozen before devices suspend, but suspending makes upcalls. Threads
	 * inherit the flag.
	 */
	current->flags |= PF_NOFREEZE;
	if (copy_to_user(arg, &attach, sizeof(attach)))
		return -EFAULT;
	return 0;
}

void dcrt_session_end(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain;
	u32 i;

	channel->session.file = NULL;
	channel->session.killed = false;
	channel->session.was_in_call = false;
	list_for_each_entry(chain, &channel->calls.active, node) {
		if (chain->session != channel->session.id)
			continue;
		chain->dead = true;
		chain->server = NULL;
		list_del_init(&chain->pending);
		channel->session.was_in_call = true;
		wake_up(&chain->wait);
	}
	INIT_LIST_HEAD(&channel->servers.idle);
	for (i = 0; i < DCRT_THREADS_MAX; i++) {
		channel->servers.at[i].task = NULL;
		channel->servers.at[i].chain = NULL;
	}
	channel->servers.count = 0;
	channel->notify.died = true;
	if (!channel->going)
		schedule_work(&channel->notify.work);
	dcrt_respawn_soon(channel);
	atomic64_inc(&channel->stats.deaths);
	wake_up_all(&channel->wait);
}

bool dcrt_is_attached(struct dcrt_channel *channel)
{
	bool attached;

	spin_lock(&channel->lock);
	attached = dcrt_is_served(channel) && !channel->session.killed;
	spin_unlock(&channel->lock);
	return attached;
}

bool dcrt_is_decided(struct dcrt_channel *channel)
{
	return dcrt_is_attached(channel) || READ_ONCE(channel->going) ||
	       READ_ONCE(channel->respawner.failed);
}

bool dcrt_await_process(struct dcrt_channel *channel, unsigned int timeout_ms)
{
	wait_event_timeout(channel->wait, dcrt_is_decided(channel), msecs_to_jiffies(timeout_ms));
	return dcrt_is_attached(channel) && !READ_ONCE(channel->going);
}
EXPORT_SYMBOL_GPL(dcrt_await_process);
