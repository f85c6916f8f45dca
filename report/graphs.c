/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cut as a graph: DOT and GraphML. A node is a function, an edge the calls between two. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/text.h"

static const char *file_of(const struct dc_report *report, size_t node)
{
	const struct dc_function *function = dc_report_function(report, node);

	return function ? function->file : "";
}

static unsigned line_of(const struct dc_report *report, size_t node)
{
	const struct dc_function *function = dc_report_function(report, node);

	return function ? function->first_line : 0;
}

static void put_dot_node(FILE *out, const struct dc_report *report, size_t node)
{
	static const char *const colours[] = {"#2b6cb0", "#e2e8f0", "#90cdf4"};
	enum dc_placement placement = report->cut->placements[node];
	const struct dc_problem_node *at = &report->problem->nodes.at[node];

	fprintf(out, "\t%zu [label=\"", node);
	dc_put_dot(out, at->id);
	fprintf(out, "\\n%" PRId64 " lines\", fillcolor=\"%s\", fontcolor=\"%s\", tooltip=\"",
		at->loc, colours[placement],
		placement == DC_PLACEMENT_KERNEL ? "#ffffff" : "#000000");
	dc_put_dot(out, dc_placement_names[placement]);
	fputs(": ", out);
	dc_put_dot(out, dc_report_reason(report, node)->steps[0].text);
	fputs("\"];\n", out);
}

/* One cluster for each file. Nodes of one file are together once the list is made file by file. */
static void put_dot_nodes(FILE *out, const struct dc_report *report)
{
	size_t i, j, n = report->problem->nodes.len, clusters = 0;
	bool *done = dc_alloc(n, sizeof(*done));

	for (i = 0; i < n; i++) {
		const char *file = file_of(report, i);

		if (done[i])
			continue;
		fprintf(out, "subgraph cluster_%zu {\n\tlabel=\"", clusters++);
		dc_put_dot(out, file);
		fputs("\";\n", out);
		for (j = i; j < n; j++)
			if (!done[j] && !strcmp(file_of(report, j), file)) {
				put_dot_node(out, report, j);
				done[j] = true;
			}
		fputs("}\n", out);
	}
	free(done);
}

/* newrank: with clusters, graphviz 2.43 fails on a driver's cycles ("trouble in init_rank"). */
void dc_report_dot(FILE *out, const struct dc_report *report)
{
	const struct dc_problem_edge *edge;

	fputs("digraph \"", out);
	dc_put_dot(out, report->title);
	fputs("\" {\n\trankdir=LR;\n\tnewrank=true;\n\tnode [shape=box, style=filled];\n", out);
	put_dot_nodes(out, report);
	dc_vec_each (edge, &report->problem->edges) {
		int64_t crossing = dc_report_crossing(report, edge);
		bool from = report->cut->in_kernel[edge->from];
		bool to = report->cut->in_kernel[edge->to];

		fprintf(out, "\t%zu -> %zu", edge->from, edge->to);
		if (from != to)
			fprintf(out, " [color=\"#c53030\", penwidth=2, label=\"%" PRId64 "\"]",
				crossing);
		fputs(";\n", out);
	}
	fputs("}\n", out);
}

static void put_key(FILE *out, const char *of, const char *name, const char *type)
{
	fprintf(out, "<key id=\"%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", name, of,
		name, type);
}

static void put_data(FILE *out, const char *key, const char *text)
{
	fprintf(out, "<data key=\"%s\">", key);
	dc_put_markup(out, text);
	fputs("</data>", out);
}

static void put_graphml_node(FILE *out, const struct dc_report *report, size_t node)
{
	const struct dc_step *step = &dc_report_reason(report, node)->steps[0];
	const struct dc_problem_node *at = &report->problem->nodes.at[node];

	fprintf(out, "<node id=\"n%zu\">", node);
	put_data(out, "name", at->id);
	put_data(out, "file", file_of(report, node));
	fprintf(out, "<data key=\"line\">%u</data><data key=\"lines\">%" PRId64 "</data>",
		line_of(report, node), at->loc);
	put_data(out, "side", dc_placement_names[report->cut->placements[node]]);
	put_data(out, "code", step->basis.code);
	put_data(out, "reason", step->text);
	fprintf(out, "<data key=\"above_us\">%.9g</data></node>\n",
		dc_report_threshold_us(report, node));
}

void dc_report_graphml(FILE *out, const struct dc_report *report)
{
	const struct dc_problem_edge *edge;
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
	      out);
	put_key(out, "node", "name", "string");
	put_key(out, "node", "file", "string");
	put_key(out, "node", "line", "int");
	put_key(out, "node", "lines", "long");
	put_key(out, "node", "side", "string");
	put_key(out, "node", "code", "string");
	put_key(out, "node", "reason", "string");
	put_key(out, "node", "above_us", "double");
	put_key(out, "edge", "calls", "long");
	put_key(out, "edge", "down", "long");
	put_key(out, "edge", "crossing", "long");
	fputs("<graph edgedefault=\"directed\">\n", out);
	for (i = 0; i < report->problem->nodes.len; i++)
		put_graphml_node(out, report, i);
	dc_vec_each (edge, &report->problem->edges)
		fprintf(out,
			"<edge source=\"n%zu\" target=\"n%zu\"><data key=\"calls\">%" PRId64
			"</data><data key=\"down\">%" PRId64
			"</data><data key=\"crossing\">%" PRId64 "</data></edge>\n",
			edge->from, edge->to, edge->calls, edge->down,
			dc_report_crossing(report, edge));
	fputs("</graph>\n</graphml>\n", out);
}
