/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max-flows of public libraries that a user might take instead of ours; C on the outside. */
#ifndef DC_BENCH_FLOW_PUBLIC_H
#define DC_BENCH_FLOW_PUBLIC_H

#include <stddef.h>
#include <stdint.h>

/* From node 0 to node 1. */
struct bench_net {
	size_t nodes, arcs;
	const uint32_t *tails, *heads;
	const int64_t *capacities;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Build the library's graph, find a minimum cut, return its capacity. */
int64_t bench_flow_lemon(const struct bench_net *net); /* Preflow, SmartDigraph */
int64_t bench_flow_boost(const struct bench_net *net); /* push_relabel_max_flow, adjacency_list */
int64_t bench_flow_boost_bk(const struct bench_net *net); /* boykov_kolmogorov_max_flow */

#ifdef __cplusplus
}
#endif

#endif
