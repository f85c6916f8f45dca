/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breadth first over the text of #include lines, from the C files of the other modules. */
#include "graph/driver/siblings.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

struct scan {
	struct dc_arena *arena;
	const char *source;
	dc_paths tree; /* all files that can be included, relative to source, sorted */
	dc_paths *found; /* the queue; relative to source */
};

static void list_tree(struct scan *scan)
{
	char *copy = dc_strdup(scan->source);
	char *const roots[] = {copy, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (tree && (entry = fts_read(tree))) {
		const char *end = strrchr(entry->fts_name, '.');

		if (entry->fts_info == FTS_F && end && (!strcmp(end, ".h") || !strcmp(end, ".c")))
			dc_vec_push(&scan->tree,
				    dc_arena_strdup(scan->arena,
						    entry->fts_path + strlen(scan->source) + 1));
	}
	if (tree)
		fts_close(tree);
	if (scan->tree.len)
		qsort(scan->tree.at, scan->tree.len, sizeof(*scan->tree.at), dc_order_texts);
	free(copy);
}

static bool has_path(const dc_paths *paths, const char *path)
{
	const char **each;

	dc_vec_each (each, paths)
		if (!strcmp(*each, path))
			return true;
	return false;
}

static void add(struct scan *scan, const char *path)
{
	if (!has_path(scan->found, path))
		dc_vec_push(scan->found, path);
}

/* FOLDER/NAME without "." and ".."; NULL: above the tree. */
static const char *join(struct scan *scan, const char *folder, const char *name)
{
	char *path = dc_arena_printf(scan->arena, "%s", folder);

	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 2 && !strncmp(name, "..", 2)) {
			if (!*path)
				return NULL;
			*(strrchr(path, '/') ? strrchr(path, '/') : path) = '\0';
		} else if (len && !(len == 1 && *name == '.')) {
			path = dc_arena_printf(scan->arena, "%s%s%.*s", path, *path ? "/" : "",
					       (int)len, name);
		}
		name += len + (name[len] == '/');
	}
	return path;
}

static bool ends_with_path(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && !strcmp(path + len - end_len, end) &&
	       (len == end_len || path[len - end_len - 1] == '/');
}

static void include(struct scan *scan, const char *from, const char *name)
{
	const char *slash = strrchr(from, '/'), *beside, **each;

	beside = join(scan, dc_arena_strndup(scan->arena, from, slash ? (size_t)(slash - from) : 0),
		      name);
	if (beside && scan->tree.len &&
	    bsearch(&beside, scan->tree.at, scan->tree.len, sizeof(beside), dc_order_texts)) {
		add(scan, beside);
		return;
	}
	while (!strncmp(name, "../", 3))
		name += 3;
	dc_vec_each (each, &scan->tree)
		if (ends_with_path(*each, name))
			add(scan, *each);
}

/* The name between the quotes or brackets of an #include line, or NULL. */
static const char *included(struct dc_arena *arena, const char *line)
{
	const char *word = "include";

	line += strspn(line, " \t");
	if (*line++ != '#')
		return NULL;
	line += strspn(line, " \t");
	if (strncmp(line, word, strlen(word)) != 0)
		return NULL;
	line += strlen(word);
	line += strspn(line, " \t");
	if (*line != '"' && *line != '<')
		return NULL;
	return dc_arena_strndup(arena, line + 1, strcspn(line + 1, "\">\n"));
}

static void read_includes(struct scan *scan, const char *from)
{
	const char *path = dc_arena_printf(scan->arena, "%s/%s", scan->source, from), *name, *line;
	struct dc_diag quiet = {0};
	char *text;

	if (!dc_is_file(path) || dc_file_read(&quiet, path, &text, NULL) < 0)
		return;
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		name = included(scan->arena, line);
		if (name)
			include(scan, from, name);
	}
	free(text);
}

/* From the units, or from one of them; the C files themselves are not among what is found. */
static void find(struct scan *scan, const struct dc_unit *units, size_t count, dc_paths *ret)
{
	size_t len = strlen(scan->source), i;

	scan->found = ret;
	for (i = 0; i < count; i++)
		if (!strncmp(units[i].file, scan->source, len) && units[i].file[len] == '/')
			read_includes(scan, units[i].file + len + 1);
	for (i = 0; i < ret->len; i++)
		read_includes(scan, ret->at[i]);
}

static void start(struct scan *scan, struct dc_arena *arena, const char *source)
{
	*scan = (struct scan){.arena = arena, .source = source};
	list_tree(scan);
}

void dc_siblings_files(struct dc_arena *arena, const char *source, const dc_units *others,
		       dc_paths *ret)
{
	struct scan scan;

	if (!others->len)
		return;
	start(&scan, arena, source);
	find(&scan, others->at, others->len, ret);
	dc_vec_done(&scan.tree);
}

void dc_siblings_readers(struct dc_arena *arena, const char *source, const dc_units *others,
			 const dc_paths *files, dc_units *ret)
{
	const struct dc_unit *unit;
	const char **file;
	struct scan scan;

	if (!others->len || !files->len)
		return;
	start(&scan, arena, source);
	dc_vec_each (unit, others) {
		dc_paths read = {0};
		bool wanted = false;

		find(&scan, unit, 1, &read);
		dc_vec_each (file, files)
			wanted |= has_path(&read, *file);
		if (wanted)
			dc_vec_push(ret, *unit);
		dc_vec_done(&read);
	}
	dc_vec_done(&scan.tree);
}
