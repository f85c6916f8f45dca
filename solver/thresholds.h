/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to solver/: the lambda above which each free group is in the kernel.
 *
 * Divide and conquer over pieces (pieces.h). A piece is on the user side at a lower lambda and in
 * the kernel at a higher one. One flow at the lambda where the lines of these two cuts meet
 * shows the least and the greatest optimal kernel side there: what is in the least has a lower
 * threshold, what is not in the greatest has a higher one, and what is only in the greatest goes to
 * the kernel there. The two cuts themselves are the best ones if and only if the least is empty,
 * and then all of the piece goes to the kernel there.
 *
 * Three things keep this short: both sides of a split come from one flow; a piece that falls
 * apart is cut part by part, and a single group needs no flow; and a flow starts from the one that
 * made its piece (pieces.h), as it may start from any flow that keeps the capacities.
 *
 * Every lambda is an exact fraction and every cut is checked against its flow in integers.
 */
#ifndef DC_SOLVER_THRESHOLDS_H
#define DC_SOLVER_THRESHOLDS_H

#include "model.h"

struct dc_thresholds {
	struct dc_ratio *of; /* each group; DC_RATIO_INFINITE: never in the kernel */
	DC_VEC(struct dc_ratio) finite; /* each finite one at least once, in any order */
	size_t flows; /* max-flow calls it took */
};

/* Room for all groups of the model. End it with dc_thresholds_done. */
void dc_thresholds_start(struct dc_thresholds *thresholds, const struct dc_model *model);
void dc_thresholds_done(struct dc_thresholds *thresholds);

void dc_threshold_set(struct dc_thresholds *thresholds, size_t group, struct dc_ratio lambda);

/*
 * Finds the thresholds of the groups in [a, b) of the range's order. Those before a are in the
 * kernel and those from b on are on the user side, at every lambda; groups without lines alone must
 * gain nothing in the kernel. range->engine: AUTO and PUSH are the same, IGRAPH and BOTH as in
 * flow.h.
 * Returns 0, or as dc_flow_cut does.
 */
int dc_thresholds_find(struct dc_diag *diag, const struct dc_range *range, size_t a, size_t b,
		       struct dc_thresholds *thresholds);

#endif
