/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Collects, without regard to order, where function pointers are stored. All objects of a structure
 * type share one cell a field, so an assignment to one object's field counts for all. The solution
 * is computed later, over all units (resolve_calls.c).
 */
#include "graph/flows.h"

#include <stdlib.h>
#include <string.h>

static CXCursor last_child(CXCursor cursor)
{
	dc_ast_cursors children = {0};
	CXCursor last = clang_getNullCursor();

	dc_ast_children(cursor, &children);
	if (children.len)
		last = children.at[children.len - 1];
	dc_vec_done(&children);
	return last;
}

/* A parameter is the cell SYMBOL#INDEX of its function. */
static const char *parameter_cell(struct dc_facts *facts, CXCursor parameter)
{
	CXCursor function = clang_getCursorSemanticParent(parameter);
	int i, count = clang_Cursor_getNumArguments(function);

	for (i = 0; i < count; i++)
		if (clang_equalCursors(clang_Cursor_getArgument(function, (unsigned)i), parameter))
			return dc_facts_namef(facts, "%s#%d", dc_ast_symbol(facts, function), i);
	return NULL;
}

const char *dc_flow_variable(struct dc_facts *facts, const char *function, CXCursor variable)
{
	const char *name = dc_ast_spelling(facts, variable);
	const char *file;

	if (clang_getCursorKind(variable) == CXCursor_ParmDecl)
		return parameter_cell(facts, variable);
	switch (clang_getCursorLinkage(variable)) {
	case CXLinkage_External:
	case CXLinkage_UniqueExternal:
		dc_ast_note_declaration(facts, variable);
		return name;
	case CXLinkage_Internal:
		file = dc_ast_driver_file(facts, dc_ast_place(variable).file);
		return file ? dc_facts_namef(facts, "%s@%s", name, file) : name;
	default:
		return dc_facts_namef(facts, "%s:%s:%u", function ? function : "", name,
				      dc_ast_place(variable).line);
	}
}

const char *dc_flow_cell(struct dc_facts *facts, const char *function, CXCursor expr)
{
	CXCursor at = dc_ast_strip(expr), to, pointer;

	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_MemberRefExpr:
		to = clang_getCursorReferenced(at);
		if (clang_getCursorKind(to) != CXCursor_FieldDecl)
			return NULL;
		return dc_facts_namef(facts, "%s.%s", dc_ast_record(facts, to),
				      dc_ast_spelling(facts, to));
	case CXCursor_DeclRefExpr:
		to = clang_getCursorReferenced(at);
		if (clang_getCursorKind(to) != CXCursor_VarDecl &&
		    clang_getCursorKind(to) != CXCursor_ParmDecl)
			return NULL;
		return dc_flow_variable(facts, function, to);
	case CXCursor_ArraySubscriptExpr:
	case CXCursor_UnaryOperator:
		return dc_flow_cell(facts, function, dc_ast_first(at));
	case CXCursor_CallExpr:
		to = dc_ast_callee(at, &pointer);
		if (clang_Cursor_isNull(to))
			return NULL;
		return dc_facts_namef(facts, "%s()", dc_ast_symbol(facts, to));
	default:
		return NULL;
	}
}

/* The argument of spinlock_check() and the like, functions of the kernel's headers that return it.
 */
static CXCursor behind_checks(struct dc_facts *facts, CXCursor argument)
{
	CXCursor at = dc_ast_strip(argument), pointer;

	while (clang_getCursorKind(at) == CXCursor_CallExpr &&
	       clang_Cursor_getNumArguments(at) == 1) {
		CXCursor callee = dc_ast_callee(at, &pointer);

		if (clang_Cursor_isNull(callee) ||
		    dc_ast_driver_file(facts, dc_ast_place(callee).file))
			break;
		at = dc_ast_strip(clang_Cursor_getArgument(at, 0));
	}
	return at;
}

/* True if the expression is the value of a pointer (a variable, a field, a result), which may point
 * to any lock. A parameter is not: its callers are known. */
static bool is_any_lock(CXCursor at)
{
	return clang_getCanonicalType(clang_getCursorType(at)).kind == CXType_Pointer &&
	       clang_getCursorKind(at) != CXCursor_UnaryOperator &&
	       clang_getCursorKind(clang_getCursorReferenced(at)) != CXCursor_ParmDecl;
}

const char *dc_flow_lock(struct dc_facts *facts, const char *function, CXCursor argument)
{
	CXCursor at = behind_checks(facts, argument);
	const char *cell = dc_flow_cell(facts, function, at);

	if (!cell)
		return dc_facts_name(facts, "*");
	return is_any_lock(at) ? dc_facts_namef(facts, "*%s", cell) : cell;
}

const char *dc_flow_inline_lock(struct dc_facts *facts, const char *function, CXCursor call,
				CXCursor callee, const struct dc_fact_inline_lock *lock)
{
	const char *name = dc_ast_spelling(facts, callee);
	size_t len = strlen(name);
	int argument;

	if (strncmp(lock->name, name, len) != 0 || lock->name[len] != '#')
		return lock->name;
	argument = atoi(lock->name + len + 1);
	if (argument >= clang_Cursor_getNumArguments(call))
		return dc_facts_name(facts, "*");
	return dc_flow_lock(facts, function, clang_Cursor_getArgument(call, (unsigned)argument));
}

static void push_value(dc_fact_values *values, enum dc_fact_source source, const char *name)
{
	dc_vec_push(values, (struct dc_fact_value){.source = source, .name = name});
}

static bool is_function_type(CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	return canonical.kind == CXType_FunctionProto || canonical.kind == CXType_FunctionNoProto;
}

/* *(type *)p and ((type *)p)[i]: what lies there is not what was stored by way of p's own type. */
static bool reads_through_cast(CXCursor at)
{
	enum CXCursorKind kind = clang_getCursorKind(at);
	CXCursor base = dc_ast_first(at);

	if (kind != CXCursor_UnaryOperator && kind != CXCursor_ArraySubscriptExpr)
		return false;
	while (clang_getCursorKind(base) == CXCursor_ParenExpr ||
	       clang_getCursorKind(base) == CXCursor_UnexposedExpr)
		base = dc_ast_first(base);
	return clang_getCursorKind(base) == CXCursor_CStyleCastExpr;
}

void dc_flow_values(struct dc_facts *facts, const char *function, CXCursor expr,
		    dc_fact_values *ret)
{
	CXCursor at = dc_ast_strip(expr);
	dc_ast_cursors children = {0};
	const char *cell, *signature;

	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
		if (clang_getCursorKind(clang_getCursorReferenced(at)) == CXCursor_FunctionDecl) {
			push_value(ret, DC_FACT_FUNCTION,
				   dc_ast_symbol(facts, clang_getCursorReferenced(at)));
			return;
		}
		break;
	case CXCursor_ConditionalOperator:
		dc_ast_children(at, &children);
		if (children.len == 3) {
			dc_flow_values(facts, function, children.at[1], ret);
			dc_flow_values(facts, function, children.at[2], ret);
		}
		dc_vec_done(&children);
		return;
	case CXCursor_UnaryOperator:
		if (clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_AddrOf ||
		    is_function_type(clang_getCursorType(at))) {
			dc_flow_values(facts, function, dc_ast_first(at), ret);
			return;
		}
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_StmtExpr:
	case CXCursor_CompoundStmt:
		dc_flow_values(facts, function, last_child(at), ret);
		return;
	case CXCursor_IntegerLiteral:
		return;
	default:
		break;
	}
	cell = dc_flow_cell(facts, function, at);
	if (cell)
		push_value(ret, DC_FACT_CELL, cell);
	if (cell ? reads_through_cast(at)
		 : dc_ast_function_pointer(facts, clang_getCursorType(at), &signature))
		push_value(ret, DC_FACT_UNKNOWN, NULL);
}

static void assign_scalar(struct dc_facts *facts, const char *function, const char *cell,
			  CXType type, CXCursor expr)
{
	dc_fact_values values = {0};
	struct dc_fact_value *value;
	const char *signature;
	bool pointer = dc_ast_function_pointer(facts, type, &signature) ||
		       dc_ast_function_pointer(facts, clang_getCursorType(expr), &signature);

	dc_flow_values(facts, function, expr, &values);
	dc_vec_each (value, &values)
		if ((pointer && value->name != cell) || value->source == DC_FACT_FUNCTION)
			dc_vec_push(&facts->flows,
				    (struct dc_fact_flow){.to = cell, .from = *value});
	dc_vec_done(&values);
}

struct nth_field {
	unsigned left;
	CXCursor field;
};

static enum CXVisitorResult take_field(CXCursor field, CXClientData data)
{
	struct nth_field *search = data;

	search->field = field;
	return search->left-- ? CXVisit_Continue : CXVisit_Break;
}

/* One element of a brace-enclosed initialiser. */
static void assign_element(struct dc_facts *facts, const char *function, const char *cell,
			   CXType outer, unsigned index, CXCursor element)
{
	CXCursor field = clang_getNullCursor(), value = element;
	dc_ast_cursors children = {0};
	CXType type;

	dc_ast_children(element, &children);
	if (clang_getCursorKind(element) == CXCursor_UnexposedExpr && children.len >= 2) {
		size_t i;

		value = children.at[children.len - 1];
		for (i = 0; i + 1 < children.len; i++)
			if (clang_getCursorKind(children.at[i]) == CXCursor_MemberRef)
				field = clang_getCursorReferenced(children.at[i]);
	} else if (clang_getCanonicalType(outer).kind == CXType_Record) {
		struct nth_field search = {.left = index, .field = clang_getNullCursor()};

		clang_Type_visitFields(clang_getCanonicalType(outer), take_field, &search);
		field = search.field;
	}
	dc_vec_done(&children);
	if (clang_getCursorKind(field) == CXCursor_FieldDecl) {
		cell = dc_facts_namef(facts, "%s.%s", dc_ast_record(facts, field),
				      dc_ast_spelling(facts, field));
		type = clang_getCursorType(field);
	} else {
		type = clang_getArrayElementType(clang_getCanonicalType(outer));
	}
	dc_flow_assign(facts, function, cell, type, value);
}

void dc_flow_assign(struct dc_facts *facts, const char *function, const char *cell, CXType type,
		    CXCursor expr)
{
	CXCursor at = dc_ast_strip(expr);
	dc_ast_cursors children = {0};
	unsigned i;

	if (clang_getCursorKind(at) == CXCursor_CompoundLiteralExpr)
		at = last_child(at);
	if (clang_getCursorKind(at) != CXCursor_InitListExpr) {
		if (cell)
			assign_scalar(facts, function, cell, type, expr);
		return;
	}
	dc_ast_children(at, &children);
	for (i = 0; i < children.len; i++)
		assign_element(facts, function, cell, type, i, children.at[i]);
	dc_vec_done(&children);
}
