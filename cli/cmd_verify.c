/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut verify: checks the certificate of a sweep against the problem, and solves nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/solve_options.h"
#include "cli/verbs.h"
#include "solver/verify.h"

struct verify {
	struct dc_solve_options options;
	struct dc_workspace workspace; /* of the driver; cli is NULL if a problem was given */
};

static const struct dc_option options[] = {
	DC_GROUP(dc_problem_options, struct verify, options),
	DC_GROUP(dc_pin_option, struct verify, options),
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

static int verify(struct dc_cli *cli, struct verify *v, int argc, char **argv)
{
	struct dc_problem *problem = NULL, *pinned = NULL;
	const struct dc_verb *verb = &dc_verb_verify;
	struct dc_verified verified;
	int err;

	err = dc_solve_problem(cli, verb, &v->options, argc - 1, argv, &v->workspace, &problem);
	if (!err)
		err = dc_solve_pinned(cli, &v->options, problem, &pinned);
	if (!err)
		err = dc_verify(&cli->diag, pinned ? pinned : problem, argv[argc - 1], &verified);
	if (!err)
		print_verified(cli, problem, &verified);
	dc_problem_free(pinned);
	dc_problem_free(problem);
	return err;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct verify v = {0};
	int status;

	dc_solve_options_start(&v.options);
	status = dc_options_read(cli, &dc_verb_verify, argc, argv, &v);
	if (status < 0 && argc - optind < 1)
		status = dc_cli_usage(cli, &dc_verb_verify, "name the certificate to check");
	if (status < 0)
		status = dc_solve_exit(verify(cli, &v, argc - optind, argv + optind));
	if (v.workspace.cli)
		dc_workspace_done(&v.workspace);
	dc_solve_options_done(&v.options);
	return status;
}

const struct dc_verb dc_verb_verify = {
	.name = "verify",
	.run = run,
	.summary = "check the certificate of a sweep without solving anything",
	.usage = "DRIVER CERTIFICATE [OPTIONS]\n--problem FILE CERTIFICATE [OPTIONS]",
	.about = "A certificate holds the nested cuts and, for each group of functions that enter "
		 "the "
		 "kernel together, a flow within the group. The flows show that no choice of sides "
		 "costs less than these cuts, at any delay. Checking walks over the problem once, "
		 "and "
		 "shares no code with the solver but the reader of the problem. Give the same "
		 "options "
		 "as to the sweep that wrote the certificate: they belong to the problem.",
	.options = options,
	.json = "print the result as JSON",
	.reads = "the certificate, and the problem or the driver's source and profile",
	.writes = "nothing",
	.exit = "0: everything is proved; 1: it is not, and a message says where",
	.examples = "drivercut sweep e1000 --certificate sweep.proof\n"
		    "drivercut verify e1000 sweep.proof",
	.see = "drivercut sweep",
};
