// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts the process, and keeps one running.
 *
 * A work item starts the program, watches the process every few milliseconds until it has attached,
 * and then does nothing until dcrt_session_end() schedules it again. So it handles the death of a
 * process that had attached, and the death of one that never did, after which it pauses.
 * (UMH_WAIT_PROC would report both, but holds off suspend as long as the process lives.)
 *
 * After a few starts without a process that attaches, calls fail at once, and starts are rare. They
 * are rare, too, if processes attach and die again and again within a moment.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/umh.h>

#include "channel.h"

#define WATCH_MS     2
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 30000
#define TRIES	     4 /* starts in a row without a process that attaches; then calls fail at once */
#define MOMENT_MS    200 /* a process that dies so soon after it attached is in a loop ... */
#define LOOPS	     4 /* ... if it is the fourth in a row */

/* Runs in the new process, before it executes the program. */
static int dcrt_note_process(struct subprocess_info *info, struct cred *cred)
{
	struct dcrt_respawner *respawner = info->data;

	respawner->process = get_pid(task_pid(current));
	return 0;
}

/*
 * By the first letter of its name systemd knows that the process serves the system itself, and does
 * not end it with all others before devices are shut down.
 */
static int dcrt_spawn(struct dcrt_channel *channel, const char *path)
{
	static char *envp[] = {"HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL};
	struct dcrt_respawner *respawner = &channel->respawner;
	struct subprocess_info *info;
	char device[64], *name = kasprintf(GFP_KERNEL, "@%s", path);
	char *argv[] = {name, device, NULL};
	int err;

	snprintf(device, sizeof(device), "/dev/%s", channel->device_name);
	put_pid(respawner->process);
	respawner->process = NULL;
	respawner->session = READ_ONCE(channel->session.id);
	info = !name ? NULL
		     : call_usermodehelper_setup(path, argv, envp, GFP_KERNEL, dcrt_note_process,
						 NULL, respawner);
	err = info ? call_usermodehelper_exec(info, UMH_WAIT_EXEC) : -ENOMEM;
	kfree(name);
	return err;
}

static int dcrt_wait_attached(struct dcrt_channel *channel, unsigned int timeout_ms)
{
	long left = wait_event_killable_timeout(channel->wait, dcrt_is_attached(channel),
						msecs_to_jiffies(timeout_ms));

	return left > 0 ? 0 : left < 0 ? -EINTR : -ETIMEDOUT;
}

int dcrt_start(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms)
{
	int err;

	if (channel->session.peer)
		return 0;
	err = dcrt_spawn(channel, path);

	return err ? err : dcrt_wait_attached(channel, timeout_ms);
}
EXPORT_SYMBOL_GPL(dcrt_start);

/* Keeping */

/* The task of a process that was reaped is gone; one that was not has no other thread left. */
static bool dcrt_is_running(const struct dcrt_respawner *respawner)
{
	struct task_struct *task;
	bool runs;

	rcu_read_lock();
	task = pid_task(respawner->process, PIDTYPE_PID);
	runs = task && !(READ_ONCE(task->exit_state) && thread_group_empty(task));
	rcu_read_unlock();
	return runs;
}

/* Kills a process whose session is over, or that takes too long to attach. */
static void dcrt_watch(struct dcrt_respawner *respawner, u64 session)
{
	if (session != respawner->session || time_after(jiffies, respawner->attach_by))
		kill_pid(respawner->process, SIGKILL, 1);
}

/* With the pause of a try that is not the first: 0, 10, 20, 40 ... */
static unsigned int dcrt_pause_ms(unsigned int tries)
{
	return tries ? min(PAUSE_MIN_MS << min(tries - 1, 16u), PAUSE_MAX_MS) : 0;
}

/* The last process had attached. */
static unsigned int dcrt_after_session(struct dcrt_channel *channel)
{
	struct dcrt_respawner *respawner = &channel->respawner;
	bool soon = time_before(jiffies, channel->session.since + msecs_to_jiffies(MOMENT_MS));

	respawner->tries = 0;
	WRITE_ONCE(respawner->failed, false);
	respawner->loops = soon ? respawner->loops + 1 : 0;
	if (respawner->loops == LOOPS)
		pr_err("dcrt-%s: the process dies at once; it is started more and more rarely\n",
		       channel->driver->name);
	return respawner->loops < LOOPS ? 0 : dcrt_pause_ms(respawner->loops);
}

/* The last one had not. Nobody can start one while user space is frozen: that is no failure. */
static unsigned int dcrt_after_failure(struct dcrt_channel *channel)
{
	struct dcrt_respawner *respawner = &channel->respawner;

	if (respawner->err == -EBUSY)
		return 10 * PAUSE_MIN_MS;
	if (++respawner->tries == TRIES) {
		pr_err("dcrt-%s: no process can be started (%d): calls fail at once\n",
		       channel->driver->name, respawner->err);
		pr_info("dcrt-%s: write the module's parameter dcrt_program to try again\n",
			channel->driver->name);
		WRITE_ONCE(respawner->failed, true);
		wake_up_all(&channel->wait);
	}
	return dcrt_pause_ms(respawner->tries);
}

static void dcrt_respawn_work(struct work_struct *work)
{
	struct dcrt_respawner *respawner =
		container_of(to_delayed_work(work), struct dcrt_respawner, work);
	struct dcrt_channel *channel = container_of(respawner, struct dcrt_channel, respawner);
	unsigned int again_ms = WATCH_MS;
	bool rest;
	u64 session;

	spin_lock(&channel->lock);
	rest = channel->session.file || channel->going || !respawner->path;
	session = channel->session.id;
	spin_unlock(&channel->lock);
	if (rest)
		return;
	if (dcrt_is_running(respawner)) {
		dcrt_watch(respawner, session);
	} else if (!respawner->due) {
		respawner->due = true;
		again_ms = session != respawner->session ? dcrt_after_session(channel)
							 : dcrt_after_failure(channel);
	} else {
		respawner->due = false;
		if (!respawner->tries)
			pr_notice_ratelimited("dcrt-%s: the process has died; starting it again\n",
					      channel->driver->name);
		respawner->err = dcrt_spawn(channel, respawner->path);
		respawner->attach_by = jiffies + msecs_to_jiffies(respawner->timeout_ms);
	}
	queue_delayed_work(system_unbound_wq, &respawner->work, msecs_to_jiffies(again_ms));
}

void dcrt_respawn_init(struct dcrt_channel *channel)
{
	INIT_DELAYED_WORK(&channel->respawner.work, dcrt_respawn_work);
}

void dcrt_respawn_soon(struct dcrt_channel *channel)
{
	if (channel->respawner.path && !channel->going)
		mod_delayed_work(system_unbound_wq, &channel->respawner.work, 0);
}

static void dcrt_set_path(struct dcrt_channel *channel, char *path)
{
	char *old;

	spin_lock(&channel->lock);
	old = channel->respawner.path;
	channel->respawner.path = path;
	spin_unlock(&channel->lock);
	kfree(old);
}

void dcrt_respawn_now(struct dcrt_channel *channel, const char *path)
{
	struct dcrt_respawner *respawner = &channel->respawner;
	char *copy;

	if (!READ_ONCE(respawner->path))
		return;
	copy = path ? kstrdup(path, GFP_KERNEL) : NULL;
	cancel_delayed_work_sync(&respawner->work); /* it uses the path */
	if (copy)
		dcrt_set_path(channel, copy);
	respawner->tries = respawner->loops = 0;
	respawner->due = true;
	WRITE_ONCE(respawner->failed, false);
	spin_lock(&channel->lock);
	dcrt_respawn_soon(channel);
	spin_unlock(&channel->lock);
}
EXPORT_SYMBOL_GPL(dcrt_respawn_now);

void dcrt_respawn_stop(struct dcrt_channel *channel)
{
	cancel_delayed_work_sync(&channel->respawner.work);
}

void dcrt_respawn_kill(struct dcrt_channel *channel)
{
	struct dcrt_respawner *respawner = &channel->respawner;

	if (respawner->path && dcrt_is_running(respawner))
		kill_pid(respawner->process, SIGKILL, 1);
}

void dcrt_respawn_free(struct dcrt_channel *channel)
{
	put_pid(channel->respawner.process);
	kfree(channel->respawner.path);
}

int dcrt_respawn(struct dcrt_channel *channel, const char *path, unsigned int timeout_ms)
{
	struct dcrt_respawner *respawner = &channel->respawner;
	char *copy;
	int err;

	if (channel->session.peer)
		return 0;
	if (respawner->path)
		return -EBUSY;
	copy = kstrdup(path, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	respawner->timeout_ms = timeout_ms;
	respawner->attach_by = jiffies + msecs_to_jiffies(timeout_ms);
	err = dcrt_spawn(channel, copy);
	dcrt_set_path(channel, copy);
	if (!err) {
		queue_delayed_work(system_unbound_wq, &respawner->work, 0);
		err = dcrt_wait_attached(channel, timeout_ms);
	}
	if (err) {
		dcrt_respawn_stop(channel);
		dcrt_respawn_kill(channel);
		dcrt_set_path(channel, NULL);
	}
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_respawn);
