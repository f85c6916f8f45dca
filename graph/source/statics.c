/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds static variables within functions and assignments to them. Those of integers can have a
 * second copy in the other component; for them it reads the type, the initial value, and the place
 * in the text for a label that makes them visible to the linker.
 */
#include "graph/source/statics.h"

#include <string.h>

#include "graph/source/layout_read.h"

struct statics {
	struct dc_facts *facts;
	struct dc_source *source;
	const char *function, *file;
};

/* One element of a variable's type; counts them. A const element makes its array const, too. */
static CXType element_type(CXType type, unsigned *ret_count, bool *ret_const)
{
	type = clang_getCanonicalType(type);
	*ret_const = clang_isConstQualifiedType(type);
	*ret_count = 1;
	while (type.kind == CXType_ConstantArray) {
		*ret_count *= (unsigned)clang_getArraySize(type);
		type = clang_getCanonicalType(clang_getArrayElementType(type));
		*ret_const |= clang_isConstQualifiedType(type);
	}
	return type;
}

/* "unsigned char[2][3]": the canonical type, that of its integer for an enumeration. */
static const char *type_text(struct dc_facts *facts, CXType type)
{
	unsigned count;
	bool is_const;
	CXType element = element_type(type, &count, &is_const);
	const char *text;

	if (element.kind == CXType_Enum)
		element = clang_getCanonicalType(
			clang_getEnumDeclIntegerType(clang_getTypeDeclaration(element)));
	text = dc_ast_type(facts, clang_getUnqualifiedType(element));
	for (type = clang_getCanonicalType(type); type.kind == CXType_ConstantArray;
	     type = clang_getCanonicalType(clang_getArrayElementType(type)))
		text = dc_facts_namef(facts, "%s[%lld]", text, clang_getArraySize(type));
	return text;
}

/* The tokens of a stretch, with a space between them. */
static const char *tokens_text(struct dc_facts *facts, CXTranslationUnit tu, CXSourceRange range)
{
	const char *ret = "";
	unsigned i, count;
	CXToken *tokens;

	clang_tokenize(tu, range, &tokens, &count);
	for (i = 0; i < count; i++) {
		CXString text = clang_getTokenSpelling(tu, tokens[i]);

		if (clang_getTokenKind(tokens[i]) != CXToken_Comment)
			ret = dc_facts_namef(facts, "%s%s%s", ret, *ret ? " " : "",
					     clang_getCString(text));
		clang_disposeString(text);
	}
	clang_disposeTokens(tu, tokens, count);
	return ret;
}

/* False: the initialiser cannot be written in another file. */
static bool read_initialiser(struct dc_facts *facts, CXCursor variable, struct dc_static *ret)
{
	CXCursor init = clang_Cursor_getVarDeclInitializer(variable);
	long long value;

	if (clang_Cursor_isNull(init))
		return true;
	if (clang_getCursorKind(init) == CXCursor_InitListExpr)
		ret->init = tokens_text(facts, clang_Cursor_getTranslationUnit(variable),
					clang_getCursorExtent(init));
	else if (dc_ast_constant(init, &value))
		ret->init = dc_facts_namef(facts, "%lld", value);
	return ret->init;
}

/* Behind the name and its dimensions. */
static size_t declarator_end(CXCursor variable)
{
	CXTranslationUnit tu = clang_Cursor_getTranslationUnit(variable);
	CXSourceRange extent = clang_getCursorExtent(variable);
	CXSourceRange range =
		clang_getRange(clang_getCursorLocation(variable), clang_getRangeEnd(extent));
	unsigned i, count, end = 0;
	CXToken *tokens;
	int depth = 0;

	clang_tokenize(tu, range, &tokens, &count);
	for (i = 0; i < count; i++) {
		CXString text = clang_getTokenSpelling(tu, tokens[i]);
		const char *c = clang_getCString(text);
		bool open = !strcmp(c, "["), over = i && !open && !depth;

		depth += open;
		depth -= !strcmp(c, "]");
		clang_disposeString(text);
		if (over)
			break;
		clang_getSpellingLocation(clang_getRangeEnd(clang_getTokenExtent(tu, tokens[i])),
					  NULL, NULL, NULL, &end);
	}
	clang_disposeTokens(tu, tokens, count);
	return end;
}

static struct dc_static *find(const struct statics *statics, CXCursor variable)
{
	const char *name = dc_ast_spelling(statics->facts, variable);
	unsigned line = dc_ast_place(variable).line;
	struct dc_static *at;

	dc_vec_each (at, &statics->source->statics)
		if (at->function == statics->function && at->variable.name == name &&
		    at->line == line)
			return at;
	return NULL;
}

/* True if the function has another of that name: their labels would be the same. */
static bool is_second(const struct statics *statics, const char *name)
{
	struct dc_static *at;
	bool found = false;

	dc_vec_each (at, &statics->source->statics)
		if (at->function == statics->function && at->variable.name == name) {
			at->crosses = false;
			found = true;
		}
	return found;
}

static void note(const struct statics *statics, CXCursor variable)
{
	CXType type = clang_getCursorType(variable), element;
	struct dc_static ret = {
		.function = statics->function,
		.variable = {.name = dc_ast_spelling(statics->facts, variable),
			     .file = statics->file,
			     .is_static = true},
		.line = dc_ast_place(variable).line,
	};

	if (clang_Cursor_getStorageClass(variable) != CX_SC_Static || dc_ast_in_macro(variable))
		return;
	element = element_type(type, &ret.variable.count, &ret.variable.is_const);
	ret.variable.value = dc_layout_value(statics->facts, element);
	ret.crosses = statics->file && ret.variable.value.kind == DC_VALUE_INTEGER &&
		      !ret.variable.is_const && read_initialiser(statics->facts, variable, &ret) &&
		      !is_second(statics, ret.variable.name);
	if (ret.crosses) {
		ret.type = type_text(statics->facts, type);
		ret.label = declarator_end(variable);
	}
	dc_vec_push(&statics->source->statics, ret);
}

/* The variable that an assignment's left side is, or is part of; else some other cursor. */
static CXCursor assigned(CXCursor expr)
{
	CXCursor base = dc_ast_strip(expr);

	while (clang_getCursorKind(base) == CXCursor_ArraySubscriptExpr ||
	       clang_getCursorKind(base) == CXCursor_MemberRefExpr)
		base = dc_ast_strip(dc_ast_first(base));
	return clang_getCursorReferenced(base);
}

static bool is_assignment(CXCursor cursor)
{
	switch ((int)clang_getCursorKind(cursor)) {
	case CXCursor_CompoundAssignOperator:
		return true;
	case CXCursor_BinaryOperator:
		return clang_getCursorBinaryOperatorKind(cursor) == CXBinaryOperator_Assign;
	case CXCursor_UnaryOperator:
		switch ((int)clang_getCursorUnaryOperatorKind(cursor)) {
		case CXUnaryOperator_PreInc:
		case CXUnaryOperator_PreDec:
		case CXUnaryOperator_PostInc:
		case CXUnaryOperator_PostDec:
			return true;
		default:
			return false;
		}
	default:
		return false;
	}
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
	const struct statics *statics = data;
	struct dc_static *at = NULL;

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_VarDecl)
		note(statics, cursor);
	if (is_assignment(cursor)) {
		CXCursor to = assigned(dc_ast_first(cursor));

		if (clang_getCursorKind(to) == CXCursor_VarDecl)
			at = find(statics, to);
	}
	if (at)
		at->is_assigned = true;
	return CXChildVisit_Recurse;
}

void dc_source_read_statics(struct dc_facts *facts, struct dc_source *source, const char *function,
			    const char *file, CXCursor body)
{
	struct statics statics = {
		.facts = facts, .source = source, .function = function, .file = file};

	clang_visitChildren(body, visit, &statics);
}
