/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inputs that graph.json and source.json were made of, so that a verb can tell whether the
 * files still describe the driver's folder.
 *
 * Recorded are the version of the code that read the driver, the driver's folder, its module and
 * family, the kernel's release, and a hash of each file that decided the result: the C files and
 * headers of the driver, makefiles outside the kernel's own, templates of the family, a
 * compile_commands.json. The compiler's flags follow from the makefiles, the kernel and the
 * environment, so nobody has to run make to see that they are the same. Hashes (64 bits of FNV-1a)
 * find changes, not forgeries.
 */
#ifndef DC_GRAPH_ORIGIN_H
#define DC_GRAPH_ORIGIN_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/json.h"
#include "graph/driver/driver.h"
#include "graph/driver/kbuild.h"

struct dc_origin_file {
	const char *name; /* relative to the driver's folder, or absolute */
	const char *hash; /* 16 hex digits */
};

typedef DC_VEC(struct dc_origin_file) dc_origin_files;

struct dc_origin {
	const char *code; /* hash of the code of graph/ that made it */
	const char *folder; /* absolute, or "PACKAGE/PATH"; NULL: nothing is known of the origin */
	const char *module; /* the one module that was read; NULL: all that the folder makes */
	const char *family, *kernel;
	const char *commands; /* compile_commands.json, absolute; NULL: Kbuild was asked */
	const char *flags; /* hash of all units' arguments */
	const char *environment; /* hash of the variables that Kbuild looks at */
	dc_origin_files templates; /* of the family, relative to the data folder */
	dc_origin_files files; /* sorted by name, each once */
};

/* Starts an origin; strings live in the arena. commands: as in struct dc_origin. */
void dc_origin_start(struct dc_arena *arena, const struct dc_driver *driver, const char *release,
		     const char *commands, const dc_units *units, struct dc_origin *ret);

/* Adds a file that was read (absolute path). Those of the kernel and the compiler, below /usr and
 * /lib, are left out, unless they are below the driver's source. */
void dc_origin_add(struct dc_arena *arena, struct dc_origin *origin, const char *source,
		   const char *path);
/* name: relative to the data folder; absolute, for a file of the driver's folder. */
void dc_origin_add_template(struct dc_arena *arena, struct dc_origin *origin, const char *name);

/* After the last file: sorts them. */
void dc_origin_finish(struct dc_origin *origin);

void dc_origin_copy(struct dc_arena *arena, const struct dc_origin *from, struct dc_origin *ret);
bool dc_origin_equal(const struct dc_origin *a, const struct dc_origin *b);
void dc_origin_done(struct dc_origin *origin);

/*
 * dc_origin_stale - why a file with this origin does not describe the driver any more, in words
 * that follow "it"; NULL: it still does. A driver without a module of its own (driver->only) takes
 * the one that was read, and so with compile commands.
 * @driver  if it has a package it must be fetched
 * @release of the kernel that would be used now
 */
const char *dc_origin_stale(struct dc_arena *arena, const struct dc_origin *origin,
			    const struct dc_driver *driver, const char *release);

/* 16 hex digits that tell a text from others. */
const char *dc_origin_hash(struct dc_arena *arena, const char *text);

/* The keys made_of and made_of_files of a file's root; missing: ret->folder is NULL. */
void dc_origin_put(json_t *root, const struct dc_origin *origin);
void dc_origin_get(struct dc_arena *arena, const struct dc_json *root, struct dc_origin *ret);

#endif
