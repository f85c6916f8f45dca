/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each option that several verbs of the solver take is described once, here. */
#include "cli/solve_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"
#include "cli/table.h"
#include "solver/ratio.h"

/* "e1000_probe=kernel" */
static bool parse_pin(const char *text, void *ret)
{
	const char *equals = strrchr(text, '=');
	struct dc_solve_options *options = ret;
	struct dc_cli_pin pin;

	if (!equals || equals == text)
		return false;
	if (!strcmp(equals + 1, "kernel"))
		pin.side = DC_SIDE_KERNEL;
	else if (!strcmp(equals + 1, "user"))
		pin.side = DC_SIDE_USER;
	else
		return false;
	pin.function = dc_printf("%.*s", (int)(equals - text), text);
	dc_vec_push(&options->pins, pin);
	return true;
}

static bool parse_ratio(const char *text, void *ret)
{
	return dc_ratio_parse(text, ret);
}

const struct dc_option dc_problem_options[] = {
	DC_FLAG("rules", 0, struct dc_solve_options, rules,
		"find a cut that runs: a function stays in the kernel if it uses anything that no "
		"rule or annotation describes (drivercut annotate lists what to add)"),
	DC_GROUP(dc_profile_option, struct dc_solve_options, driver),
	DC_FLAG("estimate", 0, struct dc_solve_options, estimate,
		"instead of a profile: guess how often each call is made, from the contexts of "
		"entry "
		"points, loops and branches"),
	DC_GROUP(dc_driver_options, struct dc_solve_options, driver),
	DC_TEXT("problem", 0, struct dc_solve_options, problem_path, "FILE",
		"take this problem.json (- is standard input); no DRIVER is needed then"),
	{0},
};

const struct dc_option dc_result_options[] = {
	DC_COUNT("price", 0, struct dc_solve_options, price, "LINES", 1, INT64_MAX,
		 "a number of lines, 1 or more",
		 "how many kernel lines a whole CPU spent in crossings is worth (10000: 1 % of a "
		 "CPU "
		 "is worth 100 lines)"),
	DC_CHOICE("flow", struct dc_solve_options, engine, "ENGINE", dc_flow_engine_names,
		  "auto, igraph, push or both",
		  "max-flow engine: auto, igraph, push (64-bit integers), or both, which compares "
		  "them"),
	DC_TEXT("output", 'o', struct dc_solve_options, output, "FILE",
		"write the result as JSON; - is standard output"),
	{0},
};

const struct dc_option dc_terms_options[] = {
	DC_DELAY("delay", struct dc_solve_options, delay_ns,
		 "how long one crossing takes: 1.5ms, 250ns (10us)"),
	DC_PARSED("lambda", struct dc_solve_options, lambda, "P/Q", parse_ratio,
		  "P/Q, a whole number or a decimal",
		  "instead of --delay: how many kernel lines one crossing is worth"),
	{0},
};

const struct dc_option dc_pin_option[] = {
	{"pin", 0, DC_OPTION_PARSED, 0, "F=SIDE",
	 "put function F on a side, kernel or user, and show what that costs; may be repeated",
	 "FUNCTION=kernel or FUNCTION=user", 0, 0, NULL, parse_pin, NULL},
	{0},
};

void dc_solve_options_start(struct dc_solve_options *options)
{
	*options = (struct dc_solve_options){.price = DC_PRICE_DEFAULT};
}

void dc_solve_options_done(struct dc_solve_options *options)
{
	struct dc_cli_pin *pin;

	dc_vec_each (pin, &options->pins)
		free(pin->function);
	dc_vec_done(&options->pins);
}

/* The error in the combination of options and operands; NULL: none. */
static const char *check_operands(const struct dc_solve_options *options, int argc)
{
	if (options->lambda.q && options->delay_ns.q)
		return "give one of --delay and --lambda";
	if (options->estimate && options->driver.profile)
		return "give one of --profile and --estimate";
	if (!options->problem_path)
		return argc < 1 ? "name a driver, or a problem with --problem FILE" : NULL;
	if (options->rules)
		return "--rules is for a driver: a problem has its constraints";
	if (options->driver.family || options->driver.module)
		return "--family and --module are for a driver";
	if (options->driver.profile || options->estimate)
		return "--profile and --estimate are for a driver: a problem has its weights";
	return NULL;
}

static int driver_problem(struct dc_cli *cli, const struct dc_solve_options *options,
			  const char *operand, struct dc_workspace *ret_workspace,
			  struct dc_problem **ret_problem)
{
	int err = dc_workspace_open(cli, operand, &options->driver, ret_workspace);

	if (err < 0)
		return err;
	ret_workspace->rules = options->rules;
	ret_workspace->estimate = options->estimate;
	return dc_workspace_problem(ret_workspace, ret_problem);
}

int dc_solve_problem(struct dc_cli *cli, const struct dc_verb *verb,
		     const struct dc_solve_options *options, int argc, char **argv,
		     struct dc_workspace *ret_workspace, struct dc_problem **ret_problem)
{
	const char *wrong = check_operands(options, argc);
	int wanted = options->problem_path ? 0 : 1;

	if (wrong)
		dc_cli_usage(cli, verb, "%s", wrong);
	else if (argc > wanted)
		dc_cli_usage(cli, verb, "unexpected argument '%s'", argv[wanted]);
	if (wrong || argc > wanted)
		return -EDESTADDRREQ;
	if (options->problem_path)
		return dc_problem_read(&cli->diag,
				       strcmp(options->problem_path, "-") ? options->problem_path
									  : "/dev/stdin",
				       ret_problem);
	return driver_problem(cli, options, argv[0], ret_workspace, ret_problem);
}

int dc_solve_pinned(struct dc_cli *cli, const struct dc_solve_options *options,
		    const struct dc_problem *problem, struct dc_problem **ret_problem)
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
		size_t node = dc_problem_find(pinned, pin->function);

		if (node == DC_NO_NODE) {
			err = dc_error(
				&cli->diag, -EINVAL, NULL,
				"--pin %s: no such function%s; drivercut solve -v lists them",
				pin->function, dc_suggest_function(pinned, pin->function));
			break;
		}
		dc_problem_add_pin(pinned, node, pin->side, "--pin on the command line");
		pinned->pins.at[pinned->pins.len - 1].basis.code = "option-pin";
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
	const struct dc_ratio usual = {DC_DELAY_DEFAULT_NS, 1};

	if (options->lambda.q)
		return dc_terms_of_lambda(&cli->diag, problem, options->lambda, options->price,
					  ret_terms);
	return dc_terms_of_delay(&cli->diag, problem,
				 options->delay_ns.q ? options->delay_ns : usual, options->price,
				 ret_terms);
}

static const char *delay_text(struct dc_ratio delay_ns, int digits)
{
	static char texts[4][DC_TIME_LEN];
	static unsigned next;
	char *text = texts[next++ % 4];

	dc_time_format(dc_ratio_value(delay_ns), digits, text);
	return text;
}

const char *dc_delay_text(struct dc_ratio delay_ns)
{
	return delay_text(delay_ns, 6);
}

const char *dc_short_delay_text(struct dc_ratio delay_ns)
{
	return delay_text(delay_ns, 3);
}

const char *dc_problem_title(const struct dc_problem *problem)
{
	return problem->driver ? problem->driver : problem->name;
}

const char *dc_estimated_text(const struct dc_problem *problem)
{
	return problem->weighed == DC_WEIGHTS_ESTIMATED ? "estimated " : "";
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

void dc_print_sides(const struct dc_tally *tally)
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
}

void dc_print_tally(const struct dc_problem *problem, const struct dc_tally *tally,
		    struct dc_ratio delay_ns)
{
	char *text;

	dc_print_sides(tally);
	text = dc_printf("%s%" PRId64 " in %" PRId64 " s: %" PRId64 " upcalls and %" PRId64
			 " by the kernel proper, %" PRId64 " downcalls and %" PRId64
			 " to the kernel proper",
			 dc_estimated_text(problem), tally->crossings, problem->seconds,
			 tally->upcalls, tally->entry_calls, tally->downcalls, tally->kernel_calls);
	putchar('\n');
	dc_print_labelled("crossings", text);
	free(text);
	printf("overhead   %s%.3g %% of one CPU\n", dc_estimated_text(problem),
	       100 * dc_overhead(problem, delay_ns, tally->crossings));
}
