/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cut drawn at random from all that keep the constraints: for tests of what acts on cuts. */
#ifndef DC_SOLVER_RANDOM_CUT_H
#define DC_SOLVER_RANDOM_CUT_H

#include "cut.h"

/*
 * dc_cut_random - draws a cut between a given one and that with everything in the kernel.
 *
 * Its kernel side has the nodes of `least`'s, each other node with a probability that is itself
 * drawn from the seed (replicable nodes, and those that must be on the user side, are not drawn),
 * and what the constraints take along. Each closed set of drawn nodes may come out. The draw of a
 * node depends on the seed and its id alone: not on the order of the nodes, nor on others.
 *
 * @least a cut of the same problem, such as the optimal one
 * @seed  the same seed gives the same cut
 * *ret_cut: at the terms of `least`, with reasons; caller frees with dc_cut_free; the problem must
 * outlive it. Returns 0, or what dc_cut_solve returns of a problem that it could solve before.
 */
int dc_cut_random(struct dc_diag *diag, const struct dc_cut *least, uint64_t seed,
		  struct dc_cut **ret_cut);

#endif
