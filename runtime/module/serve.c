// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process's side of an upcall: each of its threads hands in a message by dcrt_turn(), its one
 * system call. The message is checked; then the thread receives the next message of its chain, or
 * is idle until an upcall comes.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "channel.h"

/* The table of threads, with the lock */

static bool dcrt_is_over(struct dcrt_channel *channel, struct file *file)
{
	return channel->session.file != file || channel->session.revoked;
}

bool dcrt_is_inside(const struct dcrt_channel *channel)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (channel->servers.at[i].inside)
			return true;
	return false;
}

void dcrt_wake_servers(struct dcrt_channel *channel)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++)
		wake_up(&channel->servers.at[i].wait);
}

/* The server's turn is over. If the session is, too, nobody comes for its chain any more. */
static void dcrt_leave_turn(struct dcrt_channel *channel, struct dcrt_server *server)
{
	server->inside = false;
	list_del_init(&server->idle);
	if (!channel->session.revoked)
		return;
	if (server->chain)
		dcrt_part(server->chain);
	dcrt_session_try_end(channel);
}

void dcrt_forget_dead_servers(struct dcrt_channel *channel)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (channel->servers.at[i].inside && channel->servers.at[i].task->exit_state)
			dcrt_leave_turn(channel, &channel->servers.at[i]);
}

void dcrt_forget_servers(struct dcrt_channel *channel)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++) {
		if (channel->servers.at[i].task)
			put_task_struct(channel->servers.at[i].task);
		channel->servers.at[i].task = NULL;
		channel->servers.at[i].chain = NULL;
	}
	channel->servers.count = 0;
}

static long dcrt_new_server(struct dcrt_channel *channel, struct dcrt_server **ret)
{
	u32 i;

	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (!channel->servers.at[i].task)
			break;
	if (i == DCRT_THREADS_MAX)
		return -ENOSPC;
	*ret = &channel->servers.at[i];
	(*ret)->task = get_task_struct(current);
	channel->servers.count++;
	/*
	 * User tasks are frozen before devices suspend, but suspending makes upcalls. The flag is
	 * cleared when the session is over; children inherit it.
	 */
	current->flags |= PF_NOFREEZE;
	return i;
}

/* A thread with a table of files of its own would outlive what flush() tells: it may not come. */
static long dcrt_enter_turn(struct dcrt_channel *channel, struct file *file, u32 index,
			    struct dcrt_server **ret)
{
	long err = index;

	if (dcrt_is_over(channel, file))
		return -ESHUTDOWN;
	if (current->files != channel->session.files)
		return -EPERM;
	if (index < DCRT_THREADS_MAX && channel->servers.at[index].task == current)
		*ret = &channel->servers.at[index];
	else
		err = index == DCRT_NEW_THREAD ? dcrt_new_server(channel, ret) : -EPERM;
	if (err >= 0)
		(*ret)->inside = true;
	return err;
}

/* Messages */

static long dcrt_send_message(struct dcrt_chain *chain, const struct dcrt_turn *turn, void *message,
			      u32 len)
{
	chain->unanswered = message;
	if (copy_to_user((void __user *)(uintptr_t)turn->in, message, len)) {
		dcrt_session_revoke(chain->channel, chain->session);
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
	chain->progress = jiffies;
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
	list_del_init(&server->idle);
	spin_unlock(&channel->lock);
	if (chain)
		return dcrt_receive_message(server, chain, file, turn);
	if (err)
		return -EINTR;
	return READ_ONCE(channel->going) ? dcrt_send_death(channel, turn) : -ESHUTDOWN;
}

/* What a thread does in the kernel for its chain, and its caller waits for (dcrt_leave_dead) */

/* False: the caller has been released, or is about to be. */
static bool dcrt_begin_work(struct dcrt_chain *chain, struct file *file)
{
	struct dcrt_channel *channel = chain->channel;
	bool over;

	spin_lock(&channel->lock);
	over = dcrt_is_over(channel, file) || chain->dead;
	if (!over) {
		chain->busy = true;
		chain->busy_until =
			jiffies + msecs_to_jiffies(READ_ONCE(dcrt_downcall_deadline_ms));
	}
	spin_unlock(&channel->lock);
	return !over;
}

/* With the lock. Returns false if the session is over. */
static bool dcrt_end_work(struct dcrt_chain *chain, struct file *file)
{
	chain->busy = false;
	chain->progress = jiffies;
	if (chain->dead)
		wake_up(&chain->wait);
	return !dcrt_is_over(chain->channel, file) && !chain->dead;
}

static long dcrt_run_here(struct dcrt_chain *chain, struct dcrt_frame *frame, struct file *file,
			  const struct dcrt_turn *turn)
{
	struct dcrt_channel *channel = chain->channel;
	bool goes_on;
	u32 len;

	WRITE_ONCE(chain->busy_until, frame->until);
	len = dcrt_serve_downcall(chain, frame);
	spin_lock(&channel->lock);
	goes_on = dcrt_end_work(chain, file);
	spin_unlock(&channel->lock);
	return goes_on ? dcrt_send_message(chain, turn, frame->out, len) : -ESHUTDOWN;
}

/* A message was accepted: wakes the caller, or runs the downcall here. */
static long dcrt_act_on_message(struct dcrt_channel *channel, struct dcrt_server *server,
				struct file *file, struct dcrt_frame *frame,
				const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = frame->chain;
	bool reply = frame->call.message.header.kind == DCRT_REPLY;

	if (!reply && !(frame->call.function->flags & DCRT_BY_CALLER))
		return dcrt_run_here(chain, frame, file, turn);
	spin_lock(&channel->lock);
	if (!dcrt_end_work(chain, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	chain->event = reply ? DCRT_REPLIED : DCRT_CALLED_DOWN;
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
			      struct dcrt_frame *frame, struct file *file,
			      const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = frame->chain;
	const struct dcrt_header *header = frame->in;
	bool down;
	int err;

	if (copy_from_user(frame->in, (void __user *)(uintptr_t)turn->out, turn->out_len))
		return -EFAULT;
	if (!dcrt_begin_work(chain, file))
		return -ESHUTDOWN;
	down = turn->out_len >= sizeof(*header) && header->kind == DCRT_DOWNCALL;
	err = dcrt_accept(chain, turn->out_len, down, &frame);
	if (!err)
		return dcrt_act_on_message(channel, server, file, frame, turn);
	spin_lock(&channel->lock);
	dcrt_end_work(chain, file);
	spin_unlock(&channel->lock);
	return err;
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

static long dcrt_take_turn(struct dcrt_channel *channel, struct dcrt_server *server,
			   struct dcrt_frame *frame, struct file *file,
			   const struct dcrt_turn *turn)
{
	long err;

	if (frame)
		return dcrt_take_message(channel, server, frame, file, turn);
	err = dcrt_take_wait(channel, turn);
	if (!err)
		return dcrt_serve_idle(channel, server, file, turn);
	if (err == -EPROTO)
		atomic64_inc(&channel->stats.bad_messages);
	dcrt_session_revoke(channel, channel->session.id);
	return err;
}

long dcrt_turn(struct dcrt_channel *channel, struct file *file, struct dcrt_turn __user *arg)
{
	struct dcrt_frame *frame = NULL;
	struct dcrt_server *server;
	struct dcrt_turn turn;
	u64 session;
	long index, ret;

	if (copy_from_user(&turn, arg, sizeof(turn)))
		return -EFAULT;
	if (turn.zero || turn.in_size < DCRT_MESSAGE_MAX || turn.out_len > DCRT_MESSAGE_MAX)
		return -EINVAL;
	spin_lock(&channel->lock);
	index = dcrt_enter_turn(channel, file, turn.thread, &server);
	session = channel->session.id;
	if (index >= 0 && server->chain)
		frame = dcrt_top_frame(server->chain);
	spin_unlock(&channel->lock);
	if (index < 0) {
		if (index == -ESHUTDOWN)
			current->flags &= ~PF_NOFREEZE;
		return index;
	}
	if (index != turn.thread && put_user((u32)index, &arg->thread))
		ret = -EFAULT;
	else
		ret = dcrt_take_turn(channel, server, frame, file, &turn);
	/* The process dies. Its files stay open until a dump of its memory has been written. */
	if (fatal_signal_pending(current))
		dcrt_session_revoke(channel, session);
	spin_lock(&channel->lock);
	dcrt_leave_turn(channel, server);
	spin_unlock(&channel->lock);
	if (ret == -ESHUTDOWN)
		current->flags &= ~PF_NOFREEZE;
	return ret;
}
