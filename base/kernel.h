/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The installed Debian kernel that drivers are built for and guests boot. */
#ifndef DC_BASE_KERNEL_H
#define DC_BASE_KERNEL_H

#include "alloc.h"
#include "diag.h"

/* All strings live in the arena given to dc_kernel_find. */
struct dc_kernel {
	const char *release; /* "6.1.0-56-amd64" */
	const char *build; /* its headers, for external modules: /lib/modules/RELEASE/build */
	const char *modules; /* /lib/modules/RELEASE/kernel, or NULL: only headers are installed */
	const char *image; /* /boot/vmlinuz-RELEASE, or NULL */
};

/*
 * dc_kernel_find - the newest kernel below /lib/modules that has headers; the environment variable
 * DRIVERCUT_KERNEL names another release.
 * Returns 0, or -ENXIO after reporting: there is none.
 */
int dc_kernel_find(struct dc_diag *diag, struct dc_arena *arena, struct dc_kernel *ret);

#endif
