/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the kernels and headers that are installed, by the names of the folders in /lib/modules.
 */
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

#define MODULES "/lib/modules"

/* The newest release with headers, or NULL. */
static const char *newest_release(struct dc_arena *arena)
{
	struct dirent **entries;
	const char *newest = NULL;
	int count = scandir(MODULES, &entries, NULL, versionsort), i;

	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (name[0] != '.' &&
		    dc_is_file(dc_arena_printf(arena, MODULES "/%s/build/Makefile", name)))
			newest = dc_arena_strdup(arena, name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return newest;
}

int dc_kernel_find(struct dc_diag *diag, struct dc_arena *arena, struct dc_kernel *ret)
{
	const char *release = getenv("DRIVERCUT_KERNEL");
	char *build, *modules, *image;

	if (!release || !*release)
		release = newest_release(arena);
	if (!release)
		return dc_error(diag, -ENXIO, NULL,
				"no kernel with headers below " MODULES
				"; install linux-headers-amd64 (ci/deps.sh does)");
	build = dc_arena_printf(arena, MODULES "/%s/build", release);
	modules = dc_arena_printf(arena, MODULES "/%s/kernel", release);
	image = dc_arena_printf(arena, "/boot/vmlinuz-%s", release);
	if (!dc_is_dir(build))
		return dc_error(diag, -ENXIO, DC_FILE(build),
				"no headers for kernel %s; install linux-headers-%s", release,
				release);
	*ret = (struct dc_kernel){
		.release = dc_arena_strdup(arena, release),
		.build = build,
		.modules = dc_is_dir(modules) ? modules : NULL,
		.image = dc_is_file(image) ? image : NULL,
	};
	return 0;
}
