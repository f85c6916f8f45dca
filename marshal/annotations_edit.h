/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adds rows to the text of an annotations.json and leaves everything else in it as a person wrote
 * it: the order, the line breaks, rows of other kinds.
 */
#ifndef DC_MARSHAL_ANNOTATIONS_EDIT_H
#define DC_MARSHAL_ANNOTATIONS_EDIT_H

#include "base/alloc.h"

/* The text with one more row. A row about a function that has a row already is merged into that
 * one, key by key; a row that is there as it is changes nothing.
 * @text     valid annotations, or NULL: there are none yet
 * @section  "functions", "pointers", "trailing", "declined"
 * @row      a JSON object
 * Returns a text of the arena, or NULL: row is not a JSON object. */
const char *dc_annotations_add(struct dc_arena *arena, const char *text, const char *section,
			       const char *row);

/* The same JSON value in one form, whatever its spacing; NULL: it is not JSON. In the arena. */
const char *dc_annotations_plain(struct dc_arena *arena, const char *row);

#endif
