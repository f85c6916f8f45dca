/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How each argument and the result of a function cross. */
#ifndef DC_MARSHAL_SIGNATURE_H
#define DC_MARSHAL_SIGNATURE_H

#include "marshal/marshal.h"

enum dc_mode {
	DC_MODE_WORD,
	DC_MODE_ADDRESS, /* points into an object, or to memory that only the kernel dereferences */
	DC_MODE_CODE, /* points to a function */
	DC_MODE_STRING,
	DC_MODE_VALUE, /* one structure, copied there and back */
	DC_MODE_ARRAY, /* count elements, copied there and back */
};

#define DC_SIGNATURE_MAX 16 /* arguments; DCRT_ARGS_MAX of the runtime */

struct dc_argument {
	enum dc_mode mode;
	const char *count; /* an array's length: a C expression of the other parameters */
};

/* How a function crosses. */
struct dc_signature {
	DC_VEC(struct dc_argument) arguments;
	enum dc_mode result; /* WORD or ADDRESS; a void function has WORD */
	const char *refusal; /* why it cannot cross, or NULL; then arguments may be incomplete */
};

/* The signature of a function of the driver, and of one of the kernel. Caller ends ret->arguments
 * with dc_vec_done. */
void dc_signature_of_function(const struct dc_marshal *marshal,
			      const struct dc_definition *definition, struct dc_signature *ret);
void dc_signature_of_kernel(const struct dc_marshal *marshal, const struct dc_prototype *prototype,
			    const struct dc_rule *rule, struct dc_signature *ret);

/* Why a parameter of a function of the driver cannot cross, or NULL. */
const char *dc_signature_parameter_refusal(const struct dc_marshal *marshal,
					   const struct dc_definition *definition, size_t i);

/* A text with $0, $1 ... replaced by the names of parameters; definition NULL: by a0, a1 ..., the
 * names that generated code gives to the parameters of a function of the kernel. */
const char *dc_signature_expand(const struct dc_marshal *marshal,
				const struct dc_definition *definition, const char *text);

/* The row of the annotations or the rules about a function of the driver, or NULL. */
const struct dc_function_rule *dc_marshal_function_rule(const struct dc_marshal *marshal,
							const struct dc_definition *definition);

/* Whether the kernel enters a function to set something that recovery sets again. */
bool dc_entry_is_setter(const struct dc_marshal *marshal, const struct dc_definition *definition);

/* What the kernel component does if the kernel enters a function of the process, and the call was
 * not made or not finished. Of the first entry point that has a rule. */
struct dc_failure {
	const char *statement; /* C, or NULL */
	const char *result; /* C expression, or NULL: the error, or 0 */
	bool last_answer; /* the result, and what it copies back, are those of the last call */
};

void dc_entry_failure(const struct dc_marshal *marshal, const struct dc_definition *definition,
		      struct dc_failure *ret);

#endif
