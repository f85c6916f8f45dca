/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A body is walked in the order of execution with the set of locks that may be held, one bit a
 * lock. Branches are joined by union, so a lock is "maybe held" unless every way released it: the
 * safe side. Loops and backward gotos need the set at their end to know the set at their start:
 * a body with locks is walked silently until nothing grows, then once more to record.
 *
 * What clang's own code generator leaves out is left out here too: branches on a constant,
 * statements after a jump, operands of sizeof and typeof. So the direct edges are those of the
 * compiler's unoptimised output.
 */
#include "graph/walk.h"

#include <stdlib.h>
#include <string.h>

#include "graph/values.h"

struct state {
	uint64_t locks;
	bool live; /* false: nothing gets here */
};

/* A target of break, continue, goto or case. */
struct join {
	const char *label; /* of labels */
	struct state state;
};

struct walk {
	struct facts *facts;
	const char *symbol;
	CXType result;
	dc_indices locks; /* this function's locks: bit i is facts->locks[locks.at[i]] */
	DC_VEC(struct join) labels;
	struct join *leave, *again; /* of the innermost loop or switch */
	struct state *cases; /* state at the head of the innermost switch */
	bool cases_known; /* its value is a constant ... */
	long long case_value; /* ... this one */
	bool case_taken; /* and its case has been seen */
	bool has_default;
	bool silent; /* do not record */
	bool grown; /* a label's state grew in this pass */
	bool jumps_back; /* there is a loop or a label */
};

static void walk_stmt(struct walk *walk, CXCursor stmt, struct state *state);
static void walk_expr(struct walk *walk, CXCursor expr, unsigned how, struct state *state);

static struct state join_states(struct state a, struct state b)
{
	if (!a.live)
		return b;
	if (!b.live)
		return a;
	return (struct state){.locks = a.locks | b.locks, .live = true};
}

/* Locks */

/* Bit of a lock in this function; the 64th and all later ones share a bit. */
static uint64_t lock_bit(struct walk *walk, unsigned lock)
{
	size_t i;

	for (i = 0; i < walk->locks.len; i++)
		if (walk->locks.at[i] == lock)
			break;
	if (i == walk->locks.len && i < 64)
		dc_vec_push(&walk->locks, lock);
	return UINT64_C(1) << (i < 64 ? i : 63);
}

/* What a lock argument names: the cell behind &, spinlock_check() and the like. */
static const char *lock_object(struct walk *walk, CXCursor argument)
{
	CXCursor at = ast_strip(argument);
	const char *cell;

	while (clang_getCursorKind(at) == CXCursor_CallExpr &&
	       clang_Cursor_getNumArguments(at) == 1)
		at = ast_strip(clang_Cursor_getArgument(at, 0));
	cell = values_cell(walk->facts, walk->symbol, at);
	return cell ? cell : facts_name(walk->facts, "(unknown)");
}

static unsigned lock_of_call(struct walk *walk, const struct dc_lock_rule *rule, CXCursor call)
{
	const char *name = "";
	int arguments = clang_Cursor_getNumArguments(call);

	if (rule->argument >= 0 && rule->argument < arguments)
		name = lock_object(walk, clang_Cursor_getArgument(call, (unsigned)rule->argument));
	return facts_lock(walk->facts, name, rule->class);
}

static const struct dc_lock_rule *lock_rule(struct walk *walk, CXCursor call)
{
	CXCursor callee = clang_getCursorReferenced(call);

	if (clang_getCursorKind(callee) != CXCursor_FunctionDecl)
		return NULL;
	return dc_family_lock(walk->facts->family, ast_spelling(walk->facts, callee));
}

static void apply_lock(struct walk *walk, CXCursor call, struct state *state)
{
	const struct dc_lock_rule *rule = lock_rule(walk, call);
	unsigned lock;
	uint64_t bit;

	if (!rule)
		return;
	lock = lock_of_call(walk, rule, call);
	bit = lock_bit(walk, lock);
	if (rule->op == DC_LOCK_RELEASES) {
		state->locks &= ~bit;
		return;
	}
	state->locks |= bit;
	if (!walk->silent)
		dc_vec_push(&walk->facts->regions,
			    (struct fact_region){.function = walk->symbol, .lock = lock});
}

/* Calls */

static void record_address(struct walk *walk, CXCursor function)
{
	const char *signature = ast_type(walk->facts, clang_getCursorType(function));

	if (!walk->silent)
		dc_vec_push(&walk->facts->addresses,
			    (struct fact_address){.from = walk->symbol,
						  .symbol = ast_symbol(walk->facts, function),
						  .signature = signature});
}

static void held_locks(const struct walk *walk, uint64_t bits, dc_indices *ret)
{
	size_t i;

	for (i = 0; i < walk->locks.len; i++)
		if (bits >> i & 1)
			dc_vec_push(ret, walk->locks.at[i]);
}

static void record_call(struct walk *walk, CXCursor call, CXCursor callee, CXCursor pointer,
			const struct state *state)
{
	struct facts *facts = walk->facts;
	struct fact_call fact = {
		.caller = walk->symbol,
		.line = ast_place(call).line,
		.in_macro = ast_in_macro(call),
		.first_value = (unsigned)facts->values.len,
	};

	if (clang_getCursorKind(callee) == CXCursor_FunctionDecl) {
		fact.callee = ast_symbol(facts, callee);
	} else {
		const char *cell = values_cell(facts, walk->symbol, pointer);

		fact.through = cell ? cell : "";
		if (!ast_function_pointer(facts, clang_getCursorType(pointer), &fact.signature))
			fact.signature = "";
		values_of(facts, walk->symbol, pointer, &facts->values);
		fact.value_count = (unsigned)facts->values.len - fact.first_value;
	}
	held_locks(walk, state->locks, &fact.locks);
	dc_vec_push(&facts->calls, fact);
}

/* Arguments flow into the callee's parameters, or into the kernel function's argument cells. */
static void record_arguments(struct walk *walk, CXCursor call, CXCursor callee)
{
	int i, count = clang_Cursor_getNumArguments(call);
	const char *symbol;

	if (walk->silent || clang_getCursorKind(callee) != CXCursor_FunctionDecl)
		return;
	symbol = ast_symbol(walk->facts, callee);
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);
		enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(argument)).kind;

		if (kind == CXType_Pointer || kind == CXType_ULong || kind == CXType_FunctionProto)
			values_assign(walk->facts, walk->symbol,
				      facts_namef(walk->facts, "%s#%d", symbol, i),
				      clang_getCursorType(argument), argument);
	}
}

static bool is_builtin(const char *name)
{
	return !strncmp(name, "__builtin_", 10);
}

static void walk_call(struct walk *walk, CXCursor call, struct state *state)
{
	CXCursor callee = clang_getCursorReferenced(call), pointer;
	bool direct = clang_getCursorKind(callee) == CXCursor_FunctionDecl;
	ast_cursors children = {0};
	const char *name;
	size_t i;

	ast_children(call, &children);
	if (!children.len)
		return;
	pointer = ast_strip(children.at[0]);
	if (!direct && clang_getCursorKind(pointer) == CXCursor_DeclRefExpr) {
		callee = clang_getCursorReferenced(pointer); /* (f)(x), (*f)(x) */
		direct = clang_getCursorKind(callee) == CXCursor_FunctionDecl;
	}
	name = direct ? ast_spelling(walk->facts, callee) : "";
	if (direct &&
	    (!strcmp(name, "__builtin_constant_p") || !strcmp(name, "__builtin_object_size"))) {
		dc_vec_done(&children); /* operands not evaluated */
		return;
	}
	if (!direct)
		walk_expr(walk, children.at[0], FACT_READ, state);
	for (i = 1; i < children.len; i++)
		walk_expr(walk, children.at[i], FACT_READ, state);
	dc_vec_done(&children);
	if (!walk->silent && !is_builtin(name)) {
		record_call(walk, call, callee, pointer, state);
		record_arguments(walk, call, callee);
		if (direct && !ast_driver_file(walk->facts, ast_place(callee).file))
			walk_kernel_function(walk->facts, callee, true);
	}
	apply_lock(walk, call, state);
}

/* Accesses */

static void record_access(struct walk *walk, const char *type, const char *name, unsigned how)
{
	if (!walk->silent)
		dc_vec_push(&walk->facts->accesses, (struct fact_access){.function = walk->symbol,
									 .type = type,
									 .name = name,
									 .how = how});
}

static void walk_name(struct walk *walk, CXCursor expr, unsigned how)
{
	CXCursor to = clang_getCursorReferenced(expr);
	enum CX_StorageClass storage;

	if (clang_getCursorKind(to) == CXCursor_FunctionDecl) {
		record_address(walk, to);
		return;
	}
	if (clang_getCursorKind(to) != CXCursor_VarDecl)
		return;
	storage = clang_Cursor_getStorageClass(to);
	if (clang_getCursorLinkage(to) != CXLinkage_NoLinkage || storage == CX_SC_Static)
		record_access(walk, NULL, values_variable(walk->facts, walk->symbol, to), how);
}

static void walk_member(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
	CXCursor field = clang_getCursorReferenced(expr);
	ast_cursors children = {0};
	CXType base;

	if (clang_getCursorKind(field) == CXCursor_FieldDecl)
		record_access(walk, ast_record(walk->facts, field),
			      ast_spelling(walk->facts, field), how);
	ast_children(expr, &children);
	if (children.len) {
		base = clang_getCanonicalType(clang_getCursorType(children.at[0]));
		walk_expr(walk, children.at[0], base.kind == CXType_Pointer ? FACT_READ : how,
			  state);
	}
	dc_vec_done(&children);
}

static void walk_subscript(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
	ast_cursors children = {0};

	ast_children(expr, &children);
	if (children.len == 2) {
		CXType base = clang_getCursorType(ast_strip(children.at[0]));
		enum CXTypeKind kind = clang_getCanonicalType(base).kind;

		walk_expr(walk, children.at[0],
			  kind == CXType_ConstantArray || kind == CXType_IncompleteArray
				  ? how
				  : FACT_READ,
			  state);
		walk_expr(walk, children.at[1], FACT_READ, state);
	}
	dc_vec_done(&children);
}

static void walk_unary(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
	ast_cursors children = {0};
	const char *record;

	ast_children(expr, &children);
	if (!children.len)
		return;
	switch (clang_getCursorUnaryOperatorKind(expr)) {
	case CXUnaryOperator_AddrOf:
		walk_expr(walk, children.at[0], FACT_ADDRESS, state);
		break;
	case CXUnaryOperator_PreInc:
	case CXUnaryOperator_PreDec:
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PostDec:
		walk_expr(walk, children.at[0], FACT_READ | FACT_WRITE, state);
		break;
	case CXUnaryOperator_Deref:
		record = ast_record_type(walk->facts, clang_getCursorType(expr));
		if (record) /* a whole structure */
			record_access(walk, record, facts_name(walk->facts, "*"), how);
		walk_expr(walk, children.at[0], FACT_READ, state);
		break;
	default:
		walk_expr(walk, children.at[0], FACT_READ, state);
	}
	dc_vec_done(&children);
}

/* Conditions: the state where the condition is true and where it is false. */

static void walk_condition(struct walk *walk, CXCursor expr, struct state in,
			   struct state *ret_true, struct state *ret_false);

static void walk_logical(struct walk *walk, CXCursor left, CXCursor right, bool is_and,
			 struct state in, struct state *ret_true, struct state *ret_false)
{
	struct state on, off, right_true, right_false;

	walk_condition(walk, left, in, &on, &off);
	walk_condition(walk, right, is_and ? on : off, &right_true, &right_false);
	*ret_true = is_and ? right_true : join_states(on, right_true);
	*ret_false = is_and ? join_states(off, right_false) : right_false;
}

static bool is_call_to(struct walk *walk, CXCursor expr, const char *name)
{
	return clang_getCursorKind(expr) == CXCursor_CallExpr &&
	       !strcmp(ast_spelling(walk->facts, expr), name);
}

/* Unwraps !x and __builtin_expect(x, y). Returns true if expr changed. */
static bool unwrap_condition(struct walk *walk, CXCursor *expr, bool *negated)
{
	CXCursor at = ast_strip(*expr);
	ast_cursors children = {0};
	bool changed = false;

	if (is_call_to(walk, at, "__builtin_expect")) {
		*expr = clang_Cursor_getArgument(at, 0);
		return true;
	}
	if (clang_getCursorKind(at) == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(at) == CXUnaryOperator_LNot) {
		ast_children(at, &children);
		changed = children.len == 1;
		if (changed) {
			*expr = children.at[0];
			*negated = !*negated;
		}
		dc_vec_done(&children);
	}
	return changed;
}

static bool is_trylock(struct walk *walk, CXCursor expr)
{
	const struct dc_lock_rule *rule;

	if (clang_getCursorKind(expr) != CXCursor_CallExpr)
		return false;
	rule = lock_rule(walk, expr);
	return rule && rule->op == DC_LOCK_TRIES;
}

static void walk_condition(struct walk *walk, CXCursor expr, struct state in,
			   struct state *ret_true, struct state *ret_false)
{
	bool negated = false;
	CXCursor at;
	enum CXBinaryOperatorKind op = CXBinaryOperator_Invalid;
	long long value;

	while (unwrap_condition(walk, &expr, &negated))
		;
	if (negated) {
		struct state *swap = ret_true;

		ret_true = ret_false;
		ret_false = swap;
	}
	if (!in.live && !ast_has_label(expr)) {
		*ret_true = *ret_false = in;
		return;
	}
	at = ast_strip(expr);
	if (clang_getCursorKind(at) == CXCursor_BinaryOperator)
		op = clang_getCursorBinaryOperatorKind(at);
	if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
		ast_cursors children = {0};

		ast_children(at, &children);
		if (children.len == 2)
			walk_logical(walk, children.at[0], children.at[1],
				     op == CXBinaryOperator_LAnd, in, ret_true, ret_false);
		dc_vec_done(&children);
		return;
	}
	if (ast_constant(expr, &value)) {
		*ret_true = *ret_false = in;
		(value ? ret_false : ret_true)->live = false;
		return;
	}
	*ret_false = in;
	walk_expr(walk, expr, FACT_READ, &in);
	*ret_true = in;
	if (!is_trylock(walk, at))
		*ret_false = in;
}

static void walk_conditional(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
	struct state on, off;
	ast_cursors children = {0};

	ast_children(expr, &children);
	if (children.len == 3) {
		walk_condition(walk, children.at[0], *state, &on, &off);
		if (on.live)
			walk_expr(walk, children.at[1], how, &on);
		if (off.live)
			walk_expr(walk, children.at[2], how, &off);
		*state = join_states(on, off);
	} else {
		size_t i;

		for (i = 0; i < children.len; i++)
			walk_expr(walk, children.at[i], how, state);
	}
	dc_vec_done(&children);
}

static void walk_binary(struct walk *walk, CXCursor expr, struct state *state)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(expr);
	ast_cursors children = {0};

	ast_children(expr, &children);
	if (children.len != 2) {
		dc_vec_done(&children);
		return;
	}
	if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr) {
		struct state on, off;

		walk_logical(walk, children.at[0], children.at[1], op == CXBinaryOperator_LAnd,
			     *state, &on, &off);
		*state = join_states(on, off);
	} else if (op == CXBinaryOperator_Assign) {
		const char *cell = values_cell(walk->facts, walk->symbol, children.at[0]);

		walk_expr(walk, children.at[1], FACT_READ, state);
		walk_expr(walk, children.at[0], FACT_WRITE, state);
		if (!walk->silent)
			values_assign(walk->facts, walk->symbol, cell,
				      clang_getCursorType(children.at[0]), children.at[1]);
	} else {
		walk_expr(walk, children.at[0], FACT_READ, state);
		walk_expr(walk, children.at[1], FACT_READ, state);
	}
	dc_vec_done(&children);
}

/* Children of an expression that has no rule of its own, all or only the last. */
static void walk_children(struct walk *walk, CXCursor expr, unsigned how, bool last_only,
			  struct state *state)
{
	ast_cursors children = {0};
	size_t i;

	ast_children(expr, &children);
	for (i = last_only && children.len ? children.len - 1 : 0; i < children.len; i++)
		walk_expr(walk, children.at[i], how, state);
	dc_vec_done(&children);
}

static void walk_compound_assign(struct walk *walk, CXCursor expr, struct state *state)
{
	ast_cursors children = {0};

	ast_children(expr, &children);
	if (children.len == 2) {
		walk_expr(walk, children.at[1], FACT_READ, state);
		walk_expr(walk, children.at[0], FACT_READ | FACT_WRITE, state);
	}
	dc_vec_done(&children);
}

/* __builtin_choose_expr: three children of which the first, a constant, chooses. */
static bool walk_choose(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
	ast_cursors children = {0};
	long long value;
	bool chose;

	ast_children(expr, &children);
	chose = children.len == 3 && ast_constant(children.at[0], &value);
	if (chose)
		walk_expr(walk, children.at[value ? 1 : 2], how, state);
	dc_vec_done(&children);
	return chose;
}

static void walk_compound(struct walk *walk, CXCursor stmt, struct state *state);

static void walk_expr(struct walk *walk, CXCursor expr, unsigned how, struct state *state)
{
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
		walk_unary(walk, expr, how, state);
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
		ast_cursors children = {0};

		ast_children(expr, &children);
		if (children.len)
			walk_compound(walk, children.at[0], state);
		dc_vec_done(&children);
		break;
	}
	case CXCursor_UnaryExpr: /* sizeof, alignof */
	case CXCursor_TypeRef:
	case CXCursor_MemberRef:
		break;
	case CXCursor_CStyleCastExpr:
	case CXCursor_ParenExpr:
		walk_children(walk, expr, how, true, state);
		break;
	case CXCursor_CompoundLiteralExpr:
		if (!walk->silent)
			values_assign(walk->facts, walk->symbol, NULL, clang_getCursorType(expr),
				      expr);
		walk_children(walk, expr, FACT_READ, true, state);
		break;
	case CXCursor_UnexposedExpr:
		if (!walk_choose(walk, expr, how, state))
			walk_children(walk, expr, how, false, state);
		break;
	default:
		if (clang_isStatement(clang_getCursorKind(expr)))
			walk_stmt(walk, expr, state);
		else
			walk_children(walk, expr, FACT_READ, false, state);
	}
}

/* Statements */

static struct join *label(struct walk *walk, CXCursor cursor)
{
	const char *name = ast_spelling(walk->facts, cursor);
	struct join *join;

	dc_vec_each (join, &walk->labels)
		if (join->label == name)
			return join;
	dc_vec_push(&walk->labels, (struct join){.label = name});
	return &walk->labels.at[walk->labels.len - 1];
}

/* Control goes from here to a join; what follows is dead. */
static void jump(struct walk *walk, struct join *to, struct state *state)
{
	struct state joined;

	if (to && state->live) {
		joined = join_states(to->state, *state);
		if (to->label && (joined.locks != to->state.locks || joined.live != to->state.live))
			walk->grown = true;
		to->state = joined;
	}
	state->live = false;
}

static void walk_variable(struct walk *walk, CXCursor variable, struct state *state)
{
	CXCursor init = clang_Cursor_getVarDeclInitializer(variable);

	if (clang_Cursor_isNull(init))
		return;
	walk_expr(walk, init, FACT_READ, state);
	if (!walk->silent)
		values_assign(walk->facts, walk->symbol,
			      values_variable(walk->facts, walk->symbol, variable),
			      clang_getCursorType(variable), init);
}

static void walk_declarations(struct walk *walk, CXCursor stmt, struct state *state)
{
	ast_cursors children = {0};
	size_t i;

	ast_children(stmt, &children);
	for (i = 0; i < children.len; i++)
		if (clang_getCursorKind(children.at[i]) == CXCursor_VarDecl)
			walk_variable(walk, children.at[i], state);
	dc_vec_done(&children);
}

static void walk_if(struct walk *walk, const ast_cursors *children, struct state *state)
{
	struct state on, off;

	walk_condition(walk, children->at[0], *state, &on, &off);
	walk_stmt(walk, children->at[1], &on);
	if (children->len > 2)
		walk_stmt(walk, children->at[2], &off);
	*state = join_states(on, off);
}

/* do { } while (0), the wrapping of macros: no loop at all. */
static bool loop_is_block(enum CXCursorKind kind, const ast_cursors *children)
{
	long long value;

	return kind == CXCursor_DoStmt && children->len == 2 &&
	       ast_constant(children->at[1], &value) && !value;
}

static void walk_block(struct walk *walk, CXCursor body, struct state *state)
{
	struct join end = {0}, *outer_leave = walk->leave, *outer_again = walk->again;

	walk->leave = walk->again = &end;
	walk_stmt(walk, body, state);
	*state = join_states(*state, end.state);
	walk->leave = outer_leave;
	walk->again = outer_again;
}

/* Any loop: the body is the last child (the first of do); conditions and steps are the others.
 * endless: control leaves it by break only. */
static void walk_loop(struct walk *walk, const ast_cursors *children, bool is_do, bool endless,
		      struct state *state)
{
	struct join leave = {0}, again = {0}, *outer_leave = walk->leave,
		    *outer_again = walk->again;
	struct state head = *state, out = {0};
	size_t body = is_do ? 0 : children->len - 1, i;
	bool silent = walk->silent, done;
	uint64_t before;

	walk->jumps_back = true;
	if (children->len > 1 && !is_do) /* the condition is evaluated at least once */
		for (i = 0; i < body; i++)
			walk_expr(walk, children->at[i], FACT_READ, &head);
	walk->leave = &leave;
	walk->again = &again;
	/* Without locks one round tells all; with locks, silent ones come first. */
	walk->silent |= walk->locks.len > 0;
	do {
		before = head.locks;
		out = head;
		walk_stmt(walk, children->at[body], &out);
		out = join_states(out, again.state);
		if (is_do && children->len > 1 && out.live)
			walk_expr(walk, children->at[1], FACT_READ, &out);
		head = join_states(head, out);
		done = walk->silent == silent;
		if (head.locks == before)
			walk->silent = silent;
	} while (!done || head.locks != before);
	walk->leave = outer_leave;
	walk->again = outer_again;
	*state = is_do ? out : head;
	if (endless)
		state->live = false;
	*state = join_states(*state, leave.state);
}

static bool loop_is_endless(enum CXCursorKind kind, const ast_cursors *children)
{
	long long value;

	if (kind == CXCursor_ForStmt)
		return children->len == 1;
	return ast_constant(children->at[kind == CXCursor_DoStmt ? children->len - 1 : 0],
			    &value) &&
	       value;
}

static void walk_switch(struct walk *walk, const ast_cursors *children, struct state *state)
{
	struct join leave = {0}, *outer_leave = walk->leave;
	struct state head, *outer_cases = walk->cases, body = {0};
	bool outer_known = walk->cases_known, outer_taken = walk->case_taken;
	bool outer_default = walk->has_default;
	long long outer_value = walk->case_value;

	walk->cases_known = ast_constant(children->at[0], &walk->case_value);
	walk->case_taken = walk->has_default = false;
	walk_expr(walk, children->at[0], FACT_READ, state);
	head = *state;
	walk->leave = &leave;
	walk->cases = &head;
	walk_stmt(walk, children->at[children->len - 1], &body);
	if (walk->has_default || (walk->case_taken && walk->cases_known))
		head.live = false; /* no value passes the switch by */
	*state = join_states(join_states(body, leave.state), head);
	walk->leave = outer_leave;
	walk->cases = outer_cases;
	walk->cases_known = outer_known;
	walk->case_value = outer_value;
	walk->case_taken = outer_taken;
	walk->has_default = outer_default;
}

/* case VALUE: and default: */
static void walk_case(struct walk *walk, CXCursor stmt, const ast_cursors *children,
		      struct state *state)
{
	bool is_default = clang_getCursorKind(stmt) == CXCursor_DefaultStmt;
	bool taken = true;
	long long value;

	walk->has_default |= is_default;
	if (walk->cases_known && is_default)
		taken = !walk->case_taken;
	else if (walk->cases_known && children->len > 1 && ast_constant(children->at[0], &value))
		taken = value == walk->case_value;
	if (taken && walk->cases) {
		walk->case_taken = true;
		*state = join_states(*state, *walk->cases);
	}
	if (children->len)
		walk_stmt(walk, children->at[children->len - 1], state);
}

static void walk_return(struct walk *walk, const ast_cursors *children, struct state *state)
{
	if (children->len) {
		walk_expr(walk, children->at[0], FACT_READ, state);
		if (!walk->silent)
			values_assign(walk->facts, walk->symbol,
				      facts_namef(walk->facts, "%s()", walk->symbol), walk->result,
				      children->at[0]);
	}
	state->live = false;
}

static void walk_compound(struct walk *walk, CXCursor stmt, struct state *state)
{
	ast_cursors children = {0};
	size_t i;

	ast_children(stmt, &children);
	for (i = 0; i < children.len; i++)
		walk_stmt(walk, children.at[i], state);
	dc_vec_done(&children);
}

static void walk_branching(struct walk *walk, CXCursor stmt, struct state *state)
{
	enum CXCursorKind kind = clang_getCursorKind(stmt);
	ast_cursors children = {0};
	struct join *join;

	ast_children(stmt, &children);
	switch ((int)kind) {
	case CXCursor_IfStmt:
		if (children.len >= 2)
			walk_if(walk, &children, state);
		break;
	case CXCursor_WhileStmt:
	case CXCursor_ForStmt:
	case CXCursor_DoStmt:
		if (loop_is_block(kind, &children))
			walk_block(walk, children.at[0], state);
		else if (children.len)
			walk_loop(walk, &children, kind == CXCursor_DoStmt,
				  loop_is_endless(kind, &children), state);
		break;
	case CXCursor_SwitchStmt:
		if (children.len >= 2)
			walk_switch(walk, &children, state);
		break;
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt:
		walk_case(walk, stmt, &children, state);
		break;
	case CXCursor_ReturnStmt:
		walk_return(walk, &children, state);
		break;
	case CXCursor_LabelStmt:
		walk->jumps_back = true;
		join = label(walk, stmt);
		*state = join_states(*state, join->state);
		state->live = true;
		if (children.len)
			walk_stmt(walk, children.at[0], state);
		break;
	case CXCursor_GotoStmt:
		jump(walk, children.len ? label(walk, children.at[0]) : NULL, state);
		break;
	default:
		break;
	}
	dc_vec_done(&children);
}

static void walk_stmt(struct walk *walk, CXCursor stmt, struct state *state)
{
	if (!state->live && !ast_has_label(stmt))
		return;
	switch ((int)clang_getCursorKind(stmt)) {
	case CXCursor_CompoundStmt:
		walk_compound(walk, stmt, state);
		break;
	case CXCursor_DeclStmt:
		walk_declarations(walk, stmt, state);
		break;
	case CXCursor_BreakStmt:
		jump(walk, walk->leave, state);
		break;
	case CXCursor_ContinueStmt:
		jump(walk, walk->again, state);
		break;
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt:
	case CXCursor_ForStmt:
	case CXCursor_DoStmt:
	case CXCursor_SwitchStmt:
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt:
	case CXCursor_ReturnStmt:
	case CXCursor_LabelStmt:
	case CXCursor_GotoStmt:
		walk_branching(walk, stmt, state);
		break;
	case CXCursor_NullStmt:
		break;
	case CXCursor_GCCAsmStmt:
	case CXCursor_UnexposedStmt: /* an attributed statement, or assembly */
		walk_children(walk, stmt, FACT_READ | FACT_WRITE, false, state);
		break;
	default:
		if (clang_isExpression(clang_getCursorKind(stmt)))
			walk_expr(walk, stmt, FACT_READ, state);
		else
			walk_children(walk, stmt, FACT_READ, false, state);
	}
}

static CXCursor body_of(CXCursor function)
{
	ast_cursors children = {0};
	CXCursor body = clang_getNullCursor();

	ast_children(function, &children);
	if (children.len &&
	    clang_getCursorKind(children.at[children.len - 1]) == CXCursor_CompoundStmt)
		body = children.at[children.len - 1];
	dc_vec_done(&children);
	return body;
}

static void walk_body(struct walk *walk, CXCursor body)
{
	struct state state = {.live = true};

	walk->grown = false;
	walk_compound(walk, body, &state);
}

void walk_function(struct facts *facts, CXCursor function, const char *symbol)
{
	struct walk walk = {
		.facts = facts,
		.symbol = symbol,
		.result = clang_getResultType(clang_getCursorType(function)),
	};
	CXCursor body = body_of(function);
	size_t calls = facts->calls.len, regions = facts->regions.len, i;
	size_t values = facts->values.len, flows = facts->flows.len;
	size_t addresses = facts->addresses.len, accesses = facts->accesses.len;

	if (clang_Cursor_isNull(body))
		return;
	walk_body(&walk, body);
	if (walk.locks.len && walk.jumps_back) {
		for (i = calls; i < facts->calls.len; i++)
			dc_vec_done(&facts->calls.at[i].locks);
		facts->calls.len = calls;
		facts->regions.len = regions;
		facts->values.len = values;
		facts->flows.len = flows;
		facts->addresses.len = addresses;
		facts->accesses.len = accesses;
		walk.silent = true;
		do {
			walk_body(&walk, body);
		} while (walk.grown);
		walk.silent = false;
		walk_body(&walk, body);
	}
	dc_vec_done(&walk.locks);
	dc_vec_done(&walk.labels);
}

void walk_initialiser(struct facts *facts, CXCursor expr)
{
	struct walk walk = {.facts = facts};
	struct state state = {.live = true};
	size_t accesses = facts->accesses.len;

	walk_expr(&walk, expr, FACT_READ, &state);
	facts->accesses.len = accesses; /* at file scope nobody accesses */
	dc_vec_done(&walk.locks);
	dc_vec_done(&walk.labels);
}

/* Kernel functions */

struct inline_body {
	struct facts *facts;
	unsigned index;
};

static enum CXChildVisitResult visit_inline(CXCursor child, CXCursor parent, CXClientData data)
{
	struct inline_body *body = data;
	struct facts *facts = body->facts;
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
		    is_builtin(ast_spelling(facts, to)))
			break;
		walk_kernel_function(facts, to, false);
		callee = facts_kernel_function(facts, ast_spelling(facts, to), &is_new);
		dc_vec_push(&facts->kernel_functions.at[body->index].calls,
			    facts->kernel_functions.at[callee].name);
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

void walk_kernel_function(struct facts *facts, CXCursor function, bool called)
{
	struct inline_body body = {.facts = facts};
	CXCursor definition, stmt;
	bool is_new;

	body.index = facts_kernel_function(facts, ast_spelling(facts, function), &is_new);
	facts->kernel_functions.at[body.index].called |= called;
	if (!is_new)
		return;
	definition = clang_getCursorDefinition(function);
	if (clang_Cursor_isNull(definition))
		return;
	stmt = body_of(definition);
	if (clang_Cursor_isNull(stmt))
		return;
	facts->kernel_functions.at[body.index].is_inline = true;
	clang_visitChildren(stmt, visit_inline, &body);
}
