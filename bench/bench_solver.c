/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_solver FAMILY NODES SEED [write]: how long one cut takes with each engine, and the whole
 * envelope. With "write" the problem goes to standard output instead.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "generate.h"
#include "solver/cut.h"
#include "solver/sweep.h"

static void print_error(void *ctx, enum dc_severity severity, const struct dc_pos *pos,
			const char *text)
{
	(void)ctx;
	(void)pos;
	if (severity == DC_ERROR)
		fprintf(stderr, "bench_solver: %s\n", text);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int time_cut(struct dc_diag *diag, const struct dc_problem *problem, const char *name,
		    enum dc_flow_engine engine, struct dc_ratio lambda)
{
	const struct dc_cut_options options = {
		.engine = engine, .prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_terms terms;
	struct dc_cut *cut;
	double start = now_s();
	int err = dc_terms_of_lambda(diag, problem, lambda, DC_PRICE_DEFAULT, &terms);

	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &options, &cut);
	if (err)
		return err;
	printf("%-8s %9.4f s  kernel lines %" PRId64 ", crossings %" PRId64 "\n", name,
	       now_s() - start, cut->tally.kernel_loc, cut->tally.crossings);
	fflush(stdout);
	dc_cut_free(cut);
	return 0;
}

static int time_sweep(struct dc_diag *diag, const struct dc_problem *problem, const char *name,
		      enum dc_flow_engine engine)
{
	struct dc_sweep *sweep;
	double start = now_s();
	int err = dc_sweep_solve(diag, problem, DC_PRICE_DEFAULT, engine, &sweep);

	if (err)
		return err;
	printf("%-8s %9.4f s  %zu breakpoints, %zu flows\n", name, now_s() - start,
	       sweep->breakpoints.len, sweep->flows);
	dc_sweep_free(sweep);
	return 0;
}

int main(int argc, char **argv)
{
	struct dc_diag diag = {.emit = print_error};
	struct dc_problem *problem = NULL;
	const struct dc_ratio lambda = {1, 40};
	int err;

	if (argc >= 4)
		problem = dc_generate(argv[1], (size_t)strtoull(argv[2], NULL, 10),
				      strtoull(argv[3], NULL, 10));
	if (!problem) {
		fputs("usage: bench_solver calls|rmf|levels NODES SEED [write]\n", stderr);
		return 2;
	}
	if (argc > 4 && !strcmp(argv[4], "write")) {
		err = dc_problem_write(&diag, "-", problem);
	} else {
		printf("%s: %zu nodes, %zu edges\n", argv[1], problem->nodes.len,
		       problem->edges.len);
		err = time_cut(&diag, problem, "push", DC_FLOW_PUSH, lambda);
		if (!err)
			err = time_sweep(&diag, problem, "envelope", DC_FLOW_AUTO);
		if (!err)
			err = time_cut(&diag, problem, "igraph", DC_FLOW_IGRAPH, lambda);
	}
	dc_problem_free(problem);
	return err ? 1 : 0;
}
