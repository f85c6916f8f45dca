/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut report: a page on a driver and all its optimal cuts, or the same for other tools.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/verbs.h"
#include "report/report.h"
#include "report/text.h"

enum format { HTML, JSON, CSV, DOT, GRAPHML, CALLGRIND, SARIF };

static const char *const format_names[] = {"html",    "json",	   "csv",   "dot",
					   "graphml", "callgrind", "sarif", NULL};

struct report {
	struct dc_cli *cli;
	struct dc_solve_options options;
	struct dc_workspace workspace; /* of the driver; cli is NULL if a problem was given */
	enum format format;
	const char *against_path;
	bool no_source;
	struct dc_arena *arena; /* of what the report borrows */
	struct dc_problem *given, *pinned, *without;
	struct dc_graph *graph;
	struct dc_sweep *sweep;
	struct dc_cut *cut, *lasting;
	struct dc_report report;
};

static const struct dc_option options[] = {
	DC_CHOICE("format", struct report, format, "FORMAT", format_names,
		  "html, json, csv, dot, graphml, callgrind or sarif",
		  "html: the page; csv: for a spreadsheet; dot, graphml: for graphviz, Gephi; "
		  "callgrind: for kcachegrind; sarif: for code review; json: what the page shows"),
	DC_TEXT("against", 0, struct report, against_path, "FILE",
		"compare with another version, profile or cut: a report --format json, or a "
		"cut.json"),
	DC_FLAG("no-source", 0, struct report, no_source, "leave out the driver's source"),
	DC_GROUP(dc_terms_options, struct report, options),
	DC_GROUP(dc_problem_options, struct report, options),
	DC_GROUP(dc_result_options, struct report, options),
	DC_GROUP(dc_pin_option, struct report, options),
	{0},
};

/* The text of one file; a file that cannot be read is left out with a note. */
static void add_file(struct report *r, const char *name)
{
	char *path = dc_printf("%s/%s", r->workspace.driver.source, name), *text = NULL;
	struct dc_diag silent = {0};
	struct dc_report_file file = {.name = name};
	size_t len = 0;

	if (dc_file_read(&silent, path, &text, &len) < 0) {
		dc_note(&r->cli->diag, DC_FILE(path), "cannot be read; the report goes without it");
	} else {
		file.text = dc_utf8(r->arena, text, len, &file.len_bytes);
		dc_vec_push(&r->report.files, file);
	}
	free(text);
	free(path);
}

static int order_files(const void *a, const void *b)
{
	return strcmp(((const struct dc_report_file *)a)->name,
		      ((const struct dc_report_file *)b)->name);
}

static int read_files(struct report *r)
{
	const struct dc_function *function;
	const struct dc_report_file *file;
	int err = dc_workspace_fetch(&r->workspace);

	if (err < 0)
		return err;
	dc_vec_each (function, &r->graph->functions) {
		dc_vec_each (file, &r->report.files)
			if (!strcmp(file->name, function->file))
				break;
		if (!r->report.files.len || file == r->report.files.at + r->report.files.len)
			add_file(r, function->file);
	}
	if (r->report.files.len)
		qsort(r->report.files.at, r->report.files.len, sizeof(*r->report.files.at),
		      order_files);
	return 0;
}

/* The folder of the source from the current one, "drivers/net/mine/"; NULL if it is not below it.
 */
static const char *below_here(struct report *r)
{
	char *folder = realpath(r->workspace.driver.folder, NULL), *here = realpath(".", NULL);
	size_t len = here ? strlen(here) : 0;
	const char *below = NULL;

	if (folder && here && !r->workspace.driver.package && !strncmp(folder, here, len)) {
		if (folder[len] == '/')
			below = dc_arena_printf(r->arena, "%s/", folder + len + 1);
		else if (!folder[len])
			below = "";
	}
	free(folder);
	free(here);
	return below;
}

/* The file to compare with: any version of a report's document, or a cut. */
static int read_against(struct report *r)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	const char *kind;
	int err = dc_json_open(&r->cli->diag, r->against_path, NULL, &doc, &root);

	if (err < 0)
		return err;
	kind = dc_json_str(&root, "kind");
	if (!strcmp(kind, "report")) {
		dc_json_array(&root, "functions");
		dc_json_array(&root, "edges");
		dc_json_array(&root, "breakpoints");
		dc_json_array(&root, "cuts");
	} else if (!strcmp(kind, "cut")) {
		dc_json_object(&root, "sides");
	} else {
		dc_json_fault(
			&root,
			"this is a %s file, expected a report (drivercut report --format json) "
			"or a cut (drivercut solve -o)",
			kind);
	}
	dc_json_int(&root, "kernel_loc", 0, INT64_MAX);
	dc_json_int(&root, "crossings", 0, INT64_MAX);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	if (!err) {
		r->report.against = json_incref(root.value);
		if (json_object_get(root.value, "source"))
			json_object_del(root.value, "source"); /* nothing shows it */
		r->report.against_name =
			dc_utf8(r->arena, r->against_path, strlen(r->against_path), NULL);
	}
	dc_json_close(doc);
	return err;
}

/* Solves at one delay and at all, and gathers what the report borrows. */
static int gather(struct report *r)
{
	const struct dc_cut_options how = {.engine = r->options.engine, .prove = DC_PROVE_FLOW};
	struct dc_diag *diag = &r->cli->diag;
	const struct dc_problem *problem;
	struct dc_terms terms;
	int err = dc_solve_pinned(r->cli, &r->options, r->given, &r->pinned);
	const char *title;

	problem = r->pinned ? r->pinned : r->given;
	if (!err)
		err = dc_solve_terms(r->cli, &r->options, problem, &terms);
	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &how, &r->cut);
	if (!err)
		err = dc_without_missing(diag, problem, &r->without);
	if (!err)
		err = dc_terms_of_delay(diag, r->without, (struct dc_ratio){0, 1}, r->options.price,
					&terms);
	if (!err)
		err = dc_cut_solve(diag, r->without, &terms, &how, &r->lasting);
	if (!err)
		err = dc_sweep_solve(diag, problem, r->options.price, r->options.engine, &r->sweep);
	if (!err)
		err = dc_worths_find(diag, problem, &r->report.worths, &r->report.worth_together);
	if (!err && r->workspace.cli)
		err = dc_workspace_graph(&r->workspace, &r->graph);
	if (!err && r->graph && !r->no_source)
		err = read_files(r);
	if (!err && r->against_path)
		err = read_against(r);
	title = dc_problem_title(problem);
	r->report.title = dc_utf8(r->arena, title, strlen(title), NULL);
	r->report.version = DC_VERSION;
	r->report.problem = problem;
	r->report.sweep = r->sweep;
	r->report.cut = r->cut;
	r->report.lasting = r->lasting;
	r->report.graph = r->graph;
	r->report.below = r->graph ? below_here(r) : NULL;
	r->report.rules = r->options.rules;
	return err;
}

static int write_json(struct report *r, const char *path, json_t *root)
{
	int err = dc_json_write(&r->cli->diag, path, root);

	json_decref(root);
	return err;
}

static int write_text(struct report *r, const char *path,
		      void (*put)(FILE *out, const struct dc_report *report))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err = -ENOMEM;

	if (out) {
		put(out, &r->report);
		err = fclose(out) ? -errno : dc_file_write(&r->cli->diag, path, text, len);
	}
	free(text);
	return err;
}

static int write_report(struct report *r, const char *path)
{
	switch (r->format) {
	case JSON:
		return write_json(r, path, dc_report_json(&r->report));
	case SARIF:
		return write_json(r, path, dc_report_sarif(&r->report));
	case CSV:
		return write_text(r, path, dc_report_csv);
	case DOT:
		return write_text(r, path, dc_report_dot);
	case GRAPHML:
		return write_text(r, path, dc_report_graphml);
	case CALLGRIND:
		return write_text(r, path, dc_report_callgrind);
	default:
		return write_text(r, path, dc_report_html);
	}
}

/* -o; else standard output, but a page goes to the driver's folder for results. */
static const char *output_path(struct report *r)
{
	if (r->options.output)
		return r->options.output;
	if (r->format != HTML || !r->workspace.cli)
		return "-";
	return dc_workspace_path(&r->workspace, "report.html");
}

static int report(struct report *r)
{
	const char *path;
	int err = gather(r);

	if (err < 0)
		return err;
	path = output_path(r);
	err = write_report(r, path);
	if (!err && !dc_is_stdout(path) && !r->cli->json)
		puts(path);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct report r = {.cli = cli, .arena = dc_arena_new()};
	int err, status;

	dc_solve_options_start(&r.options);
	status = dc_options_read(cli, &dc_verb_report, argc, argv, &r);
	if (status < 0) {
		if (cli->json)
			r.format = JSON;
		err = dc_solve_problem(cli, &dc_verb_report, &r.options, argc - optind,
				       argv + optind, &r.workspace, &r.given);
		if (!err)
			err = report(&r);
		status = dc_solve_exit(err);
	}
	json_decref(r.report.against);
	dc_vec_done(&r.report.files);
	dc_vec_done(&r.report.worths);
	dc_cut_free(r.cut);
	dc_cut_free(r.lasting);
	dc_sweep_free(r.sweep);
	dc_graph_free(r.graph);
	dc_problem_free(r.without);
	dc_problem_free(r.pinned);
	dc_problem_free(r.given);
	if (r.workspace.cli)
		dc_workspace_done(&r.workspace);
	dc_solve_options_done(&r.options);
	dc_arena_free(r.arena);
	return status;
}

const struct dc_verb dc_verb_report = {
	.name = "report",
	.run = run,
	.summary = "write a page that shows a driver and all its cuts",
	.usage = "DRIVER [OPTIONS]\n--problem FILE [OPTIONS]",
	.about = "The page is one HTML file that any browser opens from disk: a slider over all "
		 "delays, a map of the driver by files and functions with the reason for each "
		 "side, callers, callees and source of a function, the crossings, and a "
		 "comparison of two cuts. Nothing in it needs a network. Without JavaScript, and "
		 "on paper, it shows tables.\n\n"
		 "Without a profile, the page shows what must stay in the kernel whatever the "
		 "load. With --rules it also lists the rules and annotations that are missing, "
		 "and the lines that each would free.",
	.options = options,
	.json = "the same as --format json",
	.reads = "the driver's source (once), its profile if there is one; with --rules also "
		 "annotations.json in its folder",
	.writes = "out/DRIVER/report.html, or what -o names; other formats go to standard output",
	.examples = "drivercut report e1000\n"
		    "drivercut report path/to/my/driver --rules -o report.html\n"
		    "drivercut report e1000 --json >before.json    # then change something, and\n"
		    "drivercut report e1000 --against before.json\n"
		    "drivercut report e1000 --format callgrind -o callgrind.out.e1000",
	.see = "drivercut sweep (the same in a terminal), explain (one function)",
};
