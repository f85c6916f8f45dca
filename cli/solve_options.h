/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that solve, sweep, explain and verify share, and the problem they name. */
#ifndef DC_CLI_SOLVE_OPTIONS_H
#define DC_CLI_SOLVE_OPTIONS_H

#include "base/alloc.h"
#include "cli/cli.h"
#include "solver/cut.h"
#include "solver/problem.h"

enum {
	DC_OPTION_PROBLEM = 300,
	DC_OPTION_LAMBDA,
	DC_OPTION_DELAY,
	DC_OPTION_PRICE,
	DC_OPTION_PIN,
	DC_OPTION_FLOW,
	DC_OPTION_RULES,
	DC_OPTION_FAMILY,
	DC_OPTION_OWN, /* a verb's own options start here */
};

/* clang-format off */
#define DC_OPTION_FAMILY_ROW {"family", required_argument, NULL, DC_OPTION_FAMILY}
#define DC_OPTION_RULES_ROW {"rules", no_argument, NULL, DC_OPTION_RULES}
#define DC_OPTIONS_PROBLEM                                                                         \
	{"problem", required_argument, NULL, DC_OPTION_PROBLEM},                                   \
	DC_OPTION_FAMILY_ROW,                                                                      \
	DC_OPTION_RULES_ROW,                                                                       \
	{"price", required_argument, NULL, DC_OPTION_PRICE},                                       \
	{"flow", required_argument, NULL, DC_OPTION_FLOW},                                         \
	{"output", required_argument, NULL, 'o'}
#define DC_OPTION_PIN_ROW {"pin", required_argument, NULL, DC_OPTION_PIN}
#define DC_OPTIONS_TERMS                                                                           \
	{"lambda", required_argument, NULL, DC_OPTION_LAMBDA},                                     \
	{"delay", required_argument, NULL, DC_OPTION_DELAY},                                       \
	DC_OPTION_PIN_ROW
/* clang-format on */

#define DC_HELP_PROBLEM                                                                            \
	"  --problem FILE     solve this problem.json; no driver is needed then\n"                 \
	"  --rules            a cut that runs: what no rule or annotation lets into the process\n" \
	"                     stays in the kernel (drivercut annotate says what would free it)\n"  \
	"  --family NAME      of a driver that is a bare folder: net, scsi, sound\n"               \
	"  --price LINES      kernel lines that one whole CPU spent in crossings is worth\n"       \
	"                     (10000: 1 % of a CPU is worth 100 lines)\n"                          \
	"  --flow ENGINE      auto, igraph, push (our own, 64-bit) or both (and compare)\n"        \
	"  -o, --output FILE  write the result as JSON; - is standard output\n"
#define DC_HELP_TERMS                                                                              \
	"  --delay TIME       delay of one crossing: 10us (the default), 1.5ms, 250ns\n"           \
	"  --lambda P/Q       instead of a delay: kernel lines that one crossing is worth\n"       \
	"  --pin F=SIDE       what if F had to be in the kernel, or on the user side?\n"

struct dc_solve_options {
	const char *problem_path; /* or NULL */
	const char *family; /* of a driver that is a bare folder, or NULL */
	bool rules; /* of a driver: as drivercut problem --rules */
	const char *output; /* or NULL */
	int64_t price;
	enum dc_flow_engine engine;
	struct dc_ratio lambda, delay_ns;
	bool by_lambda; /* lambda was given, delay_ns was not */
	DC_VEC(struct dc_cli_pin {
		const char *id; /* caller frees with dc_solve_options_done */
		enum dc_side side;
	})
	pins;
};

void dc_solve_options_start(struct dc_solve_options *options);
void dc_solve_options_done(struct dc_solve_options *options);

/* Takes an option that dc_cli_option returned. Returns true; or false, *ret_exit set after saying
 * why. */
bool dc_solve_option(struct dc_cli *cli, const struct dc_verb *verb,
		     struct dc_solve_options *options, int option, int *ret_exit);

/* A number of lines, a price, a budget: "2000". */
bool dc_parse_count(const char *text, int64_t *ret_count);

/* The problem: --problem's, or that of the driver that is the only operand. `operands`: how many
 * more operands there are after it. Returns 0, -EDESTADDRREQ after a usage error, or -errno. */
int dc_solve_problem(struct dc_cli *cli, const struct dc_verb *verb,
		     const struct dc_solve_options *options, int argc, char **argv,
		     struct dc_problem **ret_problem);

/* The same with --pin's pins added; NULL in *ret_problem if there are none. */
int dc_solve_pinned(struct dc_cli *cli, const struct dc_verb *verb,
		    const struct dc_solve_options *options, const struct dc_problem *problem,
		    struct dc_problem **ret_problem);

/* delay or lambda, whichever was given. */
int dc_solve_terms(struct dc_cli *cli, const struct dc_solve_options *options,
		   const struct dc_problem *problem, struct dc_terms *ret_terms);

/* "10 us", "1.5 ms"; ASCII, whatever the locale; in a static buffer, of which there are four. */
const char *dc_delay_text(struct dc_ratio delay_ns);

/* Name of the problem for headings: its driver's, or its file's. */
const char *dc_problem_title(const struct dc_problem *problem);

/* Exit status; -EDESTADDRREQ (a usage error was printed) is DC_EXIT_USAGE. */
int dc_solve_exit(int err);

/* A table of a cut's two sides and what crosses. */
void dc_print_tally(const struct dc_problem *problem, const struct dc_tally *tally,
		    struct dc_ratio delay_ns);

#endif
