/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The types of objects as the runtime needs them: which bytes of each cross, which of its pointers
 * point to other objects, and which values the kernel accepts. emit/ prints them as the tables that
 * runtime/dcrt.h describes.
 */
#ifndef DC_MARSHAL_OBJECT_TYPES_H
#define DC_MARSHAL_OBJECT_TYPES_H

#include "marshal/marshal.h"

enum dc_object_field_kind { DC_FIELD_PLAIN, DC_FIELD_ADDRESS, DC_FIELD_CODE };

struct dc_object_field {
	const char *name; /* "e1000_adapter.hw" */
	unsigned offset, size, count;
	enum dc_object_field_kind kind;
	bool user_writes;
	bool limited; /* a limit applies to it */
};

/* A limit, and the offset of its structure in an object. */
struct dc_object_limit {
	const struct dc_limit_rule *rule;
	const struct dc_layout *layout; /* of rule->record */
	unsigned offset; /* of that structure */
};

/* The offset and size that clang computed for a field, for the compiler to confirm. */
struct dc_object_member {
	const char *spelling, *path; /* "struct e1000_adapter", "hw.mac_type" */
	const char *unit; /* a C file that declares the structure */
	unsigned offset, size; /* an array's size: all elements */
};

/* A structure that is part of an object, and its offset. */
struct dc_object_record {
	const char *spelling, *unit;
	unsigned offset, size;
};

enum dc_link_kind {
	DC_LINK_ARRAY,
	DC_LINK_LIST, /* a list's head: points to its first element */
	DC_LINK_NODE, /* a list's head or node: points to a neighbour, which may be the head */
};

/* A pointer in an object to 0 or more elements of another, or into one. */
struct dc_object_link {
	const char *name; /* "e1000_adapter.tx_ring" */
	enum dc_link_kind kind;
	unsigned offset;
	size_t target; /* index of the type */
	unsigned inside; /* offset in an element that it points to */
	const char *lock; /* a list's mutex, at lock_offset; NULL: callers hold a lock */
	unsigned lock_offset;
	unsigned count; /* elements; 0: the unsigned integer at count_offset says */
	unsigned count_offset, count_size;
	bool is_string; /* as many elements as the string is long */
};

struct dc_object_type {
	const char *name;
	unsigned size;
	const struct dc_variable *variable; /* of the driver, whose only object it is; or NULL */
	const struct dc_static *local; /* a static variable of a function; or NULL */
	DC_VEC(struct dc_object_field) fields; /* by offset, disjoint */
	DC_VEC(struct dc_object_link) links;
	DC_VEC(struct dc_object_limit) limits;
	DC_VEC(struct dc_object_record) records; /* one; two: the driver's follows the kernel's */
	DC_VEC(struct dc_object_member) members; /* all but bit fields */
};

typedef DC_VEC(struct dc_object_type) dc_object_types;

/* The types of objects, with the fields that functions in `user` (a flag for each of
 * source->definitions) touch. End with dc_object_types_done. */
void dc_object_types_find(const struct dc_marshal *marshal, const bool *user, dc_object_types *ret);
void dc_object_types_done(dc_object_types *types);

/* Whether an expression of a limit mentions a field: "$->FIELD". */
bool dc_limit_mentions(const char *text, const char *field);

#endif
