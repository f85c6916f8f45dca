/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call across, described. */
#ifndef DC_EMIT_CALL_H
#define DC_EMIT_CALL_H

#include <stdio.h>

#include "emit/emit.h"
#include "marshal/signature.h"

struct emit_parameter {
	const char *name, *type;
	const struct dc_value *value;
	bool nonnull; /* of a downcall: NULL or an error pointer ends the process */
	bool adopted; /* the kernel may pass this object for the first time */
	const char *shared; /* it may point to memory of the process, to become this type; or NULL
			     */
	enum dc_releases releases;
};

/* A function of the driver that is called across, in either direction, or one of the kernel. */
struct emit_call {
	struct dc_arena *arena;
	struct dc_failure failure; /* of an upcall */
	bool setter; /* of an upcall: noted, so that recovery can make it again */
	bool up, by_caller, retry;
	bool acquires; /* a downcall: the journal notes it, and its undo if the process cannot be
			  told */
	bool locks; /* an upcall: its downcalls may take locks */
	enum dc_sync sync;
	enum dc_register is_register; /* takes one address, and one value if it writes */
	const char *number, *handler, *target; /* C names */
	const char *before, *instead; /* as in struct dc_rule, with names for $0 ..., $r; or NULL */
	const char *plain; /* name for statistics */
	const char *comment; /* in the stub, or NULL */
	const char *result; /* type */
	enum dc_result result_kind;
	const char *result_adopted; /* the structure that the result points to, if an object */
	const char *result_shared; /* as in a parameter */
	unsigned deadline_ms;
	const char *device; /* an expression: the device that it binds or unbinds, or NULL */
	bool binds; /* binds it, when it succeeds; else unbinds it */
	struct emit_parameter *parameters;
	size_t count;
	struct dc_signature signature;
};

/* End both with emit_call_done. */
void emit_call_of_function(struct dc_arena *arena, const struct dc_emit_plan *plan,
			   const struct dc_emit_function *function, struct emit_call *ret);
void emit_call_of_kernel(struct dc_arena *arena, const struct dc_emit_plan *plan,
			 const struct dc_emit_kernel *kernel, struct emit_call *ret);
void emit_call_done(struct emit_call *call);

/* Whether an argument of a mode is copied there and back. */
bool emit_is_copied(enum dc_mode mode);

/* Whether a call's arguments can be noted and passed again: numbers, copies, and the address of
 * what it is about. */
bool emit_can_repeat(const struct emit_call *call);

/* The parameter that tells which device an upcall is for: the first that is a structure's address;
 * "NULL": none is. */
const char *emit_about(const struct emit_call *call);

/* The number of bytes that a copied parameter points to: a C expression. */
const char *emit_bytes_of(const struct emit_call *call, size_t i);

/* The parameter of a register accessor that is, or is not, the address; count: there is none. */
size_t emit_find_parameter(const struct emit_call *call, bool address);

/* The size of the register that is accessed: a C expression. */
const char *emit_bytes_of_register(const struct emit_call *call);

/* Whether a value points to an object of the kernel (rules: class "object"). */
bool emit_is_kernel_object(const struct dc_marshal *marshal, const struct dc_value *value);

/* "TYPE NAME, ...", or "void". */
void emit_put_parameters(FILE *out, const struct emit_call *call);

#endif
