/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which fields of structures the functions in the process read and write. */
#ifndef DC_MARSHAL_TOUCHED_H
#define DC_MARSHAL_TOUCHED_H

#include "marshal/marshal.h"

struct dc_touched_field {
	const char *record, *field; /* field "*": all */
	bool written; /* an address that is taken may be written through */
};

typedef DC_VEC(struct dc_touched_field) dc_touched;

/* The fields that functions in `user` (a flag for each of source->definitions) touch, with those
 * that the kernel's inline functions touch on their behalf and those that annotations name. Caller
 * ends ret with dc_vec_done. */
void dc_touched_find(const struct dc_marshal *marshal, const bool *user, dc_touched *ret);

/* Whether a field is among them, and whether it may be written. */
bool dc_touched_has(const dc_touched *touched, const char *record, const char *field,
		    bool *ret_written);

#endif
