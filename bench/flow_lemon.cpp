/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow_public.h"

#include <lemon/preflow.h>
#include <lemon/smart_graph.h>

using Graph = lemon::SmartDigraph;
using Map = Graph::ArcMap<int64_t>;

extern "C" int64_t bench_flow_lemon(const struct bench_net *net)
{
	Graph graph;
	size_t i;

	graph.reserveNode(static_cast<int>(net->nodes));
	graph.reserveArc(static_cast<int>(net->arcs));
	for (i = 0; i < net->nodes; i++)
		graph.addNode();
	Map capacity(graph);
	for (i = 0; i < net->arcs; i++)
		capacity[graph.addArc(graph.nodeFromId(static_cast<int>(net->tails[i])),
				      graph.nodeFromId(static_cast<int>(net->heads[i])))] =
			net->capacities[i];
	lemon::Preflow<Graph, Map> flow(graph, capacity, graph.nodeFromId(0), graph.nodeFromId(1));
	flow.runMinCut();
	return flow.flowValue();
}
