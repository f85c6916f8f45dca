/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut verify: is a sweep's certificate right? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/verbs.h"
#include "solver/verify.h"

static const char help[] =
	"drivercut verify - check the certificate of a sweep, without solving anything\n"
	"\n"
	"usage: drivercut verify DRIVER CERTIFICATE [OPTIONS]\n"
	"       drivercut verify --problem FILE CERTIFICATE [OPTIONS]\n"
	"\n"
	"A certificate holds the nested cuts and a flow for each breakpoint. The flows show that "
	"no\n"
	"choice of sides costs less than these cuts, at any delay. Checking takes one walk over\n"
	"the problem a breakpoint, and shares no code with the solver but the reader of the\n"
	"problem.\n"
	"\n"
	"  --problem FILE     the problem.json that was solved\n"
	"  --rules            if sweep was given it when it wrote the certificate\n"
	"  --pin F=SIDE       the same, with the same pins\n"
	"  --family NAME      of a driver that is a bare folder: net, scsi, sound\n"
	"  --json             the result as JSON\n"
	"\n"
	"example:\n"
	"  drivercut sweep e1000 --certificate sweep.proof && drivercut verify e1000 sweep.proof\n"
	"\n"
	"Exit status 0: everything is proved. 1: it is not, and the message says where.\n";

static const struct option longs[] = {
	{"problem", required_argument, NULL, DC_OPTION_PROBLEM},
	DC_OPTION_RULES_ROW,
	DC_OPTION_FAMILY_ROW,
	DC_OPTION_PIN_ROW,
	{0},
};

static void print_verified(const struct dc_cli *cli, const struct dc_problem *problem,
			   const struct dc_verified *verified)
{
	if (cli->json) {
		json_t *root = dc_json_new("verified");

		dc_json_set(root, "proved", json_true());
		dc_json_set(root, "cuts", json_integer((json_int_t)verified->cuts));
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(root);
		return;
	}
	printf("%s: %zu cuts proved optimal, and the least of their kind, for every delay from 0 "
	       "to "
	       "infinity\n"
	       "(from %" PRId64 " kernel lines with %" PRId64 " crossings to %" PRId64
	       " with %" PRId64 ")\n",
	       dc_problem_title(problem), verified->cuts, verified->first_kernel_loc,
	       verified->first_crossings, verified->last_kernel_loc, verified->last_crossings);
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct dc_problem *problem = NULL, *pinned = NULL;
	struct dc_solve_options options;
	struct dc_verified verified;
	int option, exit_status, err;

	dc_solve_options_start(&options);
	while ((option = dc_cli_option(cli, &dc_verb_verify, argc, argv, "", longs,
				       &exit_status)) >= 0)
		if (!dc_solve_option(cli, &dc_verb_verify, &options, option, &exit_status))
			return exit_status;
	if (option == -2)
		return exit_status;
	if (argc - optind < 1)
		return dc_cli_usage(cli, &dc_verb_verify, "name the certificate to check");
	err = dc_solve_problem(cli, &dc_verb_verify, &options, argc - optind - 1, argv + optind,
			       &problem);
	if (!err)
		err = dc_solve_pinned(cli, &dc_verb_verify, &options, problem, &pinned);
	if (!err)
		err = dc_verify(&cli->diag, pinned ? pinned : problem, argv[argc - 1], &verified);
	if (!err)
		print_verified(cli, problem, &verified);
	dc_problem_free(pinned);
	dc_problem_free(problem);
	dc_solve_options_done(&options);
	return dc_solve_exit(err);
}

const struct dc_verb dc_verb_verify = {
	.name = "verify",
	.run = run,
	.summary = "check the certificate of a sweep without solving anything",
	.help = help,
};
