/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls of kernel functions that get a lock and that no template knows: such a function is taken to
 * be one that takes the lock and returns with it held.
 */
#include <string.h>

#include "graph/resolve.h"

/* An inline function that calls nothing outside the headers cannot wait for a lock; what one does
 * that calls lock functions its body shows. */
static bool may_lock(const struct dc_resolve *resolve, const struct dc_fact_call *call)
{
	bool is_new;
	unsigned index = dc_facts_kernel_function(resolve->facts, call->callee, &is_new);
	int kernel = dc_map_get(&resolve->kernel, call->callee);
	const struct dc_kernel_function *function;

	if (kernel < 0 || dc_family_lock(resolve->facts->family, call->callee))
		return false;
	function = &resolve->graph->kernel_functions.at[kernel];
	return !function->is_inline || (function->reaches_count > 0 &&
					!resolve->facts->kernel_functions.at[index].locks.len);
}

static void warn_of_lock(struct dc_resolve *resolve, const struct dc_fact_call *call,
			 const char *object)
{
	int caller = dc_map_get(&resolve->functions, call->caller);

	if (caller >= 0)
		dc_warn(resolve->diag,
			DC_LINE(resolve->graph->functions.at[caller].file, call->line),
			"%s passes a lock (%s) to %s, for which no template has a row; it is "
			"treated "
			"as a function that takes the lock. Add a row to \"locks\" in a file of "
			"graph/families (%s) or in a families.json of the driver's folder",
			resolve->graph->functions.at[caller].name, object, call->callee,
			resolve->graph->family);
}

static void warn_of_no_locks(struct dc_resolve *resolve)
{
	if (!resolve->facts->saw_locks && resolve->graph->kernel_functions.len)
		dc_warn(resolve->diag, NULL,
			"the kernel's headers declare no function of those that a template knows "
			"as "
			"lock functions, so no lock of this driver is seen; add rows to \"locks\" "
			"in a "
			"file of graph/families (%s)",
			resolve->graph->family);
}

void dc_resolve_unknown_locks(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	struct dc_fact_call *call;

	warn_of_no_locks(resolve);
	dc_vec_each (call, &facts->calls) {
		const struct dc_fact_lock_argument *lock;

		if (!call->callee || !call->lock_count || !may_lock(resolve, call))
			continue;
		lock = &facts->lock_arguments.at[call->first_lock];
		call->unknown_lock = dc_facts_lock(facts, lock->object, lock->class) + 1;
		warn_of_lock(resolve, call, lock->object);
	}
}
