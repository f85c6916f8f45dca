/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The facts of one translation unit: visits what the driver defines at file scope. */
#include <stdlib.h>
#include <string.h>

#include "graph/ast.h"
#include "graph/flows.h"
#include "graph/walk.h"

struct unit {
	struct dc_facts *facts;
	CXTranslationUnit tu;
};

/* Lines of the extent that have something besides blanks and comments. */
static unsigned count_sloc(CXTranslationUnit tu, CXSourceRange extent)
{
	unsigned count, i, sloc = 0, last = 0;
	CXToken *tokens;

	clang_tokenize(tu, extent, &tokens, &count);
	for (i = 0; i < count; i++) {
		unsigned line;

		if (clang_getTokenKind(tokens[i]) == CXToken_Comment)
			continue;
		clang_getExpansionLocation(clang_getTokenLocation(tu, tokens[i]), NULL, &line, NULL,
					   NULL);
		sloc += line > last;
		last = line > last ? line : last;
	}
	clang_disposeTokens(tu, tokens, count);
	return sloc ? sloc : 1;
}

static struct dc_fact_function *known(const struct dc_facts *facts, const char *symbol)
{
	struct dc_fact_function *function;

	dc_vec_each (function, &facts->functions)
		if (function->symbol == symbol)
			return function;
	return NULL;
}

/* Another unit compiles a function again: an inline one of a header, or a file that is compiled or
 * included twice. If macros make it another function, what either does counts. */
static void read_again(struct dc_facts *facts, CXCursor cursor,
		       const struct dc_fact_function *function)
{
	struct dc_fact_mark mark = dc_facts_mark(facts);

	dc_walk_function(facts, cursor, function->symbol);
	if (dc_facts_digest(facts, &mark) == function->digest)
		dc_facts_rewind(facts, &mark);
}

static enum CXChildVisitResult find_reference(CXCursor child, CXCursor parent, CXClientData data)
{
	struct dc_facts *facts = ((void **)data)[0];
	const char *cell = ((void **)data)[1];
	CXCursor to;

	(void)parent;
	if (clang_getCursorKind(child) != CXCursor_DeclRefExpr)
		return CXChildVisit_Recurse;
	to = clang_getCursorReferenced(child);
	if (clang_getCursorKind(to) == CXCursor_FunctionDecl) {
		const char *symbol = dc_ast_symbol(facts, to);

		dc_vec_push(&facts->addresses,
			    (struct dc_fact_address){
				    .symbol = symbol,
				    .signature = dc_ast_type(facts, clang_getCursorType(to))});
		dc_vec_push(&facts->flows,
			    (struct dc_fact_flow){.to = cell, .from = {DC_FACT_FUNCTION, symbol}});
	}
	return CXChildVisit_Recurse;
}

static void read_function(struct unit *unit, CXCursor cursor, const char *file)
{
	struct dc_facts *facts = unit->facts;
	const char *symbol = dc_ast_symbol(facts, cursor);
	CXSourceRange extent = clang_getCursorExtent(cursor);
	const struct dc_fact_function *again;
	struct dc_fact_mark mark;
	struct dc_fact_function function = {
		.symbol = symbol,
		.name = dc_ast_spelling(facts, cursor),
		.file = file,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
		.signature = dc_ast_type(facts, clang_getCursorType(cursor)),
	};

	if (dc_ast_name_is_generated(facts, cursor)) {
		void *data[] = {facts, (void *)(uintptr_t)dc_ast_spelling(facts, cursor)};

		clang_visitChildren(cursor, find_reference, data);
		return;
	}
	again = known(facts, symbol);
	if (again) {
		read_again(facts, cursor, again);
		return;
	}
	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &function.first_line, NULL,
				   NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &function.last_line, NULL,
				   NULL);
	function.loc = function.last_line - function.first_line + 1;
	function.sloc = count_sloc(unit->tu, extent);
	if (function.sloc > function.loc)
		function.sloc = function.loc;
	mark = dc_facts_mark(facts);
	dc_walk_function(facts, cursor, symbol);
	function.digest = dc_facts_digest(facts, &mark);
	dc_vec_push(&facts->functions, function);
}

static enum CXChildVisitResult find_exported(CXCursor child, CXCursor parent, CXClientData data)
{
	struct dc_facts *facts = data;
	CXCursor to = clang_getCursorReferenced(child);
	enum CXCursorKind kind = clang_getCursorKind(to);

	(void)parent;
	if (clang_getCursorKind(child) != CXCursor_DeclRefExpr)
		return CXChildVisit_Recurse;
	if (kind == CXCursor_FunctionDecl || kind == CXCursor_VarDecl) {
		dc_ast_note_declaration(facts, to);
		dc_vec_push(&facts->exports, kind == CXCursor_VarDecl
						     ? dc_flow_variable(facts, NULL, to)
						     : dc_ast_symbol(facts, to));
	}
	return CXChildVisit_Continue;
}

/* EXPORT_SYMBOL makes a variable that holds the address of what it exports. */
static void note_export(struct dc_facts *facts, const char *variable, CXCursor init)
{
	const struct dc_context_rule *rule = dc_family_rule(facts->family, variable);

	if (!rule || rule->context != DC_CONTEXT_UNKNOWN)
		return;
	clang_visitChildren(init, find_exported, facts);
}

static void read_variable(struct unit *unit, CXCursor cursor, const char *file)
{
	struct dc_facts *facts = unit->facts;
	CXCursor init = clang_Cursor_getVarDeclInitializer(cursor);
	const char *cell = dc_flow_variable(facts, NULL, cursor);
	CXType type = clang_getCursorType(cursor);
	struct dc_global *global;
	bool seen = false;

	if (clang_Cursor_getStorageClass(cursor) != CX_SC_Extern)
		dc_vec_push(&facts->variables, cell);
	if (!clang_isCursorDefinition(cursor))
		return;
	dc_vec_each (global, &facts->globals)
		seen |= global->name == cell;
	if (!seen)
		dc_vec_push(&facts->globals,
			    (struct dc_global){.name = cell,
					       .file = file,
					       .line = dc_ast_place(cursor).line,
					       .constant = clang_isConstQualifiedType(
						       clang_getCanonicalType(type))});
	if (clang_Cursor_isNull(init))
		return;
	if (dc_ast_name_is_generated(facts, cursor))
		cell = dc_ast_spelling(facts, cursor);
	note_export(facts, cell, init);
	dc_flow_assign(facts, NULL, cell, type, init);
	dc_walk_initialiser(facts, init);
}

static void read_alias(struct dc_facts *facts, CXCursor function)
{
	const char *target = dc_ast_alias(facts, function);

	if (target)
		dc_vec_push(&facts->aliases,
			    (struct dc_fact_alias){.symbol = dc_ast_symbol(facts, function),
						   .target = target});
}

static void note_lock_function(struct dc_facts *facts, CXCursor cursor)
{
	if (!facts->saw_locks)
		facts->saw_locks =
			dc_family_lock(facts->family, dc_ast_spelling(facts, cursor)) != NULL;
}

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct unit *unit = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	const char *file;

	(void)parent;
	if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	file = dc_ast_driver_file(unit->facts, dc_ast_place(cursor).file);
	if (!file)
		note_lock_function(unit->facts, cursor);
	else if (kind == CXCursor_VarDecl)
		read_variable(unit, cursor, file);
	else if (clang_isCursorDefinition(cursor))
		read_function(unit, cursor, file);
	else
		read_alias(unit->facts, cursor);
	return CXChildVisit_Continue;
}

void dc_facts_read_unit(struct dc_facts *facts, CXTranslationUnit tu)
{
	struct unit visit = {.facts = facts, .tu = tu};

	clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_top, &visit);
}
