/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts under a budget: the best cut of the envelope first, then two searches between it and the
 * envelope's bound, GLPK's and our own. See budget.h.
 */
#include "budget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cut.h"
#include "cut_parts.h"
#include "model.h"
#include "search.h"
#include "sweep.h"

/* The figure of a cut that the budget limits, and the one that is minimised. */
static int64_t limited(const struct dc_budget *budget, const struct dc_tally *tally)
{
	return budget->kind == DC_BUDGET_CROSSINGS ? tally->crossings : tally->kernel_loc;
}

static int64_t minimised(const struct dc_budget *budget, const struct dc_tally *tally)
{
	return budget->kind == DC_BUDGET_CROSSINGS ? tally->kernel_loc : tally->crossings;
}

int64_t dc_budget_crossings(const struct dc_problem *problem, struct dc_ratio delay_ns,
			    struct dc_ratio share)
{
	__int128 over = (__int128)share.p * problem->seconds;
	__int128 under = (__int128)share.q * delay_ns.p;

	if (!under || __builtin_mul_overflow(over, (__int128)1000000000, &over) ||
	    __builtin_mul_overflow(over, (__int128)delay_ns.q, &over) || over / under > INT64_MAX)
		return INT64_MAX;
	return (int64_t)(over / under);
}

/* The best cut of the envelope that keeps the budget; DC_NEVER: none does. */
static size_t best_of_envelope(const struct dc_sweep *sweep, const struct dc_budget *budget)
{
	size_t i, count = sweep->cuts.len;

	if (budget->kind == DC_BUDGET_CROSSINGS) {
		for (i = 0; i < count; i++)
			if (sweep->cuts.at[i].tally.crossings <= budget->most)
				return i;
		return DC_NEVER;
	}
	for (i = count; i > 0; i--)
		if (sweep->cuts.at[i - 1].tally.kernel_loc <= budget->most)
			return i - 1;
	return DC_NEVER;
}

static __int128 round_up(__int128 over, __int128 under)
{
	return (over + under - 1) / under;
}

/*
 * The bound of the straight line from the cut `at`, which keeps the budget, to its neighbour
 * `beyond`, which does not: what `at` has, less what the room left in the budget could save.
 */
static void interpolate(const struct dc_budget *budget, const struct dc_tally *at,
			const struct dc_tally *beyond, struct dc_budget_result *result)
{
	__int128 run = limited(budget, beyond) - limited(budget, at);
	__int128 fall = minimised(budget, at) - minimised(budget, beyond);
	__int128 room = budget->most - limited(budget, at);
	__int128 over = (__int128)minimised(budget, at) * run - room * fall;

	result->bound = (int64_t)round_up(over, run);
	if (!dc_ratio_make(over, run, &result->interpolated))
		result->interpolated = (struct dc_ratio){result->bound, 1};
}

static void bound_by_envelope(const struct dc_sweep *sweep, const struct dc_budget *budget,
			      size_t at, struct dc_budget_result *result)
{
	bool lines = budget->kind == DC_BUDGET_LINES;
	const struct dc_tally *tally = &sweep->cuts.at[at].tally;

	result->reached = result->from_envelope = minimised(budget, tally);
	if (lines ? at + 1 < sweep->cuts.len : at > 0) {
		interpolate(budget, tally, &sweep->cuts.at[lines ? at + 1 : at - 1].tally, result);
	} else {
		result->bound = result->reached;
		result->interpolated = (struct dc_ratio){result->reached, 1};
	}
	result->method = "a cut of the envelope";
	if (result->bound == result->reached)
		result->proved_by = "the envelope's bound";
}

static int no_cut(struct dc_diag *diag, const struct dc_sweep *sweep,
		  const struct dc_budget *budget)
{
	const struct dc_sweep_cut *last = &sweep->cuts.at[sweep->cuts.len - 1];

	if (budget->kind == DC_BUDGET_CROSSINGS)
		return dc_error(diag, -ERANGE, DC_FILE(sweep->problem->name),
				"no cut has %" PRId64
				" crossings or less: the constraints alone make "
				"%" PRId64 "; allow more, or look at the pins to the user side",
				budget->most, last->tally.crossings);
	return dc_error(diag, -ERANGE, DC_FILE(sweep->problem->name),
			"no cut has %" PRId64
			" kernel lines or less: the constraints alone put %" PRId64
			" there; allow more, or see drivercut explain for what forces them",
			budget->most, sweep->cuts.at[0].tally.kernel_loc);
}

/* Takes over what a search found, if that is better. False: it is not. */
static bool take_found(const struct dc_sweep *sweep, const struct dc_budget *budget,
		       const struct dc_search *search, bool *in_kernel,
		       struct dc_budget_result *result)
{
	struct dc_tally tally;
	size_t i;

	dc_tally_sides(sweep->problem, search->in_kernel, &tally, NULL);
	if (limited(budget, &tally) > budget->most || minimised(budget, &tally) >= result->reached)
		return false;
	result->reached = minimised(budget, &tally);
	for (i = 0; i < sweep->problem->nodes.len; i++)
		in_kernel[i] = search->in_kernel[i];
	return true;
}

/* GLPK's integer solver, which counts in doubles: it claims, but does not prove. */
static void search_glpk(const struct dc_model *model, const struct dc_sweep *sweep,
			const struct dc_budget *budget, struct dc_search *search, bool *in_kernel,
			struct dc_budget_result *result)
{
	search->at_least = result->bound;
	search->below = result->reached;
	dc_search_milp(model, search);
	result->claimed = search->ended;
	if (search->found && !take_found(sweep, budget, search, in_kernel, result))
		result->claimed = false; /* its rounding: believe the integers */
	result->method = result->claimed
				 ? "integer programming (GLPK), gap 0"
				 : "integer programming (GLPK), not ended in the time limit";
}

/* Ours: from the best cut so far; proves that nothing is better, or finds it. */
static void search_exactly(const struct dc_model *model, const struct dc_sweep *sweep,
			   const struct dc_budget *budget, struct dc_search *search,
			   bool *in_kernel, struct dc_budget_result *result)
{
	search->below = result->reached;
	search->found = search->ended = false;
	dc_search_exact(model, search);
	result->places = search->places;
	if (search->found && take_found(sweep, budget, search, in_kernel, result)) {
		result->claimed = false;
		result->method = "exact search";
	}
	if (!search->ended)
		return;
	result->proved_by = "exact search in integers";
	result->bound = result->reached;
}

static void search_between(const struct dc_model *model, const struct dc_sweep *sweep,
			   const struct dc_budget *budget, unsigned time_limit_s, bool *in_kernel,
			   struct dc_budget_result *result)
{
	struct dc_search search = {.budget = *budget, .time_limit_s = time_limit_s};

	search.in_kernel = dc_alloc(sweep->problem->nodes.len, sizeof(*search.in_kernel));
	search_glpk(model, sweep, budget, &search, in_kernel, result);
	search_exactly(model, sweep, budget, &search, in_kernel, result);
	free(search.in_kernel);
}

int dc_budget_solve(struct dc_diag *diag, const struct dc_sweep *sweep,
		    const struct dc_terms *terms, const struct dc_budget *budget,
		    unsigned time_limit_s, struct dc_budget_result *ret_result)
{
	static const char *const chosen[] = {"the budget puts it in the kernel",
					     "the budget puts it in the process"};
	struct dc_budget_result result = {0};
	size_t at = best_of_envelope(sweep, budget);
	struct dc_model model;
	bool *in_kernel;
	int err;

	if (at == DC_NEVER)
		return no_cut(diag, sweep, budget);
	err = dc_model_start(diag, &model, sweep->problem);
	if (err < 0)
		return err;
	in_kernel = dc_alloc(sweep->problem->nodes.len, sizeof(*in_kernel));
	dc_sweep_sides(sweep, at, in_kernel);
	bound_by_envelope(sweep, budget, at, &result);
	dc_progress(diag, "budget: %" PRId64 " reached, bound %" PRId64, result.reached,
		    result.bound);
	if (!result.proved_by && time_limit_s)
		search_between(&model, sweep, budget, time_limit_s, in_kernel, &result);
	result.cut = dc_cut_of_sides(sweep->problem, terms, in_kernel);
	result.cut->method = result.method;
	dc_reasons_of_choice(&model, result.cut, chosen);
	free(in_kernel);
	dc_model_done(&model);
	*ret_result = result;
	return err;
}

void dc_budget_done(struct dc_budget_result *result)
{
	dc_cut_free(result->cut);
	result->cut = NULL;
}

bool dc_budget_relaxation(struct dc_diag *diag, const struct dc_problem *problem,
			  const struct dc_budget *budget, double *ret_value)
{
	struct dc_model model;
	bool found;

	if (dc_model_start(diag, &model, problem) < 0)
		return false;
	found = dc_relax(&model, budget, ret_value);
	dc_model_done(&model);
	return found;
}
