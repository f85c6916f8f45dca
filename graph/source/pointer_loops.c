/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which variables a body sets, and which of its loops count one up to a known bound. */
#include "graph/source/pointers_read.h"

/* Which variables a body sets */

struct settings {
	CXCursor variable; /* the one that is asked about; null: all are noted */
	bool found;
	struct dc_pointer_walk *walk;
};

static enum CXChildVisitResult visit_setting(CXCursor at, CXCursor parent, CXClientData data)
{
	struct settings *settings = data;
	enum CXCursorKind kind = clang_getCursorKind(at);
	enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(at);
	CXCursor to;

	(void)parent;
	if (kind != CXCursor_CompoundAssignOperator &&
	    !(kind == CXCursor_BinaryOperator &&
	      clang_getCursorBinaryOperatorKind(at) == CXBinaryOperator_Assign) &&
	    !(kind == CXCursor_UnaryOperator &&
	      (op == CXUnaryOperator_PreInc || op == CXUnaryOperator_PreDec ||
	       op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PostDec ||
	       op == CXUnaryOperator_AddrOf)))
		return CXChildVisit_Recurse;
	to = dc_ast_strip(dc_ast_first(at));
	if (clang_getCursorKind(to) != CXCursor_DeclRefExpr)
		return CXChildVisit_Recurse;
	to = clang_getCursorReferenced(to);
	if (settings->walk)
		dc_vec_push(&settings->walk->assigned, to);
	else if (clang_equalCursors(to, settings->variable))
		settings->found = true;
	return CXChildVisit_Recurse;
}

void dc_pointer_note_assigned(struct dc_pointer_walk *walk, CXCursor body)
{
	struct settings settings = {.variable = clang_getNullCursor(), .walk = walk};

	clang_visitChildren(body, visit_setting, &settings);
}

static bool is_set_in(CXCursor body, CXCursor variable)
{
	struct settings settings = {.variable = variable};

	visit_setting(body, body, &settings);
	clang_visitChildren(body, visit_setting, &settings);
	return settings.found;
}

/* Loops */

/* i++, or i += 2 */
static bool is_step_up(CXCursor step, bool by_one, CXCursor *ret_variable)
{
	enum CXUnaryOperatorKind unary = clang_getCursorUnaryOperatorKind(step);
	dc_ast_cursors sides = {0};
	long long by = 0;

	dc_ast_children(step, &sides);
	if (unary == CXUnaryOperator_PreInc || unary == CXUnaryOperator_PostInc)
		by = 1;
	else if (clang_getCursorBinaryOperatorKind(step) == CXBinaryOperator_AddAssign &&
		 sides.len == 2 && !dc_ast_constant(dc_ast_strip(sides.at[1]), &by))
		by = 0;
	if (sides.len)
		*ret_variable = clang_getCursorReferenced(dc_ast_strip(sides.at[0]));
	dc_vec_done(&sides);
	return by_one ? by == 1 : by > 0;
}

/* i = 0, or another start that is not below 0. */
static bool is_start(struct dc_pointer_walk *walk, CXCursor at)
{
	CXCursor from = clang_getNullCursor();
	struct dc_extent start;
	dc_ast_cursors sides = {0};

	if (clang_getCursorKind(at) == CXCursor_DeclStmt)
		from = clang_Cursor_getVarDeclInitializer(dc_ast_first(at));
	dc_ast_children(at, &sides);
	if (clang_getCursorBinaryOperatorKind(at) == CXBinaryOperator_Assign && sides.len == 2)
		from = sides.at[1];
	dc_vec_done(&sides);
	return !clang_Cursor_isNull(from) && dc_extent_of(walk, from, &start) && !start.times &&
	       start.bytes >= 0;
}

bool dc_pointer_counts_up(struct dc_pointer_walk *walk, const dc_ast_cursors *children,
			  struct dc_pointer_loop *ret)
{
	CXCursor condition, left, stepped = clang_getNullCursor();
	enum CXBinaryOperatorKind op;
	dc_ast_cursors sides = {0};
	bool known;

	if (children->len != 4)
		return false;
	condition = dc_ast_strip(children->at[1]);
	op = clang_getCursorBinaryOperatorKind(condition);
	if ((op != CXBinaryOperator_LT && op != CXBinaryOperator_LE && op != CXBinaryOperator_NE) ||
	    !is_step_up(dc_ast_strip(children->at[2]), op == CXBinaryOperator_NE, &stepped) ||
	    !is_start(walk, dc_ast_strip(children->at[0])))
		return false;
	dc_ast_children(condition, &sides);
	left = sides.len == 2 ? dc_ast_strip(sides.at[0]) : clang_getNullCursor();
	ret->variable = clang_getCursorReferenced(left);
	known = clang_getCursorKind(left) == CXCursor_DeclRefExpr &&
		clang_equalCursors(stepped, ret->variable) &&
		dc_extent_of(walk, sides.at[1], &ret->last) &&
		!is_set_in(children->at[3], ret->variable);
	dc_vec_done(&sides);
	if (known && op != CXBinaryOperator_LE)
		ret->last.bytes--;
	return known;
}
