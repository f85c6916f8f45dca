/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Thin helpers over libclang's cursors and types. Their strings are interned in the facts, so that
 * callers compare names by address.
 */
#include "graph/ast.h"

#include <stdlib.h>
#include <string.h>

#include "graph/driver/flags.h"

static enum CXChildVisitResult push_child(CXCursor child, CXCursor parent, CXClientData data)
{
	dc_ast_cursors *cursors = data;

	(void)parent;
	dc_vec_push(cursors, child);
	return CXChildVisit_Continue;
}

void dc_ast_children(CXCursor cursor, dc_ast_cursors *ret)
{
	clang_visitChildren(cursor, push_child, ret);
}

static enum CXChildVisitResult take_first(CXCursor child, CXCursor parent, CXClientData data)
{
	(void)parent;
	*(CXCursor *)data = child;
	return CXChildVisit_Break;
}

CXCursor dc_ast_first(CXCursor cursor)
{
	CXCursor first = clang_getNullCursor();

	clang_visitChildren(cursor, take_first, &first);
	return first;
}

struct dc_ast_place dc_ast_place(CXCursor cursor)
{
	struct dc_ast_place place;

	clang_getExpansionLocation(clang_getCursorLocation(cursor), &place.file, &place.line,
				   &place.column, NULL);
	return place;
}

bool dc_ast_in_macro(CXCursor cursor)
{
	CXSourceLocation at = clang_getCursorLocation(cursor);
	unsigned offset, spelled;
	CXFile file, spelled_file;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	return offset != spelled || !spelled_file || !clang_File_isEqual(file, spelled_file);
}

static const char *intern(struct dc_facts *facts, CXString text)
{
	const char *c = clang_getCString(text);
	const char *name = dc_facts_name(facts, c ? c : "");

	clang_disposeString(text);
	return name;
}

const char *dc_ast_spelling(struct dc_facts *facts, CXCursor cursor)
{
	const char *name = intern(facts, clang_getCursorSpelling(cursor));
	size_t stem;

	if (!facts->family || clang_getCursorKind(cursor) != CXCursor_FunctionDecl)
		return name;
	stem = dc_family_stem(facts->family, name);
	if (!name[stem] || dc_ast_driver_file(facts, dc_ast_place(cursor).file))
		return name;
	return dc_facts_namef(facts, "%.*s", (int)stem, name);
}

const char *dc_ast_type(struct dc_facts *facts, CXType type)
{
	return intern(facts, clang_getTypeSpelling(clang_getCanonicalType(type)));
}

const char *dc_ast_driver_file(struct dc_facts *facts, CXFile file)
{
	size_t len = strlen(facts->source);
	const char *path;

	if (!file)
		return NULL;
	path = intern(facts, clang_getFileName(file));
	if (strncmp(path, facts->source, len) || path[len] != '/')
		return NULL;
	if (strstr(path + len, "/.")) /* the same file has one name, however it was included */
		path = dc_path_tidy(facts->arena, path);
	if (strncmp(path, facts->source, len) || path[len] != '/')
		return NULL;
	return dc_facts_name(facts, path + len + 1);
}

CXCursor dc_ast_strip(CXCursor expr)
{
	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(expr);
		dc_ast_cursors children = {0};
		CXCursor inner;

		if (kind != CXCursor_UnexposedExpr && kind != CXCursor_ParenExpr &&
		    kind != CXCursor_CStyleCastExpr)
			return expr;
		dc_ast_children(expr, &children);
		if (!children.len || (kind == CXCursor_UnexposedExpr && children.len != 1)) {
			dc_vec_done(&children);
			return expr;
		}
		inner = children.at[children.len - 1];
		dc_vec_done(&children);
		expr = inner;
	}
}

static enum CXChildVisitResult find_effect(CXCursor child, CXCursor parent, CXClientData data)
{
	bool *found = data;
	enum CXCursorKind kind = clang_getCursorKind(child);

	(void)parent;
	if (kind == CXCursor_UnaryExpr) /* sizeof: not evaluated */
		return CXChildVisit_Continue;
	if (kind == CXCursor_CallExpr) {
		CXString name = clang_getCursorSpelling(child);
		const char *text = clang_getCString(name);

		*found = strncmp(text ? text : "", "__builtin_", 10) != 0;
		clang_disposeString(name);
	} else if (kind == CXCursor_CompoundAssignOperator || kind == CXCursor_StmtExpr) {
		*found = true;
	}
	return *found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

bool dc_ast_constant(CXCursor expr, long long *ret)
{
	CXEvalResult result;
	bool constant, effect = false;

	find_effect(expr, expr, &effect);
	if (!effect)
		clang_visitChildren(expr, find_effect, &effect);
	if (effect)
		return false;
	result = clang_Cursor_Evaluate(expr);
	if (!result)
		return false;
	constant = clang_EvalResult_getKind(result) == CXEval_Int;
	if (constant)
		*ret = clang_EvalResult_isUnsignedInt(result)
			       ? (long long)clang_EvalResult_getAsUnsigned(result)
			       : clang_EvalResult_getAsLongLong(result);
	clang_EvalResult_dispose(result);
	return constant;
}

struct label_search {
	bool found;
	bool in_switch; /* cases belong to a switch inside the statement */
};

static enum CXChildVisitResult find_label(CXCursor child, CXCursor parent, CXClientData data)
{
	struct label_search *search = data;

	(void)parent;
	switch ((int)clang_getCursorKind(child)) {
	case CXCursor_LabelStmt:
		search->found = true;
		break;
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt:
		search->found = !search->in_switch;
		break;
	case CXCursor_SwitchStmt: {
		struct label_search inner = {.in_switch = true};

		clang_visitChildren(child, find_label, &inner);
		search->found = inner.found;
		return search->found ? CXChildVisit_Break : CXChildVisit_Continue;
	}
	default:
		break;
	}
	return search->found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

bool dc_ast_has_label(CXCursor stmt)
{
	struct label_search search = {0};

	if (find_label(stmt, stmt, &search) == CXChildVisit_Recurse)
		clang_visitChildren(stmt, find_label, &search);
	return search.found;
}

/* "struct foo" -> "foo"; NULL for one without a name of its own. */
static const char *record_name(struct dc_facts *facts, CXType type)
{
	const char *name = dc_ast_type(facts, type);
	static const char *const words[] = {"const ", "volatile ", "struct ", "union "};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(name, words[i], strlen(words[i])))
			name += strlen(words[i]);
	return strchr(name, '(') ? NULL : dc_facts_name(facts, name);
}

/* Records that the driver defines this structure. */
static void note_record(struct dc_facts *facts, CXCursor record, const char *name)
{
	const char *file = dc_ast_driver_file(facts, dc_ast_place(record).file);
	const struct dc_fact_record *known;

	if (!file)
		return;
	dc_vec_each (known, &facts->records)
		if (known->name == name && known->file == file)
			return;
	dc_vec_push(&facts->records, (struct dc_fact_record){.name = name, .file = file});
}

/* The name that a structure gets by its place if it has none: "(anonymous at board.c:12)". One that
 * is declared within a function is only a view of some bytes, and has no place. */
static const char *nameless(struct dc_facts *facts, CXCursor record)
{
	struct dc_ast_place place = dc_ast_place(record);
	const char *file = dc_ast_driver_file(facts, place.file), *slash;

	if (clang_getCursorKind(clang_getCursorSemanticParent(record)) == CXCursor_FunctionDecl ||
	    !place.file)
		return dc_facts_name(facts, DC_AST_LOCAL);
	if (!file) { /* a header has the same name wherever the kernel is installed */
		file = intern(facts, clang_getFileName(place.file));
		slash = strstr(file, "/include/");
		file = slash ? slash + strlen("/include/") : strrchr(file, '/') + 1;
	}
	return dc_facts_namef(facts, "(anonymous at %s:%u)", file, place.line);
}

bool dc_ast_is_nameless_field(struct dc_facts *facts, CXCursor field)
{
	const char *name = dc_ast_spelling(facts, field);

	return !*name || strchr(name, '('); /* clang describes what has no name */
}

const char *dc_ast_record(struct dc_facts *facts, CXCursor field)
{
	CXCursor at = clang_getCursorSemanticParent(field), record = at;

	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(at);
		const char *name;

		if (kind != CXCursor_StructDecl && kind != CXCursor_UnionDecl)
			return nameless(facts, record);
		name = record_name(facts, clang_getCursorType(at));
		if (name) {
			note_record(facts, at, name);
			return name;
		}
		record = at;
		at = clang_getCursorSemanticParent(at);
	}
}

const char *dc_ast_record_type(struct dc_facts *facts, CXType type)
{
	CXType canonical = clang_getCanonicalType(type);
	const char *name;

	if (canonical.kind != CXType_Record)
		return NULL;
	name = record_name(facts, canonical);
	return name ? name : nameless(facts, clang_getTypeDeclaration(canonical));
}

const char *dc_ast_symbol(struct dc_facts *facts, CXCursor function)
{
	const char *name = dc_ast_spelling(facts, function);
	const char *file;

	if (clang_getCursorLinkage(function) != CXLinkage_Internal)
		return name;
	if (!clang_equalCursors(clang_getCursorDefinition(function), clang_getNullCursor()))
		function = clang_getCursorDefinition(function);
	file = dc_ast_driver_file(facts, dc_ast_place(function).file);
	return file ? dc_facts_namef(facts, "%s@%s", name, file) : name;
}

void dc_ast_note_declaration(struct dc_facts *facts, CXCursor cursor)
{
	CXCursor first = clang_getCanonicalCursor(cursor);

	if (clang_getCursorLinkage(cursor) == CXLinkage_External)
		dc_facts_declaration(facts, dc_ast_spelling(facts, cursor),
				     dc_ast_driver_file(facts, dc_ast_place(first).file));
}

const char *dc_ast_alias(struct dc_facts *facts, CXCursor function)
{
	CXString printed;
	const char *at, *name = NULL;

	if (!clang_Cursor_hasAttrs(function))
		return NULL;
	printed = clang_getCursorPrettyPrinted(function, NULL);
	at = strstr(clang_getCString(printed), "alias(\"");
	if (at) {
		at += strlen("alias(\"");
		name = dc_facts_namef(facts, "%.*s", (int)strcspn(at, "\""), at);
	}
	clang_disposeString(printed);
	return name;
}

bool dc_ast_function_pointer(struct dc_facts *facts, CXType type, const char **ret)
{
	CXType canonical = clang_getCanonicalType(type);

	if (canonical.kind == CXType_Pointer)
		canonical = clang_getCanonicalType(clang_getPointeeType(canonical));
	if (canonical.kind != CXType_FunctionProto && canonical.kind != CXType_FunctionNoProto)
		return false;
	*ret = dc_ast_type(facts, canonical);
	return true;
}

CXCursor dc_ast_body(CXCursor function)
{
	dc_ast_cursors children = {0};
	CXCursor body = clang_getNullCursor();

	dc_ast_children(function, &children);
	if (children.len &&
	    clang_getCursorKind(children.at[children.len - 1]) == CXCursor_CompoundStmt)
		body = children.at[children.len - 1];
	dc_vec_done(&children);
	return body;
}

bool dc_ast_is_builtin(const char *name)
{
	return !strncmp(name, "__builtin_", 10);
}

CXCursor dc_ast_callee(CXCursor call, CXCursor *ret_pointer)
{
	dc_ast_cursors children = {0};
	CXCursor at, to = clang_getNullCursor();

	*ret_pointer = clang_getNullCursor();
	dc_ast_children(call, &children);
	if (children.len) {
		at = dc_ast_strip(children.at[0]);
		*ret_pointer = at;
		while (clang_getCursorKind(at) == CXCursor_UnaryOperator) /* (*f)(x), (&f)(x) */
			at = dc_ast_strip(dc_ast_first(at));
		if (clang_getCursorKind(at) == CXCursor_DeclRefExpr)
			to = clang_getCursorReferenced(at);
	}
	dc_vec_done(&children);
	return clang_getCursorKind(to) == CXCursor_FunctionDecl ? to : clang_getNullCursor();
}

bool dc_ast_name_is_generated(struct dc_facts *facts, CXCursor cursor)
{
	CXFile file;

	clang_getSpellingLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, NULL);
	return file && !dc_ast_driver_file(facts, file);
}
