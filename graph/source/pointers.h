/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the text shows about the memory that pointers point to: how far code looks, how much is
 * allocated or passed, which pointer another one was set to, and which of them point to registers
 * or to memory that the device uses. Part of struct dc_source; marshal/evidence.h draws the
 * conclusions.
 *
 * A pointer is known by its place: all objects of a structure type share one place a field.
 */
#ifndef DC_GRAPH_POINTERS_H
#define DC_GRAPH_POINTERS_H

#include <stdbool.h>

#include "base/alloc.h"

enum dc_pointer_kind {
	DC_POINTER_PARAMETER, /* `of` is a function, `name` its parameter's number from 0 */
	DC_POINTER_LOCAL, /* `of` is a function, `name` is "VARIABLE:LINE" */
	DC_POINTER_RESULT, /* `of` is a function, `name` is "" */
	DC_POINTER_FIELD, /* `of` is a structure */
	DC_POINTER_VARIABLE, /* at file scope; `of` is "" */
	DC_POINTER_PASSED, /* through a function pointer: `of` calls, `name` is "LINE#ARGUMENT" */
	DC_POINTER_KINDS,
};

struct dc_pointer {
	enum dc_pointer_kind kind;
	const char *of, *name; /* interned in the source */
};

/* bytes + each * (the value of times) bytes. */
struct dc_extent {
	long long bytes, each;
	const char *times; /* a parameter of the function, or "STRUCT.FIELD"; NULL: each is 0 */
};

enum dc_evidence_kind {
	DC_EVIDENCE_USES, /* code looks at the first `extent` bytes that it points to */
	DC_EVIDENCE_USES_SOME, /* code looks there, and nothing tells how far */
	DC_EVIDENCE_STRING, /* code takes it for a string */
	DC_EVIDENCE_HAS, /* it is set to point to `extent` bytes */
	DC_EVIDENCE_FROM, /* it is set to `from`, `offset` bytes further on */
	DC_EVIDENCE_INSIDE, /* it is set to point into what `from` points to */
	DC_EVIDENCE_NULL, /* it is set to NULL; noted of parameters only */
	DC_EVIDENCE_NUMBER, /* not about a pointer: a parameter that is passed this number */
	DC_EVIDENCE_ANY, /* it is set to something that the reading does not follow */
	DC_EVIDENCE_REGISTERS, /* it points to registers (__iomem) */
	DC_EVIDENCE_DEVICE, /* it points to memory that the device reads and writes */
	DC_EVIDENCE_KINDS,
};

struct dc_evidence {
	struct dc_pointer pointer;
	enum dc_evidence_kind kind;
	struct dc_pointer from; /* of FROM and INSIDE; else its members are NULL */
	long long offset; /* of FROM */
	struct dc_extent extent; /* of USES and HAS; of NUMBER the number */
	bool certain; /* USES: each call that runs to its end looks so far, or that loop does;
		       * HAS: the declaration says so; FROM: each call that comes so far;
		       * INSIDE: a HAS or ANY says how much there is */
	bool allocated; /* HAS: by a function that allocates memory */
	const char *record; /* structure that the pointer points to, or NULL */
	const char *function; /* whose body shows it; NULL: a declaration */
	const char *file;
	unsigned line;
	const char *text; /* the source's words: "addr[5]" */
};

typedef DC_VEC(struct dc_evidence) dc_evidences;

/* The order of the rows: by pointer, then by what they show. */
int dc_pointer_order(const struct dc_pointer *a, const struct dc_pointer *b);

#endif
