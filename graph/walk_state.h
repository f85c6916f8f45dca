/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of the walk of a body. Private to walk.c (statements), expr.c (expressions),
 * accesses.c.
 *
 * A body is walked once, in the order of execution, and leaves a small control flow graph behind:
 * blocks with what happens in them to locks and which calls they make (facts.h). Which locks are
 * held where is computed later, over all functions (locks.c).
 *
 * The walk leaves out what clang's code generator leaves out: branches on a constant,
 * statements after a jump, operands of sizeof and typeof. So the direct edges are those of the
 * compiler's unoptimised output.
 */
#ifndef DC_GRAPH_WALK_STATE_H
#define DC_GRAPH_WALK_STATE_H

#include "graph/ast.h"

/* The block that control is in. */
struct dc_walk_state {
	unsigned block;
	bool live; /* false: control does not reach this point */
};

/* A target of break, continue or goto. */
struct dc_walk_target {
	const char *label; /* of labels */
	unsigned block;
	unsigned cleanups; /* of the walk's that are still in scope there */
	bool reached;
};

/* A variable in scope for which a function is called when the scope is left. */
struct dc_walk_cleanup {
	CXCursor function;
	unsigned line; /* of the variable */
	int lock; /* that its initialiser takes, an index of facts.locks; -1: none */
};

struct dc_walk {
	struct dc_facts *facts;
	const char *symbol; /* NULL: at file scope, where nothing runs */
	CXType result;
	unsigned blocks;
	CXCursor tested; /* call of a trylock that is a condition: its ways part later */
	DC_VEC(struct dc_walk_target) labels;
	DC_VEC(struct dc_walk_cleanup) cleanups; /* innermost last */
	struct dc_walk_target *leave, *again; /* of the innermost loop or switch */
	struct dc_walk_state *cases; /* state at the head of the innermost switch */
	bool cases_known; /* its value is a constant ... */
	long long case_value; /* ... this one */
	bool case_taken; /* and its case has been seen */
	bool has_default;
	unsigned loops, branches; /* loops, and conditions of if, around the statement */
	CXCursor cast_call; /* a call whose result is cast ... */
	const char *cast_record; /* to a pointer to this structure */
};

unsigned dc_walk_block(struct dc_walk *walk);
void dc_walk_edge(struct dc_walk *walk, unsigned from, unsigned to);

/* A new block after the given state; a dead state stays dead. */
struct dc_walk_state dc_walk_fork(struct dc_walk *walk, struct dc_walk_state state);
struct dc_walk_state dc_walk_join(struct dc_walk *walk, struct dc_walk_state a,
				  struct dc_walk_state b);

/* how: mask of DC_FACT_READ... */
void dc_walk_expr(struct dc_walk *walk, CXCursor expr, unsigned how, struct dc_walk_state *state);
/* The states where the condition is true and where it is false, each a block of its own. */
void dc_walk_condition(struct dc_walk *walk, CXCursor expr, struct dc_walk_state in,
		       struct dc_walk_state *ret_true, struct dc_walk_state *ret_false);
/* The last child, or all. */
void dc_walk_children(struct dc_walk *walk, CXCursor expr, unsigned how, bool last_only,
		      struct dc_walk_state *state);

/* Notes that the function accesses a field (or "*") of a type; type NULL: a global. */
void dc_walk_access(struct dc_walk *walk, const char *type, const char *name, unsigned how);
/* All fields of a structure (an array of them) at once, and of those in it: "*" and each. */
void dc_walk_whole(struct dc_walk *walk, CXType type, unsigned how);
/* An expression through which a callee reads or writes what it points to. */
void dc_walk_pointed(struct dc_walk *walk, CXCursor pointer, unsigned how,
		     struct dc_walk_state *state);
/* Notes the type that a cast, explicit or not, gives to the result of a call. */
void dc_walk_cast(struct dc_walk *walk, CXCursor cast);
/* Notes a call that allocates or frees memory. */
void dc_walk_memory(struct dc_walk *walk, CXCursor call, const struct dc_memory_rule *rule);

/* Adds to the cleanups a variable that has just been declared, if the attribute says so.
 * first_event: facts.events before its initialiser. */
void dc_walk_cleanup(struct dc_walk *walk, CXCursor variable, size_t first_event);
/* Notes the calls for variables whose scope ends: all but the first `outer`. They stay in the list,
 * as other ways may lead out of the scope. */
void dc_walk_run_cleanups(struct dc_walk *walk, unsigned outer, const struct dc_walk_state *state);

void dc_walk_stmt(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state);
void dc_walk_compound(struct dc_walk *walk, CXCursor stmt, struct dc_walk_state *state);

#endif
