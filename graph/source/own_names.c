/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of fields and parameters that the driver's text declares, used or not: a macro of that name
 * would replace them wherever a file with the declaration is compiled.
 */
#include "graph/source/read.h"

static bool is_code(CXCursor declared)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(declared));

	if (type.kind == CXType_Pointer)
		type = clang_getCanonicalType(clang_getPointeeType(type));
	return type.kind == CXType_FunctionProto || type.kind == CXType_FunctionNoProto;
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct dc_source_reader *reader = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);

	(void)parent;
	if (kind == CXCursor_FieldDecl || kind == CXCursor_ParmDecl) {
		const char *name = dc_ast_spelling(&reader->facts, cursor);

		if (*name && is_code(cursor))
			dc_vec_push(&reader->source->own_code_names, name);
		else if (*name)
			dc_vec_push(&reader->source->own_names, name);
	}
	return clang_isExpression(kind) || clang_isStatement(kind) ? CXChildVisit_Continue
								   : CXChildVisit_Recurse;
}

void dc_source_read_own_names(struct dc_source_reader *reader, CXCursor declaration)
{
	visit(declaration, declaration, reader);
	clang_visitChildren(declaration, visit, reader);
}

static void sort_once(dc_source_names *names)
{
	names->len = dc_texts_sort_once(names->at, names->len);
}

void dc_source_finish_own_names(struct dc_source *source)
{
	sort_once(&source->own_names);
	sort_once(&source->own_code_names);
}
