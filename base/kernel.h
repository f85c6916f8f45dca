/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that drivers are built for and guests boot: Debian's, or a build tree of one's own.
 */
#ifndef DC_BASE_KERNEL_H
#define DC_BASE_KERNEL_H

#include <stdbool.h>

#include "alloc.h"
#include "diag.h"

/* All strings live in the arena given to dc_kernel_find. */
struct dc_kernel {
	const char *release; /* "6.1.0-57-amd64" */
	const char *version; /* "6.1"; Debian's package of its source is linux-source-VERSION */
	const char *build; /* its headers, for external modules: /lib/modules/RELEASE/build */
	const char *root; /* before /lib/modules: "", or BUILD/installed of a build tree */
	const char *modules; /* ROOT/lib/modules/RELEASE/kernel, or NULL: they are not installed */
	const char *image; /* to boot, or NULL */
};

/* Versions that drivercut is tested with, NULL at the end; the first is Debian 12's own. A kernel
 * older than all of them or newer is refused, one in between is warned of. */
extern const char *const dc_kernel_versions[];

/* "6.1" of "6.1.0-57-amd64"; "": it does not begin so. In the arena. */
const char *dc_kernel_version(struct dc_arena *arena, const char *release);

/*
 * dc_kernel_find - the kernel that the user wants.
 * @wanted a version ("6.12": its newest release with headers), a release below /lib/modules, or the
 *	   path of a build tree; NULL: what the environment variable DRIVERCUT_KERNEL says, in the
 *	   same words, or dc_kernel_default
 * Returns 0, or -ENXIO after reporting: it is not there, was not built, or is not supported.
 */
int dc_kernel_find(struct dc_diag *diag, struct dc_arena *arena, const char *wanted,
		   struct dc_kernel *ret);

/* The newest release with headers of the first of dc_kernel_versions that is installed; NULL: none
 * is. In the arena. */
const char *dc_kernel_default(struct dc_arena *arena);

/* Whether it is one of /lib/modules, not a build tree of one's own. */
bool dc_kernel_is_installed(const struct dc_kernel *kernel);

/* Whether the user names a kernel: wanted, or in the environment. */
bool dc_kernel_is_chosen(const char *wanted);

#endif
