/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

void eq_find_unused(struct dc_arena *arena, const struct eq_rules *rules, struct eq_report *report)
{
	const struct eq_known *known;

	dc_vec_each (known, &rules->known) {
		const char *what = NULL;

		if (!report->is_whole && (!known->asked || (known->sometimes && !known->matched)))
			continue; /* another part of the script may need it */
		if (!known->asked)
			what = "no command is of that name";
		else if (!known->matched)
			what = "no such line or access was seen";
		else if (!known->used && !known->sometimes)
			what = "it is the same with both; remove the row, or mark it \"sometimes\"";
		if (what)
			dc_vec_push(&report->unused,
				    dc_arena_printf(arena, "%s: differences[%zu]: %s", known->file,
						    known->index, what));
	}
}

int eq_add_counts(struct dc_diag *diag, struct dc_arena *arena, const char *path,
		  struct eq_report *report)
{
	char *text, *line, *save = NULL;
	int err = dc_file_read(diag, path, &text, NULL);

	if (err < 0)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct eq_counts *count;
		uint64_t calls;
		char name[128];

		if (sscanf(line, "%127s %" SCNu64, name, &calls) != 2)
			continue;
		dc_vec_each (count, &report->counts)
			if (!strcmp(count->name, name))
				count->calls += calls;
	}
	(void)arena;
	free(text);
	return 0;
}

static size_t count_never(const struct eq_report *report)
{
	const struct eq_counts *count;
	size_t never = 0;

	dc_vec_each (count, &report->counts)
		never += !count->calls;
	return never;
}

/* The name without the prefix of the counted build. */
static const char *plain(const char *name)
{
	const char *at = strstr(name, "f_");

	return at ? at + 2 : name;
}

static bool is_same(const struct eq_report *report)
{
	const struct eq_result *result;

	dc_vec_each (result, &report->results)
		if (result->commands_differ || result->accesses_differ)
			return false;
	return report->unused.len == 0 && !report->failed;
}

static void print_differences(const struct eq_report *report)
{
	const struct eq_result *result;
	const char **line;

	dc_vec_each (result, &report->results)
		dc_vec_each (line, &result->differences)
			puts(*line);
	dc_vec_each (line, &report->unused)
		puts(*line);
}

static void print_table(const struct eq_report *report)
{
	const struct eq_result *result;

	printf("%s, %s form, %s\n\n", report->driver, report->form, report->release);
	printf("%-15s %-12s %8s %6s %6s %9s %9s %6s %6s %6s\n", "MODEL", "GROUP", "COMMANDS",
	       "DIFFER", "KNOWN", "ACCESSES", "SPLIT", "DIFFER", "KNOWN", "MOVED");
	dc_vec_each (result, &report->results)
		printf("%-15s %-12s %8zu %6zu %6zu %9zu %9zu %6zu %6zu %6zu\n", result->model,
		       result->group, result->commands, result->commands_differ,
		       result->commands_known, result->accesses[0], result->accesses[1],
		       result->accesses_differ, result->values_known, result->moved);
}

static void print_never(const struct eq_report *report)
{
	const struct eq_counts *count;

	if (!report->counts.len)
		return;
	printf("\n%zu of %zu functions ran; these did not:\n",
	       report->counts.len - count_never(report), report->counts.len);
	dc_vec_each (count, &report->counts)
		if (!count->calls)
			printf("  %s\n", plain(count->name));
}

static json_t *words_json(const eq_words *words)
{
	json_t *list = json_array();
	const char **word;

	dc_vec_each (word, words)
		dc_json_add(list, json_string(*word));
	return list;
}

static json_t *result_json(const struct eq_result *result)
{
	json_t *row = json_object();

	dc_json_set(row, "model", json_string(result->model));
	dc_json_set(row, "group", json_string(result->group));
	dc_json_set(row, "commands", json_integer((json_int_t)result->commands));
	dc_json_set(row, "commands_differ", json_integer((json_int_t)result->commands_differ));
	dc_json_set(row, "commands_known", json_integer((json_int_t)result->commands_known));
	dc_json_set(row, "accesses_stock", json_integer((json_int_t)result->accesses[0]));
	dc_json_set(row, "accesses_split", json_integer((json_int_t)result->accesses[1]));
	dc_json_set(row, "accesses_differ", json_integer((json_int_t)result->accesses_differ));
	dc_json_set(row, "values_known", json_integer((json_int_t)result->values_known));
	dc_json_set(row, "commands_moved", json_integer((json_int_t)result->moved));
	dc_json_set(row, "differences", words_json(&result->differences));
	return row;
}

static json_t *functions_json(const struct eq_report *report)
{
	json_t *functions = json_object(), *never = json_array();
	const struct eq_counts *count;

	dc_vec_each (count, &report->counts)
		if (!count->calls)
			dc_json_add(never, json_string(plain(count->name)));
	dc_json_set(functions, "all", json_integer((json_int_t)report->counts.len));
	dc_json_set(functions, "never", never);
	return functions;
}

static void print_json(struct dc_diag *diag, const struct eq_report *report)
{
	json_t *root = dc_json_new("equivalence-result"), *rows = json_array();
	const struct eq_result *result;

	dc_json_set(root, "driver", json_string(report->driver));
	dc_json_set(root, "form", json_string(report->form));
	dc_json_set(root, "kernel", json_string(report->release));
	dc_json_set(root, "failed", json_boolean(report->failed));
	dc_json_set(root, "same", json_boolean(is_same(report)));
	dc_vec_each (result, &report->results)
		dc_json_add(rows, result_json(result));
	dc_json_set(root, "results", rows);
	dc_json_set(root, "unused", words_json(&report->unused));
	dc_json_set(root, "functions", report->counts.len ? functions_json(report) : json_null());
	dc_json_write(diag, "-", root);
	json_decref(root);
}

bool eq_print(struct dc_diag *diag, const struct eq_report *report)
{
	if (report->json) {
		print_json(diag, report);
	} else {
		print_differences(report);
		print_table(report);
		print_never(report);
		if (report->failed)
			puts("\nsome runs failed; those that did not are kept");
		else
			puts(is_same(report) ? "\nno difference that is not known"
					     : "\nthey differ");
	}
	return is_same(report);
}
