/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts under a budget, which no price gives in general: fewest kernel lines with at most so many
 * crossings, or fewest crossings with at most so many kernel lines.
 *
 * First, at once, from the sweep: the best cut of the envelope that keeps the budget, and a bound
 * below which nothing can be, the straight line between the two cuts around the budget (which is
 * what the LP relaxation gives, too). If they do not meet, GLPK's integer solver searches between
 * them, for a limited time. It counts in doubles: that nothing better exists is its claim ("optimal
 * (GLPK, gap 0)"), not a proof. So an exact search of our own goes on from its cut for as long
 * again, whose bounds are cuts in integers; it ends where it has ruled out everything better, and
 * only then, or where the envelope's bound was met, is a cut called optimal (proved_by).
 */
#ifndef DC_SOLVER_BUDGET_H
#define DC_SOLVER_BUDGET_H

#include "cut.h"
#include "sweep.h"

enum dc_budget_kind { DC_BUDGET_CROSSINGS, DC_BUDGET_LINES }; /* which of the two is limited */

struct dc_budget {
	enum dc_budget_kind kind;
	int64_t most;
};

struct dc_budget_result {
	struct dc_cut *cut; /* at the given terms, with reasons */
	int64_t reached; /* lines or crossings of the cut, whichever is minimised */
	int64_t from_envelope; /* of the envelope's cut */
	struct dc_ratio interpolated; /* the envelope's bound */
	int64_t bound; /* exact: no cut that keeps the budget has less; reached if proved_by */
	const char *proved_by; /* what shows that nothing is better; NULL: nothing does */
	bool claimed; /* GLPK ended with gap 0 at this cut */
	const char *method; /* that found the cut */
	size_t places; /* of the tree that the exact search went through */
};

/* Returns 0; after reporting: -ERANGE: no cut keeps the budget, or -errno as dc_cut_solve does.
 * time_limit_s: for each of the two searches; 0: none. Free contents with dc_budget_done. */
int dc_budget_solve(struct dc_diag *diag, const struct dc_sweep *sweep,
		    const struct dc_terms *terms, const struct dc_budget *budget,
		    unsigned time_limit_s, struct dc_budget_result *ret_result);
void dc_budget_done(struct dc_budget_result *result);

/* Crossings that take at most a share of one CPU (0.01: 1 %); rounded down, INT64_MAX if the
 * delay is 0 or the number does not fit. */
int64_t dc_budget_crossings(const struct dc_problem *problem, struct dc_ratio delay_ns,
			    struct dc_ratio share);

/* The optimum of the LP relaxation, for tests; false if GLPK finds none. */
bool dc_budget_relaxation(struct dc_diag *diag, const struct dc_problem *problem,
			  const struct dc_budget *budget, double *ret_value);

#endif
