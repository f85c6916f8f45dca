/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What recovery cannot release: calls of the kernel's functions that acquire something, by their
 * names (`acquiring` of the rules), for which no rule says how to release it. What only the
 * module's init function acquires is not for recovery.
 */
#include "marshal/recovery_gaps.h"

#include <fnmatch.h>
#include <string.h>

static bool is_acquiring(const struct dc_rules *rules, const char *name)
{
	const char **pattern;

	dc_vec_each (pattern, &rules->acquiring)
		if (!fnmatch(*pattern, name, 0))
			return true;
	return false;
}

/* The name of a function that some rule's undo calls. */
static bool is_release(const struct dc_rules *rules, const char *name)
{
	const struct dc_rule *rule;
	size_t len = strlen(name);

	dc_vec_each (rule, &rules->rules)
		if (rule->undo && !strncmp(rule->undo, name, len) && rule->undo[len] == '(')
			return true;
	return false;
}

static bool only_begins(const struct dc_function *function)
{
	return function->contexts && !(function->contexts & ~(1u << DC_CONTEXT_INIT));
}

/* The first call that is not of the module's beginning, or NULL. */
static const struct dc_call *first_call(const struct dc_graph *graph, unsigned kernel_function)
{
	const struct dc_call *call, *first = NULL;

	dc_vec_each (call, &graph->calls)
		if (!first && call->kind == DC_CALL_KERNEL && call->callee == kernel_function &&
		    !only_begins(&graph->functions.at[call->caller]))
			first = call;
	return first;
}

static void warn_of_gap(struct dc_diag *diag, const struct dc_graph *graph,
			const struct dc_call *call, const char *name)
{
	const struct dc_function *caller = &graph->functions.at[call->caller];

	dc_warn(diag, DC_LINE(caller->file, call->line),
		"%s acquires something, and no rule says how it is released: if the process dies "
		"in a change, the device cannot be probed again. Add to the rule in marshal/rules/ "
		"\"undo\": \"RELEASE($0)\", or \"no_undo\": \"why nobody need release it\"",
		name);
}

void dc_recovery_gaps_warn(struct dc_diag *diag, const struct dc_marshal *marshal)
{
	const struct dc_graph *graph = marshal->graph;
	const char *held = NULL;
	size_t i;

	for (i = 0; i < graph->kernel_functions.len; i++) {
		const char *name = graph->kernel_functions.at[i].name;
		const struct dc_rule *rule = dc_rules_find(marshal->rules, name);
		const struct dc_call *call = first_call(graph, (unsigned)i);

		if (!call)
			continue;
		if (rule && rule->recovery && !held)
			held = name;
		if (!(rule && (rule->undo || rule->no_undo)) &&
		    is_acquiring(marshal->rules, name) && !is_release(marshal->rules, name))
			warn_of_gap(diag, graph, call, name);
	}
	if (held && !marshal->annotations.recoveries.len)
		dc_warn(diag, DC_FILE(marshal->path),
			"no row of `recovery` names a function of the driver that frees what hangs "
			"in its rings (%s, for example): it is lost whenever the process dies in a "
			"change. Add \"recovery\": [{\"function\": \"FUNCTION\"}]",
			held);
}
