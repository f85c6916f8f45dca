/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks a body and notes what it does with pointers: looks at what they point to, sets them, passes
 * them on. A use that the walk does not know is noted as one that nobody can bound.
 */
#include <string.h>

#include "graph/source/pointers_read.h"

static void walk_any(struct dc_pointer_walk *walk, CXCursor at);
static void walk_place(struct dc_pointer_walk *walk, CXCursor lvalue);
static void walk_value(struct dc_pointer_walk *walk, CXCursor expr);

/* Values that go somewhere */

static void escape(struct dc_pointer_walk *walk, CXCursor pointer)
{
	dc_pointer_note_use(walk, pointer, pointer, DC_EVIDENCE_USES_SOME, NULL);
	walk_value(walk, pointer);
}

static void assign(struct dc_pointer_walk *walk, struct dc_pointer place, CXCursor expr,
		   const char *record)
{
	dc_pointer_note_values(walk, place, expr, record);
	walk_value(walk, expr);
}

/* Expressions */

/* The pointer expression base, of which code looks at element `index` (null cursor: 0). */
static void access(struct dc_pointer_walk *walk, CXCursor at, CXCursor base, CXCursor index)
{
	long long element = clang_Type_getSizeOf(clang_getCursorType(at));
	struct dc_extent last = {0}, extent;
	bool known = element > 0;

	if (clang_getCursorKind(at) == CXCursor_MemberRefExpr)
		element = clang_Type_getSizeOf(clang_getCanonicalType(
			clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(base)))));
	if (!clang_Cursor_isNull(index))
		known = known && dc_extent_of(walk, index, &last) && last.bytes + last.each >= 0;
	last.bytes++;
	known = known && dc_extent_multiply(last, (struct dc_extent){.bytes = element}, &extent);
	dc_pointer_note_use(walk, base, at, DC_EVIDENCE_USES, known ? &extent : NULL);
	walk_value(walk, base);
	if (!clang_Cursor_isNull(index))
		walk_any(walk, index);
}

static bool is_pointer(CXCursor expr)
{
	return clang_getCanonicalType(clang_getCursorType(expr)).kind == CXType_Pointer &&
	       dc_is_data_pointer(clang_getCursorType(expr));
}

/* An lvalue, or the part of one: what is looked at on the way there. */
static void walk_place(struct dc_pointer_walk *walk, CXCursor lvalue)
{
	CXCursor at = dc_ast_strip(lvalue), none = clang_getNullCursor(), base;
	dc_ast_cursors children = {0};

	dc_ast_children(at, &children);
	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
		break;
	case CXCursor_MemberRefExpr:
		dc_pointer_note_field(walk, at);
		if (!children.len)
			break;
		base = dc_ast_strip(children.at[0]);
		if (is_pointer(base))
			access(walk, at, children.at[0], none);
		else
			walk_place(walk, base);
		break;
	case CXCursor_ArraySubscriptExpr:
		base = dc_ast_strip(children.at[0]);
		if (is_pointer(base) ||
		    clang_getCursorKind(clang_getCursorReferenced(base)) == CXCursor_ParmDecl) {
			access(walk, at, children.at[0], children.at[1]);
		} else {
			walk_place(walk, base);
			walk_any(walk, children.at[1]);
		}
		break;
	case CXCursor_UnaryOperator:
		if (clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_Deref && children.len)
			access(walk, at, children.at[0], none);
		else
			walk_any(walk, at);
		break;
	default:
		walk_any(walk, at);
	}
	dc_vec_done(&children);
}

static void walk_address(struct dc_pointer_walk *walk, CXCursor of)
{
	CXCursor at = dc_ast_strip(of), base;
	dc_ast_cursors children = {0};
	struct dc_evidence evidence = {.kind = DC_EVIDENCE_ANY};

	if (is_pointer(at) && dc_pointer_place(walk, at, &evidence.pointer)) {
		dc_evidence_add(walk, at, evidence); /* who has its address may set it ... */
		evidence.kind = DC_EVIDENCE_USES_SOME; /* and follow it */
		dc_evidence_add(walk, at, evidence);
	}
	dc_ast_children(at, &children);
	if (clang_getCursorKind(at) == CXCursor_MemberRefExpr && children.len) {
		dc_pointer_note_field(walk, at);
		base = dc_ast_strip(children.at[0]);
		if (is_pointer(base))
			walk_value(walk, base);
		else
			walk_address(walk, base);
	} else if (clang_getCursorKind(at) == CXCursor_ArraySubscriptExpr && children.len == 2) {
		if (is_pointer(dc_ast_strip(children.at[0])))
			walk_value(walk, children.at[0]);
		else
			walk_address(walk, children.at[0]);
		walk_any(walk, children.at[1]);
	} else if (clang_getCursorKind(at) == CXCursor_UnaryOperator && children.len == 1) {
		walk_value(walk, children.at[0]);
	} else if (clang_getCursorKind(at) != CXCursor_DeclRefExpr) {
		walk_any(walk, at);
	}
	dc_vec_done(&children);
}

/* A pointer whose value goes where the caller has noted it: only its parts are walked. */
static void walk_value(struct dc_pointer_walk *walk, CXCursor expr)
{
	CXCursor at = dc_ast_strip(expr);
	dc_ast_cursors children = {0};
	size_t i;

	dc_ast_children(at, &children);
	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
	case CXCursor_MemberRefExpr:
	case CXCursor_ArraySubscriptExpr:
		walk_place(walk, at);
		break;
	case CXCursor_UnaryOperator:
		if (clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_AddrOf)
			walk_address(walk, children.at[0]);
		else
			walk_any(walk, at);
		break;
	case CXCursor_BinaryOperator:
		if (clang_getCursorBinaryOperatorKind(at) != CXBinaryOperator_Add &&
		    clang_getCursorBinaryOperatorKind(at) != CXBinaryOperator_Sub) {
			walk_any(walk, at);
			break;
		}
		for (i = 0; i < children.len; i++)
			if (dc_is_data_pointer(clang_getCursorType(children.at[i])))
				walk_value(walk, children.at[i]);
			else
				walk_any(walk, children.at[i]);
		break;
	case CXCursor_ConditionalOperator:
		for (i = 0; i < children.len; i++)
			if (i)
				walk_value(walk, children.at[i]);
			else
				walk_any(walk, children.at[i]);
		break;
	case CXCursor_StmtExpr:
	case CXCursor_CompoundStmt:
		for (i = 0; i < children.len; i++)
			if (i + 1 == children.len)
				walk_value(walk, children.at[i]);
			else
				walk_any(walk, children.at[i]);
		break;
	default:
		walk_any(walk, at);
	}
	dc_vec_done(&children);
}

/* An operand that is only compared, or tested for NULL. */
static void walk_test(struct dc_pointer_walk *walk, CXCursor expr)
{
	if (dc_is_data_pointer(clang_getCursorType(dc_ast_strip(expr))))
		walk_value(walk, expr);
	else
		walk_any(walk, expr);
}

/* Calls */

/* What a function of the kernel does with an argument. */
static void pass_to_kernel(struct dc_pointer_walk *walk, CXCursor call, const char *callee, int i,
			   CXCursor argument)
{
	const struct dc_reach_rule *rule = dc_family_reach_argument(walk->facts->family, callee, i);
	struct dc_extent extent = {.bytes = 1}, factor;
	bool known = rule != NULL;
	size_t at;

	if (!rule || rule->memory == DC_REACH_DEVICE) {
		dc_pointer_note_use(walk, argument, call,
				    rule ? DC_EVIDENCE_DEVICE : DC_EVIDENCE_USES_SOME, NULL);
	} else if (rule->string) {
		dc_pointer_note_use(walk, argument, call, DC_EVIDENCE_STRING, NULL);
	} else if (rule->bytes_count || rule->size) {
		if (rule->size)
			extent.bytes = rule->size;
		for (at = 0; at < rule->bytes_count && known; at++)
			known = dc_extent_of(
					walk,
					clang_Cursor_getArgument(call, (unsigned)rule->bytes[at]),
					&factor) &&
				dc_extent_multiply(extent, factor, &extent);
		dc_pointer_note_use(walk, argument, call, DC_EVIDENCE_USES, known ? &extent : NULL);
	}
	walk_value(walk, argument);
}

/* The compiler answers these; their arguments are not evaluated. */
static bool is_answered(struct dc_pointer_walk *walk, CXCursor callee)
{
	static const char *const names[] = {"__builtin_object_size", "__builtin_constant_p",
					    "__builtin_dynamic_object_size"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(dc_ast_spelling(walk->facts, callee), names[i]))
			return true;
	return false;
}

/* The place that an argument of a call within the driver goes to. False: it is the kernel's. */
static bool place_of_argument(struct dc_pointer_walk *walk, CXCursor call, CXCursor callee, int i,
			      struct dc_pointer *ret)
{
	struct dc_facts *facts = walk->facts;

	if (clang_Cursor_isNull(callee)) {
		*ret = (struct dc_pointer){
			DC_POINTER_PASSED, walk->function ? walk->function : "",
			dc_facts_namef(facts, "%u#%d", dc_ast_place(call).line, i)};
		return true;
	}
	*ret = (struct dc_pointer){DC_POINTER_PARAMETER, dc_ast_symbol(facts, callee),
				   dc_facts_namef(facts, "%d", i)};
	return dc_ast_driver_file(facts, dc_ast_place(callee).file) &&
	       i < clang_Cursor_getNumArguments(callee) &&
	       !dc_family_reach_argument(facts->family, dc_ast_spelling(facts, callee), i);
}

static void pass(struct dc_pointer_walk *walk, CXCursor call, CXCursor callee, int i,
		 CXCursor argument)
{
	struct dc_facts *facts = walk->facts;
	struct dc_pointer place;

	if (place_of_argument(walk, call, callee, i, &place))
		assign(walk, place, argument,
		       dc_pointed_record(facts, clang_getCursorType(argument)));
	else
		pass_to_kernel(walk, call, dc_ast_spelling(facts, callee), i, argument);
}

/* How many elements a pointer points to is often the number beside it. */
static void note_number(struct dc_pointer_walk *walk, CXCursor call, CXCursor callee, int i,
			CXCursor argument)
{
	struct dc_evidence evidence = {.kind = DC_EVIDENCE_NUMBER};

	if (place_of_argument(walk, call, callee, i, &evidence.pointer) &&
	    dc_extent_of(walk, argument, &evidence.extent))
		dc_evidence_add(walk, call, evidence);
}

/* Calls that pass a pointer to plain memory. */
static bool passes_memory(struct dc_pointer_walk *walk, CXCursor call)
{
	int i, count = clang_Cursor_getNumArguments(call);

	for (i = 0; i < count; i++) {
		CXType type = clang_getCursorType(clang_Cursor_getArgument(call, (unsigned)i));

		if (dc_is_data_pointer(type) && !dc_pointed_record(walk->facts, type))
			return true;
	}
	return false;
}

static void walk_call(struct dc_pointer_walk *walk, CXCursor call, const dc_ast_cursors *children)
{
	bool numbers = passes_memory(walk, call);
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	int i, count = clang_Cursor_getNumArguments(call);

	if (clang_Cursor_isNull(callee) && children->len)
		walk_place(walk, children->at[0]);
	else if (is_answered(walk, callee))
		return;
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);

		if (dc_is_data_pointer(clang_getCursorType(dc_ast_strip(argument))) ||
		    dc_is_data_pointer(clang_getCursorType(argument))) {
			pass(walk, call, callee, i, argument);
			continue;
		}
		if (numbers)
			note_number(walk, call, callee, i, argument);
		walk_any(walk, argument);
	}
}

/* Operators */

static void walk_assignment(struct dc_pointer_walk *walk, const dc_ast_cursors *children)
{
	CXCursor left = dc_ast_strip(children->at[0]);
	struct dc_pointer place;

	walk_place(walk, left);
	if (!is_pointer(left))
		walk_any(walk, children->at[1]);
	else if (dc_pointer_place(walk, left, &place))
		assign(walk, place, children->at[1],
		       dc_pointed_record(walk->facts, clang_getCursorType(left)));
	else
		escape(walk, children->at[1]); /* it is stored where nothing is followed */
}

/* p++, p += n: it points somewhere behind where it did. */
static void walk_step(struct dc_pointer_walk *walk, CXCursor at, CXCursor operand)
{
	struct dc_evidence evidence = {.kind = DC_EVIDENCE_USES_SOME};

	walk_place(walk, operand);
	if (!is_pointer(operand) || !dc_pointer_place(walk, operand, &evidence.pointer))
		return;
	dc_evidence_add(walk, at, evidence);
	evidence.kind = DC_EVIDENCE_ANY;
	dc_evidence_add(walk, at, evidence);
}

static void walk_unary(struct dc_pointer_walk *walk, CXCursor at, CXCursor operand)
{
	switch ((int)clang_getCursorUnaryOperatorKind(at)) {
	case CXUnaryOperator_LNot:
		walk_test(walk, operand);
		break;
	case CXUnaryOperator_Deref:
		walk_place(walk, at);
		break;
	case CXUnaryOperator_PreInc:
	case CXUnaryOperator_PreDec:
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PostDec:
		walk_step(walk, at, dc_ast_strip(operand));
		break;
	case CXUnaryOperator_AddrOf: /* used where nothing follows it */
		escape(walk, at);
		break;
	default:
		walk_any(walk, operand);
	}
}

static void walk_binary(struct dc_pointer_walk *walk, CXCursor at, const dc_ast_cursors *children)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(at);

	if (children->len != 2)
		return;
	if (op == CXBinaryOperator_Assign) {
		walk_assignment(walk, children);
	} else if ((op >= CXBinaryOperator_LT && op <= CXBinaryOperator_NE) ||
		   op == CXBinaryOperator_Sub) {
		walk_test(walk, children->at[0]);
		walk_test(walk, children->at[1]);
	} else if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
		walk_test(walk, children->at[0]);
		walk->conditions++;
		walk_test(walk, children->at[1]);
		walk->conditions--;
	} else {
		walk_any(walk, children->at[0]);
		walk_any(walk, children->at[1]);
	}
}

/* {.field = pointer, ...} */
static void walk_initialiser(struct dc_pointer_walk *walk, const dc_ast_cursors *elements)
{
	size_t i, j;

	for (i = 0; i < elements->len; i++) {
		CXCursor value = elements->at[i], field = clang_getNullCursor();
		dc_ast_cursors children = {0};

		dc_ast_children(value, &children);
		if (clang_getCursorKind(value) == CXCursor_UnexposedExpr && children.len >= 2) {
			value = children.at[children.len - 1];
			for (j = 0; j + 1 < children.len; j++)
				if (clang_getCursorKind(children.at[j]) == CXCursor_MemberRef)
					field = clang_getCursorReferenced(children.at[j]);
		}
		dc_vec_done(&children);
		if (!clang_Cursor_isNull(field) && is_pointer(field))
			assign(walk,
			       (struct dc_pointer){DC_POINTER_FIELD,
						   dc_ast_record(walk->facts, field),
						   dc_ast_spelling(walk->facts, field)},
			       value, dc_pointed_record(walk->facts, clang_getCursorType(field)));
		else if (is_pointer(dc_ast_strip(value)))
			escape(walk, value);
		else
			walk_any(walk, value);
	}
}

/* Statements */

static void walk_all(struct dc_pointer_walk *walk, const dc_ast_cursors *children, size_t first)
{
	size_t i;

	for (i = first; i < children->len; i++)
		walk_any(walk, children->at[i]);
}

static void walk_loop(struct dc_pointer_walk *walk, CXCursor at, const dc_ast_cursors *children)
{
	struct dc_pointer_loop loop;
	size_t i;
	bool counted = clang_getCursorKind(at) == CXCursor_ForStmt &&
		       dc_pointer_counts_up(walk, children, &loop);

	loop.conditions = walk->conditions;
	if (counted)
		dc_vec_push(&walk->loops, loop);
	walk->conditions++;
	for (i = 0; i < children->len; i++)
		walk_test(walk, children->at[i]);
	walk->conditions--;
	if (counted)
		walk->loops.len--;
}

static void walk_return(struct dc_pointer_walk *walk, const dc_ast_cursors *children)
{
	struct dc_pointer place = {DC_POINTER_RESULT, walk->function,
				   dc_facts_name(walk->facts, "")};

	if (children->len && is_pointer(dc_ast_strip(children->at[0])))
		assign(walk, place, children->at[0], NULL);
	else
		walk_all(walk, children, 0);
	walk->left = true;
}

static void walk_variable(struct dc_pointer_walk *walk, CXCursor variable,
			  const dc_ast_cursors *children)
{
	CXCursor init = clang_Cursor_getVarDeclInitializer(variable);
	CXType type = clang_getCursorType(variable);

	dc_pointer_note_registers(walk, variable, dc_pointer_variable(walk, variable));
	if (!clang_Cursor_isNull(init) && is_pointer(variable))
		assign(walk, dc_pointer_variable(walk, variable), init,
		       dc_pointed_record(walk->facts, type));
	else
		walk_all(walk, children, 0);
}

static void walk_node(struct dc_pointer_walk *walk, CXCursor at, const dc_ast_cursors *children)
{
	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_UnaryExpr: /* sizeof and the like: not evaluated */
		break;
	case CXCursor_VarDecl:
		walk_variable(walk, at, children);
		break;
	case CXCursor_IfStmt:
	case CXCursor_SwitchStmt:
	case CXCursor_ConditionalOperator:
		if (children->len)
			walk_test(walk, children->at[0]);
		walk->conditions++;
		walk_all(walk, children, 1);
		walk->conditions--;
		break;
	case CXCursor_WhileStmt:
	case CXCursor_ForStmt:
	case CXCursor_DoStmt:
		walk_loop(walk, at, children);
		break;
	case CXCursor_ReturnStmt:
		walk_return(walk, children);
		break;
	case CXCursor_GotoStmt:
		walk->left = true;
		break;
	case CXCursor_CallExpr:
		walk_call(walk, at, children);
		break;
	case CXCursor_BinaryOperator:
		walk_binary(walk, at, children);
		break;
	case CXCursor_CompoundAssignOperator:
		walk_step(walk, at, dc_ast_strip(children->at[0]));
		walk_all(walk, children, 1);
		break;
	case CXCursor_UnaryOperator:
		if (children->len)
			walk_unary(walk, at, children->at[0]);
		break;
	case CXCursor_InitListExpr:
		walk_initialiser(walk, children);
		break;
	case CXCursor_DeclRefExpr:
	case CXCursor_MemberRefExpr:
	case CXCursor_ArraySubscriptExpr:
		if (is_pointer(at)) /* used where nothing follows it */
			dc_pointer_note_use(walk, at, at, DC_EVIDENCE_USES_SOME, NULL);
		walk_place(walk, at);
		break;
	default:
		walk_all(walk, children, 0);
	}
}

static void walk_any(struct dc_pointer_walk *walk, CXCursor at)
{
	dc_ast_cursors children = {0};

	dc_ast_children(at, &children);
	walk_node(walk, at, &children);
	dc_vec_done(&children);
}

/* Functions and variables */

static void note_parameters(struct dc_pointer_walk *walk, CXCursor function)
{
	int i, count = clang_Cursor_getNumArguments(function);

	for (i = 0; i < count; i++) {
		CXCursor parameter = clang_Cursor_getArgument(function, (unsigned)i);
		CXType type = clang_getCursorType(parameter);
		struct dc_pointer place = dc_pointer_variable(walk, parameter);
		struct dc_evidence evidence = {
			.pointer = place, .kind = DC_EVIDENCE_HAS, .certain = true};

		dc_pointer_note_registers(walk, parameter, place);
		if (type.kind != CXType_ConstantArray)
			continue;
		evidence.extent.bytes = clang_Type_getSizeOf(type);
		dc_evidence_add(walk, parameter, evidence);
	}
}

void dc_pointers_read_function(struct dc_facts *facts, CXTranslationUnit tu, CXCursor function,
			       const char *symbol, const char *file, dc_evidences *ret)
{
	struct dc_pointer_walk walk = {
		.facts = facts, .tu = tu, .ret = ret, .function = symbol, .file = file};
	CXCursor body = dc_ast_body(function);

	dc_pointer_note_assigned(&walk, body);
	note_parameters(&walk, function);
	walk_any(&walk, body);
	dc_vec_done(&walk.assigned);
	dc_vec_done(&walk.loops);
}

void dc_pointers_read_variable(struct dc_facts *facts, CXTranslationUnit tu, CXCursor variable,
			       const char *file, dc_evidences *ret)
{
	struct dc_pointer_walk walk = {.facts = facts, .tu = tu, .ret = ret, .file = file};

	walk_any(&walk, variable);
	dc_vec_done(&walk.loops);
}
