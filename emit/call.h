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
	/* The row in the table of functions: */
	const char *kind; /* "DCRT_ARG_INT" */
	bool back; /* a copy that comes back */
	unsigned size; /* bytes, of a copy or of one of its elements, or of a register; 0: see
			  length */
	size_t counted_by; /* 1 + the parameter that counts the elements; 0: none does */
	const char *length; /* how many bytes: a C expression of the other parameters; or NULL */
};

/* A function of the driver that is called across, in either direction, or one of the kernel. */
struct emit_call {
	struct dc_arena *arena;
	struct dc_failure failure; /* of an upcall */
	bool setter; /* of an upcall: noted, so that recovery can make it again */
	size_t about; /* 1 + the parameter that tells which device an upcall is for; 0: none does */
	bool up, by_caller, retry;
	bool acquires; /* a downcall: the journal notes it, and its undo if the process cannot be
			  told */
	enum dc_sync sync;
	enum dc_register is_register; /* takes one address, and one value if it writes */
	const char *number, *run, *target; /* C names */
	const char *before, *instead; /* as in struct dc_rule, with names for $0 ..., $r; or NULL */
	const char *plain; /* name for statistics */
	const char *comment; /* in the stub, or NULL */
	const char *result; /* type */
	enum dc_result result_kind;
	const struct dc_value *result_value;
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

/* The parameter of a register accessor that is, or is not, the address; count: there is none. */
size_t emit_find_parameter(const struct emit_call *call, bool address);

/* "DCRT_ARG_INT": of a number, by its size and sign. */
const char *emit_kind_of_number(const struct dc_value *value);

/* Whether some argument's length is computed by a function. */
bool emit_has_length(const struct emit_call *call);

/* "DCG_TYPE_adapter" */
const char *emit_type_of_record(struct dc_arena *arena, const char *record);

/* Whether a value points to an object of the kernel (rules: class "object"). */
bool emit_is_kernel_object(const struct dc_marshal *marshal, const struct dc_value *value);

#endif
