/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to solver/: a problem after its hard constraints have been followed to their ends.
 *
 * From the pins the constraints force sides (and a node forced to both is a contradiction, told as
 * the chain that causes it). Forced nodes are contracted into the two sides, each free `together`
 * into one group. A cut problem in free groups remains, with arcs that are paid when the tail is in
 * the kernel and the head is not, or hard, when that may not be.
 *
 * A state of the search is an order of the groups and two marks, a <= b: the groups before a are in
 * the kernel, those from b on are on the user side, those between are free.
 */
#ifndef DC_SOLVER_MODEL_H
#define DC_SOLVER_MODEL_H

#include "cut.h"
#include "flow.h"
#include "problem.h"
#include "ratio.h"

/* Why a node has a side that it was not free to choose. */
enum dc_cause_kind {
	DC_CAUSE_NONE,
	DC_CAUSE_PIN, /* ref: pin */
	DC_CAUSE_FOLLOW, /* ref: follow */
	DC_CAUSE_TOGETHER, /* ref: together */
	DC_CAUSE_COPY, /* ref: edge into a replicated node */
};

struct dc_cause {
	enum dc_cause_kind kind;
	size_t ref;
	size_t via; /* the node this one's side comes from; itself for a pin */
	size_t steps; /* to the pin */
};

/* The constraints that touch a node: of[first[v] .. first[v + 1]). */
struct dc_links {
	size_t *first;
	struct dc_link {
		enum dc_cause_kind kind; /* FOLLOW, TOGETHER or COPY */
		bool out; /* the node is the constraint's `from` */
		size_t ref;
	} *of;
};

#define DC_GROUP_KERNEL (SIZE_MAX - 1)
#define DC_GROUP_USER	(SIZE_MAX - 2)

struct dc_model_arc {
	uint32_t tail, head; /* groups */
	int64_t weight; /* paid when the tail is in the kernel and the head is not */
	bool hard; /* that may not be */
};

struct dc_model {
	const struct dc_problem *problem; /* borrowed */
	struct dc_links links;
	struct dc_cause *forced[2]; /* [side][node] */
	size_t *group; /* of each node: a group, DC_GROUP_KERNEL or DC_GROUP_USER */
	size_t groups;
	int64_t *loc; /* of each group */
	int64_t *if_user, *if_kernel; /* weight of each group towards the two forced sides */
	DC_VEC(struct dc_model_arc) arcs; /* sorted by tail, then head; one for each pair */
	size_t *out; /* arcs that leave g: out[g] .. out[g + 1] */
	size_t *in, *in_arcs; /* arcs that enter g: in_arcs[in[g] .. in[g + 1]) */
	int64_t kernel_loc, weight; /* of what is forced */
};

/* Returns 0; -EINVAL after reporting: contradictory constraints. Free contents with dc_model_done.
 */
int dc_model_start(struct dc_diag *diag, struct dc_model *model, const struct dc_problem *problem);
void dc_model_done(struct dc_model *model);

/* Adds the chain that forces a node to a side, nearest cause first; strings live in the arena. */
typedef DC_VEC(struct dc_step) dc_steps;
void dc_model_chain(const struct dc_model *model, struct dc_arena *arena, size_t node,
		    enum dc_side side, dc_steps *steps);

/* One step of such a chain: why `node` has that side. first: the node that the chain explains, as
 * the words name only others. */
struct dc_step dc_cause_step(const struct dc_problem *problem, struct dc_arena *arena,
			     const struct dc_cause *cause, enum dc_side side, size_t node,
			     size_t first);

struct dc_order {
	size_t *at; /* groups in order */
	size_t *place; /* of each group in it */
};
void dc_order_start(struct dc_order *order, const struct dc_model *model);
void dc_order_done(struct dc_order *order);

/*
 * Cuts the free groups of [a, b) at lambda (infinite: by weight alone), moves the ones that go to
 * the kernel to the front of the range, both parts keeping their order, and returns in *ret_middle
 * where the second part begins. *ret_saved: the range's cost with all of it on the user side minus
 * the cost of this cut, times lambda.q.
 * Returns 0, or -errno as dc_flow_cut does.
 */
struct dc_range {
	const struct dc_model *model;
	struct dc_order *order;
	enum dc_flow_engine engine;
	size_t flows; /* counts the calls */
	enum dc_flow_engine used; /* by the last call; AUTO: there was nothing to cut */
};
int dc_range_cut(struct dc_diag *diag, struct dc_range *range, size_t a, size_t b,
		 struct dc_ratio lambda, enum dc_flow_which which, size_t *ret_middle,
		 int64_t *ret_saved);

/* The flow net of the free groups of [a, b); range->engine does not matter. Adds to net, which is
 * empty. Returns 0; -ERANGE after reporting. End it with dc_vec_done(&net->arcs). */
int dc_range_net(struct dc_diag *diag, const struct dc_range *range, size_t a, size_t b,
		 struct dc_ratio lambda, struct dc_flow_net *net);

/* Lines of the groups of [a, b). */
int64_t dc_range_loc(const struct dc_range *range, size_t a, size_t b);
/* How much less crosses with [a, b) in the kernel than with it on the user side. */
int64_t dc_range_drop(const struct dc_range *range, size_t a, size_t b);

#endif
