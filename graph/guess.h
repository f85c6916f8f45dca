/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The families of a driver, by what its source registers: a driver that calls register_netdev is of
 * the family net. Which functions tell a family is data: "registers" in graph/families/FAMILY.json.
 */
#ifndef DC_GRAPH_GUESS_H
#define DC_GRAPH_GUESS_H

#include "base/alloc.h"
#include "base/diag.h"

/* A family, and where its first function that tells it is named. */
struct dc_family_hint {
	const char *family, *function;
	const char *file; /* relative to the folder */
	unsigned line;
};

typedef DC_VEC(struct dc_family_hint) dc_family_hints;

/*
 * dc_family_guess - reads the text of all C files below a folder, without comments and strings, and
 * finds the functions and macros that tell a family. It does not preprocess: code that #if leaves
 * out counts too, as a family too many only adds rules.
 * @ret  one row a family, by name; strings live in the arena. Caller ends it with dc_vec_done.
 * Returns 0, or -errno after reporting: a family file is wrong, or a C file cannot be read.
 */
int dc_family_guess(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		    dc_family_hints *ret);

/* The names of all families that there are: "block, linux, net"; arena. */
const char *dc_family_names(struct dc_arena *arena);

#endif
