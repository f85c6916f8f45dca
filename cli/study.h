/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much of each driver of a kernel is critical, as the paper's Figure 2.
 *
 * A study has three steps, which exchange files below the output folder: the plan
 * (plan/FAMILY/NAME.json, the compiler's commands for each module that Kbuild links), one job for
 * each driver (results/FAMILY/NAME.json), and the table of all results. A job is one command, so
 * several machines can share the list.
 */
#ifndef DC_CLI_STUDY_H
#define DC_CLI_STUDY_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/kernel.h"

/* A family, and Figure 2 of the paper: Linux 2.6.18. */
struct dc_study_family {
	const char *name;
	unsigned paper_drivers; /* 0: the paper has no figure; read only if --family names it */
	double paper_percent; /* of functions, critical */
};

#define DC_STUDY_FAMILIES 10
extern const struct dc_study_family dc_study_families[DC_STUDY_FAMILIES];

struct dc_study_options {
	const char *family, *kernel, *kernel_source, *out, *driver, *plot;
	int64_t jobs;
	bool list, resume, show, json;
};

struct dc_study {
	struct dc_diag *diag;
	struct dc_arena *arena;
	const struct dc_study_options *options;
	const char *source; /* root of the kernel source, absolute */
	struct dc_kernel kernel;
	DC_VEC(const char *) drivers; /* "net/e1000" */
};

/* FOLDER/DRIVER.json below the output folder; arena. */
const char *dc_study_file(struct dc_study *study, const char *folder, const char *driver);

/* Asks Kbuild for the modules of the families, or of the one that the options name, writes the plan
 * and fills study->drivers. Returns 0, or -errno after reporting. */
int dc_study_plan(struct dc_study *study);

/* Fills study->drivers from the plan that is there. Returns 0, or -ENOENT after reporting that
 * there is none. */
int dc_study_find_plan(struct dc_study *study);

/* Reads one driver of the plan and writes its result; a driver that cannot be read is a result too,
 * with its reason. Returns 0, or -errno after reporting (no such driver, cannot write). */
int dc_study_run_driver(struct dc_study *study, const char *driver);

/* Reads all of study->drivers, each in a process of its own. */
int dc_study_run_all(struct dc_study *study);

/* The sums over the results of one family. Shares are percents of a driver, sorted. */
struct dc_study_sums {
	const struct dc_study_family *family;
	unsigned drivers, failed, missing; /* analysed, recorded as failed, without a result yet */
	unsigned with_unknown; /* analysed, with functions that no template knows */
	int64_t must_stay, may_move; /* lines: by the structural cut; by that of today's rules */
	int64_t functions, critical, lines, critical_lines, sites, one, by_field, by_signature;
	int64_t cpu_ms, memory_kib; /* of all jobs together, of the largest */
	DC_VEC(double) function_shares, line_shares;
};

/* True if the plan has drivers of the family, or the paper does. */
bool dc_study_has_family(const struct dc_study_sums *sums);

/* True if the options choose the family. */
bool dc_study_wants_family(const struct dc_study_options *options,
			   const struct dc_study_family *family);

struct dc_study_results {
	struct dc_study_sums families[DC_STUDY_FAMILIES];
};

/* Reads the results of study->drivers; tells of each failed one with a note. Returns 0, or -EINVAL
 * after reporting a file that is no result. Caller ends ret with dc_study_results_done. */
int dc_study_read(struct dc_study *study, struct dc_study_results *ret);
void dc_study_results_done(struct dc_study_results *results);

/* Prints the table, or with options->json the same as JSON. Returns 0, or -errno after reporting.
 */
int dc_study_print(struct dc_study *study, const struct dc_study_results *results);

/* Writes a picture (SVG) of how the critical share of functions is distributed over the drivers of
 * each family, with the paper's figure marked. Returns 0, or -errno after reporting. */
int dc_study_plot(struct dc_diag *diag, const struct dc_study_results *results, const char *path);

#endif
