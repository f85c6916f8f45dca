/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a missing rule or annotation costs: constraints with the same code and subject are dropped
 * together, and what then must stay in the kernel is counted again.
 */
#ifndef DC_REPORT_WORTH_H
#define DC_REPORT_WORTH_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "solver/problem.h"

struct dc_worth {
	const char *code, *subject; /* "no-rule", "kmemdup"; borrowed from the problem */
	const char *file; /* where the driver needs it first, or NULL */
	unsigned line;
	int64_t lines; /* that it alone would free, whatever the load */
	size_t constraints; /* that it would remove */
};

typedef DC_VEC(struct dc_worth) dc_worths;

/* Most lines first, then by code and subject. Only constraints of the two codes that data can
 * remove count: "no-rule" and "missing-annotation". *ret_together: the
 * lines that all of them together would free. Returns 0, or as dc_cut_solve does; caller ends ret
 * with dc_vec_done. */
int dc_worths_find(struct dc_diag *diag, const struct dc_problem *problem, dc_worths *ret,
		   int64_t *ret_together);

/* A copy of the problem without all such constraints: what stays in the kernel there stays whatever
 * rules and annotations there are. Its nodes have the same numbers. Returns 0, or as
 * dc_problem_finish does; caller frees with dc_problem_free. */
int dc_without_missing(struct dc_diag *diag, const struct dc_problem *problem,
		       struct dc_problem **ret_problem);

/* True if data could remove a constraint with this basis. */
bool dc_basis_removable(const struct dc_basis *basis);

#endif
