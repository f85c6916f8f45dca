/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder of fields (marshal/ladder.h) of a cut: what drivercut emit --check --fields prints. */
#ifndef DC_CLI_LADDER_H
#define DC_CLI_LADDER_H

#include "cli/workspace.h"
#include "emit/emit.h"

/* Prints it as a table or as JSON. Returns 0; -EINVAL after reporting: source.json is too old. */
int dc_ladder_print(struct dc_workspace *workspace, const struct dc_emit_plan *plan);

#endif
