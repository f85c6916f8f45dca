/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recorded calls and the graph: which calls of the graph a recorded call stands for.
 *
 * A recording of a module as distributions build it differs from the source. The calls of a
 * function that was inlined carry its caller's name, and so do those of a function that was left by
 * a jump in place of a call and a return (a tail call). Such a call is charged to the graph's path
 * from its caller to its callee:
 * - through functions that the recording never shows as callee: they were inlined. Each call of the
 *   path is charged. An inlined function thus counts once for each call that it makes, which is an
 *   upper bound; one that calls nothing cannot be counted.
 * - failing that, also through functions that it shows as called by the same caller: the last of
 *   these was left by a jump, and the path is charged from there on, as the calls up to it were
 *   recorded;
 * - failing that, through any function: it was inlined at this place only.
 * The shortest path is taken; of several, the first in the order of the graph.
 *
 * A call without a path contradicts the graph. A graph that lacks an edge is unsound, so such calls
 * are not dropped: dc_charge_kind says what a user of them must assume.
 */
#ifndef DC_PROBLEM_CHARGE_H
#define DC_PROBLEM_CHARGE_H

#include "graph/graph.h"
#include "profile/profile.h"

enum dc_charge_kind {
	DC_CHARGE_EDGE, /* the graph has this call */
	DC_CHARGE_INLINED, /* a path, through functions that were inlined everywhere */
	DC_CHARGE_JUMPED, /* a path, and one of its functions was left by a tail call */
	DC_CHARGE_PARTLY, /* a path, and one of its functions was inlined at this place only */
	/* The graph has the functions, but no path. The caller may hold any lock, in any context.
	 */
	DC_CHARGE_UNSEEN,
	DC_CHARGE_STRANGER, /* the graph lacks the caller or the callee */
};

struct dc_charge {
	const struct dc_profile_edge *recorded; /* borrowed from the profile */
	enum dc_charge_kind kind;
	/* Functions, each calls the next; the last one calls the kernel if recorded->kernel is set.
	 * An entry with a path of one function: the kernel calls it. UNSEEN: caller, if it is not
	 * the kernel, and callee. STRANGER: the callee, if the graph has it. */
	dc_indices path;
};

struct dc_charges {
	DC_VEC(struct dc_charge) list; /* in the order of the profile: edges, then entries */
	uint64_t calls; /* in the profile; a call to or from the kernel is one */
	uint64_t path_calls; /* those that stand for a path */
	uint64_t missing_calls; /* those that contradict the graph */
	/* Those of them that suggest another source: not the kernel's calls of a function that is
	 * no entry point, as another module may call it. */
	uint64_t foreign_calls;
};

/* Finds the charges of all recorded calls. End it with dc_charges_done. */
void dc_charges_find(const struct dc_graph *graph, const struct dc_profile *profile,
		     struct dc_charges *ret);
void dc_charges_done(struct dc_charges *charges); /* takes a zeroed one */

/* True if the graph contradicts the recorded call. */
static inline bool dc_charge_missing(const struct dc_charge *charge)
{
	return charge->kind >= DC_CHARGE_UNSEEN;
}

/* "CALLER -> CALLEE", the kernel as "(kernel)"; arena. */
const char *dc_charge_text(struct dc_arena *arena, const struct dc_charge *charge);

/* A profile is of another source if more of its calls than these are foreign. */
#define DC_CHARGES_FOREIGN_MAX_PERCENT 5

/*
 * dc_charges_check - warns of the calls that contradict the graph.
 * Returns 0; or, after reporting, -EINVAL: the foreign ones are more than
 * DC_CHARGES_FOREIGN_MAX_PERCENT of all.
 */
int dc_charges_check(struct dc_diag *diag, const struct dc_graph *graph,
		     const struct dc_charges *charges);

#endif
