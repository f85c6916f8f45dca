/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts pieces, generation after generation, until the threshold of every group is known; see
 * thresholds.h. */
#include "thresholds.h"

#include <errno.h>
#include <stdlib.h>

#include "piece_cut.h"

struct search {
	struct dc_thresholds *thresholds;
	struct dc_pieces pieces[2]; /* this generation and the next */
	struct dc_piece_cutter cutter;
	enum dc_fate *fate; /* of each node of the last piece */
	uint32_t *new_node, *new_half; /* scratch of dc_pieces_split */
};

void dc_thresholds_start(struct dc_thresholds *thresholds, const struct dc_model *model)
{
	*thresholds = (struct dc_thresholds){0};
	thresholds->of = dc_alloc(model->groups, sizeof(*thresholds->of));
}

void dc_thresholds_done(struct dc_thresholds *thresholds)
{
	free(thresholds->of);
	dc_vec_done(&thresholds->finite);
}

void dc_threshold_set(struct dc_thresholds *thresholds, size_t group, struct dc_ratio lambda)
{
	size_t count = thresholds->finite.len;

	thresholds->of[group] = lambda;
	if (lambda.q && (!count || dc_ratio_compare(thresholds->finite.at[count - 1], lambda) != 0))
		dc_vec_push(&thresholds->finite, lambda);
}

/* Where the lines of the two cuts meet: none of the piece in the kernel, or all of it. */
static int meeting_point(struct search *s, const struct dc_pieces *pieces,
			 const struct dc_piece *piece, struct dc_ratio *ret_lambda)
{
	int64_t lines = 0, drop = 0;
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++) {
		lines += pieces->loc[v];
		drop += pieces->if_user[v] - pieces->if_kernel[v];
	}
	if (drop > 0 && lines > 0 && dc_ratio_make(lines, drop, ret_lambda))
		return 0;
	return dc_error(s->cutter.diag, -ENOTRECOVERABLE, DC_FILE(s->cutter.name),
			"two optimal cuts do not differ as they must; this is a bug, please "
			"report it with the problem file");
}

static void settle_all(struct search *s, const struct dc_pieces *pieces,
		       const struct dc_piece *piece, struct dc_ratio lambda)
{
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++)
		dc_threshold_set(s->thresholds, pieces->group[v], lambda);
}

/*
 * Is a node without lines among those that only the greatest side has? Such a one may be there
 * because it costs nothing, and go to the kernel for good at a higher lambda only. (If none is, the
 * greatest side is the least one right above lambda: sides that cost the same on both sides of a
 * lambda have the same lines.)
 */
static bool greatest_may_be_tied(const struct search *s, const struct dc_pieces *pieces,
				 const struct dc_piece *piece)
{
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++)
		if (s->cutter.greatest[v] && !s->cutter.least[v] && !pieces->loc[v])
			return true;
	return false;
}

/* Sets the fates of a piece that has been cut at lambda. Returns whether its least side is empty.
 */
static bool decide_fates(struct search *s, const struct dc_pieces *pieces,
			 const struct dc_piece *piece, struct dc_ratio lambda)
{
	bool tied = greatest_may_be_tied(s, pieces, piece), empty = true;
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++) {
		empty &= !s->cutter.least[v];
		if (s->cutter.least[v])
			s->fate[v] = DC_FATE_KERNEL;
		else if (s->cutter.greatest[v] && !tied)
			s->fate[v] = DC_FATE_SETTLED;
		else
			s->fate[v] = lambda.q ? DC_FATE_USER : DC_FATE_SETTLED;
		if (s->fate[v] == DC_FATE_SETTLED)
			dc_threshold_set(s->thresholds, pieces->group[v], lambda);
	}
	return empty;
}

static int cut_piece(struct search *s, struct dc_pieces *pieces, const struct dc_piece *piece,
		     struct dc_pieces *next)
{
	struct dc_ratio lambda = DC_RATIO_INFINITE;
	int err = 0;

	if (piece->bounded)
		err = meeting_point(s, pieces, piece, &lambda);
	if (!err && piece->bounded && piece->end - piece->begin == 1) {
		settle_all(s, pieces, piece, lambda);
		return 0;
	}
	if (!err)
		err = dc_piece_cut(&s->cutter, pieces, piece, lambda);
	if (err < 0)
		return err;
	s->thresholds->flows++;
	if (decide_fates(s, pieces, piece, lambda))
		settle_all(s, pieces, piece, lambda);
	else
		dc_pieces_split(pieces, piece, s->fate, next, s->new_node, s->new_half);
	return 0;
}

static int cut_generation(struct search *s, struct dc_pieces *pieces, struct dc_pieces *next)
{
	const struct dc_piece *piece;
	int err = 0;

	dc_pieces_clear(next);
	dc_vec_each (piece, &pieces->list) {
		err = cut_piece(s, pieces, piece, next);
		if (err < 0)
			break;
	}
	return err;
}

static void search_start(struct search *s, const struct dc_range *range, size_t a, size_t b)
{
	struct dc_pieces *all = &s->pieces[0];
	size_t halves;

	dc_pieces_of_range(all, range->model, range->order, a, b);
	dc_pieces_like(&s->pieces[1], all);
	halves = all->first[all->nodes];
	dc_piece_cutter_start(&s->cutter, all->nodes, halves);
	s->fate = dc_alloc(all->nodes, sizeof(*s->fate));
	s->new_node = dc_alloc(all->nodes, sizeof(*s->new_node));
	s->new_half = dc_alloc(halves, sizeof(*s->new_half));
}

static void search_done(struct search *s)
{
	dc_pieces_done(&s->pieces[0]);
	dc_pieces_done(&s->pieces[1]);
	dc_piece_cutter_done(&s->cutter);
	free(s->fate);
	free(s->new_node);
	free(s->new_half);
}

int dc_thresholds_find(struct dc_diag *diag, const struct dc_range *range, size_t a, size_t b,
		       struct dc_thresholds *thresholds)
{
	struct search s = {.thresholds = thresholds};
	unsigned now = 0;
	int err = 0;

	if (a == b)
		return 0;
	s.cutter.diag = diag;
	s.cutter.name = range->model->problem->name;
	s.cutter.engine = range->engine;
	search_start(&s, range, a, b);
	while (!err && s.pieces[now].list.len) {
		err = cut_generation(&s, &s.pieces[now], &s.pieces[!now]);
		now = !now;
	}
	search_done(&s);
	return err;
}
