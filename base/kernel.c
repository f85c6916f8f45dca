/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Installed kernels have a folder below /lib/modules, where `build` leads to their headers. A build
 * tree says itself which release it makes.
 */
#include "kernel.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

#define MODULES "/lib/modules"

const char *const dc_kernel_versions[] = {"6.1", "6.12", NULL};

static const char *versions_text(struct dc_arena *arena)
{
	const char *text = dc_kernel_versions[0];
	size_t i;

	for (i = 1; dc_kernel_versions[i]; i++)
		text = dc_arena_printf(arena, "%s%s%s", text,
				       dc_kernel_versions[i + 1] ? ", " : " and ",
				       dc_kernel_versions[i]);
	return text;
}

/* Installed releases */

/* True if the release is of a version: "6.1.0-57-amd64" of "6.1", "6.12.1" not. */
static bool is_of(const char *release, const char *version)
{
	size_t len = strlen(version);

	return !strncmp(release, version, len) && !isdigit((unsigned char)release[len]);
}

/* The newest release with headers that is `wanted` or of that version, or NULL. */
static const char *newest_release(struct dc_arena *arena, const char *wanted)
{
	struct dirent **entries;
	const char *newest = NULL;
	int count = scandir(MODULES, &entries, NULL, versionsort), i;

	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (name[0] != '.' && is_of(name, wanted) &&
		    dc_is_file(dc_arena_printf(arena, MODULES "/%s/build/Makefile", name)))
			newest = dc_arena_strdup(arena, name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return newest;
}

const char *dc_kernel_default(struct dc_arena *arena)
{
	const char *release = NULL;
	size_t i;

	for (i = 0; !release && dc_kernel_versions[i]; i++)
		release = newest_release(arena, dc_kernel_versions[i]);
	return release;
}

static int installed(struct dc_diag *diag, struct dc_arena *arena, const char *wanted,
		     struct dc_kernel *ret)
{
	const char *release = wanted ? newest_release(arena, wanted) : dc_kernel_default(arena);

	if (!release && wanted)
		return dc_error(diag, -ENXIO, NULL,
				"no headers for kernel %s below " MODULES
				"; install linux-headers-%s%s, or give the path of a build tree",
				wanted, wanted, strchr(wanted, '-') ? "" : "-amd64");
	if (!release)
		return dc_error(diag, -ENXIO, NULL,
				"no kernel %s with headers below " MODULES
				"; install linux-headers-amd64 (ci/deps.sh does)",
				versions_text(arena));
	ret->release = release;
	ret->build = dc_arena_printf(arena, MODULES "/%s/build", release);
	return 0;
}

/* Build trees */

static const char *release_of_tree(struct dc_diag *diag, struct dc_arena *arena, const char *tree)
{
	const char *path = dc_arena_printf(arena, "%s/include/generated/utsrelease.h", tree);
	const char *before = "#define UTS_RELEASE \"", *release = NULL, *at;
	char *text;

	if (!dc_is_file(path) || dc_file_read(diag, path, &text, NULL) < 0)
		return NULL;
	at = strstr(text, before);
	if (at) {
		at += strlen(before);
		release = dc_arena_strndup(arena, at, strcspn(at, "\"\n"));
	}
	free(text);
	return release;
}

static int build_tree(struct dc_diag *diag, struct dc_arena *arena, const char *tree,
		      struct dc_kernel *ret)
{
	const char *image;
	char path[PATH_MAX];

	if (!realpath(tree, path))
		return dc_error(diag, -ENXIO, DC_FILE(tree),
				"no such kernel: %s; give a version (%s), a release below " MODULES
				", or the path of a build tree",
				strerror(errno), versions_text(arena));
	ret->release = release_of_tree(diag, arena, path);
	if (!ret->release)
		return dc_error(diag, -ENXIO, DC_FILE(tree),
				"this is no kernel's build tree, or nothing was built in it: it "
				"has no include/generated/utsrelease.h; there: make "
				"modules_prepare");
	ret->build = dc_arena_strdup(arena, path);
	image = dc_arena_printf(arena, "%s/arch/x86/boot/bzImage", path);
	ret->image = dc_is_file(image) ? image : NULL;
	return 0;
}

/* Any */

/* A build tree may have its modules within, made with INSTALL_MOD_PATH=$PWD/installed. */
static const char *modules_root(struct dc_arena *arena, const struct dc_kernel *kernel)
{
	const char *own = dc_arena_printf(arena, "%s/installed", kernel->build);

	return !dc_kernel_is_installed(kernel) &&
			       dc_is_dir(dc_arena_printf(arena, "%s" MODULES "/%s", own,
							 kernel->release))
		       ? own
		       : "";
}

/* "6.1" as a number that compares, or -1. */
static long order_of(const char *version)
{
	unsigned major, minor;

	return sscanf(version, "%u.%u", &major, &minor) == 2 ? major * 1000L + minor : -1;
}

static int check_version(struct dc_diag *diag, struct dc_arena *arena,
			 const struct dc_kernel *kernel)
{
	long order = order_of(kernel->version), oldest = LONG_MAX, newest = -1;
	size_t i;

	for (i = 0; dc_kernel_versions[i]; i++) {
		long known = order_of(dc_kernel_versions[i]);

		if (known == order)
			return 0;
		oldest = known < oldest ? known : oldest;
		newest = known > newest ? known : newest;
	}
	if (order < oldest || order > newest)
		return dc_error(diag, -ENXIO, DC_FILE(kernel->build),
				"drivercut does not support Linux %s: its rules and its runtime "
				"are for %s",
				kernel->release, versions_text(arena));
	dc_warn(diag, DC_FILE(kernel->build),
		"drivercut is tested with Linux %s, not with %s; what its rules say of the kernel "
		"may be wrong there",
		versions_text(arena), kernel->release);
	return 0;
}

bool dc_kernel_is_installed(const struct dc_kernel *kernel)
{
	return !strncmp(kernel->build, MODULES "/", strlen(MODULES "/"));
}

bool dc_kernel_is_chosen(const char *wanted)
{
	const char *from_environment = getenv("DRIVERCUT_KERNEL");

	return wanted || (from_environment && *from_environment);
}

const char *dc_kernel_version(struct dc_arena *arena, const char *release)
{
	const char *dot = strchr(release, '.');

	return dc_arena_strndup(arena, release,
				dot ? (size_t)(dot - release) + 1 + strspn(dot + 1, "0123456789")
				    : 0);
}

int dc_kernel_find(struct dc_diag *diag, struct dc_arena *arena, const char *wanted,
		   struct dc_kernel *ret)
{
	struct dc_kernel kernel = {0};
	const char *modules, *image;
	int err;

	if (!wanted && dc_kernel_is_chosen(NULL))
		wanted = getenv("DRIVERCUT_KERNEL");
	if (!wanted || (isdigit((unsigned char)*wanted) && !strchr(wanted, '/')))
		err = installed(diag, arena, wanted, &kernel);
	else
		err = build_tree(diag, arena, wanted, &kernel);
	if (err < 0)
		return err;
	kernel.version = dc_kernel_version(arena, kernel.release);
	kernel.root = modules_root(arena, &kernel);
	modules = dc_arena_printf(arena, "%s" MODULES "/%s/kernel", kernel.root, kernel.release);
	image = dc_arena_printf(arena, "/boot/vmlinuz-%s", kernel.release);
	kernel.modules = dc_is_dir(modules) ? modules : NULL;
	if (!kernel.image && dc_is_file(image))
		kernel.image = image;
	err = check_version(diag, arena, &kernel);
	if (!err)
		*ret = kernel;
	return err;
}
