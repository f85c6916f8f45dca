/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which data crosses, and how. Every argument of a function that is called across has a mode; every
 * structure that user code touches is an object (both sides hold a copy, the runtime keeps them in
 * step), a value (copied for the time of a call), or keeps the function in the kernel.
 *
 * What the source does not say comes from the rules (of the kernel and of families) and from the
 * driver's annotations.json.
 */
#ifndef DC_EMIT_DATA_H
#define DC_EMIT_DATA_H

#include "emit/rules.h"

enum dc_mode {
	DC_MODE_WORD,
	DC_MODE_ADDRESS, /* of or in an object; of memory that only the kernel looks into */
	DC_MODE_CODE, /* of a function */
	DC_MODE_STRING,
	DC_MODE_VALUE, /* one structure, there and back */
	DC_MODE_ARRAY, /* count elements, there and back */
};

struct dc_argument {
	enum dc_mode mode;
	const char *count; /* of an array: a C expression of the other parameters */
};

/* How a function crosses. */
struct dc_signature {
	DC_VEC(struct dc_argument) arguments;
	enum dc_mode result; /* WORD or ADDRESS; of void: WORD */
	const char *gap; /* why it cannot, or NULL; then arguments may be incomplete */
	size_t gap_argument; /* which argument it is about, or their number */
};

/* A field of an object's type as the runtime has it: runtime/dcrt.h. */
enum dc_object_field_kind { DC_FIELD_PLAIN, DC_FIELD_ADDRESS, DC_FIELD_CODE };

struct dc_object_field {
	const char *name; /* "e1000_adapter.hw" */
	unsigned offset, size, count;
	enum dc_object_field_kind kind;
	bool user_writes;
	bool checked; /* some check is about it */
};

/* Where what a check is about stands in an object. */
struct dc_object_check {
	const struct dc_check_rule *rule;
	const struct dc_layout *layout; /* of rule->record */
	unsigned offset; /* of that structure */
};

/* Where clang has a field, for the compiler to confirm. */
struct dc_object_member {
	const char *spelling, *path; /* "struct e1000_adapter", "hw.mac_type" */
	const char *unit; /* a C file that knows that structure */
	unsigned offset, size; /* of all elements */
};

/* Such a structure, from some byte of the object on. */
struct dc_object_record {
	const char *spelling, *unit;
	unsigned offset, size;
};

enum dc_link_kind {
	DC_LINK_ARRAY,
	DC_LINK_LIST, /* the head of one: leads to its first element */
	DC_LINK_NODE, /* of a list's head or node: to a neighbour, which may be the head */
};

/* A pointer of an object that leads to another: 0 or more elements, or into one. */
struct dc_object_link {
	const char *name; /* "e1000_adapter.tx_ring" */
	enum dc_link_kind kind;
	unsigned offset;
	size_t target; /* index of the type */
	unsigned inside; /* where in an element it leads to */
	const char *lock; /* of a list: name of its mutex, at lock_offset; or NULL: the callers' */
	unsigned lock_offset;
	unsigned count; /* elements; 0: in the unsigned integer at */
	unsigned count_offset, count_size;
	bool is_string; /* as many elements as its length says */
};

struct dc_object_type {
	const char *name;
	unsigned size;
	const struct dc_variable *variable; /* of the driver, whose only object it is; or NULL */
	const struct dc_static *local; /* within a function: that variable's; or NULL */
	DC_VEC(struct dc_object_field) fields; /* by offset, disjoint */
	DC_VEC(struct dc_object_link) links;
	DC_VEC(struct dc_object_check) checks;
	DC_VEC(struct dc_object_record) records; /* one, or two: the driver's behind the kernel's */
	DC_VEC(struct dc_object_member) members; /* but bit fields */
};

struct dc_data {
	struct dc_arena *arena; /* borrowed, as the next three */
	const struct dc_rules *rules;
	const struct dc_source *source;
	const struct dc_graph *graph;
	struct dc_rules annotations; /* of the driver; has no rules */
	const char *path; /* of its annotations.json, be it there or not */
	DC_VEC(const char *) objects; /* records that are objects or embedded in one */
};

/* Reads FOLDER/annotations.json, which may be missing. What is made of all this lives in the arena.
 * Returns 0 (end with dc_data_done) or -errno after reporting. */
int dc_data_open(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
		 const struct dc_source *source, const struct dc_graph *graph, const char *folder,
		 struct dc_data *ret);
void dc_data_done(struct dc_data *data);

/* How a function of the driver crosses, and one of the kernel; end with dc_vec_done on arguments.
 */
void dc_data_signature(const struct dc_data *data, const struct dc_definition *definition,
		       struct dc_signature *ret);
void dc_data_kernel_signature(const struct dc_data *data, const struct dc_prototype *prototype,
			      const struct dc_rule *rule, struct dc_signature *ret);

/* A text with $0, $1 ... replaced by the names of parameters; definition NULL: by a0, a1 ... */
const char *dc_data_expand(const struct dc_data *data, const struct dc_definition *definition,
			   const char *text);

/* Why a parameter of a function of the driver cannot cross, or NULL. */
const char *dc_data_parameter_gap(const struct dc_data *data,
				  const struct dc_definition *definition, size_t i);

/* What the kernel component does when it could not call the function, as C; or NULL. */
const char *dc_data_missed(const struct dc_data *data, const struct dc_definition *definition);

/* What annotations or rules say of a function of the driver, or NULL. */
const struct dc_rule_entry *dc_data_entry(const struct dc_data *data,
					  const struct dc_definition *definition);

/* Where a structure of the driver begins in the memory of the kernel's that it follows. */
unsigned dc_data_private_base(const struct dc_data *data, const struct dc_private_rule *private);

/* A function that recovery calls: for each object of a type, with the address so far into it. */
struct dc_recovery {
	const struct dc_definition *definition;
	const char *type; /* the object's */
	unsigned base; /* bytes */
};

/* False if the driver has no such function, or it does not take one pointer to an object. */
bool dc_data_recovery(const struct dc_data *data, const struct dc_recovery_rule *rule,
		      struct dc_recovery *ret);

/* What is said of a field that leads to other objects, or NULL; annotations come before rules. */
const struct dc_pointer_rule *dc_data_pointer(const struct dc_data *data, const char *record,
					      const char *field);

/* The list that a field is the head of, or a structure's node in, or NULL. */
const struct dc_pointer_rule *dc_data_list(const struct dc_data *data, const char *record,
					   const char *field);

/* A field of a structure that is known, or NULL. */
const struct dc_layout_field *dc_data_field(const struct dc_data *data, const char *record,
					    const char *field);

/* True if a field can say how many elements another leads to: one whole integer. */
bool dc_data_is_count(const struct dc_layout_field *field);

/* The graph's word on a variable of the driver, or NULL. */
const struct dc_global *dc_data_global(const struct dc_data *data,
				       const struct dc_variable *variable);

/* True if a record is a list's head or node: rules say so. */
bool dc_data_is_list(const struct dc_data *data, const struct dc_value *value);

/* True if a record is an object or part of one. */
bool dc_data_is_object(const struct dc_data *data, const char *record);

/* Something that only a person can say, because no source does. All strings live in the arena. */
enum dc_data_gap_kind { DC_GAP_ARGUMENTS, DC_GAP_RECORD, DC_GAP_READS, DC_GAP_LIST };

struct dc_data_gap {
	enum dc_data_gap_kind kind;
	const char
		*subject; /* a function (the graph's name), a structure of the driver, or a field */
	const char *what; /* the parameters ("start, len"), or the field that leads to it, or "" */
	const char *file; /* where it shows */
	unsigned line;
	const char *why;
	const char *section; /* of annotations.json: functions, pointers, privates; or "" */
	const char *row; /* a proposal of what to add there, in one line; or NULL: none is known */
};

typedef DC_VEC(struct dc_data_gap) dc_data_gaps;

/* The gap that a function's parameters leave, about no structure of the driver; false: none. And
 * the one about a structure of the driver, shown by a function that has to do with it. */
bool dc_data_gap_of_arguments(const struct dc_data *data, const struct dc_definition *definition,
			      struct dc_data_gap *ret);
void dc_data_gap_of_record(const struct dc_data *data, const char *record,
			   const struct dc_definition *definition, struct dc_data_gap *ret);
void dc_data_gap_of_reads(const struct dc_data *data, const struct dc_definition *definition,
			  const struct dc_hidden_use *use, struct dc_data_gap *ret);

/* The one about a list that no annotation is about: a field that a function uses. */
void dc_data_gap_of_list(const struct dc_data *data, const struct dc_definition *definition,
			 const char *record, const char *field, struct dc_data_gap *ret);

/* A structure of the driver's that a value points to and that is no object, or NULL. */
const char *dc_data_stranger(const struct dc_data *data, const struct dc_value *value);

/* What of the driver's data keeps functions in the kernel, or together. What an annotation would
 * undo is marked with the gap's index + 1. gaps: caller ends it with dc_vec_done. */
void dc_data_constraints(const struct dc_data *data, struct dc_lower_given *ret,
			 dc_data_gaps *gaps);

/* Whether an expression of a check is about a field: "$->FIELD". */
bool dc_data_mentions(const char *text, const char *field);

typedef DC_VEC(struct dc_object_type) dc_object_types;

/* The types of objects, with the fields that functions in `user` (a flag each of
 * source->definitions) touch. End with dc_data_types_done. */
void dc_data_types(const struct dc_data *data, const bool *user, dc_object_types *ret);
void dc_data_types_done(dc_object_types *types);

#endif
