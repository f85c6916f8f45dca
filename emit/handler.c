/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Emits what the runtime calls by a function's description: the function itself, and what its row
 * in the table cannot say: the lengths of arrays, the device that it binds, what happens if no
 * process answers. All take the arguments as numbers.
 */
#include "emit/stub.h"

#include <string.h>

#include "emit/lex.h"
#include "emit/names.h"
#include "emit/print.h"

#define ARGS "const unsigned long *dcg_args"

static const char *argument(const struct emit_call *call, size_t i)
{
	const struct emit_parameter *parameter = &call->parameters[i];
	const char *type = parameter->type;

	if (call->is_register != DC_REGISTER_NO && i == emit_find_parameter(call, true))
		type = "volatile void __iomem *";
	return emit_cast(call->arena, type, dc_arena_printf(call->arena, "dcg_args[%zu]", i));
}

bool emit_text_names(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = text; (at = strstr(at, name)); at += len)
		if ((at == text || !emit_lex_is_word(at[-1])) && !emit_lex_is_word(at[len]))
			return true;
	return false;
}

/* The parameters that an expression names, under their own names. Returns whether it names one. */
static bool put_variables(FILE *out, const struct emit_call *call, const char *text)
{
	bool any = false;
	size_t i;

	for (i = 0; i < call->count; i++) {
		const struct emit_parameter *parameter = &call->parameters[i];

		if (!emit_text_names(text, parameter->name))
			continue;
		fputc('\t', out);
		emit_put_declaration(out, strchr(parameter->type, '[') ? "void *" : parameter->type,
				     parameter->name);
		fprintf(out, " = %s;\n", argument(call, i));
		any = true;
	}
	return any;
}

static void put_parameters(FILE *out, const struct emit_call *call, const char *text)
{
	if (put_variables(out, call, text))
		fputc('\n', out);
}

/* The call of the function, behind `before`. */
static void put_target(FILE *out, const struct emit_call *call, const char *before)
{
	const char **args = dc_arena_alloc(call->arena, (call->count + 1) * sizeof(*args));
	size_t i;

	for (i = 0; i < call->count; i++)
		args[i] = argument(call, i);
	emit_put_call(out, dc_arena_printf(call->arena, "%s%s(", before, call->target), args,
		      call->count, ");\n");
}

static void put_checked(FILE *out, const struct emit_call *call)
{
	const char *checked = call->before ? call->before : call->instead;
	bool is_void = call->result_kind == DC_RESULT_VOID;

	put_variables(out, call, checked);
	if (!is_void) {
		fputc('\t', out);
		emit_put_declaration(out, call->result, "dcg_result");
		fputs(call->result_kind == DC_RESULT_POINTER ? " = NULL;\n" : " = 0;\n", out);
	}
	fprintf(out, "\tint dcg_err = %s;\n\n\tif (dcg_err < 0)\n\t\tdcrt_fail(dcg, dcg_err);\n",
		checked);
	if (!call->instead) {
		fputs("\telse\n", out);
		put_target(out, call, is_void ? "\t\t" : "\t\tdcg_result = ");
	}
	fprintf(out, "\treturn %s;\n", is_void ? "0" : "(unsigned long)dcg_result");
}

void emit_put_run(FILE *out, const struct emit_call *call)
{
	fputc('\n', out);
	emit_put_head(out, dc_arena_printf(call->arena, "unsigned long %s(", call->run),
		      "struct dcrt_call *dcg", ARGS);
	if (call->before || call->instead) {
		put_checked(out, call);
	} else if (call->result_kind == DC_RESULT_VOID) {
		put_target(out, call, "\t");
		fputs("\treturn 0;\n", out);
	} else {
		put_target(out, call,
			   emit_is_forced(call->result) ? "\treturn (__force unsigned long)"
							: "\treturn (unsigned long)");
	}
	fputs("}\n", out);
}

/* All expressions, so that each parameter is declared once. */
static const char *lengths_of(const struct emit_call *call)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->parameters[i].length)
			all = dc_arena_printf(call->arena, "%s %s", all,
					      call->parameters[i].length);
	return all;
}

static void put_length(FILE *out, const struct emit_call *call, const char *name)
{
	size_t i, left = 0;

	for (i = 0; i < call->count; i++)
		left += !!call->parameters[i].length;
	fputc('\n', out);
	emit_put_head(out, dc_arena_printf(call->arena, "static uint32_t dcg_length_%s(", name),
		      ARGS, "unsigned int dcg_i");
	put_parameters(out, call, lengths_of(call));
	for (i = 0; i < call->count; i++) {
		if (!call->parameters[i].length)
			continue;
		if (--left)
			fprintf(out, "\tif (dcg_i == %zu)\n\t", i);
		fprintf(out, "\treturn %s;\n", call->parameters[i].length);
	}
	fputs("}\n", out);
}

/* The name of the function that runs stands for __func__. */
static const char *statement_of(const struct emit_call *call)
{
	const char *text = call->failure.statement, *at = strstr(text, "__func__");

	if (!at)
		return text;
	return dc_arena_printf(call->arena, "%.*s\"%s\"%s", (int)(at - text), text, call->plain,
			       at + strlen("__func__"));
}

static void put_failed(FILE *out, const struct emit_call *call, const char *name)
{
	const char *statement = call->failure.statement ? statement_of(call) : NULL;
	const char *result = call->failure.result ? call->failure.result : "0";

	fputc('\n', out);
	emit_put_head(out,
		      dc_arena_printf(call->arena, "static unsigned long dcg_failed_%s(", name),
		      ARGS, "int dcg_err");
	put_parameters(out, call,
		       dc_arena_printf(call->arena, "%s %s", statement ? statement : "", result));
	if (statement)
		fprintf(out, "\t%s;\n", statement);
	if (!strcmp(result, "0"))
		fprintf(out, "\treturn %s;\n}\n",
			!call->failure.result && call->result_kind == DC_RESULT_SIGNED
				? "(unsigned long)(long)dcg_err"
				: "0");
	else
		fprintf(out, "\treturn (__force unsigned long)(%s);\n}\n", result);
}

static void put_released(FILE *out, const struct emit_call *call, const char *name)
{
	size_t i;

	fputc('\n', out);
	emit_put_head(out, dc_arena_printf(call->arena, "static void dcg_released_%s(", name), ARGS,
		      NULL);
	for (i = 0; i < call->count; i++)
		if (call->parameters[i].releases != DC_RELEASES_NEVER)
			fprintf(out, "\t%s((void *)dcg_args[%zu]);\n",
				emit_forget(call->arena, call->parameters[i].value->record), i);
	fputs("}\n", out);
}

static bool fails(const struct emit_call *call)
{
	return call->failure.statement || call->failure.result;
}

enum dc_releases emit_releases(const struct emit_call *call)
{
	size_t i;

	for (i = 0; call->up && i < call->count; i++)
		if (call->parameters[i].releases != DC_RELEASES_NEVER)
			return call->parameters[i].releases;
	return DC_RELEASES_NEVER;
}

static bool is_special_up(const struct emit_call *call, enum dc_side side)
{
	return call->up && side == DC_SIDE_KERNEL &&
	       (fails(call) || call->device || emit_releases(call));
}

/* Handlers in the process take arrays as they come. */
static bool has_length(const struct emit_call *call, enum dc_side side)
{
	return emit_has_length(call) && (side == DC_SIDE_KERNEL || !call->up);
}

bool emit_is_special(const struct emit_call *call, enum dc_side side)
{
	return is_special_up(call, side) || has_length(call, side);
}

void emit_put_special(FILE *out, const struct emit_call *call, enum dc_side side)
{
	const char *name = emit_c_name(call->arena, call->plain);
	bool up = is_special_up(call, side);

	if (!emit_is_special(call, side))
		return;
	if (has_length(call, side))
		put_length(out, call, name);
	if (up && call->device) {
		fputc('\n', out);
		emit_put_head(
			out,
			dc_arena_printf(call->arena, "static struct device *dcg_device_%s(", name),
			ARGS, NULL);
		put_parameters(out, call, call->device);
		fprintf(out, "\treturn %s;\n}\n", call->device);
	}
	if (up && fails(call))
		put_failed(out, call, name);
	if (up && emit_releases(call))
		put_released(out, call, name);
	fprintf(out, "\nconst struct dcrt_special dcg_special_%s = {\n", name);
	if (has_length(call, side))
		fprintf(out, "\t.length = dcg_length_%s,\n", name);
	if (up && call->device)
		fprintf(out, "\t.device = dcg_device_%s,\n", name);
	if (up && fails(call))
		fprintf(out, "\t.failed = dcg_failed_%s,\n", name);
	if (up && emit_releases(call))
		fprintf(out, "\t.released = dcg_released_%s,\n", name);
	fputs("};\n", out);
}
