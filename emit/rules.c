/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "emit/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "emit/internal.h"

static const char *const class_names[] = {"local", "any", "caller", "none"};

static const char *const sync_names[] = {"both", "out", "none"};
static const char *const register_names[] = {"no", "read", "write"};
static const char *const when_names[] = {"first", "stop", "last", "memory", "lock"};
static const char *const type_class_names[] = {"object", "value", "opaque", "list", "none"};

static const char *keep(struct dc_arena *arena, const char *text)
{
	return text ? dc_arena_strdup(arena, text) : NULL;
}

/* Index of a text in a list; count after a fault. */
static size_t choose(const struct dc_json *row, const char *key, const char *text,
		     const char *const *names, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(names[i], text) != 0)
		i++;
	if (i == count)
		dc_json_fault(row, "%s '%s' is not one of %s, ..., %s", key, text, names[0],
			      names[count - 1]);
	return i;
}

/* Texts of an array in the arena; a macro, as each vector is a type of its own. */
#define read_texts(rules, row, key, ret)                                                           \
	do {                                                                                       \
		struct dc_json texts = dc_json_array_or_empty(row, key);                           \
		size_t text;                                                                       \
                                                                                                   \
		for (text = 0; text < dc_json_len(&texts); text++)                                 \
			dc_vec_push(ret, keep((rules)->arena, dc_json_str_at(&texts, text)));      \
	} while (0)

static void read_rule(struct dc_rules *rules, const struct dc_json *row, size_t own)
{
	const char *class = dc_json_str(row, "class");
	struct dc_rule rule = {
		.name = keep(rules->arena, dc_json_str(row, "name")),
		.define = keep(rules->arena, dc_json_str_or(row, "define", NULL)),
		.undo = keep(rules->arena, dc_json_str_or(row, "undo", NULL)),
		.no_undo = keep(rules->arena, dc_json_str_or(row, "no_undo", NULL)),
		.success = keep(rules->arena, dc_json_str_or(row, "success", NULL)),
		.key = (unsigned)dc_json_int_or(row, "key", 0, 6, 0),
		.as_is = dc_json_bool_or(row, "as_is", false),
		.why = keep(rules->arena, dc_json_str_or(row, "why", NULL)),
	};
	size_t i;

	rule.class = (enum dc_rule_class)choose(row, "class", class, class_names, DC_RULE_CLASSES);
	rule.sync = (enum dc_sync)choose(row, "sync", dc_json_str_or(row, "sync", "both"),
					 sync_names, 3);
	rule.is_register = (enum dc_register)choose(
		row, "register", dc_json_str_or(row, "register", "no"), register_names, 3);
	rule.when = (enum dc_undo_when)choose(row, "when", dc_json_str_or(row, "when", "last"),
					      when_names, DC_UNDO_WHENS);
	read_texts(rules, row, "arguments", &rule.arguments);
	if (rule.undo && rule.no_undo)
		dc_json_fault(row, "'%s' has both undo and no_undo", rule.name);
	if (rule.class == DC_RULE_NONE && !rule.why)
		dc_json_fault(row, "a rule that says no must say why");
	for (i = 0; i < rules->rules.len; i++)
		if (!strcmp(rules->rules.at[i].name, rule.name)) {
			if (i >= own)
				dc_json_fault(row, "'%s' has a rule already", rule.name);
			dc_vec_done(&rules->rules.at[i].arguments);
			rules->rules.at[i] = rule;
			return;
		}
	dc_vec_push(&rules->rules, rule);
}

static void read_type(struct dc_rules *rules, const struct dc_json *row)
{
	const char *class = dc_json_str(row, "class");
	struct dc_type_rule rule = {
		.name = keep(rules->arena, dc_json_str(row, "name")),
		.class = (enum dc_type_class)choose(row, "class", class, type_class_names,
						    DC_TYPE_CLASSES),
		.private_align = (unsigned)dc_json_int_or(row, "private_align", 0, 4096, 0),
		.is_lock = dc_json_bool_or(row, "lock", false),
		.why = keep(rules->arena, dc_json_str_or(row, "why", NULL)),
	};

	if (rule.class == DC_TYPE_NONE && !rule.why)
		dc_json_fault(row, "a rule that says no must say why");
	dc_vec_push(&rules->types, rule);
}

/* "STRUCTURE.FIELD" */
static bool read_place(struct dc_rules *rules, const struct dc_json *row, const char *key,
		       const char **ret_record, const char **ret_field)
{
	const char *field = dc_json_str(row, key), *dot = strchr(field, '.');

	if (!dot) {
		dc_json_fault(row, "%s '%s' is not STRUCTURE.FIELD", key, field);
		return false;
	}
	*ret_record = dc_arena_strndup(rules->arena, field, (size_t)(dot - field));
	*ret_field = keep(rules->arena, dot + 1);
	return true;
}

static void read_pointer(struct dc_rules *rules, const struct dc_json *row)
{
	struct dc_pointer_rule rule = {0};

	if (!read_place(rules, row, "field", &rule.record, &rule.field))
		return;
	if (!dc_json_has(row, "list")) {
		rule.count = keep(rules->arena, dc_json_str(row, "count"));
	} else {
		if (!read_place(rules, row, "list", &rule.list_record, &rule.list_field))
			return;
		rule.lock = keep(rules->arena, dc_json_str(row, "lock"));
	}
	dc_vec_push(&rules->pointers, rule);
}

static void read_check(struct dc_rules *rules, const struct dc_json *row)
{
	struct dc_json range = dc_json_array_or_empty(row, "range");
	struct dc_check_rule rule = {
		.unless = keep(rules->arena, dc_json_str_or(row, "unless", NULL)),
		.fixed = keep(rules->arena, dc_json_str_or(row, "fixed", NULL)),
		.why = keep(rules->arena, dc_json_str(row, "why")),
	};
	size_t bounds = dc_json_len(&range);

	if (bounds == 2) {
		rule.low = keep(rules->arena, dc_json_str_at(&range, 0));
		rule.high = keep(rules->arena, dc_json_str_at(&range, 1));
	}
	read_texts(rules, row, "values", &rule.values);
	if (!read_place(rules, row, "field", &rule.record, &rule.field))
		rule.record = rule.field = "";
	if (bounds && bounds != 2)
		dc_json_fault(row, "a range has two ends");
	if (bounds && rule.values.len)
		dc_json_fault(row, "a check has a range or values");
	if (!bounds && !rule.values.len && (!rule.fixed || rule.unless))
		dc_json_fault(row, "a check has a range, or values, or says when it is fixed");
	dc_vec_push(&rules->checks, rule);
}

static void read_entry(struct dc_rules *rules, const struct dc_json *row, const char *key)
{
	static const char *const ends[] = {"never", "always", "on error"};
	struct dc_rule_entry entry = {
		.name = keep(rules->arena, dc_json_str(row, key)),
		.ends_argument = (int)dc_json_int_or(row, "ends_argument", 0, 15, -1),
		.ends = (enum dc_ends)choose(row, "ends", dc_json_str_or(row, "ends", "never"),
					     ends, 3),
		.device = keep(rules->arena, dc_json_str_or(row, "device", NULL)),
		.missed = keep(rules->arena, dc_json_str_or(row, "missed", NULL)),
		.retry = dc_json_bool_or(row, "retry", false),
		.deadline_ms = (unsigned)dc_json_int_or(row, "deadline_ms", 0, 3600000, 0),
	};
	size_t i;

	read_texts(rules, row, "arguments", &entry.arguments);
	read_texts(rules, row, "reads", &entry.reads);
	for (i = 0; i < entry.reads.len; i++)
		if (!strchr(entry.reads.at[i], '.'))
			dc_json_fault(row, "reads '%s' is not STRUCTURE.FIELD", entry.reads.at[i]);
	dc_vec_push(&rules->entries, entry);
}

/* What says how data crosses: in rules by entry point, in annotations by function. */
static void read_data(struct dc_rules *rules, const struct dc_json *root, const char *key)
{
	const bool by_entry = !strcmp(key, "entry");
	struct dc_json rows = dc_json_array_or_empty(root, by_entry ? "entries" : "functions");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read_entry(rules, &row, key);
	}
	rows = dc_json_array_or_empty(root, "pointers");
	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read_pointer(rules, &row);
	}
	rows = dc_json_array_or_empty(root, by_entry ? "types" : "privates");
	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		if (by_entry)
			read_type(rules, &row);
		else
			dc_vec_push(&rules->privates,
				    (struct dc_private_rule){
					    .of = keep(rules->arena, dc_json_str(&row, "of")),
					    .type = keep(rules->arena, dc_json_str(&row, "type"))});
	}
	if (by_entry)
		return;
	rows = dc_json_array_or_empty(root, "checks");
	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read_check(rules, &row);
	}
}

static void read_recoveries(struct dc_rules *rules, const struct dc_json *root)
{
	struct dc_json rows = dc_json_array_or_empty(root, "recovery");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		const char *condition = dc_json_str_or(&row, "if", NULL);
		struct dc_recovery_rule rule = {
			.function = keep(rules->arena, dc_json_str(&row, "function")),
			.condition = keep(rules->arena, condition),
		};

		dc_vec_push(&rules->recoveries, rule);
	}
}

int dc_annotations_open(struct dc_diag *diag, const char *path, struct dc_rules *ret)
{
	struct dc_rules rules = {.arena = dc_arena_new()};
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = 0;

	if (dc_is_file(path)) {
		err = dc_json_open(diag, path, "annotations", &doc, &root);
		if (!err) {
			read_data(&rules, &root, "function");
			read_recoveries(&rules, &root);
			err = dc_json_failed(doc) ? -EINVAL : 0;
			dc_json_close(doc);
		}
	}
	if (err < 0)
		dc_rules_done(&rules);
	else
		*ret = rules;
	return err;
}

static int read_file(struct dc_diag *diag, struct dc_rules *rules, const char *path)
{
	struct dc_json root, rows;
	size_t i, own = rules->rules.len;
	struct dc_json_doc *doc;
	int err = dc_json_open(diag, path, "rules", &doc, &root);

	if (err < 0)
		return err;
	read_texts(rules, &root, "headers", &rules->headers);
	read_data(rules, &root, "entry");
	rows = dc_json_array(&root, "rules");
	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read_rule(rules, &row, own);
	}
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static int order_rules(const void *a, const void *b)
{
	return strcmp(((const struct dc_rule *)a)->name, ((const struct dc_rule *)b)->name);
}

int dc_rules_open(struct dc_diag *diag, const char *family, struct dc_rules *ret)
{
	struct dc_rules rules = {.arena = dc_arena_new()};
	const char *path = dc_arena_printf(rules.arena, "%s/emit/rules/linux.json", dc_data_dir());
	int err = read_file(diag, &rules, path);

	path = dc_arena_printf(rules.arena, "%s/emit/rules/%s.json", dc_data_dir(), family);
	if (!err && dc_is_file(path))
		err = read_file(diag, &rules, path);
	if (rules.rules.len)
		qsort(rules.rules.at, rules.rules.len, sizeof(*rules.rules.at), order_rules);
	if (err < 0)
		dc_rules_done(&rules);
	else
		*ret = rules;
	return err;
}

void dc_rules_done(struct dc_rules *rules)
{
	struct dc_rule_entry *entry;
	struct dc_check_rule *check;
	struct dc_rule *rule;

	dc_vec_each (rule, &rules->rules)
		dc_vec_done(&rule->arguments);
	dc_vec_each (check, &rules->checks)
		dc_vec_done(&check->values);
	dc_vec_each (entry, &rules->entries) {
		dc_vec_done(&entry->arguments);
		dc_vec_done(&entry->reads);
	}
	dc_vec_done(&rules->rules);
	dc_vec_done(&rules->headers);
	dc_vec_done(&rules->types);
	dc_vec_done(&rules->pointers);
	dc_vec_done(&rules->entries);
	dc_vec_done(&rules->privates);
	dc_vec_done(&rules->recoveries);
	dc_vec_done(&rules->checks);
	dc_arena_free(rules->arena);
	*rules = (struct dc_rules){0};
}

const struct dc_rule *dc_rules_find(const struct dc_rules *rules, const char *name)
{
	const struct dc_rule *rule, *prefix = NULL;

	dc_vec_each (rule, &rules->rules) {
		size_t len = strlen(rule->name);

		if (!strcmp(rule->name, name))
			return rule;
		if (len && rule->name[len - 1] == '*' && !strncmp(rule->name, name, len - 1))
			prefix = rule;
	}
	return prefix;
}

const struct dc_type_rule *dc_rules_type(const struct dc_rules *rules, const char *record)
{
	const struct dc_type_rule *rule, *found = NULL;

	dc_vec_each (rule, &rules->types) {
		size_t len = strlen(rule->name);

		if (!strcmp(rule->name, record))
			return rule;
		if (len && rule->name[len - 1] == '*' && !strncmp(rule->name, record, len - 1))
			found = rule;
	}
	return found;
}

const struct dc_rule_entry *dc_rules_entry(const struct dc_rules *rules, const char *name)
{
	const struct dc_rule_entry *entry;

	dc_vec_each (entry, &rules->entries)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

/* Gaps */

static bool only_computes(const struct dc_graph *graph, const char *name)
{
	int function = dc_graph_kernel_function(graph, name);

	return function >= 0 && graph->kernel_functions.at[function].is_local;
}

const struct dc_rule *dc_rules_answer(const struct dc_rules *rules, const struct dc_graph *graph,
				      const struct dc_use *use, const char **ret_name,
				      bool *ret_free)
{
	const struct dc_rule *rule = dc_rules_find(rules, use->name);

	*ret_name = use->name;
	*ret_free = !rule && use->kind == DC_USE_FUNCTION && only_computes(graph, use->name);
	if (use->kind != DC_USE_MACRO)
		return rule;
	/* Nothing else takes a macro's place: without a definition the rule is about a function. */
	if (rule && (rule->define || rule->as_is || rule->class == DC_RULE_NONE))
		return rule;
	*ret_free = only_computes(graph, use->inner);
	rule = dc_rules_find(rules, use->inner);
	if (rule)
		*ret_name = use->inner;
	return rule;
}

void dc_rules_gaps(const struct dc_rules *rules, const struct dc_source *source,
		   const struct dc_graph *graph, dc_rule_gaps *ret)
{
	const struct dc_definition *definition;
	const struct dc_use *use;

	dc_vec_each (definition, &source->definitions)
		dc_vec_each (use, &definition->uses) {
			struct dc_rule_gap gap = {.definition = definition, .use = use};
			bool is_free;

			gap.rule = dc_rules_answer(rules, graph, use, &gap.name, &is_free);
			if (!is_free && (!gap.rule || gap.rule->class == DC_RULE_NONE))
				dc_vec_push(ret, gap);
		}
}

const char *dc_rule_gap_reason(struct dc_arena *arena, const struct dc_rule_gap *gap)
{
	const char *through = gap->use->name == gap->name ? "" : gap->use->name;

	if (gap->rule)
		return dc_arena_printf(arena, "uses %s at %s:%u: %s", gap->name,
				       gap->definition->file, gap->use->line, gap->rule->why);
	return dc_arena_printf(arena, "uses %s%s%s at %s:%u, which has no rule", gap->name,
			       *through ? " through " : "", through, gap->definition->file,
			       gap->use->line);
}

static void add_pin(struct dc_arena *arena, dc_lower_pins *pins, const char *function,
		    const char *reason)
{
	dc_vec_push(pins, (struct dc_lower_pin){.function = dc_arena_strdup(arena, function),
						.reason = reason});
}

/* No stub can stand for a function: it is in the kernel, and so is what refers to it. */
static void pin_uncuttable(struct dc_arena *arena, const struct dc_source *source,
			   const struct dc_definition *definition, const char *what,
			   dc_lower_pins *pins)
{
	const struct dc_definition *caller;
	size_t i;

	add_pin(arena, pins, definition->name,
		dc_arena_printf(arena, "%s (%s:%u), so no stub can stand for it", what,
				definition->file, definition->first_line));
	dc_vec_each (caller, &source->definitions)
		for (i = 0; i < caller->refers.len; i++)
			if (!strcmp(caller->refers.at[i], definition->name))
				add_pin(arena, pins, caller->name,
					dc_arena_printf(arena,
							"refers to %s, which %s, so no stub can "
							"stand for it",
							definition->name, what));
}

void dc_rules_pins(struct dc_arena *arena, const struct dc_rules *rules,
		   const struct dc_source *source, const struct dc_graph *graph, dc_lower_pins *ret)
{
	const struct dc_definition *definition;
	dc_rule_gaps gaps = {0};
	size_t i;

	dc_rules_gaps(rules, source, graph, &gaps);
	for (i = 0; i < gaps.len; i++)
		if (!i || gaps.at[i].definition != gaps.at[i - 1].definition)
			add_pin(arena, ret, gaps.at[i].definition->name,
				dc_rule_gap_reason(arena, &gaps.at[i]));
	dc_vec_each (definition, &source->definitions)
		if (definition->uncuttable)
			pin_uncuttable(arena, source, definition, definition->uncuttable, ret);
		else if (definition->is_init)
			add_pin(arena, ret, definition->name,
				dc_arena_printf(arena, "is freed after loading (%s:%u)",
						definition->file, definition->first_line));
	dc_vec_done(&gaps);
}

/* The header */

void dc_rules_registers(struct dc_arena *arena, const struct dc_rules *rules, dc_lower_names *ret)
{
	const struct dc_rule *rule;

	dc_vec_each (rule, &rules->rules)
		if (rule->is_register != DC_REGISTER_NO)
			dc_vec_push(ret, dc_arena_strdup(arena, rule->name));
}

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
	else if (rule->class != DC_RULE_NONE && !rule->as_is && is_inline(graph, rule->name) &&
		 used(source, rule))
		fprintf(out,
			"\nextern __typeof__(%s) dcp_%s; /* %s */\n"
			"#undef %s\n"
			"#define %s(...) dcp_%s(__VA_ARGS__)\n",
			rule->name, rule->name, class_names[rule->class], rule->name, rule->name,
			rule->name);
}

const char *dc_rules_header(struct dc_arena *arena, const struct dc_rules *rules,
			    const struct dc_source *source, const struct dc_graph *graph)
{
	const struct dc_rule *rule;
	char *text = NULL;
	const char *kept;
	size_t len_bytes, i;
	FILE *out = open_memstream(&text, &len_bytes);

	if (!out)
		abort();
	emit_head(out, "the rules of the kernel", false);
	fputs("#ifndef DCG_RULES_H\n#define DCG_RULES_H\n\n", out);
	for (i = 0; i < rules->headers.len; i++)
		fprintf(out, "#include <%s>\n", rules->headers.at[i]);
	fputs("#include \"runtime/process/process.h\"\n\n/* clang-format off */\n", out);
	dc_vec_each (rule, &rules->rules)
		put_rule(out, rule, source, graph);
	fputs("/* clang-format on */\n\n#endif\n", out);
	if (fclose(out) != 0)
		abort();
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}

const char *dc_rules_names(struct dc_arena *arena, const struct dc_rules *rules)
{
	const struct dc_rule *rule;
	char *text = NULL;
	const char *kept;
	size_t len_bytes;
	FILE *out = open_memstream(&text, &len_bytes);

	if (!out)
		abort();
	dc_vec_each (rule, &rules->rules)
		if (rule->class != DC_RULE_NONE && !rule->define && !rule->as_is)
			fprintf(out, "%s\n", rule->name);
	if (fclose(out) != 0)
		abort();
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}
