/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The optimal cut at one lambda: of all sides that keep the constraints, one of least
 *
 *	kernel lines + lambda * crossings
 *
 * and among equals the one with the least kernel side (a subset of every other). Exact: integers
 * and fractions only. Independent of the order in which the problem was given.
 */
#ifndef DC_SOLVER_CUT_H
#define DC_SOLVER_CUT_H

#include "flow.h"
#include "problem.h"
#include "ratio.h"

enum dc_placement {
	DC_PLACEMENT_KERNEL,
	DC_PLACEMENT_USER,
	DC_PLACEMENT_BOTH
}; /* BOTH: see problem.h */

/* The cost of a choice of sides. kernel_loc + user_loc is always the problem's lines, and
 * kernel_count + user_count its nodes; replicated_* are those of the kernel's that also have a copy
 * on the user side. Crossings are weights (calls in problem->seconds). */
struct dc_tally {
	int64_t kernel_loc, user_loc, replicated_loc;
	size_t kernel_count, user_count, replicated_count;
	int64_t upcalls, downcalls; /* between nodes */
	int64_t entry_calls; /* upcalls by the kernel proper */
	int64_t kernel_calls; /* downcalls to the kernel proper */
	int64_t crossings; /* the four together */
};

/* Measures any choice of sides. in_kernel[node]; constraints are not checked. placements: NULL, or
 * room for every node's placement. */
void dc_tally_sides(const struct dc_problem *problem, const bool *in_kernel,
		    struct dc_tally *ret_tally, enum dc_placement *placements);

/* At what price to cut. lambda and delay_ns say the same; make it with one of the two functions. */
struct dc_terms {
	struct dc_ratio lambda; /* lines per unit of crossing weight */
	struct dc_ratio delay_ns; /* of one crossing */
	int64_t price; /* lines that one whole CPU spent in crossings is worth, >= 1 */
};

/* Return 0; -EINVAL after reporting: numbers that do not fit 63 bits, price < 1. */
int dc_terms_of_delay(struct dc_diag *diag, const struct dc_problem *problem,
		      struct dc_ratio delay_ns, int64_t price, struct dc_terms *ret_terms);
int dc_terms_of_lambda(struct dc_diag *diag, const struct dc_problem *problem,
		       struct dc_ratio lambda, int64_t price, struct dc_terms *ret_terms);

/* Share of one CPU spent in crossings, 1 being all of it; for people only. */
double dc_overhead(const struct dc_problem *problem, struct dc_ratio delay_ns, int64_t crossings);

enum dc_prove { DC_PROVE_FLOW, DC_PROVE_LP, DC_PROVE_AUTO };

struct dc_cut_options {
	enum dc_flow_engine engine;
	/* AUTO: LP too, up to DC_PROVE_AUTO_NODES nodes, if GLPK can; LP: or it is an error. */
	enum dc_prove prove;
	bool no_reasons;
};

#define DC_PROVE_AUTO_NODES 1000

/* One step of a reason: why `node` is on its side. */
struct dc_step {
	const char *text;
	size_t node; /* the function that the step is about; of the first step, the one explained */
	size_t via; /* whose side that follows from, explained by the next step; else `node` */
	struct dc_basis basis; /* code always set; strings borrowed from the problem, or constant */
};

/* The last step is a pin, or the price of a node that is free to move. */
struct dc_reason {
	const struct dc_step *steps; /* nearest cause first; arena */
	size_t count;
};

struct dc_cut {
	struct dc_arena *arena;
	const struct dc_problem *problem; /* borrowed */
	struct dc_terms terms;
	bool *in_kernel; /* of each node */
	enum dc_placement *placements;
	struct dc_tally tally;
	struct dc_ratio value; /* kernel_loc + lambda * crossings */
	struct dc_reason *reasons; /* of each node; NULL with no_reasons */
	/* The proof, all times lambda.q: the flow that the cut is equal to, and the dual solution
	 * of the LP, rounded to integers and found feasible. -1: not made. */
	const char *flow_engine; /* that found it: "igraph", "push", "both", "none needed" */
	const char *no_lp; /* why the LP proved nothing; NULL if it did */
	const char *method; /* NULL: what these say; else how a budget's cut was found */
	__int128 proved_by_flow, proved_by_lp;
};

/* Finds the cut. *ret_cut: caller frees with dc_cut_free; problem must outlive it.
 * Returns 0; after reporting: -EINVAL: contradictory constraints (the chain of reasons is in
 * notes); -ERANGE: numbers too large, or the LP's proof was asked for by name and GLPK cannot give
 * one; -ENOTRECOVERABLE: a proof failed. */
int dc_cut_solve(struct dc_diag *diag, const struct dc_problem *problem,
		 const struct dc_terms *terms, const struct dc_cut_options *options,
		 struct dc_cut **ret_cut);
void dc_cut_free(struct dc_cut *cut); /* takes NULL */

/* A cut out of given sides, which must keep the constraints; for sides found some other way.
 * Nothing is proved. */
struct dc_cut *dc_cut_of_sides(const struct dc_problem *problem, const struct dc_terms *terms,
			       const bool *in_kernel);

/* The steps of a reason without their words: an array of {node, via, code, ...}. */
struct json_t *dc_reason_json(const struct dc_problem *problem, const struct dc_reason *reason);

/* cut.json as a document; caller frees with json_decref. */
struct json_t *dc_cut_json(const struct dc_cut *cut);

/* A cut.json, read back, for `compare` and for callers that act on a cut. */
struct dc_sides {
	struct dc_arena *arena;
	const char *driver; /* or NULL */
	struct dc_ratio lambda;
	int64_t kernel_loc, user_loc, replicated_loc, crossings;
	bool is_estimated; /* the weights are a guess */
	DC_VEC(struct dc_sides_node {
		const char *id;
		enum dc_placement placement;
		const char *reason; /* the nearest one, or "" */
		int64_t weight; /* of all its calls, made and taken; -1: not said */
	})
	nodes; /* sorted by id */
};

/* Reads a cut.json. Caller frees with dc_sides_free. Returns 0, or -errno after reporting. */
int dc_sides_read(struct dc_diag *diag, const char *path, struct dc_sides **ret_sides);
void dc_sides_free(struct dc_sides *sides); /* takes NULL */

/* The node of that id, or NULL. */
struct dc_sides_node *dc_sides_find(const struct dc_sides *sides, const char *id);

/* Checks that a cut keeps the constraints of a problem that may be younger than it. Nodes that only
 * one of the two has are not looked at. advice: the command that makes a cut that keeps them.
 * Returns 0, or -EINVAL after reporting, for each node that is where it must not be, one reason. */
int dc_sides_check(struct dc_diag *diag, const struct dc_problem *problem,
		   const struct dc_sides *sides, const char *path, const char *advice);

extern const char *const dc_placement_names[]; /* "kernel", "user", "both" */

#endif
