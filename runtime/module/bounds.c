// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a caller waits. The process may be silent for the function's deadline, a downcall may
 * last for its own, and all that an upcall causes for its limit. When one of these passes, the
 * session is revoked, and the caller is released as soon as the server does nothing for it in the
 * kernel any more. A killed server gets a second to leave its downcall, as it has to be scheduled
 * for that. One that does not is abandoned: the caller returns without it, the driver's module
 * stays, and no call begins until the server has left.
 */
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "channel.h"

/* With the lock: jiffies for which the caller may wait, 0 if it may not any more. */
static unsigned long dcrt_time_left(const struct dcrt_chain *chain, const struct dcrt_frame *frame,
				    unsigned int deadline_ms)
{
	unsigned long due = chain->progress + msecs_to_jiffies(deadline_ms), now = jiffies;

	if (chain->busy)
		due = chain->busy_until;
	if (time_after(due, frame->until))
		due = frame->until;
	return time_after(due, now) ? due - now : 0;
}

unsigned long dcrt_next_slice(struct dcrt_chain *chain, const struct dcrt_frame *frame,
			      unsigned int deadline_ms)
{
	unsigned long left;

	spin_lock(&chain->channel->lock);
	left = dcrt_time_left(chain, frame, deadline_ms);
	spin_unlock(&chain->channel->lock);
	return min_t(unsigned long, left, HZ);
}

/* Giving up */

#define DCRT_LEAVE_MS 1000 /* for a killed server to leave a downcall */

static bool dcrt_is_busy(struct dcrt_chain *chain)
{
	bool busy;

	spin_lock(&chain->channel->lock);
	busy = chain->busy;
	spin_unlock(&chain->channel->lock);
	return busy;
}

/* The caller leaves although the server is still in the kernel, in code of the driver's module. */
static void dcrt_abandon(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;
	const char *name = NULL;

	spin_lock(&channel->lock);
	if (chain->busy && !chain->pinned) {
		name = dcrt_top_frame(chain)->call.function->name;
		chain->pinned = true;
		channel->session.stuck = true;
		__module_get(channel->owner);
	}
	spin_unlock(&channel->lock);
	if (!name)
		return;
	atomic64_inc(&channel->stats.stuck);
	pr_err("dcrt-%s: a thread of the process does not leave %s: no calls until it does\n",
	       channel->driver->name, name);
}

int dcrt_leave_dead(struct dcrt_chain *chain, const struct dcrt_frame *frame)
{
	unsigned long leaves, now, left = 1;

	wait_event(chain->wait, READ_ONCE(chain->dead));
	leaves = jiffies + msecs_to_jiffies(DCRT_LEAVE_MS);
	while (left && dcrt_is_busy(chain)) {
		now = jiffies;
		left = dcrt_next_slice(chain, frame, 0);
		if (!left && time_before(now, leaves))
			left = leaves - now;
		if (left)
			wait_event_timeout(chain->wait, !dcrt_is_busy(chain), left);
		else
			dcrt_abandon(chain);
	}
	return chain->err ? chain->err : -EPIPE;
}

/* The process takes too long. */
static void dcrt_time_out(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;

	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = -ETIMEDOUT;
	spin_unlock(&channel->lock);
	atomic64_inc(&channel->stats.given_up);
	dcrt_session_revoke(channel, chain->session);
}

int dcrt_give_up(struct dcrt_chain *chain, const struct dcrt_frame *frame)
{
	dcrt_time_out(chain);
	return dcrt_leave_dead(chain, frame);
}

/* For handlers of downcalls that wait */

/* Sleeps once: up to `until`, the end of the call's time, a wake-up or a signal. */
static int dcrt_pause_once(struct dcrt_frame *frame, ktime_t until, u64 delta_ns,
			   unsigned int state)
{
	struct dcrt_chain *chain = frame->chain;
	unsigned long now = jiffies;
	int err = 0;
	ktime_t end;
	DEFINE_WAIT(wait);

	prepare_to_wait(&chain->wait, &wait, state);
	if (READ_ONCE(chain->dead)) {
		err = -EPIPE;
	} else if (signal_pending_state(state, current)) {
		err = -EINTR;
	} else if (time_after_eq(now, frame->until)) {
		err = -ETIMEDOUT;
	} else {
		end = ktime_add_ms(ktime_get(), jiffies_to_msecs(frame->until - now) + 1);
		end = ktime_before(until, end) ? until : end;
		schedule_hrtimeout_range(&end, delta_ns, HRTIMER_MODE_ABS);
	}
	finish_wait(&chain->wait, &wait);
	return err;
}

#define DCRT_PAUSE_MAX_US (3600 * 1000000ull) /* longer than any call lasts */

int dcrt_pause(struct dcrt_call *call, u64 min_us, u64 max_us, bool interruptible)
{
	struct dcrt_frame *frame = container_of(call, struct dcrt_frame, call);
	bool by_caller = frame->chain->task == current;
	ktime_t until = ktime_add_us(ktime_get(), min(min_us, DCRT_PAUSE_MAX_US));
	u64 delta_us = clamp(max_us, min_us, DCRT_PAUSE_MAX_US) - min(min_us, DCRT_PAUSE_MAX_US);
	unsigned int state = interruptible ? TASK_INTERRUPTIBLE
			     : by_caller   ? TASK_UNINTERRUPTIBLE
					   : TASK_KILLABLE;
	int err = 0;

	while (!err && ktime_before(ktime_get(), until))
		err = dcrt_pause_once(frame, until, delta_us * NSEC_PER_USEC, state);
	if (err == -ETIMEDOUT)
		dcrt_time_out(frame->chain);
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_pause);
