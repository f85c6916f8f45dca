/* SPDX-License-Identifier: GPL-2.0-only */
/* A channel's counters and its added delay, which debugfs shows; the module's parameters. */
#ifndef DCRT_STATS_H
#define DCRT_STATS_H

#include <linux/atomic.h>
#include <linux/types.h>

struct dcrt_channel;
struct dcrt_frame;
struct dentry;

#define DCRT_HISTOGRAM 40 /* powers of two of a nanosecond: up to 18 minutes */

struct dcrt_stat {
	atomic64_t calls, errors, bytes_out, bytes_in; /* out: sent by the kernel */
	atomic64_t log2_ns[DCRT_HISTOGRAM];
};

struct dcrt_stats {
	struct dcrt_stat *up, *down; /* one a function */
	atomic64_t atomic_refused, no_process, bad_messages, given_up, stuck, deaths;
	struct dentry *debugfs;
};

/* Time added to each crossing. */
struct dcrt_delay {
	u32 ns;
	bool sleeps; /* else the CPU is kept busy */
	atomic64_t up, down; /* counts crossings that were delayed */
};

extern unsigned int dcrt_deadline_ms, dcrt_downcall_deadline_ms, dcrt_call_limit_ms;
extern unsigned int dcrt_attach_wait_ms;

/* Adds the delay of one crossing. Process context. */
void dcrt_delay(struct dcrt_channel *channel, bool is_up);
/* Counts a call that has ended with err. */
void dcrt_count(struct dcrt_frame *frame, int err);
/* Makes the channel's folder in debugfs. */
void dcrt_stat_show(struct dcrt_channel *channel);
void dcrt_stat_init(void);
void dcrt_stat_exit(void);

#endif
