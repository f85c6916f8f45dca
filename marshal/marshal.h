/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which data crosses. A structure that user code touches is an object (both sides hold a copy, the
 * runtime merges changes), a value (copied for the time of a call), or keeps the function in the
 * kernel.
 *
 * The rules of Linux and of the family, and the driver's annotations.json, say what the source does
 * not: how long an array is, what a list's elements are. This stage runs before the cut: nothing
 * here knows on which side a function will be.
 */
#ifndef DC_MARSHAL_MARSHAL_H
#define DC_MARSHAL_MARSHAL_H

#include "graph/graph.h"
#include "graph/source/source.h"
#include "marshal/rules.h"

struct dc_marshal {
	struct dc_arena *arena; /* borrowed, as the next three */
	const struct dc_rules *rules;
	const struct dc_source *source;
	const struct dc_graph *graph;
	struct dc_rules annotations; /* of the driver; has no rules */
	const char *path; /* of its annotations.json, whether or not that exists */
	struct dc_evidence_table *evidence; /* marshal/evidence.h */
	DC_VEC(const char *) objects; /* structures that are objects or embedded in one */
};

/* Reads FOLDER/annotations.json, which may be missing, and checks it against the source. Strings
 * that the functions of this folder make live in the arena. Returns 0 (end with dc_marshal_done) or
 * -errno after reporting. */
int dc_marshal_open(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
		    const struct dc_source *source, const struct dc_graph *graph,
		    const char *folder, struct dc_marshal *ret);
/* The same with the text of an annotations.json; path is for messages. NULL: no annotations. */
int dc_marshal_open_text(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
			 const struct dc_source *source, const struct dc_graph *graph,
			 const char *path, const char *text, struct dc_marshal *ret);
void dc_marshal_done(struct dc_marshal *marshal);

/* True if a structure is an object or embedded in one. */
bool dc_marshal_is_object(const struct dc_marshal *marshal, const char *record);

/* A structure of the driver that a value points to and that is not an object, or NULL. */
const char *dc_untracked_struct(const struct dc_marshal *marshal, const struct dc_value *value);

/* True if the rules call a value's structure a list's head or node. */
bool dc_marshal_is_list(const struct dc_marshal *marshal, const struct dc_value *value);

/* The row about a field that points to other objects, or NULL; annotations come before rules. */
const struct dc_pointer_rule *dc_marshal_pointer(const struct dc_marshal *marshal,
						 const char *record, const char *field);

/* The list that a field is the head of, or a structure's node in, or NULL. */
const struct dc_pointer_rule *dc_marshal_list(const struct dc_marshal *marshal, const char *record,
					      const char *field);

/* A field of a structure whose layout is known, or NULL. */
const struct dc_layout_field *dc_marshal_field(const struct dc_marshal *marshal, const char *record,
					       const char *field);

/* True if a field can hold the number of elements that another points to: one whole integer. */
bool dc_marshal_is_count(const struct dc_layout_field *field);

/* The graph's entry for a variable of the driver, or NULL. */
const struct dc_global *dc_marshal_global(const struct dc_marshal *marshal,
					  const struct dc_variable *variable);

/* Offset of a trailing structure from the start of the kernel's structure that it follows. */
unsigned dc_trailing_base(const struct dc_marshal *marshal,
			  const struct dc_trailing_rule *trailing);

/* A function that recovery calls for each object of a type. */
struct dc_recovery {
	const struct dc_definition *definition;
	const char *type; /* the object's */
	unsigned base; /* offset in the object of what the function takes, in bytes */
};

/* False if the driver has no such function, or it does not take one pointer to an object, or to a
 * structure that is the only field of its type in one that follows an object. */
bool dc_marshal_recovery(const struct dc_marshal *marshal, const struct dc_recovery_rule *rule,
			 struct dc_recovery *ret);

#endif
