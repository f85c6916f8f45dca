/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers of the rules (marshal/rules/) and of a driver's annotations.json. Both have the same rows
 * about pointers and functions; the function for each file reads the rows that only that file may
 * have. Every text is copied into the arena of the rules.
 */
#include "marshal/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "graph/driver/driver.h"

static const char *const sync_names[] = {"both", "out", "none"};
static const char *const register_names[] = {"no", "read", "write"};
static const char *const when_names[] = {"first", "stop", "last", "memory", "lock"};
static const char *const type_class_names[] = {"object", "value", "opaque", "list", "none"};

static const char *keep(struct dc_arena *arena, const char *text)
{
	return text ? dc_arena_strdup(arena, text) : NULL;
}

/* Index of a text in a list; count after reporting that it is not there. */
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

/* "nullable": ["$0", "$2"] */
static unsigned read_nullable(const struct dc_json *row)
{
	struct dc_json texts = dc_json_array_or_empty(row, "nullable");
	unsigned ret = 0;
	size_t i;

	for (i = 0; i < dc_json_len(&texts); i++) {
		const char *text = dc_json_str_at(&texts, i);

		if (text[0] == '$' && text[1] >= '0' && text[1] <= '9' && !text[2])
			ret |= 1u << (text[1] - '0');
		else
			dc_json_fault(row, "nullable '%s' is not $0 to $9", text);
	}
	return ret;
}

static void read_rule(struct dc_rules *rules, const struct dc_json *row, size_t own)
{
	const char *class = dc_json_str(row, "class");
	struct dc_rule rule = {
		.name = keep(rules->arena, dc_json_str(row, "name")),
		.define = keep(rules->arena, dc_json_str_or(row, "define", NULL)),
		.undo = keep(rules->arena, dc_json_str_or(row, "undo", NULL)),
		.no_undo = keep(rules->arena, dc_json_str_or(row, "no_undo", NULL)),
		.once = dc_json_bool_or(row, "once", false),
		.recovery = dc_json_bool_or(row, "recovery", false),
		.success = keep(rules->arena, dc_json_str_or(row, "success", NULL)),
		.key = (unsigned)dc_json_int_or(row, "key", 0, 6, 0),
		.header_code = dc_json_bool_or(row, "header_code", false),
		.nullable = read_nullable(row),
		.before = keep(rules->arena, dc_json_str_or(row, "before", NULL)),
		.instead = keep(rules->arena, dc_json_str_or(row, "instead", NULL)),
		.deadline_ms = (unsigned)dc_json_int_or(row, "deadline_ms", 0, 3600000, 0),
		.why = keep(rules->arena, dc_json_str_or(row, "why", NULL)),
	};
	size_t i;

	rule.class = (enum dc_rule_class)choose(row, "class", class, dc_rule_class_names,
						DC_RULE_CLASSES);
	rule.sync = (enum dc_sync)choose(row, "sync", dc_json_str_or(row, "sync", "both"),
					 sync_names, 3);
	rule.is_register = (enum dc_register)choose(
		row, "register", dc_json_str_or(row, "register", "no"), register_names, 3);
	rule.when = (enum dc_undo_when)choose(row, "when", dc_json_str_or(row, "when", "last"),
					      when_names, DC_UNDO_WHENS);
	read_texts(rules, row, "arguments", &rule.arguments);
	if (rule.before && rule.instead)
		dc_json_fault(row, "'%s' has both before and instead", rule.name);
	if (rule.undo && rule.no_undo)
		dc_json_fault(row, "'%s' has both undo and no_undo", rule.name);
	if (rule.class == DC_RULE_NONE && !rule.why)
		dc_json_fault(row, "class 'none' needs a why");
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
		.trailing_align = (unsigned)dc_json_int_or(row, "trailing_align", 0, 4096, 0),
		.is_lock = dc_json_bool_or(row, "lock", false),
		.why = keep(rules->arena, dc_json_str_or(row, "why", NULL)),
	};

	if (rule.class == DC_TYPE_NONE && !rule.why)
		dc_json_fault(row, "class 'none' needs a why");
	dc_vec_push(&rules->types, rule);
}

/* A text "STRUCTURE.FIELD", in its two parts. */
static bool read_field_name(struct dc_rules *rules, const struct dc_json *row, const char *key,
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
	struct dc_pointer_rule rule = {.line = dc_json_line(row)};

	if (!read_field_name(rules, row, "field", &rule.record, &rule.field))
		return;
	if (!dc_json_has(row, "list")) {
		rule.count = keep(rules->arena, dc_json_str(row, "count"));
	} else {
		if (!read_field_name(rules, row, "list", &rule.list_record, &rule.list_field))
			return;
		rule.lock = keep(rules->arena, dc_json_str(row, "lock"));
	}
	rule.freed = keep(rules->arena, dc_json_str_or(row, "freed", NULL));
	dc_vec_push(&rules->pointers, rule);
}

/* The kernel may free the target of its own pointer where the kernel component does not see it. */
static void read_kernel_pointer(struct dc_rules *rules, const struct dc_json *row)
{
	if (!dc_json_has(row, "freed"))
		dc_json_fault(row, "it does not say which function frees the memory (freed)");
	read_pointer(rules, row);
}

static void read_limit(struct dc_rules *rules, const struct dc_json *row)
{
	struct dc_json range = dc_json_array_or_empty(row, "range");
	struct dc_limit_rule rule = {
		.unless = keep(rules->arena, dc_json_str_or(row, "unless", NULL)),
		.fixed = keep(rules->arena, dc_json_str_or(row, "fixed", NULL)),
		.why = keep(rules->arena, dc_json_str(row, "why")),
		.line = dc_json_line(row),
	};
	size_t bounds = dc_json_len(&range);

	if (bounds == 2) {
		rule.low = keep(rules->arena, dc_json_str_at(&range, 0));
		rule.high = keep(rules->arena, dc_json_str_at(&range, 1));
	}
	read_texts(rules, row, "values", &rule.values);
	if (!read_field_name(rules, row, "field", &rule.record, &rule.field))
		rule.record = rule.field = "";
	if (bounds && bounds != 2)
		dc_json_fault(row, "a range has two ends");
	if (bounds && rule.values.len)
		dc_json_fault(row, "a limit has a range or values, not both");
	if (!bounds && !rule.values.len && (!rule.fixed || rule.unless))
		dc_json_fault(row, "a limit has a range, or values, or a condition under which the "
				   "field is fixed");
	dc_vec_push(&rules->limits, rule);
}

/* "releases": {"argument": 0, "when": "always"} */
static void read_releases(const struct dc_json *row, struct dc_function_rule *ret)
{
	static const char *const names[] = {"never", "always", "on error"};
	struct dc_json releases;

	ret->released_argument = -1;
	if (!dc_json_has(row, "releases"))
		return;
	releases = dc_json_object(row, "releases");
	ret->released_argument = (int)dc_json_int(&releases, "argument", 0, 15);
	ret->releases = (enum dc_releases)choose(&releases, "when", dc_json_str(&releases, "when"),
						 names, 3);
}

static void read_function(struct dc_rules *rules, const struct dc_json *row, const char *key)
{
	struct dc_function_rule function = {
		.name = keep(rules->arena, dc_json_str(row, key)),
		.device = keep(rules->arena, dc_json_str_or(row, "device", NULL)),
		.on_failure = keep(rules->arena, dc_json_str_or(row, "on_failure", NULL)),
		.failure_result = keep(rules->arena, dc_json_str_or(row, "failure_result", NULL)),
		.setter = dc_json_bool_or(row, "setter", false),
		.last_answer = dc_json_bool_or(row, "last_answer", false),
		.retry = dc_json_bool_or(row, "retry", false),
		.nullable = read_nullable(row),
		.deadline_ms = (unsigned)dc_json_int_or(row, "deadline_ms", 0, 3600000, 0),
		.line = dc_json_line(row),
	};
	size_t i;

	read_releases(row, &function);
	read_texts(rules, row, "arguments", &function.arguments);
	read_texts(rules, row, "reads", &function.reads);
	for (i = 0; i < function.reads.len; i++)
		if (!strchr(function.reads.at[i], '.'))
			dc_json_fault(row, "reads '%s' is not STRUCTURE.FIELD",
				      function.reads.at[i]);
	dc_vec_push(&rules->functions, function);
}

static void read_trailing(struct dc_rules *rules, const struct dc_json *row)
{
	dc_vec_push(&rules->trailing,
		    (struct dc_trailing_rule){
			    .record = keep(rules->arena, dc_json_str(row, "struct")),
			    .after = keep(rules->arena, dc_json_str(row, "after")),
			    .line = dc_json_line(row),
		    });
}

static void read_recovery(struct dc_rules *rules, const struct dc_json *row)
{
	dc_vec_push(&rules->recoveries,
		    (struct dc_recovery_rule){
			    .function = keep(rules->arena, dc_json_str(row, "function")),
			    .condition = keep(rules->arena, dc_json_str_or(row, "if", NULL)),
			    .with_locks = dc_json_bool_or(row, "with_locks", false),
			    .line = dc_json_line(row),
		    });
}

static void read_rows(struct dc_rules *rules, const struct dc_json *root, const char *key,
		      void (*read)(struct dc_rules *rules, const struct dc_json *row))
{
	struct dc_json rows = dc_json_array_or_empty(root, key);
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read(rules, &row);
	}
}

static void read_functions(struct dc_rules *rules, const struct dc_json *root, const char *section,
			   const char *key)
{
	struct dc_json rows = dc_json_array_or_empty(root, section);
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);

		read_function(rules, &row, key);
	}
}

/* {"section": "pointers", "row": {...}} */
static void read_declined(struct dc_rules *rules, const struct dc_json *row)
{
	struct dc_json declined = dc_json_object(row, "row");
	char *text = declined.value ? json_dumps(declined.value, 0) : NULL;

	dc_vec_push(&rules->declined,
		    (struct dc_declined_row){
			    .section = keep(rules->arena, dc_json_str(row, "section")),
			    .row = text ? keep(rules->arena, text) : "",
		    });
	free(text);
}

struct section {
	const char *name;
	void (*read)(struct dc_rules *rules, const struct dc_json *row);
	const char *const *keys; /* that a row may have, NULL-terminated */
};

static void read_function_row(struct dc_rules *rules, const struct dc_json *row)
{
	read_function(rules, row, "function");
}

static const char *const function_keys[] = {"function", "arguments",   "nullable",
					    "retry",	"deadline_ms", "releases",
					    "device",	"reads",       NULL};
static const char *const pointer_keys[] = {"field", "count", "list", "lock", NULL};
static const char *const trailing_keys[] = {"struct", "after", NULL};
static const char *const limit_keys[] = {"field", "range", "values", "unless",
					 "fixed", "why",   NULL};
static const char *const recovery_keys[] = {"function", "if", "with_locks", NULL};
static const char *const declined_keys[] = {"section", "row", NULL};

static const struct section sections[] = {
	{"functions", read_function_row, function_keys}, {"pointers", read_pointer, pointer_keys},
	{"trailing", read_trailing, trailing_keys},	 {"limits", read_limit, limit_keys},
	{"recovery", read_recovery, recovery_keys},	 {"declined", read_declined, declined_keys},
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/* A misspelled key would otherwise be a row that does nothing. */
static void check_row(const struct dc_json *row, const struct section *section)
{
	const char *key;
	json_t *value;

	if (!json_is_object(row->value))
		return; /* reading it reports that */
	json_object_foreach (row->value, key, value)
		if (!is_among(section->keys, key))
			dc_json_fault(&(struct dc_json){.doc = row->doc, .up = row, .key = key},
				      "no row of '%s' has a key '%s' (docs/formats.md, "
				      "annotations.json)",
				      section->name, key);
}

static void check_sections(const struct dc_json *root)
{
	static const char *const others[] = {"schema", "kind", "driver", NULL};
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (root->value, key, value) {
		for (i = 0; i < SECTIONS && strcmp(sections[i].name, key) != 0; i++)
			;
		if (i == SECTIONS && !is_among(others, key))
			dc_json_fault(&(struct dc_json){.doc = root->doc, .up = root, .key = key},
				      "'%s' is no section of annotations (docs/formats.md, "
				      "annotations.json)",
				      key);
	}
}

static void read_annotations(struct dc_rules *rules, const struct dc_json *root)
{
	size_t i, j;

	check_sections(root);
	for (i = 0; i < SECTIONS; i++) {
		struct dc_json rows = dc_json_array_or_empty(root, sections[i].name);

		for (j = 0; j < dc_json_len(&rows); j++) {
			struct dc_json row = dc_json_at(&rows, j);

			check_row(&row, &sections[i]);
			sections[i].read(rules, &row);
		}
	}
}

int dc_annotations_parse(struct dc_diag *diag, const char *path, const char *text,
			 struct dc_rules *ret)
{
	struct dc_rules rules = {.arena = dc_arena_new()};
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = 0;

	if (text) {
		err = dc_json_parse(diag, path, text, strlen(text), "annotations", &doc, &root);
		if (!err) {
			read_annotations(&rules, &root);
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

int dc_annotations_open(struct dc_diag *diag, const char *path, struct dc_rules *ret)
{
	char *text = NULL;
	int err = dc_is_file(path) ? dc_file_read(diag, path, &text, NULL) : 0;

	if (!err)
		err = dc_annotations_parse(diag, path, text, ret);
	free(text);
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
	read_texts(rules, &root, "acquiring", &rules->acquiring);
	read_functions(rules, &root, "entry_points", "entry_point");
	read_rows(rules, &root, "pointers", read_kernel_pointer);
	read_rows(rules, &root, "types", read_type);
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

/* The file of a family's rules; NULL: it has none. */
static const char *rules_path(struct dc_arena *arena, const char *family)
{
	const char *path =
		dc_arena_printf(arena, "%s/marshal/rules/%s.json", dc_data_dir(), family);

	return dc_is_file(path) ? path : NULL;
}

int dc_rules_open(struct dc_diag *diag, const char *families, struct dc_rules *ret)
{
	struct dc_rules rules = {.arena = dc_arena_new()};
	char *list = dc_printf("linux,%s", families), *rest = list, *family;
	int err = 0;

	while (!err && (family = strsep(&rest, ","))) {
		const char *path = rules_path(rules.arena, family);
		bool again = family != list && !strcmp(family, "linux");

		if (!path || again)
			continue;
		rules.sources = rules.sources ? dc_arena_printf(rules.arena, "%s, %s.json",
								rules.sources, family)
					      : "marshal/rules/linux.json";
		err = read_file(diag, &rules, path);
	}
	free(list);
	if (rules.rules.len)
		qsort(rules.rules.at, rules.rules.len, sizeof(*rules.rules.at), order_rules);
	if (err < 0)
		dc_rules_done(&rules);
	else
		*ret = rules;
	return err;
}
