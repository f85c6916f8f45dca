/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts what the kernel component takes from the process: drivercut emit --check --interface. */
#ifndef DC_CLI_INTERFACE_H
#define DC_CLI_INTERFACE_H

#include "cli/workspace.h"
#include "emit/emit.h"

/* Prints the count by class as a table, or the places, too, as JSON. */
void dc_interface_print(struct dc_workspace *workspace, const struct dc_emit_plan *plan);

#endif
