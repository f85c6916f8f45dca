/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to solver/: searches for a cut that keeps a budget and is better than the envelope's. */
#ifndef DC_SOLVER_SEARCH_H
#define DC_SOLVER_SEARCH_H

#include "budget.h"
#include "model.h"

/* An integer program: is there a cut that keeps the budget and has at least `at_least` and less
 * than `below` of the other? */
struct dc_search {
	struct dc_budget budget;
	int64_t at_least, below;
	unsigned time_limit_s;
	bool *in_kernel; /* room for all nodes; set if found */
	bool found;
	bool ended; /* there is no better one */
	size_t places; /* of the tree of the exact search */
};
void dc_search_milp(const struct dc_model *model, struct dc_search *search);

/* The same in integers, so that `ended` is a proof; `below` becomes that of the best found. */
void dc_search_exact(const struct dc_model *model, struct dc_search *search);

/* The optimum of the same without asking for integers. */
bool dc_relax(const struct dc_model *model, const struct dc_budget *budget, double *ret_value);

#endif
