/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which macro of the kernel the driver wrote to get what a cursor is. clang records each expansion
 * and each definition; a macro of the driver's own counts as the kernel's macro in its body.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/source/read.h"

#define uthash_fatal(msg) abort()
#include <uthash.h>

/* A macro by name: where it was defined last. */
struct dc_source_macro {
	const char *name;
	bool of_driver;
	const char *kernel_macro; /* of a driver's macro: the first of the kernel's in its body */
	const char *driver_macro; /* and the first of the driver's */
	UT_hash_handle hh;
};

static struct dc_source_macro *find_macro(struct dc_source_reader *reader, const char *name)
{
	struct dc_source_macro *macro;

	HASH_FIND(hh, reader->macros, name, strlen(name), macro);
	return macro;
}

static void note_macro_body(struct dc_source_reader *reader, CXCursor cursor,
			    struct dc_source_macro *macro)
{
	unsigned i, count;
	CXToken *tokens;

	clang_tokenize(reader->tu, clang_getCursorExtent(cursor), &tokens, &count);
	for (i = 1; i < count; i++) {
		struct dc_source_macro *inner;
		CXString text;

		if (clang_getTokenKind(tokens[i]) != CXToken_Identifier &&
		    clang_getTokenKind(tokens[i]) != CXToken_Keyword)
			continue;
		text = clang_getTokenSpelling(reader->tu, tokens[i]);
		inner = find_macro(reader, clang_getCString(text));
		clang_disposeString(text);
		if (inner && inner->of_driver && !macro->driver_macro)
			macro->driver_macro = inner->name;
		else if (inner && !inner->of_driver && !macro->kernel_macro)
			macro->kernel_macro = inner->name;
	}
	clang_disposeTokens(reader->tu, tokens, count);
}

static void note_macro(struct dc_source_reader *reader, CXCursor cursor)
{
	const char *name = dc_ast_spelling(&reader->facts, cursor);
	struct dc_ast_place place = dc_ast_place(cursor);
	struct dc_source_macro *macro = find_macro(reader, name);

	if (!macro) {
		macro = dc_arena_alloc(reader->source->arena, sizeof(*macro));
		macro->name = name;
		HASH_ADD_KEYPTR(hh, reader->macros, macro->name, strlen(macro->name), macro);
	}
	macro->of_driver = place.file && dc_ast_driver_file(&reader->facts, place.file);
	macro->kernel_macro = macro->driver_macro = NULL;
	if (macro->of_driver)
		note_macro_body(reader, cursor, macro);
}

static void note_expansion(struct dc_source_reader *reader, CXCursor cursor)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	struct dc_source_expansion expansion = {0};
	unsigned offset, end;

	clang_getFileLocation(clang_getRangeStart(extent), &expansion.file, NULL, NULL, &offset);
	clang_getFileLocation(clang_getRangeEnd(extent), NULL, NULL, NULL, &end);
	if (!expansion.file || !dc_ast_driver_file(&reader->facts, expansion.file))
		return;
	expansion.offset = offset;
	expansion.end = end;
	expansion.name = dc_ast_spelling(&reader->facts, cursor);
	dc_vec_push(&reader->expansions, expansion);
}

/* The innermost recorded expansion at an offset: one inside another's arguments starts later. */
static const char *expansion_at(struct dc_source_reader *reader, CXFile file, size_t offset)
{
	const struct dc_source_expansion *expansion;
	const char *name = NULL;

	dc_vec_each (expansion, &reader->expansions)
		if (expansion->offset <= offset && offset < expansion->end &&
		    clang_File_isEqual(expansion->file, file))
			name = expansion->name;
	return name;
}

/* The kernel's macro that the driver wrote to get what the cursor is, or NULL: it wrote that
 * itself.
 */
const char *dc_source_macro_of(struct dc_source_reader *reader, CXCursor cursor)
{
	CXSourceLocation at = clang_getCursorLocation(cursor);
	unsigned offset, spelled;
	CXFile file, spelled_file;
	const char *name;
	int depth;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	if (spelled_file && dc_ast_driver_file(&reader->facts, spelled_file))
		return NULL;
	name = expansion_at(reader, file, offset);
	for (depth = 0; name && depth < 16; depth++) {
		struct dc_source_macro *macro = find_macro(reader, name);

		if (!macro || !macro->of_driver)
			return name;
		if (!macro->driver_macro)
			return macro->kernel_macro;
		name = macro->kernel_macro ? macro->kernel_macro : macro->driver_macro;
	}
	return name;
}

static enum CXChildVisitResult visit_macro(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct dc_source_reader *reader = data;

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_MacroDefinition)
		note_macro(reader, cursor);
	else if (clang_getCursorKind(cursor) == CXCursor_MacroExpansion)
		note_expansion(reader, cursor);
	return CXChildVisit_Continue;
}

void dc_source_read_macros(struct dc_source_reader *reader)
{
	clang_visitChildren(clang_getTranslationUnitCursor(reader->tu), visit_macro, reader);
}

void dc_source_forget_macros(struct dc_source_reader *reader)
{
	HASH_CLEAR(hh, reader->macros);
	dc_vec_done(&reader->expansions);
}
