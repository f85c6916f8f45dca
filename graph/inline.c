/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel functions that the driver calls, and what the inline ones among them do. */
#include <string.h>

#include "graph/flows.h"
#include "graph/walk.h"

struct inline_body {
	struct dc_facts *facts;
	unsigned index;
};

/* The symbol of a function of the driver that an expression names; NULL: it names none. */
static const char *driver_function(struct dc_facts *facts, CXCursor expr)
{
	CXCursor at = dc_ast_strip(expr), to;

	if (clang_getCursorKind(at) != CXCursor_DeclRefExpr)
		return NULL;
	to = clang_getCursorReferenced(at);
	if (clang_getCursorKind(to) != CXCursor_FunctionDecl ||
	    !dc_ast_driver_file(facts, dc_ast_place(to).file))
		return NULL;
	return dc_ast_symbol(facts, to);
}

static void count_lock(struct inline_body *body, const char *name, enum dc_lock_class class,
		       enum dc_lock_op op)
{
	struct dc_fact_kernel_function *function = &body->facts->kernel_functions.at[body->index];
	struct dc_fact_inline_lock *lock;
	size_t i;

	if (op == DC_LOCK_IGNORES)
		return;
	for (i = 0; i < function->locks.len; i++)
		if (function->locks.at[i].name == name && function->locks.at[i].class == class)
			break;
	if (i == function->locks.len)
		dc_vec_push(&function->locks,
			    (struct dc_fact_inline_lock){.name = name, .class = class});
	lock = &function->locks.at[i];
	lock->takes += op == DC_LOCK_TAKES || op == DC_LOCK_TRIES;
	lock->releases += op == DC_LOCK_RELEASES;
}

/* Notes what a call in an inline body does to locks: by the callee's row, or else by its body. */
static void count_locks(struct inline_body *body, CXCursor call)
{
	struct dc_facts *facts = body->facts;
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	const char *self = facts->kernel_functions.at[body->index].name, *name;
	const struct dc_lock_rule *rule;
	unsigned index, i;
	bool is_new;

	if (clang_Cursor_isNull(callee) || driver_function(facts, pointer))
		return;
	name = dc_ast_spelling(facts, callee);
	rule = dc_family_lock(facts->family, name);
	if (rule) {
		bool given =
			rule->argument >= 0 && rule->argument < clang_Cursor_getNumArguments(call);

		count_lock(body,
			   given ? dc_flow_lock(
					   facts, self,
					   clang_Cursor_getArgument(call, (unsigned)rule->argument))
				 : dc_facts_name(facts, ""),
			   rule->class, rule->op);
		return;
	}
	if (dc_ast_is_builtin(name))
		return;
	dc_walk_kernel_function(facts, callee, false);
	index = dc_facts_kernel_function(facts, name, &is_new);
	for (i = 0; index != body->index && i < facts->kernel_functions.at[index].locks.len; i++) {
		struct dc_fact_inline_lock lock = facts->kernel_functions.at[index].locks.at[i];

		count_lock(body, dc_flow_inline_lock(facts, self, call, callee, &lock), lock.class,
			   dc_facts_inline_op(&lock));
	}
}

static void note_given(struct dc_facts *facts, CXCursor expr, const char *symbol, const char *cell)
{
	const char *type = dc_ast_type(facts, clang_getCursorType(expr));

	dc_vec_push(&facts->addresses,
		    (struct dc_fact_address){.symbol = symbol, .signature = type});
	dc_vec_push(&facts->flows,
		    (struct dc_fact_flow){.to = cell, .from = {DC_FACT_FUNCTION, symbol}});
}

/* A header may call, or pass on, functions that the driver has to define (asm/floppy.h does). */
static void note_driver_functions(struct inline_body *body, CXCursor call)
{
	struct dc_facts *facts = body->facts;
	const char *name = facts->kernel_functions.at[body->index].name, *symbol;
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	int i, count = clang_Cursor_getNumArguments(call);

	symbol = clang_Cursor_isNull(pointer) ? NULL : driver_function(facts, pointer);
	if (symbol) {
		dc_facts_declaration(facts, name, NULL);
		note_given(facts, pointer, symbol, name);
	}
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);

		symbol = driver_function(facts, argument);
		if (symbol && !clang_Cursor_isNull(callee))
			note_given(
				facts, argument, symbol,
				dc_facts_namef(facts, "%s#%d", dc_ast_spelling(facts, callee), i));
	}
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
		if (!driver_function(facts, child))
			dc_walk_kernel_function(facts, to, false);
		callee = dc_facts_kernel_function(facts, dc_ast_spelling(facts, to), &is_new);
		dc_vec_push(&facts->kernel_functions.at[body->index].calls,
			    facts->kernel_functions.at[callee].name);
		break;
	case CXCursor_CallExpr:
		note_driver_functions(body, child);
		count_locks(body, child);
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
