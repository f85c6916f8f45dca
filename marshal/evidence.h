/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the source shows about the memory behind a pointer, followed through assignments and calls
 * (also those through function pointers, by the graph): how far code looks, how much there surely
 * is, and whether the device has a part in it. Whatever is not followed counts as unknown.
 */
#ifndef DC_MARSHAL_EVIDENCE_H
#define DC_MARSHAL_EVIDENCE_H

#include "marshal/marshal.h"

enum dc_uses_kind {
	DC_REACHES_NOTHING, /* no code looks there */
	DC_REACHES_OBJECT, /* code takes it for an object, which crosses by itself */
	DC_REACHES_STRING, /* for a string, and nothing else */
	DC_REACHES_EXTENT, /* up to `extent` */
	DC_REACHES_UNKNOWN, /* nothing tells how far */
};

struct dc_uses {
	enum dc_uses_kind reach;
	struct dc_extent extent; /* of EXTENT; `times` is a parameter of the function, or a field */
	bool certain; /* each call that runs to its end looks so far, or a counted loop does */
	const struct dc_evidence *by; /* that shows it; NULL: nothing does */
};

struct dc_has {
	bool known; /* all values that it is set to are known */
	bool same; /* and all are as large as the first */
	bool allocated; /* and all are allocated */
	struct dc_extent least; /* of those that are known; bytes 0 and each 0: none */
	const struct dc_evidence *by; /* that shows the least, or what is not known */
};

/* Makes what the others search; dc_marshal_open calls it, dc_marshal_done ends it. */
void dc_evidence_index(struct dc_marshal *marshal);
void dc_evidence_done(struct dc_marshal *marshal);

/* How far code looks at what the pointer points to, while it does not change. */
struct dc_uses dc_evidence_uses(const struct dc_marshal *marshal, struct dc_pointer pointer);

/* What looks farthest by a constant number of bytes, and how far; calls through function pointers
 * are not followed. NULL: nothing does. */
const struct dc_evidence *dc_evidence_farthest(const struct dc_marshal *marshal,
					       struct dc_pointer pointer, long long *ret_bytes);

/* How much memory there is behind it. */
struct dc_has dc_evidence_has(const struct dc_marshal *marshal, struct dc_pointer pointer);

/* What shows that the memory behind a pointer (that pointers to a structure point to) is registers
 * of the device or used by it; NULL: nothing does. */
const struct dc_evidence *dc_evidence_device(const struct dc_marshal *marshal,
					     struct dc_pointer pointer);
const struct dc_evidence *dc_evidence_device_record(const struct dc_marshal *marshal,
						    const char *record);

/* True if some caller within the driver passes NULL for a parameter. */
bool dc_evidence_may_be_null(const struct dc_marshal *marshal, struct dc_pointer parameter);

/* The parameter of a function, a field. */
struct dc_pointer dc_pointer_of_parameter(const struct dc_marshal *marshal, const char *function,
					  size_t i);
struct dc_pointer dc_pointer_of_field(const char *record, const char *field);

/* For people: "addr[5] at mac.c:220"; in the arena. */
const char *dc_evidence_words(const struct dc_marshal *marshal, const struct dc_evidence *row);

#endif
