/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to solver/: the two extreme minimum cuts of one piece at one lambda. */
#ifndef DC_SOLVER_PIECE_CUT_H
#define DC_SOLVER_PIECE_CUT_H

#include "pieces.h"
#include "preflow.h"

struct dc_piece_cutter {
	struct dc_diag *diag;
	const char *name; /* of the problem, for messages */
	enum dc_flow_engine engine;
	struct dc_preflow preflow;
	bool *least, *greatest; /* of each node of the last piece: in the kernel at lambda? */
};

/* For pieces of at most so many nodes and halves. End it with dc_piece_cutter_done. */
void dc_piece_cutter_start(struct dc_piece_cutter *cutter, size_t nodes, size_t halves);
void dc_piece_cutter_done(struct dc_piece_cutter *cutter);

/* Sets cutter->least and cutter->greatest of the piece's nodes, and pieces->flow of its halves.
 * Returns 0; after reporting: -ERANGE: numbers too large; -ENOTRECOVERABLE: an engine failed, or
 * two disagree. */
int dc_piece_cut(struct dc_piece_cutter *cutter, struct dc_pieces *pieces,
		 const struct dc_piece *piece, struct dc_ratio lambda);

#endif
