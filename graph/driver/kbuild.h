/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a driver is compiled. Kbuild itself tells; nothing is guessed. */
#ifndef DC_GRAPH_KBUILD_H
#define DC_GRAPH_KBUILD_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/kernel.h"

/* One C file and the arguments that make clang read it as the kernel's compiler would: no program
 * name, no output, no file. NULL-terminated. Strings live in the arena. */
struct dc_unit {
	const char *file; /* absolute */
	const char *object; /* absolute; NULL: the command names none */
	const char *dir; /* working folder of the compiler */
	const char *module; /* that it is linked into, as its file is called, without .ko; NULL: the
			     * commands do not tell */
	const char **argv;
	int argc;
};

typedef DC_VEC(struct dc_unit) dc_units;

/* A module that Kbuild links, and its objects. */
struct dc_module {
	const char *name; /* NAME.ko, as the file is called */
	const char *folder; /* of the Makefile that lists it */
	DC_VEC(const char *) objects; /* absolute */
};

typedef DC_VEC(struct dc_module) dc_modules;

typedef DC_VEC(const char *) dc_paths; /* absolute */

/*
 * dc_unit_look_above - makes the folders in the path of an absolute file (those before a '/') the
 * last include folders of a unit.
 * A driver of the kernel's own tree may name its trace header by its path from include/trace,
 * ../../drivers/..., which does not exist beside the installed headers: these are in no source
 * tree. The compiler tries such a name from each include folder, and finds it from the folder of
 * the driver's own tree that is as deep as include/trace. The functions below do this for each
 * unit's own file.
 */
void dc_unit_look_above(struct dc_arena *arena, const char *path, struct dc_unit *unit);

/*
 * dc_kbuild_read - lists what Kbuild would compile below a folder, and into which modules.
 * `make -n V=1` prints the commands and runs none of them, so this takes a second and writes
 * nothing. Flags of gcc that clang does not know are dropped.
 * @source      absolute path of the folder with the Kbuild file
 * @ret_modules   may be NULL; caller ends it with dc_modules_done
 * @ret_makefiles may be NULL; what make read, the kernel's own too; caller ends it with dc_vec_done
 * Returns 0; or, after reporting, -EINVAL (nothing would be compiled) or the errors of make.
 * Caller ends ret with dc_vec_done.
 */
int dc_kbuild_read(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *source, dc_units *ret, dc_modules *ret_modules,
		   dc_paths *ret_makefiles);
void dc_modules_done(dc_modules *modules);

/* The units of a module, in the order Kbuild lists its objects. Those that no C file makes
 * (assembly, composites of composites) are not among them. */
void dc_module_units(const struct dc_module *module, const dc_units *all, dc_units *ret);

/*
 * dc_kbuild_units - the C files of an external module: of the one called `module`, or with NULL of
 * the only one that Kbuild would make in source.
 * @ret_others the units of the folder's other modules
 * As dc_kbuild_read; -EINVAL also if there is no such module, or if there are several to choose
 * from.
 */
int dc_kbuild_units(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		    const char *source, const char *module, dc_units *ret, dc_units *ret_others,
		    dc_paths *ret_makefiles);

/* The name of the only module that Kbuild would make in source. As dc_kbuild_read; -EINVAL also if
 * there are several to choose from. ret: in the arena. */
int dc_kbuild_only_module(struct dc_diag *diag, struct dc_arena *arena,
			  const struct dc_kernel *kernel, const char *source, const char **ret);

/* The same from a compile_commands.json ("command" or "arguments" entries). */
int dc_kbuild_read_commands(struct dc_diag *diag, struct dc_arena *arena, const char *path,
			    dc_units *ret);

#endif
