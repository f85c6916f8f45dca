/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel symbols that a cut's process would need a rule for: what drivercut emit --check lists. */
#ifndef DC_CLI_MISSING_RULES_H
#define DC_CLI_MISSING_RULES_H

#include "cli/workspace.h"
#include "emit/emit.h"
#include "marshal/uses.h"

/* Prints the symbols without a rule that functions on the user side use, as a table or as JSON;
 * first those that free most lines alone. */
void dc_missing_rules_print(struct dc_workspace *workspace, const struct dc_rules *rules,
			    const struct dc_graph *graph, const struct dc_emit_plan *plan);

#endif
