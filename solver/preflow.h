/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to solver/: a maximum preflow in 64-bit integers, and the two minimum cuts that it shows.
 *
 * The net has no source and no sink node. The arcs from the source are saturated before the start,
 * so a node has `excess`, what the source has sent to it; the arc to the sink is `room`, what the
 * node can still send there. Push-relabel (Goldberg and Tarjan 1988), highest label first, with
 * lists of the nodes of each label, so that a gap costs no more than the nodes above it, and exact
 * labels at the start and every so often after it (Cherkassky and Goldberg 1997).
 *
 * A maximum preflow is enough for both extreme minimum cuts: the least source side is what the
 * nodes that still have excess reach, the greatest is what does not reach any room. (Every minimum
 * cut has all excess on its source side and only saturated arcs out of it, so it contains the first
 * set; that set is closed, so it is a minimum cut itself.)
 */
#ifndef DC_SOLVER_PREFLOW_H
#define DC_SOLVER_PREFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction of the link between two nodes. */
struct dc_half {
	uint32_t head;
	uint32_t twin; /* the other direction */
	int64_t left; /* residual capacity */
};

struct dc_preflow_node {
	int64_t excess, room; /* all sums below 2^62 */
	/* The rest is scratch. */
	uint32_t current; /* the half to look at next */
	uint32_t next_active, next, prev; /* in the lists of its label */
};

/* Halves of v: halves[first[v] .. first[v + 1]). */
struct dc_preflow {
	const uint32_t *first;
	struct dc_half *halves;
	struct dc_preflow_node *nodes;
	/* Scratch. */
	uint32_t *label; /* links to the nearest room, plus one; `unreached`: none can be reached */
	uint32_t *queue;
	uint32_t *active, *level; /* lists by label */
	uint32_t base, end, unreached, highest_active, highest;
	size_t work, work_limit;
};

/* Room for `nodes` nodes and `halves` halves; the caller sets `first`. End it with dc_preflow_done.
 */
void dc_preflow_start(struct dc_preflow *p, size_t nodes, size_t halves);
void dc_preflow_done(struct dc_preflow *p);

/* Sends as much excess as can get there to the room, within the nodes [base, end), which no half
 * leaves. */
void dc_preflow_run(struct dc_preflow *p, uint32_t base, uint32_t end);

/* After a run: sets least[v] to whether v is on the least source side, and greatest[v] likewise. */
void dc_preflow_least(struct dc_preflow *p, bool *least);
void dc_preflow_greatest(struct dc_preflow *p, bool *greatest);

#endif
