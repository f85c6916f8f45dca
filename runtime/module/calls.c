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
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#include "channel.h"
#include "trace.h"

/* Beginning, with the lock */

static struct dcrt_frame *dcrt_frame_of(struct dcrt_call *call)
{
	return container_of(call, struct dcrt_frame, call);
}

/* With the lock, and a chain is free. */
static struct dcrt_chain *dcrt_take_chain(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain = list_first_entry(&channel->calls.free, struct dcrt_chain, node);

	list_move(&chain->node, &channel->calls.active);
	chain->task = get_task_struct(current);
	chain->server = NULL;
	chain->session = channel->session.id;
	chain->level = 0;
	chain->event = DCRT_NO_EVENT;
	chain->deliver = chain->unanswered = NULL;
	chain->busy = chain->dead = false;
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

/* With the lock: true for a thread of the process, in a downcall. */
static bool dcrt_is_server(const struct dcrt_channel *channel)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (channel->servers.at[i].task == current)
			return true;
	return false;
}

/*
 * With the lock: true if there is nothing to wait for. Then *ret is set, or *err. The session ends
 * only without the process's own threads, and not soon if one of them is stuck; while the system
 * sleeps, no process can be started.
 */
static bool dcrt_may_begin(struct dcrt_channel *channel, bool reader, struct dcrt_chain **ret,
			   int *err)
{
	if (channel->going)
		*err = -ESHUTDOWN;
	else if (channel->session.revoked)
		*err = dcrt_is_server(channel) ? -EPIPE : -ENODEV;
	else if (!dcrt_is_served(channel))
		*err = -ENODEV;
	else if (!dcrt_has_chain(channel, reader))
		*err = -EBUSY;
	else
		*err = 0;
	if (!*err)
		*ret = dcrt_take_chain(channel);
	return !*err || *err == -ESHUTDOWN || *err == -EPIPE || channel->session.stuck ||
	       ((channel->asleep || channel->respawner.failed) && *err == -ENODEV);
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

/*
 * A call begins: finds or takes its chain. With a chain of its own the call may wait for a process,
 * and for a free chain. Returns as dcrt_call_begin().
 */
static int dcrt_enter_chain(struct dcrt_channel *channel, bool reader, struct dcrt_chain **ret)
{
	int err = 0;

	spin_lock(&channel->lock);
	*ret = dcrt_own_chain(channel);
	if (!*ret && !dcrt_may_begin(channel, reader, ret, &err)) {
		spin_unlock(&channel->lock);
		return dcrt_wait_to_begin(channel, reader, ret, err);
	}
	spin_unlock(&channel->lock);
	return err;
}

/* A call has ended, or has not begun: back to the level below it. */
static void dcrt_drop_to(struct dcrt_chain *chain, unsigned int level)
{
	struct dcrt_channel *channel = chain->channel;

	spin_lock(&channel->lock);
	chain->event = DCRT_NO_EVENT;
	chain->level = level;
	if (!level)
		dcrt_leave_chain(chain);
	spin_unlock(&channel->lock);
}

/* Room for what a downcall needs of the kernel's stack, which all levels of the caller share. */
#define DCRT_STACK_BYTES 4096

static bool dcrt_has_stack(const struct dcrt_chain *chain)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	return !chain->level || here - (unsigned long)end_of_stack(current) > DCRT_STACK_BYTES;
}

static int dcrt_push_call(struct dcrt_chain *chain, u32 number, struct dcrt_frame **ret)
{
	struct dcrt_channel *channel = chain->channel;
	const struct dcrt_function *function = dcrt_upcall(channel->driver, number);
	bool full = !dcrt_has_stack(chain) || !dcrt_make_room(chain);
	int err = 0;

	spin_lock(&channel->lock);
	if (chain->dead)
		err = chain->err ? chain->err : -EPIPE;
	else if (full)
		err = -ELOOP;
	full = full && !chain->dead;
	if (!err) {
		*ret = dcrt_push_frame(chain, function,
				       max(function->deadline_ms, READ_ONCE(dcrt_call_limit_ms)));
		(*ret)->number = ++channel->calls.last;
		chain->progress = jiffies;
	}
	spin_unlock(&channel->lock);
	if (full)
		dcrt_refuse_depth(chain, function);
	if (!err)
		dcrt_start_message(*ret, DCRT_UPCALL, (u16)chain->level, number);
	return err;
}

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

/*
 * Waits until a reply or a downcall has arrived. Returns 0 or the error; -EINTR: the caller was
 * killed, and the process will not see the call. If it has the call already, the wait goes on to
 * the deadline: whoever may read must not be able to kill the process.
 */
static int dcrt_wait_for_event(struct dcrt_chain *chain, const struct dcrt_frame *frame,
			       unsigned int deadline_ms, bool killable)
{
	/*
	 * On one CPU this lets the server run, which mostly replies before this thread sleeps:
	 * about 1/8 of a round trip is saved. With more CPUs it does nothing, as the server runs
	 * already.
	 */
	yield();
	while (!dcrt_has_event(chain)) {
		long left = dcrt_next_slice(chain, frame, deadline_ms);

		if (!left)
			return dcrt_give_up(chain, frame);
		if (killable)
			left = wait_event_killable_timeout(chain->wait, dcrt_has_event(chain),
							   left);
		else
			left = wait_event_timeout(chain->wait, dcrt_has_event(chain), left);
		if (left < 0 && dcrt_take_back(chain))
			return -EINTR;
		if (left < 0)
			killable = false;
	}
	return READ_ONCE(chain->dead) ? dcrt_leave_dead(chain, frame) : 0;
}

/* Runs downcalls until the reply has arrived. */
static int dcrt_await_reply(struct dcrt_chain *chain, const struct dcrt_frame *frame)
{
	const struct dcrt_function *function = frame->call.function;
	unsigned int deadline_ms =
		function->deadline_ms ? function->deadline_ms : READ_ONCE(dcrt_deadline_ms);

	for (;;) {
		int err = dcrt_wait_for_event(chain, frame, deadline_ms,
					      dcrt_may_be_killed(dcrt_is_reader(function)));
		struct dcrt_frame *down;
		u32 len;

		if (err)
			return err;
		if (READ_ONCE(chain->event) == DCRT_REPLIED)
			return dcrt_reply_status(frame);
		if (time_after_eq(jiffies, frame->until))
			return dcrt_give_up(chain, frame);
		down = dcrt_top_frame(chain);
		len = dcrt_serve_downcall(chain, down);
		if (dcrt_deliver(chain, down->out, len))
			return dcrt_leave_dead(chain, frame);
	}
}

static int dcrt_call_process(struct dcrt_frame *frame, u32 len)
{
	int err;

	dcrt_lockdep_wait(frame);
	err = dcrt_deliver(frame->chain, frame->out, len);
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

	if (call->writer.header.args != call->function->args && !call->writer.err)
		call->writer.err = -EINVAL;
	dcrt_put_freed(call->tracker, &call->writer);
	err = dcrt_write_end(&call->writer, 0);
	if (err < 0)
		return err;
	trace_dcrt_upcall(call->channel->driver->name, call->function->name, frame->number,
			  frame->chain->level);
	dcrt_delay(call->channel, true);
	call->message.header.len = 0;
	err = call->channel->session.peer ? dcrt_peer_up(frame, (u32)err)
					  : dcrt_call_process(frame, (u32)err);
	dcrt_count(frame, err);
	trace_dcrt_upcall_return(call->channel->driver->name, call->function->name, frame->number,
				 err);
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_call_run);

/*
 * Announces the objects in several messages if one might not hold them, as after the start of a
 * process. On success the chain is as before.
 */
static int dcrt_send_parts(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;
	bool more = !channel->session.peer && !chain->level &&
		    dcrt_needs_parts(&channel->tracker, chain->session);
	int err = 0;

	while (more && !err) {
		struct dcrt_frame *frame;

		err = dcrt_push_call(chain, channel->driver->n_up, &frame);
		if (err)
			break;
		more = dcrt_put_part(&channel->tracker, &frame->call.writer, chain->session);
		err = dcrt_call_run(&frame->call);
		spin_lock(&channel->lock);
		chain->event = DCRT_NO_EVENT;
		chain->level = 0;
		spin_unlock(&channel->lock);
	}
	return err;
}

/* No WARN(): the driver's caller may be in its right, and panic_on_warn set. */
static void dcrt_refuse_atomic(struct dcrt_channel *channel, u32 function)
{
	if (atomic64_inc_return(&channel->stats.atomic_refused) > 1 ||
	    function >= channel->driver->n_up)
		return;
	pr_warn("dcrt-%s: %s was called in atomic context: refused, the process cannot be asked\n",
		channel->driver->name, channel->driver->up[function].name);
	dump_stack();
}

static int dcrt_begin_once(struct dcrt_channel *channel, u32 function, struct dcrt_call **ret)
{
	bool reader = dcrt_is_reader(&channel->driver->up[function]);
	struct dcrt_chain *chain;
	struct dcrt_frame *frame;
	int err = dcrt_enter_chain(channel, reader, &chain);

	if (err)
		return err;
	err = dcrt_send_parts(chain);
	if (!err)
		err = dcrt_push_call(chain, function, &frame);
	if (!err)
		*ret = &frame->call;
	else if (!chain->level)
		dcrt_drop_to(chain, 0);
	return err;
}

bool dcrt_is_outermost(struct dcrt_channel *channel)
{
	bool outermost;

	spin_lock(&channel->lock);
	outermost = !dcrt_own_chain(channel) && !dcrt_is_server(channel);
	spin_unlock(&channel->lock);
	return outermost;
}
EXPORT_SYMBOL_GPL(dcrt_is_outermost);

/* A process that dies while it is told of objects has not seen the call: the next one may. */
int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	unsigned int tries = 0;
	int err;

	if (dcrt_is_atomic()) {
		dcrt_refuse_atomic(channel, function);
		return -EWOULDBLOCK;
	}
	__might_sleep(__FILE__, __LINE__); /* might_sleep() also schedules: a quarter of a call */
	if (function >= channel->driver->n_up)
		return -EINVAL;
	do {
		err = dcrt_begin_once(channel, function, ret);
	} while (err == -EPIPE && ++tries < DCRT_TRIES_MAX && dcrt_is_outermost(channel));
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_call_begin);

void dcrt_call_end(struct dcrt_call *call)
{
	const struct dcrt_frame *frame = dcrt_frame_of(call);
	struct dcrt_chain *chain = frame->chain;

	if (call->err == -EPROTO)
		dcrt_refuse(chain);
	/* If the process died, a downcall may be left above this call. */
	dcrt_drop_to(chain, (unsigned int)(frame - chain->frames));
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
