/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel functions that the driver calls, and what the inline ones among them do. */
#include <string.h>

#include "graph/walk.h"

struct inline_body {
	struct dc_facts *facts;
	unsigned index;
};

static void count_lock(struct dc_fact_kernel_function *function, enum dc_lock_class class,
		       enum dc_lock_op op)
{
	function->takes[class] += op == DC_LOCK_TAKES || op == DC_LOCK_TRIES;
	function->releases[class] += op == DC_LOCK_RELEASES;
}

/* Notes what a callee does to locks: by its row, or else by its own body. */
static void count_locks(struct dc_facts *facts, unsigned index, unsigned callee)
{
	struct dc_fact_kernel_function *function = &facts->kernel_functions.at[index];
	const struct dc_fact_kernel_function *other = &facts->kernel_functions.at[callee];
	const struct dc_lock_rule *rule = dc_family_lock(facts->family, other->name);
	int class;

	if (rule) {
		count_lock(function, rule->class, rule->op);
		return;
	}
	for (class = 0; class < DC_LOCK_CLASSES; class ++)
		count_lock(function, (enum dc_lock_class) class,
			   dc_facts_lock_effect(other, (enum dc_lock_class) class));
}

static enum CXChildVisitResult visit_inline(CXCursor child, CXCursor parent, CXClientData data)
{
	struct inline_body *body = data;
	struct dc_facts *facts = body->facts;
	CXCursor to;
	bool is_new;
	unsigned callee;

	(void)parent;
	switch ((int)clang_getCursorKind(child)) {
	case CXCursor_UnaryExpr:
		return CXChildVisit_Continue;
	case CXCursor_GCCAsmStmt:
		facts->kernel_functions.at[body->index].pure = false;
		break;
	case CXCursor_DeclRefExpr:
		to = clang_getCursorReferenced(child);
		if (clang_getCursorKind(to) == CXCursor_VarDecl &&
		    clang_getCursorLinkage(to) != CXLinkage_NoLinkage)
			facts->kernel_functions.at[body->index].pure = false;
		if (clang_getCursorKind(to) != CXCursor_FunctionDecl ||
		    dc_ast_is_builtin(dc_ast_spelling(facts, to)))
			break;
		dc_walk_kernel_function(facts, to, false);
		callee = dc_facts_kernel_function(facts, dc_ast_spelling(facts, to), &is_new);
		dc_vec_push(&facts->kernel_functions.at[body->index].calls,
			    facts->kernel_functions.at[callee].name);
		count_locks(facts, body->index, callee);
		break;
	case CXCursor_CallExpr:
		to = clang_getCursorReferenced(child);
		if (clang_getCursorKind(to) != CXCursor_FunctionDecl)
			facts->kernel_functions.at[body->index].pure = false;
		break;
	default:
		break;
	}
	return CXChildVisit_Recurse;
}

void dc_walk_kernel_function(struct dc_facts *facts, CXCursor function, bool called)
{
	struct inline_body body = {.facts = facts};
	CXCursor definition, stmt;
	bool is_new;

	body.index = dc_facts_kernel_function(facts, dc_ast_spelling(facts, function), &is_new);
	facts->kernel_functions.at[body.index].called |= called;
	if (!is_new)
		return;
	definition = clang_getCursorDefinition(function);
	if (clang_Cursor_isNull(definition))
		return;
	stmt = dc_ast_body(definition);
	if (clang_Cursor_isNull(stmt))
		return;
	facts->kernel_functions.at[body.index].is_inline = true;
	clang_visitChildren(stmt, visit_inline, &body);
}
