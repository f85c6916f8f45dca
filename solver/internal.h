/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of solver/ share and nobody else includes; see also model.h. */
#ifndef DC_SOLVER_INTERNAL_H
#define DC_SOLVER_INTERNAL_H

#include <jansson.h>

#include "budget.h"
#include "cut.h"
#include "model.h"
#include "sweep.h"

/* Sets "weighed" in a document, unless the weights are counted. */
void dc_problem_set_weighed(json_t *root, const struct dc_problem *problem);

/* Sides of all nodes when the groups before `middle` are in the kernel. */
void dc_model_sides(const struct dc_model *model, const struct dc_order *order, size_t middle,
		    bool *in_kernel);

/* Fills cut->reasons. */
void dc_reasons_find(const struct dc_model *model, struct dc_cut *cut);

/* Fills cut->proved_by_lp, or cut->no_lp. Returns 0; -ENOTRECOVERABLE after reporting: GLPK's
 * optimum is another. */
int dc_prove_lp(struct dc_diag *diag, const struct dc_model *model, struct dc_cut *cut);

/* Fills cut->reasons of a cut that a budget chose: forced, or chosen. */
void dc_reasons_for_budget(const struct dc_model *model, struct dc_cut *cut);

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

/* Fills sweep->cuts out of breakpoints and enters, in one walk over the edges. */
void dc_sweep_tallies(struct dc_sweep *sweep);

/* Pieces of JSON: [p, q]; the number itself (null: infinite); a tally's keys. */
json_t *dc_ratio_json(struct dc_ratio ratio);
json_t *dc_ratio_number_json(struct dc_ratio ratio);
void dc_tally_json(json_t *object, const struct dc_tally *tally);

#endif
