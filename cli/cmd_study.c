/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut study: the options, and which of the steps of study.h they ask for. */
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

static void set_option(struct dc_study_options *options, int option)
{
	switch (option) {
	case 'f':
		options->family = optarg;
		break;
	case 'k':
		options->kernel_source = optarg;
		break;
	case 'o':
		options->out = optarg;
		break;
	case 'd':
		options->driver = optarg;
		break;
	case 'j':
		options->jobs = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case 'p':
		options->plot = optarg;
		break;
	case 'l':
		options->list = true;
		break;
	case 's':
		options->show = true;
		break;
	default:
		options->resume = true;
	}
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	static const struct option longs[] = {{"family", required_argument, NULL, 'f'},
					      {"kernel-source", required_argument, NULL, 'k'},
					      {"output", required_argument, NULL, 'o'},
					      {"jobs", required_argument, NULL, 'j'},
					      {"driver", required_argument, NULL, 'd'},
					      {"plot", required_argument, NULL, 'p'},
					      {"list", no_argument, NULL, 'l'},
					      {"resume", no_argument, NULL, 'r'},
					      {"show", no_argument, NULL, 's'},
					      {0}};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct dc_study_options options = {.out = "out/study",
					   .jobs = cores > 0 ? (unsigned)cores : 1};
	struct dc_study study = {.diag = &cli->diag, .options = &options};
	int option, status = 0, err;

	while ((option = dc_cli_option(cli, &dc_verb_study, argc, argv, "o:j:", longs, &status)) >=
	       0)
		set_option(&options, option);
	if (option == -2)
		return status;
	if (optind != argc)
		return dc_cli_usage(cli, &dc_verb_study, "unexpected '%s'", argv[optind]);
	if (!options.jobs || options.jobs > 1024)
		return dc_cli_usage(cli, &dc_verb_study, "--jobs needs a number from 1 to 1024");
	options.json = cli->json;
	study.arena = dc_arena_new();
	err = dc_mkdirs(&cli->diag, options.out);
	if (!err)
		err = study_some(&study);
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
		"      --plot FILE          and their distribution over the drivers, as SVG\n"
		"      --driver NAME        read this one (as in --list) and write its result\n"
		"\n"
		"Over several machines that share DIR, with GNU parallel (bench/study.sh does "
		"so):\n"
		"  drivercut study -o DIR --list |\n"
		"    parallel --wd . --sshloginfile hosts drivercut study -o DIR --driver {}\n"
		"  drivercut study -o DIR --show --plot study.svg\n",
};
