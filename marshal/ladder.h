/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder of fields: how many fields of structures a call across would have to copy, the less
 * the more is known. For each entry point that is in the process:
 *
 * deep: fields of all structures that its parameters reach by pointers, as C types tell: what a
 * copy that follows every pointer copies. Each structure counts once, with the structures embedded
 * in it; an array is one field. A driver's structure behind a kernel's (annotations: trailing) is
 * reached with it. void * and container_of lead nowhere, so this is a lower bound.
 *
 * accessed: fields that the entry point, and the functions in the process that it calls, directly
 * or not, read or write, or take the address of.
 *
 * shared: those of them that the kernel side may use, too: of a structure of the kernel, or used by
 * a function of the driver in the kernel.
 *
 * crossing: those of them that messages carry: of objects and values. The others are read and
 * written by downcalls alone (opaque structures), or stay where they are.
 *
 * The terms are those of KSplit (OSDI 2022).
 */
#ifndef DC_MARSHAL_LADDER_H
#define DC_MARSHAL_LADDER_H

#include "marshal/marshal.h"

struct dc_ladder_counts {
	size_t deep, accessed, shared, crossing;
};

struct dc_ladder_row {
	const char *function; /* entry point */
	struct dc_ladder_counts counts;
};

struct dc_ladder {
	DC_VEC(struct dc_ladder_row) rows; /* by name */
	struct dc_ladder_counts sum; /* of all rows */
	struct dc_ladder_counts distinct; /* each field counted once */
};

/* user: a flag for each of source->definitions: it runs in the process. End ret with
 * dc_ladder_done. */
void dc_ladder_find(const struct dc_marshal *marshal, const bool *user, struct dc_ladder *ret);
void dc_ladder_done(struct dc_ladder *ladder);

#endif
