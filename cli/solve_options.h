/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that solve, sweep, explain and verify share, and the problem that they name. */
#ifndef DC_CLI_SOLVE_OPTIONS_H
#define DC_CLI_SOLVE_OPTIONS_H

#include "cli/cli.h"
#include "cli/workspace.h"
#include "solver/cut.h"
#include "solver/problem.h"

struct dc_cli_pin {
	char *function;
	enum dc_side side;
};

struct dc_solve_options {
	struct dc_driver_options driver;
	const char *problem_path; /* or NULL */
	bool rules; /* of a driver: as drivercut problem --rules */
	bool estimate; /* of a driver: guess the weights from the source */
	const char *output; /* or NULL */
	int64_t price;
	enum dc_flow_engine engine;
	struct dc_ratio lambda, delay_ns; /* one of the two; q is 0 in what is not given */
	DC_VEC(struct dc_cli_pin) pins;
};

/* Which problem: --problem, --rules, --profile, --family, --module. */
extern const struct dc_option dc_problem_options[];
/* How it is solved and where the result goes: --price, --flow, -o. */
extern const struct dc_option dc_result_options[];
/* --delay and --lambda; --pin. */
extern const struct dc_option dc_terms_options[], dc_pin_option[];

void dc_solve_options_start(struct dc_solve_options *options); /* the defaults */
void dc_solve_options_done(struct dc_solve_options *options);

/* The problem: --problem's, or that of the driver that is the only operand; argc and argv: the
 * operands. *ret_workspace: the driver's, to be ended with dc_workspace_done; its cli is NULL if
 * there is no driver. Returns 0, -EDESTADDRREQ after a usage error, or -errno. */
int dc_solve_problem(struct dc_cli *cli, const struct dc_verb *verb,
		     const struct dc_solve_options *options, int argc, char **argv,
		     struct dc_workspace *ret_workspace, struct dc_problem **ret_problem);

/* The same with --pin's pins added; NULL in *ret_problem if there are none. */
int dc_solve_pinned(struct dc_cli *cli, const struct dc_solve_options *options,
		    const struct dc_problem *problem, struct dc_problem **ret_problem);

/* --delay or --lambda, whichever was given; else the default delay. */
int dc_solve_terms(struct dc_cli *cli, const struct dc_solve_options *options,
		   const struct dc_problem *problem, struct dc_terms *ret_terms);

/* A delay that somebody gave ("10 us", "1.2345 ms"), or with three digits ("1.23 ms"); ASCII,
 * whatever the locale; in a static buffer, of which there are four. */
const char *dc_delay_text(struct dc_ratio delay_ns);
const char *dc_short_delay_text(struct dc_ratio delay_ns);

/* Name of the problem for headings: its driver's, or its file's. */
const char *dc_problem_title(const struct dc_problem *problem);

/* "estimated ", before each figure that follows from weights that are a guess; else "". */
const char *dc_estimated_text(const struct dc_problem *problem);

/* Exit status; -EDESTADDRREQ (a usage error was printed) is DC_EXIT_USAGE. */
int dc_solve_exit(int err);

/* A table of a cut's two sides. */
void dc_print_sides(const struct dc_tally *tally);

/* The same, and what crosses. */
void dc_print_tally(const struct dc_problem *problem, const struct dc_tally *tally,
		    struct dc_ratio delay_ns);

#endif
