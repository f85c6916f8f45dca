/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entry points that the kernel calls where it may sleep and that run in the kernel component. What
 * has to be done around one (runtime/lib/dcrl_kernel.h: dcrl_enter) is in a function of its name;
 * its own text stands before that, unchanged, under another name.
 */
#include <string.h>

#include "emit/internal.h"

/* Works and timers are stopped by recovery, and what is handed over as an argument may be a
 * thread's function, which does not end: neither has a field to be called through. */
bool emit_is_guarded(const struct dc_emit_plan *plan, const struct dc_emit_function *function)
{
	int index = dc_graph_function(plan->data->graph, function->definition->name);
	const struct dc_entry_point *point;
	bool process = false;

	if (plan->all_kernel || function->place != DC_PLACE_KERNEL ||
	    function->on[DC_SIDE_KERNEL] != DC_NATIVE || function->definition->fixed)
		return false;
	dc_vec_each (point, &plan->data->graph->entry_points) {
		if ((int)point->function != index)
			continue;
		if (point->context != DC_CONTEXT_PROCESS || !strchr(point->via, '.'))
			return false;
		process = true;
	}
	return process;
}

static const char *own_name(struct dc_arena *arena, const struct dc_definition *definition)
{
	return dc_arena_printf(arena, "dcg_own_%s", definition->plain);
}

const char *emit_guard_start(struct dc_arena *arena, const struct dc_definition *definition)
{
	return dc_arena_printf(
		arena,
		"/* drivercut: called by the function of its name, below */\n#define %s %s\n%s",
		definition->plain, own_name(arena, definition),
		definition->is_static ? "" : "static\n");
}

static void put_own_call(FILE *out, struct dc_arena *arena, const struct dc_definition *definition)
{
	size_t i;

	fprintf(out, "%s%s(", definition->result_kind == DC_RESULT_VOID ? "" : "dcg_result = ",
		own_name(arena, definition));
	for (i = 0; i < definition->parameters.len; i++)
		fprintf(out, "%s%s", i ? ", " : "", definition->parameters.at[i].name);
	fputs(");\n", out);
}

/* The kernel hands its objects over for the first time when a device is taken. */
static void put_taking(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		       const struct dc_definition *definition, const char *device)
{
	size_t i;

	for (i = 0; i < definition->parameters.len; i++) {
		const struct dc_parameter *parameter = &definition->parameters.at[i];

		if (emit_is_root(plan->data, &parameter->value))
			fprintf(out,
				"\tdcg_result = dcrt_adopt(dcg_channel, %s, DCG_TYPE_%s, 1);\n"
				"\tif (dcg_result < 0)\n\t\treturn dcg_result;\n",
				parameter->name, parameter->value.record);
	}
	fputs("\tif (!dcrl_enter())\n\t\treturn -ENODEV;\n\t", out);
	put_own_call(out, arena, definition);
	fprintf(out,
		"\tif (!dcg_result)\n\t\tdcrl_device_add(%s);\n"
		"\telse\n\t\tdcrl_device_remove(%s);\n"
		"\tdcrl_leave();\n",
		device, device);
}

static void put_letting_go(FILE *out, struct dc_arena *arena,
			   const struct dc_definition *definition, const char *device)
{
	fputs("\tif (dcrl_enter()) {\n\t\t", out);
	put_own_call(out, arena, definition);
	fprintf(out,
		"\t\tdcrl_leave();\n\t} else {\n\t\tdcrl_give_up(\"%s\", -ENODEV);\n\t}\n"
		"\tdcrl_device_remove(%s);\n",
		definition->plain, device);
}

static void put_ending(FILE *out, struct dc_arena *arena, const struct dc_definition *definition,
		       const struct dc_rule_entry *entry)
{
	const struct dc_parameter *parameter;

	if (entry->ends == DC_ENDS_NEVER || entry->ends_argument < 0 ||
	    entry->ends_argument >= (int)definition->parameters.len)
		return;
	parameter = &definition->parameters.at[entry->ends_argument];
	fprintf(out, "%s\t%s(%s);\n",
		entry->ends == DC_ENDS_ON_ERROR ? "\tif (dcg_result < 0)\n\t" : "",
		emit_forget(arena, parameter->value.record), parameter->name);
}

const char *emit_guard_end(struct dc_arena *arena, const struct dc_emit_plan *plan,
			   const struct dc_definition *definition, const char *head)
{
	const struct dc_rule_entry *entry = dc_data_entry(plan->data, definition);
	enum dc_result kind = definition->result_kind;
	const char *device = entry && entry->device
				     ? dc_data_expand(plan->data, definition, entry->device)
				     : NULL;
	struct emit_piece piece;

	emit_piece_start(&piece);
	fprintf(piece.out, "\n#undef %s\n\n%s\n{\n", definition->plain, head);
	emit_put_comment(piece.out, "drivercut: runs in the kernel; recovery waits for it, and "
				    "while that runs it does not begin");
	if (kind != DC_RESULT_VOID) {
		fputc('\t', piece.out);
		emit_put_declaration(piece.out, definition->result, "dcg_result");
		fprintf(piece.out, " = %s;\n\n",
			kind == DC_RESULT_SIGNED    ? "-ENODEV"
			: kind == DC_RESULT_POINTER ? "NULL"
						    : "0");
	}
	if (device && kind == DC_RESULT_SIGNED) {
		put_taking(piece.out, arena, plan, definition, device);
	} else if (device) {
		put_letting_go(piece.out, arena, definition, device);
	} else {
		fputs("\tif (dcrl_enter()) {\n\t\t", piece.out);
		put_own_call(piece.out, arena, definition);
		fputs("\t\tdcrl_leave();\n\t}\n", piece.out);
	}
	if (device)
		put_ending(piece.out, arena, definition, entry);
	fputs(kind == DC_RESULT_VOID ? "}\n" : "\treturn dcg_result;\n}\n", piece.out);
	return emit_code_end(&piece, arena);
}
