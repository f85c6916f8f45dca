/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the text of a driver from libclang's AST, unit by unit, into a dc_source (source.h).
 * Private to graph/. */
#ifndef DC_GRAPH_SOURCE_READ_H
#define DC_GRAPH_SOURCE_READ_H

#include "graph/ast.h"
#include "graph/map.h"
#include "graph/source/source.h"

/* A macro expansion in a file of the driver. */
struct dc_source_expansion {
	size_t offset, end;
	CXFile file;
	const char *name;
};

struct dc_source_reader {
	struct dc_facts facts; /* for ast.h: interned names, the driver's folder */
	struct dc_source *source;
	CXTranslationUnit tu; /* being read */
	const struct dc_unit *command; /* that compiles it */
	const char *unit; /* its C file */
	struct dc_source_macro *macros; /* by name */
	DC_VEC(struct dc_source_expansion) expansions; /* in order */
	struct dc_definition *definition; /* whose body is being visited */
	struct dc_map reached; /* structures in layouts.reach */
};

/* The reader of a driver whose source is in folder (absolute), and its empty result. End with
 * dc_source_read_done, which hands the result over, or frees it when ret is NULL. family: borrowed;
 * may be filled later, but before the first unit. */
void dc_source_read_start(struct dc_source_reader *reader, const char *folder,
			  const struct dc_family *family);
void dc_source_read_done(struct dc_source_reader *reader, struct dc_source **ret);

/* Adds a parsed unit. It must have been parsed with a detailed preprocessing record. */
void dc_source_read_unit(struct dc_source_reader *reader, const struct dc_unit *unit,
			 CXTranslationUnit tu);

/* Adds a file that the unit includes, or the unit's own file. */
void dc_source_read_inclusion(struct dc_source_reader *reader, CXFile file);

/* After the last unit: finds functions whose text cannot be cut, gives all functions the graph's
 * names, sorts. Returns 0, or -errno after reporting: a file cannot be read. */
int dc_source_read_finish(struct dc_diag *diag, struct dc_source_reader *reader);

/* The parts, each a file: macros.c, definitions.c, variables.c. */
void dc_source_read_macros(struct dc_source_reader *reader);
void dc_source_forget_macros(struct dc_source_reader *reader);
void dc_source_read_definition(struct dc_source_reader *reader, CXCursor cursor, const char *file);
void dc_source_read_forward(struct dc_source_reader *reader, CXCursor cursor, const char *file);
void dc_source_read_variable(struct dc_source_reader *reader, CXCursor cursor, const char *file);

/* Adds the names of fields and parameters within a declaration of the driver; own_names.c. */
void dc_source_read_own_names(struct dc_source_reader *reader, CXCursor declaration);
void dc_source_finish_own_names(struct dc_source *source);

/* Adds to layouts.reach what a parameter of this type points to, directly or not. */
void dc_source_read_reach(struct dc_source_reader *reader, CXType parameter);

/* The kernel's macro that the driver wrote to get what the cursor is; NULL: no macro. */
const char *dc_source_macro_of(struct dc_source_reader *reader, CXCursor cursor);

/* The text of a CXString, interned; disposes of it. */
const char *dc_source_keep(struct dc_source_reader *reader, CXString text);

/* True if a location is spelled where it is used: not made by a macro. *ret: its offset. */
bool dc_source_is_in_place(CXSourceLocation at, size_t *ret);

/* True if a function or variable is in a section that the kernel frees after loading. */
bool dc_source_is_init(struct dc_source_reader *reader, CXCursor cursor);

/* True for a name that a macro of the kernel spells or makes up: it is not the driver's. */
bool dc_source_name_is_generated(struct dc_source_reader *reader, CXCursor cursor);

/* True if a definition of the symbol was read. */
bool dc_source_defines(const struct dc_source *source, const char *symbol);

#endif
