/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words for the shell's completion (completion/drivercut.bash), one a line: verbs; options of a
 * verb and their choices; shipped drivers; functions of a driver whose graph.json is there. Nothing
 * that takes time is made for a key press.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "graph/driver/driver.h"
#include "graph/graph.h"

static void put_options(const struct dc_option *options)
{
	const struct dc_option *option;

	for (option = options; option && (option->name || option->group); option++)
		if (option->group)
			put_options(option->group);
		else if (option->help)
			printf("--%s\n", option->name);
}

/* "files" or "choices" or nothing: what an option's value may be. */
static void put_values(const struct dc_option *options, const char *name)
{
	const struct dc_option *option;
	int i;

	for (option = options; option && (option->name || option->group); option++) {
		if (option->group)
			put_values(option->group, name);
		else if (!strcmp(option->name, name))
			for (i = 0; option->choices && option->choices[i]; i++)
				puts(option->choices[i]);
	}
}

static void put_drivers_of(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = dc_printf("%s/%s/driver.json", folder, entry->d_name);

		if (entry->d_name[0] != '.' && dc_is_file(path))
			puts(entry->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
}

static void put_drivers(void)
{
	char *shipped = dc_printf("%s/drivers", dc_data_dir());

	put_drivers_of(dc_data_dir());
	put_drivers_of(shipped);
	free(shipped);
}

/* The driver's folder for results is found by its last name; no claim is checked for a key press.
 */
static void put_functions(const char *driver)
{
	const char *base = getenv("DRIVERCUT_OUT"), *slash;
	struct dc_diag silent = {0};
	struct dc_graph *graph = NULL;
	const struct dc_function *function;
	char *name = dc_strdup(driver), *path;

	while (*name && name[strlen(name) - 1] == '/')
		name[strlen(name) - 1] = '\0';
	slash = strrchr(name, '/');
	path = dc_printf("%s/%s/graph.json", base && *base ? base : "out",
			 slash ? slash + 1 : name);
	if (dc_is_file(path) && !dc_graph_read(&silent, path, &graph))
		dc_vec_each (function, &graph->functions)
			puts(function->name);
	dc_graph_free(graph);
	free(path);
	free(name);
}

void dc_complete(const struct dc_verb *const *verbs, const struct dc_verb *verb, const char *what,
		 const char *argument)
{
	size_t i;

	if (!strcmp(what, "verbs"))
		for (i = 0; verbs[i]; i++)
			puts(verbs[i]->name);
	else if (!strcmp(what, "drivers"))
		put_drivers();
	else if (!strcmp(what, "functions") && argument)
		put_functions(argument);
	else if (!strcmp(what, "options") && verb) {
		put_options(verb->options);
		puts("--help\n--json\n--quiet\n--verbose");
	} else if (!strcmp(what, "values") && verb && argument) {
		put_values(verb->options, argument);
	}
}
