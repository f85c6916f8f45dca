/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the two components of a cut: the driver's source twice, each time with the functions of
 * the other side replaced by stubs.
 *
 * The text of a function is never changed. The component where it runs has it as it was written; in
 * the other component its body is replaced by a stub that calls across, or the whole function is
 * left out if nothing there refers to it. What a table needs of the file's own names is appended.
 * runtime/dcrt.h defines the interface between stubs, tables and the runtime.
 */
#ifndef DC_EMIT_EMIT_H
#define DC_EMIT_EMIT_H

#include "marshal/object_types.h"
#include "solver/cut.h"

/* The form of a function in one component: left out, as it was written, or a stub. */
enum dc_presence { DC_ABSENT, DC_NATIVE, DC_STUB };

struct dc_emit_function {
	const struct dc_definition *definition;
	enum dc_placement placement;
	const char *reason; /* why the cut put it there, or "" */
	enum dc_presence on[2]; /* by enum dc_side */
	bool crosses; /* some side has a stub that is called, not only named */
	bool is_upcall, is_downcall; /* if it crosses: how */
	int code; /* index of its address in dcg_code; -1: the address does not cross */
};

/* Whether the cut has the function run on that side; on both sides if it is replicated. */
bool dc_emit_runs_on(const struct dc_emit_function *function, enum dc_side side);

#define DC_EMIT_ARGS_MAX  6 /* DCK_ARGS_MAX of the runtime */
#define DC_EMIT_DEPTH_MAX 24 /* DCRT_DEPTH_MAX of the runtime */

/* A call that releases what another acquired: "free_irq($0, $4)" of request_irq. */
struct dc_emit_undo {
	const struct dc_rule *rule; /* of the function that acquires */
	const struct dc_prototype *acquires;
	const char *name; /* of the function that releases */
	const struct dc_prototype *releases; /* or NULL: the driver does not use it */
	const struct dc_rule *release_rule; /* or NULL */
	const char *args[DC_EMIT_ARGS_MAX]; /* as the rule has them */
	size_t count;
	bool again; /* an earlier one has the same release */
};

/* A function of the kernel that the process calls. */
struct dc_emit_kernel {
	const struct dc_prototype *prototype;
	const struct dc_rule *rule; /* of class downcall or downcall-on-caller */
	const char *target; /* called by its handler: itself, or a wrapper that notes a lock */
};

typedef DC_VEC(const char *) dc_emit_path; /* names of functions */

/* The form of each function in each component, and every other decision that the printers need.
 * functions are in the order of source->definitions. */
struct dc_emit_plan {
	const struct dc_source *source; /* borrowed */
	const struct dc_marshal *marshal; /* borrowed */
	bool all_kernel;
	struct dc_emit_function *functions;
	size_t count;
	size_t code_count; /* addresses in dcg_code */
	DC_VEC(struct dc_emit_kernel) kernel; /* by name */
	/* Functions of the kernel that only tables at file scope and dead text name, and that have
	 * no rule: the process needs their address and never calls them. */
	DC_VEC(const char *) unreachable;
	DC_VEC(const char *) unreachable_variables; /* likewise */
	DC_VEC(struct dc_emit_undo) undos; /* in the order of the rules */
	/* The calls that can be open within one another, as the driver's own functions call each
	 * other; more than DC_EMIT_DEPTH_MAX: perhaps without end. deepest names the functions at
	 * which such a chain crosses. */
	unsigned depth;
	dc_emit_path deepest;
	dc_object_types types;
};

/*
 * dc_emit_plan_make - decides the form of each function in each component.
 * @sides NULL: all in the kernel
 * Returns 0 (end with dc_emit_plan_done); or -EINVAL after reporting: the cut and the source do not
 * have the same functions; a function that no stub can replace is called from the other side; or
 * data that cannot cross would have to.
 */
int dc_emit_plan_make(struct dc_diag *diag, const struct dc_marshal *marshal,
		      const struct dc_sides *sides, const char *cut_path, struct dc_emit_plan *ret);
/* dc_emit_plan_sides - the same, even if the cut separates functions that cannot be separated. The
 * plan has neither kernel nor types and cannot be emitted. */
int dc_emit_plan_sides(struct dc_diag *diag, const struct dc_marshal *marshal,
		       const struct dc_sides *sides, const char *cut_path,
		       struct dc_emit_plan *ret);
void dc_emit_plan_done(struct dc_emit_plan *plan);

/* Whether a component has a function's text only because that cannot be removed (a macro made it,
 * or an #if ends outside), while the function runs on the other side. */
bool dc_emit_is_dead(const struct dc_emit_function *function, enum dc_side side);

/* user/dcg_rules.h: macros that give the kernel's names their meaning in the process, for the names
 * that the source uses. */
const char *dc_emit_redefines(struct dc_arena *arena, const struct dc_rules *rules,
			      const struct dc_source *source, const struct dc_graph *graph);

/* user/names.txt: functions of the kernel that the driver's code in the process may leave
 * undefined, one a line. The runtime provides them, besides its own dcp_ and dcrt_ names. */
const char *dc_emit_names(struct dc_arena *arena, const struct dc_rules *rules,
			  const struct dc_emit_plan *plan);

struct dc_emit_file {
	const char *path, *text;
	size_t len_bytes;
	bool executable;
};

/* Lines of C in one component, headers included. */
struct dc_emit_lines {
	size_t driver; /* definitions of functions that run there */
	size_t generated; /* stubs, tables and what else is written anew for the driver */
	size_t runtime; /* the runtime's part of it; dcrt.ko is built once, and not counted */
};

/* Files of the two components, in memory, sorted by path ("kernel/e1000_main.c"). */
struct dc_emit_files {
	struct dc_arena *arena;
	DC_VEC(struct dc_emit_file) files;
	struct dc_emit_lines lines[2]; /* by enum dc_side */
};

/*
 * dc_emit_render - both components of a plan; only the kernel component if all functions are there.
 * @rules  text of user/dcg_rules.h
 * @names  text of user/names.txt (for both: marshal/rules.h)
 * @label  prefix of the source's files in #line and in the words "generated from": where the source
 *         is upstream ("drivers/net/ethernet/intel/e1000"), or ""
 * Returns 0 (end with dc_emit_files_done); or -errno after reporting: a file cannot be read.
 */
int dc_emit_render(struct dc_diag *diag, const struct dc_emit_plan *plan, const char *rules,
		   const char *names, const char *label, struct dc_emit_files *ret);
void dc_emit_files_done(struct dc_emit_files *files);

/*
 * dc_emit_folder_check - whether dc_emit_write may replace a folder: it does not exist, is empty,
 * or was written by dc_emit_write. Returns 0, or -EEXIST after reporting.
 */
int dc_emit_folder_check(struct dc_diag *diag, const char *folder);

/*
 * dc_emit_write - writes the files below a folder, all or none: they are written beside it, and
 * then replace it. Returns 0; or, after reporting, what dc_emit_folder_check returns, or the -errno
 * of writing.
 */
int dc_emit_write(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder);

#endif
