/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wrappers that note what the kernel component acquires, and the driver's functions that
 * recovery calls. */
#ifndef DC_EMIT_JOURNAL_H
#define DC_EMIT_JOURNAL_H

#include <stdio.h>

#include "emit/source.h"

/* dcg_journal.h; and for dcg_kernel.c the function that undoes each acquisition. */
const char *emit_journal_h(struct dc_arena *arena, const struct dc_emit_plan *plan);
void emit_put_undos(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan);

/* recovery.c: wrappers of a file's functions that recovery calls; and for dcg_kernel.c the table of
 * all of them. */
void emit_put_recovery(FILE *out, const struct emit_unit *unit);
void emit_put_recoveries(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan);

#endif
