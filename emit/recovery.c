/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The driver's own functions that recovery calls when the process has died: one wrapper for each,
 * at the end of the file that defines the function, and the table of them all.
 */
#include "emit/journal.h"

#include <string.h>

#include "emit/names.h"
#include "emit/print.h"
#include "marshal/signature.h"

void emit_put_recovery(FILE *out, const struct emit_unit *unit)
{
	const struct dc_marshal *marshal = unit->plan->marshal;
	const struct dc_recovery_rule *rule;
	struct dc_recovery recovery;

	dc_vec_each (rule, &marshal->annotations.recoveries) {
		const struct dc_parameter *parameter;

		if (!dc_marshal_recovery(marshal, rule, &recovery) ||
		    strcmp(recovery.definition->unit, unit->file->name) != 0)
			continue;
		parameter = &recovery.definition->parameters.at[0];
		fprintf(out, "\nvoid dcg_recover_%s(void *dcg_object)\n{\n\t",
			emit_c_name(unit->arena, rule->function));
		emit_put_declaration(out, parameter->type, parameter->name);
		fprintf(out, " = dcg_object + %u;\n\n", recovery.base);
		if (rule->condition)
			fprintf(out, "\tif (%s)\n\t",
				dc_signature_expand(marshal, recovery.definition, rule->condition));
		fprintf(out, "\t%s(%s);\n}\n", recovery.definition->plain, parameter->name);
	}
}

/* The static variables of functions that bind a device: a second probe of it finds them as the
 * first did. */
static void put_bind_statics(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_object_type *type;

	fputs("\nconst u16 dcg_bind_statics[] = {\n", out);
	dc_vec_each (type, &plan->types) {
		const struct dc_function_rule *rule =
			type->local ? dc_marshal_function_rule(
					      plan->marshal,
					      dc_source_find(plan->source, type->local->function))
				    : NULL;

		if (rule && rule->device)
			fprintf(out, "\t%s,\n",
				emit_type_name(plan, arena, (size_t)(type - plan->types.at)));
	}
	fputs("\tDCRT_ANY_TYPE,\n};\n", out);
}

void emit_put_recoveries(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_recovery_rule *rule;
	struct dc_recovery recovery;

	fputs("\nconst struct dck_recovery dcg_recoveries[] = {\n", out);
	dc_vec_each (rule, &plan->marshal->annotations.recoveries)
		if (dc_marshal_recovery(plan->marshal, rule, &recovery))
			fprintf(out, "\t{\"%s\", dcg_recover_%s, DCG_TYPE_%s, %s},\n",
				rule->function, emit_c_name(arena, rule->function),
				emit_c_name(arena, recovery.type),
				rule->with_locks ? "true" : "false");
	fputs("\t{NULL, NULL, 0, false},\n};\n", out);
	put_bind_statics(out, arena, plan);
}
