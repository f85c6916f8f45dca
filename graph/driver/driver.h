/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver: its description, and its source on this machine.
 *
 * A driver folder holds driver.json (data only: name, family, where its source comes from, its
 * device, its workload). A bare folder with a Kbuild file is a driver too; its family is guessed.
 */
#ifndef DC_GRAPH_DRIVER_H
#define DC_GRAPH_DRIVER_H

#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"

/* One part of the workload, and its weight in the whole: share_percent of the time (rates count
 * while it runs), or per_hour occurrences of it (its calls count each time). The other is 0. */
struct dc_phase_weight {
	const char *name;
	unsigned share_percent;
	unsigned per_hour;
};

/* All strings live in the arena given to dc_driver_open. */
struct dc_driver {
	const char *name; /* "e1000"; names files and folders of results */
	const char *title; /* for people */
	const char *family; /* "net": graph/families/net.json; several with commas */
	const char *module; /* the module's name: MODULE.ko */
	const char
		*only; /* the one module of source that is the driver; NULL: source has only one */
	const char *folder; /* the driver folder, or the folder with the Kbuild file */
	const char *package; /* Debian package with the kernel source; NULL: source is folder */
	const char *package_path; /* of the driver inside that source tree */
	const char *qemu_device; /* QEMU's -device model; NULL: no guest for this driver */
	const char *source; /* folder with source and Kbuild file; dc_driver_fetch fills it */
	DC_VEC(struct dc_phase_weight) phases;
};

/*
 * dc_driver_open - finds a driver by what the user typed.
 * @operand a driver folder, a folder with a Kbuild file or Makefile, or the
 *	    name of a driver folder shipped with the tool (in the data folder or its drivers/)
 * @family  NULL: what driver.json says, or what the source of a bare folder registers; a note
 *	    says what was guessed
 * Returns 0 and a driver to be ended with dc_driver_done; or, after reporting, -ENOENT (nothing by
 * that name), -EINVAL (driver.json is wrong).
 */
int dc_driver_open(struct dc_diag *diag, struct dc_arena *arena, const char *operand,
		   const char *family, struct dc_driver *ret);

void dc_driver_done(struct dc_driver *driver);

/*
 * dc_driver_fetch - makes the driver's source available, and fills driver->source.
 *
 * A driver with a package is unpacked from it into OUT/source/ (once; whole or not at all), a
 * bare folder is copied there, so that building never writes into a user's tree.
 * @out the driver's folder for results, made if needed
 * Returns 0; or, after reporting, -ENXIO (the package is not installed), -ENOENT (no such path in
 * it), or another -errno of unpacking.
 */
int dc_driver_fetch(struct dc_diag *diag, struct dc_arena *arena, struct dc_driver *driver,
		    const char *out);

/* The tool's own data folder: the environment variable DRIVERCUT_DATA; else ../share/drivercut from the
 * program's folder, if it is installed; else the tree that it was built from. */
const char *dc_data_dir(void);

#endif
