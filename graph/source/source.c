/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over each unit's AST with clang's record of macro expansions. Bodies are visited
 * without regard to control flow: what stands in a branch that is never taken is compiled all the
 * same, and must have a meaning where it is compiled.
 */
#include "graph/source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "graph/ast.h"
#include "graph/facts.h"
#include "graph/source/layout_read.h"
#include "graph/source/statics.h"
#include "graph/source/text.h"

#define uthash_fatal(msg) abort()
#include <uthash.h>

/* A macro by name: where it was defined last. */
struct macro {
	const char *name;
	bool of_driver;
	const char *kernel_macro; /* of a driver's macro: the first of the kernel's in its body */
	const char *driver_macro; /* and the first of the driver's */
	UT_hash_handle hh;
};

struct expansion {
	size_t offset, end;
	CXFile file;
	const char *name;
};

struct reading {
	struct dc_facts facts; /* for ast.h: interning, the driver's folder */
	struct dc_source *source;
	CXTranslationUnit tu;
	const char *unit; /* the C file being read */
	struct macro *macros;
	DC_VEC(struct expansion) expansions; /* in the driver's files, in order */
	struct dc_definition *definition; /* whose body is being visited */
};

static const char *keep(struct reading *reading, const char *text)
{
	return dc_facts_name(&reading->facts, text);
}

static const char *keep_string(struct reading *reading, CXString text)
{
	const char *c = clang_getCString(text);
	const char *kept = keep(reading, c ? c : "");

	clang_disposeString(text);
	return kept;
}

/* Macros */

static struct macro *find_macro(struct reading *reading, const char *name)
{
	struct macro *macro;

	HASH_FIND(hh, reading->macros, name, strlen(name), macro);
	return macro;
}

static void note_macro_body(struct reading *reading, CXCursor cursor, struct macro *macro)
{
	unsigned i, count;
	CXToken *tokens;

	clang_tokenize(reading->tu, clang_getCursorExtent(cursor), &tokens, &count);
	for (i = 1; i < count; i++) {
		struct macro *inner;
		CXString text;

		if (clang_getTokenKind(tokens[i]) != CXToken_Identifier &&
		    clang_getTokenKind(tokens[i]) != CXToken_Keyword)
			continue;
		text = clang_getTokenSpelling(reading->tu, tokens[i]);
		inner = find_macro(reading, clang_getCString(text));
		clang_disposeString(text);
		if (inner && inner->of_driver && !macro->driver_macro)
			macro->driver_macro = inner->name;
		else if (inner && !inner->of_driver && !macro->kernel_macro)
			macro->kernel_macro = inner->name;
	}
	clang_disposeTokens(reading->tu, tokens, count);
}

static void note_macro(struct reading *reading, CXCursor cursor)
{
	const char *name = dc_ast_spelling(&reading->facts, cursor);
	struct dc_ast_place place = dc_ast_place(cursor);
	struct macro *macro = find_macro(reading, name);

	if (!macro) {
		macro = dc_arena_alloc(reading->source->arena, sizeof(*macro));
		macro->name = name;
		HASH_ADD_KEYPTR(hh, reading->macros, macro->name, strlen(macro->name), macro);
	}
	macro->of_driver = place.file && dc_ast_driver_file(&reading->facts, place.file);
	macro->kernel_macro = macro->driver_macro = NULL;
	if (macro->of_driver)
		note_macro_body(reading, cursor, macro);
}

static void note_expansion(struct reading *reading, CXCursor cursor)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	struct expansion expansion = {0};
	unsigned offset, end;

	clang_getFileLocation(clang_getRangeStart(extent), &expansion.file, NULL, NULL, &offset);
	clang_getFileLocation(clang_getRangeEnd(extent), NULL, NULL, NULL, &end);
	if (!expansion.file || !dc_ast_driver_file(&reading->facts, expansion.file))
		return;
	expansion.offset = offset;
	expansion.end = end;
	expansion.name = dc_ast_spelling(&reading->facts, cursor);
	dc_vec_push(&reading->expansions, expansion);
}

/* The innermost recorded expansion at an offset: one inside another's arguments starts later. */
static const char *expansion_at(struct reading *reading, CXFile file, size_t offset)
{
	const struct expansion *expansion;
	const char *name = NULL;

	dc_vec_each (expansion, &reading->expansions)
		if (expansion->offset <= offset && offset < expansion->end &&
		    clang_File_isEqual(expansion->file, file))
			name = expansion->name;
	return name;
}

/* The kernel's macro that the driver wrote to get what the cursor is, or NULL: it wrote that
 * itself.
 */
static const char *macro_of(struct reading *reading, CXCursor cursor)
{
	CXSourceLocation at = clang_getCursorLocation(cursor);
	unsigned offset, spelled;
	CXFile file, spelled_file;
	const char *name;
	int depth;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	if (spelled_file && dc_ast_driver_file(&reading->facts, spelled_file))
		return NULL;
	name = expansion_at(reading, file, offset);
	for (depth = 0; name && depth < 16; depth++) {
		struct macro *macro = find_macro(reading, name);

		if (!macro || !macro->of_driver)
			return name;
		if (!macro->driver_macro)
			return macro->kernel_macro;
		name = macro->kernel_macro ? macro->kernel_macro : macro->driver_macro;
	}
	return name;
}

/* Bodies */

static void add_use(struct reading *reading, CXCursor cursor, enum dc_use_kind kind,
		    const char *name)
{
	const char *macro = macro_of(reading, cursor);
	struct dc_use use = {
		.kind = macro ? DC_USE_MACRO : kind,
		.name = macro ? macro : name,
		.inner = macro ? name : NULL,
		.line = dc_ast_place(cursor).line,
	};

	dc_vec_push(&reading->definition->uses, use);
}

static void visit_reference(struct reading *reading, CXCursor cursor)
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
	name = dc_ast_spelling(&reading->facts, to);
	ours = dc_ast_driver_file(&reading->facts, dc_ast_place(to).file) != NULL;
	if (kind == CXCursor_FunctionDecl && ours)
		dc_vec_push(&reading->definition->refers, dc_ast_symbol(&reading->facts, to));
	else if (!ours && strncmp(name, "__builtin_", 10) != 0)
		add_use(reading, cursor,
			kind == CXCursor_FunctionDecl ? DC_USE_FUNCTION : DC_USE_VARIABLE, name);
}

static enum CXChildVisitResult visit_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct reading *reading = data;

	(void)parent;
	switch ((int)clang_getCursorKind(cursor)) {
	case CXCursor_UnaryExpr: /* sizeof and the like: not evaluated */
		return CXChildVisit_Continue;
	case CXCursor_DeclRefExpr:
		visit_reference(reading, cursor);
		break;
	case CXCursor_GCCAsmStmt:
		add_use(reading, cursor, DC_USE_ASM, "asm");
		break;
	default:
		break;
	}
	return CXChildVisit_Recurse;
}

/* Definitions */

static bool spelled_in_place(CXSourceLocation at, size_t *ret)
{
	unsigned offset, spelled;
	CXFile file, spelled_file;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	*ret = offset;
	return offset == spelled && file && spelled_file && clang_File_isEqual(file, spelled_file);
}

static const char *type_of(struct reading *reading, CXType type)
{
	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
	    type.kind == CXType_VariableArray)
		return dc_facts_namef(&reading->facts, "%s *",
				      type_of(reading, clang_getArrayElementType(type)));
	return keep_string(reading, clang_getTypeSpelling(clang_getUnqualifiedType(type)));
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

static void read_parameters(struct reading *reading, CXCursor cursor, struct dc_definition *ret)
{
	int i, count = clang_Cursor_getNumArguments(cursor);

	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(cursor, (unsigned)i);
		CXType type = clang_getCursorType(argument);
		struct dc_parameter parameter = {
			.name = dc_ast_spelling(&reading->facts, argument),
			.type = type_of(reading, type),
			.value = dc_layout_value(&reading->facts, type),
		};
		CXType to = clang_getPointeeType(clang_getCanonicalType(type));

		if (clang_getCanonicalType(type).kind == CXType_Record)
			ret->uncuttable = "takes a structure by value";
		else if (!*parameter.name)
			ret->uncuttable = "has a parameter without a name";
		if (to.kind != CXType_Invalid)
			dc_layout_record(&reading->facts, &reading->source->layouts, to);
		dc_vec_push(&ret->parameters, parameter);
	}
}

/* By symbol. */
static bool defined(const struct dc_source *source, const char *symbol)
{
	const struct dc_definition *definition;

	dc_vec_each (definition, &source->definitions)
		if (definition->name == symbol)
			return true;
	return false;
}

static bool section_is_init(CXCursor cursor)
{
	dc_ast_cursors children = {0};
	bool found = false;
	size_t i;

	dc_ast_children(cursor, &children);
	for (i = 0; i < children.len && !found; i++) {
		CXString text;
		const char *c;

		if (!clang_isAttribute(clang_getCursorKind(children.at[i])))
			continue;
		text = clang_getCursorPrettyPrinted(children.at[i], NULL);
		c = clang_getCString(text);
		found = c && (strstr(c, ".init.") || strstr(c, ".exit."));
		clang_disposeString(text);
	}
	dc_vec_done(&children);
	return found;
}

static bool text_is_init(struct reading *reading, CXSourceRange range)
{
	unsigned i, count;
	bool found = false;
	CXToken *tokens;

	clang_tokenize(reading->tu, range, &tokens, &count);
	for (i = 0; i < count && !found; i++) {
		CXString text = clang_getTokenSpelling(reading->tu, tokens[i]);
		const char *c = clang_getCString(text);

		if (!strcmp(c, "{") || !strcmp(c, "="))
			i = count;
		else
			found = !strcmp(c, "__init") || !strcmp(c, "__exit") ||
				!strcmp(c, "__initdata") || !strcmp(c, "__initconst");
		clang_disposeString(text);
	}
	clang_disposeTokens(reading->tu, tokens, count);
	return found;
}

static void read_definition(struct reading *reading, CXCursor cursor, const char *file)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	CXCursor body = dc_ast_body(cursor);
	CXType type = clang_getCursorType(cursor);
	struct dc_definition ret = {
		.name = dc_ast_symbol(&reading->facts, cursor),
		.plain = dc_ast_spelling(&reading->facts, cursor),
		.file = file,
		.unit = reading->unit,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
		.is_init = section_is_init(cursor) || text_is_init(reading, extent),
		.result = type_of(reading, clang_getResultType(type)),
		.result_kind = result_kind(clang_getResultType(type)),
		.result_value = dc_layout_value(&reading->facts, clang_getResultType(type)),
	};
	size_t start;
	bool cuttable;

	if (defined(reading->source, ret.name))
		return; /* in a header that several units include */
	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &ret.first_line, NULL, NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &ret.last_line, NULL, NULL);
	read_parameters(reading, cursor, &ret);
	if (clang_isFunctionTypeVariadic(type))
		ret.uncuttable = "takes a variable number of arguments";
	if (clang_getCanonicalType(clang_getResultType(type)).kind == CXType_Record)
		ret.uncuttable = "returns a structure by value";
	cuttable = !clang_Cursor_isNull(body) &&
		   spelled_in_place(clang_getRangeStart(clang_getCursorExtent(body)), &ret.body) &&
		   spelled_in_place(clang_getRangeEnd(clang_getCursorExtent(body)), &ret.end) &&
		   spelled_in_place(clang_getCursorLocation(cursor), &start);
	spelled_in_place(clang_getRangeStart(extent), &ret.start);
	ret.fixed = !cuttable;
	if (!cuttable)
		ret.uncuttable = "is made by a macro";
	reading->definition = &ret;
	clang_visitChildren(body, visit_body, reading);
	reading->definition = NULL;
	dc_layout_body(&reading->facts, &reading->source->layouts, ret.name, body);
	dc_source_read_statics(&reading->facts, reading->source, ret.name,
			       cuttable && file == reading->unit ? file : NULL, body);
	dc_vec_push(&reading->source->definitions, ret);
}

static void read_forward(struct reading *reading, CXCursor cursor, const char *file)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	struct dc_forward ret = {
		.function = dc_ast_symbol(&reading->facts, cursor),
		.file = file,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
	};
	const struct dc_forward *other;

	if (!spelled_in_place(clang_getRangeEnd(extent), &ret.end))
		return;
	spelled_in_place(clang_getRangeStart(extent), &ret.start);
	dc_vec_each (other, &reading->source->forwards)
		if (other->file == file && other->start == ret.start)
			return; /* in a header that several units include */
	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &ret.first_line, NULL, NULL);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, &ret.last_line, NULL, NULL);
	dc_vec_push(&reading->source->forwards, ret);
}

/* Not the driver's: a name that a kernel's macro spells or makes up. */
static bool name_is_generated(struct reading *reading, CXCursor cursor)
{
	/* module_param and others paste names together that stand in no file. */
	if (clang_getCursorKind(cursor) == CXCursor_VarDecl &&
	    !strncmp(dc_ast_spelling(&reading->facts, cursor), "__", 2))
		return true;
	return dc_ast_name_is_generated(&reading->facts, cursor);
}

static enum CXChildVisitResult visit_initialiser(CXCursor cursor, CXCursor parent,
						 CXClientData data)
{
	struct reading *reading = data;
	CXCursor to = clang_getCursorReferenced(cursor);

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_DeclRefExpr &&
	    clang_getCursorKind(to) == CXCursor_FunctionDecl &&
	    dc_ast_driver_file(&reading->facts, dc_ast_place(to).file))
		dc_vec_push(&reading->source->file_refers, dc_ast_symbol(&reading->facts, to));
	return CXChildVisit_Recurse;
}

static void read_variable(struct reading *reading, CXCursor cursor, const char *file)
{
	struct dc_variable ret = {
		.name = dc_ast_spelling(&reading->facts, cursor),
		.file = file,
		.is_static = clang_getCursorLinkage(cursor) == CXLinkage_Internal,
		.is_init = section_is_init(cursor) ||
			   text_is_init(reading, clang_getCursorExtent(cursor)),
	};
	const struct dc_variable *other;
	CXType type = clang_getCanonicalType(clang_getCursorType(cursor));

	ret.count = 1;
	while (type.kind == CXType_ConstantArray) {
		ret.count *= (unsigned)clang_getArraySize(type);
		type = clang_getCanonicalType(clang_getArrayElementType(type));
	}
	ret.is_const = clang_isConstQualifiedType(type);
	ret.value = dc_layout_value(&reading->facts, type);
	if (!name_is_generated(reading, cursor)) {
		clang_visitChildren(cursor, visit_initialiser, reading);
		dc_layout_initialiser(&reading->facts, &reading->source->layouts, cursor);
	}
	if (name_is_generated(reading, cursor) || strcmp(file, reading->unit) != 0 ||
	    clang_Cursor_getStorageClass(cursor) == CX_SC_Extern)
		return;
	dc_vec_each (other, &reading->source->variables)
		if (other->name == ret.name && other->file == ret.file)
			return; /* a tentative definition, then another */
	dc_vec_push(&reading->source->variables, ret);
}

static void note_file(struct reading *reading, CXCursor cursor, const char *file)
{
	struct dc_source_file *known_file;
	unsigned offset, line;

	clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), NULL, &line,
				   NULL, &offset);
	dc_vec_each (known_file, &reading->source->files)
		if (known_file->name == file) {
			if (!known_file->read || offset < known_file->first_declaration) {
				known_file->first_declaration = offset;
				known_file->first_line = line;
			}
			known_file->read = true;
			return;
		}
	dc_vec_push(&reading->source->files, (struct dc_source_file){.name = file,
								     .read = true,
								     .first_declaration = offset,
								     .first_line = line});
}

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct reading *reading = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	const char *file = dc_ast_driver_file(&reading->facts, dc_ast_place(cursor).file);

	(void)parent;
	if (!file || kind == CXCursor_MacroDefinition || kind == CXCursor_MacroExpansion ||
	    kind == CXCursor_InclusionDirective)
		return CXChildVisit_Continue;
	note_file(reading, cursor, file);
	if (kind == CXCursor_VarDecl)
		read_variable(reading, cursor, file);
	else if (kind == CXCursor_FunctionDecl && name_is_generated(reading, cursor))
		return CXChildVisit_Continue;
	else if (kind == CXCursor_FunctionDecl && clang_isCursorDefinition(cursor))
		read_definition(reading, cursor, file);
	else if (kind == CXCursor_FunctionDecl)
		read_forward(reading, cursor, file);
	return CXChildVisit_Continue;
}

static enum CXChildVisitResult visit_macros(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct reading *reading = data;

	(void)parent;
	if (clang_getCursorKind(cursor) == CXCursor_MacroDefinition)
		note_macro(reading, cursor);
	else if (clang_getCursorKind(cursor) == CXCursor_MacroExpansion)
		note_expansion(reading, cursor);
	return CXChildVisit_Continue;
}

static int has_errors(struct dc_diag *diag, CXTranslationUnit tu, const char *file)
{
	unsigned i, count = clang_getNumDiagnostics(tu);
	int err = 0;

	for (i = 0; i < count; i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);
		CXString text = clang_getDiagnosticSpelling(diagnostic);
		unsigned line;

		clang_getExpansionLocation(clang_getDiagnosticLocation(diagnostic), NULL, &line,
					   NULL, NULL);
		if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error)
			err = dc_error(diag, -EINVAL, DC_LINE(file, line), "%s",
				       clang_getCString(text));
		clang_disposeString(text);
		clang_disposeDiagnostic(diagnostic);
	}
	return err;
}

static void note_unit(struct reading *reading, const struct dc_unit *unit)
{
	struct dc_source_file file = {.name = reading->unit, .is_unit = true};
	static const char name[] = "-DKBUILD_MODNAME=";
	int i;

	dc_vec_push(&reading->source->files, file);
	for (i = 0; i < unit->argc; i++)
		if (!strncmp(unit->argv[i], name, strlen(name))) {
			const char *at = unit->argv[i] + strlen(name);
			size_t len;

			at += strspn(at, "\\\"");
			len = strcspn(at, "\\\"");
			reading->source->module = dc_arena_strndup(reading->source->arena, at, len);
		}
}

/* What this unit was the first to show. */
static void note_layouts(struct reading *reading)
{
	struct dc_layout *layout;

	dc_vec_each (layout, &reading->source->layouts.layouts)
		if (!layout->unit)
			layout->unit = reading->unit;
}

static int read_unit(struct dc_diag *diag, struct reading *reading, const struct dc_unit *unit)
{
	CXIndex index = clang_createIndex(0, 0);
	size_t folder = strlen(reading->source->folder);
	enum CXErrorCode code;
	int err;

	code = clang_parseTranslationUnit2(index, unit->file, unit->argv, unit->argc, NULL, 0,
					   CXTranslationUnit_DetailedPreprocessingRecord,
					   &reading->tu);
	if (code != CXError_Success) {
		clang_disposeIndex(index);
		return dc_error(diag, -EINVAL, DC_FILE(unit->file),
				"libclang cannot read it with Kbuild's flags (code %d)", (int)code);
	}
	reading->unit = keep(reading,
			     unit->file + (strncmp(unit->file, reading->source->folder, folder) != 0
						   ? 0
						   : folder + 1));
	note_unit(reading, unit);
	err = has_errors(diag, reading->tu, unit->file);
	if (!err) {
		CXCursor top = clang_getTranslationUnitCursor(reading->tu);

		clang_visitChildren(top, visit_macros, reading);
		clang_visitChildren(top, visit_top, reading);
		note_layouts(reading);
	}
	HASH_CLEAR(hh, reading->macros);
	dc_vec_done(&reading->expansions);
	clang_disposeTranslationUnit(reading->tu);
	clang_disposeIndex(index);
	return err;
}

/* Names and orders */

static int order_definitions(const void *a, const void *b)
{
	return strcmp(((const struct dc_definition *)a)->name,
		      ((const struct dc_definition *)b)->name);
}

static int order_uses(const void *a, const void *b)
{
	const struct dc_use *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (!order && left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return order ? order
		     : strcmp(left->inner ? left->inner : "", right->inner ? right->inner : "");
}

static int order_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int order_files(const void *a, const void *b)
{
	return strcmp(((const struct dc_source_file *)a)->name,
		      ((const struct dc_source_file *)b)->name);
}

/* The graph's name of a symbol: without the file, unless two functions share it. */
static const char *graph_name(struct reading *reading, const char *symbol)
{
	const struct dc_definition *definition;
	size_t len = strcspn(symbol, "@"), count = 0;

	dc_vec_each (definition, &reading->source->definitions)
		count += strlen(definition->plain) == len &&
			 !strncmp(definition->plain, symbol, len);
	if (count > 1)
		return symbol;
	return keep(reading, dc_arena_strndup(reading->source->arena, symbol, len));
}

static void tidy_definition(struct reading *reading, struct dc_definition *definition)
{
	size_t i, count = 0;

	for (i = 0; i < definition->refers.len; i++) {
		const char *name = graph_name(reading, definition->refers.at[i]);

		/* Declared by the driver, defined elsewhere. */
		if (!defined(reading->source, definition->refers.at[i]))
			dc_vec_push(&definition->uses,
				    (struct dc_use){.name = name, .line = definition->first_line});
		definition->refers.at[i] = name;
	}
	if (definition->refers.len)
		qsort(definition->refers.at, definition->refers.len, sizeof(const char *),
		      order_texts);
	for (i = 0; i < definition->refers.len; i++)
		if (!count || definition->refers.at[i] != definition->refers.at[count - 1])
			definition->refers.at[count++] = definition->refers.at[i];
	definition->refers.len = count;
	if (definition->uses.len)
		qsort(definition->uses.at, definition->uses.len, sizeof(struct dc_use), order_uses);
	for (i = 0, count = 0; i < definition->uses.len; i++)
		if (!count || definition->uses.at[i].name != definition->uses.at[count - 1].name ||
		    definition->uses.at[i].inner != definition->uses.at[count - 1].inner)
			definition->uses.at[count++] = definition->uses.at[i];
	definition->uses.len = count;
}

static void finish(struct reading *reading)
{
	struct dc_source *source = reading->source;
	struct dc_definition *definition;
	struct dc_forward *forward;
	const char **names = dc_alloc(source->definitions.len + 1, sizeof(*names));
	size_t i;

	for (i = 0; i < source->definitions.len; i++)
		names[i] = graph_name(reading, source->definitions.at[i].name);
	dc_vec_each (forward, &source->forwards)
		forward->function = graph_name(reading, forward->function);
	dc_vec_each (definition, &source->definitions)
		tidy_definition(reading, definition);
	for (i = 0; i < source->file_refers.len; i++)
		source->file_refers.at[i] = graph_name(reading, source->file_refers.at[i]);
	for (i = 0; i < source->layouts.hidden.len; i++)
		source->layouts.hidden.at[i].function =
			graph_name(reading, source->layouts.hidden.at[i].function);
	for (i = 0; i < source->statics.len; i++)
		source->statics.at[i].function =
			graph_name(reading, source->statics.at[i].function);
	for (i = 0; i < source->definitions.len; i++)
		source->definitions.at[i].name = names[i];
	free(names);
	dc_layout_finish(&source->layouts);
	if (source->definitions.len)
		qsort(source->definitions.at, source->definitions.len,
		      sizeof(*source->definitions.at), order_definitions);
	if (source->files.len)
		qsort(source->files.at, source->files.len, sizeof(*source->files.at), order_files);
}

int dc_source_read(struct dc_diag *diag, const struct dc_driver *driver, const char *commands,
		   struct dc_source **ret)
{
	struct dc_source *source = dc_alloc(1, sizeof(*source));
	struct reading reading = {.source = source};
	dc_units units = {0};
	struct dc_kernel kernel;
	int err;
	size_t i;

	source->arena = dc_arena_new();
	source->folder = dc_arena_strdup(source->arena, driver->source);
	reading.facts.arena = source->arena;
	reading.facts.source = source->folder;
	err = dc_kernel_find(diag, source->arena, &kernel);
	if (!err && commands)
		err = dc_kbuild_read_commands(diag, source->arena, commands, &units);
	else if (!err)
		err = dc_kbuild_units(diag, source->arena, &kernel, driver->source, driver->only,
				      &units);
	if (!err)
		source->kernel = kernel.release;
	for (i = 0; !err && i < units.len; i++) {
		dc_progress(diag, "reading the text of %s (%zu of %zu)", units.at[i].file, i + 1,
			    units.len);
		err = read_unit(diag, &reading, &units.at[i]);
	}
	if (!err && !source->definitions.len)
		err = dc_error(diag, -EINVAL, DC_FILE(driver->source),
			       "the source defines no function");
	if (!err)
		err = dc_source_check_text(diag, source);
	if (!err)
		finish(&reading);
	dc_vec_done(&units);
	dc_facts_done(&reading.facts);
	if (err < 0)
		dc_source_free(source);
	else
		*ret = source;
	return err;
}

void dc_source_free(struct dc_source *source)
{
	struct dc_definition *definition;

	if (!source)
		return;
	dc_vec_each (definition, &source->definitions) {
		dc_vec_done(&definition->parameters);
		dc_vec_done(&definition->refers);
		dc_vec_done(&definition->uses);
	}
	dc_vec_done(&source->definitions);
	dc_vec_done(&source->forwards);
	dc_vec_done(&source->file_refers);
	dc_vec_done(&source->variables);
	dc_vec_done(&source->statics);
	dc_vec_done(&source->files);
	dc_layout_done(&source->layouts);
	dc_arena_free(source->arena);
	free(source);
}

const struct dc_definition *dc_source_find(const struct dc_source *source, const char *name)
{
	struct dc_definition key = {.name = name};

	if (!source->definitions.len)
		return NULL;
	return bsearch(&key, source->definitions.at, source->definitions.len, sizeof(key),
		       order_definitions);
}
