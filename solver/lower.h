/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a driver to the solver's problem: lines and constraints out of the graph, weights out of the
 * profile.
 *
 * Weights. An edge weighs its calls in the profile's workload, an entry the kernel's calls. A
 * function's calls to the kernel proper are what perf counted; inline functions of the headers that
 * act on the machine or on shared words (readl, set_bit), which no probe can see, weigh their call
 * sites times the calls of the function they are in. Calls that the process can do without the
 * kernel (a register that it has mapped) weigh nothing: dc_lower_given.weightless.
 *
 * Constraints, each with its reason:
 * - critical roots are in the kernel; an atomic call takes its callee along with its caller;
 * - a function that switches interrupts, softirqs or preemption off, or reads under RCU, is in the
 *   kernel: a process cannot do it;
 * - holders of a spinlock that atomic code takes are in the kernel, holders of another stay
 *   together, and what is called while a spinlock is held goes with its caller;
 * - a field that atomic code writes, used without a common lock, is memory that both sides map; or,
 *   with DC_FIELDS_PIN, its users are in the kernel (shared_fields.h);
 * - what runs when the module is loaded or unloaded is in the kernel: no process is there yet.
 *
 * Replicable: a function that calls nothing but local inline functions, takes no lock, writes
 * nothing beyond its own variables, and is called by name only.
 */
#ifndef DC_SOLVER_LOWER_H
#define DC_SOLVER_LOWER_H

#include "graph/graph.h"
#include "profile/profile.h"
#include "solver/problem.h"

enum dc_fields { DC_FIELDS_MAP, DC_FIELDS_PIN };

/* A function that something outside the graph keeps in the kernel. */
struct dc_lower_pin {
	const char *function; /* one that the graph does not know is passed over */
	const char *reason;
	unsigned mark; /* of whoever gives it; means nothing here */
};

typedef DC_VEC(struct dc_lower_pin) dc_lower_pins;

/* Two functions that something outside the graph keeps on one side. */
struct dc_lower_group {
	const char *functions[2]; /* as of a pin */
	const char *reason;
	unsigned mark; /* as of a pin */
};

typedef DC_VEC(struct dc_lower_group) dc_lower_groups;

typedef DC_VEC(const char *) dc_lower_names;

struct dc_lower_given {
	dc_lower_pins pins;
	dc_lower_groups groups;
	dc_lower_names weightless; /* functions of the kernel: calls to them are no crossings */
};

/* Frees the lists; strings are the giver's. */
void dc_lower_given_done(struct dc_lower_given *given);

/*
 * dc_lower - the problem of a driver.
 * @profile NULL: all weights are 0
 * @fields  what becomes of fields that atomic code writes
 * @given   more constraints, and what weighs nothing; or NULL
 * Returns 0 and a finished problem (caller frees with dc_problem_free); or, after reporting,
 * -EINVAL: the profile has functions or edges that the graph does not know (they are named), or
 * -EOVERFLOW: weights too large.
 */
int dc_lower(struct dc_diag *diag, const struct dc_graph *graph, const struct dc_profile *profile,
	     enum dc_fields fields, const struct dc_lower_given *given,
	     struct dc_problem **ret_problem);

#endif
