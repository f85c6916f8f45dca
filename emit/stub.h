/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends of a call: the stub that makes it and the handler that serves it. */
#ifndef DC_EMIT_STUB_H
#define DC_EMIT_STUB_H

#include "emit/call.h"

void emit_put_stub(FILE *out, const struct emit_call *call); /* a body, braces included */
void emit_put_handler(FILE *out, const struct emit_call *call);

/* The body of a function of the driver on the side where it does not run, braces included. */
const char *emit_stub(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_emit_function *function);

#endif
