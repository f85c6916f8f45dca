/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One minimum s-t cut. Capacities are integers and the answer is exact, or there is none.
 *
 * Two engines behind one interface: igraph's push-relabel, exact while all capacities together
 * stay under 2^53 (it counts in doubles), and our own in 64-bit integers (flow_push.c), which
 * has room for 2^62 and gives the flow itself.
 */
#ifndef DC_SOLVER_FLOW_H
#define DC_SOLVER_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"

#define DC_FLOW_SOURCE 0
#define DC_FLOW_SINK   1
#define DC_FLOW_FIRST  2 /* the first node that is neither */

struct dc_flow_arc {
	uint32_t tail, head;
	int64_t capacity;
};

struct dc_flow_net {
	size_t nodes; /* source and sink included, < 2^31 */
	DC_VEC(struct dc_flow_arc) arcs;
};

enum dc_flow_engine {
	DC_FLOW_AUTO, /* igraph where it is exact and not slow, else push; for a sweep, push */
	DC_FLOW_IGRAPH,
	DC_FLOW_PUSH,
	DC_FLOW_BOTH, /* both, and they must agree */
};

extern const char *const dc_flow_engine_names[]; /* "auto", "igraph", "push", "both", NULL */

/* The engine that dc_flow_cut takes for a net: never AUTO. */
enum dc_flow_engine dc_flow_engine_for(const struct dc_flow_net *net, enum dc_flow_engine engine);

enum dc_flow_which { DC_FLOW_LEAST, DC_FLOW_GREATEST };

/*
 * Finds a minimum cut: *ret_value its capacity, kept[v] whether node v is on the source's side
 * (kept: room for net->nodes). Among minimum cuts it is the one with the least source side (a
 * subset of all others), or the greatest.
 * Returns 0; after reporting: -ERANGE: capacities too large for the engine; -ENOTRECOVERABLE: the
 * engine failed or contradicted itself.
 */
int dc_flow_cut(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_engine engine,
		enum dc_flow_which which, int64_t *ret_value, bool *kept);

/* The two engines. */
int dc_flow_cut_igraph(struct dc_diag *diag, const struct dc_flow_net *net,
		       enum dc_flow_which which, int64_t *ret_value, bool *kept);
/* flow: NULL, or room for the flow on each arc of net. */
int dc_flow_cut_push(struct dc_diag *diag, const struct dc_flow_net *net, enum dc_flow_which which,
		     int64_t *ret_value, bool *kept, int64_t *flow);

/* The capacity of the arcs that leave a side. */
int64_t dc_flow_capacity(const struct dc_flow_net *net, const bool *kept);

#endif
