/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What drivercut emit --check prints. */
#ifndef DC_CLI_EMIT_CHECK_H
#define DC_CLI_EMIT_CHECK_H

#include "cli/driver_files.h"
#include "emit/emit.h"
#include "marshal/uses.h"

/* Names without a rule that functions on the user side use, those first that most lines hang on. */
void dc_emit_check_print(struct dc_cli_driver *files, const struct dc_rules *rules,
			 const struct dc_graph *graph, const struct dc_emit_plan *plan);

#endif
