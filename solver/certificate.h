/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A certificate of a sweep: enough to check, in one walk over the problem and without any solver,
 * that the sweep is right at every lambda from 0 to infinity.
 *
 * The optimal kernel sides are nested, S0 in S1 in ... in Sm, so the nodes fall into groups: S0,
 *what enters at each breakpoint, and what never enters. The proof has one flow for each group,
 *within the group: the nodes that entered before count as the source, those that enter later as the
 *sink. So the whole certificate has one number for each edge whose ends enter together, however
 *many breakpoints there are.
 *
 * Why that is enough. Let f(S) be what a kernel side S costs at a lambda, and G the group that
 * enters at lambda g, between the cuts S and S + G.
 * - A flow at g that fills all arcs out of the source and all arcs into the sink shows that S, and
 *   S + G, are least of all S + X with X within G: f(S + X) >= f(S) = f(S + G).
 * - Divided by lambda, only the lines depend on it. S + G has at least the lines of S + X, and S at
 *   most, so above g nothing between beats S + G, and below g nothing beats S.
 * - f is submodular: f(A or B) + f(A and B) <= f(A) + f(B). Group by group, from Sk down and up: at
 *a lambda between the breakpoints of Sk, no set within Sk and no set around Sk is better than Sk,
 *   so none is: f(T) >= f(T or Sk) + f(T and Sk) - f(Sk) >= f(Sk).
 * - Sk is the least of the optimal sides: there is no optimal one around it that is smaller, and
 *one within it would leave out, of some group, nodes without lines that no residual arc joins to
 *   nodes with lines. A walk over the residual arcs shows that there are none.
 *
 * The ends need less. At lambda 0 only lines count: S0 must be what the pins drag into the kernel,
 * no more. A group that enters at 0 has no lines; there, and for what never enters, only crossings
 * count, so their flows are those of lambda 1/0.
 *
 * Flows are listed in the problem's order (sorted as in problem.h), for a group those of
 *	edges		within it: what flows from -> to, less what flows back; at most p * calls,
 *at least -p * down; into a replicated node: no limit, and at least 0 follow		from -> to,
 *within it, no limit together	each node -> the next, the last -> the first, no limit
 */
#ifndef DC_SOLVER_CERTIFICATE_H
#define DC_SOLVER_CERTIFICATE_H

#include "sweep.h"

/* Makes the certificate of a sweep, with our own max-flow, and writes it ("-": standard output).
 * Returns 0, or -errno after reporting: -ERANGE: numbers too large. */
int dc_certificate_write(struct dc_diag *diag, const char *path, const struct dc_sweep *sweep);

#endif
