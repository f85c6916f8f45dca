/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds a driver for a guest: the runtime's module, the kernel component and the process of a
 * split one, or the whole driver as it is. */
#include "guest/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alias.h"
#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/driver.h"

/* The state of a build. Paths are absolute and without blanks, because Kbuild needs them so. */
struct build {
	struct dc_diag *diag;
	struct dc_arena *arena;
	const struct dc_kernel *kernel;
	const char *module, *components, *runtime;
};

static int absolute(struct dc_diag *diag, struct dc_arena *arena, const char *path,
		    const char **ret)
{
	char *found = realpath(path, NULL);

	if (!found)
		return dc_error(diag, -errno, DC_FILE(path), "%s", strerror(errno));
	*ret = dc_alias_of(arena, dc_arena_strdup(arena, found));
	free(found);
	return 0;
}

/* make waits for its children, and so ages by the machine's clock, which a busy machine outruns. */
static int run(const struct build *build, const char *what, const char *const *argv)
{
	dc_progress(build->diag, "%s", what);
	return dc_proc_run(build->diag, what, &(struct dc_proc){.argv = argv, .timeout_s = 3600});
}

static int build_runtime(const struct build *build)
{
	const char *script =
		dc_arena_printf(build->arena, "%s/runtime/module/build.sh", dc_data_dir());
	const char *argv[] = {"sh", script, build->kernel->build, build->runtime, NULL};

	return run(build, "building the runtime (1 of 3)", argv);
}

static const char *jobs(const struct build *build)
{
	return dc_arena_printf(build->arena, "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
}

/* extra: one more argument of make. */
static int make_modules(const struct build *build, const char *what, const char *folder,
			const char *extra)
{
	const char *argv[] = {"make",
			      "-s",
			      jobs(build),
			      "-C",
			      build->kernel->build,
			      dc_arena_printf(build->arena, "M=%s", folder),
			      "modules",
			      extra,
			      NULL};

	return run(build, what, argv);
}

static int build_kernel(const struct build *build)
{
	return make_modules(build, "building the kernel component (2 of 3)",
			    dc_arena_printf(build->arena, "%s/kernel", build->components),
			    dc_arena_printf(build->arena, "KBUILD_EXTRA_SYMBOLS=%s/Module.symvers",
					    build->runtime));
}

static int build_process(const struct build *build)
{
	const char *folder = dc_arena_printf(build->arena, "%s/user", build->components);
	const char *headers = dc_arena_printf(build->arena, "KDIR=%s", build->kernel->build);
	const char *here = dc_arena_printf(build->arena, "HERE=%s", folder);
	const char *argv[] = {"make", "-s", jobs(build), "-C", folder, here, headers, NULL};

	return run(build, "building the user component (3 of 3)", argv);
}

/* The arguments of insmod, a line a module. */
static int write_load(const struct build *build, const char *path, const char *text)
{
	return dc_file_write(build->diag, path, text, strlen(text));
}

/* The process has the name that the kernel gives the module: snd_ens1370 of snd-ens1370.ko. */
static const char *process_name(const struct build *build)
{
	char *name = dc_arena_strdup(build->arena, build->module), *at;

	for (at = name; (at = strchr(at, '-'));)
		*at = '_';
	return name;
}

int dc_split_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *module, const char *components, const char *folder,
		   struct dc_guest_file ret[DC_SPLIT_FILES])
{
	struct build build = {.diag = diag, .arena = arena, .kernel = kernel, .module = module};
	const char *runtime = dc_arena_printf(arena, "%s/dcrt", folder);
	const char *load = dc_arena_printf(arena, "%s/load", folder);
	int err = dc_mkdirs(diag, runtime);

	if (!err)
		err = absolute(diag, arena, components, &build.components);
	if (!err)
		err = absolute(diag, arena, runtime, &build.runtime);
	if (!err)
		err = build_runtime(&build);
	if (!err)
		err = build_kernel(&build);
	if (!err)
		err = build_process(&build);
	if (!err)
		err = write_load(&build, load,
				 dc_arena_printf(arena, "/dcrt.ko\n/%s.ko dcrt_program=/%s\n",
						 module, process_name(&build)));
	if (err < 0)
		return err;
	ret[0].host = dc_arena_printf(arena, "%s/dcrt.ko", build.runtime);
	ret[0].guest = "/dcrt.ko";
	ret[1].host = dc_arena_printf(arena, "%s/kernel/%s.ko", build.components, module);
	ret[1].guest = dc_arena_printf(arena, "/%s.ko", module);
	ret[2].host = dc_arena_printf(arena, "%s/user/%s", build.components, process_name(&build));
	ret[2].guest = dc_arena_printf(arena, "/%s", process_name(&build));
	ret[3].host = load;
	ret[3].guest = "/load";
	ret[4] = (struct dc_guest_file){0};
	return 0;
}

static int copy_source(const struct build *build, const char *source, const char *copy)
{
	const char *clean[] = {"rm", "-rf", copy, NULL};
	const char *argv[] = {"cp", "-r", source, copy, NULL};
	int err = run(build, "cleaning up", clean);

	return err ? err : run(build, "copying the driver's source", argv);
}

int dc_whole_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *module, const char *source, const char *folder,
		   struct dc_guest_file ret[DC_SPLIT_FILES])
{
	struct build build = {.diag = diag, .arena = arena, .kernel = kernel, .module = module};
	const char *load = dc_arena_printf(arena, "%s/load", folder), *absolute_folder, *copy;
	int err = dc_mkdirs(diag, folder);

	if (!err)
		err = absolute(diag, arena, folder, &absolute_folder);
	if (err < 0)
		return err;
	copy = dc_arena_printf(arena, "%s/whole", absolute_folder);
	err = copy_source(&build, source, copy);
	if (!err)
		err = make_modules(&build, "building the driver", copy, NULL);
	if (!err)
		err = write_load(&build, load, dc_arena_printf(arena, "/%s.ko\n", module));
	if (err < 0)
		return err;
	ret[0].host = dc_arena_printf(arena, "%s/%s.ko", copy, module);
	ret[0].guest = dc_arena_printf(arena, "/%s.ko", module);
	ret[1] = (struct dc_guest_file){.host = load, .guest = "/load"};
	ret[2] = (struct dc_guest_file){0};
	if (!dc_is_file(ret[0].host))
		return dc_error(diag, -EIO, DC_FILE(source),
				"the build made no %s.ko; choose another with --module", module);
	return 0;
}
