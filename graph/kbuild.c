/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each line of make's output is split as the shell would split it; a command with `-c` and a .c
 * file in it compiles, and is cleaned for clang.
 */
#include "graph/kbuild.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"

/* Flags of gcc that clang does not take, or that only matter to generated code. */
static const char *const dropped[] = {
	"-mindirect-branch",
	"-mfunction-return",
	"-fconserve-stack",
	"-mpreferred-stack",
	"-mskip-rax",
	"-mharden-sls",
	"-fno-allow-store-data",
	"-mrecord-mcount",
	"-Wp,",
	"-W",
	"-fplugin",
	"-fno-var-tracking",
	"-femit-struct-debug",
	"-fmin-function",
	"-fsanitize=",
	"-mstack-protector",
	"-falign-jumps",
	"-falign-loops",
	"-g",
	"-mfentry",
	"-pg",
	"-fno-code-hoisting",
	"-fno-gcse",
	"-fno-inline-functions",
	"-fno-reorder-blocks",
	"-fno-ipa",
	"-fno-partial",
	"-fno-optimize-sibling",
	"-fdiagnostics-show",
	"-fzero-call-used-regs",
};

static bool is_dropped(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (!strncmp(word, dropped[i], strlen(dropped[i])))
			return true;
	return false;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

typedef DC_VEC(const char *) words;

/* Splits one command off a line as a POSIX shell does (quotes and backslashes, no expansion).
 * Returns what follows the operator that ends it. */
static const char *split_command(struct dc_arena *arena, const char *line, words *ret)
{
	DC_VEC(char) word = {0};

	while (*line) {
		bool started = false;
		char quote = 0;

		while (isspace((unsigned char)*line))
			line++;
		if (*line == ';' || *line == '&' || *line == '|')
			break;
		for (; *line && (quote || (!isspace((unsigned char)*line) && *line != ';'));
		     line++) {
			started = true;
			if (quote ? *line == quote : *line == '\'' || *line == '"') {
				quote = quote ? 0 : *line;
				continue;
			}
			if (*line == '\\' && quote != '\'' && line[1])
				line++;
			dc_vec_push(&word, *line);
		}
		if (started)
			dc_vec_push(ret, dc_arena_strndup(arena, word.at ? word.at : "", word.len));
		word.len = 0;
	}
	dc_vec_done(&word);
	return line + strspn(line, ";&|");
}

/* Makes a unit of a split command. Returns false if it does not compile a C file. */
static bool unit_of_words(struct dc_arena *arena, const words *all, const char *dir,
			  struct dc_unit *ret)
{
	const char **argv = dc_arena_alloc(arena, (all->len + 4) * sizeof(*argv));
	const char *file = NULL;
	bool compiles = false;
	int argc = 0;
	size_t i;

	for (i = 1; i < all->len; i++) {
		const char *word = all->at[i];

		if (!strcmp(word, "-c")) {
			compiles = true;
		} else if (!strcmp(word, "-E") || !strcmp(word, "-S")) {
			return false;
		} else if (!strcmp(word, "-o")) {
			i++;
		} else if (word[0] != '-' && ends_in(word, ".c")) {
			file = word;
		} else if ((!strcmp(word, "-include") || !strcmp(word, "-I") ||
			    !strcmp(word, "-isystem") || !strcmp(word, "-D")) &&
			   i + 1 < all->len) {
			argv[argc++] = word;
			argv[argc++] = all->at[++i];
		} else if (!is_dropped(word)) {
			argv[argc++] = word;
		}
	}
	if (!compiles || !file)
		return false;
	argv[argc++] = "-w";
	argv[argc++] = dc_arena_printf(arena, "-working-directory=%s", dir);
	if (file[0] != '/')
		file = dc_arena_printf(arena, "%s/%s", dir, file);
	*ret = (struct dc_unit){.file = file, .dir = dir, .argv = argv, .argc = argc};
	return true;
}

struct reading {
	struct dc_arena *arena;
	const char *source, *dir;
	dc_units *units;
};

/* modpost's NAME.mod.c is Kbuild's, not the driver's. */
static bool wanted(const struct reading *reading, const char *file)
{
	size_t len = strlen(reading->source);

	return !strncmp(file, reading->source, len) && file[len] == '/' && !ends_in(file, ".mod.c");
}

static int take_make_line(void *ctx, char *line)
{
	struct reading *reading = ctx;
	const char *enter = "Entering directory '";
	char *at = strstr(line, enter);
	struct dc_unit unit;
	words all = {0};

	if (at && strstr(line, "make") == line) {
		at += strlen(enter);
		reading->dir = dc_arena_strndup(reading->arena, at, strcspn(at, "'"));
		return 0;
	}
	if (!strstr(line, " -c ") || !strstr(line, ".c"))
		return 0;
	while (*line) {
		const char *rest = split_command(reading->arena, line, &all);

		if (unit_of_words(reading->arena, &all, reading->dir, &unit) &&
		    wanted(reading, unit.file))
			dc_vec_push(reading->units, unit);
		all.len = 0;
		line += rest - line;
	}
	dc_vec_done(&all);
	return 0;
}

int dc_kbuild_units(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		    const char *source, dc_units *ret)
{
	const char *module = dc_arena_printf(arena, "M=%s", source);
	const char *argv[] = {"make", "-n", "-w", "V=1", "-C", kernel->build, module, source, NULL};
	char real[PATH_MAX];
	struct reading reading = {.arena = arena, .source = source, .units = ret};
	int err;

	reading.dir = dc_arena_strdup(arena, realpath(kernel->build, real) ? real : kernel->build);
	err = dc_proc_run(diag, "asking Kbuild for the compiler's flags",
			  &(struct dc_proc){.argv = argv, .line = take_make_line, .ctx = &reading});
	if (err < 0)
		return err;
	if (!ret->len)
		return dc_error(
			diag, -EINVAL, DC_FILE(source),
			"Kbuild compiles nothing here; is there an obj-m line in its Kbuild "
			"or Makefile, and is the driver's CONFIG option set as a module?");
	return 0;
}

int dc_kbuild_read_commands(struct dc_diag *diag, struct dc_arena *arena, const char *path,
			    dc_units *ret)
{
	struct dc_json root, entries;
	struct dc_json_doc *doc;
	char *text, *wrapped;
	size_t len, i, j;
	int err = dc_file_read(diag, path, &text, &len);

	if (err < 0)
		return err;
	/* The file is an array; our reader wants an object. */
	wrapped = dc_printf("{\"commands\": %s}", text);
	free(text);
	err = dc_json_parse(diag, path, wrapped, strlen(wrapped), NULL, &doc, &root);
	free(wrapped);
	if (err < 0)
		return err;
	entries = dc_json_array(&root, "commands");
	for (i = 0; i < dc_json_len(&entries); i++) {
		struct dc_json entry = dc_json_at(&entries, i);
		struct dc_json arguments = dc_json_array_or_empty(&entry, "arguments");
		const char *dir = dc_arena_strdup(arena, dc_json_str(&entry, "directory"));
		struct dc_unit unit;
		words all = {0};

		for (j = 0; j < dc_json_len(&arguments); j++)
			dc_vec_push(&all, dc_arena_strdup(arena, dc_json_str_at(&arguments, j)));
		if (!all.len)
			split_command(arena, dc_json_str(&entry, "command"), &all);
		if (unit_of_words(arena, &all, dir, &unit))
			dc_vec_push(ret, unit);
		dc_vec_done(&all);
	}
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	if (!err && !ret->len)
		err = dc_error(diag, -EINVAL, DC_FILE(path), "no command compiles a C file");
	return err;
}
