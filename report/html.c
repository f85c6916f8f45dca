/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page. Its skeleton, style and script are files in page/; this file fills the slots: the
 * tables, which are all that a reader without JavaScript has, the picture, and the data. Every text
 * of the driver goes through dc_put_markup or, in the data, through put_json.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "report/page.h"
#include "report/plot.h"
#include "report/report.h"
#include "report/text.h"

struct page {
	FILE *out;
	const struct dc_report *report;
	struct dc_arena *arena;
};

static double delay_us(const struct dc_report *report)
{
	return dc_ratio_value(report->cut->terms.delay_ns) / 1000;
}

/* Tables */

/* head: one word a column, ">" in front for numbers. */
static void open_table(const struct page *page, const char *id, const char *const *head)
{
	fprintf(page->out, "<div class=\"wide\"><table id=\"%s\"><thead><tr>", id);
	for (; *head; head++)
		fprintf(page->out, "<th scope=\"col\"%s>%s</th>",
			**head == '>' ? " class=\"n\"" : "", *head + (**head == '>'));
	fputs("</tr></thead><tbody>\n", page->out);
}

static void close_table(const struct page *page)
{
	fputs("</tbody></table></div>\n", page->out);
}

static void put_cell(const struct page *page, const char *text)
{
	fputs("<td>", page->out);
	dc_put_markup(page->out, text);
	fputs("</td>", page->out);
}

/* A word that is never broken: a side, a delay, a kind of crossing. */
static void put_word(const struct page *page, const char *text)
{
	fputs("<td class=\"word\">", page->out);
	dc_put_markup(page->out, text);
	fputs("</td>", page->out);
}

static void put_number(const struct page *page, const char *fmt, ...) DC_PRINTF(2, 3);

static void put_number(const struct page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("<td class=\"n\">", page->out);
	vfprintf(page->out, fmt, args);
	fputs("</td>", page->out);
	va_end(args);
}

static const char *place_of(const struct page *page, const char *file, unsigned line)
{
	if (!file)
		return "";
	return line ? dc_arena_printf(page->arena, "%s:%u", file, line) : file;
}

/* All steps of a reason, each behind a line break. */
static void put_reason(const struct page *page, const struct dc_reason *reason)
{
	size_t i;

	fputs("<td>", page->out);
	for (i = 0; i < reason->count; i++) {
		fputs(i ? "<br>" : "", page->out);
		dc_put_markup(page->out, reason->steps[i].text);
	}
	fputs("</td>", page->out);
}

static void put_functions(const struct page *page)
{
	static const char *const head[] = {"function",	    ">lines",  "side",
					   "in the kernel", "because", NULL};
	const struct dc_report *report = page->report;
	size_t i;

	open_table(page, "functions", head);
	for (i = 0; i < report->problem->nodes.len; i++) {
		const struct dc_function *function = dc_report_function(report, i);

		fputs("<tr><th scope=\"row\">", page->out);
		dc_put_markup(page->out, report->problem->nodes.at[i].id);
		if (function) {
			fputs("<br><small>", page->out);
			dc_put_markup(page->out,
				      place_of(page, function->file, function->first_line));
			fputs("</small>", page->out);
		}
		fputs("</th>", page->out);
		put_number(page, "%" PRId64, report->problem->nodes.at[i].loc);
		put_word(page, dc_placement_names[report->cut->placements[i]]);
		put_word(page, dc_report_threshold_text(report, page->arena, i));
		put_reason(page, dc_report_reason(report, i));
		fputs("</tr>\n", page->out);
	}
	close_table(page);
}

/* One line of the table of crossings. */
struct crossing {
	const char *from, *to, *way;
	int64_t calls;
};

static int order_crossings(const void *a, const void *b)
{
	const struct crossing *x = a, *y = b;
	int order = strcmp(x->from, y->from);

	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return order ? order : strcmp(x->to, y->to);
}

#define KERNEL_PROPER "(the kernel proper)"

static void put_crossings(const struct page *page)
{
	static const char *const head[] = {"from",	  "to", "way", ">in the workload",
					   ">per second", NULL};
	const struct dc_problem *problem = page->report->problem;
	const struct dc_problem_node *node;
	const struct dc_problem_edge *edge;
	DC_VEC(struct crossing) rows = {0};
	struct crossing *row;

	dc_vec_each (edge, &problem->edges) {
		int64_t calls = dc_report_crossing(page->report, edge);

		if (calls)
			dc_vec_push(&rows,
				    (struct crossing){problem->nodes.at[edge->from].id,
						      problem->nodes.at[edge->to].id,
						      page->report->cut->in_kernel[edge->from]
							      ? "upcall"
							      : "downcall",
						      calls});
	}
	dc_vec_each (node, &problem->nodes) {
		if (page->report->cut->in_kernel[node - problem->nodes.at])
			continue;
		if (node->entry_calls)
			dc_vec_push(&rows, (struct crossing){KERNEL_PROPER, node->id, "upcall",
							     node->entry_calls});
		if (node->kernel_calls)
			dc_vec_push(&rows, (struct crossing){node->id, KERNEL_PROPER, "downcall",
							     node->kernel_calls});
	}
	if (rows.len)
		qsort(rows.at, rows.len, sizeof(*rows.at), order_crossings);
	open_table(page, "crossings", head);
	dc_vec_each (row, &rows) {
		fputs("<tr>", page->out);
		put_cell(page, row->from);
		put_cell(page, row->to);
		put_word(page, row->way);
		put_number(page, "%" PRId64, row->calls);
		put_number(page, "%.3g", (double)row->calls / (double)problem->seconds);
		fputs("</tr>\n", page->out);
	}
	close_table(page);
	dc_vec_done(&rows);
}

static void put_movers(const struct page *page, const struct dc_breakpoint *breakpoint)
{
	size_t i;

	fputs("<td>", page->out);
	for (i = 0; breakpoint && i < breakpoint->count; i++) {
		fputs(i ? ", " : "", page->out);
		dc_put_markup(page->out,
			      page->report->problem->nodes.at[breakpoint->to_kernel[i]].id);
	}
	fputs("</td>", page->out);
}

static void put_cuts(const struct page *page)
{
	static const char *const head[] = {">above",	">kernel functions",   ">kernel lines",
					   ">kernel %", ">crossings a second", "to the kernel",
					   NULL};
	const struct dc_sweep *sweep = page->report->sweep;
	int64_t all = dc_problem_loc(sweep->problem);
	size_t i;

	open_table(page, "cuts", head);
	for (i = 0; i < sweep->cuts.len; i++) {
		const struct dc_breakpoint *above = i ? &sweep->breakpoints.at[i - 1] : NULL;
		const struct dc_tally *tally = &sweep->cuts.at[i].tally;

		fputs("<tr>", page->out);
		put_number(page, "%s",
			   above ? dc_time_text(page->arena,
						dc_ratio_value(above->terms.delay_ns) / 1000)
				 : "0");
		put_number(page, "%zu", tally->kernel_count);
		put_number(page, "%" PRId64, tally->kernel_loc);
		put_number(page, "%.1f",
			   all ? 100.0 * (double)tally->kernel_loc / (double)all : 0.0);
		put_number(page, "%.3g",
			   (double)tally->crossings / (double)sweep->problem->seconds);
		put_movers(page, above);
		fputs("</tr>\n", page->out);
	}
	close_table(page);
}

static void put_missing_rows(const struct page *page, bool freeing)
{
	static const char *const head[] = {">frees lines", "missing", "for", "at", NULL};
	const struct dc_worth *worth;

	open_table(page, freeing ? "missing" : "missing-more", head);
	dc_vec_each (worth, &page->report->worths) {
		if ((worth->lines > 0) != freeing)
			continue;
		fputs("<tr>", page->out);
		put_number(page, "%" PRId64, worth->lines);
		put_word(page, strcmp(worth->code, "no-rule") ? "annotation" : "rule");
		put_cell(page, worth->subject);
		put_cell(page, place_of(page, worth->file, worth->line));
		fputs("</tr>\n", page->out);
	}
	close_table(page);
}

static void put_missing(const struct page *page)
{
	if (!page->report->worths.len) {
		fprintf(page->out, "<p>%s</p>\n",
			page->report->rules
				? "None: every constraint follows from the driver itself."
				: "This report ignores what moved code needs of the kernel. Made "
				  "with "
				  "<code>--rules</code>, it lists what is missing and the lines "
				  "that each "
				  "would free.");
		return;
	}
	fprintf(page->out,
		"<p>Freed lines need not stay in the kernel once it is there, whatever the load. "
		"All "
		"of it together would free %" PRId64 " lines.</p>\n",
		page->report->worth_together);
	put_missing_rows(page, true);
	fputs("<details><summary>what frees nothing alone, as something else is missing for the "
	      "same "
	      "functions or keeps them</summary>\n",
	      page->out);
	put_missing_rows(page, false);
	fputs("</details>\n", page->out);
}

/* Compare, without JavaScript: both cuts at their own delay. */

/* The side of each function in the file to compare with, by name: a new object. */
static json_t *other_sides(const json_t *other)
{
	json_t *sides = json_object(), *function, *given;
	const json_t *functions = json_object_get(other, "functions"), *copies, *copy;
	const char *name, *side;
	size_t i;

	json_array_foreach (functions, i, function) {
		name = json_string_value(json_object_get(function, "name"));
		side = json_string_value(json_object_get(function, "side"));
		if (name && side)
			dc_json_set(sides, name, json_string(side));
	}
	given = json_object_get(other, "sides");
	json_object_foreach (given, name, function)
		if (json_is_string(function))
			json_object_set(sides, name, function);
	copies = json_object_get(other, "replicated");
	json_array_foreach (copies, i, copy)
		if (json_is_string(copy))
			dc_json_set(sides, json_string_value(copy), json_string("both"));
	return sides;
}

static void put_move(const struct page *page, const char *name, const char *here, const char *there)
{
	fputs("<tr>", page->out);
	put_cell(page, name);
	put_word(page, here);
	put_word(page, there);
	fputs("</tr>\n", page->out);
}

static void put_moves(const struct page *page)
{
	static const char *const head[] = {"function", "here", "there", NULL};
	const struct dc_report *report = page->report;
	json_t *sides = other_sides(report->against), *left;
	const char *name, *here, *there;
	size_t i;

	open_table(page, "moved", head);
	for (i = 0; i < report->problem->nodes.len; i++) {
		name = report->problem->nodes.at[i].id;
		here = dc_placement_names[report->cut->placements[i]];
		there = json_string_value(json_object_get(sides, name));
		if (!there || strcmp(here, there) != 0)
			put_move(page, name, here, there ? there : "(not there)");
		json_object_del(sides, name);
	}
	json_object_foreach (sides, name, left)
		put_move(page, name, "(not here)", json_string_value(left));
	close_table(page);
	json_decref(sides);
}

static void put_compare(const struct page *page)
{
	const json_t *other = page->report->against;

	if (!other)
		return;
	fputs("<section class=\"plain\" aria-labelledby=\"against-title\"><h2 "
	      "id=\"against-title\">Compared with ",
	      page->out);
	dc_put_markup(page->out, page->report->against_name);
	fprintf(page->out,
		"</h2><p>%" JSON_INTEGER_FORMAT " lines in the kernel there, %" PRId64
		" here; %" JSON_INTEGER_FORMAT " crossings there, %" PRId64
		" here (in the workload).</p>\n",
		json_integer_value(json_object_get(other, "kernel_loc")),
		page->report->cut->tally.kernel_loc,
		json_integer_value(json_object_get(other, "crossings")),
		page->report->cut->tally.crossings);
	fputs("<p>Functions that are on another side, each cut at its own delay:</p>\n", page->out);
	put_moves(page);
	fputs("</section>\n", page->out);
}

/* The other slots */

static void put_title(const struct page *page)
{
	dc_put_markup(page->out, page->report->title);
}

static void put_version(const struct page *page)
{
	dc_put_markup(page->out, page->report->version);
}

static void put_about(const struct page *page)
{
	static const char *const weights[] = {
		"Calls are weighed as a profile counted them",
		"No call has a weight, so one cut is optimal at all delays: what must stay in the "
		"kernel whatever the load",
		"Weights are estimated from the source, and so are all crossings and delays"};
	const struct dc_report *report = page->report;

	fprintf(page->out, "%zu functions, %" PRId64 " lines", report->problem->nodes.len,
		dc_problem_loc(report->problem));
	if (report->graph && report->graph->kernel) {
		fputs(", Linux ", page->out);
		dc_put_markup(page->out, report->graph->kernel);
	}
	fprintf(page->out, ". %s. %s.", weights[report->problem->weighed],
		report->rules
			? "Cuts can run: functions that use anything without a rule or annotation "
			  "stay in the kernel"
			: "What moved code needs of the kernel is ignored");
}

static void put_summary(const struct page *page)
{
	const struct dc_report *report = page->report;
	const struct dc_tally *tally = &report->cut->tally;
	int64_t all = tally->kernel_loc + tally->user_loc;

	fprintf(page->out,
		"At a delay of %s: %" PRId64 " of %" PRId64
		" lines (%.1f %%) in the kernel, %.3g crossings a second, %.3g %% of one CPU",
		dc_time_text(page->arena, delay_us(report)), tally->kernel_loc, all,
		all ? 100.0 * (double)tally->kernel_loc / (double)all : 0.0,
		(double)tally->crossings / (double)report->problem->seconds,
		100 * dc_overhead(report->problem, report->cut->terms.delay_ns, tally->crossings));
}

static void put_plot(const struct page *page)
{
	char *title =
		dc_printf("Kernel lines and overhead of %s over all delays", page->report->title);

	dc_plot_sweep(page->out, page->report->sweep, title, delay_us(page->report), false);
	free(title);
}

static void put_from(const struct page *page)
{
	double from, to;

	dc_plot_range(page->report->sweep, &from, &to);
	fprintf(page->out, "%.9g", from);
}

static void put_to(const struct page *page)
{
	double from, to;

	dc_plot_range(page->report->sweep, &from, &to);
	fprintf(page->out, "%.9g", to);
}

/* JSON inside an element: no text in it can end the element or begin a comment. */
static void put_json(const struct page *page, const json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *at;

	for (at = text ? text : "null"; *at; at++)
		if (strchr("<>&", *at))
			fprintf(page->out, "\\u%04x", (unsigned)*at);
		else
			fputc(*at, page->out);
	free(text);
}

static void put_data(const struct page *page)
{
	json_t *root = dc_report_json(page->report);

	put_json(page, root);
	json_decref(root);
}

static void put_against(const struct page *page)
{
	json_t *root = json_object();

	if (page->report->against) {
		dc_json_set(root, "name", json_string(page->report->against_name));
		dc_json_set(root, "document", json_incref(page->report->against));
	}
	put_json(page, root);
	json_decref(root);
}

static void put_style(const struct page *page)
{
	fprintf(page->out, "%s%s", dc_page_css, dc_page_plot_css);
}

static void put_style_hash(const struct page *page)
{
	fputs(dc_page_style_hash, page->out);
}

static void put_script(const struct page *page)
{
	fputs(dc_page_js, page->out);
}

static void put_script_hash(const struct page *page)
{
	fputs(dc_page_script_hash, page->out);
}

static const struct slot {
	const char *name;
	void (*put)(const struct page *page);
} slots[] = {
	{"title", put_title},
	{"version", put_version},
	{"about", put_about},
	{"summary", put_summary},
	{"plot", put_plot},
	{"from", put_from},
	{"to", put_to},
	{"cuts", put_cuts},
	{"functions", put_functions},
	{"crossings", put_crossings},
	{"missing", put_missing},
	{"compare", put_compare},
	{"data", put_data},
	{"against", put_against},
	{"style", put_style},
	{"script", put_script},
	{"style-hash", put_style_hash},
	{"script-hash", put_script_hash},
};

static void put_slot(const struct page *page, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (strlen(slots[i].name) == len && !strncmp(slots[i].name, name, len)) {
			slots[i].put(page);
			return;
		}
}

void dc_report_html(FILE *out, const struct dc_report *report)
{
	struct page page = {.out = out, .report = report, .arena = dc_arena_new()};
	const char *at = dc_page_html, *slot, *end;

	while ((slot = strstr(at, "{{")) && (end = strstr(slot, "}}"))) {
		fwrite(at, 1, (size_t)(slot - at), out);
		put_slot(&page, slot + 2, (size_t)(end - slot - 2));
		at = end + 2;
	}
	fputs(at, out);
	dc_arena_free(page.arena);
}
