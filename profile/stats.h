/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runtime's counters of a split driver: the text of debugfs dcrt/NAME/stats, which
 * runtime/module/stats.c writes. */
#ifndef DC_PROFILE_STATS_H
#define DC_PROFILE_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"

#define DC_STATS_BUCKETS 64

/* Calls of one function from the other component. */
struct dc_stats_function {
	const char *name;
	bool up; /* the kernel calls the process; else a downcall */
	uint64_t calls, errors;
	uint64_t out_bytes, in_bytes; /* of messages: what the caller sent, and what it got */
	uint64_t log2_ns[DC_STATS_BUCKETS]; /* [k]: calls that took 2^k to 2^(k+1) - 1 ns */
};

/* A fact about the whole driver: "deaths" "0", "delay_mode" "busy", ... */
struct dc_stats_total {
	const char *name, *text;
	uint64_t value; /* of a number; else 0 */
	bool is_number;
};

/* All in the order of the text. Strings live in the arena. */
struct dc_stats {
	struct dc_arena *arena;
	DC_VEC(struct dc_stats_total) totals;
	DC_VEC(struct dc_stats_function) functions;
};

/*
 * dc_stats_read - reads that text.
 * Returns 0 (end with dc_stats_done); or, after reporting, -ENOENT (no such file), -EINVAL (not
 * such a text), or another -errno of reading.
 */
int dc_stats_read(struct dc_diag *diag, const char *path, struct dc_stats *ret);
void dc_stats_done(struct dc_stats *stats);

/* A time in ns that at least so many percent of the calls stayed below: the upper end of a bucket.
 * 0: there were no calls. */
uint64_t dc_stats_below_ns(const struct dc_stats_function *function, unsigned percent);

#endif
