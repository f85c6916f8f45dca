/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values that an expression of pointer type may have, and the greatest value of an integer
 * expression. Both follow only what they can show: a value of unknown origin is said to be so.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/source/pointers_read.h"

/* Types */

static CXType pointee(CXType type)
{
	CXType canonical = clang_getCanonicalType(type);

	if (canonical.kind == CXType_Pointer)
		return clang_getCanonicalType(clang_getPointeeType(canonical));
	return clang_getCanonicalType(clang_getArrayElementType(canonical));
}

static bool is_array(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
	       kind == CXType_VariableArray;
}

bool dc_is_data_pointer(CXType type)
{
	CXType canonical = clang_getCanonicalType(type), to;

	if (is_array(canonical))
		return true;
	if (canonical.kind != CXType_Pointer)
		return false;
	to = pointee(canonical);
	return to.kind != CXType_FunctionProto && to.kind != CXType_FunctionNoProto;
}

const char *dc_pointed_record(struct dc_facts *facts, CXType type)
{
	CXType to = pointee(type);

	while (is_array(to))
		to = clang_getCanonicalType(clang_getArrayElementType(to));
	return dc_ast_record_type(facts, to);
}

/* Bytes of one element that a pointer or an array has; 0: unknown. */
static long long element_bytes(CXType type)
{
	CXType to = pointee(type);
	long long size = to.kind == CXType_Void ? 1 : clang_Type_getSizeOf(to);

	return size > 0 ? size : 0;
}

bool dc_declares_registers(CXTranslationUnit tu, CXCursor declaration)
{
	CXSourceLocation name = clang_getCursorLocation(declaration);
	bool found = false;
	unsigned i, count;
	CXToken *tokens;

	clang_tokenize(tu, clang_getCursorExtent(declaration), &tokens, &count);
	for (i = 0; i < count && !found; i++) {
		CXString text = clang_getTokenSpelling(tu, tokens[i]);
		const char *c = clang_getCString(text);

		found = !strcmp(c, "__iomem");
		if (clang_equalLocations(clang_getTokenLocation(tu, tokens[i]), name) ||
		    !strcmp(c, "="))
			i = count;
		clang_disposeString(text);
	}
	clang_disposeTokens(tu, tokens, count);
	return found;
}

/* Integers */

bool dc_extent_multiply(struct dc_extent a, struct dc_extent b, struct dc_extent *ret)
{
	if (a.times && b.times)
		return false;
	if (b.times) {
		struct dc_extent other = a;

		a = b;
		b = other;
	}
	*ret = (struct dc_extent){a.bytes * b.bytes, a.each * b.bytes, a.times};
	return true;
}

static bool add(struct dc_extent a, struct dc_extent b, int sign, struct dc_extent *ret)
{
	if (b.times && (a.times || sign < 0))
		return false;
	*ret = (struct dc_extent){a.bytes + sign * b.bytes, a.each + b.each,
				  a.times ? a.times : b.times};
	return true;
}

static bool is_assigned(const struct dc_pointer_walk *walk, CXCursor variable)
{
	size_t i;

	for (i = 0; i < walk->assigned.len; i++)
		if (clang_equalCursors(walk->assigned.at[i], variable))
			return true;
	return false;
}

static bool extent_of_variable(struct dc_pointer_walk *walk, CXCursor variable,
			       struct dc_extent *ret)
{
	const struct dc_pointer_loop *loop;
	CXCursor init;

	dc_vec_each (loop, &walk->loops)
		if (clang_equalCursors(loop->variable, variable)) {
			*ret = loop->last;
			return true;
		}
	if (is_assigned(walk, variable))
		return false;
	if (clang_getCursorKind(variable) == CXCursor_ParmDecl) {
		*ret = (struct dc_extent){0, 1, dc_ast_spelling(walk->facts, variable)};
		return true;
	}
	if (clang_getCursorKind(variable) != CXCursor_VarDecl ||
	    clang_getCursorLinkage(variable) != CXLinkage_NoLinkage)
		return false;
	init = clang_Cursor_getVarDeclInitializer(variable);
	return !clang_Cursor_isNull(init) && dc_extent_of(walk, init, ret);
}

static bool extent_of_binary(struct dc_pointer_walk *walk, CXCursor expr, struct dc_extent *ret)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(expr);
	struct dc_extent left, right;
	dc_ast_cursors children = {0};
	bool known, has_left, has_right;

	dc_ast_children(expr, &children);
	if (children.len != 2) {
		dc_vec_done(&children);
		return false;
	}
	has_left = dc_extent_of(walk, children.at[0], &left);
	has_right = dc_extent_of(walk, children.at[1], &right);
	dc_vec_done(&children);
	known = has_left && has_right;
	switch ((int)op) {
	case CXBinaryOperator_Mul:
		return known && dc_extent_multiply(left, right, ret);
	case CXBinaryOperator_Add:
		return known && add(left, right, 1, ret);
	case CXBinaryOperator_Sub:
		return known && add(left, right, -1, ret);
	case CXBinaryOperator_Shl:
		if (!known || right.times || right.bytes < 0 || right.bytes > 30)
			return false;
		right.bytes = 1LL << right.bytes;
		return dc_extent_multiply(left, right, ret);
	case CXBinaryOperator_And: /* x & 7 is 7 at most */
		if (!has_right || right.times || right.bytes < 0)
			return false;
		*ret = right;
		return true;
	case CXBinaryOperator_Rem:
		if (!has_right || right.times || right.bytes < 1)
			return false;
		*ret = (struct dc_extent){.bytes = right.bytes - 1};
		return true;
	default:
		return false;
	}
}

/* array_size(a, b) and size_mul(a, b) of linux/overflow.h are a * b. */
static bool extent_of_call(struct dc_pointer_walk *walk, CXCursor call, struct dc_extent *ret)
{
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	const struct dc_reach_rule *rule;
	struct dc_extent a, b;

	if (clang_Cursor_isNull(callee) || clang_Cursor_getNumArguments(call) != 2)
		return false;
	rule = dc_family_reach(walk->facts->family, dc_ast_spelling(walk->facts, callee));
	return rule && rule->multiplies &&
	       dc_extent_of(walk, clang_Cursor_getArgument(call, 0), &a) &&
	       dc_extent_of(walk, clang_Cursor_getArgument(call, 1), &b) &&
	       dc_extent_multiply(a, b, ret);
}

static bool is_sizeof(CXTranslationUnit tu, CXCursor at)
{
	bool found = false;
	unsigned count;
	CXToken *tokens;

	clang_tokenize(tu, clang_getCursorExtent(at), &tokens, &count);
	if (count) {
		CXString text = clang_getTokenSpelling(tu, tokens[0]);

		found = !strcmp(clang_getCString(text), "sizeof");
		clang_disposeString(text);
	}
	clang_disposeTokens(tu, tokens, count);
	return found;
}

/* Within an initialiser libclang evaluates that as a whole, so literals and sizeof are read here.
 */
static bool constant_of(struct dc_pointer_walk *walk, CXCursor at, long long *ret)
{
	enum CXCursorKind kind = clang_getCursorKind(at);
	CXCursor operand = dc_ast_first(at);
	bool known = false;
	unsigned count;
	CXToken *tokens;

	if (kind != CXCursor_IntegerLiteral && kind != CXCursor_UnaryExpr)
		return dc_ast_constant(at, ret);
	if (kind == CXCursor_UnaryExpr && clang_isExpression(clang_getCursorKind(operand))) {
		*ret = clang_Type_getSizeOf(clang_getCursorType(operand));
		return *ret > 0 && is_sizeof(walk->tu, at);
	}
	if (kind == CXCursor_UnaryExpr)
		return dc_ast_constant(at, ret);
	clang_tokenize(walk->tu, clang_getCursorExtent(at), &tokens, &count);
	if (count) {
		CXString text = clang_getTokenSpelling(walk->tu, tokens[0]);
		char *end;

		*ret = strtoll(clang_getCString(text), &end, 0);
		known = end != clang_getCString(text) && !end[strspn(end, "uUlL")];
		clang_disposeString(text);
	}
	clang_disposeTokens(walk->tu, tokens, count);
	return known || dc_ast_constant(at, ret);
}

bool dc_extent_of(struct dc_pointer_walk *walk, CXCursor expr, struct dc_extent *ret)
{
	CXCursor at = dc_ast_strip(expr), to;
	long long value;

	if (constant_of(walk, at, &value)) {
		*ret = (struct dc_extent){.bytes = value};
		return true;
	}
	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
		return extent_of_variable(walk, clang_getCursorReferenced(at), ret);
	case CXCursor_MemberRefExpr:
		to = clang_getCursorReferenced(at);
		if (clang_getCursorKind(to) != CXCursor_FieldDecl || clang_Cursor_isBitField(to))
			return false;
		*ret = (struct dc_extent){0, 1,
					  dc_facts_namef(walk->facts, "%s.%s",
							 dc_ast_record(walk->facts, to),
							 dc_ast_spelling(walk->facts, to))};
		return true;
	case CXCursor_BinaryOperator:
		return extent_of_binary(walk, at, ret);
	case CXCursor_CallExpr:
		return extent_of_call(walk, at, ret);
	default:
		return false;
	}
}

/* Places */

struct dc_pointer dc_pointer_variable(struct dc_pointer_walk *walk, CXCursor variable)
{
	struct dc_facts *facts = walk->facts;
	const char *name = dc_ast_spelling(facts, variable);
	struct dc_pointer ret = {DC_POINTER_VARIABLE, dc_facts_name(facts, ""), name};
	CXCursor function;
	int i, count;

	if (clang_getCursorKind(variable) == CXCursor_ParmDecl) {
		function = clang_getCursorSemanticParent(variable);
		count = clang_Cursor_getNumArguments(function);
		for (i = 0; i < count; i++)
			if (clang_equalCursors(clang_Cursor_getArgument(function, (unsigned)i),
					       variable))
				return (struct dc_pointer){DC_POINTER_PARAMETER,
							   dc_ast_symbol(facts, function),
							   dc_facts_namef(facts, "%d", i)};
	}
	if (clang_getCursorLinkage(variable) != CXLinkage_NoLinkage)
		return ret;
	ret.kind = DC_POINTER_LOCAL;
	ret.of = walk->function ? walk->function : ret.of;
	ret.name = dc_facts_namef(facts, "%s:%u", name, dc_ast_place(variable).line);
	return ret;
}

/* An array of pointers is one place. */
bool dc_pointer_place(struct dc_pointer_walk *walk, CXCursor lvalue, struct dc_pointer *ret)
{
	CXCursor at = dc_ast_strip(lvalue), to = clang_getCursorReferenced(at), base;

	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
		if (clang_getCursorKind(to) != CXCursor_VarDecl &&
		    clang_getCursorKind(to) != CXCursor_ParmDecl)
			return false;
		*ret = dc_pointer_variable(walk, to);
		return true;
	case CXCursor_MemberRefExpr:
		if (clang_getCursorKind(to) != CXCursor_FieldDecl)
			return false;
		*ret = (struct dc_pointer){DC_POINTER_FIELD, dc_ast_record(walk->facts, to),
					   dc_ast_spelling(walk->facts, to)};
		return true;
	case CXCursor_ArraySubscriptExpr:
		base = dc_ast_strip(dc_ast_first(at));
		return is_array(clang_getCursorType(base)) &&
		       clang_getCursorKind(clang_getCursorReferenced(base)) != CXCursor_ParmDecl &&
		       dc_pointer_place(walk, base, ret);
	default:
		return false;
	}
}

/* Values */

static void push(dc_pointed_values *ret, enum dc_pointed_kind kind)
{
	dc_vec_push(ret, (struct dc_pointed){.kind = kind});
}

static void push_memory(dc_pointed_values *ret, long long bytes)
{
	if (bytes > 0)
		dc_vec_push(ret, (struct dc_pointed){.kind = DC_POINTED_MEMORY,
						     .extent = {.bytes = bytes}});
	else
		push(ret, DC_POINTED_UNKNOWN);
}

/* The pointers that an lvalue is reached through: what it is in is the device's if they are. */
static void push_inside(struct dc_pointer_walk *walk, CXCursor lvalue, dc_pointed_values *ret)
{
	CXCursor at = dc_ast_strip(lvalue), base;
	dc_pointed_values values = {0};
	struct dc_pointed *value;

	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(at);

		if (kind != CXCursor_MemberRefExpr && kind != CXCursor_ArraySubscriptExpr &&
		    kind != CXCursor_UnaryOperator)
			return;
		base = dc_ast_strip(dc_ast_first(at));
		if (clang_getCanonicalType(clang_getCursorType(base)).kind == CXType_Pointer)
			break;
		at = base;
	}
	dc_pointed_values_of(walk, base, &values);
	dc_vec_each (value, &values) {
		if (value->kind == DC_POINTED_PLACE)
			value->kind = DC_POINTED_INSIDE;
		value->beside = true;
		if (value->kind == DC_POINTED_INSIDE || value->kind == DC_POINTED_REGISTERS ||
		    value->kind == DC_POINTED_DEVICE)
			dc_vec_push(ret, *value);
	}
	dc_vec_done(&values);
}

/* value + distance (a number of elements; NULL: unknown) */
static void move(struct dc_pointed *value, const struct dc_extent *distance, long long element)
{
	bool known = distance && !distance->times;

	if (value->kind == DC_POINTED_PLACE && known)
		value->offset += distance->bytes * element;
	else if (value->kind == DC_POINTED_PLACE)
		value->kind = DC_POINTED_INSIDE;
	else if (value->kind == DC_POINTED_MEMORY && known)
		value->extent.bytes -= distance->bytes * element;
	else if (value->kind == DC_POINTED_MEMORY)
		value->kind = DC_POINTED_UNKNOWN;
	value->allocated = false;
}

static void values_of_sum(struct dc_pointer_walk *walk, CXCursor pointer, CXCursor distance,
			  int sign, dc_pointed_values *ret)
{
	long long element = element_bytes(clang_getCursorType(pointer));
	struct dc_extent by;
	/* the greatest value is the value only if it is a constant */
	long long constant;
	bool known = dc_ast_constant(dc_ast_strip(distance), &constant) && element;
	size_t i, first = ret->len;

	by = (struct dc_extent){.bytes = known ? sign * constant : 0};
	dc_pointed_values_of(walk, pointer, ret);
	for (i = first; i < ret->len; i++)
		move(&ret->at[i], known ? &by : NULL, element);
}

static void values_of_address(struct dc_pointer_walk *walk, CXCursor of, dc_pointed_values *ret)
{
	CXCursor at = dc_ast_strip(of);
	dc_ast_cursors children = {0};

	dc_ast_children(at, &children);
	if (clang_getCursorKind(at) == CXCursor_UnaryOperator && children.len == 1 &&
	    clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_Deref) {
		dc_pointed_values_of(walk, children.at[0], ret);
	} else if (clang_getCursorKind(at) == CXCursor_ArraySubscriptExpr && children.len == 2) {
		values_of_sum(walk, children.at[0], children.at[1], 1, ret);
	} else {
		push_memory(ret, clang_Type_getSizeOf(clang_getCursorType(at)));
		push_inside(walk, at, ret);
	}
	dc_vec_done(&children);
}

static bool takes_bus_address(CXCursor function)
{
	int i, count = clang_Cursor_getNumArguments(function);
	bool found = false;

	for (i = 0; i < count && !found; i++) {
		CXString text = clang_getTypeSpelling(
			clang_getCursorType(clang_Cursor_getArgument(function, (unsigned)i)));

		found = !strcmp(clang_getCString(text), "dma_addr_t *");
		clang_disposeString(text);
	}
	return found;
}

static void values_of_allocation(struct dc_pointer_walk *walk, CXCursor call,
				 const struct dc_reach_rule *rule, dc_pointed_values *ret)
{
	struct dc_pointed value = {
		.kind = DC_POINTED_MEMORY, .extent = {.bytes = 1}, .allocated = true};
	bool known = rule->bytes_count > 0;
	struct dc_extent factor;
	size_t i;

	for (i = 0; i < rule->bytes_count && known; i++)
		known = dc_extent_of(walk, clang_Cursor_getArgument(call, (unsigned)rule->bytes[i]),
				     &factor) &&
			dc_extent_multiply(value.extent, factor, &value.extent);
	if (!known)
		value.extent = (struct dc_extent){0}; /* allocated, but who knows how much */
	dc_vec_push(ret, value);
}

static void values_of_call(struct dc_pointer_walk *walk, CXCursor call, dc_pointed_values *ret)
{
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	const struct dc_reach_rule *rule;

	if (clang_Cursor_isNull(callee)) {
		push(ret, DC_POINTED_UNKNOWN);
		return;
	}
	rule = dc_family_reach(walk->facts->family, dc_ast_spelling(walk->facts, callee));
	if (rule && rule->memory == DC_REACH_DEVICE)
		push(ret, DC_POINTED_DEVICE);
	else if (rule && rule->memory == DC_REACH_REGISTERS)
		push(ret, DC_POINTED_REGISTERS);
	else if (rule && rule->memory == DC_REACH_ALLOCATED)
		values_of_allocation(walk, call, rule, ret);
	else if (dc_ast_driver_file(walk->facts, dc_ast_place(callee).file))
		dc_vec_push(ret, (struct dc_pointed){.kind = DC_POINTED_PLACE,
						     .place = {DC_POINTER_RESULT,
							       dc_ast_symbol(walk->facts, callee),
							       dc_facts_name(walk->facts, "")}});
	else if (dc_declares_registers(walk->tu, callee))
		push(ret, DC_POINTED_REGISTERS);
	else if (takes_bus_address(callee))
		push(ret, DC_POINTED_DEVICE);
	else
		push(ret, DC_POINTED_UNKNOWN);
}

/* x[i] and *x, where that is a pointer again: out of an array, or out of unknown memory. */
static void values_behind(struct dc_pointer_walk *walk, CXCursor at, dc_pointed_values *ret)
{
	struct dc_pointed value = {.kind = DC_POINTED_PLACE};
	dc_pointed_values inner = {0};
	struct dc_pointed *each;

	if (is_array(clang_getCursorType(at))) { /* a row of an array of arrays */
		push_memory(ret, clang_Type_getSizeOf(clang_getCursorType(at)));
		push_inside(walk, at, ret);
	} else if (dc_pointer_place(walk, at, &value.place)) {
		dc_vec_push(ret, value);
	} else { /* a table of registers has registers in it */
		dc_pointed_values_of(walk, dc_ast_first(at), &inner);
		dc_vec_each (each, &inner)
			if (each->kind == DC_POINTED_REGISTERS)
				dc_vec_push(ret, *each);
		if (!inner.len || inner.at[0].kind != DC_POINTED_REGISTERS)
			push(ret, DC_POINTED_UNKNOWN);
		dc_vec_done(&inner);
	}
}

static void values_of_name(struct dc_pointer_walk *walk, CXCursor at, dc_pointed_values *ret)
{
	CXCursor to = clang_getCursorReferenced(at);
	CXType type = clang_getCursorType(to);
	struct dc_pointed value = {.kind = DC_POINTED_PLACE};

	if (clang_getCursorKind(to) != CXCursor_ParmDecl && is_array(type)) {
		push_memory(ret, clang_Type_getSizeOf(type));
		push_inside(walk, at, ret);
	} else if (dc_pointer_place(walk, at, &value.place)) {
		dc_vec_push(ret, value);
	} else if (clang_getCursorKind(to) != CXCursor_FunctionDecl) {
		push(ret, DC_POINTED_UNKNOWN);
	}
}

static void values_of_unary(struct dc_pointer_walk *walk, CXCursor at, dc_pointed_values *ret)
{
	switch ((int)clang_getCursorUnaryOperatorKind(at)) {
	case CXUnaryOperator_AddrOf:
		values_of_address(walk, dc_ast_first(at), ret);
		break;
	case CXUnaryOperator_Deref:
		values_behind(walk, at, ret);
		break;
	case CXUnaryOperator_Extension:
		dc_pointed_values_of(walk, dc_ast_first(at), ret);
		break;
	default: { /* p++: p is somewhere in there */
		size_t i, first = ret->len;

		dc_pointed_values_of(walk, dc_ast_first(at), ret);
		for (i = first; i < ret->len; i++)
			move(&ret->at[i], NULL, 0);
	}
	}
}

static void values_of_binary(struct dc_pointer_walk *walk, CXCursor at,
			     const dc_ast_cursors *children, dc_pointed_values *ret)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(at);
	bool swapped;

	if (children->len != 2) {
		push(ret, DC_POINTED_UNKNOWN);
		return;
	}
	swapped = !dc_is_data_pointer(clang_getCursorType(children->at[0]));
	if (op == CXBinaryOperator_Add || op == CXBinaryOperator_Sub)
		values_of_sum(walk, children->at[swapped], children->at[!swapped],
			      op == CXBinaryOperator_Add ? 1 : -1, ret);
	else if (op == CXBinaryOperator_Assign || op == CXBinaryOperator_Comma)
		dc_pointed_values_of(walk, children->at[1], ret);
	else
		push(ret, DC_POINTED_UNKNOWN);
}

static void values_of_node(struct dc_pointer_walk *walk, CXCursor at,
			   const dc_ast_cursors *children, dc_pointed_values *ret)
{
	size_t i;

	switch ((int)clang_getCursorKind(at)) {
	case CXCursor_DeclRefExpr:
	case CXCursor_MemberRefExpr:
		values_of_name(walk, at, ret);
		break;
	case CXCursor_ArraySubscriptExpr:
		values_behind(walk, at, ret);
		break;
	case CXCursor_UnaryOperator:
		values_of_unary(walk, at, ret);
		break;
	case CXCursor_BinaryOperator:
		values_of_binary(walk, at, children, ret);
		break;
	case CXCursor_ConditionalOperator:
		for (i = 1; i < children->len; i++)
			dc_pointed_values_of(walk, children->at[i], ret);
		break;
	case CXCursor_StmtExpr:
	case CXCursor_CompoundStmt:
		if (children->len)
			dc_pointed_values_of(walk, children->at[children->len - 1], ret);
		break;
	case CXCursor_CallExpr:
		values_of_call(walk, at, ret);
		break;
	case CXCursor_StringLiteral:
		push_memory(ret, clang_Type_getSizeOf(clang_getCursorType(at)));
		break;
	default:
		push(ret, DC_POINTED_UNKNOWN);
	}
}

void dc_pointed_values_of(struct dc_pointer_walk *walk, CXCursor expr, dc_pointed_values *ret)
{
	CXCursor at = dc_ast_strip(expr);
	dc_ast_cursors children = {0};
	long long value;

	if (!dc_is_data_pointer(clang_getCursorType(at)) &&
	    clang_getCursorKind(at) != CXCursor_StmtExpr &&
	    clang_getCursorKind(at) != CXCursor_CompoundStmt) {
		/* an integer that was cast to a pointer */
		push(ret,
		     dc_ast_constant(at, &value) && !value ? DC_POINTED_NULL : DC_POINTED_UNKNOWN);
		return;
	}
	dc_ast_children(at, &children);
	values_of_node(walk, at, &children, ret);
	dc_vec_done(&children);
}
