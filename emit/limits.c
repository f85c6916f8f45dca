/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of the annotations as one C function for each type, which the runtime calls before it
 * accepts a message (struct dcrt_type, valid). `now` is the structure as the message would leave
 * it, `was` the structure as it is.
 */
#include "emit/tables.h"

#include <string.h>

#include "emit/names.h"
#include "emit/print.h"

bool emit_is_limited(const struct dc_object_type *type)
{
	const struct dc_object_field *field;

	dc_vec_each (field, &type->fields)
		if (field->limited)
			return true;
	return false;
}

/* An expression of a limit, applied to `now` or `was`. */
static void put_expression(FILE *out, const char *text, const char *subject)
{
	const char *at;

	for (; (at = strstr(text, "$->")); text = at + strlen("$"))
		fprintf(out, "%.*s%s", (int)(at - text), text, subject);
	fputs(text, out);
}

/* The condition that the field, or a field that `unless` mentions, has changed. */
static void put_changes(FILE *out, const struct dc_object_limit *limit, bool alone)
{
	const struct dc_layout_field *field;
	bool any = false;

	dc_vec_each (field, &limit->layout->fields) {
		if (!field->path || field->bits || field->dimensions ||
		    (strcmp(field->name, limit->rule->field) != 0 &&
		     (alone || !dc_limit_mentions(limit->rule->unless, field->path))))
			continue;
		fprintf(out, "%sdcg_now->%s != dcg_was->%s", any ? " || " : "", field->path,
			field->path);
		any = true;
	}
}

/* A function may be static in another unit than the table. */
static void put_value(FILE *out, const struct dc_emit_plan *plan, const char *value)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->functions[i].code >= 0 &&
		    !strcmp(plan->functions[i].definition->plain, value)) {
			fprintf(out, "dcg_code[%d] /* %s */", plan->functions[i].code, value);
			return;
		}
	fprintf(out, "(%s)", value);
}

static void put_good(FILE *out, const struct dc_emit_plan *plan,
		     const struct dc_object_limit *limit)
{
	const struct dc_limit_rule *rule = limit->rule;
	const struct dc_layout_field *field =
		dc_marshal_field(plan->marshal, rule->record, rule->field);
	bool may_be_negative = field->value.is_signed || field->value.size == 1; /* char: or not */
	size_t i;

	for (i = 0; i < rule->values.len; i++) {
		fprintf(out, "%sdcg_now->%s == ", i ? " || " : "", field->path);
		put_value(out, plan, rule->values.at[i]);
	}
	if (rule->low && (may_be_negative || strcmp(rule->low, "0") != 0))
		fprintf(out, "dcg_now->%s >= (%s) && ", field->path, rule->low);
	if (rule->low)
		fprintf(out, "dcg_now->%s <= (%s)", field->path, rule->high);
}

static void put_limit(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_object_limit *limit)
{
	const struct dc_limit_rule *rule = limit->rule;

	emit_put_comment(out,
			 dc_arena_printf(arena, "%s.%s: %s", rule->record, rule->field, rule->why));
	fprintf(out, "\t{\n\t\tconst %s *dcg_now = now + %u, *dcg_was = was + %u;\n\n",
		limit->layout->spelling, limit->offset, limit->offset);
	if (rule->low || rule->values.len) {
		fputs("\t\tif ((", out);
		put_changes(out, limit, false);
		fputs(") && !(", out);
		put_good(out, plan, limit);
		fputs(")", out);
		if (rule->unless)
			fputs(" && !(", out);
		put_expression(out, rule->unless ? rule->unless : "", "dcg_now");
		fputs(rule->unless ? "))\n" : ")\n", out);
		fputs("\t\t\treturn false;\n", out);
	}
	if (rule->fixed) {
		fputs("\t\tif (", out);
		put_changes(out, limit, true);
		fputs(" && (", out);
		put_expression(out, rule->fixed, "dcg_was");
		fputs("))\n\t\t\treturn false;\n", out);
	}
	fputs("\t}\n", out);
}

void emit_put_valid(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		    size_t index)
{
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_limit *limit;

	if (!emit_is_limited(type))
		return;
	fprintf(out, "\nstatic bool dcg_valid_%s(const void *now, const void *was)\n{\n",
		emit_type_suffix(plan, arena, index));
	dc_vec_each (limit, &type->limits)
		put_limit(out, arena, plan, limit);
	fputs("\treturn true;\n}\n", out);
}
