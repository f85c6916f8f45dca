/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report on a driver and all its optimal cuts, for people and for the tools that they have.
 *
 * A report takes what graph/ and solver/ found and writes it in one of several formats. The page is
 * one HTML file with everything in it: the style and the script of page/ and, as JSON, all that the
 * script shows. As the cuts are nested, the page can show every delay without a solver.
 */
#ifndef DC_REPORT_REPORT_H
#define DC_REPORT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "base/alloc.h"
#include "graph/graph.h"
#include "report/worth.h"
#include "solver/cut.h"
#include "solver/sweep.h"

/* The text of one file of the driver. */
struct dc_report_file {
	const char *name; /* as in the graph */
	const char *text; /* valid UTF-8 */
	size_t len_bytes;
};

/* All members are borrowed. */
struct dc_report {
	const char *title; /* of the driver or the problem, as anybody may have written it */
	const char *version; /* of drivercut */
	const struct dc_problem *problem;
	const struct dc_sweep *sweep; /* of the problem */
	const struct dc_cut *cut; /* of the problem, with reasons; the page begins at its delay */
	const struct dc_cut *lasting; /* of dc_without_missing(problem), at delay 0 */
	const char *below; /* the folder of the source, from the folder that a checkout would
			    * be in: "drivers/net/mine/"; NULL: not known */
	const struct dc_graph *graph; /* of the same driver; NULL: the problem came from a file */
	bool rules; /* the problem has the constraints of rules and annotations */
	DC_VEC(struct dc_report_file) files; /* sorted by name; may be empty */
	dc_worths worths; /* what is missing, and how many lines it would free */
	int64_t worth_together; /* lines that all of it would free */
	const char *against_name; /* of the file to compare with, or NULL */
	json_t *against; /* its content: a report's document or a cut.json; or NULL */
};

/* The document that the page shows, docs/formats.md. Caller frees with json_decref. */
json_t *dc_report_json(const struct dc_report *report);

/* The page. */
void dc_report_html(FILE *out, const struct dc_report *report);

/* For graphviz, for Gephi and other graph tools, for spreadsheets: the functions and calls, with
 * sides and reasons at the cut's delay. */
void dc_report_dot(FILE *out, const struct dc_report *report);
void dc_report_graphml(FILE *out, const struct dc_report *report);
void dc_report_csv(FILE *out, const struct dc_report *report);

/* For kcachegrind: events "Calls" and "Crossings" of the workload. The cost of a call is that of
 * its own edge: what the callee calls in turn is not in it. */
void dc_report_callgrind(FILE *out, const struct dc_report *report);

/* For code review (SARIF 2.1.0): a result for each function that must be in the kernel, at the line
 * that keeps it there. Caller frees with json_decref. */
json_t *dc_report_sarif(const struct dc_report *report);

/* The function of the graph that a node stands for, or NULL. */
const struct dc_function *dc_report_function(const struct dc_report *report, size_t node);

/* Why a node is on its side. A node that would stay in the kernel whatever is added to rules and
 * annotations has the reason that lasts, even if it also uses something without a rule. */
const struct dc_reason *dc_report_reason(const struct dc_report *report, size_t node);

/* The delay above which a node is in the kernel, in us; 0: always; negative: never. */
double dc_report_threshold_us(const struct dc_report *report, size_t node);

/* The same for people: "always", "never", "above 250 us"; in the arena. */
const char *dc_report_threshold_text(const struct dc_report *report, struct dc_arena *arena,
				     size_t node);

/* What crosses the cut at an edge, in calls of the workload. */
int64_t dc_report_crossing(const struct dc_report *report, const struct dc_problem_edge *edge);

/* "249 ns", "10 us", "1.26 ms": three digits, ASCII; in the arena. */
const char *dc_time_text(struct dc_arena *arena, double us);

#endif
