/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each line of make's output is split as the shell would split it; a command with `-c` and a .c
 * file in it compiles, and is cleaned for clang.
 */
#include "graph/driver/kbuild.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alias.h"
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
	"-fasan-",
	"--param=",
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

void dc_unit_look_above(struct dc_arena *arena, const char *path, struct dc_unit *unit)
{
	size_t room = (size_t)unit->argc + strlen(path);
	const char **argv = dc_arena_alloc(arena, room * sizeof(*argv));
	const char *at;

	memcpy(argv, unit->argv, (size_t)unit->argc * sizeof(*argv));
	for (at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/'))
		argv[unit->argc++] =
			dc_arena_printf(arena, "-idirafter%.*s", (int)(at - path), path);
	unit->argv = argv;
}

/* Makes a unit of a split command. Returns false if it does not compile a C file. */
static bool unit_of_words(struct dc_arena *arena, const words *all, const char *dir,
			  struct dc_unit *ret)
{
	const char **argv = dc_arena_alloc(arena, (all->len + 4) * sizeof(*argv));
	const char *file = NULL, *object = NULL;
	bool compiles = false;
	int argc = 0;
	size_t i;

	for (i = 1; i < all->len; i++) {
		const char *word = all->at[i];

		if (!strcmp(word, "-c")) {
			compiles = true;
		} else if (!strcmp(word, "-E") || !strcmp(word, "-S")) {
			return false;
		} else if (!strcmp(word, "-o") && i + 1 < all->len) {
			object = all->at[++i];
		} else if (word[0] != '-' && ends_in(word, ".c")) {
			file = word;
		} else if (!strcmp(word, "--param") && i + 1 < all->len) {
			i++; /* for gcc's code generation */
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
	if (object && object[0] != '/')
		object = dc_arena_printf(arena, "%s/%s", dir, object);
	*ret = (struct dc_unit){
		.file = file, .object = object, .dir = dir, .argv = argv, .argc = argc};
	dc_unit_look_above(arena, file, ret);
	return true;
}

struct reading {
	struct dc_arena *arena;
	const char *source, *dir;
	const char *alias; /* of the source, which make was given */
	dc_units *units;
	dc_modules *modules; /* or NULL */
	dc_paths *makefiles; /* or NULL */
	words printed; /* arguments of the last printf */
};

/* modpost's NAME.mod.c is Kbuild's, not the driver's. */
static bool wanted(const struct reading *reading, const char *file)
{
	size_t len = strlen(reading->source);

	return !strncmp(file, reading->source, len) && file[len] == '/' && !ends_in(file, ".mod.c");
}

/* Kbuild lists a module's objects so: printf '%s\n' a.o b.o | awk ... > FOLDER/NAME.mod */
static void take_module(struct reading *reading, const words *all)
{
	const char *path = all->len > 2 ? all->at[all->len - 1] : "", *slash = strrchr(path, '/');
	struct dc_module module = {0};
	size_t i;

	if (!strcmp(all->at[0], "printf")) {
		reading->printed.len = 0;
		for (i = 2; i < all->len; i++)
			dc_vec_push(&reading->printed, all->at[i]);
		return;
	}
	if (strcmp(all->at[0], "awk") != 0 || !slash || !ends_in(path, ".mod") ||
	    strcmp(all->at[all->len - 2], ">") != 0)
		return;
	module.folder = dc_arena_strndup(reading->arena, path, (size_t)(slash - path));
	module.name = dc_arena_strndup(reading->arena, slash + 1, strlen(slash + 1) - 4);
	for (i = 0; i < reading->printed.len; i++)
		dc_vec_push(&module.objects, dc_arena_printf(reading->arena, "%s/%s", module.folder,
							     reading->printed.at[i]));
	dc_vec_push(reading->modules, module);
}

static void take_command(struct reading *reading, const words *all)
{
	struct dc_unit unit;

	if (!all->len)
		return;
	if (unit_of_words(reading->arena, all, reading->dir, &unit) && wanted(reading, unit.file))
		dc_vec_push(reading->units, unit);
	else if (reading->modules)
		take_module(reading, all);
}

/* --debug=verbose: "Reading makefile 'NAME' (search path)...", also of one that is not there. */
static void take_makefile(struct reading *reading, const char *name)
{
	size_t len = strcspn(name, "'");

	if (reading->makefiles)
		dc_vec_push(
			reading->makefiles,
			dc_alias_undo(reading->arena,
				      dc_arena_printf(reading->arena, "%s%s%.*s",
						      name[0] == '/' ? "" : reading->dir,
						      name[0] == '/' ? "" : "/", (int)len, name),
				      reading->alias, reading->source));
}

static int take_make_line(void *ctx, char *line)
{
	struct reading *reading = ctx;
	const char *enter = "Entering directory '", *makefile = "Reading makefile '";
	char *at = strstr(line, enter);
	words all = {0};
	size_t i;

	if (at && strstr(line, "make") == line) {
		at += strlen(enter);
		reading->dir = dc_arena_strndup(reading->arena, at, strcspn(at, "'"));
		return 0;
	}
	if (!strncmp(line, makefile, strlen(makefile))) {
		take_makefile(reading, line + strlen(makefile));
		return 0;
	}
	if (!(strstr(line, " -c ") && strstr(line, ".c")) && !strstr(line, ".mod"))
		return 0;
	while (*line) {
		const char *rest = split_command(reading->arena, line, &all);

		for (i = 0; i < all.len; i++)
			all.at[i] = dc_alias_undo(reading->arena, all.at[i], reading->alias,
						  reading->source);
		take_command(reading, &all);
		all.len = 0;
		line += rest - line;
	}
	dc_vec_done(&all);
	return 0;
}

/* The variable of the first `obj-$(CONFIG_NAME)` in a folder's makefile, or NULL. */
static const char *option_of_makefile(struct dc_arena *arena, const char *source)
{
	static const char *const names[] = {"Kbuild", "Makefile"};
	struct dc_diag quiet = {0};
	const char *found = NULL;
	size_t i;

	for (i = 0; i < 2 && !found; i++) {
		const char *path = dc_arena_printf(arena, "%s/%s", source, names[i]), *at;
		char *text;

		if (!dc_is_file(path) || dc_file_read(&quiet, path, &text, NULL) < 0)
			continue;
		at = strstr(text, "obj-$(CONFIG_");
		if (at)
			found = dc_arena_strndup(arena, at + 6, strcspn(at + 6, ")\n"));
		free(text);
	}
	return found;
}

static int report_nothing(struct dc_diag *diag, struct dc_arena *arena, const char *source)
{
	const char *option = option_of_makefile(arena, source);

	if (option)
		return dc_error(diag, -EINVAL, DC_FILE(source),
				"Kbuild compiles nothing here: the makefile asks for %s, which the "
				"kernel's configuration does not have; set it in the environment: "
				"%s=m drivercut ...",
				option, option);
	return dc_error(diag, -EINVAL, DC_FILE(source),
			"Kbuild compiles nothing here; is there an obj-m line in its Kbuild or "
			"Makefile?");
}

/* --output-sync: a makefile may set -j for its own, and lines of two jobs must not mix. */
int dc_kbuild_read(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *source, dc_units *ret, dc_modules *ret_modules,
		   dc_paths *ret_makefiles)
{
	const char *alias = dc_alias_of(arena, source);
	const char *module = dc_arena_printf(arena, "M=%s", alias);
	const char *argv[] = {"make",
			      "-n",
			      "-w",
			      "--debug=verbose",
			      "--output-sync=recurse",
			      "V=1",
			      "-C",
			      kernel->build,
			      module,
			      alias,
			      NULL};
	char real[PATH_MAX];
	struct reading reading = {.arena = arena,
				  .source = source,
				  .alias = alias,
				  .units = ret,
				  .modules = ret_modules,
				  .makefiles = ret_makefiles};
	int err;

	reading.dir = dc_arena_strdup(arena, realpath(kernel->build, real) ? real : kernel->build);
	err = dc_proc_run(diag, "asking Kbuild for the compiler's flags",
			  &(struct dc_proc){.argv = argv, .line = take_make_line, .ctx = &reading});
	dc_vec_done(&reading.printed);
	if (err < 0)
		return err;
	return ret->len ? 0 : report_nothing(diag, arena, source);
}

void dc_modules_done(dc_modules *modules)
{
	struct dc_module *module;

	dc_vec_each (module, modules)
		dc_vec_done(&module->objects);
	dc_vec_done(modules);
}

void dc_module_units(const struct dc_module *module, const dc_units *all, dc_units *ret)
{
	const struct dc_unit *unit;
	size_t i;

	for (i = 0; i < module->objects.len; i++)
		dc_vec_each (unit, all)
			if (unit->object && !strcmp(unit->object, module->objects.at[i])) {
				dc_vec_push(ret, *unit);
				ret->at[ret->len - 1].module = module->name;
				break;
			}
}

static bool has_unit(const dc_units *units, const char *file)
{
	const struct dc_unit *unit;

	dc_vec_each (unit, units)
		if (!strcmp(unit->file, file))
			return true;
	return false;
}

static int order_units(const void *a, const void *b)
{
	return strcmp(((const struct dc_unit *)a)->file, ((const struct dc_unit *)b)->file);
}

/* All units: a module's in its own order, then those of no module by name. The order in which make
 * prints changes from run to run if it runs jobs side by side. */
static void order_all(const dc_modules *modules, const dc_units *all, dc_units *ret)
{
	const struct dc_module *module;
	const struct dc_unit *unit;
	size_t listed;

	dc_vec_each (module, modules)
		dc_module_units(module, all, ret);
	listed = ret->len;
	dc_vec_each (unit, all)
		if (!has_unit(ret, unit->file))
			dc_vec_push(ret, *unit);
	if (ret->len > listed)
		qsort(ret->at + listed, ret->len - listed, sizeof(*ret->at), order_units);
}

static int order_modules(const void *a, const void *b)
{
	return strcmp(((const struct dc_module *)a)->name, ((const struct dc_module *)b)->name);
}

/* Modules share names of functions, and each is loaded apart: a graph is of one. */
static int choose_one(struct dc_diag *diag, const char *source, dc_modules *modules)
{
	const struct dc_module *module;
	char *names = dc_strdup("");
	int err;

	qsort(modules->at, modules->len, sizeof(*modules->at), order_modules);
	dc_vec_each (module, modules) {
		char *longer = dc_printf("%s%s%s", names, *names ? ", " : "", module->name);

		free(names);
		names = longer;
	}
	err = dc_error(
		diag, -EINVAL, DC_FILE(source),
		"Kbuild makes %zu modules here (%s); choose one with --module NAME, other verbs "
		"then take the same",
		modules->len, names);
	free(names);
	return err;
}

static int take_units(struct dc_diag *diag, const char *source, const char *module,
		      dc_modules *modules, const dc_units *all, dc_units *ret)
{
	const struct dc_module *each;

	if (!module && modules->len > 1)
		return choose_one(diag, source, modules);
	if (!module) {
		order_all(modules, all, ret);
		return 0;
	}
	dc_vec_each (each, modules)
		if (!strcmp(each->name, module))
			dc_module_units(each, all, ret);
	if (!ret->len)
		return dc_error(diag, -EINVAL, DC_FILE(source),
				"Kbuild links no module %s.ko from C files here; is its "
				"CONFIG option set as a module?",
				module);
	return 0;
}

int dc_kbuild_units(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		    const char *source, const char *module, dc_units *ret, dc_units *ret_others,
		    dc_paths *ret_makefiles)
{
	const struct dc_unit *unit;
	dc_modules modules = {0};
	dc_units all = {0};
	int err = dc_kbuild_read(diag, arena, kernel, source, &all, &modules, ret_makefiles);

	if (!err)
		err = take_units(diag, source, module, &modules, &all, ret);
	dc_vec_each (unit, &all)
		if (!has_unit(ret, unit->file))
			dc_vec_push(ret_others, *unit);
	dc_modules_done(&modules);
	dc_vec_done(&all);
	return err;
}

int dc_kbuild_only_module(struct dc_diag *diag, struct dc_arena *arena,
			  const struct dc_kernel *kernel, const char *source, const char **ret)
{
	dc_modules modules = {0};
	dc_units all = {0};
	int err = dc_kbuild_read(diag, arena, kernel, source, &all, &modules, NULL);

	if (!err && modules.len > 1)
		err = choose_one(diag, source, &modules);
	else if (!err && !modules.len)
		err = report_nothing(diag, arena, source);
	else if (!err)
		*ret = modules.at[0].name;
	dc_modules_done(&modules);
	dc_vec_done(&all);
	return err;
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
	/* The file is an array; our reader wants an object. A study's plan is one already. */
	wrapped = text[strspn(text, " \t\r\n")] == '{' ? dc_strdup(text)
						       : dc_printf("{\"commands\": %s}", text);
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
