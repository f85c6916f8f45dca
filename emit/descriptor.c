/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A function that is called across as a row of dcg_tables.c: struct dcrt_function, which the
 * runtime carries out (runtime/call/marshal.c). Members that are 0 are left out.
 */
#include "emit/stub.h"

#include <string.h>

#include "emit/print.h"

#define ARRAY_MAX  8192 /* bytes; a call with a longer one returns -EMSGSIZE */
#define STRING_MAX 256

static unsigned blob_of(const struct emit_parameter *parameter)
{
	if (!strcmp(parameter->kind, "DCRT_ARG_STRING"))
		return STRING_MAX;
	if (strcmp(parameter->kind, "DCRT_ARG_COPY") != 0)
		return 0;
	return parameter->counted_by || parameter->length ? ARRAY_MAX : parameter->size;
}

static unsigned blob_max(const struct emit_call *call)
{
	unsigned most = 0;
	size_t i;

	for (i = 0; i < call->count; i++) {
		unsigned bytes = blob_of(&call->parameters[i]);

		most = bytes > most ? bytes : most;
	}
	return most;
}

/* Flags, joined by '|', behind what names them. */
struct flags {
	FILE *out;
	const char *before;
};

static void put_flag(struct flags *flags, bool set, const char *name)
{
	if (!set)
		return;
	fprintf(flags->out, "%s%s", flags->before, name);
	flags->before = " | ";
}

static const char *row_of_argument(const struct emit_call *call, size_t i)
{
	const struct emit_parameter *parameter = &call->parameters[i];
	struct emit_piece piece;
	struct flags flags = {.before = ", .flags = "};
	bool adopted = call->up && parameter->adopted, shared = !call->up && parameter->shared;

	emit_piece_start(&piece);
	flags.out = piece.out;
	fprintf(piece.out, ".kind = %s", parameter->kind);
	put_flag(&flags, parameter->nonnull, "DCRT_NONNULL");
	put_flag(&flags, parameter->back, "DCRT_BACK");
	put_flag(&flags, adopted, "DCRT_ADOPT");
	put_flag(&flags, shared, "DCRT_SHARE");
	if (parameter->counted_by)
		fprintf(piece.out, ", .counted_by = %zu", parameter->counted_by);
	if (parameter->size)
		fprintf(piece.out, ", .size = %u", parameter->size);
	if (adopted)
		fprintf(piece.out, ", .type = %s",
			emit_type_of_record(call->arena, parameter->value->record));
	else if (shared)
		fprintf(piece.out, ", .type = %s", parameter->shared);
	return emit_piece_end(&piece, call->arena);
}

static void put_result(FILE *out, const struct emit_call *call)
{
	struct flags flags = {.out = out, .before = ", .flags = "};

	if (call->result_kind == DC_RESULT_VOID)
		return;
	fprintf(out, "\t\t\t{.kind = %s",
		call->result_kind == DC_RESULT_POINTER ? "DCRT_ARG_ADDRESS"
						       : emit_kind_of_number(call->result_value));
	put_flag(&flags, call->result_kind == DC_RESULT_SIGNED, "DCRT_SIGNED");
	put_flag(&flags, call->result_adopted, "DCRT_ADOPT");
	put_flag(&flags, call->result_shared, "DCRT_SHARE");
	if (call->result_adopted)
		fprintf(out, ", .type = %s",
			emit_type_of_record(call->arena, call->result_adopted));
	else if (call->result_shared)
		fprintf(out, ", .type = %s", call->result_shared);
	fputs("}, /* the result */\n", out);
}

static void put_flags(FILE *out, const struct emit_call *call)
{
	struct flags flags = {.out = out, .before = "\t\t.flags = "};
	enum dc_releases releases = emit_releases(call);

	put_flag(&flags, !call->up && call->by_caller, "DCRT_BY_CALLER");
	put_flag(&flags, call->up && call->retry, "DCRT_RETRY");
	put_flag(&flags, call->sync == DC_SYNC_OUT, "DCRT_ONE_WAY");
	put_flag(&flags, call->sync == DC_SYNC_NONE, "DCRT_NO_OBJECTS");
	put_flag(&flags, call->acquires, "DCRT_ACQUIRES");
	put_flag(&flags, call->device && call->binds, "DCRT_BINDS");
	put_flag(&flags, call->device && !call->binds, "DCRT_UNBINDS");
	put_flag(&flags, call->setter, "DCRT_SETTER");
	put_flag(&flags, call->up && call->failure.statement, "DCRT_ON_FAILURE");
	put_flag(&flags, call->up && call->failure.result, "DCRT_FAILURE_RESULT");
	put_flag(&flags, call->up && call->failure.last_answer, "DCRT_LAST_ANSWER");
	put_flag(&flags, releases == DC_RELEASES_ALWAYS, "DCRT_RELEASES");
	put_flag(&flags, releases == DC_RELEASES_ON_ERROR, "DCRT_RELEASES_FAILED");
	if (flags.before[0] == ' ')
		fputs(",\n", out);
}

void emit_put_descriptor(FILE *out, const struct emit_call *call, enum dc_side side)
{
	const char *name = emit_c_name(call->arena, call->plain);
	bool runs = call->up == (side == DC_SIDE_USER);
	bool has_result = call->result_kind != DC_RESULT_VOID;
	unsigned blob = blob_max(call);
	size_t i;

	fprintf(out, "\t[%s] = {\n\t\t.name = \"%s\",\n", call->number, call->plain);
	if (runs)
		fprintf(out, "\t\t.run = %s,\n", call->run);
	if (emit_is_special(call, side))
		fprintf(out, "\t\t.special = &dcg_special_%s,\n", name);
	if (call->count)
		fprintf(out, "\t\t.args = %zu,\n", call->count);
	if (has_result)
		fputs("\t\t.results = 1,\n", out);
	if (call->count || has_result)
		fputs("\t\t.arguments = (const struct dcrt_argument[]){\n", out);
	for (i = 0; i < call->count; i++)
		emit_put_row(out, call->arena, "\t\t\t{", row_of_argument(call, i),
			     call->parameters[i].name);
	put_result(out, call);
	if (call->count || has_result)
		fputs("\t\t},\n", out);
	put_flags(out, call);
	if (call->about)
		fprintf(out, "\t\t.about = %zu,\n", call->about);
	if (blob)
		fprintf(out, "\t\t.blob_max = %u,\n", blob);
	if (call->deadline_ms)
		fprintf(out, "\t\t.deadline_ms = %u,\n", call->deadline_ms);
	fputs("\t},\n", out);
}
