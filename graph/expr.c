/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions of a body: calls, conditions, accesses to fields and globals, locks. */
#include <stdlib.h>
#include <string.h>

#include "graph/flows.h"
#include "graph/walk.h"
#include "graph/walk_state.h"

/* Locks */

static void push_event(struct dc_walk *walk, enum dc_fact_event_kind kind, unsigned index,
		       const struct dc_walk_state *state)
{
	dc_vec_push(&walk->facts->events,
		    (struct dc_fact_event){.block = state->block, .kind = kind, .index = index});
}

/* The class of the lock that a pointer points to; DC_LOCK_CLASSES: it points to none. */
static enum dc_lock_class class_of_pointer(CXType type)
{
	static const struct {
		const char *name;
		enum dc_lock_class class;
	} types[] = {{"struct spinlock", DC_LOCK_SPIN},
		     {"struct raw_spinlock", DC_LOCK_SPIN},
		     {"rwlock_t", DC_LOCK_SPIN},
		     {"seqlock_t", DC_LOCK_SPIN},
		     {"struct mutex", DC_LOCK_MUTEX},
		     {"struct semaphore", DC_LOCK_MUTEX},
		     {"struct rw_semaphore", DC_LOCK_MUTEX}};
	CXType canonical = clang_getCanonicalType(type);
	enum dc_lock_class found = DC_LOCK_CLASSES;
	CXString spelling;
	size_t i;

	if (canonical.kind != CXType_Pointer)
		return found;
	spelling = clang_getTypeSpelling(clang_getPointeeType(canonical));
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(clang_getCString(spelling), types[i].name))
			found = types[i].class;
	clang_disposeString(spelling);
	return found;
}

static unsigned lock_of_call(struct dc_walk *walk, const struct dc_lock_rule *rule, CXCursor call)
{
	const char *name = "";
	int arguments = clang_Cursor_getNumArguments(call);

	if (rule->argument >= 0 && rule->argument < arguments)
		name = dc_flow_lock(walk->facts, walk->symbol,
				    clang_Cursor_getArgument(call, (unsigned)rule->argument));
	return dc_facts_lock(walk->facts, dc_facts_name(walk->facts, name), rule->class);
}

static const struct dc_lock_rule *lock_rule(struct dc_walk *walk, CXCursor call)
{
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);

	if (clang_Cursor_isNull(callee))
		return NULL;
	return dc_family_lock(walk->facts->family, dc_ast_spelling(walk->facts, callee));
}

static void apply_lock(struct dc_walk *walk, CXCursor call, struct dc_walk_state *state)
{
	const struct dc_lock_rule *rule = lock_rule(walk, call);

	if (!rule || rule->op == DC_LOCK_IGNORES || !walk->symbol || !state->live ||
	    clang_equalCursors(call, walk->tested))
		return;
	push_event(walk, rule->op == DC_LOCK_RELEASES ? DC_FACT_RELEASES : DC_FACT_TAKES,
		   lock_of_call(walk, rule, call), state);
}

/* An inline function of the kernel's headers that no row knows, and that returns with a lock held,
 * or released, as its body shows. */
static void apply_inline(struct dc_walk *walk, CXCursor call, CXCursor callee,
			 const struct dc_walk_state *state)
{
	struct dc_facts *facts = walk->facts;
	unsigned index, i;
	bool is_new;

	if (!walk->symbol || !state->live || lock_rule(walk, call))
		return;
	index = dc_facts_kernel_function(facts, dc_ast_spelling(facts, callee), &is_new);
	for (i = 0; i < facts->kernel_functions.at[index].locks.len; i++) {
		struct dc_fact_inline_lock lock = facts->kernel_functions.at[index].locks.at[i];
		enum dc_lock_op op = dc_facts_inline_op(&lock);
		const char *object = dc_flow_inline_lock(facts, walk->symbol, call, callee, &lock);

		if (op != DC_LOCK_IGNORES)
			push_event(walk, op == DC_LOCK_RELEASES ? DC_FACT_RELEASES : DC_FACT_TAKES,
				   dc_facts_lock(facts, object, lock.class), state);
	}
}

/* Calls */

static void record_address(struct dc_walk *walk, CXCursor function)
{
	const char *signature = dc_ast_type(walk->facts, clang_getCursorType(function));

	dc_ast_note_declaration(walk->facts, function);
	dc_vec_push(&walk->facts->addresses,
		    (struct dc_fact_address){.from = walk->symbol,
					     .symbol = dc_ast_symbol(walk->facts, function),
					     .signature = signature});
}

/* Which locks a call passes, so that a callee that locks its parameter can be followed. */
static void record_lock_arguments(struct dc_walk *walk, CXCursor call, struct dc_fact_call *fact)
{
	int i, count = clang_Cursor_getNumArguments(call);

	fact->first_lock = (unsigned)walk->facts->lock_arguments.len;
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);

		enum dc_lock_class class = class_of_pointer(clang_getCursorType(argument));

		if (class != DC_LOCK_CLASSES)
			dc_vec_push(
				&walk->facts->lock_arguments,
				(struct dc_fact_lock_argument){
					.argument = (unsigned)i,
					.object = dc_flow_lock(walk->facts, walk->symbol, argument),
					.class = class});
	}
	fact->lock_count = (unsigned)walk->facts->lock_arguments.len - fact->first_lock;
}

static void record_call(struct dc_walk *walk, CXCursor call, CXCursor callee, CXCursor pointer,
			const struct dc_walk_state *state)
{
	struct dc_facts *facts = walk->facts;
	struct dc_fact_call fact = {
		.caller = walk->symbol,
		.line = dc_ast_place(call).line,
		.in_macro = dc_ast_in_macro(call),
		.loops = walk->loops,
		.branches = walk->branches,
		.first_value = (unsigned)facts->values.len,
	};

	if (clang_getCursorKind(callee) == CXCursor_FunctionDecl) {
		fact.callee = dc_ast_symbol(facts, callee);
		dc_ast_note_declaration(facts, callee);
	} else {
		const char *cell = dc_flow_cell(facts, walk->symbol, pointer);

		fact.through = cell ? cell : "";
		if (!dc_ast_function_pointer(facts, clang_getCursorType(pointer), &fact.signature))
			fact.signature = "";
		dc_flow_values(facts, walk->symbol, pointer, &facts->values);
		fact.value_count = (unsigned)facts->values.len - fact.first_value;
	}
	record_lock_arguments(walk, call, &fact);
	if (state->live)
		push_event(walk, DC_FACT_CALLS, (unsigned)facts->calls.len, state);
	dc_vec_push(&facts->calls, fact);
}

/* True for an argument that fills a format: it is printed, not called (%ps and the like). */
static bool is_format_argument(struct dc_walk *walk, CXCursor callee, int index)
{
	CXType type = clang_getCursorType(callee);
	int fixed = clang_getNumArgTypes(type);

	return clang_isFunctionTypeVariadic(type) && fixed > 0 && index >= fixed &&
	       !strcmp(dc_ast_type(walk->facts, clang_getArgType(type, (unsigned)fixed - 1)),
		       "const char *") &&
	       !dc_ast_driver_file(walk->facts, dc_ast_place(callee).file);
}

/* Arguments flow into the callee's parameters, or into the kernel function's argument cells. */
static void record_arguments(struct dc_walk *walk, CXCursor call, CXCursor callee)
{
	int i, count = clang_Cursor_getNumArguments(call);
	const char *symbol;

	if (clang_getCursorKind(callee) != CXCursor_FunctionDecl)
		return;
	symbol = dc_ast_symbol(walk->facts, callee);
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);
		enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(argument)).kind;

		if (is_format_argument(walk, callee, i))
			break;
		if (kind == CXType_Pointer || kind == CXType_ULong || kind == CXType_FunctionProto)
			dc_flow_assign(walk->facts, walk->symbol,
				       dc_facts_namef(walk->facts, "%s#%d", symbol, i),
				       clang_getCursorType(argument), argument);
	}
}

static void walk_argument(struct dc_walk *walk, CXCursor argument, const struct dc_copy_rule *copy,
			  int index, struct dc_walk_state *state)
{
	if (copy && index == copy->writes)
		dc_walk_pointed(walk, argument, DC_FACT_WRITE, state);
	else if (copy && index == copy->reads)
		dc_walk_pointed(walk, argument, DC_FACT_READ, state);
	else
		dc_walk_expr(walk, argument, DC_FACT_READ, state);
}

/* Notes what else a kernel call brings: the body of an inline function, memory. */
static void note_kernel_call(struct dc_walk *walk, CXCursor call, CXCursor callee, const char *name,
			     const struct dc_walk_state *state)
{
	const struct dc_memory_rule *rule = dc_family_memory(walk->facts->family, name);

	if (dc_ast_driver_file(walk->facts, dc_ast_place(callee).file))
		return;
	dc_walk_kernel_function(walk->facts, callee, true);
	apply_inline(walk, call, callee, state);
	if (rule)
		dc_walk_memory(walk, call, rule);
}

static void walk_call(struct dc_walk *walk, CXCursor call, struct dc_walk_state *state)
{
	CXCursor pointer, callee = dc_ast_callee(call, &pointer);
	bool direct = !clang_Cursor_isNull(callee);
	const struct dc_copy_rule *copy;
	dc_ast_cursors children = {0};
	const char *name;
	size_t i;

	if (clang_Cursor_isNull(pointer))
		return;
	dc_ast_children(call, &children);
	name = direct ? dc_ast_spelling(walk->facts, callee) : "";
	if (direct &&
	    (!strcmp(name, "__builtin_constant_p") || !strcmp(name, "__builtin_object_size"))) {
		dc_vec_done(&children); /* operands not evaluated */
		return;
	}
	if (!direct)
		dc_walk_expr(walk, children.at[0], DC_FACT_READ, state);
	copy = direct ? dc_family_copy(walk->facts->family, name) : NULL;
	for (i = 1; i < children.len; i++)
		walk_argument(walk, children.at[i], copy, (int)i - 1, state);
	dc_vec_done(&children);
	if (!dc_ast_is_builtin(name)) {
		record_call(walk, call, callee, pointer, state);
		record_arguments(walk, call, callee);
		if (direct)
			note_kernel_call(walk, call, callee, name, state);
	}
	apply_lock(walk, call, state);
}

/* Accesses */

/* Of a variable or an enumerator that a rule asks for. */
static void note_use(struct dc_walk *walk, CXCursor to)
{
	const char *name = dc_ast_spelling(walk->facts, to);
	const char *const *known;

	if (!dc_family_is_used(walk->facts->family, name))
		return;
	dc_vec_each (known, &walk->facts->uses)
		if (*known == name)
			return;
	dc_vec_push(&walk->facts->uses, name);
}

static void walk_name(struct dc_walk *walk, CXCursor expr, unsigned how)
{
	CXCursor to = clang_getCursorReferenced(expr);
	enum CX_StorageClass storage;

	if (clang_getCursorKind(to) == CXCursor_FunctionDecl) {
		record_address(walk, to);
		return;
	}
	if (clang_getCursorKind(to) == CXCursor_VarDecl ||
	    clang_getCursorKind(to) == CXCursor_EnumConstantDecl)
		note_use(walk, to);
	if (clang_getCursorKind(to) != CXCursor_VarDecl)
		return;
	storage = clang_Cursor_getStorageClass(to);
	if (clang_getCursorLinkage(to) != CXLinkage_NoLinkage || storage == CX_SC_Static)
		dc_walk_access(walk, NULL, dc_flow_variable(walk->facts, walk->symbol, to), how);
}

static void walk_member(struct dc_walk *walk, CXCursor expr, unsigned how,
			struct dc_walk_state *state)
{
	CXCursor field = clang_getCursorReferenced(expr);
	dc_ast_cursors children = {0};
	CXType base;

	if (clang_getCursorKind(field) == CXCursor_FieldDecl &&
	    !dc_ast_is_nameless_field(walk->facts, field))
		dc_walk_access(walk, dc_ast_record(walk->facts, field),
			       dc_ast_spelling(walk->facts, field), how);
	dc_ast_children(expr, &children);
	if (children.len) {
		base = clang_getCanonicalType(clang_getCursorType(children.at[0]));
		dc_walk_expr(walk, children.at[0],
			     base.kind == CXType_Pointer ? DC_FACT_READ : how | DC_FACT_PART,
			     state);
	}
	dc_vec_done(&children);
}

static void walk_subscript(struct dc_walk *walk, CXCursor expr, unsigned how,
			   struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};

	dc_ast_children(expr, &children);
	if (children.len == 2) {
		CXType base = clang_getCursorType(dc_ast_strip(children.at[0]));
		enum CXTypeKind kind = clang_getCanonicalType(base).kind;

		dc_walk_expr(walk, children.at[0],
			     kind == CXType_ConstantArray || kind == CXType_IncompleteArray
				     ? how | DC_FACT_PART
				     : DC_FACT_READ,
			     state);
		dc_walk_expr(walk, children.at[1], DC_FACT_READ, state);
	}
	dc_vec_done(&children);
}

static void walk_unary(struct dc_walk *walk, CXCursor expr, struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};

	dc_ast_children(expr, &children);
	if (!children.len)
		return;
	switch (clang_getCursorUnaryOperatorKind(expr)) {
	case CXUnaryOperator_AddrOf:
		dc_walk_expr(walk, children.at[0], DC_FACT_ADDRESS, state);
		break;
	case CXUnaryOperator_PreInc:
	case CXUnaryOperator_PreDec:
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PostDec:
		dc_walk_expr(walk, children.at[0], DC_FACT_READ | DC_FACT_WRITE, state);
		break;
	default:
		dc_walk_expr(walk, children.at[0], DC_FACT_READ, state);
	}
	dc_vec_done(&children);
}

/* Conditions: the state where the condition is true and where it is false. */

static void walk_logical(struct dc_walk *walk, CXCursor left, CXCursor right, bool is_and,
			 struct dc_walk_state in, struct dc_walk_state *ret_true,
			 struct dc_walk_state *ret_false)
{
	struct dc_walk_state on, off, right_true, right_false;

	dc_walk_condition(walk, left, in, &on, &off);
	dc_walk_condition(walk, right, is_and ? on : off, &right_true, &right_false);
	*ret_true = is_and ? right_true : dc_walk_join(walk, on, right_true);
	*ret_false = is_and ? dc_walk_join(walk, off, right_false) : right_false;
}

static bool is_call_to(struct dc_walk *walk, CXCursor expr, const char *name)
{
	return clang_getCursorKind(expr) == CXCursor_CallExpr &&
	       !strcmp(dc_ast_spelling(walk->facts, expr), name);
}

/* x == 0 and x != 0, the tested call on the left. */
static bool unwrap_comparison(CXCursor at, CXCursor *expr, bool *negated)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(at);
	dc_ast_cursors children = {0};
	long long value;
	bool changed;

	if (op != CXBinaryOperator_EQ && op != CXBinaryOperator_NE)
		return false;
	dc_ast_children(at, &children);
	changed = children.len == 2 && dc_ast_constant(children.at[1], &value) && !value &&
		  clang_getCursorKind(dc_ast_strip(children.at[0])) == CXCursor_CallExpr;
	if (changed) {
		*expr = children.at[0];
		*negated ^= op == CXBinaryOperator_EQ;
	}
	dc_vec_done(&children);
	return changed;
}

/* Unwraps !x, x == 0 and __builtin_expect(x, y). Returns true if expr changed. */
static bool unwrap_condition(struct dc_walk *walk, CXCursor *expr, bool *negated)
{
	CXCursor at = dc_ast_strip(*expr);
	dc_ast_cursors children = {0};
	bool changed = false;

	if (is_call_to(walk, at, "__builtin_expect")) {
		*expr = clang_Cursor_getArgument(at, 0);
		return true;
	}
	if (clang_getCursorKind(at) == CXCursor_BinaryOperator)
		return unwrap_comparison(at, expr, negated);
	if (clang_getCursorKind(at) == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_LNot) {
		dc_ast_children(at, &children);
		changed = children.len == 1;
		if (changed) {
			*expr = children.at[0];
			*negated = !*negated;
		}
		dc_vec_done(&children);
	}
	return changed;
}

/* The rule of a call that takes a lock or not and says which; NULL: expr is none. */
static const struct dc_lock_rule *trylock_rule(struct dc_walk *walk, CXCursor expr)
{
	const struct dc_lock_rule *rule;

	if (clang_getCursorKind(expr) != CXCursor_CallExpr)
		return NULL;
	rule = lock_rule(walk, expr);
	return rule && rule->op == DC_LOCK_TRIES ? rule : NULL;
}

static void walk_test(struct dc_walk *walk, CXCursor expr, struct dc_walk_state in,
		      struct dc_walk_state *ret_true, struct dc_walk_state *ret_false)
{
	CXCursor at = dc_ast_strip(expr), outer = walk->tested;
	const struct dc_lock_rule *rule = trylock_rule(walk, at);

	if (rule)
		walk->tested = at;
	dc_walk_expr(walk, expr, DC_FACT_READ, &in);
	walk->tested = outer;
	*ret_true = dc_walk_fork(walk, in);
	*ret_false = dc_walk_fork(walk, in);
	if (rule)
		apply_lock(walk, at, rule->zero ? ret_false : ret_true);
}

void dc_walk_condition(struct dc_walk *walk, CXCursor expr, struct dc_walk_state in,
		       struct dc_walk_state *ret_true, struct dc_walk_state *ret_false)
{
	enum CXBinaryOperatorKind op = CXBinaryOperator_Invalid;
	bool negated = false;
	long long value;
	CXCursor at;

	while (unwrap_condition(walk, &expr, &negated))
		;
	if (negated) {
		struct dc_walk_state *swap = ret_true;

		ret_true = ret_false;
		ret_false = swap;
	}
	if (!in.live && !dc_ast_has_label(expr)) {
		*ret_true = *ret_false = in;
		return;
	}
	at = dc_ast_strip(expr);
	if (clang_getCursorKind(at) == CXCursor_BinaryOperator)
		op = clang_getCursorBinaryOperatorKind(at);
	if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
		dc_ast_cursors children = {0};

		dc_ast_children(at, &children);
		if (children.len == 2)
			walk_logical(walk, children.at[0], children.at[1],
				     op == CXBinaryOperator_LAnd, in, ret_true, ret_false);
		dc_vec_done(&children);
	} else if (dc_ast_constant(expr, &value)) {
		*ret_true = *ret_false = in;
		(value ? ret_false : ret_true)->live = false;
	} else {
		walk_test(walk, expr, in, ret_true, ret_false);
	}
}

static void walk_conditional(struct dc_walk *walk, CXCursor expr, unsigned how,
			     struct dc_walk_state *state)
{
	struct dc_walk_state on, off;
	dc_ast_cursors children = {0};

	dc_ast_children(expr, &children);
	if (children.len == 3) {
		dc_walk_condition(walk, children.at[0], *state, &on, &off);
		if (on.live)
			dc_walk_expr(walk, children.at[1], how, &on);
		if (off.live)
			dc_walk_expr(walk, children.at[2], how, &off);
		*state = dc_walk_join(walk, on, off);
	} else {
		size_t i;

		for (i = 0; i < children.len; i++)
			dc_walk_expr(walk, children.at[i], how, state);
	}
	dc_vec_done(&children);
}

static void walk_binary(struct dc_walk *walk, CXCursor expr, struct dc_walk_state *state)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(expr);
	dc_ast_cursors children = {0};

	dc_ast_children(expr, &children);
	if (children.len != 2) {
		dc_vec_done(&children);
		return;
	}
	if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
		struct dc_walk_state on, off;

		walk_logical(walk, children.at[0], children.at[1], op == CXBinaryOperator_LAnd,
			     *state, &on, &off);
		*state = dc_walk_join(walk, on, off);
	} else if (op == CXBinaryOperator_Assign) {
		const char *cell = dc_flow_cell(walk->facts, walk->symbol, children.at[0]);

		dc_walk_expr(walk, children.at[1], DC_FACT_READ, state);
		dc_walk_expr(walk, children.at[0], DC_FACT_WRITE, state);
		dc_flow_assign(walk->facts, walk->symbol, cell, clang_getCursorType(children.at[0]),
			       children.at[1]);
	} else {
		dc_walk_expr(walk, children.at[0], DC_FACT_READ, state);
		dc_walk_expr(walk, children.at[1], DC_FACT_READ, state);
	}
	dc_vec_done(&children);
}

/* Children of an expression that has no rule of its own, all or only the last. */
void dc_walk_children(struct dc_walk *walk, CXCursor expr, unsigned how, bool last_only,
		      struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};
	size_t i;

	dc_ast_children(expr, &children);
	for (i = last_only && children.len ? children.len - 1 : 0; i < children.len; i++)
		dc_walk_expr(walk, children.at[i], how, state);
	dc_vec_done(&children);
}

static void walk_compound_assign(struct dc_walk *walk, CXCursor expr, struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};

	dc_ast_children(expr, &children);
	if (children.len == 2) {
		dc_walk_expr(walk, children.at[1], DC_FACT_READ, state);
		dc_walk_expr(walk, children.at[0], DC_FACT_READ | DC_FACT_WRITE, state);
	}
	dc_vec_done(&children);
}

/* __builtin_choose_expr: three children of which the first, a constant, chooses. */
static bool walk_choose(struct dc_walk *walk, CXCursor expr, unsigned how,
			struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};
	long long value;
	bool chose;

	dc_ast_children(expr, &children);
	chose = children.len == 3 && dc_ast_constant(children.at[0], &value);
	if (chose)
		dc_walk_expr(walk, children.at[value ? 1 : 2], how, state);
	dc_vec_done(&children);
	return chose;
}

/* An object of a structure type read or written as one. */
static void note_whole(struct dc_walk *walk, CXCursor expr, enum CXCursorKind kind, unsigned how)
{
	bool place = kind == CXCursor_DeclRefExpr || kind == CXCursor_MemberRefExpr ||
		     kind == CXCursor_ArraySubscriptExpr ||
		     (kind == CXCursor_UnaryOperator &&
		      clang_getCursorUnaryOperatorKind(expr) == CXUnaryOperator_Deref);

	if (place && !(how & (DC_FACT_PART | DC_FACT_ADDRESS)) &&
	    clang_getCanonicalType(clang_getCursorType(expr)).kind == CXType_Record)
		dc_walk_whole(walk, clang_getCursorType(expr), how);
}

void dc_walk_expr(struct dc_walk *walk, CXCursor expr, unsigned how, struct dc_walk_state *state)
{
	note_whole(walk, expr, clang_getCursorKind(expr), how);
	switch ((int)clang_getCursorKind(expr)) {
	case CXCursor_CallExpr:
		walk_call(walk, expr, state);
		break;
	case CXCursor_DeclRefExpr:
		walk_name(walk, expr, how);
		break;
	case CXCursor_MemberRefExpr:
		walk_member(walk, expr, how, state);
		break;
	case CXCursor_ArraySubscriptExpr:
		walk_subscript(walk, expr, how, state);
		break;
	case CXCursor_UnaryOperator:
		walk_unary(walk, expr, state);
		break;
	case CXCursor_BinaryOperator:
		walk_binary(walk, expr, state);
		break;
	case CXCursor_CompoundAssignOperator:
		walk_compound_assign(walk, expr, state);
		break;
	case CXCursor_ConditionalOperator:
		walk_conditional(walk, expr, how, state);
		break;
	case CXCursor_StmtExpr: {
		dc_ast_cursors children = {0};

		dc_ast_children(expr, &children);
		if (children.len)
			dc_walk_compound(walk, children.at[0], state);
		dc_vec_done(&children);
		break;
	}
	case CXCursor_UnaryExpr: /* sizeof, alignof */
	case CXCursor_TypeRef:
	case CXCursor_MemberRef:
		break;
	case CXCursor_CStyleCastExpr:
		dc_walk_cast(walk, expr);
		dc_walk_children(walk, expr, how, true, state);
		break;
	case CXCursor_ParenExpr:
		dc_walk_children(walk, expr, how, true, state);
		break;
	case CXCursor_CompoundLiteralExpr:
		dc_flow_assign(walk->facts, walk->symbol, NULL, clang_getCursorType(expr), expr);
		dc_walk_children(walk, expr, DC_FACT_READ, true, state);
		break;
	case CXCursor_UnexposedExpr:
		dc_walk_cast(walk, expr);
		if (!walk_choose(walk, expr, how, state))
			dc_walk_children(walk, expr, how, false, state);
		break;
	default:
		if (clang_isStatement(clang_getCursorKind(expr)))
			dc_walk_stmt(walk, expr, state);
		else
			dc_walk_children(walk, expr, DC_FACT_READ, false, state);
	}
}
