// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process's side of an upcall: each of its threads hands in a message by dcrt_turn(), its one
 * system call. The message is checked; then the thread receives the next message of its chain, or
 * is idle until an upcall comes.
 */
#include <linux/module.h>
#include <linux/uaccess.h>

#include "channel.h"

/* With the lock. */
static bool dcrt_is_over(struct dcrt_channel *channel, struct file *file)
{
	return channel->session.file != file || channel->session.killed;
}

static long dcrt_find_server(struct dcrt_channel *channel, struct file *file, u32 index,
			     struct dcrt_server **ret)
{
	u32 i;

	*ret = NULL;
	if (dcrt_is_over(channel, file))
		return -ESHUTDOWN;
	if (index < DCRT_THREADS_MAX && channel->servers.at[index].task == current)
		*ret = &channel->servers.at[index];
	if (*ret)
		return index;
	if (index != DCRT_NEW_THREAD || current->files != channel->session.files)
		return -EPERM;
	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (!channel->servers.at[i].task)
			break;
	if (i == DCRT_THREADS_MAX)
		return -ENOSPC;
	*ret = &channel->servers.at[i];
	(*ret)->task = current;
	current->flags |= PF_NOFREEZE; /* see dcrt_session_attach() */
	channel->servers.count++;
	return i;
}

static long dcrt_send_message(struct dcrt_chain *chain, const struct dcrt_turn *turn, void *message,
			      u32 len)
{
	chain->unanswered = message;
	WRITE_ONCE(chain->progress, jiffies);
	if (copy_to_user((void __user *)(uintptr_t)turn->in, message, len)) {
		dcrt_kill_process(chain->channel, chain->session);
		return -EFAULT;
	}
	return len;
}

/* Waits for the caller's next message: the reply to a downcall, or an upcall nested in it. */
static bool dcrt_has_message(struct dcrt_chain *chain, struct dcrt_channel *channel,
			     struct file *file)
{
	bool done;

	spin_lock(&channel->lock);
	done = dcrt_is_over(channel, file) || chain->deliver;
	spin_unlock(&channel->lock);
	return done;
}

static long dcrt_receive_message(struct dcrt_server *server, struct dcrt_chain *chain,
				 struct file *file, const struct dcrt_turn *turn)
{
	struct dcrt_channel *channel = chain->channel;
	void *message;
	u32 len;

	if (wait_event_killable(server->wait, dcrt_has_message(chain, channel, file)))
		return -EINTR;
	spin_lock(&channel->lock);
	if (dcrt_is_over(channel, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	message = chain->deliver;
	len = chain->deliver_len;
	chain->deliver = NULL;
	spin_unlock(&channel->lock);
	return dcrt_send_message(chain, turn, message, len);
}

static bool dcrt_stops_idling(struct dcrt_channel *channel, struct dcrt_server *server,
			      struct file *file)
{
	bool stops;

	spin_lock(&channel->lock);
	stops = server->chain || dcrt_is_over(channel, file) || channel->going;
	spin_unlock(&channel->lock);
	return stops;
}

static long dcrt_send_death(struct dcrt_channel *channel, const struct dcrt_turn *turn)
{
	struct dcrt_header header = {.abi = DCRT_ABI,
				     .kind = DCRT_DEATH,
				     .session = channel->session.id,
				     .len = sizeof(header)};

	if (copy_to_user((void __user *)(uintptr_t)turn->in, &header, sizeof(header)))
		return -EFAULT;
	return sizeof(header);
}

static long dcrt_serve_idle(struct dcrt_channel *channel, struct dcrt_server *server,
			    struct file *file, const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain;
	long err;

	spin_lock(&channel->lock);
	if (dcrt_is_over(channel, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	list_add(&server->idle, &channel->servers.idle);
	if (!list_empty(&channel->calls.pending))
		dcrt_hand_over(
			list_first_entry(&channel->calls.pending, struct dcrt_chain, pending),
			server);
	spin_unlock(&channel->lock);
	err = wait_event_interruptible(server->wait, dcrt_stops_idling(channel, server, file));
	spin_lock(&channel->lock);
	chain = server->chain;
	if (channel->session.file == file)
		list_del_init(&server->idle);
	spin_unlock(&channel->lock);
	if (chain)
		return dcrt_receive_message(server, chain, file, turn);
	if (err)
		return -EINTR;
	return READ_ONCE(channel->going) ? dcrt_send_death(channel, turn) : -ESHUTDOWN;
}

static long dcrt_run_here(struct dcrt_chain *chain, struct dcrt_frame *frame,
			  const struct dcrt_turn *turn)
{
	u32 len;

	WRITE_ONCE(chain->in_kernel, true);
	len = dcrt_serve_downcall(chain, frame);
	WRITE_ONCE(chain->progress, jiffies);
	WRITE_ONCE(chain->in_kernel, false);
	return dcrt_send_message(chain, turn, frame->out, len);
}

/* A message was accepted: wakes the caller, or runs the downcall here. */
static long dcrt_act_on_message(struct dcrt_channel *channel, struct dcrt_server *server,
				struct file *file, struct dcrt_frame *frame,
				const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = frame->chain;
	bool reply = frame->call.message.header.kind == DCRT_REPLY;

	if (!reply && !(frame->call.function->flags & DCRT_BY_CALLER))
		return dcrt_run_here(chain, frame, turn);
	spin_lock(&channel->lock);
	if (dcrt_is_over(channel, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	chain->event = reply ? DCRT_REPLIED : DCRT_CALLED_DOWN;
	chain->progress = jiffies;
	if (reply && chain->level == 1) {
		server->chain = NULL;
		chain->server = NULL;
	}
	wake_up(&chain->wait);
	spin_unlock(&channel->lock);
	return server->chain ? dcrt_receive_message(server, chain, file, turn)
			     : dcrt_serve_idle(channel, server, file, turn);
}

/* Takes a message from the thread that serves a chain. */
static long dcrt_take_message(struct dcrt_channel *channel, struct dcrt_server *server,
			      struct file *file, const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = server->chain;
	struct dcrt_frame *frame = dcrt_top_frame(chain);
	const struct dcrt_header *header = frame->in;
	bool down;
	int err;

	if (copy_from_user(frame->in, (void __user *)(uintptr_t)turn->out, turn->out_len))
		return -EFAULT;
	down = turn->out_len >= sizeof(*header) && header->kind == DCRT_DOWNCALL;
	err = dcrt_accept(chain, turn->out_len, down, &frame);
	return err ? err : dcrt_act_on_message(channel, server, file, frame, turn);
}

static long dcrt_take_wait(struct dcrt_channel *channel, const struct dcrt_turn *turn)
{
	struct dcrt_header header;
	struct dcrt_message message;
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_WAIT,
					   .session = channel->session.id};

	if (turn->out_len != sizeof(header))
		return -EPROTO;
	if (copy_from_user(&header, (void __user *)(uintptr_t)turn->out, sizeof(header)))
		return -EFAULT;
	return dcrt_decode(&header, sizeof(header), &expect, &message);
}

long dcrt_turn(struct dcrt_channel *channel, struct file *file, struct dcrt_turn __user *arg)
{
	struct dcrt_server *server;
	struct dcrt_turn turn;
	long index, err;

	if (copy_from_user(&turn, arg, sizeof(turn)))
		return -EFAULT;
	if (turn.zero || turn.in_size < DCRT_MESSAGE_MAX || turn.out_len > DCRT_MESSAGE_MAX)
		return -EINVAL;
	spin_lock(&channel->lock);
	index = dcrt_find_server(channel, file, turn.thread, &server);
	spin_unlock(&channel->lock);
	if (index < 0)
		return index;
	if (index != turn.thread && put_user((u32)index, &arg->thread))
		return -EFAULT;
	if (server->chain)
		return dcrt_take_message(channel, server, file, &turn);
	err = dcrt_take_wait(channel, &turn);
	if (err) {
		if (err == -EPROTO)
			atomic64_inc(&channel->stats.bad_messages);
		dcrt_kill_process(channel, channel->session.id);
		return err;
	}
	return dcrt_serve_idle(channel, server, file, &turn);
}
