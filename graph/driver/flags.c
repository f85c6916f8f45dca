/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's own flags name folders of its headers, or are definitions of Kbuild; what is left
 * comes from the driver's makefile.
 */
#include "graph/driver/flags.h"

#include <string.h>

#include "base/file.h"

const char *dc_path_tidy(struct dc_arena *arena, const char *path)
{
	char *ret = dc_arena_alloc(arena, strlen(path) + 2);
	size_t len = 0;

	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == 2 && !strncmp(path, "..", 2)) {
			while (len && ret[--len] != '/')
				;
		} else if (part && !(part == 1 && *path == '.')) {
			ret[len] = '/';
			memcpy(ret + len + 1, path, part);
			len += part + 1;
		}
		path += part + (path[part] == '/');
	}
	if (!len)
		ret[len++] = '/';
	ret[len] = '\0';
	return ret;
}

/* The part of an absolute path below a folder, without '/' at its start; NULL: it is elsewhere. */
static const char *below(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	if (strncmp(path, folder, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

/* Finding folders */

/* A folder of the tree around `folder` that has the end of `path`, the longest first; or path. */
static const char *find_around(struct dc_arena *arena, const char *folder, const char *path)
{
	const char *end, *above;

	for (end = path; end; end = strchr(end + 1, '/'))
		for (above = folder; strlen(above) > 1;) {
			const char *found = dc_arena_printf(arena, "%s%s", above, end);

			if (end[1] && dc_is_dir(found))
				return found;
			above = dc_arena_strndup(arena, above,
						 (size_t)(strrchr(above, '/') - above));
		}
	return path;
}

static const char *mend_folder(struct dc_arena *arena, const char *folder, const char *source,
			       const char *path)
{
	const char *tidy;

	if (path[0] != '/')
		return path;
	tidy = dc_path_tidy(arena, path);
	if (below(source, path) && !below(source, tidy))
		return dc_path_tidy(arena,
				    dc_arena_printf(arena, "%s/%s", folder, path + strlen(source)));
	return dc_is_dir(path) ? path : find_around(arena, folder, tidy);
}

void dc_units_mend(struct dc_arena *arena, const char *folder, const char *source, dc_units *units)
{
	struct dc_unit *unit;
	int i;

	dc_vec_each (unit, units) {
		const char **argv = dc_arena_alloc(arena, ((size_t)unit->argc + 1) * sizeof(*argv));

		for (i = 0; i < unit->argc; i++) {
			const char *word = unit->argv[i];

			if (i && !strcmp(unit->argv[i - 1], "-I"))
				word = mend_folder(arena, folder, source, word);
			else if (!strncmp(word, "-I/", 3))
				word = dc_arena_printf(
					arena, "-I%s",
					mend_folder(arena, folder, source, word + 2));
			argv[i] = word;
		}
		argv[i] = NULL;
		unit->argv = argv;
	}
}

/* Flags of the driver */

/* The kernel's source tree, or that part of it which is installed: Kbuild includes a header of it
 * by its full path. */
static const char *kernel_tree(const struct dc_unit *unit, size_t *ret_len)
{
	static const char end[] = "/include/linux/kconfig.h";
	int i;

	for (i = 1; i < unit->argc; i++) {
		size_t len = strlen(unit->argv[i]);

		if (!strcmp(unit->argv[i - 1], "-include") && len > strlen(end) &&
		    !strcmp(unit->argv[i] + len - strlen(end), end)) {
			*ret_len = len - strlen(end);
			return unit->argv[i];
		}
	}
	return NULL;
}

bool dc_unit_is_kernels(const struct dc_unit *unit, const char *path)
{
	size_t len;
	const char *tree = kernel_tree(unit, &len);

	return path[0] != '/' || below(unit->dir, path) || below("/usr", path) ||
	       below("/lib", path) || (tree && !strncmp(path, tree, len) && path[len] == '/');
}

/* NULL: the folder or file is the kernel's. */
static const char *own_path(struct dc_arena *arena, const struct dc_unit *unit, const char *source,
			    const char *path)
{
	const char *tidy = path[0] == '/' ? dc_path_tidy(arena, path) : path;
	const char *inside = path[0] == '/' ? below(source, tidy) : NULL;

	if (inside)
		return *inside ? inside : ".";
	return dc_unit_is_kernels(unit, tidy) ? NULL : tidy;
}

static bool is_kbuilds(const char *define)
{
	static const char *const starts[] = {"KBUILD_",	   "__KBUILD_", "__KERNEL__",
					     "MODULE",	   "CC_USING_", "CONFIG_X86_X32_ABI",
					     "__UM_HOST__"};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(define, starts[i], strlen(starts[i])))
			return true;
	return false;
}

void dc_unit_own_flags(struct dc_arena *arena, const struct dc_unit *unit, const char *source,
		       dc_flags *ret)
{
	static const char *const kinds[] = {"-D", "-U", "-I", "-include"};
	int i;

	for (i = 0; i < unit->argc; i++) {
		const char *word = unit->argv[i], *value, *path;
		size_t kind, len;

		for (kind = 0; kind < 4 && strncmp(word, kinds[kind], strlen(kinds[kind])); kind++)
			;
		if (kind == 4)
			continue;
		len = strlen(kinds[kind]);
		value = word[len] || i + 1 == unit->argc ? word + len : unit->argv[++i];
		path = kind < 2 ? value : own_path(arena, unit, source, value);
		if (!path || (kind < 2 && is_kbuilds(value)))
			continue;
		dc_vec_push(ret, dc_arena_printf(arena, "%s%s", kinds[kind], path));
	}
}

const char *dc_unit_define(struct dc_arena *arena, const struct dc_unit *unit, const char *name)
{
	size_t len = strlen(name);
	int i;

	for (i = 0; i < unit->argc; i++)
		if (!strncmp(unit->argv[i], "-D", 2) && !strncmp(unit->argv[i] + 2, name, len) &&
		    unit->argv[i][2 + len] == '=') {
			const char *at = unit->argv[i] + 3 + len;

			at += strspn(at, "\\\"");
			return dc_arena_strndup(arena, at, strcspn(at, "\\\""));
		}
	return NULL;
}

/* Text of a makefile */

const char *dc_flag_quoted(struct dc_arena *arena, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-+,:=@%";
	char *ret = dc_arena_alloc(arena, 4 * strlen(text) + 3);
	size_t len = 0;

	if (!text[strspn(text, plain)])
		return text;
	ret[len++] = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			len += (size_t)(stpcpy(ret + len, "'\\'") - (ret + len));
		else if (*text == '$')
			ret[len++] = '$';
		else if (*text == '#')
			ret[len++] = '\\';
		ret[len++] = *text;
	}
	ret[len++] = '\'';
	ret[len] = '\0';
	return ret;
}

const char *dc_flag_word(struct dc_arena *arena, const char *flag, const char *prefix)
{
	size_t kind = !strncmp(flag, "-include", 8) ? 8 : 2;
	bool is_path = kind == 8 || flag[1] == 'I';

	return dc_arena_printf(arena, "%.*s%s%s%s", (int)kind, flag, kind == 8 ? " " : "",
			       is_path && flag[kind] != '/' ? prefix : "",
			       dc_flag_quoted(arena, flag + kind));
}

const char *dc_module_kbuild(struct dc_arena *arena, const char *name, const char *const *objects,
			     size_t count)
{
	const char *text = dc_arena_printf(arena, "obj-m := %s.o\n", name);
	size_t i;

	if (count == 1 && !strcmp(objects[0], name))
		return text;
	text = dc_arena_printf(arena, "%s%s-y :=", text, name);
	for (i = 0; i < count; i++)
		text = dc_arena_printf(arena, "%s%s%s.o", text, i % 4 ? " " : " \\\n\t",
				       objects[i]);
	return dc_arena_printf(arena, "%s\n", text);
}
