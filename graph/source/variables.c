/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables of the driver at file scope, and the functions that their initialisers name. */
#include <stdlib.h>
#include <string.h>

#include "graph/source/layout_read.h"
#include "graph/source/pointers_read.h"
#include "graph/source/read.h"

static enum CXChildVisitResult visit_initialiser(CXCursor cursor, CXCursor parent,
						 CXClientData data)
{
	struct dc_source_reader *reader = data;
	CXCursor to = clang_getCursorReferenced(cursor);

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_DeclRefExpr &&
	    clang_getCursorKind(to) == CXCursor_FunctionDecl &&
	    (clang_getCursorLinkage(to) == CXLinkage_External ||
	     dc_ast_driver_file(&reader->facts, dc_ast_place(to).file)))
		dc_vec_push(&reader->source->file_refers, dc_ast_symbol(&reader->facts, to));
	return CXChildVisit_Recurse;
}

void dc_source_read_variable(struct dc_source_reader *reader, CXCursor cursor, const char *file)
{
	struct dc_variable ret = {
		.name = dc_ast_spelling(&reader->facts, cursor),
		.file = file,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
		.is_init = dc_source_is_init(reader, cursor),
	};
	bool generated = dc_source_name_is_generated(reader, cursor);
	struct dc_variable *other;
	CXType type = clang_getCanonicalType(clang_getCursorType(cursor));

	ret.count = 1;
	ret.is_const = clang_isConstQualifiedType(type); /* clang has it on the outermost array */
	while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray) {
		if (type.kind == CXType_ConstantArray)
			ret.count *= (unsigned)clang_getArraySize(type);
		type = clang_getCanonicalType(clang_getArrayElementType(type));
	}
	ret.is_const |= clang_isConstQualifiedType(type);
	ret.value = dc_layout_value(&reader->facts, type);
	if (!generated) {
		clang_visitChildren(cursor, visit_initialiser, reader);
		dc_pointers_read_variable(&reader->facts, reader->tu, cursor, file,
					  &reader->source->evidence);
	}
	dc_layout_initialiser(&reader->facts, &reader->source->layouts, cursor, generated);
	if (generated || strcmp(file, reader->unit) != 0 ||
	    clang_Cursor_getStorageClass(cursor) == CX_SC_Extern)
		return;
	dc_vec_each (other, &reader->source->variables)
		if (other->name == ret.name && other->file == ret.file) {
			/* a tentative definition, "t[];", then another that may say how long it is
			 */
			if (ret.count > other->count)
				other->count = ret.count;
			other->is_init |= ret.is_init;
			return;
		}
	dc_vec_push(&reader->source->variables, ret);
}
