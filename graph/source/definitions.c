/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Definitions and declarations of the driver's functions: where they are in the text, whether a
 * stub can replace them, and what their bodies refer to. A body is visited without regard to
 * control flow: code in a branch that never runs is compiled all the same, and needs a meaning
 * where it is compiled.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/source/layout_read.h"
#include "graph/source/pointers_read.h"
#include "graph/source/read.h"
#include "graph/source/statics.h"

/* Bodies */

static void add_use(struct dc_source_reader *reader, CXCursor cursor, enum dc_use_kind kind,
		    const char *name)
{
	const char *macro = dc_source_macro_of(reader, cursor);
	struct dc_use use = {.kind = kind, .name = name, .line = dc_ast_place(cursor).line};

	if (macro && macro != name) { /* not a macro around the function of its name */
		use.kind = DC_USE_MACRO;
		use.name = macro;
		use.inner = name;
	}
	dc_vec_push(&reader->definition->uses, use);
}

static void visit_reference(struct dc_source_reader *reader, CXCursor cursor)
{
	CXCursor to = clang_getCursorReferenced(cursor);
	enum CXCursorKind kind = clang_getCursorKind(to);
	const char *name;
	bool ours;

	if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl)
		return;
	if (kind == CXCursor_VarDecl &&
	    clang_getCursorSemanticParent(to).kind != CXCursor_TranslationUnit)
		return;
	name = dc_ast_spelling(&reader->facts, to);
	ours = dc_ast_driver_file(&reader->facts, dc_ast_place(to).file) != NULL;
	if (kind == CXCursor_FunctionDecl && ours)
		dc_vec_push(&reader->definition->refers, dc_ast_symbol(&reader->facts, to));
	else if (!ours && strncmp(name, "__builtin_", 10) != 0)
		add_use(reader, cursor,
			kind == CXCursor_FunctionDecl ? DC_USE_FUNCTION : DC_USE_VARIABLE, name);
}

static enum CXChildVisitResult visit_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct dc_source_reader *reader = data;

	(void)parent;
	switch ((int)clang_getCursorKind(cursor)) {
	case CXCursor_UnaryExpr: /* sizeof and the like: not evaluated */
		return CXChildVisit_Continue;
	case CXCursor_DeclRefExpr:
		visit_reference(reader, cursor);
		break;
	case CXCursor_GCCAsmStmt:
		add_use(reader, cursor, DC_USE_ASM, "asm");
		break;
	default:
		break;
	}
	return CXChildVisit_Recurse;
}

/* Parts */

static const char *type_of(struct dc_source_reader *reader, CXType type)
{
	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
	    type.kind == CXType_VariableArray)
		return dc_facts_namef(&reader->facts, "%s *",
				      type_of(reader, clang_getArrayElementType(type)));
	return dc_source_keep(reader, clang_getTypeSpelling(clang_getUnqualifiedType(type)));
}

static enum dc_result result_kind(CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	switch ((int)canonical.kind) {
	case CXType_Void:
		return DC_RESULT_VOID;
	case CXType_Short:
	case CXType_Int:
	case CXType_Long:
	case CXType_LongLong:
		return DC_RESULT_SIGNED;
	case CXType_Pointer:
		return DC_RESULT_POINTER;
	default:
		return DC_RESULT_OTHER;
	}
}

static void read_parameters(struct dc_source_reader *reader, CXCursor cursor,
			    struct dc_definition *ret)
{
	int i, count = clang_Cursor_getNumArguments(cursor);

	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(cursor, (unsigned)i);
		CXType type = clang_getCursorType(argument);
		struct dc_parameter parameter = {
			.name = dc_ast_spelling(&reader->facts, argument),
			.type = type_of(reader, type),
			.value = dc_layout_value(&reader->facts, type),
		};
		CXType to = clang_getPointeeType(clang_getCanonicalType(type));

		if (clang_getCanonicalType(type).kind == CXType_Record)
			ret->uncuttable = "takes a structure by value";
		else if (!*parameter.name)
			ret->uncuttable = "has a parameter without a name";
		if (to.kind != CXType_Invalid)
			dc_layout_record(&reader->facts, &reader->source->layouts, to);
		dc_source_read_reach(reader, type);
		dc_vec_push(&ret->parameters, parameter);
	}
}

/* Finds the definition's place in its file, and whether a macro made a part of it. */
static void read_extent(CXCursor cursor, CXCursor body, struct dc_definition *ret)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	CXSourceRange inner = clang_getCursorExtent(body);
	size_t name;

	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &ret->first_line, NULL, NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &ret->last_line, NULL, NULL);
	dc_source_is_in_place(clang_getRangeStart(extent), &ret->start);
	ret->fixed = clang_Cursor_isNull(body) ||
		     !dc_source_is_in_place(clang_getRangeStart(inner), &ret->body) ||
		     !dc_source_is_in_place(clang_getRangeEnd(inner), &ret->end) ||
		     !dc_source_is_in_place(clang_getCursorLocation(cursor), &name);
}

/* Decides whether a stub can replace the function. */
static void judge(CXType type, struct dc_definition *ret)
{
	if (clang_isFunctionTypeVariadic(type))
		ret->uncuttable = "takes a variable number of arguments";
	if (clang_getCanonicalType(clang_getResultType(type)).kind == CXType_Record)
		ret->uncuttable = "returns a structure by value";
	if (ret->fixed)
		ret->uncuttable = "is made by a macro";
}

static void read_body(struct dc_source_reader *reader, CXCursor body, struct dc_definition *ret)
{
	const char *editable = !ret->fixed && ret->file == reader->unit ? ret->file : NULL;

	reader->definition = ret;
	clang_visitChildren(body, visit_body, reader);
	reader->definition = NULL;
	dc_layout_body(&reader->facts, &reader->source->layouts, ret->name, body);
	dc_source_read_statics(&reader->facts, reader->source, ret->name, editable, body);
}

/* Whether <trace/define_trace.h>, which reads a header of the driver again, made the function: a
 * macro of the kernel's headers for tracepoints spells its first word. The text of other functions
 * that a macro names is in the driver's file, whatever file includes that. */
static bool is_of_tracepoint(CXCursor cursor)
{
	CXString name;
	const char *path;
	CXFile file;
	bool ret;

	if (clang_Cursor_isFunctionInlined(cursor)) /* other macros make inline functions */
		return false;
	clang_getSpellingLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &file, NULL,
				  NULL, NULL);
	if (!file)
		return true;
	name = clang_getFileName(file);
	path = clang_getCString(name);
	ret = path && (strstr(path, "/trace/") || strstr(path, "/linux/tracepoint"));
	clang_disposeString(name);
	return ret;
}

void dc_source_read_definition(struct dc_source_reader *reader, CXCursor cursor, const char *file)
{
	CXType type = clang_getCursorType(cursor), result = clang_getResultType(type);
	CXCursor body = dc_ast_body(cursor);
	struct dc_definition ret = {
		.name = dc_ast_symbol(&reader->facts, cursor),
		.plain = dc_ast_spelling(&reader->facts, cursor),
		.file = file,
		.unit = reader->unit,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
		.is_init = dc_source_is_init(reader, cursor),
		.result = type_of(reader, result),
		.result_kind = result_kind(result),
		.result_value = dc_layout_value(&reader->facts, result),
	};

	if (dc_source_defines(reader->source, ret.name))
		return; /* in a header that several units include */
	read_extent(cursor, body, &ret);
	read_parameters(reader, cursor, &ret);
	ret.of_tracepoint = ret.fixed && file != reader->unit && is_of_tracepoint(cursor);
	judge(type, &ret);
	read_body(reader, body, &ret);
	dc_pointers_read_function(&reader->facts, reader->tu, cursor, ret.name, file,
				  &reader->source->evidence);
	dc_vec_push(&reader->source->definitions, ret);
}

void dc_source_read_forward(struct dc_source_reader *reader, CXCursor cursor, const char *file)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	struct dc_forward ret = {
		.function = dc_ast_symbol(&reader->facts, cursor),
		.file = file,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
	};
	const struct dc_forward *other;

	if (!dc_source_is_in_place(clang_getRangeEnd(extent), &ret.end))
		return;
	dc_source_is_in_place(clang_getRangeStart(extent), &ret.start);
	dc_vec_each (other, &reader->source->forwards)
		if (other->file == file && other->start == ret.start)
			return; /* in a header that several units include */
	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &ret.first_line, NULL, NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &ret.last_line, NULL, NULL);
	dc_vec_push(&reader->source->forwards, ret);
}
