/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checks a sweep's certificate (certificate.h says what it holds and why that is a proof). Shares
 * no code with the solver: only the problem's reader. One walk over the problem in all.
 */
#ifndef DC_SOLVER_VERIFY_H
#define DC_SOLVER_VERIFY_H

#include "problem.h"

struct dc_verified {
	size_t cuts; /* that are proved to be all optimal ones, each the least of its kind */
	int64_t first_kernel_loc, last_kernel_loc;
	int64_t first_crossings, last_crossings;
};

/* Returns 0 if the certificate proves its cuts for the problem; -EINVAL after saying where it does
 * not, or -errno after reporting that it cannot be read. */
int dc_verify(struct dc_diag *diag, const struct dc_problem *problem, const char *path,
	      struct dc_verified *ret_verified);

#endif
