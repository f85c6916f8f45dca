/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One translation unit: parse it, report what does not parse, visit what the driver defines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graph/ast.h"
#include "graph/driver/shipped.h"
#include "graph/flows.h"
#include "graph/walk.h"

struct unit {
	struct dc_facts *facts;
	CXTranslationUnit tu;
};

static void report(struct dc_diag *diag, const struct dc_facts *facts, CXDiagnostic diagnostic,
		   int *err)
{
	CXString text, path;
	struct dc_pos pos;
	CXFile file;

	if (clang_getDiagnosticSeverity(diagnostic) < CXDiagnostic_Error)
		return;
	clang_getExpansionLocation(clang_getDiagnosticLocation(diagnostic), &file, &pos.line,
				   &pos.col, NULL);
	text = clang_getDiagnosticSpelling(diagnostic);
	path = file ? clang_getFileName(file) : clang_getDiagnosticSpelling(diagnostic);
	pos.file = file ? clang_getCString(path) : facts->source;
	*err = dc_error(diag, -EINVAL, &pos, "%s", clang_getCString(text));
	clang_disposeString(path);
	clang_disposeString(text);
}

static int report_all(struct dc_diag *diag, const struct dc_facts *facts, CXTranslationUnit tu,
		      const char *file)
{
	unsigned i, count = clang_getNumDiagnostics(tu);
	int err = 0;

	for (i = 0; i < count; i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);

		report(diag, facts, diagnostic, &err);
		clang_disposeDiagnostic(diagnostic);
	}
	if (err)
		dc_note(diag, DC_FILE(file),
			"a graph is made only of source that compiles: mend it, or pass the right "
			"flags with --compile-commands");
	return err;
}

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

static bool known(const struct dc_facts *facts, const char *symbol)
{
	const struct dc_fact_function *function;

	dc_vec_each (function, &facts->functions)
		if (function->symbol == symbol)
			return true;
	return false;
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
	if (known(facts, symbol))
		return; /* inline, in a header that several units include */
	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &function.first_line, NULL,
				   NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &function.last_line, NULL,
				   NULL);
	function.loc = function.last_line - function.first_line + 1;
	function.sloc = count_sloc(unit->tu, extent);
	if (function.sloc > function.loc)
		function.sloc = function.loc;
	dc_vec_push(&facts->functions, function);
	dc_walk_function(facts, cursor, symbol);
}

static void read_variable(struct unit *unit, CXCursor cursor, const char *file)
{
	struct dc_facts *facts = unit->facts;
	CXCursor init = clang_Cursor_getVarDeclInitializer(cursor);
	const char *cell = dc_flow_variable(facts, NULL, cursor);
	CXType type = clang_getCursorType(cursor);
	struct dc_global *global;
	bool seen = false;

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
	dc_flow_assign(facts, NULL, cell, type, init);
	dc_walk_initialiser(facts, init);
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
		return CXChildVisit_Continue;
	if (kind == CXCursor_VarDecl)
		read_variable(unit, cursor, file);
	else if (clang_isCursorDefinition(cursor))
		read_function(unit, cursor, file);
	return CXChildVisit_Continue;
}

int dc_facts_read_unit(struct dc_diag *diag, struct dc_facts *facts, const struct dc_unit *unit)
{
	CXIndex index = clang_createIndex(0, 0);
	struct unit visit = {.facts = facts};
	const char *slash = strrchr(unit->file, '/');
	dc_shipped_files shipped = {0};
	enum CXErrorCode code;
	int err;

	dc_shipped_find(facts->arena,
			dc_arena_strndup(facts->arena, unit->file, (size_t)(slash - unit->file)),
			&shipped);
	code = clang_parseTranslationUnit2(index, unit->file, unit->argv, unit->argc, shipped.at,
					   (unsigned)shipped.len, CXTranslationUnit_None,
					   &visit.tu);
	dc_vec_done(&shipped);
	if (code != CXError_Success) {
		clang_disposeIndex(index);
		return dc_error(diag, -EINVAL, DC_FILE(unit->file),
				"libclang cannot read it with Kbuild's flags (code %d)", (int)code);
	}
	err = report_all(diag, facts, visit.tu, unit->file);
	if (!err)
		clang_visitChildren(clang_getTranslationUnitCursor(visit.tu), visit_top, &visit);
	clang_disposeTranslationUnit(visit.tu);
	clang_disposeIndex(index);
	return err;
}
