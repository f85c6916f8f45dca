// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process's end of the channel. A thread has a stack of levels, one for each call open on it,
 * each with a buffer for the message received and one for the message sent. As many buffers as the
 * driver's tables ask for are allocated before the thread first waits.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../call/call.h"
#include "channel.h"
#include "../objects/dirty.h"

#define STACK_BYTES (256 * 1024) /* of a thread; locked in memory */

struct level {
	struct dcrt_call call;
	void *in, *out; /* DCRT_MESSAGE_MAX bytes, or NULL */
};

struct thread {
	struct dcrt_channel *channel;
	uint32_t index; /* in the kernel's table */
	unsigned int level; /* of the call that is open; 0: idle */
	uint64_t number; /* of the upcall being served */
	struct level levels[DCRT_DEPTH_MAX + 2]; /* [0]: idle */
};

struct dcrt_channel {
	const struct dcrt_driver *driver;
	int fd;
	uint64_t session;
	const volatile struct dcrt_shared *shared;
	struct dcrt_tracker tracker;
	struct dcrt_dirty dirty;
	struct dcrt_env env;
	pthread_mutex_t tracker_lock;
	pthread_mutex_t lock; /* of what follows */
	unsigned int threads;
	bool over;
	int why;
	pthread_cond_t ended;
};

static __thread struct thread *self;

/* The tracker's environment */

static void *env_alloc(size_t len)
{
	return calloc(1, len);
}

static void env_free(void *memory)
{
	free(memory);
}

static void env_lock(void *lock)
{
	pthread_mutex_lock(lock);
}

static void env_unlock(void *lock)
{
	pthread_mutex_unlock(lock);
}

/* One turn: hands in a message, receives the next, checks and applies it */

static int exchange(struct thread *thread, const void *out, uint32_t len, struct level *into)
{
	struct dcrt_turn args = {.out = (uintptr_t)out,
				 .in = (uintptr_t)into->in,
				 .out_len = len,
				 .in_size = DCRT_MESSAGE_MAX,
				 .thread = thread->index};
	int got = ioctl(thread->channel->fd, DCRT_IOC_TURN, &args);

	thread->index = args.thread;
	return got < 0 ? -errno : got;
}

static int accept_message(struct thread *thread, const struct level *in, int len,
			  const struct dcrt_expect *expect, struct dcrt_message *ret)
{
	int err = dcrt_decode(in->in, (size_t)len, expect, ret);

	return err ? err : dcrt_apply(&thread->channel->tracker, ret);
}

static void start_message(struct thread *thread, struct level *level, uint16_t kind, uint16_t depth,
			  uint64_t number, uint32_t function)
{
	const struct dcrt_header header = {.kind = kind,
					   .depth = depth,
					   .session = thread->channel->session,
					   .call = number,
					   .function = function};

	level->call.err = 0;
	dcrt_write_start(&level->call.writer, level->out, DCRT_MESSAGE_MAX, &header);
}

/* Threads */

static void *thread_main(void *arg);

static bool make_room(struct level *level)
{
	if (!level->in)
		level->in = malloc(DCRT_MESSAGE_MAX);
	if (!level->out)
		level->out = malloc(DCRT_MESSAGE_MAX);
	return level->in && level->out;
}

static void thread_free(struct thread *thread)
{
	unsigned int i;

	for (i = 0; thread && i < DCRT_DEPTH_MAX + 2; i++) {
		free(thread->levels[i].in);
		free(thread->levels[i].out);
	}
	free(thread);
}

static struct thread *thread_new(struct dcrt_channel *channel)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	bool ready = thread;
	unsigned int i;

	if (!thread)
		return NULL;
	thread->channel = channel;
	thread->index = DCRT_NEW_THREAD;
	for (i = 0; i < DCRT_DEPTH_MAX + 2; i++)
		thread->levels[i].call = (struct dcrt_call){.channel = channel,
							    .tracker = &channel->tracker,
							    .ctx = channel->driver->ctx,
							    .session = channel->session};
	for (i = 1; ready && i <= dcrt_depth(channel->driver); i++)
		ready = make_room(&thread->levels[i]);
	if (!ready)
		thread_free(thread);
	return ready ? thread : NULL;
}

/* Starts one more thread that waits. If it fails, calls queue for the threads that exist. */
static void grow(struct dcrt_channel *channel)
{
	struct thread *thread = NULL;
	pthread_attr_t attr;
	pthread_t id;
	bool room;

	pthread_mutex_lock(&channel->lock);
	room = channel->threads < DCRT_THREADS_MAX;
	channel->threads += room;
	pthread_mutex_unlock(&channel->lock);
	if (!room)
		return;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	thread = thread_new(channel);
	if (!thread || pthread_create(&id, &attr, thread_main, thread) != 0) {
		thread_free(thread);
		pthread_mutex_lock(&channel->lock);
		channel->threads--;
		pthread_mutex_unlock(&channel->lock);
	}
	pthread_attr_destroy(&attr);
}

static void end(struct dcrt_channel *channel, int why)
{
	pthread_mutex_lock(&channel->lock);
	if (!channel->over)
		channel->why = why;
	channel->over = true;
	pthread_cond_broadcast(&channel->ended);
	pthread_mutex_unlock(&channel->lock);
}

/* Serves the upcall received by a level; the reply is in the level's `out`. Returns its length. */
static uint32_t serve(struct thread *thread, struct level *level,
		      const struct dcrt_message *message)
{
	uint64_t outer = thread->number;
	uint32_t len;
	int status;

	if (message->header.flags & DCRT_GROW)
		grow(thread->channel);
	thread->level++;
	thread->number = message->header.call;
	level->call.function = dcrt_upcall(thread->channel->driver, message->header.function);
	level->call.message = *message;
	start_message(thread, level, DCRT_REPLY, message->header.depth, message->header.call,
		      message->header.function);
	len = dcrt_call_handle(&level->call, &status);
	thread->number = outer;
	thread->level--;
	return len;
}

static struct dcrt_expect upcalls(const struct dcrt_channel *channel, uint16_t depth)
{
	return (struct dcrt_expect){.kinds = 1u << DCRT_UPCALL,
				    .session = channel->session,
				    .depth = depth,
				    .flags = DCRT_GROW,
				    .functions = channel->driver->up,
				    .extra = &dcrt_objects_call,
				    .n_functions = channel->driver->n_up,
				    .call = DCRT_ANY_CALL,
				    .n_types = channel->driver->n_types,
				    .may_create = true};
}

static int serve_all(struct thread *thread)
{
	struct dcrt_expect expect = upcalls(thread->channel, 1);
	struct level *level = &thread->levels[1];
	struct dcrt_message message;
	struct dcrt_writer wait;
	struct dcrt_header word;
	const void *out = &word;
	uint32_t len;

	expect.kinds |= 1u << DCRT_DEATH;
	dcrt_write_start(
		&wait, &word, sizeof(word),
		&(struct dcrt_header){.kind = DCRT_WAIT, .session = thread->channel->session});
	len = (uint32_t)dcrt_write_end(&wait, 0);
	for (;;) {
		int got = exchange(thread, out, len, level), err;

		out = &word;
		len = sizeof(word);
		if (got == -EINTR)
			continue;
		if (got < 0)
			return got;
		err = accept_message(thread, level, got, &expect, &message);
		if (err)
			return err;
		if (message.header.kind == DCRT_DEATH)
			return 0;
		len = serve(thread, level, &message);
		out = level->out;
	}
}

static void *thread_main(void *arg)
{
	struct thread *thread = arg;

	self = thread;
	end(thread->channel, serve_all(thread));
	return NULL; /* its memory is freed with the process */
}

/* Downcalls */

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	struct thread *thread = self;
	struct level *level;

	if (!thread || !thread->level || function >= channel->driver->n_down)
		return -EINVAL;
	if (thread->level >= DCRT_DEPTH_MAX)
		return -ELOOP;
	level = &thread->levels[thread->level + 1];
	if (!make_room(level))
		abort(); /* the driver's code cannot go on */
	thread->level++;
	level->call.function = &channel->driver->down[function];
	start_message(thread, level, DCRT_DOWNCALL, (uint16_t)thread->level, thread->number,
		      function);
	*ret = &level->call;
	return 0;
}

/* The messages that may arrive while a downcall is open: its reply, or an upcall that it makes. */
static struct dcrt_expect replies(const struct thread *thread, const struct dcrt_call *call,
				  bool is_reply)
{
	struct dcrt_expect expect = upcalls(thread->channel, (uint16_t)(thread->level + 1));

	if (!is_reply)
		return expect;
	expect.kinds = 1u << DCRT_REPLY;
	expect.depth = (uint16_t)thread->level;
	expect.reply_call = thread->number;
	expect.reply_function = call->writer.header.function;
	expect.reply_to = call->function;
	return expect;
}

int dcrt_call_run(struct dcrt_call *call)
{
	struct thread *thread = self;
	struct level *level = &thread->levels[thread->level];
	const void *out = level->out;
	int len = dcrt_write_end(&call->writer, 0);

	if (len > 0 && call->writer.header.args != call->function->args)
		len = -EINVAL;
	if (len < 0) {
		dcrt_put_cancel(call->tracker, &call->writer);
		return len;
	}
	for (;;) {
		const struct dcrt_header *header = (const void *)level->in;
		struct level *inner = level + 1;
		struct dcrt_message message;
		struct dcrt_expect expect;
		int got = exchange(thread, out, (uint32_t)len, level), err;

		if (got < 0)
			return got;
		expect = replies(thread, call, header->kind == DCRT_REPLY);
		err = accept_message(thread, level, got, &expect, &message);
		if (err)
			return err;
		if (message.header.kind == DCRT_REPLY) {
			call->message = message;
			return message.header.status;
		}
		/* An upcall: this level's buffer keeps its arguments until it has been served. */
		if (!make_room(inner))
			abort();
		len = (int)serve(thread, inner, &message);
		out = inner->out;
	}
}

void dcrt_call_end(struct dcrt_call *call)
{
	(void)call;
	self->level--;
}

/* Attaching */

static int open_device(struct dcrt_channel *channel, const char *device)
{
	struct dcrt_attach attach = {.abi = DCRT_ABI,
				     .fingerprint = dcrt_fingerprint(channel->driver)};

	void *shared = MAP_FAILED;
	int err = 0;

	channel->fd = open(device, O_RDWR | O_CLOEXEC);
	if (channel->fd < 0)
		return -errno;
	if (ioctl(channel->fd, DCRT_IOC_ATTACH, &attach) == 0)
		shared = mmap(NULL, (size_t)getpagesize(), PROT_READ, MAP_SHARED, channel->fd, 0);
	if (shared == MAP_FAILED) {
		err = -errno;
		close(channel->fd);
		return err;
	}
	channel->shared = shared;
	channel->session = attach.session;
	return 0;
}

/*
 * The driver serves all other processes: the system does without it last. Memory that it needs is
 * not to be had by writing through the driver. In vain for all but root, and without /proc.
 */
static void ask_for_care(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, "-999", 4) < 0)
			perror("oom_score_adj");
		close(fd);
	}
#ifdef PR_SET_IO_FLUSHER
	prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0); /* inherited by threads */
#endif
}

int dcrt_attach(const struct dcrt_driver *driver, const char *device,
		struct dcrt_channel **ret_channel)
{
	struct dcrt_channel *channel = calloc(1, sizeof(*channel));
	int err;

	if (!channel)
		return -ENOMEM;
	channel->driver = driver;
	channel->env = (struct dcrt_env){.alloc = env_alloc,
					 .free = env_free,
					 .lock = env_lock,
					 .unlock = env_unlock,
					 .lock_ctx = &channel->tracker_lock};
	pthread_mutex_init(&channel->tracker_lock, NULL);
	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->ended, NULL);
	err = driver->abi == DCRT_ABI ? dcrt_types_check(driver) : -EPROTO;
	if (!err)
		err = dcrt_tracker_init(&channel->tracker, driver, &channel->env, false);
	if (!err)
		err = dcrt_dirty_init(&channel->dirty, &channel->tracker);
	if (!err)
		err = mlockall(MCL_CURRENT | MCL_FUTURE) < 0 ? -errno : 0;
	ask_for_care();
	if (!err)
		err = open_device(channel, device);
	if (err) {
		dcrt_dirty_done(&channel->dirty, &channel->tracker);
		dcrt_tracker_done(&channel->tracker);
		free(channel);
		return err;
	}
	*ret_channel = channel;
	return 0;
}

/* Starts two threads, so that the first upcall need not start one. */
int dcrt_serve(struct dcrt_channel *channel)
{
	int why;

	grow(channel);
	grow(channel);
	pthread_mutex_lock(&channel->lock);
	while (!channel->over && channel->threads)
		pthread_cond_wait(&channel->ended, &channel->lock);
	why = channel->over ? channel->why : -ENOMEM;
	pthread_mutex_unlock(&channel->lock);
	return why;
}

unsigned dcrt_threads(const struct dcrt_channel *channel)
{
	return channel->threads;
}

bool dcrt_dirty(struct dcrt_channel *channel)
{
	return dcrt_is_dirty(&channel->dirty, &channel->tracker);
}

/* Registers */

uint64_t dcrt_windows_removed(const struct dcrt_channel *channel)
{
	return channel->shared->windows_removed;
}

void *dcrt_map(struct dcrt_channel *channel, uint64_t offset, uint64_t len)
{
	void *local =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, channel->fd, (off_t)offset);

	return local == MAP_FAILED ? NULL : local;
}

void dcrt_unmap(void *local, uint64_t len)
{
	munmap(local, len);
}

bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer)
{
	uint64_t ref = 0;

	return dcrt_is_tracked(&channel->tracker, pointer, &ref) && ref && !DCRT_IS_ERROR(ref);
}

struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel)
{
	return &channel->tracker;
}
