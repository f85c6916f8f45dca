/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why one node is where it is, from which delay on, and what it would cost to have it elsewhere. */
#ifndef DC_SOLVER_EXPLAIN_H
#define DC_SOLVER_EXPLAIN_H

#include "cut.h"
#include "sweep.h"

enum dc_threshold { DC_THRESHOLD_ALWAYS, DC_THRESHOLD_ABOVE, DC_THRESHOLD_NEVER };

struct dc_hold {
	size_t other; /* the node at the edge's other end, or DC_NO_NODE: the kernel proper */
	bool outgoing; /* the node calls the other; else it is called */
	int64_t calls,
		down; /* the edge's weights; for the kernel proper the one paid on the user side */
	int64_t paid; /* what of it crosses now */
};

struct dc_explanation {
	struct dc_arena *arena;
	size_t node;
	enum dc_placement placement;
	struct dc_reason reason; /* nearest cause first; arena */
	/* In the kernel always, above a delay (but not at it), or at none. */
	enum dc_threshold threshold;
	struct dc_terms above;
	/* Had it to be on the other side: possible? the value then, and who else moves. A node that
	 * is on both sides is asked to be on the user side only. */
	enum dc_side other_side;
	bool movable;
	struct dc_ratio value, value_moved;
	struct dc_tally tally, tally_moved;
	const size_t *followers; /* sorted, the node itself not among them */
	size_t follower_count;
	DC_VEC(struct dc_hold) holds; /* heaviest first */
};

/* sweep and cut are of the same problem. *ret_explanation: caller frees with
 * dc_explanation_free. Returns 0, or as dc_cut_solve does. */
int dc_explain(struct dc_diag *diag, const struct dc_cut *cut, const struct dc_sweep *sweep,
	       size_t node, struct dc_explanation **ret_explanation);
void dc_explanation_free(struct dc_explanation *explanation); /* takes NULL */

struct json_t *dc_explanation_json(const struct dc_explanation *explanation,
				   const struct dc_problem *problem);

#endif
