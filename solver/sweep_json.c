/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.json, with what it takes to rebuild every cut; its keys are in docs/formats.md. */
#include "base/json.h"
#include "cut.h"
#include "json_parts.h"
#include "sweep.h"

static json_t *names_json(const struct dc_problem *problem, const size_t *nodes, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		dc_json_add(list, json_string(problem->nodes.at[nodes[i]].id));
	return list;
}

static json_t *first_kernel_json(const struct dc_sweep *sweep)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sweep->problem->nodes.len; i++)
		if (!sweep->enters[i])
			dc_json_add(list, json_string(sweep->problem->nodes.at[i].id));
	return list;
}

static json_t *breakpoints_json(const struct dc_sweep *sweep)
{
	const struct dc_breakpoint *breakpoint;
	json_t *list = json_array();

	dc_vec_each (breakpoint, &sweep->breakpoints) {
		json_t *one = json_object();

		dc_json_set(one, "lambda", dc_ratio_json(breakpoint->terms.lambda));
		dc_json_set(one, "delay_ns", dc_ratio_number_json(breakpoint->terms.delay_ns));
		dc_json_set(one, "to_kernel",
			    names_json(sweep->problem, breakpoint->to_kernel, breakpoint->count));
		dc_json_add(list, one);
	}
	return list;
}

static json_t *cuts_json(const struct dc_sweep *sweep)
{
	const struct dc_sweep_cut *cut;
	json_t *list = json_array();

	dc_vec_each (cut, &sweep->cuts) {
		json_t *one = json_object();

		dc_tally_json(one, &cut->tally);
		if (cut->tied_count)
			dc_json_set(one, "tied",
				    names_json(sweep->problem, cut->tied, cut->tied_count));
		dc_json_add(list, one);
	}
	return list;
}

static json_t *rows_json(const struct dc_sweep *sweep, const struct dc_terms *rows, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		size_t at = dc_sweep_at(sweep, rows[i].lambda);
		const struct dc_tally *tally = &sweep->cuts.at[at].tally;
		json_t *one = json_object();

		dc_json_set(one, "delay_ns", dc_ratio_number_json(rows[i].delay_ns));
		dc_json_set(one, "lambda", dc_ratio_json(rows[i].lambda));
		dc_json_set(one, "cut", json_integer((json_int_t)at));
		dc_tally_json(one, tally);
		dc_json_set(
			one, "overhead",
			json_real(dc_overhead(sweep->problem, rows[i].delay_ns, tally->crossings)));
		dc_json_add(list, one);
	}
	return list;
}

json_t *dc_sweep_json(const struct dc_sweep *sweep, const struct dc_terms *rows, size_t count)
{
	json_t *root = dc_json_new("sweep");

	if (sweep->problem->driver)
		dc_json_set(root, "driver", json_string(sweep->problem->driver));
	dc_json_set(root, "price", json_integer(sweep->price));
	dc_json_set(root, "seconds", json_integer(sweep->problem->seconds));
	dc_problem_set_weighed(root, sweep->problem);
	dc_json_set(root, "loc", json_integer(dc_problem_loc(sweep->problem)));
	dc_json_set(root, "complete", json_true());
	dc_json_set(root, "first_kernel", first_kernel_json(sweep));
	dc_json_set(root, "breakpoints", breakpoints_json(sweep));
	dc_json_set(root, "cuts", cuts_json(sweep));
	dc_json_set(root, "delays", rows_json(sweep, rows, count));
	return root;
}
