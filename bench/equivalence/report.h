/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found, as a table and as JSON. */
#ifndef BENCH_EQUIVALENCE_REPORT_H
#define BENCH_EQUIVALENCE_REPORT_H

#include "equivalence.h"

/* Functions of the driver, and how often each was called. */
struct eq_counts {
	const char *name;
	uint64_t calls;
};

struct eq_report {
	const char *driver, *form, *release;
	bool json;
	bool is_whole; /* all groups of all models were asked for */
	bool failed; /* some of what was asked for did not run */
	DC_VEC(struct eq_result) results;
	eq_words unused; /* rows of known differences that match nothing */
	DC_VEC(struct eq_counts) counts; /* empty: nothing was counted */
};

/* Adds the known differences that match nothing to report->unused. */
void eq_find_unused(struct dc_arena *arena, const struct eq_rules *rules, struct eq_report *report);

/* Adds the calls of a run (its results/counts; lines "NAME CALLS"). */
int eq_add_counts(struct dc_diag *diag, struct dc_arena *arena, const char *path,
		  struct eq_report *report);

/* Prints it. Returns whether the drivers are the same. */
bool eq_print(struct dc_diag *diag, const struct eq_report *report);

#endif
