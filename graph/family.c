/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/family.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

static enum dc_context read_context(const struct dc_json *row)
{
	enum dc_context context = dc_context_by_name(dc_json_str(row, "context"));

	if (context == DC_CONTEXT_COUNT)
		dc_json_fault(row, "unknown context");
	return context;
}

static void read_rules(struct dc_arena *arena, const struct dc_json *root, const char *list,
		       struct dc_family *family)
{
	struct dc_json rows = dc_json_array_or_empty(root, list);
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_context_rule rule = {.context = read_context(&row)};

		if (dc_json_has(&row, "struct")) {
			rule.place = dc_arena_printf(arena, "%s.%s", dc_json_str(&row, "struct"),
						     dc_json_str(&row, "field"));
			rule.via = rule.place;
		} else if (dc_json_has(&row, "function")) {
			int argument = (int)dc_json_int(&row, "argument", 0, 99);
			const char *function = dc_json_str(&row, "function");

			rule.place = dc_arena_printf(arena, "%s#%d", function, argument);
			rule.via = dc_arena_printf(arena, "%s argument %d", function, argument);
		} else {
			rule.place = dc_arena_strdup(arena, dc_json_str(&row, "variable"));
			rule.via = dc_arena_strdup(arena, dc_json_str(&row, "as"));
		}
		dc_vec_push(&family->rules, rule);
	}
}

static void read_locks(struct dc_arena *arena, const struct dc_json *root, struct dc_family *family)
{
	static const char *const ops[] = {"takes", "tries", "releases"};
	struct dc_json rows = dc_json_array_or_empty(root, "locks");
	size_t i, op;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_lock_rule rule = {
			.function = dc_arena_strdup(arena, dc_json_str(&row, "function")),
			.class = dc_lock_class_by_name(dc_json_str(&row, "class")),
			.zero = dc_json_bool_or(&row, "zero", false),
		};

		if (rule.class == DC_LOCK_CLASSES)
			dc_json_fault(&row, "unknown class of lock");
		for (op = 0; op < 3 && !dc_json_has(&row, ops[op]); op++)
			;
		if (op == 3)
			dc_json_fault(&row, "needs takes, tries or releases");
		else
			rule.argument = (int)dc_json_int(&row, ops[op], -1, 99);
		rule.op = (enum dc_lock_op)op;
		dc_vec_push(&family->locks, rule);
	}
}

static void read_names(struct dc_arena *arena, const struct dc_json *root, struct dc_family *family)
{
	struct dc_json names = dc_json_array_or_empty(root, "local");
	struct dc_json folders = dc_json_array_or_empty(root, "folders");
	size_t i;

	for (i = 0; i < dc_json_len(&folders); i++)
		dc_vec_push(&family->folders, dc_arena_strdup(arena, dc_json_str_at(&folders, i)));

	for (i = 0; i < dc_json_len(&names); i++)
		dc_vec_push(&family->local, dc_arena_strdup(arena, dc_json_str_at(&names, i)));
}

static int read_file(struct dc_diag *diag, struct dc_arena *arena, const char *name, int depth,
		     struct dc_family *family)
{
	const char *path = dc_arena_printf(arena, "%s/graph/families/%s.json", dc_data_dir(), name);
	struct dc_json root, includes;
	struct dc_json_doc *doc;
	size_t i;
	int err;

	if (depth > 8)
		return dc_error(diag, -EINVAL, DC_FILE(path), "families include each other");
	if (!dc_is_file(path))
		return dc_error(diag, -ENOENT, DC_FILE(path), "no such driver family: '%s'", name);
	err = dc_json_open(diag, path, "family", &doc, &root);
	if (err < 0)
		return err;
	read_rules(arena, &root, "fields", family);
	read_rules(arena, &root, "arguments", family);
	read_rules(arena, &root, "variables", family);
	read_locks(arena, &root, family);
	read_names(arena, &root, family);
	includes = dc_json_array_or_empty(&root, "includes");
	for (i = 0; !err && i < dc_json_len(&includes); i++)
		err = read_file(diag, arena, dc_json_str_at(&includes, i), depth + 1, family);
	if (!err && dc_json_failed(doc))
		err = -EINVAL;
	dc_json_close(doc);
	return err;
}

static int compare_rules(const void *a, const void *b)
{
	const struct dc_context_rule *left = a, *right = b;

	return strcmp(left->place, right->place);
}

static int compare_locks(const void *a, const void *b)
{
	const struct dc_lock_rule *left = a, *right = b;

	return strcmp(left->function, right->function);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int dc_family_open(struct dc_diag *diag, struct dc_arena *arena, const char *name,
		   struct dc_family *ret)
{
	struct dc_family family = {0};
	int err = read_file(diag, arena, name, 0, &family);

	if (err < 0) {
		dc_family_done(&family);
		return err;
	}
	if (family.rules.len)
		qsort(family.rules.at, family.rules.len, sizeof(*family.rules.at), compare_rules);
	if (family.locks.len)
		qsort(family.locks.at, family.locks.len, sizeof(*family.locks.at), compare_locks);
	if (family.local.len)
		qsort(family.local.at, family.local.len, sizeof(*family.local.at), compare_names);
	*ret = family;
	return 0;
}

void dc_family_done(struct dc_family *family)
{
	dc_vec_done(&family->rules);
	dc_vec_done(&family->locks);
	dc_vec_done(&family->local);
	dc_vec_done(&family->folders);
}

static const struct dc_context_rule *find_rule(const struct dc_family *family, const char *place)
{
	struct dc_context_rule key = {.place = place};

	if (!family->rules.len)
		return NULL;
	return bsearch(&key, family->rules.at, family->rules.len, sizeof(key), compare_rules);
}

const struct dc_context_rule *dc_family_rule(const struct dc_family *family, const char *place)
{
	const struct dc_context_rule *rule = find_rule(family, place);
	const char *dot = strchr(place, '.');
	char *any;

	if (rule || !dot)
		return rule;
	any = dc_printf("%.*s.*", (int)(dot - place), place);
	rule = find_rule(family, any);
	free(any);
	return rule;
}

const struct dc_lock_rule *dc_family_lock(const struct dc_family *family, const char *function)
{
	struct dc_lock_rule key = {.function = function};

	if (!family->locks.len)
		return NULL;
	return bsearch(&key, family->locks.at, family->locks.len, sizeof(key), compare_locks);
}

bool dc_family_is_local(const struct dc_family *family, const char *function)
{
	return family->local.len && bsearch(&function, family->local.at, family->local.len,
					    sizeof(function), compare_names) != NULL;
}
