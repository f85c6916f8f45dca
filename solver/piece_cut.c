/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts one piece. Our own engine works on the piece as it is, from the flow that the piece has
 * kept; igraph gets a net of its own.
 *
 * Numbers: all terminals together, and each link, stay below 2^61, and a link that may not be cut
 * has a capacity of 2^61, more than a minimum cut. So excess, room and residual capacities stay
 * below 2^63; costs are added up in 128 bits.
 */
#include "piece_cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HARD ((int64_t)1 << 61)

void dc_piece_cutter_start(struct dc_piece_cutter *cutter, size_t nodes, size_t halves)
{
	dc_preflow_start(&cutter->preflow, nodes, halves);
	cutter->least = dc_alloc(nodes, sizeof(*cutter->least));
	cutter->greatest = dc_alloc(nodes, sizeof(*cutter->greatest));
}

void dc_piece_cutter_done(struct dc_piece_cutter *cutter)
{
	dc_preflow_done(&cutter->preflow);
	free(cutter->least);
	free(cutter->greatest);
}

static int numbers_too_large(const struct dc_piece_cutter *cutter)
{
	return dc_error(cutter->diag, -ERANGE, DC_FILE(cutter->name),
			"lambda times the weights does not fit 63 bits; use smaller weights, or a "
			"lambda with smaller numbers");
}

static bool fits(const struct dc_pieces *pieces, const struct dc_piece *piece,
		 struct dc_ratio lambda)
{
	__int128 terminals = 0;
	uint32_t v, h;

	for (v = piece->begin; v < piece->end; v++) {
		terminals += (__int128)pieces->if_user[v] * lambda.p;
		terminals += (__int128)pieces->if_kernel[v] * lambda.p;
		terminals += (__int128)pieces->loc[v] * lambda.q;
	}
	for (h = pieces->first[piece->begin]; h < pieces->first[piece->end]; h++)
		if ((__int128)pieces->weight[h] * lambda.p >= HARD)
			return false;
	return terminals < HARD;
}

static int64_t capacity(const struct dc_pieces *pieces, uint32_t half, struct dc_ratio lambda)
{
	int64_t weight = pieces->weight[half];

	return weight == DC_WEIGHT_HARD ? HARD : weight * lambda.p;
}

/* The net for our engine */

/* The gain of a node in the kernel; below 0 it is a cost. */
static int64_t gain_of(const struct dc_pieces *pieces, uint32_t v, struct dc_ratio lambda)
{
	return (pieces->if_user[v] - pieces->if_kernel[v]) * lambda.p - pieces->loc[v] * lambda.q;
}

/* The kept flow of a half at this lambda, rounded down to whole numbers. */
static int64_t kept_flow(const struct dc_pieces *pieces, uint32_t half, struct dc_ratio lambda)
{
	double flow = pieces->flow[half] * (double)lambda.p;
	int64_t limit = capacity(pieces, half, lambda);

	return flow < (double)limit ? (int64_t)flow : limit;
}

/* Sets residual capacities to those of the kept flow, and adds what it leaves at each node to the
 * excess. False: that does not fit. */
static bool lay_links(struct dc_piece_cutter *cutter, const struct dc_pieces *pieces,
		      const struct dc_piece *piece, struct dc_ratio lambda)
{
	struct dc_preflow_node *nodes = cutter->preflow.nodes;
	struct dc_half *halves = cutter->preflow.halves;
	uint32_t v, h;

	for (v = piece->begin; v < piece->end; v++)
		for (h = pieces->first[v]; h < pieces->first[v + 1]; h++) {
			uint32_t twin = pieces->halves[h].twin, head = pieces->halves[h].head;
			int64_t flow, forth, back;

			halves[h].head = head;
			halves[h].twin = twin;
			if (pieces->flow[h] < 0 || (pieces->flow[h] == 0 && twin < h))
				continue; /* set from its twin */
			flow = kept_flow(pieces, h, lambda);
			forth = capacity(pieces, h, lambda) - flow;
			back = capacity(pieces, twin, lambda) + flow;
			halves[h].left[0] = halves[twin].left[1] = forth;
			halves[h].left[1] = halves[twin].left[0] = back;
			if (__builtin_sub_overflow(nodes[v].excess, flow, &nodes[v].excess) ||
			    __builtin_add_overflow(nodes[head].excess, flow, &nodes[head].excess))
				return false;
		}
	return true;
}

/* Moves excess, or a lack of it, along links that have room for that to nodes with lower numbers,
 * so that most of it meets its opposite: nodes are numbered breadth first. One walk over the links
 * in their order costs less than the pushes that it saves. */
static void meet_halfway(struct dc_preflow *p, const struct dc_piece *piece)
{
	struct dc_preflow_node *nodes = p->nodes;
	uint32_t v, h;

	for (v = piece->end; v-- > piece->begin;)
		for (h = p->first[v]; nodes[v].excess && h < p->first[v + 1]; h++) {
			struct dc_half *forth = &p->halves[h], *back = &p->halves[forth->twin];
			int64_t amount = nodes[v].excess;

			if (forth->head > v)
				continue;
			if (amount > forth->left[0])
				amount = forth->left[0];
			else if (amount < -forth->left[1])
				amount = -forth->left[1];
			if (!amount)
				continue;
			forth->left[0] -= amount;
			forth->left[1] += amount;
			back->left[0] += amount;
			back->left[1] -= amount;
			nodes[v].excess -= amount;
			nodes[forth->head].excess += amount;
		}
}

static bool lay_net(struct dc_piece_cutter *cutter, const struct dc_pieces *pieces,
		    const struct dc_piece *piece, struct dc_ratio lambda)
{
	struct dc_preflow_node *nodes = cutter->preflow.nodes;
	__int128 sum = 0;
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++)
		nodes[v].excess = gain_of(pieces, v, lambda);
	if (!lay_links(cutter, pieces, piece, lambda))
		return false;
	for (v = piece->begin; v < piece->end; v++)
		sum += nodes[v].excess < 0 ? -(__int128)nodes[v].excess : nodes[v].excess;
	if (sum > 2 * (__int128)HARD)
		return false;
	meet_halfway(&cutter->preflow, piece);
	return true;
}

/* A flow of 0 always fits. */
static void lay_net_anew(struct dc_piece_cutter *cutter, const struct dc_pieces *pieces,
			 const struct dc_piece *piece, struct dc_ratio lambda)
{
	uint32_t begin = pieces->first[piece->begin], end = pieces->first[piece->end];

	memset(pieces->flow + begin, 0, (end - begin) * sizeof(*pieces->flow));
	lay_net(cutter, pieces, piece, lambda);
}

static void keep_flow(const struct dc_piece_cutter *cutter, struct dc_pieces *pieces,
		      const struct dc_piece *piece, struct dc_ratio lambda)
{
	uint32_t h;

	for (h = pieces->first[piece->begin]; h < pieces->first[piece->end]; h++)
		pieces->flow[h] =
			(double)(capacity(pieces, h, lambda) - cutter->preflow.halves[h].left[0]) /
			(double)lambda.p;
}

/* Checking */

/* The cost of a choice of sides, times lambda.q. */
static __int128 cost_of(const struct dc_pieces *pieces, const struct dc_piece *piece,
			struct dc_ratio lambda, const bool *in_kernel)
{
	__int128 cost = 0;
	uint32_t v, h;

	for (v = piece->begin; v < piece->end; v++) {
		if (!in_kernel[v]) {
			cost += pieces->if_user[v] * lambda.p;
			continue;
		}
		cost += pieces->if_kernel[v] * lambda.p + pieces->loc[v] * lambda.q;
		for (h = pieces->first[v]; h < pieces->first[v + 1]; h++)
			if (!in_kernel[pieces->halves[h].head])
				cost += capacity(pieces, h, lambda);
	}
	return cost;
}

/* No cut costs less than this: all on the user side, less the excess that found room. */
static __int128 bound_of(const struct dc_piece_cutter *cutter, const struct dc_pieces *pieces,
			 const struct dc_piece *piece, struct dc_ratio lambda)
{
	__int128 bound = 0;
	uint32_t v;

	for (v = piece->begin; v < piece->end; v++)
		bound += pieces->if_user[v] * lambda.p -
			 (cutter->preflow.nodes[v].excess > 0 ? cutter->preflow.nodes[v].excess : 0);
	return bound;
}

static void run(struct dc_piece_cutter *cutter, const struct dc_piece *piece)
{
	dc_preflow_run(&cutter->preflow, piece->begin, piece->end);
	dc_preflow_least(&cutter->preflow, cutter->least);
	dc_preflow_greatest(&cutter->preflow, cutter->greatest);
}

static int cut_by_preflow(struct dc_piece_cutter *cutter, struct dc_pieces *pieces,
			  const struct dc_piece *piece, struct dc_ratio lambda)
{
	__int128 bound;

	if (!fits(pieces, piece, lambda))
		return numbers_too_large(cutter);
	cutter->preflow.first = pieces->first;
	if (!lay_net(cutter, pieces, piece, lambda))
		lay_net_anew(cutter, pieces, piece, lambda);
	run(cutter, piece);
	keep_flow(cutter, pieces, piece, lambda);
	bound = bound_of(cutter, pieces, piece, lambda);
	if (cost_of(pieces, piece, lambda, cutter->least) == bound &&
	    cost_of(pieces, piece, lambda, cutter->greatest) == bound)
		return 0;
	return dc_error(cutter->diag, -ENOTRECOVERABLE, DC_FILE(cutter->name),
			"our max-flow and its cut differ; use --flow igraph and report it");
}

/* igraph */

static void net_arc(struct dc_flow_net *net, uint32_t tail, uint32_t head, int64_t arc)
{
	if (arc)
		dc_vec_push(&net->arcs, (struct dc_flow_arc){tail, head, arc});
}

/* The piece as a net with a source and a sink. */
static void make_net(const struct dc_pieces *pieces, const struct dc_piece *piece,
		     struct dc_ratio lambda, struct dc_flow_net *net)
{
	uint32_t shift = DC_FLOW_FIRST - piece->begin, v, h;
	int64_t hard = 1;

	net->nodes = DC_FLOW_FIRST + piece->end - piece->begin;
	for (v = piece->begin; v < piece->end; v++) {
		int64_t gain = gain_of(pieces, v, lambda);

		net_arc(net, DC_FLOW_SOURCE, shift + v, gain > 0 ? gain : 0);
		net_arc(net, shift + v, DC_FLOW_SINK, gain < 0 ? -gain : 0);
		hard += gain < 0 ? -gain : 0;
	}
	for (v = piece->begin; v < piece->end; v++)
		for (h = pieces->first[v]; h < pieces->first[v + 1]; h++)
			net_arc(net, shift + v, shift + pieces->halves[h].head,
				pieces->weight[h] == DC_WEIGHT_HARD ? hard
								    : pieces->weight[h] * lambda.p);
}

/* Finds both sides, or compares them with those that are known. */
static int cut_by_igraph(struct dc_piece_cutter *cutter, const struct dc_pieces *pieces,
			 const struct dc_piece *piece, struct dc_ratio lambda, bool compare)
{
	size_t n = piece->end - piece->begin, which;
	bool *kept, *sides[] = {cutter->least + piece->begin, cutter->greatest + piece->begin};
	static const enum dc_flow_which both[] = {DC_FLOW_LEAST, DC_FLOW_GREATEST};
	struct dc_flow_net net = {0};
	int64_t value;
	int err = 0;

	if (!fits(pieces, piece, lambda))
		return numbers_too_large(cutter);
	make_net(pieces, piece, lambda, &net);
	kept = dc_alloc(net.nodes, sizeof(*kept));
	for (which = 0; !err && which < 2; which++) {
		err = dc_flow_cut_igraph(cutter->diag, &net, both[which], &value, kept);
		if (!err && compare && memcmp(sides[which], kept + DC_FLOW_FIRST, n) != 0)
			err = dc_error(cutter->diag, -ENOTRECOVERABLE, DC_FILE(cutter->name),
				       "igraph found another side than our max-flow; report it "
				       "with the problem file");
		memcpy(sides[which], kept + DC_FLOW_FIRST, n);
	}
	free(kept);
	dc_vec_done(&net.arcs);
	return err;
}

int dc_piece_cut(struct dc_piece_cutter *cutter, struct dc_pieces *pieces,
		 const struct dc_piece *piece, struct dc_ratio lambda)
{
	int err = 0;

	if (cutter->engine != DC_FLOW_IGRAPH)
		err = cut_by_preflow(cutter, pieces, piece, lambda);
	if (!err && (cutter->engine == DC_FLOW_IGRAPH || cutter->engine == DC_FLOW_BOTH))
		err = cut_by_igraph(cutter, pieces, piece, lambda, cutter->engine == DC_FLOW_BOTH);
	return err;
}
