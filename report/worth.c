/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One cut without weights for each missing rule or annotation. See worth.h. */
#include "report/worth.h"

#include <stdlib.h>
#include <string.h>

#include "solver/cut.h"

#define QUICK 50 /* so many cuts take no time that a person would ask about */

bool dc_basis_removable(const struct dc_basis *basis)
{
	return basis->code && basis->subject &&
	       (!strcmp(basis->code, "no-rule") || !strcmp(basis->code, "missing-annotation"));
}

/* worth: NULL for any. */
static bool is_of(const struct dc_worth *worth, const struct dc_basis *basis)
{
	if (!worth)
		return dc_basis_removable(basis);
	return dc_basis_removable(basis) && !strcmp(worth->code, basis->code) &&
	       !strcmp(worth->subject, basis->subject);
}

static void add(dc_worths *worths, const struct dc_basis *basis)
{
	struct dc_worth *at;

	if (!dc_basis_removable(basis))
		return;
	dc_vec_each (at, worths)
		if (is_of(at, basis)) {
			at->constraints++;
			return;
		}
	dc_vec_push(worths, (struct dc_worth){.code = basis->code,
					      .subject = basis->subject,
					      .file = basis->file,
					      .line = basis->line,
					      .constraints = 1});
}

/* Drops the constraints of one missing thing (NULL: of all) from a copy of the problem. */
static void drop(struct dc_problem *problem, const struct dc_worth *worth)
{
	size_t i, kept = 0;

	for (i = 0; i < problem->pins.len; i++)
		if (!is_of(worth, &problem->pins.at[i].basis))
			problem->pins.at[kept++] = problem->pins.at[i];
	problem->pins.len = kept;
	for (i = 0, kept = 0; i < problem->togethers.len; i++)
		if (!is_of(worth, &problem->togethers.at[i].basis))
			problem->togethers.at[kept++] = problem->togethers.at[i];
	problem->togethers.len = kept;
}

int dc_without_missing(struct dc_diag *diag, const struct dc_problem *problem,
		       struct dc_problem **ret_problem)
{
	struct dc_problem *copy = dc_problem_copy(problem);
	int err;

	drop(copy, NULL);
	err = dc_problem_finish(diag, copy);
	if (err < 0)
		dc_problem_free(copy);
	else
		*ret_problem = copy;
	return err;
}

/* The lines that must stay in the kernel; without the constraints of `worth`, or of all. */
static int count_lines(struct dc_diag *diag, const struct dc_problem *problem, bool without,
		       const struct dc_worth *worth, int64_t *ret_lines)
{
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_problem *copy = dc_problem_copy(problem);
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err;

	if (without)
		drop(copy, worth);
	err = dc_problem_finish(diag, copy);
	if (!err)
		err = dc_terms_of_delay(diag, copy, (struct dc_ratio){0, 1}, 1, &terms);
	if (!err)
		err = dc_cut_solve(diag, copy, &terms, &options, &cut);
	if (!err)
		*ret_lines = cut->tally.kernel_loc;
	dc_cut_free(cut);
	dc_problem_free(copy);
	return err;
}

static int order_worths(const void *a, const void *b)
{
	const struct dc_worth *x = a, *y = b;
	int order = strcmp(x->code, y->code);

	if (x->lines != y->lines)
		return x->lines > y->lines ? -1 : 1;
	return order ? order : strcmp(x->subject, y->subject);
}

int dc_worths_find(struct dc_diag *diag, const struct dc_problem *problem, dc_worths *ret,
		   int64_t *ret_together)
{
	const struct dc_problem_together *together;
	const struct dc_problem_pin *pin;
	struct dc_worth *worth;
	int64_t all = 0, lines;
	int err;

	dc_vec_each (pin, &problem->pins)
		add(ret, &pin->basis);
	dc_vec_each (together, &problem->togethers)
		add(ret, &together->basis);
	*ret_together = 0;
	if (!ret->len)
		return 0;
	err = count_lines(diag, problem, false, NULL, &all);
	if (!err)
		err = count_lines(diag, problem, true, NULL, &lines);
	*ret_together = err ? 0 : all - lines;
	dc_vec_each (worth, ret) {
		if (err < 0)
			break;
		if (worth - ret->at >= QUICK)
			dc_progress(diag, "what is missing: %zu of %zu",
				    (size_t)(worth - ret->at) + 1, ret->len);
		err = count_lines(diag, problem, true, worth, &lines);
		worth->lines = err ? 0 : all - lines;
	}
	qsort(ret->at, ret->len, sizeof(*ret->at), order_worths);
	return err;
}
