/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several formats of a report need to know of a node or an edge. */
#include "report/report.h"

const struct dc_function *dc_report_function(const struct dc_report *report, size_t node)
{
	int index = report->graph
			    ? dc_graph_function(report->graph, report->problem->nodes.at[node].id)
			    : -1;

	return index < 0 ? NULL : &report->graph->functions.at[index];
}

const struct dc_reason *dc_report_reason(const struct dc_report *report, size_t node)
{
	return report->lasting->in_kernel[node] ? &report->lasting->reasons[node]
						: &report->cut->reasons[node];
}

double dc_report_threshold_us(const struct dc_report *report, size_t node)
{
	size_t enters = report->sweep->enters[node];

	if (enters == DC_NEVER)
		return -1;
	if (!enters)
		return 0;
	return dc_ratio_value(report->sweep->breakpoints.at[enters - 1].terms.delay_ns) / 1000;
}

const char *dc_report_threshold_text(const struct dc_report *report, struct dc_arena *arena,
				     size_t node)
{
	double us = dc_report_threshold_us(report, node);

	if (us < 0)
		return "never";
	if (!report->sweep->enters[node])
		return "always";
	return dc_arena_printf(arena, "above %s", dc_time_text(arena, us));
}

int64_t dc_report_crossing(const struct dc_report *report, const struct dc_problem_edge *edge)
{
	bool from = report->cut->in_kernel[edge->from], to = report->cut->in_kernel[edge->to];

	if (report->problem->nodes.at[edge->to].replicated || from == to)
		return 0;
	return from ? edge->calls : edge->down;
}

const char *dc_time_text(struct dc_arena *arena, double us)
{
	char text[DC_TIME_LEN];

	dc_time_format(1000 * us, 3, text);
	return dc_arena_strdup(arena, text);
}
