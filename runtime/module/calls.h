/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in the kernel: chains, their frames, and the process's threads that serve them.
 *
 * A chain is an upcall with all calls nested in it: the thread that made it (task), the process's
 * thread that serves it (server), and a stack of frames with their buffers, one for each open call.
 * Levels 1, 3, 5 are upcalls, levels 2, 4, 6 downcalls. Chains are allocated with the channel.
 *
 * The buffers of a frame belong to one thread at a time: to the caller until it hands the message
 * over and again when it was woken, to the server in between.
 */
#ifndef DCRT_CALLS_H
#define DCRT_CALLS_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "../call/call.h"

struct file;

struct dcrt_frame {
	struct dcrt_call call;
	struct dcrt_chain *chain;
	u64 number; /* of the upcall; a downcall has that of the upcall it was made in */
	ktime_t start;
	const void *owner; /* dcrt_call_own(), or NULL; only compared */
	void *in, *out;
};

enum dcrt_event { DCRT_NO_EVENT, DCRT_REPLIED, DCRT_CALLED_DOWN };

struct dcrt_chain {
	struct list_head node; /* in free or active */
	struct list_head pending; /* in calls.pending while no thread of the process is idle */
	struct dcrt_channel *channel;
	struct task_struct *task; /* the caller; only compared */
	struct dcrt_server *server;
	u64 session;
	unsigned int level;
	struct dcrt_frame frames[DCRT_DEPTH_MAX];
	wait_queue_head_t wait; /* of the caller */
	enum dcrt_event event; /* for the caller */
	void *deliver; /* for the server: a message in a frame's buffer */
	u32 deliver_len;
	void *unanswered; /* the last message delivered */
	unsigned long progress; /* jiffies of the last message either way */
	bool in_kernel; /* a downcall runs: no time counts against the process */
	bool dead; /* the process is gone */
	int err; /* why it was killed, or 0 */
};

struct dcrt_calls {
	struct dcrt_chain *chains;
	u32 n_chains;
	struct list_head free, active, pending; /* of chains */
	u64 last; /* number of the last upcall */
};

/* A thread of the process. */
struct dcrt_server {
	struct task_struct *task; /* NULL: slot not used; only compared */
	struct dcrt_chain *chain;
	struct list_head idle;
	wait_queue_head_t wait;
};

struct dcrt_servers {
	struct dcrt_server at[DCRT_THREADS_MAX];
	struct list_head idle; /* the one idle last comes first */
	u32 count;
};

/* frames.c */

static inline struct dcrt_frame *dcrt_top_frame(struct dcrt_chain *chain)
{
	return &chain->frames[chain->level - 1];
}

/* With the lock: adds the frame of one more call to the chain. */
struct dcrt_frame *dcrt_push_frame(struct dcrt_chain *chain, const struct dcrt_function *function);
/* With the lock: the chain of the current thread, or NULL. */
struct dcrt_chain *dcrt_own_chain(struct dcrt_channel *channel);
/* Starts the message that the frame sends. */
void dcrt_start_message(struct dcrt_frame *frame, u16 kind, u16 depth, u32 function);
/*
 * Checks and applies a message of len bytes, which the caller has copied to the last frame's `in`:
 * a downcall, or the reply to its upcall. ret: the frame of that downcall or upcall.
 * Returns 0, or -EPROTO: it was refused, and the process is killed.
 */
int dcrt_accept(struct dcrt_chain *chain, u32 len, bool down, struct dcrt_frame **ret);
/*
 * Runs the downcall of the chain's last frame and removes that frame. Returns the length of the
 * reply in its `out`.
 */
u32 dcrt_serve_downcall(struct dcrt_chain *chain, struct dcrt_frame *frame);
/* The status of a reply, as its caller is to see it. */
int dcrt_reply_status(const struct dcrt_frame *frame);
/* Counts a message that a sound process cannot have sent, and kills the process. */
void dcrt_refuse(struct dcrt_chain *chain);

/* calls.c */

/*
 * With the lock: gives the chain's message to its thread, or, if it is the first of the chain, to
 * the server given.
 */
void dcrt_hand_over(struct dcrt_chain *chain, struct dcrt_server *server);

/* serve.c: the ioctl DCRT_IOC_TURN. */
long dcrt_turn(struct dcrt_channel *channel, struct file *file, struct dcrt_turn __user *arg);

#endif
