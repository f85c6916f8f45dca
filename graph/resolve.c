/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From facts to the graph: the state that the parts share, and their order. */
#include "graph/resolve.h"

#include <stdlib.h>

void dc_facts_resolve(struct dc_diag *diag, struct dc_facts *facts, struct dc_graph *graph)
{
	struct dc_resolve resolve = {.diag = diag, .facts = facts, .graph = graph};

	resolve.functions.arena = resolve.kernel.arena = graph->arena;
	resolve.cell_index.arena = resolve.records.arena = graph->arena;
	resolve.shared.arena = resolve.variables.arena = graph->arena;
	dc_resolve_aliases(facts);
	dc_resolve_functions(&resolve);
	dc_resolve_kernel_functions(&resolve);
	dc_resolve_shared(&resolve);
	dc_resolve_flows(&resolve);
	dc_resolve_targets(&resolve);
	dc_resolve_unknown_locks(&resolve);
	dc_locks_resolve(facts);
	dc_resolve_calls(&resolve);
	dc_resolve_entry_points(&resolve);
	dc_resolve_contexts(&resolve);
	dc_resolve_accesses(&resolve);
	dc_map_done(&resolve.functions);
	dc_map_done(&resolve.kernel);
	dc_map_done(&resolve.cell_index);
	dc_map_done(&resolve.records);
	dc_map_done(&resolve.shared);
	dc_map_done(&resolve.variables);
	dc_vec_done(&resolve.cells);
	dc_vec_done(&resolve.from_callers);
}
