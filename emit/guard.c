/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guards of entry points that run in the kernel component and that the kernel calls where it may
 * sleep: they never run during recovery (dck_guard_enter in runtime/component/). The guard takes
 * the entry point's name; the driver's own text comes before it, renamed.
 */
#include "emit/source.h"

#include <string.h>

#include "emit/call.h"
#include "emit/names.h"
#include "emit/print.h"

/* Work items and timers are not guarded: recovery stops them. Nor are functions that the driver
 * passes as an argument and not in a field: one may be a thread's function, which does not return.
 */
bool emit_is_guarded(const struct dc_emit_plan *plan, const struct dc_emit_function *function)
{
	int index = dc_graph_function(plan->marshal->graph, function->definition->name);
	const struct dc_entry_point *point;
	bool process = false;

	if (plan->all_kernel || function->placement != DC_PLACEMENT_KERNEL ||
	    function->on[DC_SIDE_KERNEL] != DC_NATIVE || function->definition->fixed ||
	    function->definition->uncuttable)
		return false;
	dc_vec_each (point, &plan->marshal->graph->entry_points) {
		if ((int)point->function != index)
			continue;
		if (point->context != DC_CONTEXT_PROCESS || !strchr(point->via, '.'))
			return false;
		process = true;
	}
	return process;
}

static void put_own_call(FILE *out, struct dc_arena *arena, const struct dc_definition *definition)
{
	size_t i;

	fprintf(out, "%s%s(", definition->result_kind == DC_RESULT_VOID ? "" : "dcg_result = ",
		emit_own_name(arena, definition));
	for (i = 0; i < definition->parameters.len; i++)
		fprintf(out, "%s%s", i ? ", " : "", definition->parameters.at[i].name);
	fputs(");\n", out);
}

/* The parameter that tells which device a call is for. */
static const char *about(const struct dc_definition *definition)
{
	size_t i;

	for (i = 0; i < definition->parameters.len; i++)
		if (definition->parameters.at[i].value.kind == DC_VALUE_POINTER &&
		    definition->parameters.at[i].value.to == DC_VALUE_RECORD)
			return definition->parameters.at[i].name;
	return "NULL";
}

/* The kernel passes its objects for the first time when it binds a device. */
static void put_bind(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		     const struct dc_definition *definition, const char *device)
{
	bool adopts = false;
	size_t i;

	fprintf(out,
		"\tdcg_result = dck_device_begin(&dcg_dck, %s);\n\tif (dcg_result < 0)\n"
		"\t\treturn dcg_result;\n\tif (!dck_guard_enter(&dcg_dck, &dcg_inside, %s))\n"
		"\t\treturn -EPROBE_DEFER;\n",
		device, about(definition));
	for (i = 0; i < definition->parameters.len; i++) {
		const struct dc_parameter *parameter = &definition->parameters.at[i];

		if (!emit_is_kernel_object(plan->marshal, &parameter->value))
			continue;
		fprintf(out,
			"\tdcg_result = dcrt_adopt(dcg_dck.channel, %s, DCG_TYPE_%s, 1);\n"
			"\tif (dcg_result < 0)\n\t\tgoto dcg_leave;\n",
			parameter->name, parameter->value.record);
		adopts = true;
	}
	fputc('\t', out);
	put_own_call(out, arena, definition);
	if (adopts)
		fputs("dcg_leave:\n", out);
	fprintf(out,
		"\tif (!dcg_result)\n\t\tdck_device_add(&dcg_dck, %s);\n"
		"\tif (dck_guard_leave(&dcg_inside) && dcg_result)\n"
		"\t\tdck_bind_failed(&dcg_dck, \"%s\", %s, -EPIPE);\n"
		"\telse if (dcg_result)\n\t\tdck_device_remove(&dcg_dck, %s);\n",
		device, definition->plain, device, device);
}

static void put_unbind(FILE *out, struct dc_arena *arena, const struct dc_definition *definition,
		       const char *device)
{
	fprintf(out, "\tdck_device_removing(&dcg_dck, %s);\n\tif (!dcg_broken) {\n\t\t", device);
	put_own_call(out, arena, definition);
	fprintf(out,
		"\t\tdcg_broken = dck_guard_leave(&dcg_inside);\n\t}\n"
		"\tif (dcg_broken)\n\t\tdck_remove_failed(&dcg_dck, \"%s\", %s, -ENODEV);\n"
		"\tdck_device_remove(&dcg_dck, %s);\n",
		definition->plain, device, device);
}

static void put_release(FILE *out, struct dc_arena *arena, const struct dc_definition *definition,
			const struct dc_function_rule *rule)
{
	const struct dc_parameter *parameter;

	if (rule->releases == DC_RELEASES_NEVER || rule->released_argument < 0 ||
	    rule->released_argument >= (int)definition->parameters.len)
		return;
	parameter = &definition->parameters.at[rule->released_argument];
	fprintf(out, "%s\t%s(%s);\n",
		rule->releases == DC_RELEASES_ON_ERROR ? "\tif (dcg_result < 0)\n\t" : "",
		emit_forget(arena, parameter->value.record), parameter->name);
}

static void put_variables(FILE *out, const struct dc_definition *definition, bool unbinds)
{
	enum dc_result kind = definition->result_kind;

	fputs("\tstruct dck_guard dcg_inside;\n", out);
	if (unbinds)
		fprintf(out, "\tbool dcg_broken = !dck_guard_enter(&dcg_dck, &dcg_inside, %s);\n",
			about(definition));
	if (kind != DC_RESULT_VOID) {
		fputc('\t', out);
		emit_put_declaration(out, definition->result, "dcg_result");
		fprintf(out, " = %s;\n",
			kind == DC_RESULT_SIGNED    ? "-ENODEV"
			: kind == DC_RESULT_POINTER ? "NULL"
						    : "0");
	}
	fputc('\n', out);
}

const char *emit_guard(struct dc_arena *arena, const struct dc_emit_plan *plan,
		       const struct dc_definition *definition, const char *head)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(plan->marshal, definition);
	bool binds = definition->result_kind == DC_RESULT_SIGNED;
	const char *device = rule && rule->device
				     ? dc_signature_expand(plan->marshal, definition, rule->device)
				     : NULL;
	struct emit_piece piece;

	emit_piece_start(&piece);
	fprintf(piece.out, "\n%s\n{\n", head);
	emit_put_comment(piece.out, "In the kernel. Recovery waits until this returns, "
				    "and it does not start during recovery.");
	put_variables(piece.out, definition, device && !binds);
	if (device && binds) {
		put_bind(piece.out, arena, plan, definition, device);
	} else if (device) {
		put_unbind(piece.out, arena, definition, device);
	} else {
		fprintf(piece.out, "\tif (dck_guard_enter(&dcg_dck, &dcg_inside, %s)) {\n\t\t",
			about(definition));
		put_own_call(piece.out, arena, definition);
		fputs("\t\tdck_guard_leave(&dcg_inside);\n\t}\n", piece.out);
	}
	if (device)
		put_release(piece.out, arena, definition, rule);
	fputs(definition->result_kind == DC_RESULT_VOID ? "}\n" : "\treturn dcg_result;\n}\n",
	      piece.out);
	return emit_code_end(&piece, arena);
}
