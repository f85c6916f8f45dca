/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a driver is compiled: asked of Kbuild, never guessed. */
#ifndef DC_GRAPH_KBUILD_H
#define DC_GRAPH_KBUILD_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/kernel.h"

/* One C file and the arguments that make clang read it as the kernel's compiler would: no program
 * name, no output, no file. NULL-terminated. Strings live in the arena. */
struct dc_unit {
	const char *file; /* absolute */
	const char *dir; /* working folder of the compiler */
	const char **argv;
	int argc;
};

typedef DC_VEC(struct dc_unit) dc_units;

/*
 * dc_kbuild_units - the C files of an external module and their flags, in the order Kbuild
 * compiles them. `make -n V=1` prints the commands and runs none of them, so this takes a second
 * and writes nothing. gcc's own flags that clang does not know are left out.
 * @source absolute path of the module's folder
 * Returns 0; or, after reporting, -EINVAL (nothing would be compiled) or the errors of make.
 * Caller ends ret with dc_vec_done.
 */
int dc_kbuild_units(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		    const char *source, dc_units *ret);

/* The same from a compile_commands.json ("command" or "arguments" entries). */
int dc_kbuild_read_commands(struct dc_diag *diag, struct dc_arena *arena, const char *path,
			    dc_units *ret);

#endif
