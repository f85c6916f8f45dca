/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks up the rule of a name. A row whose name ends in * applies to all names that begin so; a row
 * with the whole name comes first. */
#include "marshal/rules.h"

#include <string.h>

const char *const dc_rule_class_names[DC_RULE_CLASSES] = {"local", "downcall", "downcall-on-caller",
							  "none"};

void dc_rules_done(struct dc_rules *rules)
{
	struct dc_function_rule *function;
	struct dc_limit_rule *limit;
	struct dc_rule *rule;

	dc_vec_each (rule, &rules->rules)
		dc_vec_done(&rule->arguments);
	dc_vec_each (limit, &rules->limits)
		dc_vec_done(&limit->values);
	dc_vec_each (function, &rules->functions) {
		dc_vec_done(&function->arguments);
		dc_vec_done(&function->reads);
	}
	dc_vec_done(&rules->rules);
	dc_vec_done(&rules->headers);
	dc_vec_done(&rules->acquiring);
	dc_vec_done(&rules->types);
	dc_vec_done(&rules->pointers);
	dc_vec_done(&rules->functions);
	dc_vec_done(&rules->trailing);
	dc_vec_done(&rules->recoveries);
	dc_vec_done(&rules->limits);
	dc_vec_done(&rules->declined);
	dc_arena_free(rules->arena);
	*rules = (struct dc_rules){0};
}

const struct dc_rule *dc_rules_find(const struct dc_rules *rules, const char *name)
{
	const struct dc_rule *rule, *prefix = NULL;

	dc_vec_each (rule, &rules->rules) {
		size_t len = strlen(rule->name);

		if (!strcmp(rule->name, name))
			return rule;
		if (len && rule->name[len - 1] == '*' && !strncmp(rule->name, name, len - 1))
			prefix = rule;
	}
	return prefix;
}

const struct dc_type_rule *dc_rules_type(const struct dc_rules *rules, const char *record)
{
	const struct dc_type_rule *rule, *found = NULL;

	dc_vec_each (rule, &rules->types) {
		size_t len = strlen(rule->name);

		if (!strcmp(rule->name, record))
			return rule;
		if (len && rule->name[len - 1] == '*' && !strncmp(rule->name, record, len - 1))
			found = rule;
	}
	return found;
}

const struct dc_function_rule *dc_rules_function(const struct dc_rules *rules, const char *name)
{
	const struct dc_function_rule *function;

	dc_vec_each (function, &rules->functions)
		if (!strcmp(function->name, name))
			return function;
	return NULL;
}
