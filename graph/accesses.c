/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accesses of a body that are not field by field: it copies whole structures, allocates and frees
 * memory. */
#include <stdlib.h>

#include "graph/ast.h"
#include "graph/walk.h"
#include "graph/walk_state.h"

#define DEEPEST 16 /* structures in structures */

void dc_walk_access(struct dc_walk *walk, const char *type, const char *name, unsigned how)
{
	how &= DC_FACT_READ | DC_FACT_WRITE | DC_FACT_ADDRESS;
	dc_vec_push(&walk->facts->accesses,
		    (struct dc_fact_access){
			    .function = walk->symbol, .type = type, .name = name, .how = how});
}

/* Whole structures */

struct whole {
	struct dc_walk *walk;
	unsigned how, depth;
};

static CXType element_type(CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	while (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray)
		canonical = clang_getCanonicalType(clang_getArrayElementType(canonical));
	return canonical;
}

/* Fields of anonymous members count as the enclosing structure's, as dc_ast_record has it. */
static enum CXVisitorResult visit_field(CXCursor field, CXClientData data)
{
	struct whole *whole = data, inner = *whole;
	struct dc_facts *facts = whole->walk->facts;
	CXType type = element_type(clang_getCursorType(field));
	const char *record = dc_ast_record_type(facts, type);

	if (!clang_Cursor_isAnonymousRecordDecl(clang_getTypeDeclaration(type)))
		dc_walk_access(whole->walk, dc_ast_record(facts, field),
			       dc_ast_spelling(facts, field), whole->how);
	if (!record || ++inner.depth == DEEPEST)
		return CXVisit_Continue;
	if (record[0] != '(')
		dc_walk_access(whole->walk, record, dc_facts_name(facts, "*"), whole->how);
	clang_Type_visitFields(type, visit_field, &inner);
	return CXVisit_Continue;
}

void dc_walk_whole(struct dc_walk *walk, CXType type, unsigned how)
{
	struct whole whole = {.walk = walk, .how = how};
	CXType element = element_type(type);
	const char *record = dc_ast_record_type(walk->facts, element);

	if (!record)
		return;
	if (record[0] != '(')
		dc_walk_access(walk, record, dc_facts_name(walk->facts, "*"), how);
	clang_Type_visitFields(element, visit_field, &whole);
}

/* The lvalue whose address an expression is (&x, an array), or the null cursor. */
static CXCursor pointed_place(CXCursor at)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(at));

	if (clang_getCursorKind(at) == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_AddrOf)
		return dc_ast_first(at);
	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
		return at;
	return clang_getNullCursor();
}

/* place + n */
static void walk_pointed_sum(struct dc_walk *walk, CXCursor sum, unsigned how,
			     struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};

	dc_ast_children(sum, &children);
	if (children.len == 2) {
		dc_walk_pointed(walk, children.at[0], how, state);
		dc_walk_expr(walk, children.at[1], DC_FACT_READ, state);
	}
	dc_vec_done(&children);
}

void dc_walk_pointed(struct dc_walk *walk, CXCursor pointer, unsigned how,
		     struct dc_walk_state *state)
{
	CXCursor at = dc_ast_strip(pointer), place = pointed_place(at);

	if (!clang_Cursor_isNull(place)) {
		dc_walk_expr(walk, place, how, state);
		if (clang_equalCursors(place, at))
			dc_walk_whole(walk, clang_getCursorType(at), how);
	} else if (clang_getCursorKind(at) == CXCursor_BinaryOperator) {
		walk_pointed_sum(walk, at, how, state);
	} else {
		CXType type = clang_getCanonicalType(clang_getCursorType(at));

		dc_walk_expr(walk, pointer, DC_FACT_READ, state);
		dc_walk_whole(walk, clang_getPointeeType(type), how);
	}
}

/* Memory */

struct size_search {
	struct dc_facts *facts;
	const char *found;
};

/* libclang shows sizeof(struct x) and sizeof(struct x *) alike; the sizes tell them apart, but for
 * a structure as large as a pointer. */
static bool may_be_pointer(CXCursor operand, long long size)
{
	return clang_getCursorKind(operand) == CXCursor_TypeRef && size == sizeof(void *);
}

/* The structure in a sizeof. */
static enum CXChildVisitResult find_sized(CXCursor child, CXCursor parent, CXClientData data)
{
	struct size_search *search = data;
	CXCursor operand;
	CXType type;
	long long size;

	(void)parent;
	if (clang_getCursorKind(child) == CXCursor_UnaryExpr) {
		operand = dc_ast_first(child);
		type = element_type(clang_getCursorType(operand));
		if (type.kind == CXType_Record && dc_ast_constant(child, &size) &&
		    size == clang_Type_getSizeOf(type) && !may_be_pointer(operand, size))
			search->found = dc_ast_record_type(search->facts, type);
	}
	return search->found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static const char *sized_record(struct dc_walk *walk, CXCursor call)
{
	struct size_search search = {.facts = walk->facts};
	int i, count = clang_Cursor_getNumArguments(call);

	for (i = 0; i < count && !search.found; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);

		if (find_sized(argument, call, &search) == CXChildVisit_Recurse)
			clang_visitChildren(argument, find_sized, &search);
	}
	return search.found;
}

static const char *pointee_record(struct dc_facts *facts, CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	if (canonical.kind != CXType_Pointer)
		return NULL;
	return dc_ast_record_type(facts, element_type(clang_getPointeeType(canonical)));
}

void dc_walk_cast(struct dc_walk *walk, CXCursor cast)
{
	const char *record = pointee_record(walk->facts, clang_getCursorType(cast));
	CXCursor call = dc_ast_strip(cast);

	if (!record || clang_getCursorKind(call) != CXCursor_CallExpr ||
	    clang_equalCursors(call, walk->cast_call))
		return;
	walk->cast_call = call;
	walk->cast_record = record;
}

void dc_walk_memory(struct dc_walk *walk, CXCursor call, const struct dc_memory_rule *rule)
{
	struct dc_facts *facts = walk->facts;
	struct dc_fact_memory fact = {
		.function = walk->symbol,
		.callee = rule->function,
		.line = dc_ast_place(call).line,
		.frees = rule->frees,
	};
	const char *pointed, *sized = NULL;

	if (rule->frees) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)rule->argument);

		pointed = pointee_record(facts, clang_getCursorType(dc_ast_strip(argument)));
	} else {
		pointed = clang_equalCursors(call, walk->cast_call)
				  ? walk->cast_record
				  : pointee_record(facts, clang_getCursorType(call));
		sized = sized_record(walk, call);
	}
	fact.types[0] = pointed ? pointed : sized;
	fact.types[1] = pointed && sized != pointed ? sized : NULL;
	dc_vec_push(&facts->memory, fact);
}
