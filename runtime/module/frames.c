// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that the caller, the process's thread and a peer share: the frames of open calls, the
 * check of a message, and running a downcall.
 */
#include <linux/module.h>
#include <linux/uaccess.h>

#include "channel.h"

void dcrt_refuse(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;

	atomic64_inc(&channel->stats.bad_messages);
	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = -EPROTO;
	spin_unlock(&channel->lock);
	dcrt_kill_process(channel, chain->session);
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

struct dcrt_frame *dcrt_push_frame(struct dcrt_chain *chain, const struct dcrt_function *function)
{
	struct dcrt_frame *frame = &chain->frames[chain->level++];

	frame->call.function = function;
	frame->start = ktime_get();
	frame->owner = chain->level > 1 ? frame[-1].owner : NULL;
	return frame;
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
	u32 function = frame->call.message.header.function, len;
	int status;

	dcrt_delay(chain->channel, false);
	dcrt_start_message(frame, DCRT_REPLY, (u16)chain->level, function);
	len = dcrt_call_handle(&frame->call, &status);
	dcrt_count(frame, status);
	if (frame->call.err == -EPROTO) /* words are checked only when the handler runs */
		dcrt_refuse(chain);
	spin_lock(&chain->channel->lock);
	chain->level--;
	spin_unlock(&chain->channel->lock);
	return len;
}

/* The runtime itself returns these for a call; a process that lives cannot. */
int dcrt_reply_status(const struct dcrt_frame *frame)
{
	int status = frame->call.message.header.status;

	return status == -EPIPE || status == -EINTR || status == -ETIMEDOUT || status == -EPROTO
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
		.reply_function = (u32)(up->call.function - driver->up),
		.reply_to = up->call.function,
		.n_types = driver->n_types,
	};
	int err;

	if (down && chain->level == DCRT_DEPTH_MAX)
		return -EPROTO;
	err = dcrt_decode(up->in, len, &expect, message);
	if (!err && chain->unanswered)
		dcrt_confirm(&channel->tracker, chain->unanswered, chain->session);
	return err ? err : dcrt_apply(&channel->tracker, message);
}

int dcrt_accept(struct dcrt_chain *chain, u32 len, bool down, struct dcrt_frame **ret)
{
	struct dcrt_channel *channel = chain->channel;
	struct dcrt_frame *up = dcrt_top_frame(chain), *frame = up;
	struct dcrt_message message;

	if (dcrt_check_message(chain, up, len, down, &message)) {
		dcrt_refuse(chain);
		return -EPROTO;
	}
	chain->unanswered = NULL;
	if (down) {
		spin_lock(&channel->lock);
		frame = dcrt_push_frame(chain, &channel->driver->down[message.header.function]);
		spin_unlock(&channel->lock);
		frame->number = up->number;
		swap(frame->in, up->in); /* the upcall's buffer is for its reply */
	}
	frame->call.message = message;
	*ret = frame;
	return 0;
}
