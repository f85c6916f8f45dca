/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cut as a list: CSV for spreadsheets, callgrind's format for kcachegrind. */
#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "report/text.h"

static void put_csv_row(FILE *out, const struct dc_report *report, size_t node)
{
	const struct dc_function *function = dc_report_function(report, node);
	const struct dc_problem_node *at = &report->problem->nodes.at[node];
	const struct dc_step *step = &dc_report_reason(report, node)->steps[0];
	double above_us = dc_report_threshold_us(report, node);

	dc_put_csv(out, at->id);
	fputc(',', out);
	dc_put_csv(out, function ? function->file : "");
	if (function)
		fprintf(out, ",%u,%u", function->first_line, function->last_line);
	else
		fputs(",,", out);
	fprintf(out, ",%" PRId64 ",%s,", at->loc,
		dc_placement_names[report->cut->placements[node]]);
	if (above_us >= 0)
		fprintf(out, "%.9g", above_us);
	fprintf(out, ",%s,", step->basis.code);
	dc_put_csv(out, step->basis.subject ? step->basis.subject : "");
	fputc(',', out);
	dc_put_csv(out, step->text);
	fprintf(out, ",%" PRId64 ",%" PRId64 "\n", at->entry_calls, at->kernel_calls);
}

void dc_report_csv(FILE *out, const struct dc_report *report)
{
	size_t i;

	fputs("function,file,first_line,last_line,lines,side,kernel_above_us,code,subject,reason,"
	      "entry_calls,kernel_calls\n",
	      out);
	for (i = 0; i < report->problem->nodes.len; i++)
		put_csv_row(out, report, i);
}

/* callgrind's "fl=" and "fn=" take the rest of a line. */
static void put_place(FILE *out, const struct dc_report *report, size_t node, const char *prefix)
{
	const struct dc_function *function = dc_report_function(report, node);

	fprintf(out, "%s=", *prefix ? "cfi" : "fl");
	dc_put_line(out, function ? function->file : "unknown");
	fprintf(out, "\n%sfn=", prefix);
	dc_put_line(out, report->problem->nodes.at[node].id);
	fputc('\n', out);
}

static unsigned line_of(const struct dc_report *report, size_t node)
{
	const struct dc_function *function = dc_report_function(report, node);

	return function ? function->first_line : 0;
}

/* The line of the first call from one function to another, for a jump into the source. */
static unsigned call_line(const struct dc_report *report, const struct dc_problem_edge *edge)
{
	const struct dc_function *from = dc_report_function(report, edge->from);
	const struct dc_function *to = dc_report_function(report, edge->to);
	const struct dc_call *call;

	if (from && to)
		dc_vec_each (call, &report->graph->calls)
			if (call->kind != DC_CALL_KERNEL && dc_call_counts(call) &&
			    &report->graph->functions.at[call->caller] == from &&
			    &report->graph->functions.at[call->callee] == to)
				return call->line;
	return line_of(report, edge->from);
}

/* A function's own cost: the kernel's calls of it and its calls of the kernel. */
static void put_self(FILE *out, const struct dc_report *report, size_t node)
{
	const struct dc_problem_node *at = &report->problem->nodes.at[node];
	int64_t calls = at->entry_calls + at->kernel_calls;

	put_place(out, report, node, "");
	fprintf(out, "%u %" PRId64 " %" PRId64 "\n", line_of(report, node), calls,
		report->cut->in_kernel[node] ? 0 : calls);
}

static void put_call(FILE *out, const struct dc_report *report, const struct dc_problem_edge *edge)
{
	int64_t crossing = dc_report_crossing(report, edge);

	if (!edge->calls && !edge->down)
		return;
	put_place(out, report, edge->to, "c");
	fprintf(out, "calls=%" PRId64 " %u\n%u %" PRId64 " %" PRId64 "\n", edge->calls,
		line_of(report, edge->to), call_line(report, edge), edge->calls, crossing);
}

void dc_report_callgrind(FILE *out, const struct dc_report *report)
{
	const struct dc_problem *problem = report->problem;
	size_t i, edge = 0;

	fputs("# callgrind format\nversion: 1\ncreator: drivercut ", out);
	dc_put_line(out, report->version);
	fputs("\ncmd: ", out);
	dc_put_line(out, report->title);
	fputs("\npositions: line\nevents: Calls Crossings\n\n", out);
	for (i = 0; i < problem->nodes.len; i++) {
		put_self(out, report, i);
		for (; edge < problem->edges.len && problem->edges.at[edge].from == i; edge++)
			put_call(out, report, &problem->edges.at[edge]);
		fputc('\n', out);
	}
}
