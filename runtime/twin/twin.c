// SPDX-License-Identifier: GPL-2.0-only
/*
 * A twin: the user component as a kernel module. It is built of the process's sources; this file
 * takes the place of process/channel.c. The twin has objects of its own; messages are built, copied
 * and checked, and there is no other way to the kernel component.
 *
 * A thread is one that made an upcall. It has a stack of levels, one for each call open on it, each
 * with a buffer for the message received and one for the message sent. They are allocated with the
 * channel.
 *
 * The halves are kept apart as far as possible: kernel addresses come as cookies, as to a process,
 * so that none can be dereferenced; and memory of the driver that is left when the channel goes is
 * freed, as with a process, and counted.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "../call/call.h"
#include "../component/downcalls.h"
#include "../module/peer.h"
#include "../process/channel.h"
#include "../objects/local.h"
#include "twin.h"

#define CHAINS 8 /* of the channel, if the driver does not set it */

struct level {
	struct dcrt_call call;
	void *in, *out;
};

struct thread {
	struct task_struct *task; /* NULL: free. Only compared; set with the lock. */
	unsigned int level; /* of the call that is open */
	u64 number; /* of the upcall being served */
	struct level levels[DCRT_DEPTH_MAX + 1]; /* [0]: unused */
};

struct dcrt_channel {
	const struct dcrt_driver *driver;
	u64 session;
	struct dcrt_tracker tracker;
	struct dcrt_env env;
	struct mutex tracker_lock;
	spinlock_t lock;
	struct thread *threads;
	unsigned int n_threads;
};

struct dcrt_channel *dcg_channel;
static struct dcrt_peer peer;

/* The tracker's environment */

static void *env_alloc(size_t len)
{
	return kvzalloc(len, GFP_KERNEL);
}

static void env_free(void *memory)
{
	kvfree(memory);
}

static void env_lock(void *lock)
{
	mutex_lock((struct mutex *)lock);
}

static void env_unlock(void *lock)
{
	mutex_unlock((struct mutex *)lock);
}

/* Threads */

static struct thread *find_thread(struct dcrt_channel *channel, const struct task_struct *task)
{
	struct thread *found = NULL;
	unsigned int i;

	spin_lock(&channel->lock);
	for (i = 0; i < channel->n_threads && !found; i++)
		if (channel->threads[i].task == task)
			found = &channel->threads[i];
	if (found && !task)
		found->task = current;
	spin_unlock(&channel->lock);
	return found;
}

static struct thread *self(struct dcrt_channel *channel)
{
	return find_thread(channel, current);
}

static bool make_room(struct level *level)
{
	if (!level->in)
		level->in = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
	if (!level->out)
		level->out = kvzalloc(DCRT_MESSAGE_MAX, GFP_KERNEL);
	return level->in && level->out;
}

static int make_threads(struct dcrt_channel *channel)
{
	unsigned int i, k;

	channel->threads = kvcalloc(channel->n_threads, sizeof(*channel->threads), GFP_KERNEL);
	if (!channel->threads)
		return -ENOMEM;
	for (i = 0; i < channel->n_threads; i++)
		for (k = 1; k <= DCRT_DEPTH_MAX; k++) {
			struct level *level = &channel->threads[i].levels[k];

			level->call = (struct dcrt_call){.channel = channel,
							 .tracker = &channel->tracker,
							 .ctx = channel->driver->ctx,
							 .session = channel->session};
			if (k <= dcrt_depth(channel->driver) && !make_room(level))
				return -ENOMEM;
		}
	return 0;
}

static void start_message(struct thread *thread, struct level *level, u16 kind, u32 function)
{
	const struct dcrt_header header = {.kind = kind,
					   .depth = (u16)thread->level,
					   .session = level->call.session,
					   .call = thread->number,
					   .function = function};

	level->call.err = 0;
	dcrt_write_start(&level->call.writer, level->out, DCRT_MESSAGE_MAX, &header);
}

/* Copies a message to a level's `in`, checks and applies it. */
static int accept_message(struct level *level, const void *message, u32 len,
			  const struct dcrt_expect *expect, struct dcrt_message *ret)
{
	int err;

	if (len > DCRT_MESSAGE_MAX)
		return -EPROTO;
	memcpy(level->in, message, len);
	err = dcrt_decode(level->in, len, expect, ret);
	return err ? err : dcrt_apply(level->call.tracker, ret);
}

/* Upcalls */

static u32 run(struct thread *thread, struct level *level, const struct dcrt_message *message)
{
	u64 outer = thread->number;
	u32 len;
	int status;

	thread->number = message->header.call;
	level->call.function = dcrt_upcall(level->call.channel->driver, message->header.function);
	level->call.message = *message;
	start_message(thread, level, DCRT_REPLY, message->header.function);
	len = dcrt_call_handle(&level->call, &status);
	thread->number = outer;
	return len;
}

static long serve(struct dcrt_peer *unused, const void *bytes, u32 len, const void **ret_reply)
{
	struct dcrt_channel *channel = dcg_channel;
	const struct dcrt_driver *driver = channel->driver;
	struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
				     .session = channel->session,
				     .functions = driver->up,
				     .extra = &dcrt_objects_call,
				     .n_functions = driver->n_up,
				     .call = DCRT_ANY_CALL,
				     .n_types = driver->n_types,
				     .may_create = true};
	struct thread *thread = self(channel);
	struct dcrt_message message;
	struct level *level;
	long got;

	if (!thread)
		thread = find_thread(channel, NULL);
	if (!thread || thread->level == DCRT_DEPTH_MAX ||
	    !make_room(&thread->levels[thread->level + 1]))
		return -ELOOP;
	level = &thread->levels[++thread->level];
	expect.depth = (u16)thread->level;
	got = accept_message(level, bytes, len, &expect, &message);
	if (!got)
		got = run(thread, level, &message);
	*ret_reply = level->out;
	if (--thread->level == 0)
		WRITE_ONCE(thread->task, NULL);
	return got;
}

/* Downcalls */

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	struct thread *thread = self(channel);
	struct level *level;

	if (!thread || function >= channel->driver->n_down)
		return -EINVAL;
	if (thread->level >= DCRT_DEPTH_MAX || !make_room(&thread->levels[thread->level + 1]))
		return -ELOOP;
	level = &thread->levels[++thread->level];
	level->call.function = &channel->driver->down[function];
	start_message(thread, level, DCRT_DOWNCALL, function);
	*ret = &level->call;
	return 0;
}

int dcrt_call_run(struct dcrt_call *call)
{
	struct thread *thread = self(call->channel);
	struct level *level = container_of(call, struct level, call);
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_REPLY,
					   .session = call->session,
					   .depth = (u16)thread->level,
					   .reply_call = thread->number,
					   .reply_function = call->writer.header.function,
					   .reply_to = call->function,
					   .n_types = call->channel->driver->n_types,
					   .may_create = true};
	int len = dcrt_write_end(&call->writer, 0), err;
	struct dcrt_message message;
	const void *reply;
	long got;

	if (len > 0 && call->writer.header.args != call->function->args)
		len = -EINVAL;
	if (len < 0) {
		dcrt_put_cancel(call->tracker, &call->writer);
		return len;
	}
	got = dcrt_peer_down(&peer, level->out, (u32)len, &reply);
	if (got < 0)
		return (int)got;
	err = accept_message(level, reply, (u32)got, &expect, &message);
	if (err) {
		pr_err("%s: the reply to %s refused: %d\n", peer.name, call->function->name, err);
		return err;
	}
	call->message = message;
	return message.header.status;
}

void dcrt_call_end(struct dcrt_call *call)
{
	self(call->channel)->level--;
}

bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer)
{
	u64 ref = 0;

	return dcrt_to_ref(&channel->tracker, pointer, DCRT_ANY_TYPE, &ref) == 0 && ref &&
	       !DCRT_IS_ERROR(ref);
}

struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel)
{
	return &channel->tracker;
}

/*
 * The module serves one channel only: what the driver's variables hold in the end would be wrong
 * for the next.
 */

static void end_channel(struct dcrt_channel *channel)
{
	unsigned int i, k;

	for (i = 0; channel->threads && i < channel->n_threads; i++)
		for (k = 1; k <= DCRT_DEPTH_MAX; k++) {
			kvfree(channel->threads[i].levels[k].in);
			kvfree(channel->threads[i].levels[k].out);
		}
	kvfree(channel->threads);
	dcrt_tracker_done(&channel->tracker);
	kfree(channel);
}

static int attach(struct dcrt_peer *unused, u64 session)
{
	static bool used;
	struct dcrt_channel *channel;
	int err;

	if (used) {
		pr_err("%s: the twin has served a driver before; reload it\n", peer.name);
		return -EBUSY;
	}
	channel = kzalloc(sizeof(*channel), GFP_KERNEL);
	if (!channel)
		return -ENOMEM;
	channel->driver = &dcg_driver;
	channel->session = session;
	channel->n_threads = dcg_driver.chains ? dcg_driver.chains : CHAINS;
	channel->env = (struct dcrt_env){.alloc = env_alloc,
					 .free = env_free,
					 .lock = env_lock,
					 .unlock = env_unlock,
					 .lock_ctx = &channel->tracker_lock};
	mutex_init(&channel->tracker_lock);
	spin_lock_init(&channel->lock);
	err = dcrt_tracker_init(&channel->tracker, &dcg_driver, &channel->env, false);
	if (!err)
		err = make_threads(channel);
	if (err) {
		end_channel(channel);
		return err;
	}
	used = true;
	dcg_channel = channel;
	return 0;
}

static void detach(struct dcrt_peer *unused)
{
	unsigned int left = dcrt_local_count(&dcg_channel->tracker);

	if (dcg_channel->tracker.conflicts)
		pr_info("%s: the twin had %llu conflicts\n", peer.name,
			dcg_channel->tracker.conflicts);
	if (left)
		pr_info("%s: the twin had %u blocks of memory when it ended\n", peer.name, left);
	end_channel(dcg_channel);
	dcg_channel = NULL;
}

static int __init twin_init(void)
{
	int err;

	dcg_setup();
	err = dcg_driver.abi == DCRT_ABI ? dcrt_types_check(&dcg_driver) : -EPROTO;
	if (err)
		return err;
	peer = (struct dcrt_peer){.name = dcg_driver.name,
				  .fingerprint = dcrt_fingerprint(&dcg_driver),
				  .owner = THIS_MODULE,
				  .attach = attach,
				  .detach = detach,
				  .serve = serve};
	return dcrt_peer_register(&peer);
}

static void __exit twin_exit(void)
{
	dcrt_peer_unregister(&peer);
}

module_init(twin_init);
module_exit(twin_exit);
MODULE_DESCRIPTION("the user component of a split driver, as a kernel module");
MODULE_LICENSE("GPL v2");
