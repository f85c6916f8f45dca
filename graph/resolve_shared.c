/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which places are outside the module: whoever reads a function pointer there may call it in a
 * context that this module's source does not show.
 *
 * A structure of the kernel and an argument of a kernel function are. A structure that the driver's
 * own files define is the module's alone, unless a header that other modules have reason to read
 * defines it: one that other modules of the same source tree include, one that declares a function
 * or variable which this module uses and does not define (another module exports it), and one that
 * declares what this module exports.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/resolve.h"

static bool is_header(const char *file)
{
	size_t len = strlen(file);

	return len < 2 || strcmp(file + len - 2, ".c") != 0;
}

static void add_file(struct dc_map *files, const char *file)
{
	if (file && is_header(file) && dc_map_get(files, file) < 0)
		dc_map_set(files, file, 1);
}

static bool is_defined(const struct dc_resolve *resolve, const char *symbol)
{
	return dc_map_get(&resolve->functions, symbol) >= 0 ||
	       dc_map_get(&resolve->variables, symbol) >= 0;
}

/* The declaration of a symbol that the driver uses, or NULL. */
static const struct dc_fact_declaration *declaration(const struct dc_facts *facts,
						     const char *symbol)
{
	int index = dc_map_get(&facts->declared, symbol);

	return index < 0 ? NULL : &facts->declarations.at[index];
}

static void find_shared_files(struct dc_resolve *resolve, struct dc_map *files)
{
	const struct dc_facts *facts = resolve->facts;
	const struct dc_fact_declaration *declared;
	const char **name;

	dc_vec_each (name, &facts->shared_files)
		add_file(files, *name);
	dc_vec_each (declared, &facts->declarations)
		if (!is_defined(resolve, declared->symbol))
			add_file(files, declared->file);
	dc_vec_each (name, &facts->exports) {
		declared = declaration(facts, *name);
		add_file(files, declared ? declared->file : NULL);
	}
}

static void set_once(struct dc_map *map, const char *name)
{
	if (dc_map_get(map, name) < 0)
		dc_map_set(map, name, 1);
}

void dc_resolve_shared(struct dc_resolve *resolve)
{
	struct dc_facts *facts = resolve->facts;
	struct dc_map files = {.arena = resolve->graph->arena};
	const struct dc_fact_declaration *declared;
	const struct dc_fact_record *record;
	const char **variable;

	dc_vec_each (variable, &facts->variables)
		set_once(&resolve->variables, *variable);
	find_shared_files(resolve, &files);
	dc_vec_each (record, &facts->records)
		set_once(dc_map_get(&files, record->file) < 0 ? &resolve->records
							      : &resolve->shared,
			 record->name);
	dc_vec_each (declared, &facts->declarations)
		if (declared->file && dc_map_get(&files, declared->file) >= 0)
			set_once(&resolve->shared, declared->symbol);
	dc_map_done(&files);
}

static enum dc_place place_of_variable(const struct dc_resolve *resolve, const char *name)
{
	if (!declaration(resolve->facts, name))
		return DC_PLACE_DRIVER;
	if (dc_map_get(&resolve->variables, name) < 0)
		return DC_PLACE_KERNEL;
	return dc_map_get(&resolve->shared, name) >= 0 ? DC_PLACE_SHARED : DC_PLACE_DRIVER;
}

/* What a function returns goes to its callers: those of one that is called through a pointer are
 * not all in the driver. */
static enum dc_place place_of_result(const struct dc_resolve *resolve, const char *owner)
{
	int function = dc_map_get(&resolve->functions, owner);

	return function >= 0 && resolve->graph->functions.at[function].address_taken
		       ? DC_PLACE_KERNEL
		       : DC_PLACE_DRIVER;
}

static enum dc_place place_of_field(const struct dc_resolve *resolve, const char *record)
{
	if (dc_map_get(&resolve->shared, record) >= 0)
		return DC_PLACE_SHARED;
	return dc_map_get(&resolve->records, record) < 0 ? DC_PLACE_KERNEL : DC_PLACE_DRIVER;
}

static enum dc_place place_of_argument(const struct dc_resolve *resolve, const char *function)
{
	return dc_map_get(&resolve->functions, function) < 0 && !strchr(function, '@') &&
			       dc_map_get(&resolve->kernel, function) >= 0
		       ? DC_PLACE_KERNEL
		       : DC_PLACE_DRIVER;
}

enum dc_place dc_resolve_place(struct dc_resolve *resolve, const char *place)
{
	size_t len = strlen(place);
	const char *mark = strrchr(place, '#');

	if (len > 2 && !strcmp(place + len - 2, "()"))
		return place_of_result(resolve,
				       dc_facts_namef(resolve->facts, "%.*s", (int)len - 2, place));
	if (mark)
		return place_of_argument(resolve, dc_facts_namef(resolve->facts, "%.*s",
								 (int)(mark - place), place));
	if (strpbrk(place, "@:(")) /* static, local, without a name */
		return DC_PLACE_DRIVER;
	mark = strchr(place, '.');
	if (mark)
		return place_of_field(resolve, dc_facts_namef(resolve->facts, "%.*s",
							      (int)(mark - place), place));
	return place_of_variable(resolve, place);
}
