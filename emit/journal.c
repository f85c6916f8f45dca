/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of what a kernel component acquires (runtime/lib/dcrl_journal.c): rules with "undo"
 * say what gives it back. Functions of both kinds get wrappers, and macros of their names lead
 * there.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "emit/internal.h"

#define ARGS_MAX 6 /* DCRL_ARGS_MAX */

/* "free_irq($0, $4)" */
struct undo {
	const struct dc_prototype *acquires, *releases;
	const struct dc_rule *release_rule; /* or NULL */
	const char *args[ARGS_MAX]; /* expressions */
	size_t count;
	bool again; /* one before it has the same release */
};

typedef DC_VEC(struct undo) undos;

static const char *trimmed(struct dc_arena *arena, const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return dc_arena_strndup(arena, text, len);
}

/* Returns false if the driver has no use for one of the two functions. */
static bool read_undo(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_rule *rule, struct undo *ret)
{
	const struct dc_layouts *layouts = &plan->source->layouts;
	const char *text = rule->undo, *open = strchr(text, '(');

	*ret = (struct undo){.acquires = dc_prototype_find(layouts, rule->name)};
	if (!ret->acquires || !open)
		return false;
	ret->releases = dc_prototype_find(layouts, trimmed(arena, text, (size_t)(open - text)));
	if (!ret->releases)
		return false;
	ret->release_rule = dc_rules_find(plan->data->rules, ret->releases->name);
	for (text = open + 1; *text && *text != ')' && ret->count < ARGS_MAX;) {
		size_t len = strcspn(text, ",)");
		const char *arg = trimmed(arena, text, len);
		const char *result = strstr(arg, "$r");

		if (result)
			arg = dc_arena_printf(arena, "%.*sdcg_result%s", (int)(result - arg), arg,
					      result + 2);
		ret->args[ret->count++] = dc_data_expand(plan->data, NULL, arg);
		text += len + (text[len] == ',');
	}
	return ret->count == ret->releases->parameters.len;
}

/* In the order of the rules. End with dc_vec_done. */
static void find_undos(struct dc_arena *arena, const struct dc_emit_plan *plan, undos *ret)
{
	const struct dc_rule *rule;
	const struct undo *at;
	struct undo undo;

	dc_vec_each (rule, &plan->data->rules->rules) {
		if (!rule->undo || !read_undo(arena, plan, rule, &undo))
			continue;
		dc_vec_each (at, ret)
			undo.again |= at->releases == undo.releases;
		dc_vec_push(ret, undo);
	}
}

static void put_parameters(FILE *out, const struct dc_prototype *prototype)
{
	char name[24];
	size_t i;

	for (i = 0; i < prototype->parameters.len; i++) {
		fputs(i ? ", " : "", out);
		snprintf(name, sizeof(name), "a%zu", i);
		emit_put_declaration(out, prototype->parameter_types.at[i], name);
	}
	if (!prototype->parameters.len)
		fputs("void", out);
}

static void put_call(FILE *out, const struct dc_prototype *prototype)
{
	size_t i;

	fprintf(out, "%s(", prototype->name);
	for (i = 0; i < prototype->parameters.len; i++)
		fprintf(out, "%sa%zu", i ? ", " : "", i);
	fputs(")", out);
}

static void put_acquiring(FILE *out, const struct undo *undo)
{
	const struct dc_prototype *prototype = undo->acquires;
	bool is_void = prototype->result.kind == DC_VALUE_VOID;
	size_t i;

	fprintf(out, "\nstatic inline %s dcg_acquiring_%s(", prototype->result_type,
		prototype->name);
	put_parameters(out, prototype);
	fputs(")\n{\n", out);
	if (!is_void)
		fprintf(out, "\t__typeof__(%s) dcg_result = ", prototype->result_type);
	else
		fputc('\t', out);
	put_call(out, prototype);
	fputs(";\n\n", out);
	if (prototype->result.kind == DC_VALUE_POINTER)
		fputs("\tif (!IS_ERR_OR_NULL((const void *)dcg_result))\n\t", out);
	else if (!is_void)
		fputs("\tif (!dcg_result)\n\t", out);
	fprintf(out, "\tdcrl_acquired(&dcg_release_%s, (unsigned long[DCRL_ARGS_MAX]){",
		undo->releases->name);
	for (i = 0; i < undo->count; i++)
		fprintf(out, "%s(unsigned long)(%s)", i ? ", " : "", undo->args[i]);
	fprintf(out, "});\n%s}\n", is_void ? "" : "\treturn dcg_result;\n");
	fprintf(out, "#undef %s\n#define %s(...) dcg_acquiring_%s(__VA_ARGS__)\n", prototype->name,
		prototype->name, prototype->name);
}

/* Before the release: what is given back by another thread meanwhile is then found or not. */
static void put_releasing(FILE *out, const struct undo *undo)
{
	const struct dc_prototype *prototype = undo->releases;
	size_t i;

	fprintf(out, "\nextern const struct dcrl_release dcg_release_%s;\n", prototype->name);
	fprintf(out, "static inline %s dcg_releasing_%s(", prototype->result_type, prototype->name);
	put_parameters(out, prototype);
	fprintf(out, ")\n{\n\tdcrl_released(&dcg_release_%s, (unsigned long[DCRL_ARGS_MAX]){",
		prototype->name);
	for (i = 0; i < prototype->parameters.len; i++)
		fprintf(out, "%s(unsigned long)a%zu", i ? ", " : "", i);
	fprintf(out, "});\n\t%s", prototype->result.kind == DC_VALUE_VOID ? "" : "return ");
	put_call(out, prototype);
	fputs(";\n}\n", out);
}

const char *emit_journal(struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct dc_rules *rules = plan->data->rules;
	const struct undo *undo;
	struct emit_piece piece;
	undos all = {0};
	size_t i;

	find_undos(arena, plan, &all);
	emit_piece_start(&piece);
	emit_head(piece.out, "the rules of the kernel", false);
	fputs("#ifndef DCG_JOURNAL_H\n#define DCG_JOURNAL_H\n\n", piece.out);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(piece.out, "#include <%s>\n", rules->headers.at[i]);
	fputs("#include \"dcrl_kernel.h\"\n\n/* clang-format off */\n", piece.out);
	dc_vec_each (undo, &all)
		if (!undo->again)
			put_releasing(piece.out, undo);
	dc_vec_each (undo, &all)
		put_acquiring(piece.out, undo);
	dc_vec_each (undo, &all)
		if (!undo->again)
			fprintf(piece.out,
				"#undef %s\n#define %s(...) dcg_releasing_%s(__VA_ARGS__)\n",
				undo->releases->name, undo->releases->name, undo->releases->name);
	fputs("/* clang-format on */\n\n#endif\n", piece.out);
	dc_vec_done(&all);
	return emit_piece_end(&piece, arena);
}

static void put_undo(FILE *out, const struct undo *undo)
{
	const struct dc_rule *rule = undo->release_rule;
	const char *name = undo->releases->name;
	size_t i;

	fprintf(out, "\nstatic void dcg_undo_%s(const unsigned long *args)\n{\n\t%s(", name, name);
	for (i = 0; i < undo->count; i++)
		fprintf(out, "%s(%s)args[%zu]", i ? ", " : "",
			undo->releases->parameter_types.at[i], i);
	fprintf(out,
		");\n}\n\nconst struct dcrl_release dcg_release_%s = {\"%s\", dcg_undo_%s, %u, "
		"%s};\n",
		name, name, name, rule && rule->key ? rule->key : (unsigned)undo->count,
		rule && rule->first ? "true" : "false");
}

void emit_put_undos(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan)
{
	const struct undo *undo;
	undos all = {0};

	find_undos(arena, plan, &all);
	dc_vec_each (undo, &all)
		if (!undo->again)
			put_undo(out, undo);
	dc_vec_done(&all);
}
