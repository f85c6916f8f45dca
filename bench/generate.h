/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Problems of any size from a seed, to measure the solver with.
 *
 *	calls	shaped like a driver's call graph: clusters (files), most calls within a cluster,
 *		a few much-called helpers, weights with a heavy tail, some pinned entry points
 *	rmf	Goldfarb and Grigoriadis' frames: square grids one behind another, each node
 *		joined to its neighbours by large weights and to one of the next frame by a small
 *one levels	Washington's random level graphs: rows, each node to three of the next
 */
#ifndef DC_BENCH_GENERATE_H
#define DC_BENCH_GENERATE_H

#include "solver/problem.h"

/* Returns a finished problem of about `nodes` nodes, NULL if there is no such family. Caller frees
 * with dc_problem_free. */
struct dc_problem *dc_generate(const char *family, size_t nodes, uint64_t seed);

#endif
