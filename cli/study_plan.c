/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans a study: asks Kbuild once for each folder which modules it builds, and how. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"
#include "cli/study.h"
#include "graph/driver/flags.h"
#include "graph/family.h"
#include "graph/driver/kbuild.h"

const char *dc_study_file(struct dc_study *study, const char *folder, const char *driver)
{
	return dc_arena_printf(study->arena, "%s/%s/%s.json", study->options->out, folder, driver);
}

static int find_source(struct dc_study *study)
{
	const char *given = study->options->kernel_source, *out = study->options->out;
	const char *package =
		dc_arena_printf(study->arena, "linux-source-%s", study->kernel.version);
	const char *tar = dc_arena_printf(study->arena, "/usr/src/%s.tar.xz", package);
	const char *drivers = dc_arena_printf(study->arena, "%s/drivers", package);
	const char *sound = dc_arena_printf(study->arena, "%s/sound", package);
	const char *argv[] = {"tar", "-I", "xz -T0", "-C", out, "-xf", tar, drivers, sound, NULL};
	int err = 0;
	char *real;

	if (!given) {
		given = dc_arena_printf(study->arena, "%s/%s", out, package);
		if (!dc_is_file(tar))
			return dc_error(study->diag, -ENXIO, DC_FILE(tar),
					"no kernel source; install %s or give --kernel-source DIR",
					package);
		dc_progress(study->diag, "unpacking %s", tar);
		if (!dc_is_dir(given))
			err = dc_proc_run(study->diag, "unpacking the kernel source",
					  &(struct dc_proc){.argv = argv});
	}
	if (err < 0)
		return err;
	real = realpath(given, NULL);
	if (!real)
		return dc_error(study->diag, -errno, DC_FILE(given), "%s", strerror(errno));
	study->source = dc_arena_strdup(study->arena, real);
	free(real);
	return 0;
}

/* The deepest folder that contains all of the files. */
static const char *common_folder(struct dc_study *study, const dc_units *units)
{
	char *folder = dc_arena_strdup(study->arena, units->at[0].file);
	const struct dc_unit *unit;

	*strrchr(folder, '/') = 0;
	dc_vec_each (unit, units)
		while (strncmp(unit->file, folder, strlen(folder)) != 0 ||
		       unit->file[strlen(folder)] != '/')
			*strrchr(folder, '/') = 0;
	return folder;
}

static json_t *put_unit(const struct dc_unit *unit)
{
	json_t *row = json_object(), *words = json_array();
	int i;

	dc_json_add(words, json_string("cc"));
	for (i = 0; i < unit->argc; i++)
		dc_json_add(words, json_string(unit->argv[i]));
	dc_json_add(words, json_string("-c"));
	dc_json_add(words, json_string(unit->file));
	dc_json_set(row, "directory", json_string(unit->dir));
	dc_json_set(row, "file", json_string(unit->file));
	dc_json_set(row, "arguments", words);
	return row;
}

static int plan_driver(struct dc_study *study, const char *family, const struct dc_module *module,
		       const dc_units *all)
{
	const char *driver = dc_arena_printf(study->arena, "%s/%s", family, module->name);
	const char *path = dc_study_file(study, "plan", driver);
	json_t *root, *commands = json_array();
	const struct dc_unit *unit;
	dc_units units = {0};
	int err;

	dc_module_units(module, all, &units);
	if (!units.len) {
		json_decref(commands);
		return 0;
	}
	root = dc_json_new("study-plan");
	dc_json_set(root, "name", json_string(module->name));
	dc_json_set(root, "family", json_string(family));
	dc_json_set(root, "source", json_string(common_folder(study, &units)));
	dc_json_set(root, "folder", json_string(module->folder));
	dc_vec_each (unit, &units)
		dc_json_add(commands, put_unit(unit));
	dc_json_set(root, "commands", commands);
	err = dc_mkdirs_for(study->diag, path);
	if (!err)
		err = dc_json_write(study->diag, path, root);
	json_decref(root);
	dc_vec_done(&units);
	dc_vec_push(&study->drivers, driver);
	return err;
}

static int plan_folder(struct dc_study *study, const char *family, const char *folder)
{
	const char *path = dc_arena_printf(study->arena, "%s/%s", study->source, folder);
	const struct dc_module *module;
	dc_modules modules = {0};
	dc_units units = {0};
	int err;

	dc_progress(study->diag, "asking Kbuild what it makes in %s", folder);
	err = dc_kbuild_read(study->diag, study->arena, &study->kernel, path, &units, &modules,
			     NULL);
	dc_units_mend(study->arena, path, path, &units);
	dc_vec_each (module, &modules)
		if (!err)
			err = plan_driver(study, family, module, &units);
	dc_modules_done(&modules);
	dc_vec_done(&units);
	return err;
}

static int plan_family(struct dc_study *study, const char *name)
{
	struct dc_family family;
	int err = dc_family_open(study->diag, study->arena, name, NULL, &family);
	size_t i;

	if (err < 0)
		return err;
	for (i = 0; !err && i < family.folders.len; i++)
		err = plan_folder(study, name, family.folders.at[i]);
	dc_family_done(&family);
	return err;
}

int dc_study_plan(struct dc_study *study)
{
	int err = dc_kernel_find(study->diag, study->arena, study->options->kernel, &study->kernel);
	size_t i;

	if (!err)
		err = find_source(study);
	for (i = 0; !err && i < DC_STUDY_FAMILIES; i++)
		if (dc_study_wants_family(study->options, &dc_study_families[i]))
			err = plan_family(study, dc_study_families[i].name);
	return err;
}

static void take_planned(struct dc_study *study, const char *family)
{
	const char *pattern =
		dc_arena_printf(study->arena, "%s/plan/%s/*.json", study->options->out, family);
	glob_t found;
	size_t i;

	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;

		dc_vec_push(&study->drivers,
			    dc_arena_printf(study->arena, "%s/%.*s", family,
					    (int)(strlen(name) - strlen(".json")), name));
	}
	globfree(&found);
}

int dc_study_find_plan(struct dc_study *study)
{
	size_t i;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		if (dc_study_wants_family(study->options, &dc_study_families[i]))
			take_planned(study, dc_study_families[i].name);
	if (study->drivers.len)
		return 0;
	return dc_error(
		study->diag, -ENOENT, DC_FILE(study->options->out),
		"this folder has no plan of a study; to make one: drivercut study -o %s --list",
		study->options->out);
}
