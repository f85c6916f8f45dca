/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut study: chooses the steps of study.h by the options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/study.h"
#include "cli/verbs.h"

static int report(struct dc_study *study)
{
	struct dc_study_results results;
	int err = dc_study_read(study, &results);

	if (err < 0)
		return err;
	if (study->options->plot)
		err = dc_study_plot(study->diag, &results, study->options->plot);
	if (!err)
		err = dc_study_print(study, &results);
	dc_study_results_done(&results);
	return err;
}

static int study_all(struct dc_study *study)
{
	size_t i;
	int err = dc_study_plan(study);

	if (err < 0)
		return err;
	dc_cli_clear_progress();
	if (study->options->list) {
		for (i = 0; i < study->drivers.len; i++)
			puts(study->drivers.at[i]);
		return 0;
	}
	err = dc_study_run_all(study);
	return err < 0 ? err : report(study);
}

static int study_some(struct dc_study *study)
{
	int err;

	if (study->options->driver)
		return dc_study_run_driver(study, study->options->driver);
	if (!study->options->show)
		return study_all(study);
	err = dc_study_find_plan(study);
	return err < 0 ? err : report(study);
}

static const struct dc_option options[] = {
	DC_TEXT("family", 0, struct dc_study_options, family, "NAME",
		"only this family (net, scsi, sound; also block, char, hid, hwmon, input, usb, "
		"watchdog, which the paper has no figure for)"),
	DC_TEXT("kernel", 0, struct dc_study_options, kernel, "KERNEL",
		"the kernel whose drivers are read, as for drivercut graph (Debian's 6.1)"),
	DC_TEXT("kernel-source", 0, struct dc_study_options, kernel_source, "DIR",
		"an unpacked kernel source (the Debian package's)"),
	DC_TEXT("output", 'o', struct dc_study_options, out, "DIR",
		"plan, results and the unpacked source (out/study)"),
	DC_COUNT("jobs", 'j', struct dc_study_options, jobs, "N", 1, 1024,
		 "a number from 1 to 1024",
		 "how many drivers to read at a time (as many as there are CPUs)"),
	DC_FLAG("list", 0, struct dc_study_options, list,
		"make the plan and print the names of the drivers; read none"),
	DC_FLAG("resume", 0, struct dc_study_options, resume, "keep the results that are there"),
	DC_FLAG("show", 0, struct dc_study_options, show,
		"print the table of the results that are there; read no driver"),
	DC_TEXT("plot", 0, struct dc_study_options, plot, "FILE",
		"draw how the critical share is distributed over the drivers, as SVG"),
	DC_TEXT("driver", 0, struct dc_study_options, driver, "NAME",
		"read only this driver (a name as from --list) and write its result"),
	{0},
};

static int run(struct dc_cli *cli, int argc, char **argv)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct dc_study_options given = {.out = "out/study", .jobs = cores > 0 ? cores : 1};
	struct dc_study study = {.diag = &cli->diag, .options = &given};
	int err, status = dc_options_read(cli, &dc_verb_study, argc, argv, &given);

	if (status >= 0)
		return status;
	if (optind != argc)
		return dc_cli_usage(cli, &dc_verb_study, "unexpected argument '%s'", argv[optind]);
	given.json = cli->json;
	study.arena = dc_arena_new();
	err = dc_mkdirs(&cli->diag, given.out);
	if (!err)
		err = study_some(&study);
	dc_vec_done(&study.drivers);
	dc_arena_free(study.arena);
	return dc_cli_exit(err);
}

const struct dc_verb dc_verb_study = {
	.name = "study",
	.run = run,
	.summary = "measure how much of each driver of a kernel is critical",
	.usage = "[OPTIONS]",
	.about = "Finds all modules in the folders of the families by asking Kbuild, reads each in "
		 "a "
		 "process of its own, and prints a table next to the paper's Figure 2. A driver "
		 "that "
		 "cannot be read counts as failed, with its reason.\n\n"
		 "Several machines that share DIR can divide the work, with GNU parallel "
		 "(bench/study.sh): each name that --list prints is one job, --driver NAME.",
	.options = options,
	.json = "print the table as JSON",
	.reads = "the kernel's source and headers",
	.writes = "out/study, or what -o names: plan/FAMILY/NAME.json, results/FAMILY/NAME.json",
	.examples = "drivercut study --family scsi\n"
		    "drivercut study -o DIR --list | parallel drivercut study -o DIR --driver {}\n"
		    "drivercut study -o DIR --show --plot study.svg",
};
