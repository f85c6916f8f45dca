/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables with the attribute cleanup (guard(), scoped_guard(), __free()): the compiler calls a
 * function for each when its scope is left. A lock that the initialiser takes is released there.
 */
#include <limits.h>
#include <string.h>

#include "graph/walk.h"
#include "graph/walk_state.h"

struct search {
	const char *name;
	CXCursor found;
};

static enum CXChildVisitResult find_function(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct search *search = data;
	CXString name;

	(void)parent;
	if (clang_getCursorKind(cursor) != CXCursor_FunctionDecl)
		return CXChildVisit_Continue;
	name = clang_getCursorSpelling(cursor);
	if (!strcmp(clang_getCString(name), search->name))
		search->found = cursor;
	clang_disposeString(name);
	return clang_Cursor_isNull(search->found) ? CXChildVisit_Continue : CXChildVisit_Break;
}

/* The function of the attribute, or the null cursor. */
static CXCursor cleanup_function(struct dc_facts *facts, CXCursor variable)
{
	struct search search = {.found = clang_getNullCursor()};
	CXString printed;
	const char *at;

	if (!clang_Cursor_hasAttrs(variable))
		return search.found;
	printed = clang_getCursorPrettyPrinted(variable, NULL);
	at = strstr(clang_getCString(printed), "cleanup(");
	if (at) {
		at += strlen("cleanup(");
		search.name = dc_facts_namef(facts, "%.*s", (int)strcspn(at, ")"), at);
	}
	clang_disposeString(printed);
	if (search.name)
		clang_visitChildren(
			clang_getTranslationUnitCursor(clang_Cursor_getTranslationUnit(variable)),
			find_function, &search);
	return search.found;
}

void dc_walk_cleanup(struct dc_walk *walk, CXCursor variable, size_t first_event)
{
	struct dc_walk_cleanup cleanup = {.function = cleanup_function(walk->facts, variable),
					  .line = dc_ast_place(variable).line,
					  .lock = -1};
	size_t i;

	if (clang_Cursor_isNull(cleanup.function))
		return;
	for (i = first_event; i < walk->facts->events.len; i++)
		if (walk->facts->events.at[i].kind == DC_FACT_TAKES)
			cleanup.lock = (int)walk->facts->events.at[i].index;
	dc_vec_push(&walk->cleanups, cleanup);
}

static void run(struct dc_walk *walk, const struct dc_walk_cleanup *cleanup,
		const struct dc_walk_state *state)
{
	struct dc_facts *facts = walk->facts;
	struct dc_fact_call call = {
		.caller = walk->symbol,
		.callee = dc_ast_symbol(facts, cleanup->function),
		.line = cleanup->line,
		.loops = walk->loops,
		.branches = walk->branches,
	};
	struct dc_fact_event event = {
		.block = state->block, .kind = DC_FACT_CALLS, .index = (unsigned)facts->calls.len};

	dc_ast_note_declaration(facts, cleanup->function);
	dc_vec_push(&facts->events, event);
	dc_vec_push(&facts->calls, call);
	if (!dc_ast_driver_file(facts, dc_ast_place(cleanup->function).file))
		dc_walk_kernel_function(facts, cleanup->function, true);
	if (cleanup->lock < 0)
		return;
	event.kind = DC_FACT_RELEASES;
	event.index = (unsigned)cleanup->lock;
	dc_vec_push(&facts->events, event);
}

void dc_walk_run_cleanups(struct dc_walk *walk, unsigned outer, const struct dc_walk_state *state)
{
	size_t i;

	if (!state->live || !walk->symbol)
		return;
	for (i = walk->cleanups.len; i > outer; i--)
		run(walk, &walk->cleanups.at[i - 1], state);
}
