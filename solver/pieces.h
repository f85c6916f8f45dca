/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to solver/: free groups as a compact graph, in pieces that no arc connects.
 *
 * A node outside every piece has its side for good, and the arcs from and to it are weights of
 * the nodes that are left: `if_user` and `if_kernel`. So pieces can be cut one by one, each at a
 * lambda of its own, and a piece that is cut falls apart into smaller ones. A generation of pieces
 * is made out of the one before it, which shrinks with every node whose threshold is known.
 */
#ifndef DC_SOLVER_PIECES_H
#define DC_SOLVER_PIECES_H

#include "model.h"

#define DC_WEIGHT_HARD (-1) /* may never be cut */

/* One direction of the link between two nodes. */
struct dc_link_half {
	uint32_t head;
	uint32_t twin; /* the other direction */
};

/* The price when the tail of a half is in the kernel and its head is not, and the other way
 * around. Its twin has both as well, so that a walk over halves goes straight through memory. */
struct dc_link_weight {
	int64_t forth, back;
};

struct dc_piece {
	uint32_t begin, end; /* its nodes */
	bool bounded; /* all of it is in the kernel at some lambda */
};

struct dc_pieces {
	uint32_t nodes;
	uint32_t *group; /* of the model, of each node */
	int64_t *loc, *if_user, *if_kernel; /* of each node */
	uint32_t *first; /* halves of v: first[v] .. first[v + 1] */
	struct dc_link_half *halves;
	struct dc_link_weight *weight; /* of each half */
	double *flow; /* of each half, in weight: the last flow, to start the next one from; below
			 0: back */
	DC_VEC(struct dc_piece) list;
};

/* The groups in [a, b) of an order as one piece, connected or not. Caller ends it with
 * dc_pieces_done. */
void dc_pieces_of_range(struct dc_pieces *pieces, const struct dc_model *model,
			const struct dc_order *order, size_t a, size_t b);
/* Room for as much as `like` has. */
void dc_pieces_like(struct dc_pieces *pieces, const struct dc_pieces *like);
void dc_pieces_clear(struct dc_pieces *pieces); /* keeps the room */
void dc_pieces_done(struct dc_pieces *pieces);

/* The state of a node after its piece was cut. */
enum dc_fate {
	DC_FATE_KERNEL, /* in the kernel at this lambda: its threshold is lower */
	DC_FATE_SETTLED, /* its threshold is known: this lambda */
	DC_FATE_USER, /* on the user side: its threshold is not lower */
};

/*
 * Adds the pieces into which the nodes of `piece` fall apart that are not settled to the next
 * generation. Those of DC_FATE_KERNEL are bounded, others if the piece was. For a piece that is not
 * bounded, what is settled stays on the user side; there is no DC_FATE_USER then.
 * new_node, new_half: scratch, room for the nodes and halves of `pieces`.
 */
void dc_pieces_split(const struct dc_pieces *pieces, const struct dc_piece *piece,
		     const enum dc_fate *fate, struct dc_pieces *next, uint32_t *new_node,
		     uint32_t *new_half);

#endif
