/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handlers, which serve a call from the other side: they take the arguments out of the message,
 * call the function, and put its result and the copies into the reply.
 */
#include "emit/stub.h"

#include <string.h>

#include "emit/print.h"

/* A structure's copy: one line if that is not too long. */
static void put_value(FILE *out, const struct emit_call *call, size_t i)
{
	const struct emit_parameter *parameter = &call->parameters[i];
	const char *value = dc_arena_printf(
		call->arena,
		"dcrt_in_word(dcg, %zu) ? dcrt_in_buffer(dcg, %zu, sizeof(*%s)) : NULL;", i, i,
		parameter->name);
	struct emit_piece piece;
	const char *declaration;

	emit_piece_start(&piece);
	emit_put_declaration(piece.out, parameter->type, parameter->name);
	declaration = emit_piece_end(&piece, call->arena);
	fprintf(out, "%s =%s%s\n", declaration,
		8 + strlen(declaration) + strlen(" = ") + strlen(value) > 100 ? "\n\t\t" : " ",
		value);
}

static void put_variables(FILE *out, const struct emit_call *call)
{
	bool arrays = false;
	size_t i;

	for (i = 0; i < call->count; i++) {
		const struct emit_parameter *parameter = &call->parameters[i];
		enum dc_mode mode = call->signature.arguments.at[i].mode;

		fputc('\t', out);
		if (mode == DC_MODE_VALUE) {
			put_value(out, call, i);
			continue;
		}
		emit_put_declaration(out, parameter->type, parameter->name);
		if (mode == DC_MODE_WORD)
			fprintf(out, " = (%s)dcrt_in_word(dcg, %zu);\n", parameter->type, i);
		else if (mode == DC_MODE_ADDRESS && call->is_register != DC_REGISTER_NO)
			fprintf(out, " = dcrt_in_register(dcg, %zu, %s);\n", i,
				emit_bytes_of_register(call));
		else if (mode == DC_MODE_ADDRESS)
			fprintf(out, " = dcrt_in_address(dcg, %zu);\n", i);
		else if (mode == DC_MODE_CODE)
			fprintf(out, " = dcrt_in_code(dcg, %zu);\n", i);
		else if (mode == DC_MODE_STRING)
			fprintf(out, " = dcrt_in_string(dcg, %zu, %zu);\n", i, i);
		else
			fputs(" = NULL;\n", out);
		arrays |= mode == DC_MODE_ARRAY;
	}
	for (i = 0; arrays && call->up && i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_ARRAY)
			fprintf(out, "\tu32 dcg_len_%zu = 0;\n", i);
}

/* Arrays are not there yet. */
static void put_nonnull(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->parameters[i].nonnull &&
		    call->signature.arguments.at[i].mode != DC_MODE_ARRAY)
			fprintf(out, "\tdcrt_in_nonnull(dcg, %s);\n", call->parameters[i].name);
}

/* Arrays, whose lengths depend on other parameters. The process takes what the kernel sends. */
static void put_arrays(FILE *out, const struct emit_call *call)
{
	bool any = false;
	size_t i;

	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;

		if (call->signature.arguments.at[i].mode != DC_MODE_ARRAY)
			continue;
		any = true;
		fprintf(out, "\tif (dcrt_in_word(dcg, %zu))\n", i);
		if (call->up)
			fprintf(out, "\t\t%s = (void *)dcrt_in_blob(dcg, %zu, &dcg_len_%zu);\n",
				name, i, i);
		else
			fprintf(out, "\t\t%s = dcrt_in_buffer(dcg, %zu, %s);\n", name, i,
				emit_bytes_of(call, i));
		if (call->parameters[i].nonnull)
			fprintf(out, "\tdcrt_in_nonnull(dcg, %s);\n", name);
	}
	if (any && !call->up)
		fputs("\tif (dcrt_in_error(dcg))\n\t\treturn dcrt_in_error(dcg);\n", out);
}

/* Shares memory that the process has allocated and that objects or the result point to. */
static void put_sharing_back(FILE *out, const struct emit_call *call)
{
	if (!call->up)
		return;
	fputs("\tdcg_err = dcp_share();\n", out);
	if (call->result_shared)
		fprintf(out, "\tif (!dcg_err)\n\t\tdcg_err = dcp_share_pointer(dcg_result, %s);\n",
			call->result_shared);
	fputs("\tif (dcg_err < 0)\n\t\treturn dcg_err;\n", out);
}

static void put_reply(FILE *out, const struct emit_call *call)
{
	size_t i;

	put_sharing_back(out, call);
	if (call->result_adopted)
		fprintf(out,
			"\tdcg_err = dcrt_adopt(dcg_channel, dcg_result, DCG_TYPE_%s, 1);\n"
			"\tif (dcg_err < 0)\n\t\treturn %s;\n",
			call->result_adopted,
			call->acquires ? "dck_undo_since(dcg_mark, dcg_err)" : "dcg_err");
	if (call->result_kind == DC_RESULT_POINTER)
		fputs("\tdcrt_out_address(dcg, dcg_result);\n", out);
	else if (call->result_kind != DC_RESULT_VOID)
		fputs("\tdcrt_out_word(dcg, (u64)dcg_result);\n", out);
	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;
		enum dc_mode mode = call->signature.arguments.at[i].mode;

		if (!emit_is_copied(mode) || call->parameters[i].value->to_const)
			continue;
		if (mode == DC_MODE_ARRAY && call->up)
			fprintf(out, "\tif (%s)\n\t\tdcrt_out_blob(dcg, %zu, %s, dcg_len_%zu);\n",
				name, i, name, i);
		else
			fprintf(out, "\tif (%s)\n\t\tdcrt_out_blob(dcg, %zu, %s, %s);\n", name, i,
				name, emit_bytes_of(call, i));
	}
}

static void put_target(FILE *out, const struct emit_call *call)
{
	const char *checked = call->before ? call->before : call->instead;
	size_t i;

	if (checked)
		fprintf(out, "\tdcg_err = %s;\n\tif (dcg_err < 0)\n\t\treturn dcg_err;\n", checked);
	if (call->instead)
		return;
	fprintf(out, "\t%s%s(",
		call->result_kind == DC_RESULT_VOID ? "" : "dcg_result = ", call->target);
	for (i = 0; i < call->count; i++)
		fprintf(out, "%s%s", i ? ", " : "", call->parameters[i].name);
	fputs(");\n", out);
}

void emit_put_handler(FILE *out, const struct emit_call *call)
{
	fprintf(out, "\nint %s(struct dcrt_call *dcg)\n{\n", call->handler);
	put_variables(out, call);
	if (call->result_kind != DC_RESULT_VOID) {
		fputc('\t', out);
		emit_put_declaration(out, call->result, "dcg_result");
		fputs(";\n", out);
	}
	if (call->acquires)
		fputs("\tu64 dcg_mark = dck_journal_mark();\n", out);
	if (call->result_adopted || call->up || call->before || call->instead)
		fputs("\tint dcg_err;\n", out);
	fputc('\n', out);
	put_nonnull(out, call);
	fputs("\tif (dcrt_in_error(dcg))\n\t\treturn dcrt_in_error(dcg);\n", out);
	put_arrays(out, call);
	put_target(out, call);
	put_reply(out, call);
	if (call->sync == DC_SYNC_BOTH)
		fputs("\tdcrt_out_all(dcg);\n", out);
	fprintf(out, "\treturn %s;\n}\n",
		call->acquires ? "dck_undo_since(dcg_mark, dcrt_out_error(dcg))" : "0");
}
