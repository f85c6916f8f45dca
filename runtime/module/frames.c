// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that the caller, the process's thread and a peer share: the frames of open calls, the
 * check of a message, and running a downcall.
 */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "channel.h"
#include "trace.h"

void dcrt_refuse(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;

	atomic64_inc(&channel->stats.bad_messages);
	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = -EPROTO;
	spin_unlock(&channel->lock);
	dcrt_session_revoke(channel, chain->session);
}

void dcrt_refuse_depth(struct dcrt_chain *chain, const struct dcrt_function *function)
{
	struct dcrt_channel *channel = chain->channel;

	pr_err("dcrt-%s: no room for %s within %u calls: the process is ended\n",
	       channel->driver->name, function->name, chain->level);
	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = -ELOOP;
	spin_unlock(&channel->lock);
	dcrt_session_revoke(channel, chain->session);
}

void dcrt_start_message(struct dcrt_frame *frame, u16 kind, u16 depth, u32 function)
{
	struct dcrt_chain *chain = frame->chain;
	const struct dcrt_header header = {.kind = kind,
					   .depth = depth,
					   .session = chain->session,
					   .call = frame->number,
					   .function = function};

	frame->call.session = chain->session;
	frame->call.err = 0;
	dcrt_write_start(&frame->call.writer, frame->out, DCRT_MESSAGE_MAX, &header);
}

bool dcrt_make_room(struct dcrt_chain *chain)
{
	struct dcrt_frame *frame = &chain->frames[chain->level];
	unsigned int noio;

	if (chain->level == DCRT_DEPTH_MAX)
		return false;
	if (frame->in && frame->out)
		return true;
	noio = memalloc_noio_save(); /* writing may need this very call */
	if (!frame->in)
		frame->in = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
	if (!frame->out)
		frame->out = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
	memalloc_noio_restore(noio);
	return frame->in && frame->out;
}

struct dcrt_frame *dcrt_push_frame(struct dcrt_chain *chain, const struct dcrt_function *function,
				   unsigned int limit_ms)
{
	struct dcrt_frame *frame = &chain->frames[chain->level++];

	frame->until = jiffies + msecs_to_jiffies(limit_ms);
	if (frame > chain->frames && time_after(frame->until, frame[-1].until))
		frame->until = frame[-1].until;
	frame->call.function = function;
	frame->start = ktime_get();
	frame->owner = chain->level > 1 ? frame[-1].owner : NULL;
	return frame;
}

void dcrt_put_chain(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;

	if (chain->task || chain->server)
		return;
	list_del_init(&chain->pending);
	list_move(&chain->node, &channel->calls.free);
	if (chain->pinned)
		module_put(channel->owner);
	chain->pinned = false;
	/* Both sides hold the lock: a waiter is on the queue before it checks. */
	if (waitqueue_active(&channel->wait))
		wake_up_all(&channel->wait);
}

void dcrt_part(struct dcrt_chain *chain)
{
	chain->server->chain = NULL;
	chain->server = NULL;
	if (chain->busy)
		wake_up(&chain->wait);
	chain->busy = false;
	dcrt_put_chain(chain);
}

void dcrt_leave_chain(struct dcrt_chain *chain)
{
	put_task_struct(chain->task);
	chain->task = NULL;
	chain->level = 0;
	dcrt_put_chain(chain);
}

struct dcrt_chain *dcrt_own_chain(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain;

	list_for_each_entry(chain, &channel->calls.active, node)
		if (chain->task == current)
			return chain;
	return NULL;
}

u32 dcrt_serve_downcall(struct dcrt_chain *chain, struct dcrt_frame *frame)
{
	const struct dcrt_driver *driver = chain->channel->driver;
	u32 function = frame->call.message.header.function, len;
	bool by_caller = chain->task == current;
	int status;

	dcrt_delay(chain->channel, false);
	dcrt_start_message(frame, DCRT_REPLY, (u16)chain->level, function);
	trace_dcrt_downcall(driver->name, frame->call.function->name, frame->number, chain->level);
	if (!by_caller)
		dcrt_lockdep_run(frame - 1);
	len = dcrt_call_handle(&frame->call, &status);
	if (!by_caller)
		dcrt_lockdep_ran(frame - 1);
	trace_dcrt_downcall_return(driver->name, frame->call.function->name, frame->number, status);
	dcrt_count(frame, status);
	if (frame->call.err == -EPROTO) /* words are checked only when the handler runs */
		dcrt_refuse(chain);
	spin_lock(&chain->channel->lock);
	chain->level = (u32)(frame - chain->frames);
	spin_unlock(&chain->channel->lock);
	return len;
}

/* The runtime itself returns these for a call; a process that lives cannot. */
int dcrt_reply_status(const struct dcrt_frame *frame)
{
	int status = frame->call.message.header.status;

	return status == -EPIPE || status == -EINTR || status == -ETIMEDOUT || status == -EPROTO ||
			       status == -ELOOP
		       ? -EREMOTEIO
		       : status;
}

static int dcrt_check_message(struct dcrt_chain *chain, struct dcrt_frame *up, u32 len, bool down,
			      struct dcrt_message *message)
{
	struct dcrt_channel *channel = chain->channel;
	const struct dcrt_driver *driver = channel->driver;
	const struct dcrt_expect expect = {
		.kinds = down ? 1u << DCRT_DOWNCALL : 1u << DCRT_REPLY,
		.session = chain->session,
		.depth = (u16)(chain->level + down),
		.functions = driver->down,
		.n_functions = driver->n_down,
		.call = up->number,
		.reply_call = up->number,
		.reply_function = up->call.function == &dcrt_objects_call
					  ? driver->n_up
					  : (u32)(up->call.function - driver->up),
		.reply_to = up->call.function,
		.n_types = driver->n_types,
	};
	int err;

	err = dcrt_decode(up->in, len, &expect, message);
	if (!err && down && !dcrt_make_room(chain)) {
		dcrt_refuse_depth(chain, &driver->down[message->header.function]);
		return -ELOOP;
	}
	if (!err && chain->unanswered)
		dcrt_confirm(&channel->tracker, chain->unanswered, chain->session);
	return err ? err : dcrt_apply(&channel->tracker, message);
}

int dcrt_accept(struct dcrt_chain *chain, u32 len, bool down, struct dcrt_frame **ret)
{
	struct dcrt_channel *channel = chain->channel;
	struct dcrt_frame *up = dcrt_top_frame(chain), *frame = up;
	struct dcrt_message message;
	int err;

	err = dcrt_check_message(chain, up, len, down, &message);
	if (err && err != -ELOOP)
		dcrt_refuse(chain);
	if (err)
		return -EPROTO;
	chain->unanswered = NULL;
	if (down) {
		const struct dcrt_function *function =
			&channel->driver->down[message.header.function];

		spin_lock(&channel->lock);
		frame = dcrt_push_frame(chain, function,
					function->deadline_ms
						? function->deadline_ms
						: READ_ONCE(dcrt_downcall_deadline_ms));
		spin_unlock(&channel->lock);
		frame->number = up->number;
		swap(frame->in, up->in); /* the upcall's buffer is for its reply */
	}
	frame->call.message = message;
	*ret = frame;
	return 0;
}
