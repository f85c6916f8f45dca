/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which engine, and what both are checked against. */
#include "flow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const dc_flow_engine_names[] = {"auto", "igraph", "push", "both", NULL};

#define IGRAPH_NODES 5000 /* above it igraph's gap step, linear in the nodes, tells */
#define IGRAPH_SUM   ((int64_t)1 << 53)

int64_t dc_flow_capacity(const struct dc_flow_net *net, const bool *kept)
{
	const struct dc_flow_arc *arc;
	int64_t sum = 0;

	dc_vec_each (arc, &net->arcs)
		if (kept[arc->tail] && !kept[arc->head])
			sum += arc->capacity;
	return sum;
}

static bool suits_igraph(const struct dc_flow_net *net)
{
	const struct dc_flow_arc *arc;
	int64_t sum = 0;

	dc_vec_each (arc, &net->arcs)
		if (__builtin_add_overflow(sum, arc->capacity, &sum) || sum >= IGRAPH_SUM)
			return false;
	return net->nodes <= IGRAPH_NODES;
}

enum dc_flow_engine dc_flow_engine_for(const struct dc_flow_net *net, enum dc_flow_engine engine)
{
	if (engine != DC_FLOW_AUTO)
		return engine;
	return suits_igraph(net) ? DC_FLOW_IGRAPH : DC_FLOW_PUSH;
}

static int cut_both(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_which which,
		    int64_t *ret_value, bool *kept)
{
	bool *other = dc_alloc(net->nodes, sizeof(*other));
	int64_t value;
	int err;

	err = dc_flow_cut_igraph(diag, net, which, &value, other);
	if (!err)
		err = dc_flow_cut_push(diag, net, which, ret_value, kept, NULL);
	if (!err && (value != *ret_value || memcmp(other, kept, net->nodes * sizeof(*kept)) != 0))
		err = dc_error(diag, -ENOTRECOVERABLE, NULL,
			       "igraph found a cut of %" PRId64 " and our max-flow one of %" PRId64
			       ", or another side; report it with the problem file",
			       value, *ret_value);
	free(other);
	return err;
}

int dc_flow_cut(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_engine engine,
		enum dc_flow_which which, int64_t *ret_value, bool *kept)
{
	switch (dc_flow_engine_for(net, engine)) {
	case DC_FLOW_IGRAPH:
		return dc_flow_cut_igraph(diag, net, which, ret_value, kept);
	case DC_FLOW_BOTH:
		return cut_both(diag, net, which, ret_value, kept);
	default:
		return dc_flow_cut_push(diag, net, which, ret_value, kept, NULL);
	}
}
