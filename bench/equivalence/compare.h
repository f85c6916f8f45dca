/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the files that compare. */
#ifndef BENCH_EQUIVALENCE_COMPARE_H
#define BENCH_EQUIVALENCE_COMPARE_H

#include "equivalence.h"

/* The two runs, and where the findings go. */
struct eq_pair {
	struct dc_arena *arena;
	struct eq_rules *rules;
	const char *model;
	eq_record records[2]; /* of the same commands; stock, split */
	eq_trace traces[2];
	struct eq_result *result;
};

/* Adds a line to the differences. */
void eq_say(struct eq_pair *pair, const char *fmt, ...) DC_PRINTF(2, 3);

/* "command 12 (life: ip link set eth0 up)"; number 0: before the first. */
const char *eq_command_name(const struct eq_pair *pair, size_t number);

/* Whether a row is about a command, the number of which counts from 1. */
bool eq_known_applies(const struct eq_pair *pair, const struct eq_known *known, size_t number);

/* Output, log and status of all commands. */
void eq_compare_records(struct eq_pair *pair);

/* The accesses of all commands. */
void eq_compare_traces(struct eq_pair *pair);

#endif
