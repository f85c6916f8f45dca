/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shortest edit between two sequences (Myers 1986), of anything that can be compared. */
#ifndef BENCH_EQUIVALENCE_DIFF_H
#define BENCH_EQUIVALENCE_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#define EQ_DIFF_MAX 2000 /* edits; beyond them all that is left counts as different */

struct eq_diff {
	size_t lens[2];
	bool (*same)(void *ctx, size_t a, size_t b); /* elements a of the first, b of the second */
	void *ctx;
};

/* Sets only[0][i] for each element that only the first sequence has, only[1][i] likewise; both are
 * zeroed by the caller. Returns how many there are. */
size_t eq_diff(const struct eq_diff *diff, bool *only[2]);

#endif
