/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other names of folders, for programs that cannot take a blank in a path, as Kbuild. */
#ifndef DC_BASE_ALIAS_H
#define DC_BASE_ALIAS_H

#include "alloc.h"

/* An absolute path of the folder without blanks: itself, or a link to it that is there until this
 * program ends; the folder's own path if no link can be made. In the arena. */
const char *dc_alias_of(struct dc_arena *arena, const char *folder);

/* The text with each occurrence of an alias replaced by the folder; the text itself if there is
 * none, or if the alias is the folder. In the arena. */
const char *dc_alias_undo(struct dc_arena *arena, const char *text, const char *alias,
			  const char *folder);

#endif
