/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the places where the kernel component takes something from the process, and says of each
 * whether its value is checked. */
#ifndef DC_EMIT_INTERFACE_H
#define DC_EMIT_INTERFACE_H

#include "emit/emit.h"

/* How a value from the process could be wrong. */
enum dc_interface_class {
	DC_INTERFACE_POINTER, /* another object, or of another type */
	DC_INTERFACE_REGISTER, /* other registers */
	DC_INTERFACE_CALLBACK, /* another function */
	DC_INTERFACE_STRING, /* without an end */
	DC_INTERFACE_LENGTH, /* of an array that is copied */
	DC_INTERFACE_NUMBER, /* an index, size, flag, time ... that a function takes */
	DC_INTERFACE_FIELD, /* the same in an object */
	DC_INTERFACE_COPY, /* bytes that an upcall's caller gets back */
	DC_INTERFACE_RESULT, /* of an upcall */
	DC_INTERFACE_BALANCE, /* a release of what was not acquired, or twice */
	DC_INTERFACE_CLASSES
};

extern const char *const dc_interface_names[DC_INTERFACE_CLASSES];

/*
 * A place is guarded if the kernel component refuses each value that is not right for it as far as
 * rules and annotations say what is right; else it is open: its form is checked (an object, a
 * function of the driver, so many bytes), its value is believed.
 */
struct dc_interface_place {
	enum dc_interface_class class;
	bool guarded;
	const char *function; /* of the call; NULL: a field */
	const char *what; /* a parameter, "result", or "e1000_adapter.itr" */
};

typedef DC_VEC(struct dc_interface_place) dc_interface_places;

/* dc_emit_interface - the places of a plan, by class. Texts: the arena's. End with dc_vec_done. */
void dc_emit_interface(struct dc_arena *arena, const struct dc_emit_plan *plan,
		       dc_interface_places *ret);

#endif
