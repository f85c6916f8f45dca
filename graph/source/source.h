/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a driver: the place of each function in its file, the functions that it refers to,
 * and its uses of the kernel. Needed by code that cuts the text; the graph has calls, contexts and
 * locks.
 */
#ifndef DC_GRAPH_SOURCE_H
#define DC_GRAPH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "graph/origin.h"
#include "graph/source/layout.h"
#include "graph/source/pointers.h"

enum dc_use_kind {
	DC_USE_FUNCTION, /* of the kernel: exported, or inline in its headers */
	DC_USE_VARIABLE, /* of the kernel */
	DC_USE_MACRO, /* of the kernel's headers, whose expansion acts: see struct dc_use */
	DC_USE_ASM, /* assembly in the driver itself; name is "asm" */
};

/*
 * Something of the kernel that a function uses.
 *
 * A macro counts as a use if its expansion refers to a kernel function or a kernel variable, or has
 * assembly; a constant does not. Such a use has the name of the kernel's macro that the driver
 * wrote (WARN_ON, not the assembly in it), because that is the name that can be redefined; `inner`
 * is the thing that it expands to.
 */
struct dc_use {
	enum dc_use_kind kind;
	const char *name;
	const char *inner; /* of a macro: one thing in its expansion; else NULL */
	unsigned line;
};

struct dc_parameter {
	const char *name; /* "" if the source gives none */
	const char *type; /* as the source spells it, arrays as pointers */
	struct dc_value value;
};

/* The kind of a function's result: it decides what a stub returns when a call across fails. */
enum dc_result { DC_RESULT_VOID, DC_RESULT_SIGNED, DC_RESULT_POINTER, DC_RESULT_OTHER };

struct dc_definition {
	const char *name; /* the graph's: "name@file.c" where two static functions share a name */
	const char *plain; /* as the source spells it */
	const char *file; /* relative to the driver's source */
	const char *unit; /* the C file it was read in: file, unless that is a header */
	unsigned first_line, last_line;
	size_t start, body, end; /* offsets in file: declaration, '{', behind '}' */
	bool fixed; /* can be neither replaced nor removed: a macro made it, or an #if ends outside
		     */
	bool of_tracepoint; /* made by <trace/define_trace.h>, which the process does not have */
	bool is_static, is_init; /* is_init: in a section that is freed after loading */
	const char *uncuttable; /* why no stub can take its place, or NULL */
	const char *result; /* type */
	enum dc_result result_kind;
	struct dc_value result_value;
	DC_VEC(struct dc_parameter) parameters;
	DC_VEC(const char *) refers; /* to driver functions, by the graph's names; sorted, once */
	DC_VEC(struct dc_use) uses; /* sorted by name and inner, once each (the first line) */
};

/* A declaration of a function that is not its definition: "static int f(void);" */
struct dc_forward {
	const char *function; /* the graph's name */
	const char *file;
	bool is_static;
	size_t start, end; /* behind ';' */
	unsigned first_line, last_line;
};

/* A variable of the driver at file scope, defined in a C file. */
struct dc_variable {
	const char *name, *file;
	bool is_static, is_init, is_const;
	unsigned count; /* elements of an array, else 1 */
	struct dc_value value; /* of one element */
};

/* A variable within a function that keeps its value from call to call. */
struct dc_static {
	const char *function; /* the graph's name */
	struct dc_variable variable;
	unsigned line; /* of its declaration */
	bool is_assigned; /* by name; assignments through a pointer are not seen */
	/* True for integers that change, in a text that can get a label. Else the members below are
	 * not set. */
	bool crosses;
	const char *type; /* "int", "unsigned char[2][3]" */
	const char *init; /* what follows '=', or NULL */
	size_t label; /* offset in the file behind its declarator, where an asm label goes */
};

/* A file of the driver that its compiler reads. */
struct dc_source_file {
	const char *name; /* relative to the driver's source */
	bool is_unit; /* compiled by itself */
	bool read; /* a declaration of the driver is in it, at: */
	size_t first_declaration; /* offset of the first */
	unsigned first_line;
};

/* A C file that is compiled by itself. */
struct dc_source_unit {
	const char *file;
	DC_VEC(const char *) flags; /* of the driver's makefile: dc_unit_own_flags */
};

typedef DC_VEC(const char *) dc_source_names;

struct dc_source {
	struct dc_arena *arena; /* owns all strings */
	const char *folder; /* absolute */
	const char *module; /* KBUILD_MODNAME */
	const char *module_file; /* the module's file without .ko: snd-intel8x0; or NULL: module */
	const char *kernel; /* release */
	struct dc_origin origin; /* that of the graph made by the same reading */
	DC_VEC(struct dc_definition) definitions; /* sorted by name */
	DC_VEC(struct dc_forward) forwards;
	DC_VEC(const char *) file_refers; /* functions that initialisers at file scope refer to */
	DC_VEC(struct dc_variable) variables; /* sorted by file, then in the source's order */
	DC_VEC(struct dc_static) statics; /* in the source's order */
	DC_VEC(struct dc_source_file) files; /* sorted */
	DC_VEC(struct dc_source_unit) units; /* in the order in which they are linked */
	DC_VEC(const char *)
	outside; /* files read that are neither in folder nor the kernel's:
		  * absolute, sorted, once */
	struct dc_layouts layouts;
	/* Names of fields and parameters that the driver declares, used or not; sorted, once.
	 * own_code_names: of those that are pointers to functions. */
	dc_source_names own_names, own_code_names;
	dc_evidences evidence; /* sorted by pointer and kind; what several places show, once */
};

/*
 * Files: source.json (docs/formats.md). dc_graph_extract makes a source of C files.
 * @folder of the source as it is now (struct dc_driver's source); it is not in the file
 * Return 0 (caller frees *ret with dc_source_free); or -errno after reporting (-EINVAL: the file is
 * not a source.json, or a key of it is missing or wrong).
 */
int dc_source_read(struct dc_diag *diag, const char *path, const char *folder,
		   struct dc_source **ret);
int dc_source_write(struct dc_diag *diag, const char *path, const struct dc_source *source);

void dc_source_free(struct dc_source *source); /* takes NULL */

/* The path of a file of the driver, in the arena; that of NAME_shipped if Kbuild would copy it. */
const char *dc_source_path(struct dc_arena *arena, const struct dc_source *source,
			   const char *name);

/* Returns the definition with this name of the graph, or NULL. */
const struct dc_definition *dc_source_find(const struct dc_source *source, const char *name);

#endif
