/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow_public.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Edge = Traits::edge_descriptor;
using Vertex = Traits::vertex_descriptor;
using EdgeData = boost::property<boost::edge_capacity_t, int64_t,
				 boost::property<boost::edge_residual_capacity_t, int64_t,
						 boost::property<boost::edge_reverse_t, Edge>>>;
using VertexData =
	boost::property<boost::vertex_color_t, boost::default_color_type,
			boost::property<boost::vertex_distance_t, long,
					boost::property<boost::vertex_predecessor_t, Edge>>>;
using Graph =
	boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, VertexData, EdgeData>;

static void fill(Graph &graph, const struct bench_net *net)
{
	auto capacity = boost::get(boost::edge_capacity, graph);
	auto reverse = boost::get(boost::edge_reverse, graph);

	for (size_t i = 0; i < net->arcs; i++) {
		Edge forth = boost::add_edge(net->tails[i], net->heads[i], graph).first;
		Edge back = boost::add_edge(net->heads[i], net->tails[i], graph).first;

		capacity[forth] = net->capacities[i];
		capacity[back] = 0;
		reverse[forth] = back;
		reverse[back] = forth;
	}
}

extern "C" int64_t bench_flow_boost(const struct bench_net *net)
{
	Graph graph(net->nodes);

	fill(graph, net);
	return boost::push_relabel_max_flow(graph, Vertex{0}, Vertex{1});
}

extern "C" int64_t bench_flow_boost_bk(const struct bench_net *net)
{
	Graph graph(net->nodes);

	fill(graph, net);
	return boost::boykov_kolmogorov_max_flow(graph, Vertex{0}, Vertex{1});
}
