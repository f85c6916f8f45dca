/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GLPK: the only file that includes it. First a second proof that a cut is optimal, then the search
 * for cuts under a budget.
 *
 * The cut is a linear program: x[g] in [0, 1] says how much of group g is in the kernel, y[a] >=
 * x[tail] - x[head] how much of arc a is cut. Its dual is a flow: the multiplier of an arc's row is
 * what flows along the arc. GLPK computes in doubles, so nothing it says is believed: its
 * multipliers are rounded to integers, checked in integers to be a flow that fits the capacities,
 * and the value of that flow is a lower bound of every cut. If it equals our cut, that is a proof.
 */
#include <errno.h>
#include <glpk.h>
#include <math.h>
#include <stdlib.h>

#include "budget.h"
#include "cut.h"
#include "cut_parts.h"
#include "model.h"
#include "search.h"

struct program {
	const struct dc_model *model;
	struct dc_ratio lambda;
	glp_prob *lp; /* columns: groups, then arcs; rows: arcs */
	int64_t *flow; /* of each arc */
};

/* A capacity; the caller has seen that the sums fit 63 bits. */
static int64_t capacity(const struct program *p, int64_t lines, int64_t weight)
{
	return lines * p->lambda.q + weight * p->lambda.p;
}

static void add_groups(const struct program *p)
{
	const struct dc_model *model = p->model;
	int g;

	glp_add_cols(p->lp, (int)model->groups);
	for (g = 0; g < (int)model->groups; g++) {
		glp_set_col_bnds(p->lp, g + 1, GLP_DB, 0, 1);
		glp_set_obj_coef(p->lp, g + 1,
				 (double)(capacity(p, model->loc[g], model->if_kernel[g]) -
					  capacity(p, 0, model->if_user[g])));
	}
}

static void add_arcs(const struct program *p)
{
	int count = (int)p->model->arcs.len, groups = (int)p->model->groups, a;

	if (!count)
		return;
	glp_add_cols(p->lp, count);
	glp_add_rows(p->lp, count);
	for (a = 0; a < count; a++) {
		const struct dc_model_arc *arc = &p->model->arcs.at[a];
		int columns[] = {0, (int)arc->tail + 1, (int)arc->head + 1, groups + a + 1};
		double values[] = {0, -1, 1, 1};

		glp_set_col_bnds(p->lp, groups + a + 1, arc->hard ? GLP_FX : GLP_LO, 0, 0);
		glp_set_obj_coef(p->lp, groups + a + 1, (double)capacity(p, 0, arc->weight));
		glp_set_row_bnds(p->lp, a + 1, GLP_LO, 0, 0);
		glp_set_mat_row(p->lp, a + 1, 3, columns, values);
	}
}

static bool solve(const struct program *p)
{
	glp_smcp options;

	glp_init_smcp(&options);
	options.meth = GLP_DUALP;
	options.msg_lev = GLP_MSG_OFF;
	options.tol_dj = 1e-11;
	return glp_simplex(p->lp, &options) == 0 && glp_get_status(p->lp) == GLP_OPT;
}

/* Rounds the multipliers; false if one does not fit its arc. */
static bool take_flow(const struct program *p)
{
	size_t a;

	for (a = 0; a < p->model->arcs.len; a++) {
		const struct dc_model_arc *arc = &p->model->arcs.at[a];
		double dual = glp_get_row_dual(p->lp, (int)a + 1);

		if (!(fabs(dual) < 0x1p62))
			return false;
		p->flow[a] = llround(dual);
		if (p->flow[a] < 0 || (!arc->hard && p->flow[a] > capacity(p, 0, arc->weight)))
			return false;
	}
	return true;
}

/* The flow out of the source if every group passes on all that it receives; -1 if one cannot. */
static __int128 flow_value(const struct program *p)
{
	const struct dc_model *model = p->model;
	__int128 sum = 0;
	size_t g, i;

	for (g = 0; g < model->groups; g++) {
		__int128 from_source = capacity(p, 0, model->if_user[g]);
		__int128 to_sink = capacity(p, model->loc[g], model->if_kernel[g]);
		__int128 excess = 0;

		for (i = model->in[g]; i < model->in[g + 1]; i++)
			excess += p->flow[model->in_arcs[i]];
		for (i = model->out[g]; i < model->out[g + 1]; i++)
			excess -= p->flow[i];
		if (from_source > to_sink - excess)
			from_source = to_sink - excess;
		if (from_source < 0 || from_source + excess < 0)
			return -1;
		sum += from_source;
	}
	return sum;
}

/* Sum of all capacities; false if it is too large for the doubles of GLPK. */
static bool fits(const struct program *p)
{
	const struct dc_model *model = p->model;
	__int128 sum = 0;
	size_t i;

	for (i = 0; i < model->groups; i++)
		sum += dc_scaled_cost(p->lambda, model->loc[i],
				      model->if_user[i] + model->if_kernel[i]);
	for (i = 0; i < model->arcs.len; i++)
		sum += dc_scaled_cost(p->lambda, 0, model->arcs.at[i].weight);
	return sum < (__int128)1 << 53 && model->groups < 1000000 && model->arcs.len < 10000000;
}

/* The bound that the LP proves, all times lambda.q; -1 if it proves nothing, and why. */
static __int128 lp_bound(struct program *p, const char **ret_why)
{
	__int128 bound = -1;

	*ret_why = "the numbers are too large for its doubles";
	if (!fits(p))
		return -1;
	glp_term_out(GLP_OFF);
	p->lp = glp_create_prob();
	p->flow = dc_alloc(p->model->arcs.len, sizeof(*p->flow));
	if (p->model->groups) {
		add_groups(p);
		add_arcs(p);
	}
	*ret_why = "it found no optimum";
	if (!p->model->groups || solve(p)) {
		*ret_why = "its dual solution, in integers, is not one";
		if (take_flow(p))
			bound = flow_value(p);
	}
	glp_delete_prob(p->lp);
	free(p->flow);
	return bound;
}

int dc_prove_lp(struct dc_diag *diag, const struct dc_model *model, struct dc_cut *cut)
{
	struct program p = {.model = model, .lambda = cut->terms.lambda};
	__int128 cost =
		dc_scaled_cost(cut->terms.lambda, cut->tally.kernel_loc, cut->tally.crossings);
	__int128 bound = lp_bound(&p, &cut->no_lp);

	if (bound < 0)
		return 0;
	bound += dc_scaled_cost(cut->terms.lambda, model->kernel_loc, model->weight);
	if (bound > cost)
		return dc_error(diag, -ENOTRECOVERABLE, DC_FILE(model->problem->name),
				"GLPK's dual is above the cut's cost; this is a bug, please report "
				"it with the problem file");
	if (bound < cost) {
		cut->no_lp = "its dual solution, in integers, is below the cut's cost";
		return 0;
	}
	cut->proved_by_lp = bound;
	cut->no_lp = NULL;
	return 0;
}

/* Budgets: the same program with one more row for what is limited, and one that the other, which
 * is minimised, stays between the bound that is known and the cut that is known. */

/* Lambda that makes capacity() count what is limited (or not: what is minimised). */
static struct dc_ratio only(const struct dc_budget *budget, bool what_is_limited)
{
	bool crossings = (budget->kind == DC_BUDGET_CROSSINGS) == what_is_limited;

	return crossings ? (struct dc_ratio){1, 0} : (struct dc_ratio){0, 1};
}

/* The cost of the forced nodes, with all free groups on the user side. */
static int64_t constant(const struct program *p)
{
	int64_t sum = capacity(p, p->model->kernel_loc, p->model->weight);
	size_t g;

	for (g = 0; g < p->model->groups; g++)
		sum += capacity(p, 0, p->model->if_user[g]);
	return sum;
}

/* Adds a row: the cost at p->lambda is within [low, high]. */
static void add_cost_row(const struct program *p, int64_t low, int64_t high)
{
	size_t groups = p->model->groups, count = groups + p->model->arcs.len, i;
	int *columns = dc_alloc(count + 1, sizeof(*columns));
	double *values = dc_alloc(count + 1, sizeof(*values));
	int64_t rest = constant(p);
	int row = glp_add_rows(p->lp, 1);

	for (i = 0; i < count; i++) {
		columns[i + 1] = (int)i + 1;
		if (i < groups)
			values[i + 1] =
				(double)(capacity(p, p->model->loc[i], p->model->if_kernel[i]) -
					 capacity(p, 0, p->model->if_user[i]));
		else
			values[i + 1] =
				(double)capacity(p, 0, p->model->arcs.at[i - groups].weight);
	}
	glp_set_mat_row(p->lp, row, (int)count, columns, values);
	glp_set_row_bnds(p->lp, row, low == high ? GLP_FX : GLP_DB, (double)(low - rest),
			 (double)(high - rest));
	free(columns);
	free(values);
}

static void start_budget(struct program *p, const struct dc_budget *budget)
{
	glp_term_out(GLP_OFF);
	p->lp = glp_create_prob();
	p->lambda = only(budget, false);
	add_groups(p);
	add_arcs(p);
	p->lambda = only(budget, true);
	add_cost_row(p, 0, budget->most);
	p->lambda = only(budget, false);
}

bool dc_relax(const struct dc_model *model, const struct dc_budget *budget, double *ret_value)
{
	struct program p = {.model = model};
	bool found;

	start_budget(&p, budget);
	found = solve(&p);
	if (found)
		*ret_value = glp_get_obj_val(p.lp) + (double)constant(&p);
	glp_delete_prob(p.lp);
	return found;
}

static void take_sides(const struct program *p, bool *in_kernel)
{
	size_t i;

	for (i = 0; i < p->model->problem->nodes.len; i++) {
		size_t group = p->model->group[i];

		if (group == DC_GROUP_KERNEL || group == DC_GROUP_USER)
			in_kernel[i] = group == DC_GROUP_KERNEL;
		else
			in_kernel[i] = glp_mip_col_val(p->lp, (int)group + 1) > 0.5;
	}
}

void dc_search_milp(const struct dc_model *model, struct dc_search *search)
{
	struct program p = {.model = model};
	glp_iocp options;
	size_t g;
	int err, status;

	p.lambda = (struct dc_ratio){1, 1};
	if (!fits(&p))
		return;
	start_budget(&p, &search->budget);
	add_cost_row(&p, search->at_least, search->below - 1);
	for (g = 0; g < model->groups; g++)
		glp_set_col_kind(p.lp, (int)g + 1, GLP_BV);
	glp_init_iocp(&options);
	options.msg_lev = GLP_MSG_OFF;
	options.presolve = GLP_ON;
	options.tol_obj = 1e-12;
	options.gmi_cuts = options.mir_cuts = options.cov_cuts = options.clq_cuts = GLP_ON;
	options.tm_lim =
		(int)(search->time_limit_s < 1000000 ? search->time_limit_s * 1000 : 1000000000);
	err = glp_intopt(p.lp, &options);
	status = glp_mip_status(p.lp);
	search->found = status == GLP_OPT || status == GLP_FEAS;
	search->ended = err == GLP_ENOPFS || (!err && (status == GLP_OPT || status == GLP_NOFEAS));
	if (search->found)
		take_sides(&p, search->in_kernel);
	glp_delete_prob(p.lp);
}
