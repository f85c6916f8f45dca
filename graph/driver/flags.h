/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiler flags that a driver's own makefile adds to the kernel's, and the text of a makefile
 * that builds one module with them. */
#ifndef DC_GRAPH_FLAGS_H
#define DC_GRAPH_FLAGS_H

#include <stdbool.h>

#include "graph/driver/kbuild.h"

/* A path without "." and "..", as its text has it; symbolic links are not followed. */
const char *dc_path_tidy(struct dc_arena *arena, const char *path);

/*
 * dc_units_mend - names include folders where they are.
 * Kbuild takes the folder for an external module, so $(srctree) in its makefile is the folder of
 * the headers, which has no drivers, and $(src)/.. is beside a copy. A folder that does not exist
 * there is looked up in the tree around the user's own folder, and "the source's ..." is the
 * user's.
 * @folder of the driver, as the user named it, absolute
 * @source its copy, or the same
 */
void dc_units_mend(struct dc_arena *arena, const char *folder, const char *source, dc_units *units);

typedef DC_VEC(const char *) dc_flags;

/*
 * dc_unit_own_flags - the -D, -U, -I and -include flags of a unit that are not the kernel's own,
 * each as one word. A path below source is relative to it ("-Iinclude", "-I."), others are
 * absolute. Strings live in the arena; caller ends ret with dc_vec_done.
 */
void dc_unit_own_flags(struct dc_arena *arena, const struct dc_unit *unit, const char *source,
		       dc_flags *ret);

/* Whether a file is one of the kernel that a unit is compiled for, or of the compiler. */
bool dc_unit_is_kernels(const struct dc_unit *unit, const char *path);

/* The value of -DNAME= of a unit without quotes, in the arena, or NULL. */
const char *dc_unit_define(struct dc_arena *arena, const struct dc_unit *unit, const char *name);

/* Text as one word of a makefile's command line, for make and then for the shell; in the arena. */
const char *dc_flag_quoted(struct dc_arena *arena, const char *text);

/* A flag of dc_unit_own_flags as a word of a makefile's command line; a relative path gets the
 * prefix, "$(src)/". In the arena. */
const char *dc_flag_word(struct dc_arena *arena, const char *flag, const char *prefix);

/* Lines of Kbuild that link a module NAME.ko of objects, in their order: "main", "sub/part",
 * relative to the makefile. In the arena. */
const char *dc_module_kbuild(struct dc_arena *arena, const char *name, const char *const *objects,
			     size_t count);

#endif
