/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A function may have a second name (__attribute__((alias))), which has no body of its own. Every
 * use of such a name becomes a use of the function, before anything else is resolved.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/resolve.h"

struct aliases {
	struct dc_facts *facts;
	struct dc_map targets; /* second name -> index of facts.functions */
};

/* An alias names a function of its own unit; a static one of another file is not meant. */
static int find_target(const struct dc_facts *facts, const struct dc_fact_alias *alias)
{
	const char *file = strchr(alias->symbol, '@');
	int found = -1;
	size_t i;

	for (i = 0; i < facts->functions.len; i++) {
		const struct dc_fact_function *function = &facts->functions.at[i];

		if (function->name != alias->target)
			continue;
		if (!function->is_static || (file && !strcmp(function->file, file + 1)))
			return (int)i;
		found = (int)i;
	}
	return found;
}

static const char *real_name(struct aliases *aliases, const char *name)
{
	int target = dc_map_get(&aliases->targets, name);

	return target < 0 ? name : aliases->facts->functions.at[target].symbol;
}

/* "ALIAS#1" and "ALIAS()" are cells of the function's. */
static const char *real_cell(struct aliases *aliases, const char *cell)
{
	size_t len = strcspn(cell, "#(");
	const char *owner, *real;

	if (!cell[len])
		return cell;
	owner = dc_facts_namef(aliases->facts, "%.*s", (int)len, cell);
	real = real_name(aliases, owner);
	return real == owner ? cell : dc_facts_namef(aliases->facts, "%s%s", real, cell + len);
}

static void rename_value(struct aliases *aliases, struct dc_fact_value *value)
{
	if (value->source == DC_FACT_FUNCTION)
		value->name = real_name(aliases, value->name);
	else if (value->source == DC_FACT_CELL)
		value->name = real_cell(aliases, value->name);
}

static void rename_all(struct aliases *aliases)
{
	struct dc_facts *facts = aliases->facts;
	struct dc_fact_address *address;
	struct dc_fact_value *value;
	struct dc_fact_flow *flow;
	struct dc_fact_call *call;
	const char **exported;

	dc_vec_each (call, &facts->calls)
		if (call->callee)
			call->callee = real_name(aliases, call->callee);
	dc_vec_each (address, &facts->addresses)
		address->symbol = real_name(aliases, address->symbol);
	dc_vec_each (value, &facts->values)
		rename_value(aliases, value);
	dc_vec_each (exported, &facts->exports)
		*exported = real_name(aliases, *exported);
	dc_vec_each (flow, &facts->flows) {
		flow->to = real_cell(aliases, flow->to);
		rename_value(aliases, &flow->from);
	}
}

void dc_resolve_aliases(struct dc_facts *facts)
{
	struct aliases aliases = {.facts = facts, .targets = {.arena = facts->arena}};
	const struct dc_fact_alias *alias;

	dc_vec_each (alias, &facts->aliases) {
		int target = find_target(facts, alias);

		if (target >= 0 && dc_map_get(&aliases.targets, alias->symbol) < 0)
			dc_map_set(&aliases.targets, alias->symbol, target);
	}
	if (facts->aliases.len)
		rename_all(&aliases);
	dc_map_done(&aliases.targets);
}
