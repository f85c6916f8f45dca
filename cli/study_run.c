/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs the jobs of a study. Each driver is read in a process of its own, so that one that crashes
 * or hangs is one result, not the end of the study.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/study.h"
#include "graph/graph.h"
#include "graph/source/source.h"
#include "marshal/constraints.h"
#include "marshal/uses.h"
#include "problem/build.h"
#include "solver/cut.h"

#define JOB_SECONDS 900 /* CPU time after which a driver counts as failed */

struct heard {
	char *error; /* the first */
	json_t *unknown; /* warnings: functions that no template has a place for */
};

static void hear(void *ctx, enum dc_severity severity, const struct dc_pos *pos, const char *text)
{
	struct heard *heard = ctx;

	if (severity == DC_ERROR && !heard->error)
		heard->error = pos && pos->file ? dc_printf("%s:%u: %s", pos->file, pos->line, text)
						: dc_strdup(text);
}

static void put_graph(json_t *root, const struct dc_graph *graph, json_t *unknown)
{
	size_t lines = 0, critical = 0, critical_lines = 0, by_field = 0, by_type = 0, one = 0;
	const struct dc_indirect_site *site;
	const struct dc_entry_point *entry;
	const struct dc_function *function;

	dc_vec_each (function, &graph->functions) {
		lines += function->loc;
		critical += function->critical;
		critical_lines += function->critical ? function->loc : 0;
	}
	dc_vec_each (site, &graph->indirect) {
		by_field += site->by_field;
		by_type += site->by_signature;
		one += site->by_field == 1;
	}
	dc_vec_each (entry, &graph->entry_points)
		if (!entry->known)
			dc_json_add(unknown, json_string(entry->via));
	dc_json_set(root, "functions", json_integer((json_int_t)graph->functions.len));
	dc_json_set(root, "lines", json_integer((json_int_t)lines));
	dc_json_set(root, "critical_functions", json_integer((json_int_t)critical));
	dc_json_set(root, "critical_lines", json_integer((json_int_t)critical_lines));
	dc_json_set(root, "indirect_sites", json_integer((json_int_t)graph->indirect.len));
	dc_json_set(root, "one_target", json_integer((json_int_t)one));
	dc_json_set(root, "targets_by_field", json_integer((json_int_t)by_field));
	dc_json_set(root, "targets_by_signature", json_integer((json_int_t)by_type));
}

/* Lines by two cuts without weights. */
struct lines {
	int64_t must_stay; /* in the kernel, whatever the load and the rules */
	int64_t may_move; /* to the process with today's rules, without annotations */
};

/* Returns the tally of the cut without weights; constraints of marshal/, or NULL. */
static int solve(struct dc_diag *diag, const struct dc_graph *graph,
		 const struct dc_constraints *constraints, struct dc_tally *ret)
{
	const struct dc_cut_options how = {.prove = DC_PROVE_FLOW, .no_reasons = true};
	struct dc_problem *problem = NULL;
	struct dc_cut *cut = NULL;
	struct dc_terms terms;
	int err = dc_problem_of_driver(diag, graph, NULL, DC_FIELDS_MAP, constraints, &problem);

	if (!err)
		err = dc_terms_of_delay(diag, problem, (struct dc_ratio){DC_DELAY_DEFAULT_NS, 1},
					DC_PRICE_DEFAULT, &terms);
	if (!err)
		err = dc_cut_solve(diag, problem, &terms, &how, &cut);
	if (!err)
		*ret = cut->tally;
	dc_cut_free(cut);
	dc_problem_free(problem);
	return err;
}

static int solve_rules(struct dc_study *study, struct dc_diag *diag, const struct dc_driver *driver,
		       const struct dc_graph *graph, const struct dc_source *source,
		       struct dc_tally *ret)
{
	struct dc_constraints constraints = {0};
	struct dc_marshal marshal = {0};
	struct dc_rules rules = {0};
	dc_proposals gaps = {0};
	int err = dc_rules_open(diag, driver->family, &rules);

	if (!err) {
		dc_rules_spare_names(&rules, source);
		err = dc_marshal_open_text(diag, study->arena, &rules, source, graph,
					   "annotations.json", NULL, &marshal);
	}
	if (!err) {
		dc_rules_pins(study->arena, &rules, source, graph, &constraints.pins);
		dc_constraints_find(&marshal, &constraints, &gaps);
		err = solve(diag, graph, &constraints, ret);
		dc_marshal_done(&marshal);
	}
	dc_constraints_done(&constraints);
	dc_vec_done(&gaps);
	dc_rules_done(&rules);
	return err;
}

static int find_lines(struct dc_study *study, struct dc_diag *diag, const struct dc_driver *driver,
		      const struct dc_graph *graph, const struct dc_source *source,
		      struct lines *ret)
{
	struct dc_tally tally;
	int err = solve(diag, graph, NULL, &tally);

	if (err < 0)
		return err;
	ret->must_stay = tally.kernel_loc;
	err = solve_rules(study, diag, driver, graph, source, &tally);
	ret->may_move = err ? 0 : tally.user_loc;
	return err;
}

/* lines: NULL, as graph is, if the driver failed. usage: of reading it. */
static int write_result(struct dc_study *study, const char *driver, const struct dc_graph *graph,
			const struct lines *lines, const char *reason, const struct rusage *usage)
{
	json_t *root = dc_json_new("study-result"), *unknown = json_array();
	const char *path = dc_study_file(study, "results", driver);
	int err;

	dc_json_set(root, "driver", json_string(driver));
	dc_json_set(root, "failed", graph ? json_null() : json_string(reason));
	if (graph) {
		put_graph(root, graph, unknown);
		dc_json_set(root, "must_stay_lines", json_integer(lines->must_stay));
		dc_json_set(root, "may_move_lines", json_integer(lines->may_move));
	}
	dc_json_set(root, "no_template", unknown);
	dc_json_set(root, "cpu_ms",
		    json_integer((usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
				 (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000));
	dc_json_set(root, "memory_kib", json_integer(usage->ru_maxrss));
	err = dc_mkdirs_for(study->diag, path);
	if (!err)
		err = dc_json_write(study->diag, path, root);
	json_decref(root);
	return err;
}

static int read_plan(struct dc_study *study, const char *driver, struct dc_driver *ret,
		     const char **ret_commands)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	const char *path = dc_study_file(study, "plan", driver);
	int err = dc_json_open(study->diag, path, "study-plan", &doc, &root);

	if (err < 0)
		return err;
	ret->name = ret->title = ret->module =
		dc_arena_strdup(study->arena, dc_json_str(&root, "name"));
	ret->family = dc_arena_strdup(study->arena, dc_json_str(&root, "family"));
	ret->source = dc_arena_strdup(study->arena, dc_json_str(&root, "source"));
	*ret_commands = path;
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

int dc_study_run_driver(struct dc_study *study, const char *driver)
{
	const char *commands;
	struct heard heard = {0};
	struct dc_diag diag = {.emit = hear, .ctx = &heard};
	struct dc_driver description = {0};
	struct dc_graph *graph = NULL;
	struct dc_source *source = NULL;
	struct lines lines = {0};
	struct rusage usage;
	struct rlimit limit = {JOB_SECONDS, JOB_SECONDS};
	int err = read_plan(study, driver, &description, &commands);

	if (err < 0)
		return err;
	setrlimit(RLIMIT_CPU, &limit);
	err = dc_graph_extract(&diag, &description, NULL, commands, &graph, &source);
	getrusage(RUSAGE_SELF, &usage);
	if (!err)
		err = find_lines(study, &diag, &description, graph, source, &lines);
	err = write_result(study, driver, err ? NULL : graph, &lines,
			   heard.error ? heard.error : "unknown", &usage);
	free(heard.error);
	dc_source_free(source);
	dc_graph_free(graph);
	return err;
}

/* All drivers */

static pid_t start_job(struct dc_study *study, const char *driver)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	execl("/proc/self/exe", "drivercut", "study", "-o", study->options->out, "--driver", driver,
	      (char *)NULL);
	_exit(127);
}

/* Writes the result of a job that died without one (a crash, the time limit). */
static int note_end(struct dc_study *study, const char *driver, int status)
{
	const struct rusage none = {0};
	const char *why;

	if (dc_is_file(dc_study_file(study, "results", driver)))
		return 0;
	why = WIFSIGNALED(status)
		      ? dc_arena_printf(study->arena, "ended by signal %d", WTERMSIG(status))
		      : dc_arena_printf(study->arena, "exit status %d", WEXITSTATUS(status));
	return write_result(study, driver, NULL, NULL, why, &none);
}

int dc_study_run_all(struct dc_study *study)
{
	size_t next = 0, running = 0, done = 0, i, count = study->drivers.len;
	pid_t *pids = dc_alloc(count + 1, sizeof(*pids));
	int err = 0, status;

	while (!err && (next < count || running)) {
		pid_t pid;

		if (next < count && running < (size_t)study->options->jobs) {
			const char *path = dc_study_file(study, "results", study->drivers.at[next]);

			if (!study->options->resume)
				unlink(path);
			if (!dc_is_file(path)) {
				pids[next] = start_job(study, study->drivers.at[next]);
				running += pids[next] > 0;
			} else {
				done++;
			}
			next++;
			continue;
		}
		pid = wait(&status);
		for (i = 0; i < next; i++)
			if (pids[i] == pid)
				err = note_end(study, study->drivers.at[i], status);
		running--;
		done++;
		dc_progress(study->diag, "%zu of %zu drivers", done, count);
	}
	free(pids);
	return err;
}
