/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dcg_journal.h: wrappers of the functions that acquire and release, which note the kernel
 * component's calls in the journal (runtime/component/journal.c). Macros of the functions' names
 * call the wrappers, except for locks, which only downcalls note, and for memory, whose freeing the
 * runtime notes. The driver need not use the function that releases.
 */
#include "emit/journal.h"

#include <ctype.h>
#include <string.h>

#include "emit/call.h"
#include "emit/print.h"
#include "emit/undo.h"

/* A text with $0, $1 ... as PREFIX0, PREFIX1 ..., and $r as dcg_result. */
static const char *with_names(struct dc_arena *arena, const char *text, const char *prefix)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	for (; *text; text++) {
		if (text[0] != '$' || !text[1])
			fputc(*text, piece.out);
		else if (*++text == 'r')
			fputs("dcg_result", piece.out);
		else
			fprintf(piece.out, "%s%c", prefix, *text);
	}
	return emit_piece_end(&piece, arena);
}

/* The type of a text that begins with $0, $1 ... or $r; NULL: it does not. */
static const char *named_type(const struct dc_prototype *acquires, const char *text)
{
	if (text[0] == '$' && text[1] == 'r')
		return acquires->result_type;
	if (text[0] == '$' && (size_t)(text[1] - '0') < acquires->parameters.len)
		return acquires->parameter_types.at[text[1] - '0'];
	return NULL;
}

/* The type of an argument of the function that releases: its own, or that of the expression. */
static const char *type_of(struct dc_arena *arena, const struct dc_emit_undo *undo, size_t i)
{
	const char *text = undo->args[i];
	struct emit_piece piece;

	if (undo->releases)
		return undo->releases->parameter_types.at[i];
	if (named_type(undo->acquires, text) && !text[2])
		return named_type(undo->acquires, text);
	emit_piece_start(&piece);
	fputs("__typeof__(", piece.out);
	for (; *text; text++) {
		const char *type = named_type(undo->acquires, text);

		if (type)
			fprintf(piece.out, "(*(__typeof__(%s) *)NULL)", type);
		else
			fputc(*text, piece.out);
		text += !!type;
	}
	fputc(')', piece.out);
	return emit_piece_end(&piece, arena);
}

static const char *declaration(struct dc_arena *arena, const char *type, const char *name)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	emit_put_declaration(piece.out, type, name);
	return emit_piece_end(&piece, arena);
}

static void put_wrapper_head(FILE *out, struct dc_arena *arena, const char *verb,
			     const struct dc_prototype *prototype)
{
	size_t i, count = prototype->parameters.len;
	const char **items = dc_arena_alloc(arena, (count + 1) * sizeof(*items));
	const char *name = dc_arena_printf(arena, "dcg_%s_%s(", verb, prototype->name);

	items[0] = "void";
	for (i = 0; i < count; i++)
		items[i] = declaration(arena, prototype->parameter_types.at[i],
				       dc_arena_printf(arena, "a%zu", i));
	fputc('\n', out);
	emit_put_list(out,
		      dc_arena_printf(arena, "static inline %s",
				      declaration(arena, prototype->result_type, name)),
		      items, count ? count : 1, ")\n{\n");
}

static void put_call(FILE *out, const struct dc_prototype *prototype)
{
	size_t i;

	fprintf(out, "%s(", prototype->name);
	for (i = 0; i < prototype->parameters.len; i++)
		fprintf(out, "%sa%zu", i ? ", " : "", i);
	fputs(")", out);
}

/* Whether the call acquired something: an expression of dcg_result, or "" if it always does. */
static const char *success_of(struct dc_arena *arena, const struct dc_emit_undo *undo)
{
	const struct dc_value *result = &undo->acquires->result;

	if (undo->rule->success)
		return with_names(arena, undo->rule->success, "a");
	if (result->kind == DC_VALUE_POINTER)
		return "!IS_ERR_OR_NULL((__force const void *)dcg_result)";
	if (result->kind == DC_VALUE_VOID)
		return "";
	return result->is_signed ? "dcg_result >= 0" : "!dcg_result";
}

static void put_noting(FILE *out, struct dc_arena *arena, const struct dc_emit_undo *undo,
		       const char *before, const char *prefix)
{
	const char *items[DC_EMIT_ARGS_MAX + 1];
	size_t i;

	items[0] = dc_arena_printf(arena, "&dcg_release_%s", undo->name);
	for (i = 0; i < undo->count; i++)
		items[i + 1] = dc_arena_printf(arena, "(unsigned long)(%s)",
					       with_names(arena, undo->args[i], prefix));
	emit_put_list(out, dc_arena_printf(arena, "%sdck_acquired(", before), items,
		      undo->count + 1, ");");
}

/* A function with a variable number of arguments can only be wrapped in place: those that the undo
 * needs get names. */
static void put_acquiring_variadic(FILE *out, struct dc_arena *arena,
				   const struct dc_emit_undo *undo)
{
	const struct dc_prototype *prototype = undo->acquires;
	const char *success = success_of(arena, undo), *noting;
	struct emit_piece piece;
	size_t i, count = 0;

	for (i = 0; i < undo->count; i++) {
		const char *at = strchr(undo->args[i], '$');

		if (at && isdigit((unsigned char)at[1]) && (size_t)(at[1] - '0') >= count)
			count = (size_t)(at[1] - '0') + 1;
	}
	fprintf(out, "\n#undef %s\n#define %s(", prototype->name, prototype->name);
	for (i = 0; i < count; i++)
		fprintf(out, "dcg_p%zu, ", i);
	fputs("...) ({ \\\n", out);
	for (i = 0; i < count; i++)
		fprintf(out, "\t__typeof__(%s) dcg_a%zu = (dcg_p%zu); \\\n",
			prototype->parameter_types.at[i], i, i);
	fprintf(out, "\t__typeof__(%s) dcg_result = (%s)(", prototype->result_type,
		prototype->name);
	for (i = 0; i < count; i++)
		fprintf(out, "dcg_a%zu, ", i);
	fprintf(out, "__VA_ARGS__); \\\n\tif (%s) \\\n", *success ? success : "1");
	emit_piece_start(&piece);
	put_noting(piece.out, arena, undo, "\t\t", "dcg_a");
	noting = emit_piece_end(&piece, arena);
	for (; *noting; noting++) /* its lines go on in the macro's next */
		fputs(*noting == '\n' ? " \\\n" : (char[]){*noting, '\0'}, out);
	fputs(" \\\n\tdcg_result; })\n", out);
}

/* Tracks an object that the kernel has made, so that pointers to it can cross. */
static void put_adopting(FILE *out, const struct dc_emit_plan *plan,
			 const struct dc_prototype *prototype)
{
	if (emit_is_kernel_object(plan->marshal, &prototype->result))
		fprintf(out,
			"\tif (!IS_ERR_OR_NULL(dcg_result))\n"
			"\t\tdcrt_adopt(dcg_dck.channel, dcg_result, DCG_TYPE_%s, 1);\n",
			prototype->result.record);
}

static void put_acquiring(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			  const struct dc_emit_undo *undo)
{
	const struct dc_prototype *prototype = undo->acquires;
	bool is_void = prototype->result.kind == DC_VALUE_VOID;
	const char *success = success_of(arena, undo);

	put_wrapper_head(out, arena, "acquiring", prototype);
	fprintf(out, "\t%s%s",
		is_void ? "" : declaration(arena, prototype->result_type, "dcg_result"),
		is_void ? "" : " = ");
	put_call(out, prototype);
	fputs(";\n\n", out);
	if (*success)
		fprintf(out, "\tif (%s)\n", success);
	put_noting(out, arena, undo, *success ? "\t\t" : "\t", "a");
	fputc('\n', out);
	put_adopting(out, plan, prototype);
	fprintf(out, "%s}\n", is_void ? "" : "\treturn dcg_result;\n");
	if (emit_undo_when(undo) != DC_UNDO_LOCK)
		fprintf(out, "#undef %s\n#define %s(...) dcg_acquiring_%s(__VA_ARGS__)\n",
			prototype->name, prototype->name, prototype->name);
}

/* Notes a release before it happens: afterwards another thread may acquire the same resource. A
 * state (there or not) is noted afterwards, too: napi_disable() waits while another thread disables
 * the same, and what that one has enabled meanwhile is disabled. */
static void put_releasing(FILE *out, struct dc_arena *arena, const struct dc_emit_undo *undo)
{
	const struct dc_prototype *prototype = undo->releases;
	bool again = undo->release_rule && undo->release_rule->once;
	bool is_void = prototype->result.kind == DC_VALUE_VOID;
	const char **items =
		dc_arena_alloc(arena, (prototype->parameters.len + 1) * sizeof(*items));
	size_t i;

	put_wrapper_head(out, arena, "releasing", prototype);
	items[0] = dc_arena_printf(arena, "&dcg_release_%s", prototype->name);
	for (i = 0; i < prototype->parameters.len; i++)
		items[i + 1] = dc_arena_printf(arena, "(unsigned long)a%zu", i);
	if (again && !is_void)
		fprintf(out, "\t%s;\n\n", declaration(arena, prototype->result_type, "dcg_result"));
	emit_put_list(out, "\tif (!dck_releasing(", items, prototype->parameters.len + 1, "))\n");
	fprintf(out, "\t\treturn%s;\n\t%s",
		is_void					     ? ""
		: prototype->result.kind == DC_VALUE_POINTER ? " NULL"
							     : " 0",
		is_void ? ""
		: again ? "dcg_result = "
			: "return ");
	put_call(out, prototype);
	fputs(";\n", out);
	if (again)
		emit_put_list(out, "\tdck_releasing(", items, prototype->parameters.len + 1,
			      ");\n");
	if (again && !is_void)
		fputs("\treturn dcg_result;\n", out);
	fputs("}\n", out);
}

static void put_wrappers(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_emit_undo *undo;

	if (plan->undos.len)
		fputc('\n', out);
	dc_vec_each (undo, &plan->undos)
		if (!undo->again)
			fprintf(out, "extern const struct dck_release dcg_release_%s;\n",
				undo->name);
	dc_vec_each (undo, &plan->undos)
		if (emit_undo_is_wrapped(undo))
			put_releasing(out, arena, undo);
	dc_vec_each (undo, &plan->undos)
		if (undo->acquires->is_variadic)
			put_acquiring_variadic(out, arena, undo);
		else
			put_acquiring(out, arena, plan, undo);
	dc_vec_each (undo, &plan->undos)
		if (emit_undo_is_wrapped(undo) && emit_undo_when(undo) != DC_UNDO_LOCK)
			fprintf(out, "#undef %s\n#define %s(...) dcg_releasing_%s(__VA_ARGS__)\n",
				undo->name, undo->name, undo->name);
}

const char *emit_journal_h(struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_rules *rules = plan->marshal->rules;
	const struct dc_recovery_rule *recovery;
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, "dcg_journal.h", rules->sources, false);
	fputs("#ifndef DCG_JOURNAL_H\n#define DCG_JOURNAL_H\n\n", piece.out);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(piece.out, "#include <%s>\n", rules->headers.at[i]);
	fputs("#include \"dcg.h\"\n#include \"runtime/component/component.h\"\n\n/* clang-format "
	      "off */\n",
	      piece.out);
	put_wrappers(piece.out, arena, plan);
	if (plan->marshal->annotations.recoveries.len)
		fputc('\n', piece.out);
	dc_vec_each (recovery, &plan->marshal->annotations.recoveries)
		fprintf(piece.out, "void dcg_recover_%s(void *dcg_object);\n",
			emit_c_name(arena, recovery->function));
	fputs("/* clang-format on */\n\n#endif\n", piece.out);
	return emit_piece_end(&piece, arena);
}

static const char *const whens[] = {"DCK_FIRST", "DCK_STOP", "DCK_LAST", "DCK_MEMORY", "DCK_LOCK"};

/* Returns what a downcall of the function runs, if that can run without the downcall; or NULL. */
static const char *run_of(struct dc_arena *arena, const struct dc_emit_plan *plan, const char *name)
{
	const struct dc_emit_kernel *kernel;

	dc_vec_each (kernel, &plan->kernel)
		if (!strcmp(kernel->prototype->name, name) && !kernel->rule->before &&
		    !kernel->rule->instead)
			return dc_arena_printf(arena, "dcg_kernel_%s", name);
	return NULL;
}

static void put_undo(FILE *out, struct dc_arena *arena, const struct dc_emit_undo *undo)
{
	size_t i;

	fprintf(out,
		"\nstatic unsigned long dcg_undo_%s(struct dcrt_call *none, const unsigned long "
		"*args)\n{\n\t%s(",
		undo->name, undo->name);
	for (i = 0; i < undo->count; i++)
		fprintf(out, "%s(%s)args[%zu]", i ? ", " : "", type_of(arena, undo, i), i);
	fputs(");\n\treturn 0;\n}\n", out);
}

static void put_release(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			const struct dc_emit_undo *undo)
{
	const struct dc_rule *rule = undo->release_rule;
	const char *run = run_of(arena, plan, undo->name);

	if (!run)
		put_undo(out, arena, undo);
	fprintf(out,
		"\nconst struct dck_release dcg_release_%s = {\n\t.dck = &dcg_dck,\n\t.name = "
		"\"%s\",\n\t.undo = ",
		undo->name, undo->name);
	if (run)
		fprintf(out, "%s,\n", run);
	else
		fprintf(out, "dcg_undo_%s,\n", undo->name);
	fprintf(out, "\t.args = %zu,\n\t.key = %u,\n\t.when = %s,\n", undo->count,
		rule && rule->key ? rule->key : (unsigned)undo->count, whens[emit_undo_when(undo)]);
	if (rule && rule->once)
		fputs("\t.once = true,\n", out);
	fputs("};\n", out);
}

void emit_put_undos(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_emit_undo *undo;

	dc_vec_each (undo, &plan->undos)
		if (!undo->again)
			put_release(out, arena, plan, undo);
}
