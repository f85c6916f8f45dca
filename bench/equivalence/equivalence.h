/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench/equivalence: is the split driver the stock one? A workload runs in one guest with each, and
 * what user space and the device saw is compared.
 *
 *	rules.c    what is compared, and which differences are known: data of the bench and the
 *driver run.c      builds the drivers, boots a guest for each trace.c    the device's side: QEMU's
 *trace of accesses, by command record.c   user space's side: output, status and kernel's log of
 *each command compare.c  both, and the list of differences main.c     options, the table, JSON
 */
#ifndef BENCH_EQUIVALENCE_H
#define BENCH_EQUIVALENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "guest/split.h"

typedef DC_VEC(const char *) eq_words;

/* Rules: equivalence.json of the driver's folder, and FAMILY.json and known.json of this one */

/* Registers from..to of a region; the region of configuration space is "pci". */
struct eq_registers {
	const char *region, *name;
	uint64_t from, to; /* both included */
};

/* Registers whose accesses depend on when packets and interrupts come. */
struct eq_traffic {
	struct eq_registers registers;
	bool anywhere; /* may come between any two others */
};

enum eq_subject { EQ_OUTPUT, EQ_LOG, EQ_STATUS, EQ_VALUE };

extern const char *const eq_subject_names[]; /* "output", "log", "status", "value", NULL */

/* A known difference. */
struct eq_known {
	enum eq_subject subject;
	const char *command; /* which commands: a pattern of fnmatch(3); "*": all */
	const char *line; /* OUTPUT, LOG: which lines; a pattern */
	struct eq_registers registers; /* VALUE */
	uint64_t bits; /* VALUE: those that may differ */
	eq_words models; /* empty: all */
	bool sometimes; /* need not be there in each run */
	const char *why, *file;
	size_t index; /* in the list of its file */
	bool asked, matched, used; /* its command ran; such a line was there; it differed */
};

struct eq_region {
	const char *name; /* QEMU's, of memory_region_ops_read */
	uint64_t bytes; /* a power of two: the region is aligned to its size */
};

struct eq_group {
	const char *name;
	bool is_short;
};

struct eq_rules {
	eq_words models, modules, programs;
	const char *peer; /* model of the second card */
	DC_VEC(struct eq_region) regions;
	DC_VEC(struct eq_traffic) traffic;
	DC_VEC(struct eq_known) known;
	DC_VEC(struct eq_group) groups;
};

/* Reads the rules of a driver folder; models is the driver's own device if the folder names no
 * others. Strings are in the arena. Returns 0, or -errno after reporting. */
int eq_rules_read(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		  const char *family, const char *device, struct eq_rules *ret);
void eq_rules_done(struct eq_rules *rules);

bool eq_has_register(const struct eq_registers *registers, const char *region, uint64_t offset);

/* Records */

struct eq_command {
	unsigned number;
	bool busy;
	const char *group, *text;
	eq_words output, log;
	int status;
};

typedef DC_VEC(struct eq_command) eq_record;

/* Reads results/log (see common.sh). Caller ends ret with eq_record_done. */
int eq_record_read(struct dc_diag *diag, struct dc_arena *arena, const char *path, eq_record *ret);
void eq_record_done(eq_record *record);

/* Traces */

struct eq_access {
	const char *region; /* one of the rules' (the same pointer), or eq_pci */
	uint64_t offset, value;
	unsigned size; /* bytes; 0 in configuration space, where QEMU does not say */
	unsigned segment; /* 2n - 1: during command n; 2n: after it; 0: before the first */
	bool is_write;
};

typedef DC_VEC(struct eq_access) eq_trace;

extern const char eq_pci[]; /* "pci" */

/* The byte of configuration space that common.sh marks commands in, and its values: command n is
 * marked n % EQ_MARKS + 1, its end 0. */
#define EQ_MARK_AT 0x3c
enum { EQ_MARKS = 254, EQ_MARK_BEGIN1 = 165, EQ_MARK_BEGIN2 = 90, EQ_MARK_END = 255 };

/* A line of QEMU's trace; false if it is neither an access of the device nor a mark. A mark has
 * ret->region NULL and its number in value. */
bool eq_trace_line(const struct eq_rules *rules, const char *line, struct eq_access *ret);

/* Reads what run.c has kept of a trace: such lines. */
int eq_trace_read(struct dc_diag *diag, const struct eq_rules *rules, const char *path,
		  eq_trace *ret);

/* Runs */

enum eq_kind { EQ_STOCK, EQ_SPLIT, EQ_COUNTED, EQ_KINDS };

extern const char *const eq_kind_names[];

/* The driver in question, and where its builds are. Everything is borrowed. */
struct eq_job {
	struct dc_diag *diag;
	struct dc_arena *arena;
	const struct dc_kernel *kernel;
	const struct eq_rules *rules;
	const char *drivercut, *driver, *module, *family;
	const char *folder; /* of all results */
	const char *source; /* of the driver; only to build the counted one */
	bool is_long, again; /* again: run also what was run before */
	/* Set by the functions below. */
	eq_words depends; /* modules that the driver needs */
	const char *parameters; /* of the module, with blanks between them */
	const char *stock; /* file of the stock driver */
	struct dc_guest_file split[DC_SPLIT_FILES];
	eq_words functions; /* that can be counted */
};

/* Finds the stock driver and what it needs. */
int eq_find_stock(struct eq_job *job);

/* Solves (random_cut: by that seed; NULL: with today's rules), unless a cut is given, emits, unless
 * components are given, and builds the split driver. folder gets the files. */
int eq_build_split(struct eq_job *job, const char *cut, const char *components,
		   const char *random_cut, const char *folder);

/* Builds the stock driver for counting: nothing is inlined, so that each function can have a probe.
 */
int eq_build_counted(struct eq_job *job);

/* Runs groups with one model and one kind of driver, unless that was done before with the same
 * files. FOLDER gets log, trace, and counts (EQ_COUNTED). */
int eq_run(const struct eq_job *job, const char *model, const char *groups, enum eq_kind kind,
	   const char *folder);

/* Comparing */

struct eq_result {
	const char *model, *group;
	size_t commands, commands_differ, commands_known;
	size_t accesses[2]; /* stock, split */
	size_t accesses_differ, values_known;
	size_t moved; /* commands whose accesses are the same but for the moments of some */
	eq_words differences; /* for people, a line each */
};

int eq_compare(struct dc_diag *diag, struct dc_arena *arena, struct eq_rules *rules,
	       const char *model, const char *group, const char *stock, const char *split,
	       struct eq_result *ret);

#endif
