/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver as a partitioning problem: its functions are nodes with their lines, its calls are edges
 * with the profile's counts, and what forbids a cut is a constraint. This is the last stage that
 * knows a driver; solver/ takes any problem.
 *
 * Weights. An edge weighs its calls in the profile's workload; charge.h says which edges a recorded
 * call stands for. An entry point weighs the kernel's calls to it. A function's calls to the kernel
 * weigh what perf counted; inline functions of the headers that act on the machine or on shared
 * words (readl, set_bit) cannot be probed, so they weigh their call sites times the calls of the
 * function that they are in. Calls that the process makes without the kernel (an access to a mapped
 * register) weigh nothing: dc_constraints.weightless.
 *
 * Constraints, each with its reason:
 * - critical roots are in the kernel; the callee of an atomic call follows its caller into it;
 * - a function that disables interrupts, softirqs or preemption, or reads under RCU, is in the
 *   kernel: a process can do none of these;
 * - functions that take a spinlock which atomic code takes are in the kernel; functions that take
 *   any other spinlock stay together; what is called with a spinlock held follows its caller;
 * - a field that atomic code writes and others use without a common lock is in memory that both
 *   sides map or, with DC_FIELDS_PIN, its users are in the kernel;
 * - module init and exit functions are in the kernel: no process exists yet, or any more;
 * - of a recorded call that the graph lacks, nothing is known but that it ran: caller and callee
 *   stay together; the callee is in the kernel if the kernel or an unknown function called it.
 *
 * A function may be replicated if it calls only inline functions that compute, takes no lock,
 * writes only its own variables, and is only called by name.
 */
#ifndef DC_PROBLEM_BUILD_H
#define DC_PROBLEM_BUILD_H

#include "graph/graph.h"
#include "marshal/constraints.h"
#include "profile/profile.h"
#include "solver/problem.h"

/* Fields that atomic code writes and other code uses without a common lock: in memory that both
 * sides map, or a pin for every function that uses one (shared_fields.h). */
enum dc_fields { DC_FIELDS_MAP, DC_FIELDS_PIN };

/*
 * dc_problem_of_driver - the problem of a driver.
 * @profile      NULL: all weights are 0, and problem->weighed says so
 * @fields       how fields that atomic code writes are treated
 * @constraints  those of marshal/, and the calls that weigh nothing; or NULL
 * Returns 0 and a finished problem (caller frees with dc_problem_free); or, after reporting,
 * -EINVAL: more calls of the profile contradict the graph than dc_charges_check allows, or
 * -EOVERFLOW: weights too large.
 */
int dc_problem_of_driver(struct dc_diag *diag, const struct dc_graph *graph,
			 const struct dc_profile *profile, enum dc_fields fields,
			 const struct dc_constraints *constraints, struct dc_problem **ret_problem);

#endif
