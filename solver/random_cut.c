/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A random cut: the given kernel side, and the least one that the drawn nodes are pinned to. At a
 * lambda of 0 nothing but constraints adds to the latter. Kernel sides that keep the constraints do
 * so together, too.
 */
#include "random_cut.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cut_parts.h"
#include "model.h"

/* splitmix64: one well mixed number of another. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint64_t mix_text(uint64_t seed, const char *text)
{
	uint64_t x = mix(seed);

	for (; *text; text++)
		x = mix(x ^ (unsigned char)*text);
	return x;
}

/* A copy of the problem in which the drawn nodes are pinned; not finished. */
static struct dc_problem *draw(const struct dc_model *model, uint64_t seed)
{
	const struct dc_problem *problem = model->problem;
	struct dc_problem *drawn = dc_problem_copy(problem);
	uint64_t share = mix(seed); /* of all numbers: those that draw a node */
	size_t i;

	for (i = 0; i < problem->nodes.len; i++) {
		const struct dc_problem_node *node = &problem->nodes.at[i];

		if (node->replicated || model->forced[DC_SIDE_USER][i].kind != DC_CAUSE_NONE)
			continue;
		if (mix_text(seed, node->id) < share)
			dc_problem_add_pin(drawn, dc_problem_find(drawn, node->id), DC_SIDE_KERNEL,
					   "drawn at random");
	}
	return drawn;
}

static int close_draw(struct dc_diag *diag, struct dc_problem *drawn, struct dc_cut **ret)
{
	const struct dc_terms terms = {.lambda = {0, 1}, .delay_ns = {0, 1}, .price = 1};
	const struct dc_cut_options options = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	int err = dc_problem_finish(diag, drawn);

	return err ? err : dc_cut_solve(diag, drawn, &terms, &options, ret);
}

static struct dc_cut *take_draw(const struct dc_model *model, const struct dc_cut *least,
				const struct dc_cut *closed, uint64_t seed)
{
	static const char *const chosen[] = {"the random cut has it in the kernel",
					     "the random cut has it in the process"};
	size_t i, count = least->problem->nodes.len;
	bool *in_kernel = dc_alloc(count, sizeof(*in_kernel));
	struct dc_cut *cut;

	for (i = 0; i < count; i++)
		in_kernel[i] = closed->in_kernel[i] || least->in_kernel[i];
	cut = dc_cut_of_sides(least->problem, &least->terms, in_kernel);
	cut->method = dc_arena_printf(cut->arena, "drawn at random, seed %" PRIu64, seed);
	dc_reasons_of_choice(model, cut, chosen);
	free(in_kernel);
	return cut;
}

int dc_cut_random(struct dc_diag *diag, const struct dc_cut *least, uint64_t seed,
		  struct dc_cut **ret_cut)
{
	struct dc_cut *closed = NULL;
	struct dc_problem *drawn;
	struct dc_model model;
	int err = dc_model_start(diag, &model, least->problem);

	if (err < 0)
		return err;
	drawn = draw(&model, seed);
	err = close_draw(diag, drawn, &closed);
	if (!err)
		*ret_cut = take_draw(&model, least, closed, seed);
	dc_cut_free(closed);
	dc_problem_free(drawn);
	dc_model_done(&model);
	return err;
}
