/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setters: functions in the process that recovery calls again with the arguments of the last call
 * that succeeded (runtime/component/settings.c). One wrapper for each, at the end of the file that
 * defines the function.
 */
#include "emit/journal.h"

#include <string.h>

#include "emit/call.h"
#include "emit/print.h"

/* The other addresses of a call are of its caller's, and gone. */
static void put_replay(FILE *out, const struct emit_call *call, const char *name)
{
	const char *about = emit_about(call);
	size_t i;

	fprintf(out, "\nstatic int dcg_replay_%s(const struct dck_arg *args)\n{\n\t%s%s(", name,
		call->result_kind == DC_RESULT_VOID ? "" : "return ", call->target);
	for (i = 0; i < call->count; i++) {
		const struct emit_parameter *parameter = &call->parameters[i];
		enum dc_mode mode = call->signature.arguments.at[i].mode;

		fputs(i ? ", " : "", out);
		if (emit_is_copied(mode))
			fprintf(out, "args[%zu].data", i);
		else if (mode == DC_MODE_WORD || !strcmp(parameter->name, about))
			fprintf(out, "(%s)args[%zu].word", parameter->type, i);
		else
			fputs("NULL", out);
	}
	fprintf(out,
		");\n%s}\n\nconst struct dck_setter dcg_setter_%s = {\"%s\", dcg_replay_%s};\n",
		call->result_kind == DC_RESULT_VOID ? "\treturn 0;\n" : "", name, call->plain,
		name);
}

typedef void (*setter_printer)(FILE *out, const struct emit_call *call, const char *name);

/* file NULL: of all files. */
static void each_setter(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			const struct dc_source_file *file, setter_printer print)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct dc_emit_function *function = &plan->functions[i];
		struct emit_call call;

		if (function->placement != DC_PLACEMENT_USER || !function->crosses ||
		    (file && strcmp(function->definition->unit, file->name) != 0))
			continue;
		emit_call_of_function(arena, plan, function, &call);
		if (call.setter)
			print(out, &call, emit_c_name(arena, call.plain));
		emit_call_done(&call);
	}
}

void emit_put_setters(FILE *out, const struct emit_unit *unit)
{
	each_setter(out, unit->arena, unit->plan, unit->file, put_replay);
}

static void put_setter_declaration(FILE *out, const struct emit_call *call, const char *name)
{
	(void)call;
	fprintf(out, "extern const struct dck_setter dcg_setter_%s;\n", name);
}

void emit_put_setter_declarations(FILE *out, struct dc_arena *arena,
				  const struct dc_emit_plan *plan)
{
	each_setter(out, arena, plan, NULL, put_setter_declaration);
}
