/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * user/dcg_rules.h: macros that replace the kernel's inline functions and macros in the process,
 * and user/names.txt: the symbols that the process may leave undefined.
 */
#include "emit/emit.h"

#include <stdio.h>
#include <string.h>

#include "emit/print.h"
#include "marshal/uses.h"

static bool is_inline(const struct dc_graph *graph, const char *name)
{
	int function = dc_graph_kernel_function(graph, name);

	return function >= 0 && graph->kernel_functions.at[function].is_inline;
}

static bool used(const struct dc_source *source, const struct dc_rule *rule)
{
	const struct dc_definition *definition;
	const struct dc_use *use;

	dc_vec_each (definition, &source->definitions)
		dc_vec_each (use, &definition->uses)
			if (!strcmp(use->name, rule->name) ||
			    (use->inner && !strcmp(use->inner, rule->name)))
				return true;
	return false;
}

/* Inline functions become functions of the user library, of the same type. */
static void put_rule(FILE *out, const struct dc_rule *rule, const struct dc_source *source,
		     const struct dc_graph *graph)
{
	if (rule->define)
		fprintf(out, "\n#undef %s\n#define %s%s\n", rule->name, rule->name, rule->define);
	else if (rule->class != DC_RULE_NONE && !rule->header_code &&
		 is_inline(graph, rule->name) && used(source, rule))
		fprintf(out,
			"\nextern __typeof__(%s) dcp_%s; /* %s */\n"
			"#undef %s\n"
			"#define %s(...) dcp_%s(__VA_ARGS__)\n",
			rule->name, rule->name, dc_rule_class_names[rule->class], rule->name,
			rule->name, rule->name);
}

const char *dc_emit_redefines(struct dc_arena *arena, const struct dc_rules *rules,
			      const struct dc_source *source, const struct dc_graph *graph)
{
	const struct dc_rule *rule;
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	emit_head(piece.out, "dcg_rules.h", rules->sources, false);
	fputs("#ifndef DCG_RULES_H\n#define DCG_RULES_H\n\n", piece.out);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(piece.out, "#include <%s>\n", rules->headers.at[i]);
	fputs("#include \"runtime/process/process.h\"\n\n/* clang-format off */\n", piece.out);
	dc_vec_each (rule, &rules->rules)
		put_rule(piece.out, rule, source, graph);
	fputs("/* clang-format on */\n\n#endif\n", piece.out);
	return emit_piece_end(&piece, arena);
}

const char *dc_emit_names(struct dc_arena *arena, const struct dc_rules *rules,
			  const struct dc_emit_plan *plan)
{
	const struct dc_rule *rule;
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	dc_vec_each (rule, &rules->rules)
		if (rule->class != DC_RULE_NONE && !rule->define && !rule->header_code)
			fprintf(piece.out, "%s\n", rule->name);
	for (i = 0; i < plan->unreachable.len; i++)
		fprintf(piece.out, "%s\n", plan->unreachable.at[i]);
	for (i = 0; i < plan->unreachable_variables.len; i++)
		fprintf(piece.out, "%s\n", plan->unreachable_variables.at[i]);
	return emit_piece_end(&piece, arena);
}
