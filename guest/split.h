/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver, built for a guest: split (the runtime's module, the kernel component, the process), or
 * as it is. */
#ifndef DC_GUEST_SPLIT_H
#define DC_GUEST_SPLIT_H

#include "guest/guest.h"

#define DC_SPLIT_FILES 5

/*
 * dc_split_build - builds what `drivercut emit` wrote, and the runtime, as far as they are not
 * built yet.
 * @module     the driver's name: MODULE.ko
 * @components folder with kernel/ and user/; is built in
 * @folder     gets the runtime, in dcrt/
 * @ret        files for the guest, a zero row at the end; names are in arena
 *
 * The files are /dcrt.ko, /MODULE.ko, the process as /MODULE (its name has '_' for '-'), and /load,
 * which tells load_driver (guest/lib.sh) about them.
 * Returns 0, or -errno after reporting: -ENOENT (components is no such folder), -EIO (it does not
 * build).
 */
int dc_split_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *module, const char *components, const char *folder,
		   struct dc_guest_file ret[DC_SPLIT_FILES]);

/*
 * dc_whole_build - builds a driver's source as it is, in a copy, for a driver that the kernel's own
 * package does not have in this form.
 * @source  the driver's source with its Kbuild file
 * @folder  gets the copy, in whole/
 * @ret     files for the guest, as above: /MODULE.ko and /load
 * Returns 0, or -errno after reporting: -EIO (it does not build, or makes no MODULE.ko).
 */
int dc_whole_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
		   const char *module, const char *source, const char *folder,
		   struct dc_guest_file ret[DC_SPLIT_FILES]);

#endif
