/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long one minimum cut takes with our engines and with public libraries, and how long the whole
 * envelope takes. Each measurement runs in a process of its own, which is stopped after a limit;
 * building the library's own graph counts; all engines must find the same value. Times are of the
 * process on its CPU (nothing here has threads), so that other work on the machine tells less.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "flow_public.h"
#include "generate.h"
#include "solver/cut_parts.h"
#include "solver/json_parts.h"
#include "solver/model.h"
#include "solver/sweep.h"

static const char usage[] =
	"usage: bench_solver [-l SECONDS] [-o FILE.json] [-f FAMILY] [-e ENGINE] NODES...\n"
	"       bench_solver -w FAMILY NODES      write that problem to standard output\n";

/* The subject of one measurement. */
struct subject {
	const struct dc_problem *problem;
	struct dc_model model;
	struct dc_flow_net net;
	struct bench_net public; /* the same */
	const char *family;
	size_t nodes;
};

struct result {
	double seconds;
	int64_t value; /* of the cut; or breakpoints of the envelope */
	int64_t flows; /* of the envelope */
	bool failed;
};

static struct dc_ratio lambda; /* of the problem being measured */
static unsigned limit_s = 300;

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

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Engines */

static void run_engine(const struct subject *s, enum dc_flow_engine engine, struct result *result)
{
	struct dc_diag diag = {.emit = print_error};
	bool *kept = dc_alloc(s->net.nodes, sizeof(*kept));

	result->failed =
		dc_flow_cut(&diag, &s->net, engine, DC_FLOW_GREATEST, &result->value, kept) < 0;
	free(kept);
}

static void run_push(const struct subject *s, struct result *result)
{
	run_engine(s, DC_FLOW_PUSH, result);
}

static void run_igraph(const struct subject *s, struct result *result)
{
	run_engine(s, DC_FLOW_IGRAPH, result);
}

#ifdef BENCH_LEMON
static void run_lemon(const struct subject *s, struct result *result)
{
	result->value = bench_flow_lemon(&s->public);
}
#endif

#ifdef BENCH_BOOST
static void run_boost(const struct subject *s, struct result *result)
{
	result->value = bench_flow_boost(&s->public);
}

static void run_boost_bk(const struct subject *s, struct result *result)
{
	result->value = bench_flow_boost_bk(&s->public);
}
#endif

/* The cost that every cut pays, which the net leaves out. */
static __int128 left_out(const struct dc_model *model)
{
	__int128 sum = dc_scaled_cost(lambda, model->kernel_loc, model->weight);
	size_t g;

	for (g = 0; g < model->groups; g++) {
		__int128 on_user_side = dc_scaled_cost(lambda, 0, model->if_user[g]);
		__int128 in_kernel = dc_scaled_cost(lambda, model->loc[g], model->if_kernel[g]);

		sum += on_user_side < in_kernel ? on_user_side : in_kernel;
	}
	return sum;
}

/* GLPK's dual simplex on the cut's LP, its answer checked in integers. */
static void run_glpk(const struct subject *s, struct result *result)
{
	struct dc_cut_options options = {.engine = DC_FLOW_PUSH, .no_reasons = true};
	struct dc_diag diag = {.emit = print_error};
	struct dc_terms terms;
	struct dc_cut *cut;
	double start;

	result->failed = true;
	if (dc_terms_of_lambda(&diag, s->problem, lambda, DC_PRICE_DEFAULT, &terms) < 0 ||
	    dc_cut_solve(&diag, s->problem, &terms, &options, &cut) < 0)
		return;
	start = now_s();
	result->failed = dc_prove_lp(&diag, &s->model, cut) < 0 || cut->proved_by_lp < 0;
	result->seconds = now_s() - start;
	result->value = (int64_t)(cut->proved_by_lp - left_out(&s->model));
	dc_cut_free(cut);
}

static void run_envelope(const struct subject *s, struct result *result)
{
	struct dc_diag diag = {.emit = print_error};
	struct dc_sweep *sweep;

	result->failed =
		dc_sweep_solve(&diag, s->problem, DC_PRICE_DEFAULT, DC_FLOW_AUTO, &sweep) < 0;
	if (result->failed)
		return;
	result->value = (int64_t)sweep->breakpoints.len;
	result->flows = (int64_t)sweep->flows;
	dc_sweep_free(sweep);
}

static const struct engine {
	const char *name;
	void (*run)(const struct subject *s, struct result *result);
	size_t most_nodes; /* larger problems would only meet the limit */
	bool envelope;
} engines[] = {
	{"igraph", run_igraph, SIZE_MAX, false},
	{"push (ours)", run_push, SIZE_MAX, false},
#ifdef BENCH_LEMON
	{"LEMON preflow", run_lemon, SIZE_MAX, false},
#endif
#ifdef BENCH_BOOST
	{"Boost push-relabel", run_boost, SIZE_MAX, false},
	{"Boost Boykov-Kolmogorov", run_boost_bk, 30000, false},
#endif
	{"GLPK", run_glpk, 3000, false},
	{"whole envelope (ours)", run_envelope, SIZE_MAX, true},
};

/* Measuring */

/* The best of as many runs as fit into a quarter of a second. */
static void measure(const struct engine *engine, const struct subject *s, struct result *ret)
{
	double start = now_s(), one;
	struct result result;
	bool first = true;

	do {
		one = now_s();
		result = (struct result){0};
		engine->run(s, &result);
		if (!result.seconds)
			result.seconds = now_s() - one;
		if (first || result.seconds < ret->seconds)
			*ret = result;
		first = false;
	} while (!ret->failed && now_s() - start < 0.25);
}

/* In a process of its own. False: stopped, or it failed. */
static bool measure_apart(const struct engine *engine, const struct subject *s, struct result *ret)
{
	int ends[2], status;
	ssize_t got;
	pid_t child;

	if (pipe(ends) < 0)
		return false;
	child = fork();
	if (child == 0) {
		alarm(limit_s); /* a CPU limit would make the CPU clock count in ticks */
		measure(engine, s, ret);
		got = write(ends[1], ret, sizeof(*ret));
		_exit(got != sizeof(*ret));
	}
	close(ends[1]);
	got = read(ends[0], ret, sizeof(*ret));
	close(ends[0]);
	if (child > 0)
		waitpid(child, &status, 0);
	return got == sizeof(*ret) && !ret->failed;
}

/* Where all of it in the kernel costs what all of it on the user side does, in small numbers: near
 * there most is undecided, and the flows are the hardest. */
static struct dc_ratio hard_lambda(const struct dc_range *range)
{
	int64_t lines = dc_range_loc(range, 0, range->model->groups);
	int64_t drop = dc_range_drop(range, 0, range->model->groups);

	if (lines <= 0 || drop <= 0)
		return (struct dc_ratio){1, 40};
	return lines < drop ? (struct dc_ratio){1, drop / lines}
			    : (struct dc_ratio){lines / drop, 1};
}

static int subject_start(struct subject *s)
{
	struct dc_diag diag = {.emit = print_error};
	struct dc_range range = {.model = &s->model};
	uint32_t *tails, *heads;
	int64_t *capacities;
	struct dc_order order;
	size_t i;
	int err = dc_model_start(&diag, &s->model, s->problem);

	if (err < 0)
		return err;
	dc_order_start(&order, &s->model);
	range.order = &order;
	lambda = hard_lambda(&range);
	err = dc_range_net(&diag, &range, 0, s->model.groups, lambda, &s->net);
	dc_order_done(&order);
	tails = dc_alloc(s->net.arcs.len, sizeof(*tails));
	heads = dc_alloc(s->net.arcs.len, sizeof(*heads));
	capacities = dc_alloc(s->net.arcs.len, sizeof(*capacities));
	for (i = 0; i < s->net.arcs.len; i++) {
		tails[i] = s->net.arcs.at[i].tail;
		heads[i] = s->net.arcs.at[i].head;
		capacities[i] = s->net.arcs.at[i].capacity;
	}
	s->public = (struct bench_net){s->net.nodes, s->net.arcs.len, tails, heads, capacities};
	return err;
}

static void subject_done(struct subject *s)
{
	free((void *)(uintptr_t)s->public.tails);
	free((void *)(uintptr_t)s->public.heads);
	free((void *)(uintptr_t)s->public.capacities);
	dc_vec_done(&s->net.arcs);
	dc_model_done(&s->model);
}

static json_t *row_json(const struct subject *s, const struct engine *engine,
			const struct result *result, bool done)
{
	json_t *row = json_object();

	dc_json_set(row, "family", json_string(s->family));
	dc_json_set(row, "nodes", json_integer((json_int_t)s->nodes));
	dc_json_set(row, "arcs", json_integer((json_int_t)s->net.arcs.len));
	dc_json_set(row, "lambda", dc_ratio_json(lambda));
	dc_json_set(row, "engine", json_string(engine->name));
	dc_json_set(row, "seconds", done ? json_real(result->seconds) : json_null());
	if (!done)
		return row;
	dc_json_set(row, engine->envelope ? "breakpoints" : "value", json_integer(result->value));
	if (engine->envelope)
		dc_json_set(row, "flows", json_integer(result->flows));
	return row;
}

static void print_row(const struct engine *engine, const struct result *result, bool done)
{
	if (!done)
		printf("  %-24s  over %u s, or failed\n", engine->name, limit_s);
	else if (engine->envelope)
		printf("  %-24s %12.3f ms  %" PRId64 " breakpoints, %" PRId64 " flows\n",
		       engine->name, 1e3 * result->seconds, result->value, result->flows);
	else
		printf("  %-24s %12.3f ms\n", engine->name, 1e3 * result->seconds);
	fflush(stdout);
}

/* False: two engines differ. */
static bool run_subject(struct subject *s, const char *only, json_t *rows)
{
	int64_t value = -1;
	bool agree = true;
	size_t i;

	printf("%s, %zu nodes, %zu arcs, lambda %" PRId64 "/%" PRId64 "\n", s->family, s->nodes,
	       s->net.arcs.len, lambda.p, lambda.q);
	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		struct result result = {0};
		bool done;

		if (s->nodes > engines[i].most_nodes || (only && !strstr(engines[i].name, only)))
			continue;
		done = measure_apart(&engines[i], s, &result);
		print_row(&engines[i], &result, done);
		dc_json_add(rows, row_json(s, &engines[i], &result, done));
		if (!done || engines[i].envelope)
			continue;
		if (value >= 0 && value != result.value) {
			printf("  its cut has the value %" PRId64 ", but the first one %" PRId64
			       "\n",
			       result.value, value);
			agree = false;
		}
		value = value < 0 ? result.value : value;
	}
	return agree;
}

static bool run_family(const char *family, size_t nodes, const char *only, json_t *rows)
{
	struct dc_problem *problem = dc_generate(family, nodes, 1);
	struct subject s = {.problem = problem, .family = family, .nodes = nodes};
	bool agree;

	if (!problem || subject_start(&s) < 0)
		return false;
	agree = run_subject(&s, only, rows);
	subject_done(&s);
	dc_problem_free(problem);
	return agree;
}

static int write_problem(const char *family, size_t nodes)
{
	struct dc_diag diag = {.emit = print_error};
	struct dc_problem *problem = dc_generate(family, nodes, 1);
	int err = problem ? dc_problem_write(&diag, "-", problem) : -EINVAL;

	dc_problem_free(problem);
	return err ? 1 : 0;
}

static int compare(const char *family, const char *only, const char *output, char **sizes)
{
	static const char *const families[] = {"calls", "rmf", "levels"};
	struct dc_diag diag = {.emit = print_error};
	json_t *root = dc_json_new("bench"), *rows = json_array();
	bool agree = true;
	int err = 0;
	size_t i;

	for (; *sizes; sizes++)
		for (i = 0; i < 3; i++)
			if (!family || !strcmp(family, families[i]))
				agree &= run_family(families[i], strtoull(*sizes, NULL, 10), only,
						    rows);
	dc_json_set(root, "rows", rows);
	if (output)
		err = dc_json_write(&diag, output, root);
	json_decref(root);
	return err || !agree ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *family = NULL, *only = NULL, *output = NULL, *written = NULL;
	int option;

	while ((option = getopt(argc, argv, "l:o:f:e:w:")) >= 0) {
		if (option == 'l')
			limit_s = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			output = optarg;
		else if (option == 'f')
			family = optarg;
		else if (option == 'e')
			only = optarg;
		else if (option == 'w')
			written = optarg;
		else
			optind = argc + 1;
	}
	if (optind >= argc) {
		fputs(usage, stderr);
		return 2;
	}
	return written ? write_problem(written, strtoull(argv[optind], NULL, 10))
		       : compare(family, only, output, argv + optind);
}
