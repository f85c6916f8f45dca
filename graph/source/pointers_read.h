/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence about pointers out of libclang's AST; see pointers.h. Private to graph/source/. */
#ifndef DC_GRAPH_POINTERS_READ_H
#define DC_GRAPH_POINTERS_READ_H

#include "graph/ast.h"
#include "graph/source/pointers.h"

/* A variable that a loop counts up, and its greatest value in the body. */
struct dc_pointer_loop {
	CXCursor variable;
	struct dc_extent last; /* a number, not bytes */
	unsigned conditions; /* around the loop */
};

/* The body that is being read. */
struct dc_pointer_walk {
	struct dc_facts *facts;
	CXTranslationUnit tu;
	dc_evidences *ret;
	const char *function, *file; /* of the body; NULL: an initialiser at file scope */
	DC_VEC(CXCursor) assigned; /* its variables and parameters that are not set once only */
	DC_VEC(struct dc_pointer_loop) loops; /* around the present place */
	unsigned conditions; /* around the present place */
	bool left; /* a return or goto stands before it */
};

enum dc_pointed_kind {
	DC_POINTED_PLACE, /* what the pointer in `place` points to, `offset` bytes further on */
	DC_POINTED_INSIDE, /* somewhere in what it points to */
	DC_POINTED_MEMORY, /* `extent` bytes */
	DC_POINTED_REGISTERS,
	DC_POINTED_DEVICE,
	DC_POINTED_NULL,
	DC_POINTED_UNKNOWN,
};

/* One of the values that an expression of pointer type may have. */
struct dc_pointed {
	enum dc_pointed_kind kind;
	struct dc_pointer place;
	long long offset;
	struct dc_extent extent;
	bool allocated;
	bool beside; /* INSIDE: the memory itself is another of the values */
};

typedef DC_VEC(struct dc_pointed) dc_pointed_values;

/* Appends the values that the expression may have. */
void dc_pointed_values_of(struct dc_pointer_walk *walk, CXCursor expr, dc_pointed_values *ret);

/* The greatest value of an integer expression. False: nothing tells. */
bool dc_extent_of(struct dc_pointer_walk *walk, CXCursor expr, struct dc_extent *ret);

/* The product of two extents, of which one must be a constant. */
bool dc_extent_multiply(struct dc_extent a, struct dc_extent b, struct dc_extent *ret);

/* The place of an lvalue that holds a pointer. False: several share it that are not told apart. */
bool dc_pointer_place(struct dc_pointer_walk *walk, CXCursor lvalue, struct dc_pointer *ret);

/* The place of a variable or parameter. */
struct dc_pointer dc_pointer_variable(struct dc_pointer_walk *walk, CXCursor variable);

/* Adds a row with its place; kind and pointer are the caller's. */
void dc_evidence_add(struct dc_pointer_walk *walk, CXCursor at, struct dc_evidence evidence);

/* Notes the use of what an expression points to. extent: NULL if nothing tells how far. */
void dc_pointer_note_use(struct dc_pointer_walk *walk, CXCursor pointer, CXCursor at,
			 enum dc_evidence_kind kind, const struct dc_extent *extent);

/* Notes that a place is set to the values of an expression. record: what it points to, or NULL. */
void dc_pointer_note_values(struct dc_pointer_walk *walk, struct dc_pointer place, CXCursor expr,
			    const char *record);

/* Notes what a declaration, or that of a member's field (looked at once), says of registers. */
void dc_pointer_note_registers(struct dc_pointer_walk *walk, CXCursor declaration,
			       struct dc_pointer place);
void dc_pointer_note_field(struct dc_pointer_walk *walk, CXCursor member);

/* Adds to walk->assigned the variables that a body sets after their declaration. */
void dc_pointer_note_assigned(struct dc_pointer_walk *walk, CXCursor body);

/* True for `for (i = 0; i < BOUND; i++)` with a body that leaves i alone; children: of the loop. */
bool dc_pointer_counts_up(struct dc_pointer_walk *walk, const dc_ast_cursors *children,
			  struct dc_pointer_loop *ret);

/* True for a type that is a pointer to data, or an array (a parameter's decays to one). */
bool dc_is_data_pointer(CXType type);

/* The structure behind a pointer type, or NULL. */
const char *dc_pointed_record(struct dc_facts *facts, CXType type);

/* True if __iomem stands in the declaration's own type, before its name. */
bool dc_declares_registers(CXTranslationUnit tu, CXCursor declaration);

/* Reads a function, or a variable at file scope. */
void dc_pointers_read_function(struct dc_facts *facts, CXTranslationUnit tu, CXCursor function,
			       const char *symbol, const char *file, dc_evidences *ret);
void dc_pointers_read_variable(struct dc_facts *facts, CXTranslationUnit tu, CXCursor variable,
			       const char *file, dc_evidences *ret);

/* Drops rows that say the same, and those about pointers that no proposal can be about; sorts. */
void dc_pointers_finish(dc_evidences *evidence);

#endif
