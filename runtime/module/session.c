// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: a process attaches. Its session is revoked when it breaks the rules, is too slow or
 * dies; see session.h. It is closed when the last thread that shares the process's table of files
 * exits (flush: a child that has inherited the descriptor does not keep the session alive) or when
 * nobody has the device open any more (release). A thread may have made itself a table of its own
 * before, and still be in a turn.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "channel.h"
#include "trace.h"

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

/* Revoking */

/* Not one that dies already, and writes a dump. */
static void dcrt_kill_one(struct task_struct *task, bool spares_dumps)
{
	if (!spares_dumps || !READ_ONCE(task->signal->core_state))
		send_sig(SIGKILL, task, 1);
}

struct dcrt_victims {
	struct pid *pid;
	struct mm_struct *mm;
	const void *files; /* or NULL */
	bool spares_dumps;
};

/* The process, and all that run in its memory or have its table of files, and so the device. */
static void dcrt_kill_victims(const struct dcrt_victims *victims)
{
	struct task_struct *process, *thread;

	rcu_read_lock();
	process = pid_task(victims->pid, PIDTYPE_TGID);
	if (process)
		dcrt_kill_one(process, victims->spares_dumps);
	for_each_process_thread(process, thread) {
		if (thread->flags & PF_KTHREAD)
			continue;
		if (READ_ONCE(thread->mm) == victims->mm ||
		    (victims->files && READ_ONCE(thread->files) == victims->files))
			dcrt_kill_one(thread, victims->spares_dumps);
	}
	rcu_read_unlock();
}

static void dcrt_kill_all(struct dcrt_channel *channel, u64 session)
{
	const struct dcrt_session *of = &channel->session;
	unsigned long dumps_end;
	struct dcrt_victims victims = {0};

	spin_lock(&channel->lock);
	if (of->file && of->id == session) {
		dumps_end = of->revoked_at + msecs_to_jiffies(READ_ONCE(dcrt_call_limit_ms));
		victims = (struct dcrt_victims){.pid = get_pid(of->pid),
						.mm = of->mm,
						.files = of->files,
						.spares_dumps = time_before(jiffies, dumps_end)};
		mmgrab(victims.mm);
	}
	spin_unlock(&channel->lock);
	if (!victims.pid)
		return;
	dcrt_kill_victims(&victims);
	mmdrop(victims.mm);
	put_pid(victims.pid);
}

/* With the lock: releases the session's callers. */
static void dcrt_release_callers(struct dcrt_channel *channel, u64 session)
{
	struct dcrt_chain *chain, *next;

	list_for_each_entry_safe(chain, next, &channel->calls.active, node) {
		if (chain->session != session)
			continue;
		chain->dead = true;
		list_del_init(&chain->pending);
		channel->session.was_in_call = true;
		wake_up(&chain->wait);
		if (chain->server && !chain->server->inside)
			dcrt_part(chain);
	}
}

/* With the lock: the process is gone, all of it. */
static void dcrt_session_end(struct dcrt_channel *channel)
{
	struct dcrt_session *session = &channel->session;

	trace_dcrt_death(channel->driver->name, session->id, session->was_in_call);
	dcrt_forget_servers(channel);
	put_pid(session->pid);
	mmdrop(session->mm);
	session->pid = NULL;
	session->mm = NULL;
	session->file = NULL;
	session->files = NULL;
	session->revoked = session->released = session->closed = session->stuck = false;
	channel->notify.died = true;
	if (!channel->going)
		schedule_work(&channel->notify.work);
	dcrt_respawn_soon(channel);
	atomic64_inc(&channel->stats.deaths);
	wake_up_all(&channel->wait);
}

void dcrt_session_try_end(struct dcrt_channel *channel)
{
	const struct dcrt_session *session = &channel->session;

	if (session->closed && session->released && !dcrt_is_inside(channel))
		dcrt_session_end(channel);
}

void dcrt_session_revoke(struct dcrt_channel *channel, u64 session)
{
	bool first;

	spin_lock(&channel->lock);
	first = dcrt_is_served(channel) && channel->session.id == session &&
		!channel->session.revoked;
	if (first) {
		channel->session.revoked = true;
		channel->session.revoked_at = jiffies;
		channel->session.was_in_call = false;
	}
	spin_unlock(&channel->lock);
	if (!first)
		return;
	dcrt_windows_revoke(channel);
	dcrt_kill_all(channel, session);
	spin_lock(&channel->lock);
	dcrt_release_callers(channel, session);
	dcrt_wake_servers(channel);
	trace_dcrt_revoke(channel->driver->name, session, channel->session.was_in_call);
	channel->session.released = true;
	if (channel->session.file)
		queue_delayed_work(system_unbound_wq, &channel->session.reaper, HZ);
	dcrt_session_try_end(channel);
	spin_unlock(&channel->lock);
}

void dcrt_end_process(struct dcrt_channel *channel)
{
	dcrt_session_revoke(channel, READ_ONCE(channel->session.id));
}
EXPORT_SYMBOL_GPL(dcrt_end_process);

/* Whoever shares the process's memory may have been about to make another thread when killed. */
static void dcrt_session_reap(struct work_struct *work)
{
	struct dcrt_channel *channel =
		container_of(to_delayed_work(work), struct dcrt_channel, session.reaper);
	u64 session = 0;

	spin_lock(&channel->lock);
	dcrt_forget_dead_servers(channel);
	dcrt_session_try_end(channel);
	if (channel->session.file && channel->session.revoked) {
		session = channel->session.id;
		queue_delayed_work(system_unbound_wq, &channel->session.reaper, HZ);
	}
	spin_unlock(&channel->lock);
	if (session)
		dcrt_kill_all(channel, session);
}

void dcrt_session_init(struct dcrt_channel *channel)
{
	INIT_DELAYED_WORK(&channel->session.reaper, dcrt_session_reap);
}

/* Beginning */

/* With the lock. pid, which is moved, and mm are the process's. */
static void dcrt_session_begin(struct dcrt_channel *channel, struct file *file, struct pid *pid)
{
	struct dcrt_session *session = &channel->session;

	session->id++;
	session->file = file;
	session->files = current->files;
	session->mm = current->mm;
	session->pid = pid;
	mmgrab(session->mm);
	session->since = jiffies;
	WRITE_ONCE(channel->respawner.failed, false);
	trace_dcrt_attach(channel->driver->name, session->id, false);
	channel->notify.attached = true;
	schedule_work(&channel->notify.work);
	wake_up_all(&channel->wait);
}

long dcrt_session_attach(struct dcrt_channel *channel, struct file *file,
			 struct dcrt_attach __user *arg)
{
	struct dcrt_attach attach;
	int err = 0;

	if (copy_from_user(&attach, arg, sizeof(attach)))
		return -EFAULT;
	if (attach.abi != DCRT_ABI || attach.zero || attach.fingerprint != channel->fingerprint) {
		pr_err_ratelimited("dcrt-%s: %s is refused: it is of another cut\n",
				   channel->driver->name, current->comm);
		return -EPROTO;
	}
	spin_lock(&channel->lock);
	if (channel->going)
		err = -ESHUTDOWN;
	else if (dcrt_is_served(channel))
		err = -EBUSY;
	else
		dcrt_session_begin(channel, file, get_pid(task_tgid(current)));
	attach.session = channel->session.id;
	spin_unlock(&channel->lock);
	if (err)
		return err;
	if (copy_to_user(arg, &attach, sizeof(attach))) {
		dcrt_session_revoke(channel, attach.session);
		return -EFAULT;
	}
	return 0;
}

void dcrt_session_close(struct dcrt_channel *channel, u64 session)
{
	dcrt_session_revoke(channel, session);
	spin_lock(&channel->lock);
	if (channel->session.file && channel->session.id == session) {
		channel->session.closed = true;
		channel->session.files = NULL;
		dcrt_session_try_end(channel);
	}
	spin_unlock(&channel->lock);
}

bool dcrt_is_attached(struct dcrt_channel *channel)
{
	bool attached;

	spin_lock(&channel->lock);
	attached = dcrt_is_served(channel) && !channel->session.revoked;
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
