/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The profiling build: profile/mkprofiling.sh in a copy of the source, with a Kbuild file for the
 * one module that is the driver. It is made beside its place and then moved there, with a stamp of
 * all that it depends on.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alias.h"
#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/flags.h"
#include "profile/profile.h"

#define RECIPE "profile/mkprofiling.sh"

static const char *recipe(struct dc_arena *arena)
{
	return dc_arena_printf(arena, "%s/" RECIPE, dc_data_dir());
}

static int run(struct dc_diag *diag, const char *what, const char *const *argv)
{
	return dc_proc_run(diag, what, &(struct dc_proc){.argv = argv, .timeout_s = 3600});
}

static void remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	run(diag, "cleaning up", argv);
}

/* FNV-1a */
static uint64_t hash(uint64_t sum, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)data[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static int hash_file(struct dc_diag *diag, const char *path, uint64_t *sum)
{
	size_t len;
	char *data;
	int err = dc_file_read(diag, path, &data, &len);

	if (err < 0)
		return err;
	*sum = hash(*sum, path, strlen(path));
	*sum = hash(*sum, data, len);
	free(data);
	return 0;
}

static int hash_folder(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		       uint64_t *sum)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort), i, err = 0;

	if (count < 0)
		return dc_error(diag, -errno, DC_FILE(folder), "cannot read: %s", strerror(errno));
	for (i = 0; i < count; i++) {
		const char *path = dc_arena_printf(arena, "%s/%s", folder, entries[i]->d_name);

		if (!err && entries[i]->d_name[0] != '.') {
			if (dc_is_dir(path))
				err = hash_folder(diag, arena, path, sum);
			else if (dc_is_file(path))
				err = hash_file(diag, path, sum);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* The inputs of the build, as one line. */
static int make_stamp(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		      const struct dc_kernel *kernel, const char **ret)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	int err = hash_folder(diag, arena, driver->source, &sum);

	if (!err)
		err = hash_file(diag, recipe(arena), &sum);
	*ret = dc_arena_printf(arena, "%s %s %s %016llx\n", driver->module, kernel->release,
			       DC_PROFILING_PREFIX, (unsigned long long)sum);
	return err;
}

static bool has_stamp(struct dc_arena *arena, const char *folder, const char *stamp)
{
	struct dc_diag silent = {0};
	const char *path = dc_arena_printf(arena, "%s/dc-stamp", folder);
	char *text;
	bool same;

	if (!dc_is_file(path) || dc_file_read(&silent, path, &text, NULL) < 0)
		return false;
	same = !strcmp(text, stamp);
	free(text);
	return same;
}

/* The flags of one C file: those of its makefile, and the folders around the user's own, in which
 * headers are looked up that are named by a path out of it. */
static const char *flags_of(struct dc_arena *arena, const struct dc_driver *driver,
			    const struct dc_unit *unit)
{
	const char *text = "", *folder = driver->package ? NULL : driver->folder, *at;
	dc_flags flags = {0};
	size_t i;

	dc_unit_own_flags(arena, unit, driver->source, &flags);
	for (i = 0; i < flags.len; i++)
		text = dc_arena_printf(arena, "%s %s", text,
				       dc_flag_word(arena, flags.at[i], "$(src)/"));
	dc_vec_done(&flags);
	for (at = folder ? strchr(folder + 1, '/') : NULL; at; at = strchr(at + 1, '/'))
		text = dc_arena_printf(
			arena, "%s -idirafter %s", text,
			dc_flag_quoted(arena,
				       dc_arena_strndup(arena, folder, (size_t)(at - folder))));
	return folder ? dc_arena_printf(arena, "%s -idirafter %s", text,
					dc_flag_quoted(arena, folder))
		      : text;
}

/* Lines of Kbuild that build the driver's module, and no other of its folder. */
static int make_kbuild(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		       const struct dc_kernel *kernel, const char *path)
{
	DC_VEC(const char *) stems = {0};
	const char *text, *flags = "";
	const struct dc_unit *unit;
	dc_units units = {0}, others = {0};
	int err = dc_kbuild_units(diag, arena, kernel, driver->source, driver->only, &units,
				  &others, NULL);

	if (!err && !driver->package)
		dc_units_mend(arena, driver->folder, driver->source, &units);
	dc_vec_each (unit, &units) {
		const char *name = unit->file + strlen(driver->source) + 1;
		const char *stem = dc_arena_strndup(arena, name, strlen(name) - 2);

		dc_vec_push(&stems, stem);
		flags = dc_arena_printf(arena, "%sCFLAGS_%s.o :=%s\n", flags, stem,
					flags_of(arena, driver, unit));
	}
	if (!err) {
		text = dc_arena_printf(arena, "%s%s",
				       dc_module_kbuild(arena, driver->module, stems.at, stems.len),
				       flags);
		err = dc_file_write(diag, path, text, strlen(text));
	}
	dc_vec_done(&stems);
	dc_vec_done(&units);
	dc_vec_done(&others);
	return err;
}

static int make(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		const struct dc_kernel *kernel, const char *folder, const char *stamp)
{
	const char *copy[] = {"cp", "-r", driver->source, folder, NULL};
	const char *build[] = {"sh",	      recipe(arena),	   folder, driver->module,
			       kernel->build, DC_PROFILING_PREFIX, NULL};
	const char *path = dc_arena_printf(arena, "%s/dc-stamp", folder);
	int err = dc_mkdirs_for(diag, folder);

	dc_progress(diag, "building %s for profiling", driver->name);
	remove_tree(diag, folder);
	if (!err)
		err = run(diag, "copying the driver's source", copy);
	if (!err)
		err = make_kbuild(diag, arena, driver, kernel,
				  dc_arena_printf(arena, "%s/Kbuild", folder));
	if (!err)
		err = run(diag, "building the driver for profiling", build);
	if (!err)
		err = dc_file_write(diag, path, stamp, strlen(stamp));
	return err;
}

int dc_profile_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		     const struct dc_kernel *kernel, const char *out, const char **ret_module)
{
	const char *plain = dc_alias_of(arena, out);
	const char *final = dc_arena_printf(arena, "%s/profiling", plain);
	const char *temporary = dc_arena_printf(arena, "%s/profiling.tmp", plain);
	const char *stamp;
	int err = make_stamp(diag, arena, driver, kernel, &stamp);

	if (err < 0)
		return err;
	*ret_module = dc_arena_printf(arena, "%s/%s.ko", final, driver->module);
	if (has_stamp(arena, final, stamp) && dc_is_file(*ret_module))
		return 0;
	err = make(diag, arena, driver, kernel, temporary, stamp);
	if (!err) {
		remove_tree(diag, final);
		if (rename(temporary, final) < 0)
			err = dc_error(diag, -errno, DC_FILE(final), "cannot make: %s",
				       strerror(errno));
	}
	if (err < 0)
		remove_tree(diag, temporary);
	return err;
}
