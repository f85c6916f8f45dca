/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the files of graph/families/ into tables that are sorted by name. A family's file may
 * include others; their rows come after its own.
 */
#include "graph/family.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "graph/guess.h"

static enum dc_context read_context(const struct dc_json *row)
{
	enum dc_context context = dc_context_by_name(dc_json_str(row, "context"));

	if (context == DC_CONTEXT_COUNT)
		dc_json_fault(row, "unknown context");
	return context;
}

static void read_registered(struct dc_arena *arena, const struct dc_json *row,
			    struct dc_context_rule *rule, struct dc_family *family)
{
	struct dc_json list = dc_json_array_or_empty(row, "registered");
	size_t i, count = dc_json_len(&list);

	rule->registered = dc_arena_alloc(arena, count * sizeof(*rule->registered));
	rule->registered_count = count;
	for (i = 0; i < count; i++) {
		struct dc_json by = dc_json_at(&list, i);
		bool uses = dc_json_has(&by, "uses");

		rule->registered[i] = (struct dc_registered){
			.name = dc_arena_strdup(arena,
						dc_json_str(&by, uses ? "uses" : "function")),
			.is_function = !uses,
			.context = read_context(&by),
		};
		if (uses)
			dc_vec_push(&family->uses, rule->registered[i].name);
	}
}

/* The rows of the driver's folder come first, each once, and replace those of families. */
static bool has_own_rule(const struct dc_json *row, const struct dc_family *family,
			 const char *place)
{
	size_t i, count = family->files.len ? family->own_rules : family->rules.len;

	for (i = 0; i < count; i++)
		if (!strcmp(family->rules.at[i].place, place)) {
			if (!family->files.len)
				dc_json_fault(row, "there is another row for this place");
			return true;
		}
	return false;
}

static bool has_own_lock(const struct dc_json *row, const struct dc_family *family,
			 const char *function)
{
	size_t i, count = family->files.len ? family->own_locks : family->locks.len;

	for (i = 0; i < count; i++)
		if (!strcmp(family->locks.at[i].function, function)) {
			if (!family->files.len)
				dc_json_fault(row, "there is another row for this function");
			return true;
		}
	return false;
}

static void read_rules(struct dc_arena *arena, const struct dc_json *root, const char *list,
		       struct dc_family *family)
{
	struct dc_json rows = dc_json_array_or_empty(root, list);
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_context_rule rule = {
			.from_caller = !strcmp(dc_json_str(&row, "context"), "caller"),
			.context = DC_CONTEXT_PROCESS,
		};

		if (!rule.from_caller)
			rule.context = read_context(&row);
		else if (!dc_json_has(&row, "argument"))
			dc_json_fault(&row, "context caller is for an argument");
		if (dc_json_has(&row, "struct")) {
			rule.place = dc_arena_printf(arena, "%s.%s", dc_json_str(&row, "struct"),
						     dc_json_str(&row, "field"));
			rule.via = rule.place;
			read_registered(arena, &row, &rule, family);
		} else if (!strcmp(list, "exports")) {
			rule.place = dc_arena_printf(arena, DC_FAMILY_EXPORT,
						     dc_json_str(&row, "function"));
			rule.via = DC_FAMILY_EXPORTED;
		} else if (dc_json_has(&row, "function")) {
			int argument = (int)dc_json_int(&row, "argument", 0, 99);
			const char *function = dc_json_str(&row, "function");

			rule.place = dc_arena_printf(arena, "%s#%d", function, argument);
			rule.via = dc_arena_printf(arena, "%s argument %d", function, argument);
		} else {
			rule.place = dc_arena_strdup(arena, dc_json_str(&row, "variable"));
			rule.via = dc_arena_strdup(arena, dc_json_str(&row, "as"));
		}
		if (!has_own_rule(&row, family, rule.place))
			dc_vec_push(&family->rules, rule);
	}
}

static void read_locks(struct dc_arena *arena, const struct dc_json *root, struct dc_family *family)
{
	static const char *const ops[] = {"takes", "tries", "releases", "ignores"};
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
		for (op = 0; op < 4 && !dc_json_has(&row, ops[op]); op++)
			;
		if (op == 4)
			dc_json_fault(&row, "needs takes, tries, releases or ignores");
		else
			rule.argument = (int)dc_json_int(&row, ops[op], -1, 99);
		rule.op = (enum dc_lock_op)op;
		if (!has_own_lock(&row, family, rule.function))
			dc_vec_push(&family->locks, rule);
	}
}

static void read_copies(struct dc_arena *arena, const struct dc_json *root,
			struct dc_family *family)
{
	struct dc_json rows = dc_json_array_or_empty(root, "copies");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_copy_rule rule = {
			.function = dc_arena_strdup(arena, dc_json_str(&row, "function")),
			.writes = -1,
			.reads = -1,
		};

		if (dc_json_has(&row, "writes"))
			rule.writes = (int)dc_json_int(&row, "writes", 0, 99);
		if (dc_json_has(&row, "reads"))
			rule.reads = (int)dc_json_int(&row, "reads", 0, 99);
		if (rule.writes < 0 && rule.reads < 0)
			dc_json_fault(&row, "needs writes or reads");
		dc_vec_push(&family->copies, rule);
	}
}

static void read_memory(struct dc_arena *arena, const struct dc_json *root,
			struct dc_family *family)
{
	struct dc_json rows = dc_json_array_or_empty(root, "memory");
	size_t i;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_memory_rule rule = {
			.function = dc_arena_strdup(arena, dc_json_str(&row, "function")),
			.frees = dc_json_has(&row, "frees"),
		};

		if (rule.frees)
			rule.argument = (int)dc_json_int(&row, "frees", 0, 99);
		else if (!dc_json_bool(&row, "allocates"))
			dc_json_fault(&row, "needs allocates (true) or frees");
		dc_vec_push(&family->memory, rule);
	}
}

static enum dc_reach_memory read_reach_memory(const struct dc_json *row)
{
	static const char *const names[] = {"none", "memory", "device", "registers"};
	const char *text = dc_json_str_or(row, "returns", "none");
	unsigned i;

	for (i = 0; i < 4; i++)
		if (!strcmp(names[i], text))
			break;
	if (i == 4)
		dc_json_fault(row, "returns is memory, device or registers, not '%s'", text);
	else if (dc_json_bool_or(row, "device", false))
		return DC_REACH_DEVICE;
	return (enum dc_reach_memory)(i % 4);
}

static void read_reaches(struct dc_arena *arena, const struct dc_json *root,
			 struct dc_family *family)
{
	struct dc_json rows = dc_json_array_or_empty(root, "reach");
	size_t i, j;

	for (i = 0; i < dc_json_len(&rows); i++) {
		struct dc_json row = dc_json_at(&rows, i);
		struct dc_json bytes = dc_json_array_or_empty(&row, "bytes");
		struct dc_reach_rule rule = {
			.memory = read_reach_memory(&row),
			.size = (unsigned)dc_json_int_or(&row, "size", 1, 65536, 0),
			.string = dc_json_bool_or(&row, "string", false),
			.multiplies = dc_json_bool_or(&row, "multiplies", false),
		};

		if (dc_json_has(&row, "struct"))
			rule.name = dc_arena_printf(arena, "%s.%s", dc_json_str(&row, "struct"),
						    dc_json_str(&row, "field"));
		else if (dc_json_has(&row, "argument"))
			rule.name = dc_arena_printf(arena, "%s#%d", dc_json_str(&row, "function"),
						    (int)dc_json_int(&row, "argument", 0, 99));
		else
			rule.name = dc_arena_strdup(arena, dc_json_str(&row, "function"));
		if (dc_json_len(&bytes) > 4)
			dc_json_fault(&row, "bytes names four arguments at most");
		for (j = 0; j < dc_json_len(&bytes) && j < 4; j++)
			rule.bytes[rule.bytes_count++] =
				(int)json_integer_value(json_array_get(bytes.value, j));
		dc_vec_push(&family->reaches, rule);
	}
}

static void read_names(struct dc_arena *arena, const struct dc_json *root, struct dc_family *family)
{
	struct dc_json names = dc_json_array_or_empty(root, "local");
	struct dc_json suffixes = dc_json_array_or_empty(root, "suffixes");
	struct dc_json folders = dc_json_array_or_empty(root, "folders");
	size_t i;

	for (i = 0; family->files.len == 1 && i < dc_json_len(&folders); i++)
		dc_vec_push(&family->folders, dc_arena_strdup(arena, dc_json_str_at(&folders, i)));
	for (i = 0; i < dc_json_len(&suffixes); i++)
		dc_vec_push(&family->suffixes,
			    dc_arena_strdup(arena, dc_json_str_at(&suffixes, i)));
	for (i = 0; i < dc_json_len(&names); i++)
		dc_vec_push(&family->local, dc_arena_strdup(arena, dc_json_str_at(&names, i)));
}

static const char *const rule_lists[] = {"fields", "arguments", "variables", "exports"};

static int read_named(struct dc_diag *diag, struct dc_arena *arena, const char *name,
		      struct dc_family *family);

static int read_file(struct dc_diag *diag, struct dc_arena *arena, const char *path,
		     struct dc_family *family)
{
	struct dc_json root, includes;
	struct dc_json_doc *doc;
	size_t i;
	int err = dc_json_open(diag, path, "family", &doc, &root);

	if (err < 0)
		return err;
	for (i = 0; i < sizeof(rule_lists) / sizeof(rule_lists[0]); i++)
		read_rules(arena, &root, rule_lists[i], family);
	read_locks(arena, &root, family);
	read_copies(arena, &root, family);
	read_memory(arena, &root, family);
	read_reaches(arena, &root, family);
	read_names(arena, &root, family);
	if (!family->files.len) {
		family->own_rules = family->rules.len;
		family->own_locks = family->locks.len;
	}
	includes = dc_json_array_or_empty(&root, "includes");
	for (i = 0; !err && i < dc_json_len(&includes); i++)
		err = read_named(diag, arena, dc_json_str_at(&includes, i), family);
	if (!err && dc_json_failed(doc))
		err = -EINVAL;
	dc_json_close(doc);
	return err;
}

static int read_named(struct dc_diag *diag, struct dc_arena *arena, const char *name,
		      struct dc_family *family)
{
	const char *file = dc_arena_printf(arena, "graph/families/%s.json", name);
	const char *path = dc_arena_printf(arena, "%s/%s", dc_data_dir(), file);
	size_t i;

	for (i = 0; i < family->files.len; i++)
		if (!strcmp(family->files.at[i], file))
			return 0;
	if (strchr(name, '/') || !dc_is_file(path))
		return dc_error(diag, -ENOENT, DC_FILE(path),
				"no such driver family: '%s'; there are: %s", name,
				dc_family_names(arena));
	dc_vec_push(&family->files, file);
	return read_file(diag, arena, path, family);
}

#define SORT(rows)                                                                                 \
	do {                                                                                       \
		if ((rows)->len)                                                                   \
			qsort((rows)->at, (rows)->len, sizeof(*(rows)->at), dc_order_texts);       \
	} while (0)

/* NULL: there is none. */
#define FIND(rows, name)                                                                           \
	((rows)->len                                                                               \
		 ? bsearch(&(name), (rows)->at, (rows)->len, sizeof(*(rows)->at), dc_order_texts)  \
		 : NULL)

static int read_own(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		    struct dc_family *family)
{
	const char *path = folder ? dc_arena_printf(arena, "%s/%s", folder, DC_FAMILY_OWN) : NULL;
	char real[PATH_MAX];

	if (!path || !dc_is_file(path))
		return 0;
	family->own = dc_arena_strdup(arena, realpath(path, real) ? real : path);
	return read_file(diag, arena, path, family);
}

int dc_family_open(struct dc_diag *diag, struct dc_arena *arena, const char *names,
		   const char *folder, struct dc_family *ret)
{
	char *list = dc_strdup(names), *rest = list, *name;
	struct dc_family family = {0};
	int err = read_own(diag, arena, folder, &family);

	while (!err && (name = strsep(&rest, ",")))
		err = read_named(diag, arena, name, &family);
	free(list);
	if (err < 0) {
		dc_family_done(&family);
		return err;
	}
	SORT(&family.rules);
	SORT(&family.locks);
	SORT(&family.copies);
	SORT(&family.memory);
	SORT(&family.reaches);
	SORT(&family.local);
	SORT(&family.uses);
	*ret = family;
	return 0;
}

void dc_family_done(struct dc_family *family)
{
	dc_vec_done(&family->rules);
	dc_vec_done(&family->locks);
	dc_vec_done(&family->copies);
	dc_vec_done(&family->memory);
	dc_vec_done(&family->reaches);
	dc_vec_done(&family->local);
	dc_vec_done(&family->uses);
	dc_vec_done(&family->suffixes);
	dc_vec_done(&family->files);
	dc_vec_done(&family->folders);
}

/* A variable's name that a macro of the kernel makes: the longest "BEGIN*" that it begins with. */
static const struct dc_context_rule *rule_of_beginning(const struct dc_family *family,
						       const char *place)
{
	const struct dc_context_rule *rule, *best = NULL;
	size_t longest = 0;

	dc_vec_each (rule, &family->rules) {
		size_t len = strlen(rule->place) - 1;

		if (rule->place[len] == '*' && !strchr(rule->place, '.') && len > longest &&
		    !strncmp(rule->place, place, len)) {
			best = rule;
			longest = len;
		}
	}
	return best;
}

const struct dc_context_rule *dc_family_rule(const struct dc_family *family, const char *place)
{
	const struct dc_context_rule *rule = FIND(&family->rules, place);
	const char *dot = strchr(place, '.');
	char *any;

	if (rule)
		return rule;
	if (!dot || strchr(place, '@'))
		return rule_of_beginning(family, place);
	any = dc_printf("%.*s.*", (int)(dot - place), place);
	rule = FIND(&family->rules, any);
	free(any);
	return rule;
}

const struct dc_lock_rule *dc_family_lock(const struct dc_family *family, const char *function)
{
	return FIND(&family->locks, function);
}

static const char *without_builtin(const char *function)
{
	const char *builtin = "__builtin_";

	return function + (strncmp(function, builtin, strlen(builtin)) ? 0 : strlen(builtin));
}

const struct dc_copy_rule *dc_family_copy(const struct dc_family *family, const char *function)
{
	function = without_builtin(function);
	return FIND(&family->copies, function);
}

const struct dc_reach_rule *dc_family_reach(const struct dc_family *family, const char *name)
{
	return FIND(&family->reaches, name);
}

const struct dc_reach_rule *dc_family_reach_argument(const struct dc_family *family,
						     const char *function, int argument)
{
	char *name = dc_printf("%s#%d", without_builtin(function), argument);
	const struct dc_reach_rule *rule = FIND(&family->reaches, name);

	free(name);
	return rule;
}

const struct dc_memory_rule *dc_family_memory(const struct dc_family *family, const char *function)
{
	return FIND(&family->memory, function);
}

bool dc_family_is_used(const struct dc_family *family, const char *name)
{
	return FIND(&family->uses, name) != NULL;
}

size_t dc_family_stem(const struct dc_family *family, const char *function)
{
	size_t len = strlen(function);
	const char *const *suffix;

	dc_vec_each (suffix, &family->suffixes) {
		size_t end = strlen(*suffix);

		if (len > end && !strcmp(function + len - end, *suffix))
			return len - end;
	}
	return len;
}

bool dc_family_is_local(const struct dc_family *family, const char *function)
{
	return FIND(&family->local, function) != NULL;
}
