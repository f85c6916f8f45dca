// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls: the kernel's caller on one side (dcrt_call_begin, _run, _end), the process's thread in its
 * one system call on the other (dcrt_turn).
 */
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "channel.h"

static struct dcrt_frame *top(struct dcrt_chain *chain)
{
	return &chain->frames[chain->level - 1];
}

static struct dcrt_frame *frame_of(struct dcrt_call *call)
{
	return container_of(call, struct dcrt_frame, call);
}

void dcrt_kill_process(struct dcrt_channel *channel, u64 session)
{
	struct pid *pid = NULL;

	spin_lock(&channel->lock);
	if (dcrt_is_served(channel) && channel->session == session) {
		channel->killed = true;
		pid = get_pid(channel->pid);
	}
	spin_unlock(&channel->lock);
	if (pid)
		kill_pid(pid, SIGKILL, 1);
	put_pid(pid);
}

/* The process has said what it cannot mean. */
static void refuse(struct dcrt_chain *chain)
{
	struct dcrt_channel *channel = chain->channel;

	atomic64_inc(&channel->bad_messages);
	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = -EPROTO;
	spin_unlock(&channel->lock);
	dcrt_kill_process(channel, chain->session);
}

/* The caller: beginning */

static void start_message(struct dcrt_frame *frame, u16 kind, u16 depth, u32 function)
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

/* With the lock. The frame of one more call on the chain. */
static struct dcrt_frame *push(struct dcrt_chain *chain, const struct dcrt_function *function)
{
	struct dcrt_frame *frame = &chain->frames[chain->level++];

	frame->call.function = function;
	frame->start = ktime_get();
	return frame;
}

struct dcrt_chain *dcrt_own_chain(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain;

	list_for_each_entry(chain, &channel->active, node)
		if (chain->task == current)
			return chain;
	return NULL;
}

/* With the lock. */
static struct dcrt_chain *take_chain(struct dcrt_channel *channel)
{
	struct dcrt_chain *chain = list_first_entry(&channel->free, struct dcrt_chain, node);

	list_move(&chain->node, &channel->active);
	chain->task = current;
	chain->server = NULL;
	chain->session = channel->session;
	chain->level = 0;
	chain->event = DCRT_NO_EVENT;
	chain->deliver = chain->unanswered = NULL;
	chain->in_kernel = chain->dead = false;
	chain->err = 0;
	return chain;
}

/* With the lock. Whether waiting is over: *ret is set, or *err. */
static bool may_begin(struct dcrt_channel *channel, struct dcrt_chain **ret, int *err)
{
	if (channel->going)
		*err = -ESHUTDOWN;
	else if (!dcrt_is_served(channel) || channel->killed)
		*err = -ENODEV;
	else if (list_empty(&channel->free))
		*err = -ETIMEDOUT;
	else
		*err = 0;
	if (!*err)
		*ret = take_chain(channel);
	return !*err || *err == -ESHUTDOWN;
}

static bool may_begin_now(struct dcrt_channel *channel, struct dcrt_chain **ret, int *err)
{
	bool may;

	spin_lock(&channel->lock);
	may = may_begin(channel, ret, err);
	spin_unlock(&channel->lock);
	return may;
}

static bool may_be_killed(void)
{
	return !(current->flags & (PF_EXITING | PF_KTHREAD));
}

/* err: why it may not begin at once. */
static int wait_to_begin(struct dcrt_channel *channel, struct dcrt_chain **ret, int err)
{
	unsigned int wait_ms = READ_ONCE(dcrt_attach_wait_ms);
	long left;

	if (err == -ETIMEDOUT || READ_ONCE(channel->respawner.path))
		wait_ms = READ_ONCE(dcrt_deadline_ms);
	if (may_be_killed())
		left = wait_event_killable_timeout(channel->wait, may_begin_now(channel, ret, &err),
						   msecs_to_jiffies(wait_ms));
	else
		left = wait_event_timeout(channel->wait, may_begin_now(channel, ret, &err),
					  msecs_to_jiffies(wait_ms));
	if (left < 0)
		return -EINTR;
	if (err == -ENODEV)
		atomic64_inc(&channel->no_process);
	return err;
}

static bool is_atomic(void)
{
	return in_interrupt() || irqs_disabled() || preempt_count() || rcu_preempt_depth();
}

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	const struct dcrt_driver *driver = channel->driver;
	struct dcrt_chain *chain;
	struct dcrt_frame *frame;
	int err = 0;

	if (is_atomic()) {
		atomic64_inc(&channel->atomic_refused);
		return -EWOULDBLOCK;
	}
	if (function >= driver->n_up)
		return -EINVAL;
	spin_lock(&channel->lock);
	chain = dcrt_own_chain(channel);
	if (!chain && !may_begin(channel, &chain, &err)) {
		spin_unlock(&channel->lock);
		err = wait_to_begin(channel, &chain, err);
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
		frame = push(chain, &driver->up[function]);
		frame->number = ++channel->number;
		chain->progress = jiffies;
	} else if (!chain->level) {
		chain->task = NULL;
		list_move(&chain->node, &channel->free);
	}
	spin_unlock(&channel->lock);
	if (err)
		return err;
	start_message(frame, DCRT_UPCALL, (u16)chain->level, function);
	*ret = &frame->call;
	return 0;
}
EXPORT_SYMBOL_GPL(dcrt_call_begin);

/* The caller: handing over and waiting */

/* With the lock. The message goes to the chain's thread; the first one of a chain to the thread
 * that was idle last, or to the next that will be. */
static void hand_over(struct dcrt_chain *chain, struct dcrt_server *server)
{
	struct dcrt_channel *channel = chain->channel;

	if (!chain->server) {
		struct dcrt_header *header = chain->deliver;

		list_del_init(&chain->pending);
		list_del_init(&server->idle);
		server->chain = chain;
		chain->server = server;
		header->flags = list_empty(&channel->idle) && channel->n_servers < DCRT_THREADS_MAX
					? DCRT_GROW
					: 0;
	}
	wake_up(&server->wait);
}

static int deliver(struct dcrt_chain *chain, void *message, u32 len)
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
		hand_over(chain, chain->server);
	else if (!list_empty(&channel->idle))
		hand_over(chain, list_first_entry(&channel->idle, struct dcrt_server, idle));
	else
		list_add_tail(&chain->pending, &channel->pending);
unlock:
	spin_unlock(&channel->lock);
	return err;
}

static bool something_came(struct dcrt_chain *chain)
{
	bool came;

	spin_lock(&chain->channel->lock);
	came = chain->event != DCRT_NO_EVENT || chain->dead;
	spin_unlock(&chain->channel->lock);
	return came;
}

/* The process is killed, and this thread stays until it is gone: it may be in the middle of things
 * that are only allowed while the caller holds its locks. */
static int give_up(struct dcrt_chain *chain, int why)
{
	struct dcrt_channel *channel = chain->channel;

	spin_lock(&channel->lock);
	if (!chain->err)
		chain->err = why;
	spin_unlock(&channel->lock);
	atomic64_inc(&channel->given_up);
	do
		dcrt_kill_process(channel, chain->session);
	while (!wait_event_timeout(chain->wait, READ_ONCE(chain->dead), 10 * HZ));
	return chain->err;
}

/* Until a reply or a downcall has come. Returns 0 or the error. */
static int wait_for_event(struct dcrt_chain *chain, unsigned int deadline_ms)
{
	unsigned long deadline = msecs_to_jiffies(deadline_ms);
	bool killable = may_be_killed();

	/* Where there is one CPU the server runs now, and mostly has answered when it sleeps. This
	 * thread then never slept: an eighth of a round trip. Elsewhere it runs already. */
	yield();
	for (;;) {
		unsigned long since = jiffies - READ_ONCE(chain->progress);
		long left;

		if (READ_ONCE(chain->in_kernel))
			since = 0;
		if (since >= deadline)
			return something_came(chain) ? 0 : give_up(chain, -ETIMEDOUT);
		if (killable)
			left = wait_event_killable_timeout(chain->wait, something_came(chain),
							   deadline - since);
		else
			left = wait_event_timeout(chain->wait, something_came(chain),
						  deadline - since);
		if (left < 0)
			return give_up(chain, -EINTR);
		if (left)
			return 0;
	}
}

bool dcrt_retry(struct dcrt_channel *channel, unsigned int *tries)
{
	bool nested;

	spin_lock(&channel->lock);
	nested = dcrt_own_chain(channel);
	spin_unlock(&channel->lock);
	if (nested || ++*tries > DCRT_TRIES_MAX)
		return false;
	return wait_event_killable_timeout(channel->wait,
					   dcrt_is_attached(channel) || READ_ONCE(channel->going),
					   msecs_to_jiffies(READ_ONCE(dcrt_deadline_ms))) > 0;
}
EXPORT_SYMBOL_GPL(dcrt_retry);

u32 dcrt_serve_downcall(struct dcrt_chain *chain, struct dcrt_frame *frame)
{
	u32 function = frame->call.message.header.function, len;
	int status;

	dcrt_delay(chain->channel, false);
	start_message(frame, DCRT_REPLY, (u16)chain->level, function);
	len = dcrt_call_handle(&frame->call, &status);
	dcrt_count(frame, status);
	if (frame->call.err == -EPROTO) /* words are looked at only when it runs */
		refuse(chain);
	spin_lock(&chain->channel->lock);
	chain->level--;
	spin_unlock(&chain->channel->lock);
	return len;
}

/* What the runtime says of a call itself, a living process cannot. */
int dcrt_reply_status(const struct dcrt_frame *frame)
{
	int status = frame->call.message.header.status;

	return status == -EPIPE || status == -EINTR || status == -ETIMEDOUT || status == -EPROTO
		       ? -EREMOTEIO
		       : status;
}

/* Serves downcalls until the reply has come. */
static int await_reply(struct dcrt_chain *chain, const struct dcrt_frame *frame)
{
	const struct dcrt_function *function = frame->call.function;
	unsigned int deadline_ms =
		function->deadline_ms ? function->deadline_ms : READ_ONCE(dcrt_deadline_ms);

	for (;;) {
		int err = wait_for_event(chain, deadline_ms);
		struct dcrt_frame *down;
		u32 len;

		if (err)
			return err;
		if (READ_ONCE(chain->dead))
			return chain->err ? chain->err : -EPIPE;
		if (READ_ONCE(chain->event) == DCRT_REPLIED)
			return dcrt_reply_status(frame);
		down = top(chain);
		len = dcrt_serve_downcall(chain, down);
		err = deliver(chain, down->out, len);
		if (err)
			return chain->err ? chain->err : err;
	}
}

static int hand_in(struct dcrt_frame *frame, u32 len)
{
	int err = deliver(frame->chain, frame->out, len);

	return err ? err : await_reply(frame->chain, frame);
}

int dcrt_call_run(struct dcrt_call *call)
{
	struct dcrt_frame *frame = frame_of(call);
	int err;

	dcrt_put_freed(call->tracker, &call->writer);
	if (call->writer.header.args != call->function->args && !call->writer.err)
		call->writer.err = -EINVAL;
	err = dcrt_write_end(&call->writer, 0);
	if (err < 0)
		return err;
	dcrt_delay(call->channel, true);
	call->message.header.len = 0;
	err = call->channel->peer ? dcrt_peer_up(frame, (u32)err) : hand_in(frame, (u32)err);
	dcrt_count(frame, err);
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_call_run);

void dcrt_call_end(struct dcrt_call *call)
{
	const struct dcrt_frame *frame = frame_of(call);
	struct dcrt_chain *chain = frame->chain;
	struct dcrt_channel *channel = chain->channel;

	if (call->err == -EPROTO)
		refuse(chain);
	spin_lock(&channel->lock);
	chain->event = DCRT_NO_EVENT;
	/* A process that died may have left a downcall above this call that nobody serves now. */
	chain->level = (u32)(frame - chain->frames);
	if (!chain->level) {
		chain->task = NULL;
		list_del_init(&chain->pending);
		list_move(&chain->node, &channel->free);
		if (waitqueue_active(&channel->wait))
			wake_up_all(&channel->wait);
	}
	spin_unlock(&channel->lock);
}
EXPORT_SYMBOL_GPL(dcrt_call_end);

/* The process's thread */

/* With the lock. */
static bool is_over(struct dcrt_channel *channel, struct file *file)
{
	return channel->file != file || channel->killed;
}

static long find_server(struct dcrt_channel *channel, struct file *file, u32 index,
			struct dcrt_server **ret)
{
	u32 i;

	*ret = NULL;
	if (is_over(channel, file))
		return -ESHUTDOWN;
	if (index < DCRT_THREADS_MAX && channel->servers[index].task == current)
		*ret = &channel->servers[index];
	if (*ret)
		return index;
	if (index != DCRT_NEW_THREAD || current->files != channel->files)
		return -EPERM;
	for (i = 0; i < DCRT_THREADS_MAX; i++)
		if (!channel->servers[i].task)
			break;
	if (i == DCRT_THREADS_MAX)
		return -ENOSPC;
	*ret = &channel->servers[i];
	(*ret)->task = current;
	current->flags |= PF_NOFREEZE; /* see attach() */
	channel->n_servers++;
	return i;
}

static long send(struct dcrt_chain *chain, const struct dcrt_turn *turn, void *message, u32 len)
{
	chain->unanswered = message;
	WRITE_ONCE(chain->progress, jiffies);
	if (copy_to_user((void __user *)(uintptr_t)turn->in, message, len)) {
		dcrt_kill_process(chain->channel, chain->session);
		return -EFAULT;
	}
	return len;
}

/* Until the caller has something for this thread: the reply to a downcall, or an upcall out of it.
 */
static bool delivered(struct dcrt_chain *chain, struct dcrt_channel *channel, struct file *file)
{
	bool done;

	spin_lock(&channel->lock);
	done = is_over(channel, file) || chain->deliver;
	spin_unlock(&channel->lock);
	return done;
}

static long receive(struct dcrt_server *server, struct dcrt_chain *chain, struct file *file,
		    const struct dcrt_turn *turn)
{
	struct dcrt_channel *channel = chain->channel;
	void *message;
	u32 len;

	if (wait_event_killable(server->wait, delivered(chain, channel, file)))
		return -EINTR;
	spin_lock(&channel->lock);
	if (is_over(channel, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	message = chain->deliver;
	len = chain->deliver_len;
	chain->deliver = NULL;
	spin_unlock(&channel->lock);
	return send(chain, turn, message, len);
}

static bool stops_idling(struct dcrt_channel *channel, struct dcrt_server *server,
			 struct file *file)
{
	bool stops;

	spin_lock(&channel->lock);
	stops = server->chain || is_over(channel, file) || channel->going;
	spin_unlock(&channel->lock);
	return stops;
}

static long say_death(struct dcrt_channel *channel, const struct dcrt_turn *turn)
{
	struct dcrt_header header = {.abi = DCRT_ABI,
				     .kind = DCRT_DEATH,
				     .session = channel->session,
				     .len = sizeof(header)};

	if (copy_to_user((void __user *)(uintptr_t)turn->in, &header, sizeof(header)))
		return -EFAULT;
	return sizeof(header);
}

static long idle(struct dcrt_channel *channel, struct dcrt_server *server, struct file *file,
		 const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain;
	long err;

	spin_lock(&channel->lock);
	if (is_over(channel, file)) {
		spin_unlock(&channel->lock);
		return -ESHUTDOWN;
	}
	list_add(&server->idle, &channel->idle);
	if (!list_empty(&channel->pending))
		hand_over(list_first_entry(&channel->pending, struct dcrt_chain, pending), server);
	spin_unlock(&channel->lock);
	err = wait_event_interruptible(server->wait, stops_idling(channel, server, file));
	spin_lock(&channel->lock);
	chain = server->chain;
	if (channel->file == file)
		list_del_init(&server->idle);
	spin_unlock(&channel->lock);
	if (chain)
		return receive(server, chain, file, turn);
	if (err)
		return -EINTR;
	return READ_ONCE(channel->going) ? say_death(channel, turn) : -ESHUTDOWN;
}

static long run_here(struct dcrt_chain *chain, struct dcrt_frame *frame,
		     const struct dcrt_turn *turn)
{
	u32 len;

	WRITE_ONCE(chain->in_kernel, true);
	len = dcrt_serve_downcall(chain, frame);
	WRITE_ONCE(chain->progress, jiffies);
	WRITE_ONCE(chain->in_kernel, false);
	return send(chain, turn, frame->out, len);
}

/* A good message has come: wakes the caller, or runs the downcall here. */
static long act(struct dcrt_channel *channel, struct dcrt_server *server, struct file *file,
		struct dcrt_frame *frame, const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = frame->chain;
	bool reply = frame->call.message.header.kind == DCRT_REPLY;

	if (!reply && !(frame->call.function->flags & DCRT_BY_CALLER))
		return run_here(chain, frame, turn);
	spin_lock(&channel->lock);
	if (is_over(channel, file)) {
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
	return server->chain ? receive(server, chain, file, turn)
			     : idle(channel, server, file, turn);
}

static int check(struct dcrt_chain *chain, struct dcrt_frame *up, u32 len, bool down,
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
	struct dcrt_frame *up = top(chain), *frame = up;
	struct dcrt_message message;

	if (check(chain, up, len, down, &message)) {
		refuse(chain);
		return -EPROTO;
	}
	chain->unanswered = NULL;
	if (down) {
		spin_lock(&channel->lock);
		frame = push(chain, &channel->driver->down[message.header.function]);
		spin_unlock(&channel->lock);
		frame->number = up->number;
		swap(frame->in, up->in); /* the upcall's is for its reply */
	}
	frame->call.message = message;
	*ret = frame;
	return 0;
}

/* A message from the thread that serves a chain. */
static long take_message(struct dcrt_channel *channel, struct dcrt_server *server,
			 struct file *file, const struct dcrt_turn *turn)
{
	struct dcrt_chain *chain = server->chain;
	struct dcrt_frame *frame = top(chain);
	const struct dcrt_header *header = frame->in;
	bool down;
	int err;

	if (copy_from_user(frame->in, (void __user *)(uintptr_t)turn->out, turn->out_len))
		return -EFAULT;
	down = turn->out_len >= sizeof(*header) && header->kind == DCRT_DOWNCALL;
	err = dcrt_accept(chain, turn->out_len, down, &frame);
	return err ? err : act(channel, server, file, frame, turn);
}

static long take_wait(struct dcrt_channel *channel, const struct dcrt_turn *turn)
{
	struct dcrt_header header;
	struct dcrt_message message;
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_WAIT, .session = channel->session};

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
	index = find_server(channel, file, turn.thread, &server);
	spin_unlock(&channel->lock);
	if (index < 0)
		return index;
	if (index != turn.thread && put_user((u32)index, &arg->thread))
		return -EFAULT;
	if (server->chain)
		return take_message(channel, server, file, &turn);
	err = take_wait(channel, &turn);
	if (err) {
		if (err == -EPROTO)
			atomic64_inc(&channel->bad_messages);
		dcrt_kill_process(channel, channel->session);
		return err;
	}
	return idle(channel, server, file, &turn);
}
