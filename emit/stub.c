/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stubs, which make a call to the other side. Every parameter is one word of the message: a number,
 * an address, the address of code, or for a copied parameter whether it is not NULL. The copies
 * follow as blobs, each with its parameter's number. handler.c prints the handlers.
 */
#include "emit/stub.h"

#include <string.h>

#include "emit/names.h"
#include "emit/print.h"

/* An array's length is computed before the call begins, because that may make another call. */
static const char *length_of(const struct emit_call *call, size_t i)
{
	if (call->signature.arguments.at[i].mode == DC_MODE_ARRAY)
		return dc_arena_printf(call->arena, "dcg_len_%zu", i);
	return emit_bytes_of(call, i);
}

static void put_lengths(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_ARRAY)
			fprintf(out, "\tu32 dcg_len_%zu = 0;\n", i);
}

static void put_measures(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_ARRAY)
			fprintf(out, "\tdcg_len_%zu = %s ? %s : 0;\n", i, call->parameters[i].name,
				emit_bytes_of(call, i));
}

static void put_words(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;

		switch (call->signature.arguments.at[i].mode) {
		case DC_MODE_WORD:
			fprintf(out, "\tdcrt_out_word(dcg, (u64)%s);\n", name);
			break;
		case DC_MODE_ADDRESS:
			fprintf(out, "\tdcrt_out_address(dcg, (const void *)%s);\n", name);
			break;
		case DC_MODE_CODE:
			fprintf(out, "\tdcrt_out_code(dcg, (const void *)%s);\n", name);
			break;
		case DC_MODE_STRING:
			fprintf(out, "\tdcrt_out_string_word(dcg, %s);\n", name);
			break;
		default:
			fprintf(out, "\tdcrt_out_word(dcg, !!%s);\n", name);
		}
	}
}

static void put_blobs(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;
		enum dc_mode mode = call->signature.arguments.at[i].mode;

		if (mode == DC_MODE_STRING)
			fprintf(out, "\tdcrt_out_string(dcg, %zu, %s);\n", i, name);
		else if (emit_is_copied(mode))
			fprintf(out, "\tif (%s)\n\t\tdcrt_out_blob(dcg, %zu, %s, %s);\n", name, i,
				name, length_of(call, i));
	}
}

static bool is_copied_back(const struct emit_call *call, size_t i)
{
	return emit_is_copied(call->signature.arguments.at[i].mode) &&
	       !call->parameters[i].value->to_const;
}

static void put_copies_back(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;

		if (is_copied_back(call, i))
			fprintf(out, "\t\tif (%s)\n\t\t\tdcrt_in_copy(dcg, %zu, %s, %s);\n", name,
				i, name, length_of(call, i));
	}
}

/* Tracks objects that the kernel passes for the first time. */
static void put_adoption(FILE *out, const struct emit_call *call, const char *leave)
{
	size_t i;

	for (i = 0; call->up && i < call->count; i++)
		if (call->parameters[i].adopted)
			fprintf(out,
				"\tdcg_err = dcrt_adopt(dcg_channel, %s, DCG_TYPE_%s, 1);\n"
				"\tif (dcg_err < 0)\n\t\t%s;\n",
				call->parameters[i].name, call->parameters[i].value->record, leave);
}

/* Shares memory of the process that is passed to the kernel. */
static void put_sharing(FILE *out, const struct emit_call *call, const char *leave)
{
	size_t i;

	for (i = 0; !call->up && i < call->count; i++)
		if (call->parameters[i].shared)
			fprintf(out,
				"\tdcg_err = dcp_share_pointer(%s, %s);\n"
				"\tif (dcg_err < 0)\n\t\t%s;\n",
				call->parameters[i].name, call->parameters[i].shared, leave);
}

static void put_releases(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; call->up && i < call->count; i++) {
		const struct emit_parameter *parameter = &call->parameters[i];

		if (parameter->releases == DC_RELEASES_NEVER)
			continue;
		if (parameter->releases == DC_RELEASES_ON_ERROR)
			fputs("\tif (dcg_err < 0 || dcg_result < 0)\n\t", out);
		fprintf(out, "\t%s(%s);\n", emit_forget(call->arena, parameter->value->record),
			parameter->name);
	}
}

static void put_result(FILE *out, const struct emit_call *call)
{
	if (call->result_kind == DC_RESULT_VOID)
		return;
	if (call->result_kind == DC_RESULT_POINTER)
		fputs("\t\tdcg_result = dcrt_in_address(dcg, 0);\n", out);
	else
		fprintf(out, "\t\tdcg_result = (%s)dcrt_in_word(dcg, 0);\n", call->result);
}

/* A device was probed or removed, or not. */
static void put_device(FILE *out, const struct emit_call *call)
{
	if (call->binds)
		fprintf(out,
			"\tif (dcg_err < 0)\n\t\tdck_bind_failed(\"%s\", %s, dcg_err);\n"
			"\telse if (!dcg_result)\n\t\tdck_device_add(%s);\n"
			"\telse\n\t\tdck_device_remove(%s);\n",
			call->plain, call->device, call->device, call->device);
	else
		fprintf(out,
			"\tif (dcg_err < 0)\n\t\tdck_remove_failed(\"%s\", %s, dcg_err);\n"
			"\tdck_device_remove(%s);\n",
			call->plain, call->device, call->device);
}

/* Tells recovery that a call failed. */
static void put_failure(FILE *out, const struct emit_call *call)
{
	if (call->device) {
		put_device(out, call);
		return;
	}
	if (!call->retry)
		fprintf(out, "\tif (dcg_err < 0)\n\t\t%s(\"%s\", %s, dcg_err);\n",
			call->failure.statement ? "dck_upcall_failed" : "dck_change_failed",
			call->plain, emit_about(call));
	if (call->failure.statement)
		fprintf(out, "\tif (dcg_err < 0)\n\t\t%s;\n", call->failure.statement);
}

/* The words that an answer is for, as one. */
static const char *asked_words(const struct emit_call *call)
{
	const char *words = NULL;
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_WORD)
			words = words ? dc_arena_printf(call->arena, "%s * 31 + (u64)%s", words,
							call->parameters[i].name)
				      : dc_arena_printf(call->arena, "(u64)%s",
							call->parameters[i].name);
	return words ? words : "0";
}

static void put_asked(FILE *out, const struct emit_call *call)
{
	fprintf(out, "\tconst struct dck_asked dcg_asked = {%s, %s, %s};\n", call->number,
		emit_about(call), asked_words(call));
}

static void put_answer(FILE *out, size_t part, const char *place, const char *bytes)
{
	fprintf(out, "dck_answer(dcg_err, &dcg_asked, %zu, %s, %s)", part, place, bytes);
}

/* Notes an answer, or takes the last one. Part 0 is the result. */
static void put_last_answer(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		if (!is_copied_back(call, i))
			continue;
		fprintf(out, "\tif (%s)\n\t\t", call->parameters[i].name);
		put_answer(out, i + 1, call->parameters[i].name, length_of(call, i));
		fputs(";\n", out);
	}
	if (call->result_kind == DC_RESULT_VOID)
		return;
	fputs("\tif (", out);
	put_answer(out, 0, "&dcg_result", "sizeof(dcg_result)");
	fputs(")\n\t\tdcg_err = 0;\n", out);
}

/* A mapped register is accessed in place, in program order. */
static void put_register(FILE *out, const struct emit_call *call)
{
	bool write = call->is_register == DC_REGISTER_WRITE;
	const char *value = "dcg_result", *address;

	if (call->is_register == DC_REGISTER_NO)
		return;
	address = call->parameters[emit_find_parameter(call, true)].name;
	if (write)
		value = call->parameters[emit_find_parameter(call, false)].name;
	fprintf(out,
		"\tdcg_at = dcp_register_%s(%s, sizeof(%s));\n"
		"\tif (dcg_at) {\n\t\tbarrier();\n",
		write ? "to" : "at", address, value);
	if (write)
		fprintf(out, "\t\t*(volatile __typeof__(%s) *)dcg_at = %s;\n", value, value);
	else
		fprintf(out, "\t\t%s = *(volatile __typeof__(%s) *)dcg_at;\n", value, value);
	fprintf(out, "\t\tbarrier();\n\t\treturn%s;\n\t}\n", write ? "" : " dcg_result");
}

/* Reads the reply: copies, the result, the error. */
static void put_reply(FILE *out, const struct emit_call *call)
{
	struct emit_piece piece;
	const char *results;

	emit_piece_start(&piece);
	put_copies_back(piece.out, call);
	put_result(piece.out, call);
	results = emit_piece_end(&piece, call->arena);
	fputs("\tdcg_err = dcrt_call_run(dcg);\n", out);
	fprintf(out, *results ? "\tif (!dcg_err) {\n%s" : "\tif (!dcg_err)\n%s", results);
	fprintf(out, "\t\tdcg_err = dcrt_in_error(dcg);\n%s\tdcrt_call_end(dcg);\n",
		*results ? "\t}\n" : "");
	if (call->locks)
		fputs("\tdck_locks_release(dcg_mark, dcg_err);\n", out);
	if (call->retry)
		fputs("\tif (dcg_err == -EPIPE && dcrt_retry(dcg_channel, &dcg_tries))\n"
		      "\t\tgoto dcg_again;\n",
		      out);
}

/* Notes a call that has set something, as it was made. */
static void put_setting(FILE *out, const struct emit_call *call)
{
	size_t i;

	if (!call->setter)
		return;
	fprintf(out, "\tif (dcg_err >= 0%s) {\n\t\tconst struct dck_arg dcg_args[] = {\n",
		call->result_kind == DC_RESULT_SIGNED ? " && dcg_result >= 0" : "");
	for (i = 0; i < call->count; i++) {
		const char *name = call->parameters[i].name;

		if (emit_is_copied(call->signature.arguments.at[i].mode))
			fprintf(out, "\t\t\t{.data = (void *)%s, .len = %s},\n", name,
				length_of(call, i));
		else
			fprintf(out, "\t\t\t{.word = (u64)%s},\n", name);
	}
	fprintf(out, "\t\t};\n\n\t\tdck_setting_note(&dcg_setter_%s, %s, dcg_args, %zu);\n\t}\n",
		emit_c_name(call->arena, call->plain), emit_about(call), call->count);
}

/* The statements after the call, or "". */
static const char *ending(const struct emit_call *call)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	if (call->up)
		put_failure(piece.out, call);
	if (call->failure.last_answer)
		put_last_answer(piece.out, call);
	put_setting(piece.out, call);
	put_releases(piece.out, call);
	if (call->failure.result && call->result_kind != DC_RESULT_VOID)
		fprintf(piece.out, "\treturn dcg_err < 0 ? %s : dcg_result;\n",
			call->failure.result);
	else if (call->result_kind == DC_RESULT_SIGNED)
		fputs("\treturn dcg_err < 0 ? dcg_err : dcg_result;\n", piece.out);
	else if (call->result_kind != DC_RESULT_VOID)
		fputs("\treturn dcg_result;\n", piece.out);
	return emit_piece_end(&piece, call->arena);
}

static void put_stub_variables(FILE *out, const struct emit_call *call)
{
	fputs("\tstruct dcrt_call *dcg;\n", out);
	if (call->result_kind != DC_RESULT_VOID) {
		fputc('\t', out);
		emit_put_declaration(out, call->result, "dcg_result");
		fputs(call->result_kind == DC_RESULT_POINTER ? " = NULL;\n" : " = 0;\n", out);
	}
	put_lengths(out, call);
	if (call->retry)
		fputs("\tunsigned int dcg_tries = 0;\n", out);
	if (call->is_register != DC_REGISTER_NO)
		fputs("\tvolatile void *dcg_at;\n", out);
	if (call->locks)
		fputs("\tu64 dcg_mark = dck_journal_mark();\n", out);
	if (call->failure.last_answer)
		put_asked(out, call);
	fputs("\tint dcg_err;\n\n", out);
}

void emit_put_stub(FILE *out, const struct emit_call *call)
{
	const char *end = ending(call), *leave = *end ? "goto dcg_end" : "return";

	fputs("{\n", out);
	if (call->comment)
		emit_put_comment(out, call->comment);
	put_stub_variables(out, call);
	put_register(out, call);
	if (call->device && call->binds)
		fprintf(out,
			"\tdcg_err = dck_device_begin(%s);\n\tif (dcg_err < 0)\n"
			"\t\treturn dcg_err;\n",
			call->device);
	else if (call->device)
		fprintf(out, "\tdck_device_removing(%s);\n", call->device);
	put_adoption(out, call, leave);
	put_sharing(out, call, leave);
	put_measures(out, call);
	if (call->retry)
		fputs("dcg_again:\n", out);
	if (call->up)
		fprintf(out, "\tdcg_err = dck_begin(%s, %s, &dcg);\n", call->number,
			emit_about(call));
	else
		fprintf(out,
			call->sync != DC_SYNC_NONE
				? "\tdcg_err = dcp_begin(%s, &dcg);\n"
				: "\tdcg_err = dcrt_call_begin(dcg_channel, %s, &dcg);\n",
			call->number);
	fprintf(out, "\tif (dcg_err < 0)\n\t\t%s;\n", leave);
	put_words(out, call);
	put_blobs(out, call);
	if (call->sync != DC_SYNC_NONE)
		fputs("\tdcrt_out_all(dcg);\n", out);
	put_reply(out, call);
	if (*end)
		fprintf(out, "dcg_end:\n%s", end);
	fputs("}", out);
}

/* A function that is only named needs an address; its text is never reached. */
#define NAMED(end) "{\n\t/* On the other side: named here, never called */\n\t" end ";\n}"

const char *emit_stub(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_emit_function *function)
{
	struct emit_piece piece;
	struct emit_call call;

	if (!function->crosses)
		return function->placement == DC_PLACEMENT_USER ? NAMED("BUG()")
								: NAMED("dcp_bug()");
	emit_call_of_function(arena, plan, function, &call);
	emit_piece_start(&piece);
	emit_put_stub(piece.out, &call);
	emit_call_done(&call);
	return emit_code_end(&piece, arena);
}
