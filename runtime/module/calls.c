// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller's side of an upcall: a thread in the kernel makes the upcall (dcrt_call_begin, _run,
 * _end), hands its message over to a thread of the process, and runs downcalls until the reply
 * arrives.
 */
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "channel.h"

/* Beginning */

static struct dcrt_frame *dcrt_frame_of(struct dcrt_call *call)
{
	return container_of(call, struct dcrt_frame, call);
}

/* With the lock, and a chain is free. */
static struct dcrt_chain *dcrt_take_chain(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain = list_first_entry(&channel->calls.free, struct dcrt_chain, node);

	list_move(&chain->node, &channel->calls.active);
	chain->task = current;
	chain->server = NULL;
	chain->session = channel->session.id;
	chain->level = 0;
	chain->event = DCRT_NO_EVENT;
	chain->deliver = chain->unanswered = NULL;
	chain->in_kernel = chain->dead = false;
	chain->err = 0;
	return chain;
}

/* A call that can be refused without harm: it changes nothing. */
static bool dcrt_is_reader(const struct dcrt_function *function)
{
	return function->flags & DCRT_RETRY;
}

/* With the lock. The last free chain is left to changes: no number of readers holds them up. */
static bool dcrt_has_chain(const struct dcrt_channel *channel, bool reader)
{
	const struct list_head *free = &channel->calls.free;

	return !list_empty(free) &&
	       !(reader && channel->calls.n_chains > 1 && list_is_singular(free));
}

/* With the lock: true if there is nothing to wait for. Then *ret is set, or *err. */
static bool dcrt_may_begin(struct dcrt_channel *channel, bool reader, struct dcrt_chain **ret,
			   int *err)
{
	if (channel->going)
		*err = -ESHUTDOWN;
	else if (!dcrt_is_served(channel) || channel->session.killed)
		*err = -ENODEV;
	else if (!dcrt_has_chain(channel, reader))
		*err = -EBUSY;
	else
		*err = 0;
	if (!*err)
		*ret = dcrt_take_chain(channel);
	return !*err || *err == -ESHUTDOWN ||
	       (*err == -ENODEV && READ_ONCE(channel->respawner.failed));
}

static bool dcrt_may_begin_now(struct dcrt_channel *channel, bool reader, struct dcrt_chain **ret,
			       int *err)
{
	bool may;

	spin_lock(&channel->lock);
	may = dcrt_may_begin(channel, reader, ret, err);
	spin_unlock(&channel->lock);
	return may;
}

/* Whoever makes a change does not give it up: the kernel may ignore that it failed. */
static bool dcrt_may_be_killed(bool reader)
{
	return reader && !(current->flags & (PF_EXITING | PF_KTHREAD));
}

/* err: why the call cannot begin at once. */
static int dcrt_wait_to_begin(struct dcrt_channel *channel, bool reader, struct dcrt_chain **ret,
			      int err)
{
	unsigned int wait_ms = READ_ONCE(dcrt_attach_wait_ms);
	long left;

	if (err == -EBUSY || READ_ONCE(channel->respawner.path))
		wait_ms = READ_ONCE(dcrt_deadline_ms);
	if (dcrt_may_be_killed(reader))
		left = wait_event_killable_timeout(channel->wait,
						   dcrt_may_begin_now(channel, reader, ret, &err),
						   msecs_to_jiffies(wait_ms));
	else
		left = wait_event_timeout(channel->wait,
					  dcrt_may_begin_now(channel, reader, ret, &err),
					  msecs_to_jiffies(wait_ms));
	if (left < 0)
		return -EINTR;
	if (err == -ENODEV)
		atomic64_inc(&channel->stats.no_process);
	return err;
}

static bool dcrt_is_atomic(void)
{
	return in_interrupt() || irqs_disabled() || preempt_count() || rcu_preempt_depth();
}

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	const struct dcrt_driver *driver = channel->driver;
	struct dcrt_chain *chain;
	struct dcrt_frame *frame;
	bool reader;
	int err = 0;

	if (dcrt_is_atomic()) {
		atomic64_inc(&channel->stats.atomic_refused);
		return -EWOULDBLOCK;
	}
	if (function >= driver->n_up)
		return -EINVAL;
	reader = dcrt_is_reader(&driver->up[function]);
	spin_lock(&channel->lock);
	chain = dcrt_own_chain(channel);
	if (!chain && !dcrt_may_begin(channel, reader, &chain, &err)) {
		spin_unlock(&channel->lock);
		err = dcrt_wait_to_begin(channel, reader, &chain, err);
		spin_lock(&channel->lock);
	}
	if (err) {
		spin_unlock(&channel->lock);
		return err;
	}
	if (chain->dead)
		err = chain->err ? chain->err : -EPIPE;
	else if (chain->level == DCRT_DEPTH_MAX)
		err = -ELOOP;
	if (!err) {
		frame = dcrt_push_frame(chain, &driver->up[function]);
		frame->number = ++channel->calls.last;
		chain->progress = jiffies;
	} else if (!chain->level) {
		chain->task = NULL;
		list_move(&chain->node, &channel->calls.free);
	}
	spin_unlock(&channel->lock);
	if (err)
		return err;
	dcrt_start_message(frame, DCRT_UPCALL, (u16)chain->level, function);
	*ret = &frame->call;
	return 0;
}
EXPORT_SYMBOL_GPL(dcrt_call_begin);

/* Handing over, and waiting */

void dcrt_hand_over(struct dcrt_chain *chain, struct dcrt_server *server)
{
	struct dcrt_channel *channel = chain->channel;

	if (!chain->server) {
		struct dcrt_header *header = chain->deliver;

		list_del_init(&chain->pending);
		list_del_init(&server->idle);
		server->chain = chain;
		chain->server = server;
		header->flags = list_empty(&channel->servers.idle) &&
						channel->servers.count < DCRT_THREADS_MAX
					? DCRT_GROW
					: 0;
	}
	wake_up(&server->wait);
}

static int dcrt_deliver(struct dcrt_chain *chain, void *message, u32 len)
{
	struct dcrt_channel *channel = chain->channel;
	int err = 0;

	spin_lock(&channel->lock);
	if (chain->dead) {
		err = -EPIPE;
		goto unlock;
	}
	chain->deliver = message;
	chain->deliver_len = len;
	chain->event = DCRT_NO_EVENT;
	chain->progress = jiffies;
	if (chain->server)
		dcrt_hand_over(chain, chain->server);
	else if (!list_empty(&channel->servers.idle))
		dcrt_hand_over(chain,
			       list_first_entry(&channel->servers.idle, struct dcrt_server, idle));
	else
		list_add_tail(&chain->pending, &channel->calls.pending);
unlock:
	spin_unlock(&channel->lock);
	return err;
}

static bool dcrt_has_event(struct dcrt_chain *chain)
{
	bool came;

	spin_lock(&chain->channel->lock);
	came = chain->event != DCRT_NO_EVENT || chain->dead;
	spin_unlock(&chain->channel->lock);
	return came;
}

/*
 * Kills the process and waits until it is gone: it may be in the middle of something that is
 * allowed only while the caller holds its locks.
 */
static int dcrt_give_up(struct dcrt_chain *chain, int why)
{
	struct dcrt_channel *channel = chain->channel;

	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = why;
	spin_unlock(&channel->lock);
	atomic64_inc(&channel->stats.given_up);
	do
		dcrt_kill_process(channel, chain->session);
	while (!wait_event_timeout(chain->wait, READ_ONCE(chain->dead), 10 * HZ));
	return chain->err;
}

/* True if no thread of the process had been given the message: none will be. */
static bool dcrt_take_back(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;
	bool taken;

	spin_lock(&channel->lock);
	taken = !chain->dead && !list_empty(&chain->pending);
	if (taken) {
		list_del_init(&chain->pending);
		chain->deliver = NULL;
	}
	spin_unlock(&channel->lock);
	return taken;
}

#define DCRT_SLICE (10 * HZ) /* shorter than the kernel takes for a hung task */

/*
 * Waits until a reply or a downcall has arrived. Returns 0 or the error; -EINTR: the caller was
 * killed, and the process will not see the call. If it has the call already, the wait goes on to
 * the deadline: whoever may read must not be able to kill the process.
 */
static int dcrt_wait_for_event(struct dcrt_chain *chain, unsigned int deadline_ms, bool killable)
{
	unsigned long deadline = msecs_to_jiffies(deadline_ms);

	/*
	 * On one CPU this lets the server run, which mostly replies before this thread sleeps:
	 * about 1/8 of a round trip is saved. With more CPUs it does nothing, as the server runs
	 * already.
	 */
	yield();
	for (;;) {
		unsigned long since = jiffies - READ_ONCE(chain->progress);
		long left;

		if (READ_ONCE(chain->in_kernel))
			since = 0;
		if (since >= deadline)
			return dcrt_has_event(chain) ? 0 : dcrt_give_up(chain, -ETIMEDOUT);
		left = min_t(unsigned long, deadline - since, DCRT_SLICE);
		if (killable)
			left = wait_event_killable_timeout(chain->wait, dcrt_has_event(chain),
							   left);
		else
			left = wait_event_timeout(chain->wait, dcrt_has_event(chain), left);
		if (left > 0)
			return 0;
		if (left < 0 && dcrt_take_back(chain))
			return -EINTR;
		if (left < 0)
			killable = false;
	}
}

/* Runs downcalls until the reply has arrived. */
static int dcrt_await_reply(struct dcrt_chain *chain, const struct dcrt_frame *frame)
{
	const struct dcrt_function *function = frame->call.function;
	unsigned int deadline_ms =
		function->deadline_ms ? function->deadline_ms : READ_ONCE(dcrt_deadline_ms);

	for (;;) {
		int err = dcrt_wait_for_event(chain, deadline_ms,
					      dcrt_may_be_killed(dcrt_is_reader(function)));
		struct dcrt_frame *down;
		u32 len;

		if (err)
			return err;
		if (READ_ONCE(chain->dead))
			return chain->err ? chain->err : -EPIPE;
		if (READ_ONCE(chain->event) == DCRT_REPLIED)
			return dcrt_reply_status(frame);
		down = dcrt_top_frame(chain);
		len = dcrt_serve_downcall(chain, down);
		err = dcrt_deliver(chain, down->out, len);
		if (err)
			return chain->err ? chain->err : err;
	}
}

static int dcrt_call_process(struct dcrt_frame *frame, u32 len)
{
	int err = dcrt_deliver(frame->chain, frame->out, len);

	if (!err)
		err = dcrt_await_reply(frame->chain, frame);
	if (err == -EINTR) /* no status of a reply: dcrt_reply_status() */
		dcrt_put_cancel(frame->call.tracker, &frame->call.writer);
	return err;
}

int dcrt_call_run(struct dcrt_call *call)
{
	struct dcrt_frame *frame = dcrt_frame_of(call);
	int err;

	dcrt_put_freed(call->tracker, &call->writer);
	if (call->writer.header.args != call->function->args && !call->writer.err)
		call->writer.err = -EINVAL;
	err = dcrt_write_end(&call->writer, 0);
	if (err < 0)
		return err;
	dcrt_delay(call->channel, true);
	call->message.header.len = 0;
	err = call->channel->session.peer ? dcrt_peer_up(frame, (u32)err)
					  : dcrt_call_process(frame, (u32)err);
	dcrt_count(frame, err);
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_call_run);

void dcrt_call_end(struct dcrt_call *call)
{
	const struct dcrt_frame *frame = dcrt_frame_of(call);
	struct dcrt_chain *chain = frame->chain;
	struct dcrt_channel *channel = chain->channel;

	if (call->err == -EPROTO)
		dcrt_refuse(chain);
	spin_lock(&channel->lock);
	chain->event = DCRT_NO_EVENT;
	/* If the process died, a downcall may be left above this call. */
	chain->level = (u32)(frame - chain->frames);
	if (!chain->level) {
		chain->task = NULL;
		list_del_init(&chain->pending);
		list_move(&chain->node, &channel->calls.free);
		/* Both sides hold the lock: a waiter is on the queue before it checks. */
		if (waitqueue_active(&channel->wait))
			wake_up_all(&channel->wait);
	}
	spin_unlock(&channel->lock);
}
EXPORT_SYMBOL_GPL(dcrt_call_end);

void dcrt_call_own(struct dcrt_call *call, const void *owner)
{
	struct dcrt_frame *frame = dcrt_frame_of(call);
	struct dcrt_channel *channel = frame->chain->channel;

	spin_lock(&channel->lock);
	frame->owner = owner;
	spin_unlock(&channel->lock);
}
EXPORT_SYMBOL_GPL(dcrt_call_own);

/* A thread of the process that runs a downcall may be a caller, too: then that call is nearer. */
const void *dcrt_owner(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain, *served;
	const void *owner = NULL;

	spin_lock(&channel->lock);
	chain = dcrt_own_chain(channel);
	if (!chain)
		list_for_each_entry(served, &channel->calls.active, node)
			if (served->server && served->server->task == current)
				chain = served;
	if (chain && chain->level)
		owner = dcrt_top_frame(chain)->owner;
	spin_unlock(&channel->lock);
	return owner;
}
EXPORT_SYMBOL_GPL(dcrt_owner);

bool dcrt_retry(struct dcrt_channel *channel, unsigned int *tries)
{
	bool nested;

	spin_lock(&channel->lock);
	nested = dcrt_own_chain(channel);
	spin_unlock(&channel->lock);
	if (nested || ++*tries > DCRT_TRIES_MAX)
		return false;
	return wait_event_killable_timeout(channel->wait, dcrt_is_decided(channel),
					   msecs_to_jiffies(READ_ONCE(dcrt_deadline_ms))) > 0;
}
EXPORT_SYMBOL_GPL(dcrt_retry);
