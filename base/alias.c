/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links in a temporary folder, one for each folder with a blank in its path, removed at the end. */
#include "alias.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLANKS " \t\n"

struct alias {
	char *folder, *link, *holder; /* holder: the temporary folder of the link */
};

static DC_VEC(struct alias) aliases;

static void remove_aliases(void)
{
	struct alias *alias;

	dc_vec_each (alias, &aliases) {
		unlink(alias->link);
		rmdir(alias->holder);
		free(alias->folder);
		free(alias->link);
		free(alias->holder);
	}
	dc_vec_done(&aliases);
}

static const char *temporary_folder(void)
{
	const char *set = getenv("TMPDIR");

	return set && set[0] == '/' && !strpbrk(set, BLANKS) ? set : "/tmp";
}

static bool make_alias(const char *folder, struct alias *ret)
{
	ret->holder = dc_printf("%s/drivercut-XXXXXX", temporary_folder());
	if (!mkdtemp(ret->holder)) {
		free(ret->holder);
		return false;
	}
	ret->folder = dc_strdup(folder);
	ret->link = dc_printf("%s/at", ret->holder);
	if (symlink(folder, ret->link) == 0)
		return true;
	rmdir(ret->holder);
	free(ret->folder);
	free(ret->link);
	free(ret->holder);
	return false;
}

const char *dc_alias_of(struct dc_arena *arena, const char *folder)
{
	char *real = strpbrk(folder, BLANKS) || folder[0] != '/' ? realpath(folder, NULL) : NULL;
	const char *path = real ? dc_arena_strdup(arena, real) : folder;
	const struct alias *known;
	struct alias made;

	free(real);
	if (!strpbrk(path, BLANKS))
		return path;
	dc_vec_each (known, &aliases)
		if (!strcmp(known->folder, path))
			return dc_arena_strdup(arena, known->link);
	if (!make_alias(path, &made))
		return path;
	if (!aliases.len)
		atexit(remove_aliases);
	dc_vec_push(&aliases, made);
	return dc_arena_strdup(arena, made.link);
}

const char *dc_alias_undo(struct dc_arena *arena, const char *text, const char *alias,
			  const char *folder)
{
	const char *at = strcmp(alias, folder) != 0 ? strstr(text, alias) : NULL;
	size_t len = strlen(alias);

	while (at) {
		size_t before = (size_t)(at - text);

		text = dc_arena_printf(arena, "%.*s%s%s", (int)before, text, folder, at + len);
		at = strstr(text + before + strlen(folder), alias);
	}
	return text;
}
