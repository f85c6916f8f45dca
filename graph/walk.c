/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements of a body: the blocks of its control flow, and the order of what is in them. */
#include "graph/walk.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "graph/flows.h"
#include "graph/walk_state.h"

/* Blocks */

unsigned dc_walk_block(struct dc_walk *walk)
{
	return walk->blocks++;
}

void dc_walk_edge(struct dc_walk *walk, unsigned from, unsigned to)
{
	if (walk->symbol)
		dc_vec_push(&walk->facts->edges, (struct dc_fact_edge){.from = from, .to = to});
}

struct dc_walk_state dc_walk_fork(struct dc_walk *walk, struct dc_walk_state state)
{
	unsigned block;

	if (!state.live)
		return state;
	block = dc_walk_block(walk);
	dc_walk_edge(walk, state.block, block);
	return (struct dc_walk_state){.block = block, .live = true};
}

struct dc_walk_state dc_walk_join(struct dc_walk *walk, struct dc_walk_state a,
				  struct dc_walk_state b)
{
	struct dc_walk_state joined = dc_walk_fork(walk, a.live ? a : b);

	if (a.live && b.live)
		dc_walk_edge(walk, b.block, joined.block);
	return joined;
}

static struct dc_walk_target target(struct dc_walk *walk)
{
	return (struct dc_walk_target){.block = dc_walk_block(walk),
				       .cleanups = (unsigned)walk->cleanups.len};
}

static struct dc_walk_target *label(struct dc_walk *walk, CXCursor cursor)
{
	const char *name = dc_ast_spelling(walk->facts, cursor);
	struct dc_walk_target *found;

	dc_vec_each (found, &walk->labels)
		if (found->label == name)
			return found;
	dc_vec_push(
		&walk->labels,
		(struct dc_walk_target){.label = name,
					.block = dc_walk_block(walk),
					.cleanups = UINT_MAX}); /* not known yet: locks stay held */
	return &walk->labels.at[walk->labels.len - 1];
}

/* Control goes from here to a target; what follows is dead. */
static void jump(struct dc_walk *walk, struct dc_walk_target *to, struct dc_walk_state *state)
{
	if (to && state->live) {
		dc_walk_run_cleanups(walk, to->cleanups, state);
		dc_walk_edge(walk, state->block, to->block);
		to->reached = true;
	}
	state->live = false;
}

/* Control comes here from a target's jumps, or falls through. */
static void land(struct dc_walk *walk, const struct dc_walk_target *at, struct dc_walk_state *state)
{
	if (state->live)
		dc_walk_edge(walk, state->block, at->block);
	*state = (struct dc_walk_state){.block = at->block, .live = state->live || at->reached};
}

/* Statements */

static void walk_variable(struct dc_walk *walk, CXCursor variable, struct dc_walk_state *state)
{
	CXCursor init = clang_Cursor_getVarDeclInitializer(variable);
	size_t events = walk->facts->events.len;

	if (clang_Cursor_isNull(init)) {
		dc_walk_cleanup(walk, variable, events);
		return;
	}
	dc_walk_expr(walk, init, DC_FACT_READ, state);
	dc_walk_cleanup(walk, variable, events);
	dc_flow_assign(walk->facts, walk->symbol,
		       dc_flow_variable(walk->facts, walk->symbol, variable),
		       clang_getCursorType(variable), init);
}

static void walk_declarations(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state)
{
	dc_ast_cursors children = {0};
	size_t i;

	dc_ast_children(stmt, &children);
	for (i = 0; i < children.len; i++)
		if (clang_getCursorKind(children.at[i]) == CXCursor_VarDecl)
			walk_variable(walk, children.at[i], state);
	dc_vec_done(&children);
}

static void walk_if(struct dc_walk *walk, const dc_ast_cursors *children,
		    struct dc_walk_state *state)
{
	struct dc_walk_state on, off;

	dc_walk_condition(walk, children->at[0], *state, &on, &off);
	walk->branches++;
	dc_walk_stmt(walk, children->at[1], &on);
	if (children->len > 2)
		dc_walk_stmt(walk, children->at[2], &off);
	walk->branches--;
	*state = dc_walk_join(walk, on, off);
}

/* do { } while (0), the wrapping of macros: no loop at all. */
static bool loop_is_block(enum CXCursorKind kind, const dc_ast_cursors *children)
{
	long long value;

	return kind == CXCursor_DoStmt && children->len == 2 &&
	       dc_ast_constant(children->at[1], &value) && !value;
}

static void walk_once(struct dc_walk *walk, CXCursor body, struct dc_walk_state *state)
{
	struct dc_walk_target end = target(walk), *leave = walk->leave, *again = walk->again;

	walk->leave = walk->again = &end;
	dc_walk_stmt(walk, body, state);
	land(walk, &end, state);
	walk->leave = leave;
	walk->again = again;
}

static void leave_scope(struct dc_walk *walk, size_t cleanups, const struct dc_walk_state *state)
{
	dc_walk_run_cleanups(walk, (unsigned)cleanups, state);
	walk->cleanups.len = cleanups;
}

/* The declarations of `for (int i = 0; ...)`, which run once. */
static bool is_declared(bool is_while, const dc_ast_cursors *children)
{
	return !is_while && children->len > 1 &&
	       clang_getCursorKind(children->at[0]) == CXCursor_DeclStmt;
}

/* The head of a while or for loop, left at its end or into the body. */
static void walk_loop_head(struct dc_walk *walk, bool is_while, const dc_ast_cursors *children,
			   struct dc_walk_state head, struct dc_walk_state *ret_body,
			   struct dc_walk_state *ret_exit)
{
	size_t i;

	if (is_while) {
		dc_walk_condition(walk, children->at[0], head, ret_body, ret_exit);
		if (!ret_body->live) /* while (0): clang emits the body all the same */
			*ret_body = dc_walk_fork(walk, *ret_exit);
		return;
	}
	for (i = is_declared(is_while, children); i + 1 < children->len; i++)
		dc_walk_expr(walk, children->at[i], DC_FACT_READ, &head);
	*ret_body = dc_walk_fork(walk, head);
	*ret_exit = dc_walk_fork(walk, head);
	ret_exit->live &= children->len > 1; /* for (;;) */
}

static void walk_loop(struct dc_walk *walk, bool is_while, const dc_ast_cursors *children,
		      struct dc_walk_state *state)
{
	struct dc_walk_target leave = target(walk), again = target(walk);
	struct dc_walk_target *outer_leave = walk->leave, *outer_again = walk->again;
	size_t cleanups = walk->cleanups.len;
	struct dc_walk_state body, out;

	if (is_declared(is_while, children))
		dc_walk_stmt(walk, children->at[0], state);
	leave.cleanups = again.cleanups = (unsigned)walk->cleanups.len;
	land(walk, &again, state);
	walk->loops++;
	walk_loop_head(walk, is_while, children, *state, &body, &out);
	walk->leave = &leave;
	walk->again = &again;
	dc_walk_stmt(walk, children->at[children->len - 1], &body);
	walk->loops--;
	jump(walk, &again, &body);
	walk->leave = outer_leave;
	walk->again = outer_again;
	land(walk, &leave, &out);
	*state = out;
	leave_scope(walk, cleanups, state);
}

static void walk_do(struct dc_walk *walk, const dc_ast_cursors *children,
		    struct dc_walk_state *state)
{
	struct dc_walk_target leave = target(walk), again = target(walk), head = target(walk);
	struct dc_walk_target *outer_leave = walk->leave, *outer_again = walk->again;
	struct dc_walk_state on, off;

	land(walk, &head, state);
	walk->leave = &leave;
	walk->again = &again;
	walk->loops++;
	dc_walk_stmt(walk, children->at[0], state);
	land(walk, &again, state);
	dc_walk_condition(walk, children->at[1], *state, &on, &off);
	walk->loops--;
	jump(walk, &head, &on);
	walk->leave = outer_leave;
	walk->again = outer_again;
	land(walk, &leave, &off);
	*state = off;
}

static void walk_switch(struct dc_walk *walk, const dc_ast_cursors *children,
			struct dc_walk_state *state)
{
	struct dc_walk_target leave = target(walk), *outer_leave = walk->leave;
	struct dc_walk_state head, *outer_cases = walk->cases, body = {0};
	bool outer_known = walk->cases_known, outer_taken = walk->case_taken;
	bool outer_default = walk->has_default;
	long long outer_value = walk->case_value;

	walk->cases_known = dc_ast_constant(children->at[0], &walk->case_value);
	walk->case_taken = walk->has_default = false;
	dc_walk_expr(walk, children->at[0], DC_FACT_READ, state);
	head = *state;
	walk->leave = &leave;
	walk->cases = &head;
	dc_walk_stmt(walk, children->at[children->len - 1], &body);
	if (walk->has_default || (walk->case_taken && walk->cases_known))
		head.live = false; /* no value passes the switch by */
	*state = dc_walk_join(walk, body, head);
	land(walk, &leave, state);
	walk->leave = outer_leave;
	walk->cases = outer_cases;
	walk->cases_known = outer_known;
	walk->case_value = outer_value;
	walk->case_taken = outer_taken;
	walk->has_default = outer_default;
}

/* case VALUE: and default: */
static void walk_case(struct dc_walk *walk, CXCursor stmt, const dc_ast_cursors *children,
		      struct dc_walk_state *state)
{
	bool is_default = clang_getCursorKind(stmt) == CXCursor_DefaultStmt;
	bool taken = true;
	long long value;

	walk->has_default |= is_default;
	if (walk->cases_known && is_default)
		taken = !walk->case_taken;
	else if (walk->cases_known && children->len > 1 && dc_ast_constant(children->at[0], &value))
		taken = value == walk->case_value;
	if (taken && walk->cases) {
		walk->case_taken = true;
		*state = dc_walk_join(walk, *state, *walk->cases);
	}
	if (children->len)
		dc_walk_stmt(walk, children->at[children->len - 1], state);
}

static void walk_return(struct dc_walk *walk, const dc_ast_cursors *children,
			struct dc_walk_state *state)
{
	if (children->len) {
		dc_walk_expr(walk, children->at[0], DC_FACT_READ, state);
		dc_flow_assign(walk->facts, walk->symbol,
			       dc_facts_namef(walk->facts, "%s()", walk->symbol), walk->result,
			       children->at[0]);
	}
	dc_walk_run_cleanups(walk, 0, state);
	if (state->live)
		dc_walk_edge(walk, state->block, DC_FACT_BLOCK_EXIT);
	state->live = false;
}

void dc_walk_compound(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state)
{
	size_t i, cleanups = walk->cleanups.len;
	dc_ast_cursors children = {0};

	dc_ast_children(stmt, &children);
	for (i = 0; i < children.len; i++)
		dc_walk_stmt(walk, children.at[i], state);
	leave_scope(walk, cleanups, state);
	dc_vec_done(&children);
}

static void walk_branching(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state)
{
	enum CXCursorKind kind = clang_getCursorKind(stmt);
	dc_ast_cursors children = {0};

	dc_ast_children(stmt, &children);
	switch ((int)kind) {
	case CXCursor_IfStmt:
		if (children.len >= 2)
			walk_if(walk, &children, state);
		break;
	case CXCursor_WhileStmt:
	case CXCursor_ForStmt:
	case CXCursor_DoStmt:
		if (loop_is_block(kind, &children))
			walk_once(walk, children.at[0], state);
		else if (kind == CXCursor_DoStmt && children.len == 2)
			walk_do(walk, &children, state);
		else if (children.len)
			walk_loop(walk, kind == CXCursor_WhileStmt, &children, state);
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
		land(walk, label(walk, stmt), state);
		state->live = true;
		if (children.len)
			dc_walk_stmt(walk, children.at[0], state);
		break;
	case CXCursor_GotoStmt:
		jump(walk, children.len ? label(walk, children.at[0]) : NULL, state);
		break;
	default:
		break;
	}
	dc_vec_done(&children);
}

void dc_walk_stmt(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state)
{
	if (!state->live && !dc_ast_has_label(stmt))
		return;
	switch ((int)clang_getCursorKind(stmt)) {
	case CXCursor_CompoundStmt:
		dc_walk_compound(walk, stmt, state);
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
		dc_walk_children(walk, stmt, DC_FACT_READ | DC_FACT_WRITE, false, state);
		break;
	default:
		if (clang_isExpression(clang_getCursorKind(stmt)))
			dc_walk_expr(walk, stmt, DC_FACT_READ, state);
		else
			dc_walk_children(walk, stmt, DC_FACT_READ, false, state);
	}
}

void dc_walk_function(struct dc_facts *facts, CXCursor function, const char *symbol)
{
	struct dc_walk walk = {
		.facts = facts,
		.symbol = symbol,
		.result = clang_getResultType(clang_getCursorType(function)),
		.blocks = DC_FACT_BLOCK_EXIT + 1,
		.tested = clang_getNullCursor(),
		.cast_call = clang_getNullCursor(),
	};
	struct dc_fact_body fact = {
		.function = symbol,
		.first_event = (unsigned)facts->events.len,
		.first_edge = (unsigned)facts->edges.len,
	};
	struct dc_walk_state state = {.live = true};
	CXCursor body = dc_ast_body(function);

	if (clang_Cursor_isNull(body))
		return;
	dc_walk_compound(&walk, body, &state);
	if (state.live)
		dc_walk_edge(&walk, state.block, DC_FACT_BLOCK_EXIT);
	fact.blocks = walk.blocks;
	fact.events = (unsigned)facts->events.len - fact.first_event;
	fact.edges = (unsigned)facts->edges.len - fact.first_edge;
	dc_vec_push(&facts->bodies, fact);
	dc_vec_done(&walk.labels);
	dc_vec_done(&walk.cleanups);
}

void dc_walk_initialiser(struct dc_facts *facts, CXCursor expr)
{
	struct dc_walk walk = {.facts = facts,
			       .tested = clang_getNullCursor(),
			       .cast_call = clang_getNullCursor()};
	struct dc_walk_state state = {0};
	size_t accesses = facts->accesses.len, memory = facts->memory.len;

	state.live = true;
	dc_walk_expr(&walk, expr, DC_FACT_READ, &state);
	facts->accesses.len = accesses; /* at file scope nobody accesses */
	facts->memory.len = memory;
	dc_vec_done(&walk.labels);
}
