/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut study: how much of each driver of a kernel is critical, as the paper's Figure 2.
 *
 * Three steps that meet in files below -o DIR: the plan (plan/FAMILY/NAME.json, the compiler's
 * commands of each module that Kbuild links), one job a driver (results/FAMILY/NAME.json), and the
 * table made of the results. A job is one command, so the list of them can be spread over machines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "graph/family.h"
#include "graph/graph.h"
#include "graph/kbuild.h"

#define JOB_SECONDS 900 /* CPU time after which a driver counts as failed */

static const char *const families[] = {"net", "scsi", "sound"};

/* Figure 2 of the paper: Linux 2.6.18. */
static const struct {
	const char *family;
	unsigned drivers;
	double percent;
} paper[] = {{"net", 134, 27.8}, {"scsi", 49, 26.1}, {"sound", 272, 7.8}};

struct options {
	const char *family, *kernel_source, *out, *driver;
	unsigned jobs;
	bool list, resume, show;
};

struct study {
	struct dc_cli *cli;
	struct dc_diag *diag;
	struct dc_arena *arena;
	const struct options *options;
	const char *source; /* root of the kernel source, absolute */
	struct dc_kernel kernel;
	DC_VEC(const char *) drivers; /* "net/e1000" */
};

static const char *file_of(struct study *study, const char *folder, const char *driver)
{
	return dc_arena_printf(study->arena, "%s/%s/%s.json", study->options->out, folder, driver);
}

/* The plan */

static int find_source(struct study *study)
{
	const char *tar = "/usr/src/linux-source-6.1.tar.xz";
	const char *given = study->options->kernel_source, *out = study->options->out;
	const char *argv[] = {
		"tar", "-C", out, "-xf", tar, "linux-source-6.1/drivers", "linux-source-6.1/sound",
		NULL};
	int err = 0;
	char *real;

	if (!given) {
		given = dc_arena_printf(study->arena, "%s/linux-source-6.1", out);
		if (!dc_is_file(tar))
			return dc_error(study->diag, -ENXIO, DC_FILE(tar),
					"no kernel source here; install linux-source-6.1 or pass "
					"--kernel-source DIR");
		dc_progress(study->diag, "unpacking %s", tar);
		if (!dc_is_dir(given))
			err = dc_proc_run(study->diag, "unpacking the kernel source",
					  &(struct dc_proc){.argv = argv});
	}
	if (err < 0)
		return err;
	real = realpath(given, NULL);
	if (!real)
		return dc_error(study->diag, -errno, DC_FILE(given), "%s", strerror(errno));
	study->source = dc_arena_strdup(study->arena, real);
	free(real);
	return 0;
}

/* Kbuild takes the folder for an external module's, so $(srctree) is the headers' folder, which has
 * no drivers in it: an include folder that is not there is looked for in the source tree. */
static const char *mend_folder(struct study *study, const char *path)
{
	const char *at = path;

	if (path[0] != '/' || dc_is_dir(path))
		return path;
	if (strstr(path, study->source))
		return strstr(path, study->source);
	while ((at = strchr(at + 1, '/'))) {
		const char *ours = dc_arena_printf(study->arena, "%s%s", study->source, at);

		if (at[1] && dc_is_dir(ours))
			return ours;
	}
	return path;
}

/* "-IPATH", or PATH after a "-I" of its own. */
static const char *mend_include(struct study *study, const char *word, const char *before)
{
	if (!strcmp(before, "-I"))
		return mend_folder(study, word);
	if (!strncmp(word, "-I/", 3))
		return dc_arena_printf(study->arena, "-I%s", mend_folder(study, word + 2));
	return word;
}

/* The deepest folder that has all of the files in it. */
static const char *common_folder(struct study *study, const dc_units *units)
{
	char *folder = dc_arena_strdup(study->arena, units->at[0].file);
	const struct dc_unit *unit;

	*strrchr(folder, '/') = 0;
	dc_vec_each (unit, units)
		while (strncmp(unit->file, folder, strlen(folder)) != 0 ||
		       unit->file[strlen(folder)] != '/')
			*strrchr(folder, '/') = 0;
	return folder;
}

static json_t *put_unit(struct study *study, const struct dc_unit *unit)
{
	json_t *row = json_object(), *words = json_array();
	int i;

	dc_json_add(words, json_string("cc"));
	for (i = 0; i < unit->argc; i++)
		dc_json_add(words, json_string(mend_include(study, unit->argv[i],
							    i ? unit->argv[i - 1] : "")));
	dc_json_add(words, json_string("-c"));
	dc_json_add(words, json_string(unit->file));
	dc_json_set(row, "directory", json_string(unit->dir));
	dc_json_set(row, "file", json_string(unit->file));
	dc_json_set(row, "arguments", words);
	return row;
}

static int plan_driver(struct study *study, const char *family, const struct dc_module *module,
		       const dc_units *all)
{
	const char *driver = dc_arena_printf(study->arena, "%s/%s", family, module->name);
	const char *path = file_of(study, "plan", driver);
	json_t *root, *commands = json_array();
	const struct dc_unit *unit;
	dc_units units = {0};
	int err;

	dc_module_units(module, all, &units);
	if (!units.len) {
		json_decref(commands);
		return 0;
	}
	root = dc_json_new("study-plan");
	dc_json_set(root, "name", json_string(module->name));
	dc_json_set(root, "family", json_string(family));
	dc_json_set(root, "source", json_string(common_folder(study, &units)));
	dc_vec_each (unit, &units)
		dc_json_add(commands, put_unit(study, unit));
	dc_json_set(root, "commands", commands);
	err = dc_mkdirs_for(study->diag, path);
	if (!err)
		err = dc_json_write(study->diag, path, root);
	json_decref(root);
	dc_vec_done(&units);
	dc_vec_push(&study->drivers, driver);
	return err;
}

static int plan_folder(struct study *study, const char *family, const char *folder)
{
	const char *path = dc_arena_printf(study->arena, "%s/%s", study->source, folder);
	const struct dc_module *module;
	dc_modules modules = {0};
	dc_units units = {0};
	int err;

	dc_progress(study->diag, "asking Kbuild what it makes in %s", folder);
	err = dc_kbuild_read(study->diag, study->arena, &study->kernel, path, &units, &modules);
	dc_vec_each (module, &modules)
		if (!err)
			err = plan_driver(study, family, module, &units);
	dc_modules_done(&modules);
	dc_vec_done(&units);
	return err;
}

static int plan_family(struct study *study, const char *name)
{
	struct dc_family family;
	int err = dc_family_open(study->diag, study->arena, name, &family);
	size_t i;

	if (err < 0)
		return err;
	for (i = 0; !err && i < family.folders.len; i++)
		err = plan_folder(study, name, family.folders.at[i]);
	dc_family_done(&family);
	return err;
}

static int plan(struct study *study)
{
	int err = dc_kernel_find(study->diag, study->arena, &study->kernel);
	size_t i;

	if (!err)
		err = find_source(study);
	for (i = 0; !err && i < sizeof(families) / sizeof(families[0]); i++)
		if (!study->options->family || !strcmp(study->options->family, families[i]))
			err = plan_family(study, families[i]);
	return err;
}

/* One driver */

struct heard {
	char *error; /* the first */
	json_t *unknown; /* warnings: functions that no template has a place for */
};

static void hear(void *ctx, enum dc_severity severity, const struct dc_pos *pos, const char *text)
{
	struct heard *heard = ctx;

	if (severity == DC_ERROR && !heard->error)
		heard->error = pos && pos->file ? dc_printf("%s:%u: %s", pos->file, pos->line, text)
						: dc_strdup(text);
}

static void put_graph(json_t *root, const struct dc_graph *graph, json_t *unknown)
{
	size_t lines = 0, critical = 0, critical_lines = 0, by_field = 0, by_type = 0, one = 0;
	const struct dc_indirect_site *site;
	const struct dc_entry_point *entry;
	const struct dc_function *function;

	dc_vec_each (function, &graph->functions) {
		lines += function->loc;
		critical += function->critical;
		critical_lines += function->critical ? function->loc : 0;
	}
	dc_vec_each (site, &graph->indirect) {
		by_field += site->by_field;
		by_type += site->by_signature;
		one += site->by_field == 1;
	}
	dc_vec_each (entry, &graph->entry_points)
		if (!entry->known)
			dc_json_add(unknown, json_string(entry->via));
	dc_json_set(root, "functions", json_integer((json_int_t)graph->functions.len));
	dc_json_set(root, "lines", json_integer((json_int_t)lines));
	dc_json_set(root, "critical_functions", json_integer((json_int_t)critical));
	dc_json_set(root, "critical_lines", json_integer((json_int_t)critical_lines));
	dc_json_set(root, "indirect_sites", json_integer((json_int_t)graph->indirect.len));
	dc_json_set(root, "one_target", json_integer((json_int_t)one));
	dc_json_set(root, "targets_by_field", json_integer((json_int_t)by_field));
	dc_json_set(root, "targets_by_signature", json_integer((json_int_t)by_type));
}

static int write_result(struct study *study, const char *driver, const struct dc_graph *graph,
			const char *reason)
{
	json_t *root = dc_json_new("study-result"), *unknown = json_array();
	const char *path = file_of(study, "results", driver);
	struct rusage usage;
	int err;

	getrusage(RUSAGE_SELF, &usage);
	dc_json_set(root, "driver", json_string(driver));
	dc_json_set(root, "failed", graph ? json_null() : json_string(reason));
	if (graph)
		put_graph(root, graph, unknown);
	dc_json_set(root, "no_template", unknown);
	dc_json_set(root, "cpu_ms",
		    json_integer((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
				 (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000));
	dc_json_set(root, "memory_kib", json_integer(usage.ru_maxrss));
	err = dc_mkdirs_for(study->diag, path);
	if (!err)
		err = dc_json_write(study->diag, path, root);
	json_decref(root);
	return err;
}

static int read_plan(struct study *study, const char *driver, struct dc_driver *ret,
		     const char **ret_commands)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	const char *path = file_of(study, "plan", driver);
	int err = dc_json_open(study->diag, path, "study-plan", &doc, &root);

	if (err < 0)
		return err;
	ret->name = ret->title = ret->module =
		dc_arena_strdup(study->arena, dc_json_str(&root, "name"));
	ret->family = dc_arena_strdup(study->arena, dc_json_str(&root, "family"));
	ret->source = dc_arena_strdup(study->arena, dc_json_str(&root, "source"));
	*ret_commands = path;
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static int run_driver(struct study *study)
{
	const char *driver = study->options->driver, *commands;
	struct heard heard = {0};
	struct dc_diag diag = {.emit = hear, .ctx = &heard};
	struct dc_driver description = {0};
	struct dc_graph *graph = NULL;
	struct rlimit limit = {JOB_SECONDS, JOB_SECONDS};
	int err = read_plan(study, driver, &description, &commands);

	if (err < 0)
		return err;
	setrlimit(RLIMIT_CPU, &limit);
	dc_graph_extract(&diag, &description, commands, &graph);
	err = write_result(study, driver, graph, heard.error ? heard.error : "unknown");
	free(heard.error);
	dc_graph_free(graph);
	return err;
}

/* All drivers */

static pid_t start_job(struct study *study, const char *driver)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	execl("/proc/self/exe", "drivercut", "study", "-o", study->options->out, "--driver", driver,
	      (char *)NULL);
	_exit(127);
}

/* A job that died without a result (a crash, the time limit) gets one that says so. */
static int note_end(struct study *study, const char *driver, int status)
{
	const char *why;

	if (dc_is_file(file_of(study, "results", driver)))
		return 0;
	why = WIFSIGNALED(status)
		      ? dc_arena_printf(study->arena, "ended by signal %d", WTERMSIG(status))
		      : dc_arena_printf(study->arena, "exit status %d", WEXITSTATUS(status));
	return write_result(study, driver, NULL, why);
}

static int run_all(struct study *study)
{
	size_t next = 0, running = 0, done = 0, i, count = study->drivers.len;
	pid_t *pids = dc_alloc(count + 1, sizeof(*pids));
	int err = 0, status;

	while (!err && (next < count || running)) {
		pid_t pid;

		if (next < count && running < study->options->jobs) {
			const char *path = file_of(study, "results", study->drivers.at[next]);

			if (!study->options->resume)
				unlink(path);
			if (!dc_is_file(path)) {
				pids[next] = start_job(study, study->drivers.at[next]);
				running += pids[next] > 0;
			} else {
				done++;
			}
			next++;
			continue;
		}
		pid = wait(&status);
		for (i = 0; i < next; i++)
			if (pids[i] == pid)
				err = note_end(study, study->drivers.at[i], status);
		running--;
		done++;
		dc_progress(study->diag, "%zu of %zu drivers", done, count);
	}
	free(pids);
	return err;
}

/* The table */

struct sums {
	unsigned drivers, failed;
	int64_t functions, critical, lines, sites, one, by_field, by_type;
	DC_VEC(double) function_shares, line_shares;
};

static int compare_doubles(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static double mean(const double *at, size_t count)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += at[i];
	return count ? sum / (double)count : 0;
}

static double median(double *at, size_t count)
{
	if (!count)
		return 0;
	qsort(at, count, sizeof(*at), compare_doubles);
	return (at[(count - 1) / 2] + at[count / 2]) / 2;
}

static int add_result(struct study *study, const char *driver, struct sums *sums)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	const char *path = file_of(study, "results", driver);
	int64_t functions, lines, critical, critical_lines;
	int err;

	if (!dc_is_file(path))
		return 0;
	err = dc_json_open(study->diag, path, "study-result", &doc, &root);
	if (err < 0)
		return err;
	if (dc_json_has(&root, "failed")) {
		sums->failed++;
		dc_note(study->diag, NULL, "%s failed: %s", driver, dc_json_str(&root, "failed"));
	} else {
		functions = dc_json_int(&root, "functions", 1, INT64_MAX);
		lines = dc_json_int(&root, "lines", 1, INT64_MAX);
		critical = dc_json_int(&root, "critical_functions", 0, INT64_MAX);
		critical_lines = dc_json_int(&root, "critical_lines", 0, INT64_MAX);
		sums->drivers++;
		sums->functions += functions;
		sums->critical += critical;
		sums->lines += lines;
		sums->sites += dc_json_int(&root, "indirect_sites", 0, INT64_MAX);
		sums->one += dc_json_int(&root, "one_target", 0, INT64_MAX);
		sums->by_field += dc_json_int(&root, "targets_by_field", 0, INT64_MAX);
		sums->by_type += dc_json_int(&root, "targets_by_signature", 0, INT64_MAX);
		if (functions && lines) {
			dc_vec_push(&sums->function_shares,
				    100.0 * (double)critical / (double)functions);
			dc_vec_push(&sums->line_shares,
				    100.0 * (double)critical_lines / (double)lines);
		}
	}
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static void put_family(struct dc_table *table, const char *family, struct sums *sums)
{
	size_t count = sums->function_shares.len, i;
	double sites = sums->sites ? (double)sums->sites : 1;

	dc_table_row(table);
	dc_table_text(table, family);
	dc_table_int(table, sums->drivers);
	dc_table_int(table, sums->failed);
	dc_table_int(table, sums->functions);
	dc_table_real(table, "%.1f",
		      sums->functions ? 100.0 * (double)sums->critical / (double)sums->functions
				      : 0);
	dc_table_real(table, "%.1f", mean(sums->function_shares.at, count));
	dc_table_real(table, "%.1f", median(sums->function_shares.at, count));
	dc_table_int(table, sums->lines);
	dc_table_real(table, "%.1f", mean(sums->line_shares.at, count));
	dc_table_real(table, "%.1f", median(sums->line_shares.at, count));
	dc_table_int(table, sums->sites);
	dc_table_real(table, "%.0f", 100.0 * (double)sums->one / sites);
	dc_table_real(table, "%.1f", (double)sums->by_field / sites);
	dc_table_real(table, "%.1f", (double)sums->by_type / sites);
	for (i = 0; i < sizeof(paper) / sizeof(paper[0]); i++)
		if (!strcmp(paper[i].family, family)) {
			dc_table_int(table, paper[i].drivers);
			dc_table_real(table, "%.1f", paper[i].percent);
		}
}

static int print_table(struct study *study)
{
	static const char *const heads[] = {
		"FAMILY",      ">DRIVERS",	">FAILED",	   ">FUNCTIONS",
		">CRITICAL %", ">MEAN %",	">MEDIAN %",	   ">LINES",
		">MEAN %",     ">MEDIAN %",	">INDIRECT",	   ">ONE %",
		">BY FIELD",   ">BY SIGNATURE", ">2.6.18 DRIVERS", ">ITS % OF FUNCTIONS",
		NULL};
	struct dc_table *table = dc_table_new(heads);
	size_t i, j;
	int err = 0;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t len = strlen(families[i]);
		struct sums sums = {0};

		for (j = 0; !err && j < study->drivers.len; j++)
			if (!strncmp(study->drivers.at[j], families[i], len) &&
			    study->drivers.at[j][len] == '/')
				err = add_result(study, study->drivers.at[j], &sums);
		if (sums.drivers || sums.failed)
			put_family(table, families[i], &sums);
		dc_vec_done(&sums.function_shares);
		dc_vec_done(&sums.line_shares);
	}
	dc_cli_clear_progress();
	dc_table_print(table);
	return err;
}

static int study_all(struct study *study)
{
	size_t i;
	int err = plan(study);

	if (err < 0)
		return err;
	dc_cli_clear_progress();
	if (study->options->list) {
		for (i = 0; i < study->drivers.len; i++)
			puts(study->drivers.at[i]);
		return 0;
	}
	if (!study->options->show)
		err = run_all(study);
	return err < 0 ? err : print_table(study);
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	static const struct option longs[] = {{"family", required_argument, NULL, 'f'},
					      {"kernel-source", required_argument, NULL, 'k'},
					      {"output", required_argument, NULL, 'o'},
					      {"jobs", required_argument, NULL, 'j'},
					      {"driver", required_argument, NULL, 'd'},
					      {"list", no_argument, NULL, 'l'},
					      {"resume", no_argument, NULL, 'r'},
					      {"show", no_argument, NULL, 's'},
					      {0}};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct options options = {.out = "out/study", .jobs = cores > 0 ? (unsigned)cores : 1};
	struct study study = {.cli = cli, .diag = &cli->diag, .options = &options};
	int option, status = 0, err;

	while ((option = dc_cli_option(cli, &dc_verb_study, argc, argv, "o:j:", longs, &status)) >=
	       0) {
		if (option == 'f')
			options.family = optarg;
		else if (option == 'k')
			options.kernel_source = optarg;
		else if (option == 'o')
			options.out = optarg;
		else if (option == 'd')
			options.driver = optarg;
		else if (option == 'j')
			options.jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'l')
			options.list = true;
		else if (option == 's')
			options.show = true;
		else
			options.resume = true;
	}
	if (option == -2)
		return status;
	if (optind != argc)
		return dc_cli_usage(cli, &dc_verb_study, "unexpected '%s'", argv[optind]);
	if (!options.jobs || options.jobs > 1024)
		return dc_cli_usage(cli, &dc_verb_study, "--jobs needs a number from 1 to 1024");
	study.arena = dc_arena_new();
	err = dc_mkdirs(&cli->diag, options.out);
	if (!err)
		err = options.driver ? run_driver(&study) : study_all(&study);
	dc_vec_done(&study.drivers);
	dc_arena_free(study.arena);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_study = {
	.name = "study",
	.run = run,
	.summary = "how much of every driver of a kernel is critical",
	.help = "usage: drivercut study [OPTIONS]\n"
		"\n"
		"Finds every module of the families' folders by asking Kbuild, reads each in a\n"
		"process of its own, and prints a table beside the paper's Figure 2. A driver "
		"that\n"
		"cannot be read is counted as failed, with its reason.\n"
		"\n"
		"      --family NAME        net, scsi or sound (all three)\n"
		"      --kernel-source DIR  an unpacked kernel (that of the Debian package)\n"
		"  -o, --output DIR         plan, results and the unpacked source (out/study)\n"
		"  -j, --jobs N             drivers at a time (one a core)\n"
		"      --list               make the plan and print the names, read nothing\n"
		"      --resume             keep the results that are there\n"
		"      --show               the table of the results that are there, read nothing\n"
		"      --driver NAME        read this one (as in --list) and write its result\n"
		"\n"
		"Over several machines that share DIR, with GNU parallel:\n"
		"  drivercut study -o DIR --list |\n"
		"    parallel --sshloginfile hosts drivercut study -o DIR --driver {}\n"
		"  drivercut study -o DIR --show\n",
};
