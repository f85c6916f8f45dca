/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From facts to the graph: the state that the parts share, and their order. */
#include "graph/resolve.h"

#include <stdlib.h>

void facts_resolve(struct dc_diag *diag, struct facts *facts, struct dc_graph *graph)
{
	struct resolve resolve = {.diag = diag, .facts = facts, .graph = graph};
	size_t i;

	resolve.functions.arena = resolve.kernel.arena = graph->arena;
	resolve.cell_index.arena = resolve.records.arena = graph->arena;
	for (i = 0; i < facts->records.len; i++)
		map_set(&resolve.records, facts->records.at[i], 1);
	locks_resolve(facts);
	resolve_functions(&resolve);
	resolve_kernel_functions(&resolve);
	resolve_flows(&resolve);
	resolve_calls(&resolve);
	resolve_entry_points(&resolve);
	resolve_contexts(&resolve);
	resolve_data(&resolve);
	map_done(&resolve.functions);
	map_done(&resolve.kernel);
	map_done(&resolve.cell_index);
	map_done(&resolve.records);
	dc_vec_done(&resolve.cells);
	dc_vec_done(&resolve.from_callers);
}
