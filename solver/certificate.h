/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A certificate of a sweep: enough to check, in one walk over the problem a breakpoint and without
 * any solver, that the sweep is right at every lambda from 0 to infinity.
 *
 * It holds the nested cuts and a flow at lambda 0, at each breakpoint and at infinity. A flow
 * bounds from below what any choice of sides costs there. At a breakpoint its value is the cost of
 * the cut before and of the cut after; costs are straight lines in lambda and the optimum is
 * concave, so between two breakpoints nothing is below the line of the cut that is optimal at both.
 *Nodes that the source reaches in the residual graph are the least optimal side.
 *
 * The flow network is the problem itself, nothing contracted, at lambda p/q. Flows are listed in
 * the problem's order (sorted as in problem.h):
 *	node		[from the source, to the sink], up to p * (entry_calls + kernel_calls) and
 *			q * loc; no limit on the former for a node pinned to the kernel, nor on the
 *			latter for one pinned to the user side
 *	edge		[from -> to, to -> from], up to p * calls and p * down; into a replicated
 *			node: no limit, and 0
 *	follow		from -> to, no limit
 *	together	each node -> the next, the last -> the first, no limit
 */
#ifndef DC_SOLVER_CERTIFICATE_H
#define DC_SOLVER_CERTIFICATE_H

#include "sweep.h"

/* Makes the certificate of a sweep, with our own max-flow, and writes it ("-": standard output).
 * Returns 0, or -errno after reporting: -ERANGE: numbers too large. */
int dc_certificate_write(struct dc_diag *diag, const char *path, const struct dc_sweep *sweep);

#endif
