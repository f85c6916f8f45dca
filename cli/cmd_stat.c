/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut stat: reads the runtime's counters and prints them, most-called functions first. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "profile/stats.h"

#define DEBUGFS "/sys/kernel/debug/dcrt"

struct options {
	bool all;
};

/* "8.19 us" */
static const char *time_text(struct dc_arena *arena, uint64_t ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	double value = (double)ns;
	size_t unit = 0;

	while (value >= 1000 && unit < 3) {
		value /= 1000;
		unit++;
	}
	return ns ? dc_arena_printf(arena, "%.3g %s", value, units[unit]) : "";
}

/* Most calls first, equal ones in the order of the file. */
static int by_calls(const void *a, const void *b)
{
	const struct dc_stats_function *const *one = a, *const *other = b;

	if ((*one)->calls != (*other)->calls)
		return (*one)->calls < (*other)->calls ? 1 : -1;
	return *one < *other ? -1 : *one > *other;
}

typedef DC_VEC(const struct dc_stats_function *) rows;

static rows sorted(const struct dc_stats *stats)
{
	const struct dc_stats_function *function;
	rows found = {0};

	dc_vec_each (function, &stats->functions)
		dc_vec_push(&found, function);
	if (found.len)
		qsort(found.at, found.len, sizeof(*found.at), by_calls);
	return found;
}

static void print_row(struct dc_table *table, struct dc_arena *arena,
		      const struct dc_stats_function *function)
{
	dc_table_row(table);
	dc_table_text(table, function->up ? "up" : "down");
	dc_table_text(table, function->name);
	dc_table_int(table, (int64_t)function->calls);
	dc_table_int(table, (int64_t)function->errors);
	dc_table_int(table, (int64_t)function->out_bytes);
	dc_table_int(table, (int64_t)function->in_bytes);
	dc_table_text(table, time_text(arena, dc_stats_below_ns(function, 50)));
	dc_table_text(table, time_text(arena, dc_stats_below_ns(function, 99)));
}

static void print_table(const struct dc_stats *stats, bool all)
{
	static const char *const columns[] = {"WAY",	 "FUNCTION", ">CALLS",
					      ">ERRORS", ">OUT (B)", ">IN (B)",
					      ">50% <",	 ">99% <",   NULL};
	const struct dc_stats_total *total;
	const char *line;
	struct dc_table *table = dc_table_new(columns);
	rows found = sorted(stats);
	uint64_t calls[2] = {0};
	size_t i, silent = 0;

	for (i = 0; i < found.len; i++) {
		calls[found.at[i]->up] += found.at[i]->calls;
		if (found.at[i]->calls || all)
			print_row(table, stats->arena, found.at[i]);
		else
			silent++;
	}
	dc_table_print(table);
	if (silent)
		printf("%zu more were not called (--all)\n", silent);
	line = dc_arena_printf(stats->arena, "%" PRIu64 " upcalls, %" PRIu64 " downcalls",
			       calls[true], calls[false]);
	dc_vec_each (total, &stats->totals)
		line = dc_arena_printf(stats->arena, "%s%s %s %s", line,
				       total == stats->totals.at ? ";" : ",", total->name,
				       total->text);
	putchar('\n');
	dc_print_text("%s", line);
	dc_vec_done(&found);
}

static json_t *function_json(const struct dc_stats_function *function)
{
	json_t *row = json_object(), *histogram = json_object();
	char bucket[16];
	unsigned k;

	dc_json_set(row, "way", json_string(function->up ? "up" : "down"));
	dc_json_set(row, "function", json_string(function->name));
	dc_json_set(row, "calls", json_integer((json_int_t)function->calls));
	dc_json_set(row, "errors", json_integer((json_int_t)function->errors));
	dc_json_set(row, "out_bytes", json_integer((json_int_t)function->out_bytes));
	dc_json_set(row, "in_bytes", json_integer((json_int_t)function->in_bytes));
	dc_json_set(row, "p50_below_ns", json_integer((json_int_t)dc_stats_below_ns(function, 50)));
	dc_json_set(row, "p99_below_ns", json_integer((json_int_t)dc_stats_below_ns(function, 99)));
	for (k = 0; k < DC_STATS_BUCKETS; k++) {
		snprintf(bucket, sizeof(bucket), "%u", k);
		if (function->log2_ns[k])
			dc_json_set(histogram, bucket,
				    json_integer((json_int_t)function->log2_ns[k]));
	}
	dc_json_set(row, "log2_ns", histogram);
	return row;
}

static void print_json(const struct dc_stats *stats, const char *path)
{
	const struct dc_stats_total *total;
	json_t *root = dc_json_new("stat"), *list = json_array(), *totals = json_object();
	rows found = sorted(stats);
	size_t i;

	dc_json_set(root, "source", json_string(path));
	dc_vec_each (total, &stats->totals)
		dc_json_set(totals, total->name,
			    total->is_number ? json_integer((json_int_t)total->value)
					     : json_string(total->text));
	dc_json_set(root, "totals", totals);
	for (i = 0; i < found.len; i++)
		dc_json_add(list, function_json(found.at[i]));
	dc_json_set(root, "functions", list);
	dc_cli_print_json(root);
	dc_vec_done(&found);
}

/* The counters: a file, those of the driver on this machine, or of the last drivercut run. */
static int find(struct dc_cli *cli, struct dc_arena *arena, const char *operand, const char **ret)
{
	const char *base = getenv("DRIVERCUT_OUT");
	const char *live = dc_arena_printf(arena, DEBUGFS "/%s/stats", operand);
	const char *left = dc_arena_printf(arena, "%s/%s/run/results/stats",
					   base && *base ? base : "out", operand);

	if (dc_is_file(operand))
		*ret = operand;
	else if (dc_is_file(live))
		*ret = live;
	else if (dc_is_file(left))
		*ret = left;
	else
		return dc_error(&cli->diag, -ENOENT, DC_FILE(operand),
				"no such file, no %s (is the split driver loaded, is debugfs "
				"mounted, are you root?), and no %s from drivercut run",
				live, left);
	if (*ret != operand)
		dc_progress(&cli->diag, "reading %s", *ret);
	return 0;
}

static const struct dc_option options[] = {
	DC_FLAG("all", 'a', struct options, all, "also list functions that were never called"),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {0};
	struct dc_arena *arena;
	struct dc_stats stats;
	const char *path = NULL;
	int err, status = dc_options_read(cli, &dc_verb_stat, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind + 1 != argc)
		return dc_cli_usage(cli, &dc_verb_stat, "give one driver or file");
	arena = dc_arena_new();
	err = find(cli, arena, argv[optind], &path);
	if (!err)
		err = dc_stats_read(&cli->diag, path, &stats);
	if (!err) {
		dc_cli_clear_progress();
		if (cli->json)
			print_json(&stats, path);
		else
			print_table(&stats, given.all);
		dc_stats_done(&stats);
	}
	dc_arena_free(arena);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_stat = {
	.name = "stat",
	.run = run,
	.summary = "show what crossed in a split driver, and how long it took",
	.usage = "DRIVER|FILE [OPTIONS]",
	.about = "Prints the runtime's counters. For each function that one component calls in the "
		 "other: calls, errors, bytes of requests and of replies, and the times that half "
		 "of "
		 "the calls, and 99 % of them, stayed below. The runtime counts times in powers of "
		 "two, "
		 "so such a bound is at most twice the true time. In the column WAY, up is a call "
		 "from "
		 "the kernel to the process, down one from the process to the kernel.",
	.options = options,
	.json = "print all counters as JSON, with histograms: {\"log2_ns\": {\"13\": 7}} is seven "
		"calls "
		"of 2^13 to 2^14 - 1 ns",
	.reads = "/sys/kernel/debug/dcrt/DRIVER/stats of a driver that runs on this machine (as "
		 "root), "
		 "else out/DRIVER/run/results/stats, which the last drivercut run left; or FILE",
	.writes = "nothing",
	.examples = "drivercut run e1000 -- ethtool -S eth0 && drivercut stat e1000\n"
		    "drivercut stat saved-stats --json",
	.see = "drivercut run",
};
