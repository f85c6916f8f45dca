/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solve_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"

void dc_solve_options_start(struct dc_solve_options *options)
{
	*options = (struct dc_solve_options){
		.price = DC_PRICE_DEFAULT,
		.delay_ns = {DC_DELAY_DEFAULT_NS, 1},
	};
}

void dc_solve_options_done(struct dc_solve_options *options)
{
	dc_vec_done(&options->pins);
}

bool dc_parse_count(const char *text, int64_t *ret_count)
{
	char *end;
	long long count;

	errno = 0;
	count = strtoll(text, &end, 10);
	if (errno || end == text || *end || count < 0)
		return false;
	*ret_count = count;
	return true;
}

static bool parse_pin(char *text, struct dc_cli_pin *ret_pin)
{
	char *equals = strrchr(text, '=');

	if (!equals || equals == text)
		return false;
	if (!strcmp(equals + 1, "kernel"))
		ret_pin->side = DC_SIDE_KERNEL;
	else if (!strcmp(equals + 1, "user"))
		ret_pin->side = DC_SIDE_USER;
	else
		return false;
	*equals = '\0';
	ret_pin->id = text;
	return true;
}

static bool parse_engine(const char *text, enum dc_flow_engine *ret_engine)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		if (strcmp(text, dc_flow_engine_names[i]) != 0)
			continue;
		*ret_engine = (enum dc_flow_engine)i;
		return true;
	}
	return false;
}

/* Takes the option; NULL, or what was expected instead. */
static const char *take(struct dc_solve_options *options, int option)
{
	struct dc_cli_pin pin;

	switch (option) {
	case DC_OPTION_PROBLEM:
		options->problem_path = optarg;
		return NULL;
	case DC_OPTION_RULES:
		options->rules = true;
		return NULL;
	case DC_OPTION_FAMILY:
		options->family = optarg;
		return NULL;
	case 'o':
		options->output = optarg;
		return NULL;
	case DC_OPTION_PRICE:
		return dc_parse_count(optarg, &options->price) && options->price > 0
			       ? NULL
			       : "--price: expected a number of lines, 1 or more";
	case DC_OPTION_FLOW:
		return parse_engine(optarg, &options->engine)
			       ? NULL
			       : "--flow: expected auto, igraph, push or both";
	case DC_OPTION_LAMBDA:
		options->by_lambda = true;
		return dc_ratio_parse(optarg, &options->lambda)
			       ? NULL
			       : "--lambda: expected P/Q, a whole number or a decimal";
	case DC_OPTION_DELAY:
		options->by_lambda = false;
		return dc_delay_parse(optarg, &options->delay_ns)
			       ? NULL
			       : "--delay: expected a time such as 10us, 1.5ms or 250ns";
	case DC_OPTION_PIN:
		if (!parse_pin(optarg, &pin))
			return "--pin: expected FUNCTION=kernel or FUNCTION=user";
		dc_vec_push(&options->pins, pin);
		return NULL;
	default:
		return "this option is not handled";
	}
}

bool dc_solve_option(struct dc_cli *cli, const struct dc_verb *verb,
		     struct dc_solve_options *options, int option, int *ret_exit)
{
	const char *expected = take(options, option);

	if (expected)
		*ret_exit = dc_cli_usage(cli, verb, "%s, found '%s'", expected, optarg);
	return !expected;
}

int dc_solve_problem(struct dc_cli *cli, const struct dc_verb *verb,
		     const struct dc_solve_options *options, int argc, char **argv,
		     struct dc_problem **ret_problem)
{
	int wanted = options->problem_path ? 0 : 1;

	if (argc < wanted) {
		dc_cli_usage(cli, verb, "name a driver, or a problem with --problem FILE");
		return -EDESTADDRREQ;
	}
	if (argc > wanted) {
		dc_cli_usage(cli, verb, "unexpected argument '%s'", argv[wanted]);
		return -EDESTADDRREQ;
	}
	if (options->problem_path && options->rules) {
		dc_cli_usage(cli, verb, "--rules is for a driver: a problem has its constraints");
		return -EDESTADDRREQ;
	}
	if (options->problem_path && options->family) {
		dc_cli_usage(cli, verb, "--family is for a driver");
		return -EDESTADDRREQ;
	}
	if (options->problem_path)
		return dc_problem_read(&cli->diag, options->problem_path, ret_problem);
	return dc_cli_problem(cli, argv[0], options->family, options->rules, ret_problem);
}

int dc_solve_pinned(struct dc_cli *cli, const struct dc_verb *verb,
		    const struct dc_solve_options *options, const struct dc_problem *problem,
		    struct dc_problem **ret_problem)
{
	struct dc_problem *pinned;
	size_t i;
	int err = 0;

	*ret_problem = NULL;
	if (!options->pins.len)
		return 0;
	pinned = dc_problem_copy(problem);
	for (i = 0; i < options->pins.len && !err; i++) {
		const struct dc_cli_pin *pin = &options->pins.at[i];
		size_t node = dc_problem_find(pinned, pin->id);

		if (node == DC_NO_NODE)
			err = dc_error(&cli->diag, -EINVAL, NULL,
				       "--pin %s: no such function; drivercut %s -v lists them",
				       pin->id, verb->name);
		else
			dc_problem_add_pin(pinned, node, pin->side, "--pin on the command line");
	}
	if (!err)
		err = dc_problem_finish(&cli->diag, pinned);
	if (err)
		dc_problem_free(pinned);
	else
		*ret_problem = pinned;
	return err;
}

int dc_solve_terms(struct dc_cli *cli, const struct dc_solve_options *options,
		   const struct dc_problem *problem, struct dc_terms *ret_terms)
{
	if (options->by_lambda)
		return dc_terms_of_lambda(&cli->diag, problem, options->lambda, options->price,
					  ret_terms);
	return dc_terms_of_delay(&cli->diag, problem, options->delay_ns, options->price, ret_terms);
}

const char *dc_delay_text(struct dc_ratio delay_ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	static char texts[4][40];
	static unsigned next;
	double value = dc_ratio_value(delay_ns);
	char *text = texts[next++ % 4];
	size_t unit = 0;

	/* The paper counts in microseconds, up to 20,000 of them. */
	for (; unit < 3 && value >= (unit == 1 ? 100000 : 1000); unit++)
		value /= 1000;
	snprintf(text, sizeof(texts[0]), "%.6g %s", value, units[unit]);
	return text;
}

const char *dc_problem_title(const struct dc_problem *problem)
{
	return problem->driver ? problem->driver : problem->name;
}

int dc_solve_exit(int err)
{
	return err == -EDESTADDRREQ ? DC_EXIT_USAGE : dc_cli_exit(err);
}

static void side_row(struct dc_table *table, const char *side, size_t count, int64_t loc,
		     int64_t all, int64_t replicated)
{
	dc_table_row(table);
	dc_table_text(table, side);
	dc_table_int(table, (int64_t)count);
	dc_table_int(table, loc);
	dc_table_real(table, "%.1f", all ? 100.0 * (double)loc / (double)all : 0.0);
	dc_table_int(table, replicated);
}

void dc_print_tally(const struct dc_problem *problem, const struct dc_tally *tally,
		    struct dc_ratio delay_ns)
{
	static const char *const columns[] = {"SIDE", ">FUNCTIONS",	   ">LINES",
					      ">%",   ">REPLICATED LINES", NULL};
	struct dc_table *table = dc_table_new(columns);
	int64_t all = tally->kernel_loc + tally->user_loc;

	side_row(table, "kernel", tally->kernel_count, tally->kernel_loc, all,
		 tally->replicated_loc);
	side_row(table, "user", tally->user_count, tally->user_loc, all, 0);
	side_row(table, "all", tally->kernel_count + tally->user_count, all, all,
		 tally->replicated_loc);
	dc_table_print(table);
	printf("\ncrossings  %" PRId64 " in %" PRId64 " s: %" PRId64 " upcalls and %" PRId64
	       " by the kernel proper, %" PRId64 " downcalls and %" PRId64
	       " to the kernel proper\n",
	       tally->crossings, problem->seconds, tally->upcalls, tally->entry_calls,
	       tally->downcalls, tally->kernel_calls);
	printf("overhead   %.4g %% of one CPU\n",
	       100 * dc_overhead(problem, delay_ns, tally->crossings));
}
