/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds up the results of a study, family by family, and prints them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/study.h"
#include "cli/table.h"

const struct dc_study_family dc_study_families[DC_STUDY_FAMILIES] = {
	{"net", 134, 27.8}, {"scsi", 49, 26.1}, {"sound", 272, 7.8},
	{"block"},	    {"char"},		{"hid"},
	{"hwmon"},	    {"input"},		{"usb"},
	{"watchdog"}};

bool dc_study_has_family(const struct dc_study_sums *sums)
{
	return sums->family->paper_drivers || sums->drivers || sums->failed || sums->missing;
}

bool dc_study_wants_family(const struct dc_study_options *options,
			   const struct dc_study_family *family)
{
	return options->family ? !strcmp(options->family, family->name) : family->paper_drivers > 0;
}

static int64_t number(const struct dc_json *root, const char *key)
{
	return dc_json_int(root, key, 0, INT64_MAX);
}

static void add_driver(const struct dc_json *root, struct dc_study_sums *sums)
{
	struct dc_json unknown = dc_json_array_or_empty(root, "no_template");
	int64_t functions = number(root, "functions"), lines = number(root, "lines");
	int64_t critical = number(root, "critical_functions");
	int64_t critical_lines = number(root, "critical_lines");

	sums->drivers++;
	sums->with_unknown += dc_json_len(&unknown) > 0;
	sums->functions += functions;
	sums->critical += critical;
	sums->lines += lines;
	sums->critical_lines += critical_lines;
	sums->must_stay += number(root, "must_stay_lines");
	sums->may_move += number(root, "may_move_lines");
	sums->sites += number(root, "indirect_sites");
	sums->one += number(root, "one_target");
	sums->by_field += number(root, "targets_by_field");
	sums->by_signature += number(root, "targets_by_signature");
	if (functions && lines) {
		dc_vec_push(&sums->function_shares, 100.0 * (double)critical / (double)functions);
		dc_vec_push(&sums->line_shares, 100.0 * (double)critical_lines / (double)lines);
	}
}

static int add_result(struct dc_study *study, const char *driver, struct dc_study_sums *sums)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	const char *path = dc_study_file(study, "results", driver);
	int64_t memory_kib;
	int err;

	if (!dc_is_file(path)) {
		sums->missing++;
		return 0;
	}
	err = dc_json_open(study->diag, path, "study-result", &doc, &root);
	if (err < 0)
		return err;
	sums->cpu_ms += number(&root, "cpu_ms");
	memory_kib = number(&root, "memory_kib");
	if (memory_kib > sums->memory_kib)
		sums->memory_kib = memory_kib;
	if (dc_json_has(&root, "failed")) {
		sums->failed++;
		dc_note(study->diag, NULL, "%s failed: %s", driver, dc_json_str(&root, "failed"));
	} else {
		add_driver(&root, sums);
	}
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static int compare_doubles(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int read_family(struct dc_study *study, const struct dc_study_family *family,
		       struct dc_study_sums *ret)
{
	size_t len = strlen(family->name), i;
	int err = 0;

	ret->family = family;
	for (i = 0; !err && i < study->drivers.len; i++)
		if (!strncmp(study->drivers.at[i], family->name, len) &&
		    study->drivers.at[i][len] == '/')
			err = add_result(study, study->drivers.at[i], ret);
	if (ret->function_shares.len) {
		qsort(ret->function_shares.at, ret->function_shares.len, sizeof(double),
		      compare_doubles);
		qsort(ret->line_shares.at, ret->line_shares.len, sizeof(double), compare_doubles);
	}
	return err;
}

int dc_study_read(struct dc_study *study, struct dc_study_results *ret)
{
	struct dc_study_results results = {0};
	int i, err = 0;

	for (i = 0; !err && i < DC_STUDY_FAMILIES; i++)
		err = read_family(study, &dc_study_families[i], &results.families[i]);
	if (err < 0)
		dc_study_results_done(&results);
	else
		*ret = results;
	return err;
}

void dc_study_results_done(struct dc_study_results *results)
{
	int i;

	for (i = 0; i < DC_STUDY_FAMILIES; i++) {
		dc_vec_done(&results->families[i].function_shares);
		dc_vec_done(&results->families[i].line_shares);
	}
}

static double percent(int64_t part, int64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static double mean(const double *at, size_t count)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += at[i];
	return count ? sum / (double)count : 0;
}

static double median(const double *at, size_t count)
{
	return count ? (at[(count - 1) / 2] + at[count / 2]) / 2 : 0;
}

static void put_family(struct dc_table *table, const struct dc_study_sums *sums)
{
	size_t count = sums->function_shares.len;
	double sites = sums->sites ? (double)sums->sites : 1;

	dc_table_row(table);
	dc_table_text(table, sums->family->name);
	dc_table_int(table, sums->drivers);
	dc_table_int(table, sums->failed);
	dc_table_int(table, sums->functions);
	dc_table_real(table, "%.1f", percent(sums->critical, sums->functions));
	dc_table_real(table, "%.1f", mean(sums->function_shares.at, count));
	dc_table_real(table, "%.1f", median(sums->function_shares.at, count));
	dc_table_int(table, sums->lines);
	dc_table_real(table, "%.1f", mean(sums->line_shares.at, count));
	dc_table_real(table, "%.1f", median(sums->line_shares.at, count));
	dc_table_real(table, "%.1f", percent(sums->must_stay, sums->lines));
	dc_table_real(table, "%.1f", percent(sums->may_move, sums->lines));
	dc_table_int(table, sums->sites);
	dc_table_real(table, "%.0f", percent(sums->one, sums->sites));
	dc_table_real(table, "%.1f", (double)sums->by_field / sites);
	dc_table_real(table, "%.1f", (double)sums->by_signature / sites);
	if (!sums->family->paper_drivers)
		return;
	dc_table_int(table, sums->family->paper_drivers);
	dc_table_real(table, "%.1f", sums->family->paper_percent);
}

static void print_table(const struct dc_study_results *results)
{
	static const char *const heads[] = {"FAMILY",
					    ">DRIVERS",
					    ">FAILED",
					    ">FUNCTIONS",
					    ">CRITICAL %",
					    ">MEAN %",
					    ">MEDIAN %",
					    ">LINES",
					    ">MEAN %",
					    ">MEDIAN %",
					    ">MUST STAY %",
					    ">MAY MOVE %",
					    ">INDIRECT",
					    ">ONE %",
					    ">BY FIELD",
					    ">BY SIGNATURE",
					    ">2.6.18 DRIVERS",
					    ">ITS % OF FUNCTIONS",
					    NULL};
	struct dc_table *table = dc_table_new(heads);
	int i;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		if (results->families[i].drivers || results->families[i].failed)
			put_family(table, &results->families[i]);
	dc_table_print(table);
}

static json_t *json_of(const struct dc_study_sums *sums)
{
	json_t *row = json_object();
	size_t count = sums->function_shares.len;

	dc_json_set(row, "family", json_string(sums->family->name));
	dc_json_set(row, "drivers", json_integer(sums->drivers));
	dc_json_set(row, "failed", json_integer(sums->failed));
	dc_json_set(row, "missing", json_integer(sums->missing));
	dc_json_set(row, "with_unknown", json_integer(sums->with_unknown));
	dc_json_set(row, "functions", json_integer(sums->functions));
	dc_json_set(row, "critical_functions", json_integer(sums->critical));
	dc_json_set(row, "lines", json_integer(sums->lines));
	dc_json_set(row, "critical_lines", json_integer(sums->critical_lines));
	dc_json_set(row, "must_stay_lines", json_integer(sums->must_stay));
	dc_json_set(row, "may_move_lines", json_integer(sums->may_move));
	dc_json_set(row, "mean_percent", json_real(mean(sums->function_shares.at, count)));
	dc_json_set(row, "median_percent", json_real(median(sums->function_shares.at, count)));
	dc_json_set(row, "indirect_sites", json_integer(sums->sites));
	dc_json_set(row, "one_target", json_integer(sums->one));
	dc_json_set(row, "targets_by_field", json_integer(sums->by_field));
	dc_json_set(row, "targets_by_signature", json_integer(sums->by_signature));
	dc_json_set(row, "cpu_ms", json_integer(sums->cpu_ms));
	dc_json_set(row, "memory_kib", json_integer(sums->memory_kib));
	return row;
}

static int print_json(struct dc_study *study, const struct dc_study_results *results)
{
	json_t *root = dc_json_new("study"), *rows = json_array();
	int i, err;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		if (dc_study_has_family(&results->families[i]))
			dc_json_add(rows, json_of(&results->families[i]));
	dc_json_set(root, "families", rows);
	err = dc_json_write(study->diag, "-", root);
	json_decref(root);
	return err;
}

int dc_study_print(struct dc_study *study, const struct dc_study_results *results)
{
	unsigned missing = 0;
	int i;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		missing += results->families[i].missing;
	dc_cli_clear_progress();
	if (missing)
		dc_note(study->diag, NULL, "%u drivers of the plan have no result yet", missing);
	if (study->options->json)
		return print_json(study, results);
	print_table(results);
	return 0;
}
