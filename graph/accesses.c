/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a body does to data other than field by field: whole structures, and memory it gets and
 * gives back. */
#include <stdlib.h>

#include "graph/ast.h"
#include "graph/walk.h"
#include "graph/walk_state.h"

#define DEEPEST 16 /* structures in structures */

void walk_access(struct walk *walk, const char *type, const char *name, unsigned how)
{
	how &= FACT_READ | FACT_WRITE | FACT_ADDRESS;
	dc_vec_push(&walk->facts->accesses,
		    (struct fact_access){
			    .function = walk->symbol, .type = type, .name = name, .how = how});
}

/* Whole structures */

struct whole {
	struct walk *walk;
	unsigned how, depth;
};

static CXType element_type(CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	while (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray)
		canonical = clang_getCanonicalType(clang_getArrayElementType(canonical));
	return canonical;
}

/* Fields of anonymous members count as the enclosing structure's, as ast_record has it. */
static enum CXVisitorResult visit_field(CXCursor field, CXClientData data)
{
	struct whole *whole = data, inner = *whole;
	struct facts *facts = whole->walk->facts;
	CXType type = element_type(clang_getCursorType(field));
	const char *record = ast_record_type(facts, type);

	if (!clang_Cursor_isAnonymousRecordDecl(clang_getTypeDeclaration(type)))
		walk_access(whole->walk, ast_record(facts, field), ast_spelling(facts, field),
			    whole->how);
	if (!record || ++inner.depth == DEEPEST)
		return CXVisit_Continue;
	if (record != facts_name(facts, "(anonymous)"))
		walk_access(whole->walk, record, facts_name(facts, "*"), whole->how);
	clang_Type_visitFields(type, visit_field, &inner);
	return CXVisit_Continue;
}

void walk_whole(struct walk *walk, CXType type, unsigned how)
{
	struct whole whole = {.walk = walk, .how = how};
	CXType element = element_type(type);
	const char *record = ast_record_type(walk->facts, element);

	if (!record)
		return;
	walk_access(walk, record, facts_name(walk->facts, "*"), how);
	clang_Type_visitFields(element, visit_field, &whole);
}

/* The lvalue whose address an expression is (&x, an array), or the null cursor. */
static CXCursor pointed_place(CXCursor at)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(at));

	if (clang_getCursorKind(at) == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_AddrOf)
		return ast_first(at);
	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
		return at;
	return clang_getNullCursor();
}

/* place + n */
static void walk_pointed_sum(struct walk *walk, CXCursor sum, unsigned how,
			     struct walk_state *state)
{
	ast_cursors children = {0};

	ast_children(sum, &children);
	if (children.len == 2) {
		walk_pointed(walk, children.at[0], how, state);
		walk_expr(walk, children.at[1], FACT_READ, state);
	}
	dc_vec_done(&children);
}

void walk_pointed(struct walk *walk, CXCursor pointer, unsigned how, struct walk_state *state)
{
	CXCursor at = ast_strip(pointer), place = pointed_place(at);

	if (!clang_Cursor_isNull(place)) {
		walk_expr(walk, place, how, state);
		if (clang_equalCursors(place, at))
			walk_whole(walk, clang_getCursorType(at), how);
	} else if (clang_getCursorKind(at) == CXCursor_BinaryOperator) {
		walk_pointed_sum(walk, at, how, state);
	} else {
		CXType type = clang_getCanonicalType(clang_getCursorType(at));

		walk_expr(walk, pointer, FACT_READ, state);
		walk_whole(walk, clang_getPointeeType(type), how);
	}
}

/* Memory */

struct size_search {
	struct facts *facts;
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
		operand = ast_first(child);
		type = element_type(clang_getCursorType(operand));
		if (type.kind == CXType_Record && ast_constant(child, &size) &&
		    size == clang_Type_getSizeOf(type) && !may_be_pointer(operand, size))
			search->found = ast_record_type(search->facts, type);
	}
	return search->found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static const char *sized_record(struct walk *walk, CXCursor call)
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

static const char *pointee_record(struct facts *facts, CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	if (canonical.kind != CXType_Pointer)
		return NULL;
	return ast_record_type(facts, element_type(clang_getPointeeType(canonical)));
}

void walk_cast(struct walk *walk, CXCursor cast)
{
	const char *record = pointee_record(walk->facts, clang_getCursorType(cast));
	CXCursor call = ast_strip(cast);

	if (!record || clang_getCursorKind(call) != CXCursor_CallExpr ||
	    clang_equalCursors(call, walk->cast_call))
		return;
	walk->cast_call = call;
	walk->cast_record = record;
}

void walk_memory(struct walk *walk, CXCursor call, const struct dc_memory_rule *rule)
{
	struct facts *facts = walk->facts;
	struct fact_memory fact = {
		.function = walk->symbol,
		.callee = rule->function,
		.line = ast_place(call).line,
		.frees = rule->frees,
	};
	const char *pointed, *sized = NULL;

	if (rule->frees) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)rule->argument);

		pointed = pointee_record(facts, clang_getCursorType(ast_strip(argument)));
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
