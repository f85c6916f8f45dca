/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/equivalence: reads the options, runs what they ask for, compares, reports. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/kernel.h"
#include "graph/driver/driver.h"
#include "report.h"

static const char help[] =
	"usage: equivalence [OPTIONS] DRIVERCUT DRIVER\n\n"
	"Runs one script with the stock driver and with the split one, in one guest each, and\n"
	"compares what user space and the device saw: the output, exit status and kernel's log of\n"
	"each command, and QEMU's trace of accesses to registers and configuration space, one by\n"
	"one, with their values. Prints the differences and a table. Known differences are rows "
	"of\n"
	"bench/equivalence/known.json and of equivalence.json in the driver's folder, which also\n"
	"names the models of the card; a row that matches nothing is an error too.\n"
	"docs/equivalence.md explains the table and how interrupts are compared.\n\n"
	"  --long             all groups of the workload and all models, and which functions of "
	"the\n"
	"                     driver never ran (without: a short script, the first model)\n"
	"  --model MODEL      only this model of QEMU's; may be repeated\n"
	"  --group GROUP      only this group of the workload; may be repeated\n"
	"  --cut FILE         the cut (that of drivercut solve --rules)\n"
	"  --components DIR   what drivercut emit wrote, with any changes of yours\n"
	"  --random-cuts N    the short form once for each of N cuts drawn at random\n"
	"                     (drivercut solve --random-cut), with the seeds S, S + 1, ...\n"
	"  --seed S           the first seed (1)\n"
	"  --count            also count the calls of each function (a third boot for each group;\n"
	"                     --long does)\n"
	"  --no-count         --long without counting\n"
	"  --again            run also what was run before with the same files\n"
	"  --folder DIR       for all files (out/DRIVER/equivalence); a run that is there is kept\n"
	"  --json             print JSON\n"
	"  --help             print this\n\n"
	"Exit status: 0 no difference, 1 differences or bad input, 2 usage, 3 the guest failed\n";

struct options {
	eq_words models, groups;
	const char *cut, *components, *folder;
	unsigned long random_cuts, seed;
	bool is_long, count, no_count, again, json;
};

enum { MODEL = 256, GROUP, CUT, COMPONENTS, RANDOM_CUTS, SEED, FOLDER };

static bool read_number(const char *text, unsigned long *ret)
{
	char *end;

	*ret = strtoul(text, &end, 10);
	return *text && !*end;
}

/* Returns 0, 1 to end well, or -1 after a usage error. */
static int read_options(int argc, char **argv, struct options *ret)
{
	static const struct option options[] = {
		{"long", no_argument, NULL, 'l'},
		{"model", required_argument, NULL, MODEL},
		{"group", required_argument, NULL, GROUP},
		{"cut", required_argument, NULL, CUT},
		{"components", required_argument, NULL, COMPONENTS},
		{"random-cuts", required_argument, NULL, RANDOM_CUTS},
		{"seed", required_argument, NULL, SEED},
		{"count", no_argument, NULL, 'c'},
		{"no-count", no_argument, NULL, 'n'},
		{"again", no_argument, NULL, 'a'},
		{"folder", required_argument, NULL, FOLDER},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0}};
	bool right = true;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (option) {
		case 'l':
			ret->is_long = ret->count = true;
			break;
		case MODEL:
			dc_vec_push(&ret->models, optarg);
			break;
		case GROUP:
			dc_vec_push(&ret->groups, optarg);
			break;
		case CUT:
			ret->cut = optarg;
			break;
		case COMPONENTS:
			ret->components = optarg;
			break;
		case RANDOM_CUTS:
			right &= read_number(optarg, &ret->random_cuts);
			break;
		case SEED:
			right &= read_number(optarg, &ret->seed);
			break;
		case 'c':
			ret->count = true;
			break;
		case 'n':
			ret->no_count = true;
			break;
		case 'a':
			ret->again = true;
			break;
		case FOLDER:
			ret->folder = optarg;
			break;
		case 'j':
			ret->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 1;
		default:
			return -1;
		}
	ret->count &= !ret->no_count;
	if (!right || optind + 2 != argc || (ret->cut && ret->components) ||
	    (ret->random_cuts && (ret->cut || ret->components || ret->is_long))) {
		fprintf(stderr, "equivalence: %s; see --help\n",
			right && optind + 2 != argc
				? "give DRIVERCUT and DRIVER"
				: "these options do not go together, or a number is wrong");
		return -1;
	}
	return 0;
}

static void say(void *ctx, enum dc_severity severity, const struct dc_pos *pos, const char *text)
{
	static const char *const words[] = {"error: ", "warning: ", "  ", ""};

	(void)ctx;
	if (pos && pos->file && pos->line)
		fprintf(stderr, "%s:%u: ", pos->file, pos->line);
	else if (pos && pos->file)
		fprintf(stderr, "%s: ", pos->file);
	fprintf(stderr, "%s%s\n", words[severity], text);
}

/* The whole */

struct bench {
	struct options options;
	struct dc_diag diag;
	struct dc_arena *arena;
	struct dc_driver driver;
	struct dc_kernel kernel;
	struct eq_rules rules;
	struct eq_job job;
	struct eq_report report;
};

static const char *run_folder(struct bench *bench, const char *model, const char *name,
			      const char *kind)
{
	return dc_arena_printf(bench->arena, "%s/%s/%s/%s", bench->job.folder, model, name, kind);
}

/* One group, or several in one boot: stock, split, and what was found. split: where its files are.
 */
static int compare(struct bench *bench, const char *model, const char *name, const char *groups,
		   const char *split)
{
	const char *shared = bench->options.is_long ? name : "short";
	const char *stock = run_folder(bench, model, shared, eq_kind_names[EQ_STOCK]);
	struct eq_result result;
	int err = eq_run(&bench->job, model, groups, EQ_STOCK, stock);

	if (!err)
		err = eq_run(&bench->job, model, groups, EQ_SPLIT, split);
	if (!err)
		err = eq_compare(&bench->diag, bench->arena, &bench->rules, model, name, stock,
				 split, &result);
	if (!err)
		dc_vec_push(&bench->report.results, result);
	return err;
}

static int count(struct bench *bench, const char *model, const char *name, const char *groups)
{
	const char *folder = run_folder(bench, model, name, eq_kind_names[EQ_COUNTED]);
	int err = eq_run(&bench->job, model, groups, EQ_COUNTED, folder);

	return err ? err
		   : eq_add_counts(&bench->diag, bench->arena,
				   dc_arena_printf(bench->arena, "%s/results/counts", folder),
				   &bench->report);
}

static int run_one(struct bench *bench, const char *model, const char *name, const char *groups)
{
	int err = compare(bench, model, name, groups,
			  run_folder(bench, model, name, eq_kind_names[EQ_SPLIT]));

	return err || !bench->options.count ? err : count(bench, model, name, groups);
}

static bool is_wanted(const eq_words *wanted, const char *name)
{
	const char **word;

	dc_vec_each (word, wanted)
		if (!strcmp(*word, name))
			return true;
	return !wanted->len;
}

/* The groups of the short form, which share a boot. */
static const char *short_groups(struct bench *bench)
{
	const struct eq_group *group;
	const char *groups = "";

	dc_vec_each (group, &bench->rules.groups)
		if (bench->options.groups.len ? is_wanted(&bench->options.groups, group->name)
					      : group->is_short)
			groups = dc_arena_printf(bench->arena, "%s%s%s", groups, *groups ? " " : "",
						 group->name);
	return groups;
}

/* What fails does not keep the rest from being run. */
static int first_of(int before, int err)
{
	return before < 0 ? before : err;
}

static int run_model(struct bench *bench, const char *model)
{
	const struct eq_group *group;
	int err = 0;

	if (!bench->options.is_long)
		return run_one(bench, model, "short", short_groups(bench));
	dc_vec_each (group, &bench->rules.groups)
		if (is_wanted(&bench->options.groups, group->name))
			err = first_of(err, run_one(bench, model, group->name, group->name));
	return err;
}

static int run_seed(struct bench *bench, const char *model, unsigned long number)
{
	const char *seed = dc_arena_printf(bench->arena, "%lu", number);
	const char *folder = dc_arena_printf(bench->arena, "%s/random-%s", bench->job.folder, seed);
	int err;

	fprintf(stderr, "random cut, seed %s\n", seed);
	err = eq_build_split(&bench->job, NULL, NULL, seed, folder);
	if (!err)
		err = compare(bench, model, dc_arena_printf(bench->arena, "seed %s", seed),
			      short_groups(bench),
			      dc_arena_printf(bench->arena, "%s/split", folder));
	return err;
}

static int run_random(struct bench *bench)
{
	const char *model =
		bench->options.models.len ? bench->options.models.at[0] : bench->rules.models.at[0];
	unsigned long i;
	int err = 0;

	for (i = 0; i < bench->options.random_cuts; i++)
		err = first_of(err, run_seed(bench, model, bench->options.seed + i));
	return err;
}

static int run_all(struct bench *bench)
{
	const char **model;
	int err = 0;

	if (bench->options.random_cuts)
		return run_random(bench);
	err = eq_build_split(&bench->job, bench->options.cut, bench->options.components, NULL,
			     dc_arena_printf(bench->arena, "%s/split", bench->job.folder));
	if (err < 0)
		return err;
	dc_vec_each (model, &bench->rules.models) {
		bool wanted = bench->options.models.len
				      ? is_wanted(&bench->options.models, *model)
				      : bench->options.is_long || model == bench->rules.models.at;

		if (wanted)
			err = first_of(err, run_model(bench, *model));
	}
	return err;
}

static int check_names(struct bench *bench)
{
	const char **name;
	const struct eq_group *group;

	dc_vec_each (name, &bench->options.models)
		if (!is_wanted(&bench->rules.models, *name))
			return dc_error(&bench->diag, -EINVAL, DC_FILE(bench->driver.folder),
					"--model %s: the driver names no such model", *name);
	dc_vec_each (name, &bench->options.groups) {
		bool found = false;

		dc_vec_each (group, &bench->rules.groups)
			found |= !strcmp(group->name, *name);
		if (!found)
			return dc_error(&bench->diag, -EINVAL, NULL,
					"--group %s: the workload has no such group", *name);
	}
	return 0;
}

static int prepare(struct bench *bench, const char *drivercut, const char *operand)
{
	const char *out = getenv("DRIVERCUT_OUT"), *own;
	char path[PATH_MAX];
	int err;

	if (!realpath(drivercut, path))
		return dc_error(&bench->diag, -ENOENT, DC_FILE(drivercut), "no such program");
	err = dc_driver_open(&bench->diag, bench->arena, operand, NULL, &bench->driver);
	if (!err && !dc_driver_has_device(&bench->driver))
		err = dc_error(&bench->diag, -EINVAL, DC_FILE(bench->driver.folder),
			       "driver.json names no QEMU device: \"device\": {\"qemu\": MODEL}");
	if (!err)
		err = dc_kernel_find(&bench->diag, bench->arena, NULL, &bench->kernel);
	if (!err)
		dc_driver_set_kernel(bench->arena, &bench->driver, &bench->kernel);
	if (!err)
		err = eq_rules_read(&bench->diag, bench->arena, bench->driver.folder,
				    bench->driver.family, bench->driver.qemu_device, &bench->rules);
	own = dc_arena_printf(bench->arena, "%s/%s", out ? out : "out", bench->driver.name);
	bench->job = (struct eq_job){
		.diag = &bench->diag,
		.arena = bench->arena,
		.kernel = &bench->kernel,
		.rules = &bench->rules,
		.drivercut = dc_arena_strdup(bench->arena, path),
		.driver = operand,
		.module = bench->driver.module,
		.family = bench->driver.family,
		.folder = bench->options.folder
				  ? bench->options.folder
				  : dc_arena_printf(bench->arena, "%s/equivalence", own),
		.is_long = bench->options.is_long,
		.again = bench->options.again,
	};
	if (!err)
		err = check_names(bench);
	if (!err)
		err = dc_mkdirs(&bench->diag, bench->job.folder);
	if (!err)
		err = eq_find_stock(&bench->job);
	if (!err && bench->options.count)
		err = dc_driver_fetch(&bench->diag, bench->arena, &bench->driver, own);
	bench->job.source = bench->driver.source;
	if (!err && bench->options.count)
		err = eq_build_counted(&bench->job);
	return err;
}

static int report(struct bench *bench, bool failed)
{
	const struct options *options = &bench->options;

	bench->report.driver = bench->driver.name;
	bench->report.form = options->is_long ? "long" : "short";
	bench->report.release = bench->kernel.release;
	bench->report.json = options->json;
	bench->report.failed = failed;
	bench->report.is_whole = options->is_long && !options->models.len && !options->groups.len;
	eq_find_unused(bench->arena, &bench->rules, &bench->report);
	return eq_print(&bench->diag, &bench->report) ? 0 : 1;
}

static void done(struct bench *bench)
{
	struct eq_result *result;

	dc_vec_each (result, &bench->report.results)
		dc_vec_done(&result->differences);
	dc_vec_done(&bench->report.results);
	dc_vec_done(&bench->report.unused);
	dc_vec_done(&bench->report.counts);
	dc_vec_done(&bench->job.depends);
	dc_vec_done(&bench->job.functions);
	dc_vec_done(&bench->options.models);
	dc_vec_done(&bench->options.groups);
	eq_rules_done(&bench->rules);
	dc_driver_done(&bench->driver);
	dc_arena_free(bench->arena);
}

int main(int argc, char **argv)
{
	struct bench bench = {.options.seed = 1, .diag.emit = say, .arena = dc_arena_new()};
	int err, status = read_options(argc, argv, &bench.options);
	const char **name;

	if (status) {
		done(&bench);
		return status < 0 ? 2 : 0;
	}
	err = prepare(&bench, argv[optind], argv[optind + 1]);
	dc_vec_each (name, &bench.job.functions)
		dc_vec_push(&bench.report.counts, (struct eq_counts){*name, 0});
	if (!err)
		err = run_all(&bench);
	status = bench.report.results.len ? report(&bench, err < 0) : 0;
	if (err < 0)
		status = err == -EINVAL ? 1 : 3;
	done(&bench);
	return status;
}
