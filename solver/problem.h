/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The partitioning problem: what the solver takes. It knows nothing of drivers.
 *
 * Every node goes to the kernel side or to the user side. A kernel-side node costs its lines
 * (`loc`); whatever crosses costs its weight times lambda (ratio.h):
 *
 *	edge from->to	`calls` when from is in the kernel and to on the user side (an upcall),
 *			`down` when from is on the user side and to in the kernel (a downcall)
 *	node		`entry_calls` when it is on the user side (upcalls by the kernel proper),
 *			`kernel_calls` when it is on the user side (downcalls to the kernel proper)
 *
 * Weights are calls in `seconds` seconds of workload. Hard constraints, each with its reason: a
 * pin (the side is given), follow (from in the kernel => to in the kernel), together (one side).
 *
 * Replication. A node marked `replicable` may have a copy on each side. The user side always has
 * its copy at no cost, so a call to the node from there never crosses. The kernel has a copy, and
 * its lines count there, as soon as any caller is in the kernel. In the cut the node stands for the
 * kernel copy: every edge into it weighs nothing and says "caller in the kernel => copy in the
 * kernel". A copy must be able to run on either side without crossing, so a replicable node
 * has no kernel_calls (add them to its callers) and calls replicable nodes only. A node with a
 * pin or in a `together` has one side by order: the mark is then ignored, and so is the mark of
 * whoever calls it. The side "both" is reported for a kernel copy that also has callers on the
 * user side; its lines are in the kernel's.
 */
#ifndef DC_SOLVER_PROBLEM_H
#define DC_SOLVER_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"

enum dc_side { DC_SIDE_KERNEL, DC_SIDE_USER };

#define DC_NO_NODE SIZE_MAX

/* The origin of the weights: counted; none at all, so that only lines and constraints matter; or a
 * guess from the source. */
enum dc_weights { DC_WEIGHTS_COUNTED, DC_WEIGHTS_NONE, DC_WEIGHTS_ESTIMATED };

extern const char *const dc_weights_names[]; /* "counted", "none", "estimated", NULL */

struct dc_problem_node {
	const char *id;
	int64_t loc; /* lines, >= 0 */
	int64_t kernel_calls, entry_calls; /* >= 0, see above */
	bool replicable; /* as marked */
	bool replicated; /* set by dc_problem_finish: the mark holds (no pin, no together, ...) */
};

struct dc_problem_edge {
	size_t from, to;
	int64_t calls, down;
};

/* What a constraint follows from, for programs: its `reason` says the same in words. NULL or 0: not
 * said. The solver passes it on and does not read it. */
struct dc_basis {
	const char *code; /* a kind of reason: "critical-root", "no-rule" (docs/formats.md) */
	const char *subject; /* the lock, kernel symbol, structure or parameter that matters */
	const char *function, *file; /* where in the driver's source; file relative to it */
	unsigned line;
};

struct dc_problem_pin {
	size_t node;
	enum dc_side side;
	const char *reason;
	struct dc_basis basis;
};

struct dc_problem_follow {
	size_t from, to;
	const char *reason;
	struct dc_basis basis;
};

struct dc_problem_together {
	size_t *nodes; /* sorted */
	size_t count;
	const char *reason;
	struct dc_basis basis;
};

/*
 * Invariants after dc_problem_finish: nodes sorted by id, ids unique; edges sorted, one for each
 * (from, to), none from a node to itself; pins, follows and togethers sorted, no two equal; the sum
 * of all loc and the sum of all weights are each at most DC_PROBLEM_SUM_MAX. So the struct does
 * not depend on the order in which things were added, and nothing computed from it does.
 */
struct dc_problem {
	struct dc_arena *arena; /* owns all strings and lists */
	const char *name; /* for messages: the file it came from, or what was given to new */
	const char *driver; /* or NULL */
	int64_t seconds; /* of workload that the weights are for, >= 1 */
	enum dc_weights weighed; /* for people; the solver does not read it */
	DC_VEC(struct dc_problem_node) nodes;
	DC_VEC(struct dc_problem_edge) edges;
	DC_VEC(struct dc_problem_pin) pins;
	DC_VEC(struct dc_problem_follow) follows;
	DC_VEC(struct dc_problem_together) togethers;
	struct dc_problem_name *names; /* id -> node */
};

#define DC_PROBLEM_SUM_MAX (INT64_MAX / 4)

/* An empty problem; name is copied. Caller frees with dc_problem_free. */
struct dc_problem *dc_problem_new(const char *name);
void dc_problem_free(struct dc_problem *problem); /* takes NULL */

/*
 * Building: add in any order, then call dc_problem_finish once. Strings are copied. Node numbers
 * returned here are valid until dc_problem_finish, which sorts; ask dc_problem_find again after it.
 */

/* Returns the new node's number, or DC_NO_NODE if there is one of that id. Set the other fields in
 * problem->nodes.at[number]. */
size_t dc_problem_add_node(struct dc_problem *problem, const char *id, int64_t loc);
void dc_problem_add_edge(struct dc_problem *problem, size_t from, size_t to, int64_t calls,
			 int64_t down); /* parallel edges add up */
void dc_problem_add_pin(struct dc_problem *problem, size_t node, enum dc_side side,
			const char *reason);
void dc_problem_add_follow(struct dc_problem *problem, size_t from, size_t to, const char *reason);
void dc_problem_add_together(struct dc_problem *problem, const size_t *nodes, size_t count,
			     const char *reason);

/* A copy of a basis, with strings that die with the problem: for the basis of the pin, follow or
 * together that was added last. */
struct dc_basis dc_problem_basis(struct dc_problem *problem, const struct dc_basis *basis);

/* Sorts, merges and checks. Returns 0, or -EINVAL after reporting: a negative number, a replicable
 * node that cannot be replicated, -EOVERFLOW: sums above DC_PROBLEM_SUM_MAX. Contradictory pins are
 * not found here but by the solver, which names the chain. */
int dc_problem_finish(struct dc_diag *diag, struct dc_problem *problem);

/* A copy, not finished: add to it and finish it. Caller frees with dc_problem_free. */
struct dc_problem *dc_problem_copy(const struct dc_problem *problem);

/* The node's number, DC_NO_NODE if there is none. */
size_t dc_problem_find(const struct dc_problem *problem, const char *id);

int64_t dc_problem_loc(const struct dc_problem *problem); /* sum of all loc */

/* problem.json. Reading returns a finished problem, caller frees with dc_problem_free; or -errno
 * after reporting, with the place in the file. */
int dc_problem_read(struct dc_diag *diag, const char *path, struct dc_problem **ret_problem);
int dc_problem_parse(struct dc_diag *diag, const char *path, const char *text, size_t len_bytes,
		     struct dc_problem **ret_problem);

/* Writes a finished problem ("-": standard output). Returns 0, or -errno after reporting. */
int dc_problem_write(struct dc_diag *diag, const char *path, const struct dc_problem *problem);

#endif
