/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scan of the text is enough: any identifier that some family lists, as ".probe = usbnet_probe"
 * is no call. libclang cannot be asked, as the family says how its answer is read.
 */
#include "graph/guess.h"

#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "graph/driver/driver.h"

/* A function that tells a family; the name is first, as they are sorted by it. */
struct tell {
	const char *function, *family;
};

struct scan {
	struct dc_arena *arena;
	DC_VEC(struct tell) tells; /* sorted */
	dc_family_hints *hints;
	const char *file;
	unsigned line;
};

/* Calls visit for each family file, by name, until it returns other than 0. */
static int each_family(struct dc_arena *arena,
		       int (*visit)(void *ctx, const char *path, const char *name), void *ctx)
{
	const char *folder = dc_arena_printf(arena, "%s/graph/families/", dc_data_dir());
	glob_t found;
	size_t i;
	int err = 0;

	if (glob(dc_arena_printf(arena, "%s*.json", folder), 0, NULL, &found) != 0)
		return 0;
	for (i = 0; !err && i < found.gl_pathc; i++) {
		const char *name = found.gl_pathv[i] + strlen(folder);

		err = visit(ctx, found.gl_pathv[i],
			    dc_arena_printf(arena, "%.*s", (int)(strlen(name) - 5), name));
	}
	globfree(&found);
	return err;
}

struct names {
	struct dc_arena *arena;
	const char *text;
};

static int add_name(void *ctx, const char *path, const char *name)
{
	struct names *names = ctx;

	(void)path;
	names->text =
		names->text ? dc_arena_printf(names->arena, "%s, %s", names->text, name) : name;
	return 0;
}

const char *dc_family_names(struct dc_arena *arena)
{
	struct names names = {arena, NULL};

	each_family(arena, add_name, &names);
	return names.text ? names.text : "none";
}

struct reader {
	struct dc_diag *diag;
	struct scan *scan;
};

static int read_tells(void *ctx, const char *path, const char *name)
{
	struct reader *reader = ctx;
	struct scan *scan = reader->scan;
	struct dc_json root, list;
	struct dc_json_doc *doc;
	size_t i;
	int err = dc_json_open(reader->diag, path, "family", &doc, &root);

	if (err < 0)
		return err;
	list = dc_json_array_or_empty(&root, "registers");
	for (i = 0; i < dc_json_len(&list); i++)
		dc_vec_push(&scan->tells,
			    (struct tell){dc_arena_strdup(scan->arena, dc_json_str_at(&list, i)),
					  name});
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static int compare_tells(const void *a, const void *b)
{
	return strcmp(((const struct tell *)a)->function, ((const struct tell *)b)->function);
}

static int compare_hints(const void *a, const void *b)
{
	return strcmp(((const struct dc_family_hint *)a)->family,
		      ((const struct dc_family_hint *)b)->family);
}

static void add_hint(struct scan *scan, const struct tell *tell)
{
	const struct dc_family_hint *hint;

	dc_vec_each (hint, scan->hints)
		if (!strcmp(hint->family, tell->family))
			return;
	dc_vec_push(scan->hints,
		    (struct dc_family_hint){tell->family, tell->function, scan->file, scan->line});
}

struct word {
	const char *at;
	size_t len;
};

static int compare_word(const void *key, const void *row)
{
	const struct word *word = key;
	const struct tell *tell = row;
	int order = strncmp(word->at, tell->function, word->len);

	return order ? order : -(tell->function[word->len] != '\0');
}

static void look_up(struct scan *scan, struct word word)
{
	const struct tell *tell = NULL;

	if (scan->tells.len)
		tell = bsearch(&word, scan->tells.at, scan->tells.len, sizeof(*tell), compare_word);
	if (tell)
		add_hint(scan, tell);
}

/* The end of a comment or of a quoted text that starts here; NULL: none does. */
static const char *skip_text(const char *at)
{
	const char *end;
	char quote = *at;

	if (at[0] == '/' && at[1] == '*') {
		end = strstr(at + 2, "*/");
		return end ? end + 2 : at + strlen(at);
	}
	if (at[0] == '/' && at[1] == '/')
		return at + strcspn(at, "\n");
	if (quote != '"' && quote != '\'')
		return NULL;
	for (at++; *at && *at != quote && *at != '\n'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at == quote ? at + 1 : at;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void scan_text(struct scan *scan, const char *text)
{
	const char *at = text;

	scan->line = 1;
	while (*at) {
		const char *end = skip_text(at);
		size_t len = 0;

		for (; end && at < end; at++)
			scan->line += *at == '\n';
		if (end)
			continue;
		while (is_word(at[len]))
			len++;
		if (len)
			look_up(scan, (struct word){at, len});
		scan->line += !len && *at == '\n';
		at += len ? len : 1;
	}
}

static int compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_c_file(const FTSENT *entry)
{
	size_t len = entry->fts_namelen;

	return entry->fts_info == FTS_F && len > 2 && !strcmp(entry->fts_name + len - 2, ".c");
}

static int scan_folder(struct dc_diag *diag, struct scan *scan, const char *folder)
{
	char *copy = dc_strdup(folder);
	char *const roots[] = {copy, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, compare_entries);
	FTSENT *entry;
	int err = 0;

	while (!err && tree && (entry = fts_read(tree))) {
		char *text;

		if (!is_c_file(entry))
			continue;
		err = dc_file_read(diag, entry->fts_path, &text, NULL);
		if (err < 0)
			break;
		scan->file = dc_arena_strdup(scan->arena, entry->fts_path + strlen(folder) + 1);
		scan_text(scan, text);
		free(text);
	}
	if (tree)
		fts_close(tree);
	free(copy);
	return err;
}

int dc_family_guess(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		    dc_family_hints *ret)
{
	struct scan scan = {.arena = arena, .hints = ret};
	struct reader reader = {diag, &scan};
	int err = each_family(arena, read_tells, &reader);

	if (scan.tells.len)
		qsort(scan.tells.at, scan.tells.len, sizeof(*scan.tells.at), compare_tells);
	if (!err)
		err = scan_folder(diag, &scan, folder);
	if (ret->len)
		qsort(ret->at, ret->len, sizeof(*ret->at), compare_hints);
	dc_vec_done(&scan.tells);
	return err;
}
