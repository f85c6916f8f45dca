/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One optimal cut: the model's free groups are cut by one max-flow, and the cost of what comes out
 * is compared with the flow. Terms (lambda, delay, price) and tallies are here, too.
 */
#include "cut.h"

#include <errno.h>
#include <stdlib.h>

#include "cut_parts.h"
#include "model.h"

const char *const dc_placement_names[] = {"kernel", "user", "both"};

/* Terms */

static int terms_too_large(struct dc_diag *diag, const struct dc_problem *problem)
{
	return dc_error(diag, -EINVAL, DC_FILE(problem->name),
			"the delay and the price give a lambda that does not fit 63 bits; use "
			"rounder numbers");
}

int dc_terms_of_delay(struct dc_diag *diag, const struct dc_problem *problem,
		      struct dc_ratio delay_ns, int64_t price, struct dc_terms *ret_terms)
{
	struct dc_terms terms = {.delay_ns = delay_ns, .price = price};

	if (price < 1 || !dc_lambda_of_delay(delay_ns, price, problem->seconds, &terms.lambda))
		return terms_too_large(diag, problem);
	*ret_terms = terms;
	return 0;
}

int dc_terms_of_lambda(struct dc_diag *diag, const struct dc_problem *problem,
		       struct dc_ratio lambda, int64_t price, struct dc_terms *ret_terms)
{
	struct dc_terms terms = {.lambda = lambda, .price = price};

	if (price < 1 || !dc_delay_of_lambda(lambda, price, problem->seconds, &terms.delay_ns))
		return terms_too_large(diag, problem);
	*ret_terms = terms;
	return 0;
}

double dc_overhead(const struct dc_problem *problem, struct dc_ratio delay_ns, int64_t crossings)
{
	return dc_ratio_value(delay_ns) * (double)crossings / (double)problem->seconds / 1e9;
}

/* Tallies */

static void tally_node(const struct dc_problem_node *node, bool in_kernel, struct dc_tally *tally)
{
	if (in_kernel) {
		tally->kernel_loc += node->loc;
		tally->kernel_count++;
		return;
	}
	tally->user_loc += node->loc;
	tally->user_count++;
	tally->entry_calls += node->entry_calls;
	tally->kernel_calls += node->kernel_calls;
}

static void tally_copies(const struct dc_problem *problem, const bool *in_kernel,
			 struct dc_tally *tally, enum dc_placement *placements)
{
	bool *copied = dc_alloc(problem->nodes.len, sizeof(*copied));
	const struct dc_problem_edge *edge;
	size_t i;

	dc_vec_each (edge, &problem->edges)
		if (problem->nodes.at[edge->to].replicated && !in_kernel[edge->from])
			copied[edge->to] = true;
	for (i = 0; i < problem->nodes.len; i++) {
		if (placements)
			placements[i] = in_kernel[i] ? DC_PLACEMENT_KERNEL : DC_PLACEMENT_USER;
		if (!in_kernel[i] || !copied[i])
			continue;
		tally->replicated_loc += problem->nodes.at[i].loc;
		tally->replicated_count++;
		if (placements)
			placements[i] = DC_PLACEMENT_BOTH;
	}
	free(copied);
}

void dc_tally_sides(const struct dc_problem *problem, const bool *in_kernel,
		    struct dc_tally *ret_tally, enum dc_placement *placements)
{
	struct dc_tally tally = {0};
	const struct dc_problem_edge *edge;
	size_t i;

	for (i = 0; i < problem->nodes.len; i++)
		tally_node(&problem->nodes.at[i], in_kernel[i], &tally);
	dc_vec_each (edge, &problem->edges) {
		if (problem->nodes.at[edge->to].replicated)
			continue;
		if (in_kernel[edge->from] && !in_kernel[edge->to])
			tally.upcalls += edge->calls;
		if (!in_kernel[edge->from] && in_kernel[edge->to])
			tally.downcalls += edge->down;
	}
	tally.crossings = tally.upcalls + tally.downcalls + tally.entry_calls + tally.kernel_calls;
	tally_copies(problem, in_kernel, &tally, placements);
	*ret_tally = tally;
}

/* Solving */

struct dc_cut *dc_cut_of_sides(const struct dc_problem *problem, const struct dc_terms *terms,
			       const bool *in_kernel)
{
	struct dc_cut *cut = dc_alloc(1, sizeof(*cut));
	size_t i, n = problem->nodes.len;

	cut->arena = dc_arena_new();
	cut->problem = problem;
	cut->terms = *terms;
	cut->in_kernel = dc_arena_alloc(cut->arena, n * sizeof(*cut->in_kernel));
	cut->placements = dc_arena_alloc(cut->arena, n * sizeof(*cut->placements));
	for (i = 0; i < n; i++)
		cut->in_kernel[i] = in_kernel[i];
	dc_tally_sides(problem, cut->in_kernel, &cut->tally, cut->placements);
	if (!dc_ratio_make(
		    dc_scaled_cost(terms->lambda, cut->tally.kernel_loc, cut->tally.crossings),
		    terms->lambda.q, &cut->value))
		cut->value = DC_RATIO_INFINITE;
	cut->proved_by_flow = cut->proved_by_lp = -1;
	return cut;
}

void dc_cut_free(struct dc_cut *cut)
{
	if (!cut)
		return;
	dc_arena_free(cut->arena);
	free(cut);
}

void dc_model_sides(const struct dc_model *model, const struct dc_order *order, size_t middle,
		    bool *in_kernel)
{
	size_t i;

	for (i = 0; i < model->problem->nodes.len; i++) {
		size_t group = model->group[i];

		if (group == DC_GROUP_KERNEL || group == DC_GROUP_USER)
			in_kernel[i] = group == DC_GROUP_KERNEL;
		else
			in_kernel[i] = order->place[group] < middle;
	}
}

static int check_proof(struct dc_diag *diag, const struct dc_cut *cut)
{
	__int128 cost =
		dc_scaled_cost(cut->terms.lambda, cut->tally.kernel_loc, cut->tally.crossings);

	if (cost == cut->proved_by_flow)
		return 0;
	return dc_error(diag, -ENOTRECOVERABLE, DC_FILE(cut->problem->name),
			"the cut's cost is not the flow's; this is a bug, please report it with "
			"the problem file");
}

static int solve_model(struct dc_diag *diag, const struct dc_model *model,
		       const struct dc_terms *terms, const struct dc_cut_options *options,
		       struct dc_cut **ret_cut)
{
	struct dc_order order;
	struct dc_range range = {.model = model, .order = &order, .engine = options->engine};
	bool *in_kernel = dc_alloc(model->problem->nodes.len, sizeof(*in_kernel));
	size_t middle;
	int64_t saved, all_user;
	int err;

	dc_order_start(&order, model);
	all_user = model->weight + dc_range_drop(&range, 0, model->groups);
	for (size_t g = 0; g < model->groups; g++)
		all_user += model->if_kernel[g];
	err = dc_range_cut(diag, &range, 0, model->groups, terms->lambda, DC_FLOW_LEAST, &middle,
			   &saved);
	if (!err) {
		dc_model_sides(model, &order, middle, in_kernel);
		*ret_cut = dc_cut_of_sides(model->problem, terms, in_kernel);
		(*ret_cut)->proved_by_flow =
			dc_scaled_cost(terms->lambda, model->kernel_loc, all_user) - saved;
		(*ret_cut)->flow_engine =
			range.flows ? dc_flow_engine_names[range.used] : "none needed";
	}
	dc_order_done(&order);
	free(in_kernel);
	return err;
}

/* The LP's proof if it is asked for. Where it is not made cut->no_lp says why; asked for by name,
 * that is an error. */
static int prove_lp(struct dc_diag *diag, const struct dc_model *model,
		    const struct dc_cut_options *options, struct dc_cut *cut)
{
	int err;

	if (options->prove == DC_PROVE_FLOW) {
		cut->no_lp = "not asked for";
		return 0;
	}
	if (options->prove == DC_PROVE_AUTO && model->problem->nodes.len > DC_PROVE_AUTO_NODES) {
		cut->no_lp = dc_arena_printf(cut->arena, "%zu nodes, more than %d",
					     model->problem->nodes.len, DC_PROVE_AUTO_NODES);
		return 0;
	}
	err = dc_prove_lp(diag, model, cut);
	if (err < 0 || !cut->no_lp || options->prove == DC_PROVE_AUTO)
		return err;
	return dc_error(diag, -ERANGE, DC_FILE(model->problem->name),
			"GLPK does not prove this cut: %s; the flow does, see --prove flow",
			cut->no_lp);
}

int dc_cut_solve(struct dc_diag *diag, const struct dc_problem *problem,
		 const struct dc_terms *terms, const struct dc_cut_options *options,
		 struct dc_cut **ret_cut)
{
	struct dc_cut *cut = NULL;
	struct dc_model model;
	int err;

	err = dc_model_start(diag, &model, problem);
	if (err < 0)
		return err;
	err = solve_model(diag, &model, terms, options, &cut);
	if (!err)
		err = check_proof(diag, cut);
	if (!err)
		err = prove_lp(diag, &model, options, cut);
	if (!err && !options->no_reasons)
		dc_reasons_find(&model, cut);
	dc_model_done(&model);
	if (err < 0)
		dc_cut_free(cut);
	else
		*ret_cut = cut;
	return err;
}
