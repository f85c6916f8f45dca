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

/* The length of a condition up to its first && or || that is not in parentheses, that included; if
 * that is longer than most, up to the first of any. */
static size_t operand_len(const char *condition, size_t most)
{
	size_t first = 0, at;
	int depth = 0;

	for (at = 0; condition[at]; at++) {
		depth += (condition[at] == '(') - (condition[at] == ')');
		if ((condition[at] != '&' && condition[at] != '|') ||
		    condition[at + 1] != condition[at])
			continue;
		if (!first)
			first = at + 2;
		at++;
		if (depth <= 0)
			break;
	}
	if (condition[at])
		at++;
	return at > most && first ? first : at;
}

/* Returns false on a condition. Its lines are broken behind && and ||. */
static void put_refusal(FILE *out, const char *condition)
{
	const size_t indent = strlen("                if ("), most = 99 - indent;
	size_t column = indent, len;

	fputs("\t\tif (", out);
	for (; *condition; condition += len + strspn(condition + len, " ")) {
		len = operand_len(condition, most);
		if (column > indent && column + 1 + len > 99) {
			fputs("\n\t\t    ", out);
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)len, condition);
		column += len;
	}
	fputs(")\n\t\t\treturn false;\n", out);
}

static void put_limit(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_object_limit *limit)
{
	const struct dc_limit_rule *rule = limit->rule;
	struct emit_piece piece;

	emit_put_comment(out,
			 dc_arena_printf(arena, "%s.%s: %s", rule->record, rule->field, rule->why));
	fprintf(out, "\t{\n\t\tconst %s *dcg_now = now + %u, *dcg_was = was + %u;\n\n",
		limit->layout->spelling, limit->offset, limit->offset);
	if (rule->low || rule->values.len) {
		emit_piece_start(&piece);
		fputs("(", piece.out);
		put_changes(piece.out, limit, false);
		fputs(") && !(", piece.out);
		put_good(piece.out, plan, limit);
		fputs(")", piece.out);
		if (rule->unless)
			fputs(" && !(", piece.out);
		put_expression(piece.out, rule->unless ? rule->unless : "", "dcg_now");
		fputs(rule->unless ? ")" : "", piece.out);
		put_refusal(out, emit_piece_end(&piece, arena));
	}
	if (rule->fixed) {
		emit_piece_start(&piece);
		put_changes(piece.out, limit, true);
		fputs(" && (", piece.out);
		put_expression(piece.out, rule->fixed, "dcg_was");
		fputs(")", piece.out);
		put_refusal(out, emit_piece_end(&piece, arena));
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
	fprintf(out,
		"\n/* clang-format off */\nbool dcg_valid_%s(const void *now, const void "
		"*was)\n{\n",
		emit_type_suffix(plan, arena, index));
	dc_vec_each (limit, &type->limits)
		put_limit(out, arena, plan, limit);
	fputs("\treturn true;\n}\n/* clang-format on */\n", out);
}
