/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over each unit's AST, with clang's record of macro expansions: macros first, then what
 * is declared at file scope. At the end symbols become the graph's names, and lists get their
 * order.
 */
#include "graph/source/read.h"

#include <stdlib.h>
#include <string.h>

#include "graph/driver/flags.h"
#include "graph/source/layout_read.h"
#include "graph/source/text.h"

/* Text */

const char *dc_source_keep(struct dc_source_reader *reader, CXString text)
{
	const char *c = clang_getCString(text);
	const char *kept = dc_facts_name(&reader->facts, c ? c : "");

	clang_disposeString(text);
	return kept;
}

bool dc_source_is_in_place(CXSourceLocation at, size_t *ret)
{
	unsigned offset, spelled;
	CXFile file, spelled_file;

	clang_getExpansionLocation(at, &file, NULL, NULL, &offset);
	clang_getSpellingLocation(at, &spelled_file, NULL, NULL, &spelled);
	*ret = offset;
	return offset == spelled && file && spelled_file && clang_File_isEqual(file, spelled_file);
}

bool dc_source_defines(const struct dc_source *source, const char *symbol)
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

static bool text_is_init(struct dc_source_reader *reader, CXSourceRange range)
{
	unsigned i, count;
	bool found = false;
	CXToken *tokens;

	clang_tokenize(reader->tu, range, &tokens, &count);
	for (i = 0; i < count && !found; i++) {
		CXString text = clang_getTokenSpelling(reader->tu, tokens[i]);
		const char *c = clang_getCString(text);

		if (!strcmp(c, "{") || !strcmp(c, "="))
			i = count;
		else
			found = !strcmp(c, "__init") || !strcmp(c, "__exit") ||
				!strcmp(c, "__initdata") || !strcmp(c, "__initconst");
		clang_disposeString(text);
	}
	clang_disposeTokens(reader->tu, tokens, count);
	return found;
}

bool dc_source_is_init(struct dc_source_reader *reader, CXCursor cursor)
{
	return section_is_init(cursor) || text_is_init(reader, clang_getCursorExtent(cursor));
}

bool dc_source_name_is_generated(struct dc_source_reader *reader, CXCursor cursor)
{
	/* module_param and others paste names together, which are then spelled in no file. */
	if (clang_getCursorKind(cursor) == CXCursor_VarDecl &&
	    !strncmp(dc_ast_spelling(&reader->facts, cursor), "__", 2) && dc_ast_in_macro(cursor))
		return true;
	return dc_ast_name_is_generated(&reader->facts, cursor);
}

/* A unit */

/* A semicolon alone declares nothing: what is before it may be a macro's arguments that come to
 * nothing (DECLARE_EVENT_CLASS). */
static void note_file(struct dc_source_reader *reader, CXCursor cursor, const char *file)
{
	CXSourceRange extent = clang_getCursorExtent(cursor);
	struct dc_source_file *known_file;
	unsigned offset, line, end;

	clang_getExpansionLocation(clang_getRangeStart(extent), NULL, &line, NULL, &offset);
	clang_getExpansionLocation(clang_getRangeEnd(extent), NULL, NULL, NULL, &end);
	if (clang_getCursorKind(cursor) == CXCursor_UnexposedDecl && end == offset + 1)
		return;
	dc_vec_each (known_file, &reader->source->files)
		if (known_file->name == file) {
			if (!known_file->read || offset < known_file->first_declaration) {
				known_file->first_declaration = offset;
				known_file->first_line = line;
			}
			known_file->read = true;
			return;
		}
	dc_vec_push(&reader->source->files, (struct dc_source_file){.name = file,
								    .read = true,
								    .first_declaration = offset,
								    .first_line = line});
}

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct dc_source_reader *reader = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	const char *file = dc_ast_driver_file(&reader->facts, dc_ast_place(cursor).file);

	(void)parent;
	if (!file || kind == CXCursor_MacroDefinition || kind == CXCursor_MacroExpansion ||
	    kind == CXCursor_InclusionDirective)
		return CXChildVisit_Continue;
	note_file(reader, cursor, file);
	dc_source_read_own_names(reader, cursor);
	if (kind == CXCursor_VarDecl)
		dc_source_read_variable(reader, cursor, file);
	else if (kind == CXCursor_FunctionDecl && dc_source_name_is_generated(reader, cursor))
		return CXChildVisit_Continue;
	else if (kind == CXCursor_FunctionDecl && clang_isCursorDefinition(cursor))
		dc_source_read_definition(reader, cursor, file);
	else if (kind == CXCursor_FunctionDecl)
		dc_source_read_forward(reader, cursor, file);
	return CXChildVisit_Continue;
}

/* The name that the kernel gives the module that a unit is in: of a unit that is in several Kbuild
 * says "one:two". */
static const char *module_of(struct dc_arena *arena, const struct dc_unit *command)
{
	const char *module = dc_unit_define(arena, command, "KBUILD_MODNAME");
	char *name, *at;

	if (!module || !strchr(module, ':') || !command->module)
		return module;
	name = dc_arena_strdup(arena, command->module);
	for (at = name; (at = strchr(at, '-'));)
		*at = '_';
	return name;
}

static void note_unit(struct dc_source_reader *reader, const struct dc_unit *command)
{
	struct dc_source_file file = {.name = reader->unit, .is_unit = true};
	struct dc_source_unit unit = {.file = reader->unit};
	struct dc_source *source = reader->source;
	const char *module = module_of(source->arena, command);
	dc_flags flags = {0};
	size_t i;

	dc_vec_push(&source->files, file);
	dc_unit_own_flags(source->arena, command, source->folder, &flags);
	for (i = 0; i < flags.len; i++)
		dc_vec_push(&unit.flags, flags.at[i]);
	dc_vec_done(&flags);
	dc_vec_push(&source->units, unit);
	if (module)
		source->module = module;
	if (command->module)
		source->module_file = dc_arena_strdup(source->arena, command->module);
}

void dc_source_read_inclusion(struct dc_source_reader *reader, CXFile file)
{
	const char *inside = dc_ast_driver_file(&reader->facts, file), *path, **outside;
	struct dc_source *source = reader->source;
	const struct dc_source_file *known;

	if (inside) {
		dc_vec_each (known, &source->files)
			if (known->name == inside)
				return;
		dc_vec_push(&source->files, (struct dc_source_file){.name = inside});
		return;
	}
	path = dc_source_keep(reader, clang_getFileName(file));
	if (dc_unit_is_kernels(reader->command, path))
		return;
	path = dc_facts_name(&reader->facts, dc_path_tidy(source->arena, path));
	dc_vec_each (outside, &source->outside)
		if (*outside == path)
			return;
	dc_vec_push(&source->outside, path);
}

/* Notes the first unit that knows each structure. */
static void note_layouts(struct dc_source_reader *reader)
{
	struct dc_layout *layout;

	dc_vec_each (layout, &reader->source->layouts.layouts)
		if (!layout->unit)
			layout->unit = reader->unit;
}

void dc_source_read_start(struct dc_source_reader *reader, const char *folder,
			  const struct dc_family *family)
{
	struct dc_source *source = dc_alloc(1, sizeof(*source));

	source->arena = dc_arena_new();
	source->folder = dc_arena_strdup(source->arena, folder);
	*reader = (struct dc_source_reader){.source = source};
	reader->facts.arena = source->arena;
	reader->facts.source = source->folder;
	reader->facts.family = family;
	reader->reached.arena = source->arena;
}

void dc_source_read_unit(struct dc_source_reader *reader, const struct dc_unit *unit,
			 CXTranslationUnit tu)
{
	size_t folder = strlen(reader->source->folder);
	const char *name = unit->file;

	if (!strncmp(name, reader->source->folder, folder) && name[folder] == '/')
		name += folder + 1;
	reader->tu = tu;
	reader->command = unit;
	reader->unit = dc_facts_name(&reader->facts, name);
	note_unit(reader, unit);
	dc_source_read_macros(reader);
	clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_top, reader);
	note_layouts(reader);
	dc_source_forget_macros(reader);
}

void dc_source_read_done(struct dc_source_reader *reader, struct dc_source **ret)
{
	dc_facts_done(&reader->facts);
	dc_map_done(&reader->reached);
	if (ret)
		*ret = reader->source;
	else
		dc_source_free(reader->source);
	reader->source = NULL;
}
