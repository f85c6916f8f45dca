/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layout of data: structures that a driver uses, types of parameters and results. Needed by
 * code that copies data to another address space. Part of struct dc_source.
 */
#ifndef DC_GRAPH_LAYOUT_H
#define DC_GRAPH_LAYOUT_H

#include <stdbool.h>

#include "base/alloc.h"

enum dc_value_kind {
	DC_VALUE_VOID,
	DC_VALUE_INTEGER, /* enumerations and _Bool too */
	DC_VALUE_RECORD,
	DC_VALUE_POINTER,
	DC_VALUE_OTHER,
};

/* A type, as far as marshaling needs it. `to` and the members after it describe the pointer's
 * target; `record` also names a record itself. */
struct dc_value {
	enum dc_value_kind kind;
	unsigned size; /* bytes */
	enum dc_value_kind to; /* DC_VALUE_OTHER also for functions: see is_code */
	unsigned to_size;
	bool is_signed, to_const, to_char, is_code;
	const char *record; /* name without "struct", or NULL; interned in the source */
};

struct dc_layout_field {
	const char *name; /* members of unnamed structures and unions are the outer one's, once an
			   * element of an array of them */
	const char *path; /* as C names it: "limits.low", "lanes[1].speed"; NULL: no C does */
	unsigned dimensions; /* of an array, else 0 */
	unsigned offset, bit; /* bytes; of a bit field: its place in the byte at offset */
	unsigned bits; /* of a bit field, else 0 */
	unsigned count; /* elements, all dimensions of an array multiplied; else 1 */
	struct dc_value value; /* of one element */
};

struct dc_layout {
	const char *name; /* of the structure or union; or of its typedef */
	const char *spelling; /* "struct port", or that typedef */
	const char *unit; /* a C file of the driver that knows it */
	bool of_driver; /* defined in the driver's source */
	unsigned size; /* bytes */
	DC_VEC(struct dc_layout_field) fields;
};

/* A function of the kernel that the driver uses. */
struct dc_prototype {
	const char *name;
	const char *result_type; /* as the source spells it */
	bool is_inline, is_variadic;
	bool in_table; /* named by an initialiser at file scope */
	struct dc_value result;
	DC_VEC(struct dc_value) parameters;
	DC_VEC(const char *) parameter_names; /* "" where there is none */
	DC_VEC(const char *) parameter_types;
};

/* A field that an inline function of the kernel's headers uses, itself or through others. */
struct dc_inline_use {
	const char *function, *record, *field;
	bool written; /* or its address taken */
};

/* A call from an inline function of the headers, itself or through others, to one that is not. */
struct dc_inner_call {
	const char *function, *callee;
};

/* A structure that a function of the driver reads as bytes, at computed offsets, so that no
 * analysis sees which fields it uses. */
struct dc_hidden_use {
	const char *function; /* the graph's name */
	const char *record;
	unsigned line;
};

/* A structure that parameters of the driver's functions point to, directly or through others. */
struct dc_reach {
	const char *name;
	unsigned fields; /* those of embedded structures included; an array is one */
	DC_VEC(const char *) to; /* structures that its pointers point to; each once */
};

struct dc_layouts {
	DC_VEC(struct dc_layout) layouts; /* those touched and those embedded in them; by name */
	DC_VEC(struct dc_prototype) prototypes; /* by name */
	DC_VEC(struct dc_inline_use) inlines; /* by function, record, field; once each */
	DC_VEC(struct dc_inner_call) inner_calls; /* whose callees have prototypes too */
	DC_VEC(struct dc_hidden_use) hidden; /* in the source's order */
	DC_VEC(struct dc_reach) reach; /* by name */
	DC_VEC(const char *)
	table_variables; /* of the kernel, or of another module, that
			  * initialisers at file scope name; sorted, once */
};

/* Return the row of that name, or NULL. */
const struct dc_layout *dc_layout_find(const struct dc_layouts *layouts, const char *name);
const struct dc_prototype *dc_prototype_find(const struct dc_layouts *layouts, const char *name);
const struct dc_reach *dc_reach_find(const struct dc_layouts *layouts, const char *name);

#endif
