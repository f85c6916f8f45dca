// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and hibernation. User tasks are frozen before devices suspend, and no program can be
 * started from then on until they have resumed. So a process that is just being started gets the
 * time to attach first; and if it dies while the system sleeps, calls fail at once.
 */
#include <linux/module.h>
#include <linux/suspend.h>

#include "channel.h"

static bool dcrt_has_idle_server(struct dcrt_channel *channel)
{
	bool has;

	spin_lock(&channel->lock);
	has = channel->session.peer || channel->going || !list_empty(&channel->servers.idle);
	spin_unlock(&channel->lock);
	return has;
}

static void dcrt_set_asleep(struct dcrt_channel *channel, bool asleep)
{
	spin_lock(&channel->lock);
	channel->asleep = asleep;
	wake_up_all(&channel->wait);
	if (!asleep && !dcrt_is_served(channel))
		dcrt_respawn_soon(channel);
	spin_unlock(&channel->lock);
}

static int dcrt_sleep_event(struct notifier_block *block, unsigned long event, void *unused)
{
	struct dcrt_channel *channel = container_of(block, struct dcrt_channel, pm);
	unsigned long ends = jiffies + msecs_to_jiffies(READ_ONCE(dcrt_deadline_ms));

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		while (READ_ONCE(channel->respawner.path) &&
		       !READ_ONCE(channel->respawner.failed) && !dcrt_has_idle_server(channel) &&
		       time_before(jiffies, ends))
			schedule_timeout_uninterruptible(1);
		dcrt_set_asleep(channel, true);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		dcrt_set_asleep(channel, false);
		break;
	}
	return NOTIFY_OK;
}

int dcrt_sleep_watch(struct dcrt_channel *channel)
{
	channel->pm.notifier_call = dcrt_sleep_event;
	return register_pm_notifier(&channel->pm);
}

void dcrt_sleep_unwatch(struct dcrt_channel *channel)
{
	if (channel->pm.notifier_call)
		unregister_pm_notifier(&channel->pm);
}
