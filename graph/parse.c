/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs libclang on a C file. Source that does not compile is refused: its AST would lack what the
 * compiler could not make sense of. Files that Kbuild copies from NAME_shipped are handed to the
 * compiler from memory, as no build has made them.
 */
#include "graph/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "graph/driver/shipped.h"

static void report(struct dc_diag *diag, const char *source, CXDiagnostic diagnostic, int *err)
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
	pos.file = file ? clang_getCString(path) : source;
	*err = dc_error(diag, -EINVAL, &pos, "%s", clang_getCString(text));
	clang_disposeString(path);
	clang_disposeString(text);
}

static int report_all(struct dc_diag *diag, const char *source, CXTranslationUnit tu,
		      const char *file)
{
	unsigned i, count = clang_getNumDiagnostics(tu);
	int err = 0;

	for (i = 0; i < count; i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);

		report(diag, source, diagnostic, &err);
		clang_disposeDiagnostic(diagnostic);
	}
	if (err)
		dc_note(diag, DC_FILE(file),
			"a graph needs source that compiles: correct it, or pass the right flags "
			"with --compile-commands");
	return err;
}

/* A C file that Kbuild would compile but that is not there: a rule of the makefile makes it. */
static bool is_generated(const struct dc_unit *unit, const dc_shipped_files *shipped)
{
	const struct CXUnsavedFile *file;

	dc_vec_each (file, shipped)
		if (!strcmp(file->Filename, unit->file))
			return false;
	return !dc_is_file(unit->file);
}

static int report_code(struct dc_diag *diag, const struct dc_unit *unit, enum CXErrorCode code,
		       bool generated)
{
	if (generated)
		return dc_error(
			diag, -ENOENT, DC_FILE(unit->file),
			"Kbuild compiles this file, but a build must generate it; build the "
			"driver once in its own folder, then try again");
	return dc_error(diag, -EINVAL, DC_FILE(unit->file),
			"libclang cannot read this file with Kbuild's flags (code %d)", (int)code);
}

int dc_parse(struct dc_diag *diag, struct dc_arena *arena, const char *source,
	     const struct dc_unit *unit, bool detailed, struct dc_parsed *ret)
{
	const char *slash = strrchr(unit->file, '/');
	struct dc_parsed parsed = {.index = clang_createIndex(0, 0)};
	dc_shipped_files shipped = {0};
	enum CXErrorCode code;
	int err;

	dc_shipped_find(arena, dc_arena_strndup(arena, unit->file, (size_t)(slash - unit->file)),
			&shipped);
	code = clang_parseTranslationUnit2(
		parsed.index, unit->file, unit->argv, unit->argc, shipped.at, (unsigned)shipped.len,
		detailed ? CXTranslationUnit_DetailedPreprocessingRecord : CXTranslationUnit_None,
		&parsed.tu);
	if (code != CXError_Success)
		err = report_code(diag, unit, code, is_generated(unit, &shipped));
	else
		err = report_all(diag, source, parsed.tu, unit->file);
	dc_vec_done(&shipped);
	if (err < 0)
		dc_parsed_done(&parsed);
	else
		*ret = parsed;
	return err;
}

void dc_parsed_done(struct dc_parsed *parsed)
{
	if (parsed->tu)
		clang_disposeTranslationUnit(parsed->tu);
	clang_disposeIndex(parsed->index);
}
