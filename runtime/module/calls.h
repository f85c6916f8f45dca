/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in the kernel: chains, their frames, and the process's threads that serve them.
 *
 * A chain is an upcall with all calls nested in it: the thread that made it (task), the process's
 * thread that serves it (server), and a stack of frames with their buffers, one for each open call.
 * Levels 1, 3, 5 are upcalls, levels 2, 4, 6 downcalls. Chains are allocated with the channel,
 * with buffers for as many levels as the driver's tables ask for (dcrt_depth()), and get more when
 * they need them.
 *
 * The buffers of a frame belong to one thread at a time: to the caller until it hands the message
 * over and again when it was woken, to the server in between.
 *
 * Caller and server part when the call ends, or when the session is revoked and the server is not
 * in a turn. Until then the chain is not used again, even if its caller was released before: it is
 * released once the server does nothing in the kernel for this chain any more, or stays too long in
 * a downcall (dcrt_leave_dead).
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
	unsigned long until; /* jiffies: it may not last longer, nor what is nested in it */
	void *in, *out;
};

enum dcrt_event { DCRT_NO_EVENT, DCRT_REPLIED, DCRT_CALLED_DOWN };

struct dcrt_chain {
	struct list_head node; /* in free or active */
	struct list_head pending; /* in calls.pending while no thread of the process is idle */
	struct dcrt_channel *channel;
	struct task_struct *task; /* the caller, a reference; NULL: it has been released */
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
	bool busy; /* the server acts in the kernel for this chain: */
	unsigned long busy_until; /* it may up to then, in jiffies */
	bool dead; /* the session was revoked: nothing more comes */
	bool pinned; /* holds a reference to the driver's module: the server is stuck */
	int err; /* why the session was revoked, or 0 */
};

struct dcrt_calls {
	struct dcrt_chain *chains;
	u32 n_chains;
	struct list_head free, active, pending; /* of chains */
	u64 last; /* number of the last upcall */
};

/* A thread of the process. */
struct dcrt_server {
	struct task_struct *task; /* a reference; NULL: slot not used */
	bool inside; /* in a turn */
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

/* Makes buffers for one more call in the chain. False: there is no memory, or it is one too many.
 */
bool dcrt_make_room(struct dcrt_chain *chain);
/* With the lock: adds the frame of one more call, which may last that long, to the chain. */
struct dcrt_frame *dcrt_push_frame(struct dcrt_chain *chain, const struct dcrt_function *function,
				   unsigned int limit_ms);
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
/* Counts a message that a sound process cannot have sent, and revokes the session. */
void dcrt_refuse(struct dcrt_chain *chain);
/*
 * There is no room for one more call within the open ones: the driver cannot go on, nor undo what
 * it has done. The session is revoked, and the caller's error is -ELOOP.
 */
void dcrt_refuse_depth(struct dcrt_chain *chain, const struct dcrt_function *function);
/* With the lock: the chain can be used again if neither caller nor server are left in it. */
void dcrt_put_chain(struct dcrt_chain *chain);
/* With the lock: chain and server part; then dcrt_put_chain(). */
void dcrt_part(struct dcrt_chain *chain);
/* With the lock: the caller leaves the chain; then dcrt_put_chain(). */
void dcrt_leave_chain(struct dcrt_chain *chain);

/* bounds.c */

/* Jiffies to wait before asking again, 0: the caller's time is over. frame: of its upcall. */
unsigned long dcrt_next_slice(struct dcrt_chain *chain, const struct dcrt_frame *frame,
			      unsigned int deadline_ms);
/* The caller's time is over: revokes the session, then dcrt_leave_dead(). */
int dcrt_give_up(struct dcrt_chain *chain, const struct dcrt_frame *frame);
/*
 * The session is revoked, or about to be: waits until nothing is done for this call in the kernel
 * any more, or for too long. The process may live, but can reach nothing. Returns the error.
 */
int dcrt_leave_dead(struct dcrt_chain *chain, const struct dcrt_frame *frame);

/* calls.c */

/*
 * With the lock: gives the chain's message to its thread, or, if it is the first of the chain, to
 * the server given.
 */
void dcrt_hand_over(struct dcrt_chain *chain, struct dcrt_server *server);

/* serve.c */

/* The ioctl DCRT_IOC_TURN. */
long dcrt_turn(struct dcrt_channel *channel, struct file *file, struct dcrt_turn __user *arg);
/* With the lock: true if a thread of the process is in a turn. */
bool dcrt_is_inside(const struct dcrt_channel *channel);
/* With the lock: wakes all that wait in turns. */
void dcrt_wake_servers(struct dcrt_channel *channel);
/* With the lock: those that ended within a turn, by an oops, are in it no longer. */
void dcrt_forget_dead_servers(struct dcrt_channel *channel);
/* With the lock, when none is in a turn: removes all. */
void dcrt_forget_servers(struct dcrt_channel *channel);

#endif
