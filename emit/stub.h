/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends of a call: the stub that makes it, its description, and what the other end runs. */
#ifndef DC_EMIT_STUB_H
#define DC_EMIT_STUB_H

#include "emit/call.h"

void emit_put_stub(FILE *out, const struct emit_call *call); /* a body, braces included */

/* The body of a function of the driver on the side where it does not run, braces included. */
const char *emit_stub(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_emit_function *function);

/* descriptor.c: a row of the table of functions. side: where the table is. */
void emit_put_descriptor(FILE *out, const struct emit_call *call, enum dc_side side);

/* handler.c: struct dcrt_function, run; and special, if a side has that. */
void emit_put_run(FILE *out, const struct emit_call *call);
void emit_put_special(FILE *out, const struct emit_call *call, enum dc_side side);
bool emit_is_special(const struct emit_call *call, enum dc_side side);

/* When an upcall releases one of its arguments. */
enum dc_releases emit_releases(const struct emit_call *call);

#endif
