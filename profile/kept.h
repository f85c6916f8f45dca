/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside profile/: parts of a recording. A guest that fails late leaves the parts that it has
 * completed; the next guest records the others. Each guest's results have a file "done", a line a
 * part: a phase, or "free", the rates without recording.
 */
#ifndef DC_PROFILE_KEPT_H
#define DC_PROFILE_KEPT_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"

struct kept_guest {
	const char *folder; /* its results */
	const char *done; /* " PART PART " */
};

struct kept {
	const char *root; /* of all that is kept */
	DC_VEC(struct kept_guest) guests; /* in the order of their boots */
};

/* Whether a list such as kept_guest.done has a part. */
bool kept_has(const char *done, const char *part);

/*
 * kept_open - what earlier guests have left in the folder root, made if needed. Parts of another
 * recording than this one are dropped (of: a text that identifies the recording). Strings live in
 * the arena; end it with kept_close. Returns 0, or -errno after reporting.
 */
int kept_open(struct dc_diag *diag, struct dc_arena *arena, const char *root, const char *of,
	      struct kept *ret);

/* Adds a guest's results where they are. Returns 0, or -errno after reporting: no file "done". */
int kept_add(struct dc_diag *diag, struct dc_arena *arena, struct kept *kept, const char *results);

/* Moves results with at least one part, of a guest that failed, to where kept_open looks; does
 * nothing with others. Returns whether there are any. */
bool kept_save(struct dc_diag *diag, struct dc_arena *arena, const struct kept *kept,
	       const char *results);

/* All parts that are done, as in kept_guest.done; arena. */
const char *kept_done(struct dc_arena *arena, const struct kept *kept);

/* Removes all that is kept. */
void kept_forget(struct dc_diag *diag, const struct kept *kept);

void kept_close(struct kept *kept);

#endif
