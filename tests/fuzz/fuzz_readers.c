/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readers of every file that the stages exchange, on any bytes. A document goes to all of them:
 * its "kind" sends it to the one it is for, and without one all have a try. The result is used,
 * so that a reader that lets nonsense pass is found out: a problem is solved, a graph becomes a
 * problem.
 *
 * Aborts where a contract is broken: an error that was not reported, an answer that the solver
 * itself calls a bug, a certificate accepted for other cuts than the problem's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "graph/graph.h"
#include "profile/profile.h"
#include "solver/cut.h"
#include "problem/build.h"
#include "solver/sweep.h"
#include "solver/verify.h"

#define NODES_SOLVED 200

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_readers: %s\n", what);
	abort();
}

/* The end of a call: an error was reported, or it succeeded without. */
static bool done(const struct dc_diag *diag, int err)
{
	require(err <= 0, "a positive return value");
	require((err < 0) == (diag->errors > 0), "errors reported and returned do not agree");
	require(err != -ENOTRECOVERABLE, "the solver found itself wrong");
	return !err;
}

static void use_problem(const struct dc_problem *problem)
{
	static const struct dc_cut_options options = {.engine = DC_FLOW_AUTO,
						      .prove = DC_PROVE_AUTO};
	struct dc_diag diag = {0};
	struct dc_sweep *sweep;
	struct dc_terms terms;
	struct dc_cut *cut;

	if (problem->nodes.len > NODES_SOLVED ||
	    !done(&diag, dc_terms_of_lambda(&diag, problem, (struct dc_ratio){1, 10},
					    DC_PRICE_DEFAULT, &terms)))
		return;
	if (done(&diag, dc_cut_solve(&diag, problem, &terms, &options, &cut)))
		dc_cut_free(cut);
	diag = (struct dc_diag){0};
	if (done(&diag, dc_sweep_solve(&diag, problem, DC_PRICE_DEFAULT, DC_FLOW_AUTO, &sweep)))
		dc_sweep_free(sweep);
}

static void read_problem(const char *path)
{
	struct dc_diag diag = {0};
	struct dc_problem *problem;

	if (!done(&diag, dc_problem_read(&diag, path, &problem)))
		return;
	use_problem(problem);
	dc_problem_free(problem);
}

static void read_graph(const char *path)
{
	struct dc_diag diag = {0};
	struct dc_problem *problem;
	struct dc_graph *graph;

	if (!done(&diag, dc_graph_read(&diag, path, &graph)))
		return;
	if (done(&diag, dc_problem_of_driver(&diag, graph, NULL, DC_FIELDS_PIN, NULL, &problem)))
		dc_problem_free(problem);
	dc_graph_free(graph);
}

static void read_profile(const char *path)
{
	struct dc_diag diag = {0};
	struct dc_profile profile;

	if (done(&diag, dc_profile_read(&diag, path, &profile)))
		dc_profile_done(&profile);
}

static void read_cut(const char *path)
{
	struct dc_diag diag = {0};
	struct dc_sides *sides;

	if (done(&diag, dc_sides_read(&diag, path, &sides)))
		dc_sides_free(sides);
}

/* A certificate of the problem among the seeds; any that is accepted must be of its cuts. */
static void read_certificate(const char *path)
{
	static struct dc_problem *problem;
	static struct dc_sweep *sweep;
	struct dc_diag diag = {0};
	struct dc_verified verified;
	const struct dc_sweep_cut *cuts;

	if (!problem)
		require(!dc_problem_read(&diag, FUZZ_SEEDS "/problem.json", &problem) &&
				!dc_sweep_solve(&diag, problem, DC_PRICE_DEFAULT, DC_FLOW_PUSH,
						&sweep),
			"cannot solve " FUZZ_SEEDS "/problem.json");
	if (!done(&diag, dc_verify(&diag, problem, path, &verified)))
		return;
	cuts = sweep->cuts.at;
	require(verified.cuts == sweep->cuts.len &&
			verified.first_kernel_loc == cuts[0].tally.kernel_loc &&
			verified.last_kernel_loc == cuts[verified.cuts - 1].tally.kernel_loc &&
			verified.first_crossings == cuts[0].tally.crossings &&
			verified.last_crossings == cuts[verified.cuts - 1].tally.crossings,
		"a false certificate was accepted");
}

/* The readers take a path: the bytes go to a file in memory. */
static const char *path_of(const uint8_t *data, size_t len_bytes)
{
	static char path[40];
	static int fd = -1;
	size_t done_bytes = 0;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		require(fd >= 0, "memfd_create failed");
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	require(ftruncate(fd, 0) == 0, "ftruncate failed");
	while (done_bytes < len_bytes) {
		ssize_t n =
			pwrite(fd, data + done_bytes, len_bytes - done_bytes, (off_t)done_bytes);

		require(n > 0, "pwrite failed");
		done_bytes += (size_t)n;
	}
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
	const char *path = path_of(data, len_bytes);

	read_problem(path);
	read_graph(path);
	read_profile(path);
	read_cut(path);
	read_certificate(path);
	return 0;
}
