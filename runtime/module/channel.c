// SPDX-License-Identifier: GPL-2.0-only
/* A channel's life: registration, waiting for its calls to end, taking it down. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "channel.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

void dcrt_channel_free(struct kref *refs)
{
	struct dcrt_channel *channel = container_of(refs, struct dcrt_channel, refs);
	u32 i, k;

	for (i = 0; channel->calls.chains && i < channel->calls.n_chains; i++)
		for (k = 0; k < DCRT_DEPTH_MAX; k++) {
			kvfree(channel->calls.chains[i].frames[k].in);
			kvfree(channel->calls.chains[i].frames[k].out);
		}
	kvfree(channel->calls.chains);
	dcrt_tracker_done(&channel->tracker);
	kfree(channel->stats.up);
	kfree(channel->stats.down);
	kfree(channel->device_name);
	dcrt_respawn_free(channel);
	dcrt_windows_free(channel);
	kvfree(channel);
}

static bool dcrt_check_driver(const struct dcrt_driver *driver)
{
	u32 i;

	if (driver->abi != DCRT_ABI || !driver->name || !driver->n_up ||
	    (driver->n_down && !driver->serve))
		return false;
	for (i = 0; i < driver->n_up; i++)
		if (driver->up[i].args > DCRT_ARGS_MAX || driver->up[i].results > DCRT_ARGS_MAX)
			return false;
	for (i = 0; i < driver->n_down; i++)
		if (driver->down[i].args > DCRT_ARGS_MAX || driver->down[i].results > DCRT_ARGS_MAX)
			return false;
	return dcrt_types_check(driver) == 0;
}

static int dcrt_init_chain(struct dcrt_channel *channel, struct dcrt_chain *chain)
{
	u32 i;

	chain->channel = channel;
	init_waitqueue_head(&chain->wait);
	INIT_LIST_HEAD(&chain->pending);
	list_add_tail(&chain->node, &channel->calls.free);
	for (i = 0; i < DCRT_DEPTH_MAX; i++) {
		struct dcrt_frame *frame = &chain->frames[i];

		frame->chain = chain;
		frame->call.channel = channel;
		frame->call.tracker = &channel->tracker;
		frame->call.ctx = channel->driver->ctx;
	}
	for (chain->level = 0; chain->level < dcrt_depth(channel->driver); chain->level++)
		if (!dcrt_make_room(chain))
			return -ENOMEM;
	chain->level = 0;
	return 0;
}

static int dcrt_alloc_parts(struct dcrt_channel *channel)
{
	const struct dcrt_driver *driver = channel->driver;
	int err;
	u32 i;

	channel->calls.chains =
		kvcalloc(channel->calls.n_chains, sizeof(*channel->calls.chains), GFP_KERNEL);
	channel->stats.up = kcalloc(driver->n_up, sizeof(*channel->stats.up), GFP_KERNEL);
	channel->stats.down = kcalloc(driver->n_down + 1, sizeof(*channel->stats.down), GFP_KERNEL);
	channel->device_name = kasprintf(GFP_KERNEL, "dcrt-%s", driver->name);
	if (!channel->calls.chains || !channel->stats.up || !channel->stats.down ||
	    !channel->device_name)
		return -ENOMEM;
	for (i = 0; i < channel->calls.n_chains; i++) {
		err = dcrt_init_chain(channel, &channel->calls.chains[i]);
		if (err)
			return err;
	}
	err = dcrt_lockdep_init(channel);
	if (!err)
		err = dcrt_windows_init(channel);
	if (err)
		return err;
	return dcrt_tracker_init(&channel->tracker, driver, &channel->env, true);
}

static void dcrt_init_channel(struct dcrt_channel *channel, const struct dcrt_driver *driver)
{
	u32 i;

	channel->driver = driver;
	channel->calls.n_chains = driver->chains ? driver->chains : 8;
	kref_init(&channel->refs);
	spin_lock_init(&channel->lock);
	mutex_init(&channel->windows.lock);
	INIT_LIST_HEAD(&channel->windows.list);
	channel->windows.next_page = 1; /* behind struct dcrt_shared */
	dcrt_init_env(channel);
	channel->fingerprint = dcrt_fingerprint(driver);
	init_waitqueue_head(&channel->wait);
	INIT_WORK(&channel->notify.work, dcrt_notify_driver);
	dcrt_respawn_init(channel);
	dcrt_session_init(channel);
	INIT_LIST_HEAD(&channel->calls.free);
	INIT_LIST_HEAD(&channel->calls.active);
	INIT_LIST_HEAD(&channel->calls.pending);
	INIT_LIST_HEAD(&channel->servers.idle);
	for (i = 0; i < DCRT_THREADS_MAX; i++) {
		init_waitqueue_head(&channel->servers.at[i].wait);
		INIT_LIST_HEAD(&channel->servers.at[i].idle);
	}
}

struct dcrt_channel *dcrt_register_owned(const struct dcrt_driver *driver, struct module *owner)
{
	struct dcrt_channel *channel;
	int err;

	if (!dcrt_check_driver(driver))
		return ERR_PTR(-EINVAL);
	channel = kvzalloc(sizeof(*channel), GFP_KERNEL);
	if (!channel)
		return ERR_PTR(-ENOMEM);
	dcrt_init_channel(channel, driver);
	channel->owner = owner;
	err = dcrt_alloc_parts(channel);
	if (err)
		goto free;
	channel->misc = (struct miscdevice){.minor = MISC_DYNAMIC_MINOR,
					    .name = channel->device_name,
					    .mode = 0600,
					    .groups = dcrt_sysfs_groups(),
					    .fops = &dcrt_device_operations};
	err = misc_register(&channel->misc);
	if (err)
		goto free;
	dcrt_stat_show(channel);
	err = dcrt_sleep_watch(channel);
	if (!err)
		err = dcrt_peer_find(channel);
	if (!err)
		return channel;
	dcrt_unregister(channel);
	return ERR_PTR(err);
free:
	dcrt_lockdep_done(channel);
	kref_put(&channel->refs, dcrt_channel_free);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(dcrt_register_owned);

static bool dcrt_has_no_process(struct dcrt_channel *channel)
{
	bool gone;

	spin_lock(&channel->lock);
	gone = !channel->session.file;
	spin_unlock(&channel->lock);
	return gone;
}

/* Also drops chains of callers that ended in a call, by an oops. */
static void dcrt_warn_open_calls(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain, *next;

	spin_lock(&channel->lock);
	list_for_each_entry_safe(chain, next, &channel->calls.active, node) {
		if (chain->task && chain->task->exit_state)
			dcrt_leave_chain(chain);
		else
			pr_warn("dcrt-%s: waits for a call of %s\n", channel->driver->name,
				chain->level ? chain->frames[0].call.function->name
					     : "a process that is stuck");
	}
	spin_unlock(&channel->lock);
}

/* With the lock. A chain has a call of the owner, or one that may be. */
static bool dcrt_may_be_of(const struct dcrt_chain *chain, const void *owner)
{
	unsigned int i;

	for (i = 0; i < chain->level; i++)
		if (!owner || !chain->frames[i].owner || chain->frames[i].owner == owner)
			return true;
	return !chain->level;
}

static bool dcrt_has_no_call(struct dcrt_channel *channel, const void *owner)
{
	const struct dcrt_chain *chain;
	bool quiet = true;

	spin_lock(&channel->lock);
	list_for_each_entry(chain, &channel->calls.active, node)
		if (dcrt_may_be_of(chain, owner))
			quiet = false;
	spin_unlock(&channel->lock);
	return quiet;
}

/* Each open call ends by its deadline, but for one whose server is stuck in a downcall. */
void dcrt_drain(struct dcrt_channel *channel, const void *owner)
{
	while (!wait_event_timeout(channel->wait, dcrt_has_no_call(channel, owner), 10 * HZ))
		dcrt_warn_open_calls(channel);
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
	dcrt_sleep_unwatch(channel);
	cancel_work_sync(&channel->notify.work);
	dcrt_respawn_stop(channel);
	dcrt_drain(channel, NULL);
	dcrt_peer_leave(channel);
	for (i = 0; i < DCRT_THREADS_MAX; i++)
		wake_up(&channel->servers.at[i].wait); /* idle threads send DEATH to the process */
	if (!wait_event_timeout(channel->wait, dcrt_has_no_process(channel), 2 * HZ))
		do
			dcrt_session_revoke(channel, channel->session.id);
		while (!wait_event_timeout(channel->wait, dcrt_has_no_process(channel), 10 * HZ));
	dcrt_respawn_kill(channel);
	cancel_delayed_work_sync(&channel->session.reaper);
	debugfs_remove(channel->stats.debugfs);
	dcrt_lockdep_done(channel);
	kref_put(&channel->refs, dcrt_channel_free);
}
EXPORT_SYMBOL_GPL(dcrt_unregister);

void dcrt_trace_step(struct dcrt_channel *channel, const char *step, unsigned int count)
{
	trace_dcrt_recovery(channel->driver->name, step, count);
}
EXPORT_SYMBOL_GPL(dcrt_trace_step);

static int __init dcrt_init(void)
{
	dcrt_stat_init();
	return 0;
}

static void __exit dcrt_exit(void)
{
	dcrt_flush_freed();
	dcrt_stat_exit();
}

module_init(dcrt_init);
module_exit(dcrt_exit);
MODULE_DESCRIPTION("drivercut runtime: the channel between a microdriver and its process");
MODULE_LICENSE("GPL v2");
