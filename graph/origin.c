/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records the inputs of a graph while it is made, and compares them with the present ones later. */
#include "graph/origin.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "graph/code_hash.h"
#include "graph/family.h"

/* Hashes */

#define HASH_START 0xcbf29ce484222325u

static uint64_t hash_bytes(uint64_t hash, const char *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)at[i]) * 0x100000001b3u;
	return hash;
}

/* With the NUL, so that "a", "bc" differs from "ab", "c". */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

static const char *hash_word(struct dc_arena *arena, uint64_t hash)
{
	return dc_arena_printf(arena, "%016llx", (unsigned long long)hash);
}

const char *dc_origin_hash(struct dc_arena *arena, const char *text)
{
	return hash_word(arena, hash_text(HASH_START, text));
}

/* "": it cannot be read. */
static const char *hash_file(struct dc_arena *arena, const char *path)
{
	struct dc_diag quiet = {0};
	const char *word;
	char *text;
	size_t len;

	if (!dc_is_file(path) || dc_file_read(&quiet, path, &text, &len) < 0)
		return "";
	word = hash_word(arena, hash_bytes(HASH_START, text, len));
	free(text);
	return word;
}

/* Each argument, but for the path of the source, which is a copy somewhere in the results. */
static const char *hash_flags(struct dc_arena *arena, const char *source, const dc_units *units)
{
	const struct dc_unit *unit;
	uint64_t hash = HASH_START;
	int i;

	dc_vec_each (unit, units)
		for (i = 0; i < unit->argc; i++) {
			const char *at = strstr(unit->argv[i], source);

			if (at)
				hash = hash_bytes(hash, unit->argv[i],
						  (size_t)(at - unit->argv[i]));
			hash = hash_text(hash, at ? at + strlen(source) : unit->argv[i]);
		}
	return hash_word(arena, hash);
}

/* Variables of the environment that Kbuild, or a makefile that follows its customs, looks at. */
static const char *hash_environment(struct dc_arena *arena)
{
	static const char *const starts[] = {
		"CONFIG_", "KBUILD_", "KCFLAGS=",	"KCPPFLAGS=", "EXTRA_CFLAGS=", "CC=",
		"LLVM=",   "ARCH=",   "CROSS_COMPILE=", "MAKEFLAGS=", "MAKEOVERRIDES="};
	DC_VEC(const char *) found = {0};
	uint64_t hash = HASH_START;
	char **each;
	size_t i;

	for (each = environ; each && *each; each++)
		for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
			if (!strncmp(*each, starts[i], strlen(starts[i])))
				dc_vec_push(&found, *each);
	if (found.len)
		qsort(found.at, found.len, sizeof(*found.at), dc_order_texts);
	for (i = 0; i < found.len; i++)
		hash = hash_text(hash, found.at[i]);
	dc_vec_done(&found);
	return hash_word(arena, hash);
}

/* Making one */

static const char *absolute(struct dc_arena *arena, const char *path)
{
	char real[PATH_MAX];

	return dc_arena_strdup(arena, realpath(path, real) ? real : path);
}

static const char *folder_of(struct dc_arena *arena, const struct dc_driver *driver)
{
	if (driver->package)
		return dc_arena_printf(arena, "%s/%s", driver->package, driver->package_path);
	return absolute(arena, driver->folder ? driver->folder : driver->source);
}

void dc_origin_start(struct dc_arena *arena, const struct dc_driver *driver, const char *release,
		     const char *commands, const dc_units *units, struct dc_origin *ret)
{
	*ret = (struct dc_origin){
		.code = DC_GRAPH_CODE,
		.folder = folder_of(arena, driver),
		.module = driver->only ? dc_arena_strdup(arena, driver->only) : NULL,
		.family = dc_arena_strdup(arena, driver->family),
		.kernel = dc_arena_strdup(arena, release),
		.commands = commands ? absolute(arena, commands) : NULL,
		.flags = hash_flags(arena, driver->source, units),
		.environment = hash_environment(arena),
	};
	if (commands)
		dc_origin_add(arena, ret, driver->source, commands);
}

/* The part of a path below a folder, or NULL. */
static const char *below(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && path[len] == '/' ? path + len + 1 : NULL;
}

void dc_origin_add(struct dc_arena *arena, struct dc_origin *origin, const char *source,
		   const char *path)
{
	struct dc_origin_file file;

	if (!dc_is_file(path))
		path = dc_arena_printf(arena, "%s_shipped", path);
	path = absolute(arena, path);
	file.name = below(source, path);
	if (!file.name && (below("/usr", path) || below("/lib", path)))
		return;
	file.name = dc_arena_strdup(arena, file.name ? file.name : path);
	file.hash = hash_file(arena, path);
	if (*file.hash)
		dc_vec_push(&origin->files, file);
}

static const char *template_path(struct dc_arena *arena, const char *name)
{
	return name[0] == '/' ? name : dc_arena_printf(arena, "%s/%s", dc_data_dir(), name);
}

void dc_origin_add_template(struct dc_arena *arena, struct dc_origin *origin, const char *name)
{
	if (below(dc_data_dir(), name))
		name = below(dc_data_dir(), name);
	dc_vec_push(&origin->templates,
		    (struct dc_origin_file){.name = dc_arena_strdup(arena, name),
					    .hash = hash_file(arena, template_path(arena, name))});
}

static int order_files(const void *a, const void *b)
{
	return strcmp(((const struct dc_origin_file *)a)->name,
		      ((const struct dc_origin_file *)b)->name);
}

void dc_origin_finish(struct dc_origin *origin)
{
	size_t i, count = 0;

	if (origin->files.len)
		qsort(origin->files.at, origin->files.len, sizeof(*origin->files.at), order_files);
	for (i = 0; i < origin->files.len; i++)
		if (!count ||
		    strcmp(origin->files.at[i].name, origin->files.at[count - 1].name) != 0)
			origin->files.at[count++] = origin->files.at[i];
	origin->files.len = count;
}

static const char *copy_text(struct dc_arena *arena, const char *text)
{
	return text ? dc_arena_strdup(arena, text) : NULL;
}

static void copy_files(struct dc_arena *arena, const dc_origin_files *from, dc_origin_files *ret)
{
	const struct dc_origin_file *file;

	dc_vec_each (file, from)
		dc_vec_push(ret, (struct dc_origin_file){.name = copy_text(arena, file->name),
							 .hash = copy_text(arena, file->hash)});
}

void dc_origin_copy(struct dc_arena *arena, const struct dc_origin *from, struct dc_origin *ret)
{
	*ret = (struct dc_origin){
		.code = copy_text(arena, from->code),
		.folder = copy_text(arena, from->folder),
		.module = copy_text(arena, from->module),
		.family = copy_text(arena, from->family),
		.kernel = copy_text(arena, from->kernel),
		.commands = copy_text(arena, from->commands),
		.flags = copy_text(arena, from->flags),
		.environment = copy_text(arena, from->environment),
	};
	copy_files(arena, &from->templates, &ret->templates);
	copy_files(arena, &from->files, &ret->files);
}

void dc_origin_done(struct dc_origin *origin)
{
	dc_vec_done(&origin->templates);
	dc_vec_done(&origin->files);
}

/* Comparing */

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_files(const dc_origin_files *a, const dc_origin_files *b)
{
	size_t i;

	for (i = 0; i < a->len && i < b->len; i++)
		if (strcmp(a->at[i].name, b->at[i].name) != 0 ||
		    strcmp(a->at[i].hash, b->at[i].hash) != 0)
			return false;
	return a->len == b->len;
}

bool dc_origin_equal(const struct dc_origin *a, const struct dc_origin *b)
{
	return same(a->code, b->code) && same(a->folder, b->folder) && same(a->module, b->module) &&
	       same(a->family, b->family) && same(a->kernel, b->kernel) &&
	       same(a->commands, b->commands) && same(a->flags, b->flags) &&
	       same(a->environment, b->environment) && same_files(&a->templates, &b->templates) &&
	       same_files(&a->files, &b->files);
}

/* The first file that differs from its hash, in words. */
static const char *changed_file(struct dc_arena *arena, const struct dc_origin *origin,
				const char *folder)
{
	const struct dc_origin_file *file;

	dc_vec_each (file, &origin->templates)
		if (strcmp(hash_file(arena, template_path(arena, file->name)), file->hash) != 0)
			return dc_arena_printf(arena, "was made with another %s", file->name);
	dc_vec_each (file, &origin->files) {
		const char *path = file->name[0] == '/'
					   ? file->name
					   : dc_arena_printf(arena, "%s/%s", folder, file->name);

		if (strcmp(hash_file(arena, path), file->hash) != 0)
			return dc_arena_printf(arena, "was made of another %s", file->name);
	}
	return NULL;
}

/* The driver's folder has a file of rows now and had none when the graph was made. */
static bool has_new_rows(struct dc_arena *arena, const struct dc_origin *origin,
			 const struct dc_driver *driver)
{
	const struct dc_origin_file *file;

	if (!driver->folder ||
	    !dc_is_file(dc_arena_printf(arena, "%s/%s", driver->folder, DC_FAMILY_OWN)))
		return false;
	dc_vec_each (file, &origin->templates)
		if (!strcmp(strrchr(file->name, '/'), "/" DC_FAMILY_OWN))
			return false;
	return true;
}

const char *dc_origin_stale(struct dc_arena *arena, const struct dc_origin *origin,
			    const struct dc_driver *driver, const char *release)
{
	const char *folder = folder_of(arena, driver);

	if (!origin->folder)
		return "does not record what it was made of";
	if (!same(origin->code, DC_GRAPH_CODE))
		return "was made by another version of drivercut";
	if (strcmp(origin->folder, folder) != 0)
		return dc_arena_printf(arena, "was made of %s", origin->folder);
	if (driver->only && !same(driver->only, origin->module))
		return dc_arena_printf(arena, "is of %s%s, not of the module %s",
				       origin->module ? "the module " : "all modules",
				       origin->module ? origin->module : "", driver->only);
	if (!same(origin->family, driver->family))
		return dc_arena_printf(arena, "was made for the family %s", origin->family);
	if (strcmp(origin->kernel, release) != 0)
		return dc_arena_printf(arena, "was made for the kernel %s", origin->kernel);
	if (strcmp(origin->environment, hash_environment(arena)) != 0)
		return "was made with other CONFIG_ or compiler variables in the environment";
	if (has_new_rows(arena, origin, driver))
		return "was made without the " DC_FAMILY_OWN " of the driver's folder";
	return changed_file(arena, origin, driver->package ? driver->source : folder);
}

/* JSON */

static json_t *put_files(const dc_origin_files *files)
{
	const struct dc_origin_file *file;
	json_t *rows = json_array();

	dc_vec_each (file, files) {
		json_t *row = json_object();

		dc_json_set(row, "file", json_string(file->name));
		dc_json_set(row, "hash", json_string(file->hash));
		dc_json_add(rows, row);
	}
	return rows;
}

static json_t *maybe_string(const char *text)
{
	return text ? json_string(text) : json_null();
}

void dc_origin_put(json_t *root, const struct dc_origin *origin)
{
	json_t *made_of;

	if (!origin->folder)
		return;
	made_of = json_object();
	dc_json_set(made_of, "code", json_string(origin->code));
	dc_json_set(made_of, "folder", json_string(origin->folder));
	dc_json_set(made_of, "module", maybe_string(origin->module));
	dc_json_set(made_of, "family", json_string(origin->family));
	dc_json_set(made_of, "kernel", json_string(origin->kernel));
	dc_json_set(made_of, "commands", maybe_string(origin->commands));
	dc_json_set(made_of, "flags", json_string(origin->flags));
	dc_json_set(made_of, "environment", json_string(origin->environment));
	dc_json_set(made_of, "templates", put_files(&origin->templates));
	dc_json_set(root, "made_of", made_of);
	dc_json_set(root, "made_of_files", put_files(&origin->files));
}

static void get_files(struct dc_arena *arena, const struct dc_json *rows, dc_origin_files *ret)
{
	size_t i;

	for (i = 0; i < dc_json_len(rows); i++) {
		struct dc_json row = dc_json_at(rows, i);

		dc_vec_push(ret,
			    (struct dc_origin_file){
				    .name = dc_arena_strdup(arena, dc_json_str(&row, "file")),
				    .hash = dc_arena_strdup(arena, dc_json_str(&row, "hash"))});
	}
}

void dc_origin_get(struct dc_arena *arena, const struct dc_json *root, struct dc_origin *ret)
{
	struct dc_json made_of, rows;

	*ret = (struct dc_origin){0};
	if (!dc_json_has(root, "made_of"))
		return;
	made_of = dc_json_object(root, "made_of");
	ret->code = copy_text(arena, dc_json_str(&made_of, "code"));
	ret->folder = copy_text(arena, dc_json_str(&made_of, "folder"));
	ret->module = copy_text(arena, dc_json_str_or(&made_of, "module", NULL));
	ret->family = copy_text(arena, dc_json_str(&made_of, "family"));
	ret->kernel = copy_text(arena, dc_json_str(&made_of, "kernel"));
	ret->commands = copy_text(arena, dc_json_str_or(&made_of, "commands", NULL));
	ret->flags = copy_text(arena, dc_json_str(&made_of, "flags"));
	ret->environment = copy_text(arena, dc_json_str(&made_of, "environment"));
	rows = dc_json_array(&made_of, "templates");
	get_files(arena, &rows, &ret->templates);
	rows = dc_json_array(root, "made_of_files");
	get_files(arena, &rows, &ret->files);
}
