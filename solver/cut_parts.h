/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to solver/: the parts of a cut that are found after its sides. */
#ifndef DC_SOLVER_CUT_PARTS_H
#define DC_SOLVER_CUT_PARTS_H

#include "cut.h"
#include "model.h"

/* Sides of all nodes when the groups before `middle` are in the kernel. */
void dc_model_sides(const struct dc_model *model, const struct dc_order *order, size_t middle,
		    bool *in_kernel);

/* Fills cut->reasons. */
void dc_reasons_find(const struct dc_model *model, struct dc_cut *cut);

/* Fills cut->reasons of a cut that was found some other way than by its price: a node is forced to
 * its side, or was chosen for it. chosen: the words for the latter, by enum dc_side; borrowed. */
void dc_reasons_of_choice(const struct dc_model *model, struct dc_cut *cut,
			  const char *const chosen[2]);

/* Fills cut->proved_by_lp, or cut->no_lp. Returns 0; -ENOTRECOVERABLE after reporting: GLPK's
 * optimum is another. */
int dc_prove_lp(struct dc_diag *diag, const struct dc_model *model, struct dc_cut *cut);

#endif
