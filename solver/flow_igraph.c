/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igraph's max-flow: the only file that includes igraph.
 *
 * It counts in doubles, so it is exact while no sum of capacities reaches 2^53; above that it is
 * wrong without saying so, and we refuse. The side it returns is the greatest source side; the
 * least one is what is left by the greatest source side of the reversed graph. The flow vector is
 * never asked for: it costs 14 to 100 times the cut.
 */
#include <errno.h>
#include <igraph/igraph.h>
#include <inttypes.h>
#include <stdlib.h>

#include "flow.h"

#define EXACT_BELOW ((int64_t)1 << 53)

static bool is_exact(const struct dc_flow_net *net)
{
	const struct dc_flow_arc *arc;
	int64_t sum = 0;

	dc_vec_each (arc, &net->arcs)
		if (__builtin_add_overflow(sum, arc->capacity, &sum) || sum >= EXACT_BELOW)
			return false;
	return true;
}

/* Fills graph and capacity, arcs of capacity 0 left out. Returns igraph's error code. */
static igraph_error_t fill(const struct dc_flow_net *net, bool reversed, igraph_t *graph,
			   igraph_vector_t *capacity, igraph_vector_int_t *ends)
{
	const struct dc_flow_arc *arc;
	igraph_error_t err = IGRAPH_SUCCESS;

	dc_vec_each (arc, &net->arcs) {
		if (!arc->capacity)
			continue;
		err |= igraph_vector_int_push_back(ends, reversed ? arc->head : arc->tail);
		err |= igraph_vector_int_push_back(ends, reversed ? arc->tail : arc->head);
		err |= igraph_vector_push_back(capacity, (igraph_real_t)arc->capacity);
	}
	return err ? err : igraph_create(graph, ends, (igraph_integer_t)net->nodes, true);
}

/* The maximum flow's value, and the greatest source side in side. Returns igraph's error code. */
static igraph_error_t run(const struct dc_flow_net *net, bool reversed, igraph_real_t *value,
			  igraph_vector_int_t *side)
{
	igraph_vector_int_t ends;
	igraph_vector_t capacity;
	igraph_error_t err;
	igraph_t graph;

	err = igraph_vector_int_init(&ends, 0);
	if (err)
		return err;
	err = igraph_vector_init(&capacity, 0);
	if (err) {
		igraph_vector_int_destroy(&ends);
		return err;
	}
	err = fill(net, reversed, &graph, &capacity, &ends);
	if (!err) {
		err = igraph_maxflow(&graph, value, NULL, NULL, side, NULL,
				     reversed ? DC_FLOW_SINK : DC_FLOW_SOURCE,
				     reversed ? DC_FLOW_SOURCE : DC_FLOW_SINK, &capacity, NULL);
		igraph_destroy(&graph);
	}
	igraph_vector_destroy(&capacity);
	igraph_vector_int_destroy(&ends);
	return err;
}

int dc_flow_cut_igraph(struct dc_diag *diag, const struct dc_flow_net *net,
		       enum dc_flow_which which, int64_t *ret_value, bool *kept)
{
	bool reversed = which == DC_FLOW_LEAST;
	igraph_vector_int_t side;
	igraph_real_t value = 0;
	igraph_error_t err;
	size_t v;

	if (!is_exact(net))
		return dc_error(diag, -ERANGE, NULL,
				"the capacities add up to 2^53 or more, where igraph is no longer "
				"exact; use --flow push, or a lambda with smaller numbers");
	igraph_set_error_handler(igraph_error_handler_ignore);
	err = igraph_vector_int_init(&side, 0);
	if (!err) {
		err = run(net, reversed, &value, &side);
		for (v = 0; v < net->nodes; v++)
			kept[v] = reversed;
		for (v = 0; !err && v < (size_t)igraph_vector_int_size(&side); v++)
			kept[VECTOR(side)[v]] = !reversed;
		igraph_vector_int_destroy(&side);
	}
	if (err)
		return dc_error(diag, -ENOTRECOVERABLE, NULL,
				"igraph's max-flow failed (%s); use --flow push",
				igraph_strerror(err));
	if (dc_flow_capacity(net, kept) != (int64_t)value || !kept[DC_FLOW_SOURCE] ||
	    kept[DC_FLOW_SINK])
		return dc_error(diag, -ENOTRECOVERABLE, NULL,
				"igraph's flow (%.17g) and cut (%" PRId64
				") differ; use --flow push and report it",
				value, dc_flow_capacity(net, kept));
	*ret_value = (int64_t)value;
	return 0;
}
