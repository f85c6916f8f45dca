/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to solver/: a maximum flow in 64-bit integers, and the two minimum cuts that it shows.
 *
 * The net has no source and no sink node. What the source still has to send is excess at a node,
 * and what a node can still send to the sink is room, excess below zero. Push-relabel (Goldberg and
 * Tarjan 1988), highest label first, with lists of the nodes of each label, so that a gap costs no
 * more than the nodes above it, and exact labels at the start and every so often after it
 * (Cherkassky and Goldberg 1997).
 *
 * Excess is pushed to room, or room to excess over the same arcs turned around, whichever ends
 * sooner: what is stuck costs many relabels, and which of the two it is depends on the cut, and is
 * not known before. Any push of either kind is a step towards the same maximum.
 *
 * At the end no residual path leads from excess to room. That is enough for both extreme minimum
 * cuts: the least source side is what the nodes that still have excess reach, the greatest is what
 * does not reach any room. (Every minimum cut has all excess on its source side and only saturated
 * arcs out of it, so it contains the first set; that set is closed, so it is a minimum cut itself.)
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
	int64_t left[2]; /* residual capacity to the head, and back from it */
};

struct dc_preflow_node {
	int64_t excess; /* below 0: room. All sums below 2^62 */
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
	bool turned; /* room is pushed to excess, and both words mean the other one below */
	uint32_t *label; /* links to the nearest room, plus one; `unreached`: none can be reached */
	uint32_t *queue;
	uint32_t *active, *level; /* lists by label */
	uint32_t base, end, unreached, highest_active, highest;
	size_t work, work_limit;
	int64_t moved; /* to room since labels were exact */
	int64_t movable; /* no more than this, then */
};

/* Room for `nodes` nodes and `halves` halves; the caller sets `first`. End it with dc_preflow_done.
 */
void dc_preflow_start(struct dc_preflow *p, size_t nodes, size_t halves);
void dc_preflow_done(struct dc_preflow *p);

/* Sends as much excess as can get there to the room, within the nodes [base, end), which no half
 * leaves. */
void dc_preflow_run(struct dc_preflow *p, uint32_t base, uint32_t end);

/* The same, but pushes in one direction only: excess to room, or room to excess. So only what can
 * get there is moved in the end if all of it can. */
void dc_preflow_drain(struct dc_preflow *p, uint32_t base, uint32_t end, bool room);

/* After a run: sets least[v] to whether v is on the least source side, and greatest[v] likewise. */
void dc_preflow_least(struct dc_preflow *p, bool *least);
void dc_preflow_greatest(struct dc_preflow *p, bool *greatest);

#endif
