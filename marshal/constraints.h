/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Constraints on the cut from data that cannot cross: functions that stay in the kernel, and
 * functions that stay on one side, each with its reason. problem/ adds them to those of the graph.
 */
#ifndef DC_MARSHAL_CONSTRAINTS_H
#define DC_MARSHAL_CONSTRAINTS_H

#include "marshal/proposals.h"

/* Where a constraint comes from, for programs; members are NULL or 0 if not said. A constraint
 * without a code is "missing-annotation" if it has a proposal, else "cannot-cross". */
struct dc_constraint_place {
	const char *code; /* "no-rule", "no-stub", "init-section" */
	const char *subject; /* the kernel symbol, or what the annotation would describe */
	const char *file; /* relative to the driver's source */
	unsigned line;
};

/* A function that must be in the kernel. */
struct dc_constraint_pin {
	const char *function; /* ignored if the graph does not know it */
	const char *reason;
	unsigned proposal; /* index + 1 of the proposal that would remove the constraint; 0: none */
	struct dc_constraint_place place;
};

typedef DC_VEC(struct dc_constraint_pin) dc_constraint_pins;

/* Two functions that must be on one side. */
struct dc_constraint_group {
	const char *functions[2]; /* as in a pin */
	const char *reason;
	unsigned proposal; /* as in a pin */
	struct dc_constraint_place place;
};

typedef DC_VEC(struct dc_constraint_group) dc_constraint_groups;

typedef DC_VEC(const char *) dc_constraint_names;

struct dc_constraints {
	dc_constraint_pins pins;
	dc_constraint_groups groups;
	dc_constraint_names weightless; /* functions of the kernel: calls to them are free */
};

/* Frees the lists. Strings belong to whoever added them. */
void dc_constraints_done(struct dc_constraints *constraints);

/* Adds the constraints that follow from the driver's data. A constraint that an annotation would
 * remove names its proposal, which is added to proposals (caller: dc_vec_done). */
void dc_constraints_find(const struct dc_marshal *marshal, struct dc_constraints *ret,
			 dc_proposals *proposals);

#endif
