/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dcrt.ko.
 *
 * A chain is one upcall out of nothing with all calls nested in it: the thread that called (task),
 * the process's thread that serves (server), and a stack of frames, one for each open call, with
 * their buffers. Level 1, 3, 5 are upcalls, 2, 4, 6 downcalls. Chains are made when the channel is.
 *
 * channel->lock guards all of it but the buffers of a frame, which belong to one thread at a time:
 * to the caller until it hands over and after it was woken, to the server in between.
 */
#ifndef DCRT_CHANNEL_H
#define DCRT_CHANNEL_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../message/call.h"
#include "module.h"
#include "peer.h"

#define DCRT_HISTOGRAM 40 /* powers of two of a nanosecond: up to 18 minutes */

struct dcrt_stat {
	atomic64_t calls, errors, bytes_out, bytes_in; /* out: sent by the kernel */
	atomic64_t log2_ns[DCRT_HISTOGRAM];
};

struct dcrt_frame {
	struct dcrt_call call;
	struct dcrt_chain *chain;
	u64 number; /* of the upcall; a downcall has that of the upcall it was made in */
	ktime_t start;
	void *in, *out;
};

enum dcrt_event { DCRT_NO_EVENT, DCRT_REPLIED, DCRT_CALLED_DOWN };

struct dcrt_chain {
	struct list_head node; /* in free or active */
	struct list_head pending; /* in channel->pending: no thread is idle */
	struct dcrt_channel *channel;
	struct task_struct *task; /* that calls; compared only */
	struct dcrt_server *server;
	u64 session;
	unsigned int level;
	struct dcrt_frame frames[DCRT_DEPTH_MAX];
	wait_queue_head_t wait; /* of the caller */
	enum dcrt_event event; /* for the caller */
	void *deliver; /* for the server: a message in a frame's buffer */
	u32 deliver_len;
	void *unanswered; /* the last message delivered */
	unsigned long progress; /* jiffies */
	bool in_kernel; /* a downcall is running: no time counts against the process */
	bool dead; /* the process is gone */
	int err; /* why it was killed, or 0 */
};

struct dcrt_server {
	struct task_struct *task; /* NULL: slot not used; compared only */
	struct dcrt_chain *chain;
	struct list_head idle;
	wait_queue_head_t wait;
};

/* Of keep.c; used by dcrt_respawn() and the work only. */
struct dcrt_respawner {
	struct delayed_work work;
	char *path; /* NULL: the process is not kept. Set with the lock. */
	struct pid *process; /* started last, or NULL */
	u64 session; /* when it was started: one that has attached made it another */
	unsigned long attach_by; /* jiffies */
	unsigned int timeout_ms, pause_ms;
	bool due; /* to be started when the pause is over */
};

struct dcrt_channel {
	const struct dcrt_driver *driver;
	struct miscdevice misc;
	char *device_name;
	struct kref refs;
	spinlock_t lock;
	struct dcrt_env env;
	spinlock_t tracker_lock;
	unsigned long tracker_flags; /* of who has the lock */
	struct dcrt_tracker tracker;
	u64 fingerprint;

	struct file *file; /* of the process that is attached, or NULL */
	struct dcrt_peer *peer; /* that is there in its place, or NULL */
	void *files; /* its table of files, compared only */
	struct pid *pid;
	u64 session, number;
	bool killed; /* the process has been sent SIGKILL */
	bool going; /* dcrt_unregister() has begun */
	bool was_in_call; /* when it died */
	bool tell_died, tell_attached;
	struct work_struct tell;
	struct dcrt_respawner respawner;
	wait_queue_head_t wait; /* for attach, death, free chains */

	struct dcrt_chain *chains;
	u32 n_chains;
	struct list_head free, active, pending, idle;
	struct dcrt_server servers[DCRT_THREADS_MAX];
	u32 n_servers;

	struct mutex windows_lock; /* guards what follows; taken in page faults */
	struct list_head windows;
	unsigned long next_page; /* of the device file, for the next window */
	u32 n_windows; /* that the process may map */
	struct dcrt_shared *shared; /* a page */

	struct dcrt_stat *up, *down;
	atomic64_t atomic_refused, no_process, bad_messages, given_up, deaths, sessions;
	atomic64_t delayed_up, delayed_down; /* crossings */
	u32 delay_ns; /* added to each crossing */
	bool delay_sleeps; /* else the CPU is kept busy */
	struct dentry *debugfs;
};

/* channel.c */
/* With the lock. A process or a peer is there. */
static inline bool dcrt_is_served(const struct dcrt_channel *channel)
{
	return channel->file || channel->peer;
}
bool dcrt_is_attached(struct dcrt_channel *channel);

/* keep.c */
void dcrt_respawn_init(struct dcrt_channel *channel);
/* With the lock: the process is gone. */
void dcrt_respawn_soon(struct dcrt_channel *channel);
/* No more is started (the path is gone or the channel is going). */
void dcrt_respawn_stop(struct dcrt_channel *channel);
/* The process that is left, attached or not, is killed. */
void dcrt_respawn_kill(struct dcrt_channel *channel);
void dcrt_respawn_free(struct dcrt_channel *channel);

/* turn.c */
long dcrt_turn(struct dcrt_channel *channel, struct file *file, struct dcrt_turn __user *arg);
/* Sends SIGKILL to the session's process, if it still is this session's. */
void dcrt_kill_process(struct dcrt_channel *channel, u64 session);
/* With the lock: the chain of the thread that asks, or NULL. */
struct dcrt_chain *dcrt_own_chain(struct dcrt_channel *channel);
/* The message of so many bytes that has been copied to the last frame's `in`: a downcall, or the
 * reply to its upcall. Checked and applied; ret: the frame of the downcall or of the upcall.
 * Returns 0, or -EPROTO: it was refused, and the session is killed. */
int dcrt_accept(struct dcrt_chain *chain, u32 len, bool down, struct dcrt_frame **ret);
/* Runs the downcall of the chain's last frame, which is then done with. Returns the length of the
 * reply in its `out`. */
/* The status of a reply, as the caller is to have it. */
int dcrt_reply_status(const struct dcrt_frame *frame);
u32 dcrt_serve_downcall(struct dcrt_chain *chain, struct dcrt_frame *frame);

/* peer.c */
/* Attaches the peer of the driver's name, if there is one. Returns 0 or why it cannot be. */
int dcrt_peer_find(struct dcrt_channel *channel);
/* No call is open. */
void dcrt_peer_leave(struct dcrt_channel *channel);
/* The upcall of so many bytes in the frame's `out`. As dcrt_call_run(). */
int dcrt_peer_up(struct dcrt_frame *frame, u32 len);

/* window.c */
int dcrt_window_mmap(struct file *file, struct vm_area_struct *vma);
int dcrt_windows_init(struct dcrt_channel *channel);
void dcrt_windows_free(struct dcrt_channel *channel);

/* stat.c */
extern unsigned int dcrt_deadline_ms, dcrt_attach_wait_ms;
void dcrt_delay(struct dcrt_channel *channel, bool is_up);
void dcrt_count(struct dcrt_frame *frame, int err);
void dcrt_stat_show(struct dcrt_channel *channel);
void dcrt_stat_init(void);
void dcrt_stat_exit(void);

#endif
