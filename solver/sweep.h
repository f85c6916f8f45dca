/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All optimal cuts, for every lambda (or delay) from 0 to infinity.
 *
 * Each choice of sides costs a straight line in lambda: its kernel lines plus lambda times its
 * crossings. The optimum is the lower envelope of these lines, and the optimal kernel sides grow
 * with lambda, each within the next. So the whole answer is the cut at lambda 0, the breakpoints,
 * and the nodes that go to the kernel at each: at most one breakpoint less than there are groups.
 *
 * Found by divide and conquer on the free groups (thresholds.h): a piece of them that is on the
 * user side at one lambda and in the kernel at another is cut where the lines of these two cuts
 * meet. Either the flow finds a better cut, and there are smaller pieces; or there is none, and
 * that lambda is a breakpoint. Fractions are compared exactly.
 *
 * Why sweep.json always says "complete": the sides nest if whatever depends on lambda is lambda
 * times a weight and the rest is lines of the kernel side. A problem can say nothing else. Weights
 * (calls, down, entry_calls, kernel_calls) are all times lambda; pins, follow, together and copies
 * of replicable nodes are hard constraints, closed under union and intersection, and the same at
 * every lambda. Three things would break nesting: a cost of a cut edge that does not grow with
 * lambda, a cost of user lines that does, and a constraint such as "one of these two". None has a
 * key in problem.json. Whoever adds one must make `complete` false.
 */
#ifndef DC_SOLVER_SWEEP_H
#define DC_SOLVER_SWEEP_H

#include "cut.h"

#define DC_NEVER SIZE_MAX

struct dc_breakpoint {
	struct dc_terms terms;
	/* Nodes that go to the kernel here, sorted. At this very lambda the least optimal kernel
	 * side is that of the cut before, and the greatest is that of the cut after with its `tied`
	 * (at lambda 0, where weights do not count: that of the cut before with its `tied`). */
	const size_t *to_kernel;
	size_t count;
};

/* The cut between two breakpoints: least optimal side for every lambda above the breakpoint before
 * it, up to and with the one after it. The first holds from 0 on, the last to infinity. */
struct dc_sweep_cut {
	struct dc_tally tally;
	/* Nodes that may join the kernel side at no cost (no lines, no weight): with them the side
	 * is the greatest optimal one. Sorted. */
	const size_t *tied;
	size_t tied_count;
};

struct dc_sweep {
	struct dc_arena *arena;
	const struct dc_problem *problem; /* borrowed */
	int64_t price;
	DC_VEC(struct dc_breakpoint) breakpoints; /* lambda rising, no two equal */
	DC_VEC(struct dc_sweep_cut) cuts; /* one more */
	size_t *enters; /* node -> the first cut that has it in the kernel, or DC_NEVER */
	size_t flows; /* max-flow calls it took */
};

/* Returns 0, or as dc_cut_solve does. *ret_sweep: caller frees with dc_sweep_free; problem must
 * outlive it. */
int dc_sweep_solve(struct dc_diag *diag, const struct dc_problem *problem, int64_t price,
		   enum dc_flow_engine engine, struct dc_sweep **ret_sweep);
void dc_sweep_free(struct dc_sweep *sweep); /* takes NULL */

/* Number of the cut that is the least optimum at lambda. */
size_t dc_sweep_at(const struct dc_sweep *sweep, struct dc_ratio lambda);

/* in_kernel[node] of a cut. */
void dc_sweep_sides(const struct dc_sweep *sweep, size_t cut, bool *in_kernel);

/* sweep.json, with a row for each of the given terms; caller frees with json_decref. */
struct json_t *dc_sweep_json(const struct dc_sweep *sweep, const struct dc_terms *rows,
			     size_t count);

#endif
