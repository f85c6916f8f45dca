/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the walk of a body carries along. Private to walk.c (statements) and expr.c (expressions).
 *
 * A body is walked once, in the order of execution, and leaves a small control flow graph behind:
 * blocks with what happens in them to locks and which calls they make (facts.h). Which locks are
 * held where is computed later, over all functions (locks.c).
 *
 * What clang's own code generator leaves out is left out here too: branches on a constant,
 * statements after a jump, operands of sizeof and typeof. So the direct edges are those of the
 * compiler's unoptimised output.
 */
#ifndef DC_GRAPH_WALK_STATE_H
#define DC_GRAPH_WALK_STATE_H

#include "graph/ast.h"

/* Where control is. */
struct walk_state {
	unsigned block;
	bool live; /* false: nothing gets here */
};

/* A target of break, continue or goto. */
struct walk_target {
	const char *label; /* of labels */
	unsigned block;
	bool reached;
};

struct walk {
	struct facts *facts;
	const char *symbol; /* NULL: at file scope, where nothing runs */
	CXType result;
	unsigned blocks;
	CXCursor tested; /* call of a trylock that is a condition: its ways part later */
	DC_VEC(struct walk_target) labels;
	struct walk_target *leave, *again; /* of the innermost loop or switch */
	struct walk_state *cases; /* state at the head of the innermost switch */
	bool cases_known; /* its value is a constant ... */
	long long case_value; /* ... this one */
	bool case_taken; /* and its case has been seen */
	bool has_default;
	CXCursor cast_call; /* a call whose result is cast ... */
	const char *cast_record; /* to a pointer to this structure */
};

unsigned walk_block(struct walk *walk);
void walk_edge(struct walk *walk, unsigned from, unsigned to);

/* A new block after the given state; a dead state stays dead. */
struct walk_state walk_fork(struct walk *walk, struct walk_state state);
struct walk_state walk_join(struct walk *walk, struct walk_state a, struct walk_state b);

/* how: mask of FACT_READ... */
void walk_expr(struct walk *walk, CXCursor expr, unsigned how, struct walk_state *state);
/* The states where the condition is true and where it is false, each a block of its own. */
void walk_condition(struct walk *walk, CXCursor expr, struct walk_state in,
		    struct walk_state *ret_true, struct walk_state *ret_false);
/* The last child, or all. */
void walk_children(struct walk *walk, CXCursor expr, unsigned how, bool last_only,
		   struct walk_state *state);

/* Notes that the function accesses a field (or "*") of a type; type NULL: a global. */
void walk_access(struct walk *walk, const char *type, const char *name, unsigned how);
/* All fields of a structure (an array of them) at once, and of those in it: "*" and each. */
void walk_whole(struct walk *walk, CXType type, unsigned how);
/* An expression through which a callee reads or writes what it points to. */
void walk_pointed(struct walk *walk, CXCursor pointer, unsigned how, struct walk_state *state);
/* A cast, explicit or not: what it says of the call below it. */
void walk_cast(struct walk *walk, CXCursor cast);
/* A call that gets or gives back memory. */
void walk_memory(struct walk *walk, CXCursor call, const struct dc_memory_rule *rule);

void walk_stmt(struct walk *walk, CXCursor stmt, struct walk_state *state);
void walk_compound(struct walk *walk, CXCursor stmt, struct walk_state *state);

#endif
